package registry

import (
	"context"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// Bundle lists the imports of one upload in the order in which they are applied: households, then persons, then
// entries; those without a mapping last.
func (s *Service) Bundle(ctx context.Context, scope access.Scope, im Import) ([]Import, error) {
	if im.Bundle == 0 {
		return []Import{im}, nil
	}
	all, err := s.imports(ctx, scope, "bundle = $2 ORDER BY id", im.Bundle)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b Import) int { return a.turn() - b.turn() })
	return all, nil
}

// turn is the place of an import's subject in the order of application.
func (im Import) turn() int {
	if im.Mapping == nil {
		return len(importSubjects)
	}
	return slices.Index(importSubjects, im.Mapping.Subject)
}

// GuessSubject is what the rows of a file most likely are: the subject with most columns that the pack knows.
func GuessSubject(header []string, pack *policy.Pack) string {
	best, most := SubjectHousehold, -1
	for _, subject := range slices.Concat(importSubjects, PlaceKinds(pack)) {
		m := Guess(header, subject, "", 0, pack)
		n := len(m.Columns)
		switch {
		case IsPlace(pack, subject) && m.Key == "":
			n = 0
		case subject == SubjectHousehold && m.areaColumn() == "":
			n = 0
		case subject != SubjectHousehold && m.Household == "" && !IsPlace(pack, subject):
			n = 0 // a person or an entry belongs to a household
		}
		if n > most {
			best, most = subject, n
		}
	}
	return best
}

// LeaveOut takes an uploaded file away that is not wanted after all.
func (s *Service) LeaveOut(ctx context.Context, scope access.Scope, id, ver int64) error {
	im, err := s.GetImport(ctx, scope, id)
	if err != nil {
		return err
	}
	if !slices.Contains([]ImportState{Uploaded, Checked, Stopped}, im.State) {
		return fault.New(fault.Conflict, "the import is already %s", im.State)
	}
	return s.emptyImport(ctx, scope, id, func(ctx context.Context, tx store.Tx) error {
		if err := store.Bump(ctx, tx, "import", "{checked} AND id = $1", ver, id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE import SET state = $2 WHERE {checked} AND id = $1", id, string(LeftOut))
		return err
	})
}

// ApplyBundle applies the files of an upload one after another, households before the persons and entries that belong
// to them, each under the mapping that it was tried with. Files that were left out or applied already are passed over.
// With Stop a rejected row keeps its file out and those after it; with Skip the others of its file are applied.
func (s *Service) ApplyBundle(ctx context.Context, scope access.Scope, im Import, onError OnError) error {
	all, err := s.Bundle(ctx, scope, im)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(im Import) bool { return im.State == Imported || im.State == LeftOut })
	var ids []int64
	for _, im := range all {
		if im.State != Checked && im.State != Stopped {
			return fault.New(fault.Conflict, "the file %s was not tried yet", im.Name)
		}
		ids = append(ids, im.ID)
	}
	if len(ids) == 0 {
		return fault.New(fault.Conflict, "there is no file left to apply")
	}
	if onError != Stop && onError != Skip {
		return fault.New(fault.Invalid, "on_error is %q, not stop or skip", onError).With(0, "on_error", "is neither stop nor skip")
	}
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		for _, id := range ids[1:] {
			if _, err := tx.Exec(ctx, "UPDATE import SET on_error = $2 WHERE {checked} AND id = $1", id, string(onError)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("prepare the files of a bundle: %w", err)
	}
	first := all[0]
	_, err = s.start(ctx, scope, first.ID, first.Ver, *first.Mapping, onError, importArgs{Import: first.ID, Apply: true, Then: ids[1:]})
	return err
}

// prepareNext prepares to begin the first of the imports to come, in the transaction that ends the one before; nil for
// none. An import that somebody changed or left out meanwhile ends the row.
func (s *Service) prepareNext(ctx context.Context, scope access.Scope, account int64, then []int64) (func(context.Context, store.Tx) error, error) {
	if len(then) == 0 {
		return nil, nil
	}
	im, err := s.GetImport(ctx, scope, then[0])
	if err != nil {
		return nil, err
	}
	if im.Mapping == nil || (im.State != Checked && im.State != Stopped) {
		return nil, nil
	}
	within := access.Everywhere
	if ranges := scope.Ranges(); len(ranges) > 0 {
		within = access.Range{Lo: ranges[0].Lo, Hi: ranges[len(ranges)-1].Hi}
	}
	j, err := s.jobs.Prepare(ctx, account, job.Request{Kind: importKind, Title: "import " + im.Name, Args: importArgs{Import: im.ID, Apply: true, Then: then[1:]}, Area: im.Area, Range: within})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx store.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE import SET state = $3, job = $4, ver = ver + 1 WHERE {checked} AND id = $1 AND ver = $2", im.ID, im.Ver, string(Applying), j.ID)
		if err != nil || n == 0 { // somebody changed it: its turn is over, what was applied before it stands
			return err
		}
		return s.jobs.Insert(ctx, tx, j, within)
	}, nil
}
