package registry

import (
	"context"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/crypt"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// rosterWriter stores a plan: what differs between the rolls before and after it.
type rosterWriter struct {
	s      *Service
	plan   Plan
	at     int64
	keys   []journal.NewKey
	claims []claim
	founds map[int64]bool // identifiers of households that the act founds
	born   map[int64]crypt.DataKey
	shares []change.Write
}

// writer takes the identifiers and keys of who and what is new, before the transaction.
func (s *Service) writer(ctx context.Context, scope access.Scope, plan Plan) (*rosterWriter, error) {
	w := &rosterWriter{s: s, plan: plan, at: int64(s.journal.Clock().Now()), founds: map[int64]bool{}, born: map[int64]crypt.DataKey{}}
	w.plan.After = slices.Clone(plan.After)
	for i := range w.plan.After {
		roll := &w.plan.After[i]
		roll.Seats = slices.Clone(roll.Seats)
		if roll.ID == 0 {
			id, err := s.journal.Ids().One(ctx, roll.Home)
			if err != nil {
				return nil, err
			}
			roll.ID, roll.Number = id, Number(id)
			w.founds[id] = true
			w.keys = append(w.keys, s.keys.Make(roll.Home, id))
		}
		for k := range roll.Seats {
			if err := w.name(ctx, roll, &roll.Seats[k]); err != nil {
				return nil, err
			}
		}
	}
	if err := w.prepareShares(ctx, scope); err != nil {
		return nil, err
	}
	return w, w.claimNumbers(ctx, scope)
}

// name gives somebody who is not in the register yet an identifier, a number and a key.
func (w *rosterWriter) name(ctx context.Context, roll *Roll, seat *Seat) error {
	if seat.ID > 0 {
		return nil
	}
	id, err := w.s.journal.Ids().One(ctx, roll.Home)
	if err != nil {
		return err
	}
	if roll.Head == seat.ID {
		roll.Head = id
	}
	key := w.s.keys.Make(roll.Home, id)
	w.keys, w.born[id] = append(w.keys, key), key.Key
	n := -seat.ID - 1
	w.claims = append(w.claims, claim{person: id, home: roll.Home, number: w.plan.Act.New[n].NationalID, key: key.Key})
	seat.ID, seat.Home, seat.Number = id, roll.Home, Number(id)
	return nil
}

// write stores the plan. Every household and person that it changes is bumped from the version that it was planned
// on, so that of two acts at once on one of them the second is stale.
func (w *rosterWriter) write(ctx context.Context, tx store.Tx) error {
	if err := journal.StoreKeys(ctx, tx, w.keys); err != nil {
		return err
	}
	for i, after := range w.plan.After {
		if err := w.household(ctx, tx, w.plan.Before[i], after); err != nil {
			return err
		}
	}
	for _, change := range w.changes() {
		if err := w.person(ctx, tx, change); err != nil {
			return err
		}
	}
	for _, claim := range w.claims {
		if err := claim.store(ctx, tx); err != nil {
			return err
		}
	}
	if k := w.plan.Rule.Kind; k == ActDouble || k == ActUndouble {
		if err := w.leads(ctx, tx); err != nil {
			return err
		}
	}
	for _, write := range w.shares {
		if err := write(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

func (w *rosterWriter) household(ctx context.Context, tx store.Tx, before, after Roll) error {
	if w.founds[after.ID] {
		_, err := tx.Exec(ctx, `INSERT INTO household (home, id, number, area, status, status_from, head, head_name, members, opened, origin)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, after.Home, after.ID, after.Number, after.Area, after.Status, int64(after.Since),
			after.Head, after.HeadName, after.Members, int64(after.Opened), after.Origin)
		if err != nil || after.Status == "" {
			return err
		}
		return setStatus(ctx, tx, after.Home, after.ID, after.Status, after.Since, sourceRoster, w.at)
	}
	if err := store.Bump(ctx, tx, "household", "{checked} AND home = $1 AND id = $2", before.Ver, before.Home, before.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE household SET area = $3, head = $4, head_name = $5, members = $6, closed = $7 WHERE {checked} AND home = $1 AND id = $2",
		after.Home, after.ID, after.Area, after.Head, after.HeadName, after.Members, days(after.Closed))
	if err != nil {
		return err
	}
	if after.Status != before.Status {
		if err := setStatus(ctx, tx, after.Home, after.ID, after.Status, after.Since, sourceRoster, w.at); err != nil {
			return err
		}
	}
	if after.Area != before.Area {
		return w.s.relocate(ctx, tx, after)
	}
	return nil
}

// sourceRoster is how the history of statuses names a roster act as its source.
const sourceRoster = "roster"

// relocate brings what belongs to a household to the area in which it is from now on.
func (s *Service) relocate(ctx context.Context, tx store.Tx, h Roll) error {
	subjects := []int64{h.ID}
	dwellings, err := store.All(ctx, tx, "SELECT id FROM dwelling WHERE {checked} AND home = $1 AND household = $2 ORDER BY id", []any{h.Home, h.ID},
		func(r store.Rows, id *int64) error { return r.Scan(id) })
	if err != nil {
		return err
	}
	subjects = append(subjects, dwellings...)
	for _, seat := range h.Seats {
		subjects = append(subjects, seat.ID)
	}
	if err := moveRows(ctx, tx, h.Home, h.Area, h.ID, subjects...); err != nil {
		return err
	}
	if err := s.covers(ctx, tx, h.Home, h.Area); err != nil {
		return err
	}
	return moveSets(ctx, tx, h.Home, h.Area, subjects...)
}

// covers notes that a home holds rows of an area, where it did not before.
func (s *Service) covers(ctx context.Context, tx store.Tx, home, area int64) error {
	pack, err := s.Pack(area)
	if err != nil {
		return err
	}
	scheme := s.areas.Scheme()
	r := scheme.Range(scheme.At(area, homeLevel(pack, scheme)))
	_, err = tx.Exec(ctx, `INSERT INTO home_area (home, lo, hi) SELECT CAST($1 AS bigint), CAST($2 AS bigint), CAST($3 AS bigint)
		WHERE NOT EXISTS (SELECT 1 FROM home_area WHERE home = $1 AND lo <= $2 AND hi >= $3)`, home, r.Lo, r.Hi)
	return err
}

// seatChange is a person whose place differs before and after an act.
type seatChange struct {
	before, after *Seat // nil where he has none
	from, to      Household
	born          bool
}

// who changes place.
func (c seatChange) who() Person {
	if c.before != nil {
		return c.before.Person
	}
	return c.after.Person
}

// changes are the persons whose place, relation or headship differs, and those whom the act is about besides.
func (w *rosterWriter) changes() []seatChange {
	var list []seatChange
	met := map[int64]bool{}
	for i := range w.plan.Before {
		before := &w.plan.Before[i]
		for k := range before.Seats {
			c := seatChange{before: &before.Seats[k], from: before.Household}
			for j := range w.plan.After {
				if seat := w.plan.After[j].seat(c.before.ID); seat != nil {
					c.after, c.to = seat, w.plan.After[j].Household
				}
			}
			met[c.before.ID] = true
			same := c.after != nil && c.from.ID == c.to.ID && c.after.Relation == c.before.Relation && c.after.IsHead == c.before.IsHead
			if !same || w.plan.Rule.Kind == ActIdentity && w.plan.Act.about(c.before.ID) {
				list = append(list, c)
			}
		}
	}
	for j := range w.plan.After {
		after := &w.plan.After[j]
		for k := range after.Seats {
			if seat := &after.Seats[k]; !met[seat.ID] {
				_, born := w.born[seat.ID]
				list = append(list, seatChange{after: seat, to: after.Household, born: born})
			}
		}
	}
	return list
}

// person stores what becomes of one person.
func (w *rosterWriter) person(ctx context.Context, tx store.Tx, c seatChange) error {
	who := c.who()
	if c.born {
		_, err := tx.Exec(ctx, "INSERT INTO person (home, id, number, name, sex, birth) VALUES ($1, $2, $3, $4, $5, $6)",
			who.Home, who.ID, who.Number, who.Name, who.Sex, days(who.Birth))
		if err != nil {
			return err
		}
		if err := setPersonKeys(ctx, tx, c.to.Area, who.Home, who.ID, who.Name, days(who.Birth)); err != nil {
			return err
		}
		return w.open(ctx, tx, c)
	}
	if err := store.Bump(ctx, tx, "person", "{checked} AND home = $1 AND id = $2", who.Ver, who.Home, who.ID); err != nil {
		return err
	}
	if w.plan.Rule.Kind == ActDeath && w.plan.Act.about(who.ID) {
		if _, err := tx.Exec(ctx, "UPDATE person SET died = $3 WHERE {checked} AND home = $1 AND id = $2", who.Home, who.ID, int64(w.plan.Act.Day)); err != nil {
			return err
		}
	}
	if c.before != nil && c.after != nil && c.from.ID == c.to.ID && (w.plan.Rule.Kind == ActRelation || w.plan.Rule.Kind == ActIdentity || w.plan.Act.Day <= c.before.From) {
		_, err := tx.Exec(ctx, "UPDATE membership SET relation = $4, head = $5 WHERE {checked} AND home = $1 AND household = $2 AND person = $3 AND to_day IS NULL",
			c.from.Home, c.from.ID, who.ID, c.after.Relation, flag(c.after.IsHead))
		return err
	}
	if c.before != nil {
		_, err := tx.Exec(ctx, "UPDATE membership SET to_day = $4, end_reason = $5 WHERE {checked} AND home = $1 AND household = $2 AND person = $3 AND to_day IS NULL",
			c.from.Home, c.from.ID, who.ID, int64(max(w.plan.Act.Day, c.before.From)), w.plan.Rule.Code)
		if err != nil {
			return err
		}
	}
	if c.after == nil {
		return nil
	}
	if who.Home != c.to.Home {
		if err := rehome(ctx, tx, who.ID, who.Home, c.to.Home); err != nil {
			return err
		}
	}
	if err := moveRows(ctx, tx, c.to.Home, c.to.Area, c.to.ID, who.ID); err != nil {
		return err
	}
	if err := moveSets(ctx, tx, c.to.Home, c.to.Area, who.ID); err != nil {
		return err
	}
	return w.open(ctx, tx, c)
}

// open begins a membership; one that began in the same household on the same day goes on.
func (w *rosterWriter) open(ctx context.Context, tx store.Tx, c seatChange) error {
	_, err := tx.Exec(ctx, `INSERT INTO membership (home, household, person, from_day, relation, head, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (home, household, person, from_day) DO UPDATE SET to_day = NULL, end_reason = '', relation = excluded.relation, head = excluded.head, reason = excluded.reason`,
		c.to.Home, c.to.ID, c.who().ID, int64(w.plan.Act.Day), c.after.Relation, flag(c.after.IsHead), w.plan.Rule.Code)
	return err
}
