package registry

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/store"
)

// RegisterSource is the source of files that were exported from this register: their keys are the numbers of
// households and persons and the identifiers of entries. Such a file changes records and creates none.
const RegisterSource = "register"

// lookupNumbers finds the records of a subject behind their numbers.
func (r *importRun) lookupNumbers(ctx context.Context, subject string, keys []string) (map[string]known, error) {
	found := map[string]known{}
	for _, key := range keys {
		id, ok := ParseNumber(key)
		if subject != SubjectHousehold && subject != SubjectPerson {
			var err error
			id, err = strconv.ParseInt(key, 10, 64)
			ok = err == nil && id > 0
		}
		if !ok {
			continue
		}
		home, err := r.s.journal.Ids().Home(ctx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("look up numbers: %w", err)
		}
		found[key] = known{home, id}
	}
	return found, nil
}

// numbered finds the households in scope behind their numbers.
func (r *importRun) numbered(ctx context.Context, keys []string) (map[string]*Household, error) {
	places, err := r.lookupNumbers(ctx, SubjectHousehold, keys)
	if err != nil {
		return nil, err
	}
	byHome := map[int64][]any{}
	for _, at := range places {
		byHome[at.home] = append(byHome[at.home], at.id)
	}
	found := map[string]*Household{}
	for home, ids := range byHome {
		for some := range slices.Chunk(ids, 400) {
			list, err := store.All(ctx, r.s.db.In(r.scope), "SELECT "+householdColumns+" FROM household h WHERE h.home = $1 AND h.id IN ("+store.In(2, len(some))+") AND {scope h.area}",
				append([]any{home}, some...), scanHousehold)
			if err != nil {
				return nil, fmt.Errorf("look up households: %w", err)
			}
			for i := range list {
				found[list[i].Number] = &list[i]
			}
		}
	}
	return found, nil
}

// unknownNumber rejects a row that would be new, in a file whose keys are numbers: the program gives these.
func (r *importRun) unknownNumber(p *parsed) bool {
	if r.im.Mapping.Source != RegisterSource {
		return false
	}
	p.reject(r.im.Mapping.Key, "unknown_number")
	return true
}

// promises are the households that a file of the same upload and source will create, if it was tried already.
func (r *importRun) promises(ctx context.Context) (map[string]*Household, error) {
	promised := map[string]*Household{}
	if r.im.Bundle == 0 || r.im.Mapping.Subject == SubjectHousehold {
		return promised, nil
	}
	files, err := r.s.Bundle(ctx, r.scope, r.im)
	if err != nil {
		return nil, err
	}
	for _, im := range files {
		if im.ID == r.im.ID || im.Mapping == nil || im.Mapping.Subject != SubjectHousehold || im.Mapping.Source != r.im.Mapping.Source || (im.State != Checked && im.State != Stopped) {
			continue
		}
		if err := r.promisesOf(ctx, im, promised); err != nil {
			return nil, fmt.Errorf("read the households of %s: %w", im.Name, err)
		}
	}
	return promised, nil
}

// promisesOf adds the keys of an import's rows that were not rejected.
func (r *importRun) promisesOf(ctx context.Context, im Import, promised map[string]*Household) error {
	at := slices.Index(im.Header, im.Mapping.Key)
	key, err := r.s.keys.Of(ctx, 0, im.ID)
	if err != nil || at < 0 {
		return err
	}
	for last := 0; ; {
		rows, err := store.All(ctx, r.s.db.In(r.scope), "SELECT n, state, body FROM staging WHERE {checked} AND set_id = $1 AND n > $2 AND state = '' ORDER BY n LIMIT $3", []any{im.ID, last, stageChunk},
			func(rows store.Rows, row *staged) error { return rows.Scan(&row.n, &row.state, &row.body) })
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			plain, err := crypt.Open(key, row.body, stagePlace(im.ID, row.n))
			if err != nil {
				return err
			}
			cells, _, err := decodeStaged(plain)
			if err != nil {
				return err
			}
			if name := cell(cells, at); name != "" {
				promised[name] = &Household{ID: -int64(len(promised)) - 1}
			}
		}
		last = rows[len(rows)-1].n
	}
}
