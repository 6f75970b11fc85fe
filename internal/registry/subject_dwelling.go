package registry

import (
	"context"
	"errors"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// dwellingSubject is how change sets reach the dwellings of households: their facts. A household without a dwelling
// gets one with the first answers about it.
type dwellingSubject struct{ s *Service }

func (d dwellingSubject) Load(ctx context.Context, scope access.Scope, id int64, on clock.Day) (change.Record, error) {
	s := d.s
	home, err := s.journal.Ids().Home(ctx, id)
	if err != nil {
		return change.Record{}, err
	}
	r := change.Record{Kind: SubjectDwelling, ID: id, Home: home, On: on}
	var household int64
	err = store.One(ctx, s.db.In(scope), `SELECT d.household, d.ver, h.area, h.number FROM dwelling d JOIN household h ON h.home = d.home AND h.id = d.household
		WHERE d.home = $1 AND d.id = $2 AND {scope h.area h.id}`, []any{home, id}, &household, &r.Ver, &r.Area, &r.Label)
	if errors.Is(err, store.ErrNoRows) {
		return change.Record{}, fault.New(fault.NotFound, "no such dwelling")
	}
	if err != nil {
		return change.Record{}, fmt.Errorf("read a dwelling: %w", err)
	}
	r.Under = household
	if r.Key, err = s.keys.Of(ctx, home, household); err != nil {
		return change.Record{}, fmt.Errorf("open household %d: %w", household, err)
	}
	all, err := s.documents(ctx, scope, home, id, func() (crypt.DataKey, error) { return r.Key, nil })
	if err != nil {
		return change.Record{}, err
	}
	r.Fields = change.Values(all.of(on).flat())
	return r, nil
}

// Blank is the dwelling of a household that has none at present.
func (d dwellingSubject) Blank(ctx context.Context, scope access.Scope, under, id int64, on clock.Day) (change.Record, error) {
	return d.s.blank(ctx, scope, SubjectDwelling, under, id, on)
}

// blank is a record that is to be opened in a household.
func (s *Service) blank(ctx context.Context, scope access.Scope, kind string, under, id int64, on clock.Day) (change.Record, error) {
	h, err := s.household(ctx, scope, under)
	if err != nil {
		return change.Record{}, err
	}
	if h.Closed != nil {
		return change.Record{}, fault.New(fault.Conflict, "the household has ended")
	}
	key, err := s.keys.Of(ctx, h.Home, h.ID)
	if err != nil {
		return change.Record{}, fmt.Errorf("open household %d: %w", h.ID, err)
	}
	return change.Record{Kind: kind, ID: id, Home: h.Home, Area: h.Area, Under: h.ID, Label: h.Number, On: on, Fields: change.Values{}, Key: key}, nil
}

func (d dwellingSubject) Sees(scope access.Scope, r change.Record, field string) bool {
	return d.s.sees(scope, SubjectDwelling, r.Area, field)
}

func (d dwellingSubject) Protected(_ context.Context, r change.Record, field string) (bool, error) {
	return d.s.protected(r.Area, SubjectDwelling, field, func(item policy.Item) bool { return item.Core })
}

func (d dwellingSubject) Check(_ context.Context, r change.Record, set change.Values) ([]policy.Problem, error) {
	return d.s.checked(r.Area, SubjectDwelling, r.Fields, set)
}

func (d dwellingSubject) Prepare(ctx context.Context, scope access.Scope, r change.Record, set change.Values) (change.Write, error) {
	writeFacts, err := d.s.prepareFacts(ctx, scope, r, SubjectDwelling, r.Under, set)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx store.Tx) error {
		if r.Ver == 0 {
			if err := d.open(ctx, tx, r); err != nil {
				return err
			}
		} else if err := store.Bump(ctx, tx, "dwelling", "{checked} AND home = $1 AND id = $2", r.Ver, r.Home, r.ID); err != nil {
			return err
		}
		return writeFacts(ctx, tx)
	}, nil
}

// open stores a dwelling where the household has none. Two that open one at once meet at the household's row.
func (d dwellingSubject) open(ctx context.Context, tx store.Tx, r change.Record) error {
	if _, err := tx.Exec(ctx, "UPDATE household SET members = members WHERE {checked} AND home = $1 AND id = $2", r.Home, r.Under); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `INSERT INTO dwelling (home, id, household, from_day)
		SELECT h.home, CAST($3 AS bigint), h.id, CAST($4 AS bigint) FROM household h WHERE {checked} AND h.home = $1 AND h.id = $2
		AND NOT EXISTS (SELECT 1 FROM dwelling d WHERE d.home = h.home AND d.household = h.id AND d.to_day IS NULL)`, r.Home, r.Under, r.ID, int64(r.On))
	if err == nil && n == 0 {
		return fault.New(fault.Stale, "the household has a dwelling already")
	}
	return err
}
