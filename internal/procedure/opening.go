package procedure

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// Open opens cases about households, each by itself, in the first state of the procedure in use where they live: few at
// once, and returns them; more as a job, whose number it returns. A household that has a running case of the kind is a
// Conflict fault; one out of scope a NotFound fault.
func (s *Service) Open(ctx context.Context, scope access.Scope, code string, households []int64) ([]Case, int64, error) {
	if len(households) == 0 || len(households) > Most {
		return nil, 0, fault.New(fault.Invalid, "no household was named, or too many")
	}
	var lines []line
	for part := range slices.Chunk(households, 500) {
		subjects, err := s.subjects(ctx, scope, part)
		if err != nil {
			return nil, 0, err
		}
		for _, one := range subjects {
			id, err := s.journal.Ids().One(ctx, one.Home)
			if err != nil {
				return nil, 0, err
			}
			lines = append(lines, line{n: int64(len(lines) + 1), home: one.Home, of: id, subject: one.ID, place: one.Area})
		}
	}
	job, err := s.carried(ctx, scope, Bulk{Deed: deedOpen, Code: code}, Act{}, lines, s.around(lines))
	if err != nil || job != 0 {
		return nil, job, err
	}
	ids := make([]int64, len(lines))
	for i, l := range lines {
		ids[i] = l.of
	}
	opened, err := s.Some(ctx, access.System("cases that were just opened"), ids)
	return opened, 0, err
}

// subjects are households in scope, or a NotFound fault if one is missing.
func (s *Service) subjects(ctx context.Context, scope access.Scope, households []int64) ([]Subject, error) {
	subjects, err := s.find(ctx, scope, households)
	if err == nil && len(subjects) != len(households) {
		err = fault.New(fault.NotFound, "no such household")
	}
	return subjects, err
}

// opening opens the cases of lines.
func (s *Service) opening(code string) deed {
	return func(ctx context.Context, w *writer, part []line) error {
		households, ids := make([]int64, len(part)), map[int64]int64{}
		for i, l := range part {
			households[i], ids[l.subject] = l.subject, l.of
		}
		subjects, err := s.subjects(ctx, w.scope, households)
		if err != nil {
			return err
		}
		running, err := s.running(ctx, subjects)
		if err != nil {
			return err
		}
		for _, subject := range subjects {
			d, pack, as, err := s.openable(w.scope, code, subject, running)
			if err != nil {
				return err
			}
			if err := w.opens(ctx, d, pack, subject, ids[subject.ID], as); err != nil {
				return err
			}
		}
		return nil
	}
}

// openable is the procedure by which a case about a subject can be opened, its pack, and the capacity in which the
// caller opens it; a fault says why it cannot.
func (s *Service) openable(scope access.Scope, code string, subject Subject, running map[runningCase]bool) (*Definition, *policy.Pack, access.Capacity, error) {
	var as access.Capacity
	d, pack, err := s.inUse(subject.Area, code)
	if err != nil {
		return nil, nil, as, err
	}
	if running[runningCase{subject.ID, d.Kind}] {
		return nil, nil, as, refuse(fault.Conflict, "running", "the household has a running case of this kind")
	}
	as, err = s.presides(scope, d.OpenedBy, subject.Area)
	if err != nil {
		return nil, nil, as, err
	}
	return d, pack, as, access.NotOwn(as, access.CaseRecordStep, subject.ID)
}

// Opening is what it would come to if cases were opened about some households.
type Opening struct {
	Ready   []int64        // about whom a case can be opened
	Refused []RefusedGroup // those about whom not, by the reason
}

// RefusedGroup is how many households are refused for one reason.
type RefusedGroup struct {
	Why *fault.Error
	N   int
}

// Preview says what Open would come to. It writes nothing.
func (s *Service) Preview(ctx context.Context, scope access.Scope, code string, households []int64) (Opening, error) {
	var o Opening
	if len(households) > Most {
		return o, refuse(fault.Invalid, "too_many", "these are too many cases to be acted on together")
	}
	for part := range slices.Chunk(households, 500) {
		subjects, err := s.subjects(ctx, scope, part)
		if err != nil {
			return o, err
		}
		running, err := s.running(ctx, subjects)
		if err != nil {
			return o, err
		}
		for _, subject := range subjects {
			_, _, _, err := s.openable(scope, code, subject, running)
			var refused *fault.Error
			switch {
			case err == nil:
				o.Ready = append(o.Ready, subject.ID)
			case errors.As(err, &refused) && refused.Code != "":
				o.refuse(refused)
			default:
				return o, err
			}
		}
	}
	return o, nil
}

func (o *Opening) refuse(why *fault.Error) {
	at := slices.IndexFunc(o.Refused, func(g RefusedGroup) bool { return g.Why.Code == why.Code })
	if at < 0 {
		at, o.Refused = len(o.Refused), append(o.Refused, RefusedGroup{Why: why})
	}
	o.Refused[at].N++
}

// inUse is the procedure with a code that is in use in an area, and its pack.
func (s *Service) inUse(area int64, code string) (*Definition, *policy.Pack, error) {
	procedures, pack, err := s.At(area)
	if err != nil {
		return nil, nil, err
	}
	d, ok := procedures.Find(code)
	if !ok {
		return nil, nil, fault.New(fault.Invalid, "there is no such procedure here").With(0, "code", "is no procedure of the pack in use")
	}
	return d, pack, nil
}

// runningCase is a household that has a running case of a kind.
type runningCase struct {
	household int64
	kind      string
}

// running are the running cases about some subjects.
func (s *Service) running(ctx context.Context, subjects []Subject) (map[runningCase]bool, error) {
	byHome := map[int64][]int64{}
	for _, one := range subjects {
		byHome[one.Home] = append(byHome[one.Home], one.ID)
	}
	found := map[runningCase]bool{}
	for home, ids := range byHome {
		args := append([]any{home}, store.Padded(ids)...)
		list, err := store.All(ctx, s.db.In(access.System("a household has one running case of a kind")), "SELECT household, kind FROM case_file WHERE {checked} AND home = $1 AND ended = 0 AND household IN ("+store.In(2, len(args)-1)+")",
			args, func(r store.Rows, one *runningCase) error { return r.Scan(&one.household, &one.kind) })
		if err != nil {
			return nil, fmt.Errorf("read the running cases of households: %w", err)
		}
		for _, one := range list {
			found[one] = true
		}
	}
	return found, nil
}
