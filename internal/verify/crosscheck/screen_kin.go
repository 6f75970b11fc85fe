package crosscheck

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/store"
)

// mostSteps is how far from an official a household is looked at: declared kin is one step, and so is a move of a
// member from one household to another, at a marriage for instance.
const mostSteps = 2

// related is a household near an official.
type related struct {
	home, household    int64
	official, relation string
	from               int64 // the declared household from which moves lead here, 0 for the declared household itself
	moves              int
	moved              bool // the last move was lately
}

// steps is how far the household is from the official.
func (r related) steps() int {
	if r.relation == "self" {
		return r.moves
	}
	return r.moves + 1
}

// kin finds households on the register within two steps of an official.
func (l looker) kin(ctx context.Context) ([]hit, error) {
	all, err := l.around(ctx)
	if err != nil {
		return nil, err
	}
	seats, err := l.seats(ctx, all)
	if err != nil {
		return nil, err
	}
	decided, err := l.decided(ctx)
	if err != nil {
		return nil, err
	}
	var hits []hit
	for _, one := range all {
		at, present := seats[one.household]
		if !present || !slices.Contains(l.statuses, at.status) {
			continue
		}
		signs := Signs{Relation: one.relation, Moved: one.moved, Moves: one.moves, Decided: decided[decision{one.household, one.official}]}
		found, err := l.hit(at, one.official+"/"+strconv.FormatInt(one.from, 10), signs)
		if err != nil {
			return nil, err
		}
		hits = append(hits, found)
	}
	return hits, nil
}

// around are the households within two steps of officials, each once for an official, the nearest way.
func (l looker) around(ctx context.Context) ([]related, error) {
	next, err := store.All(ctx, l.s.db.In(program), `SELECT o.person, o.relation, h.home, h.id FROM own_declared o JOIN household h ON h.home = o.home AND h.id = o.subject WHERE {checked}
		UNION SELECT o.person, o.relation, m.home, m.household FROM own_declared o JOIN membership m ON m.home = o.home AND m.person = o.subject AND m.to_day IS NULL`, nil,
		func(r store.Rows, one *related) error {
			return r.Scan(&one.official, &one.relation, &one.home, &one.household)
		})
	if err != nil {
		return nil, err
	}
	type key struct {
		official  string
		household int64
	}
	met := map[key]bool{}
	var all []related
	for len(next) > 0 {
		slices.SortFunc(next, func(a, b related) int {
			return cmp.Or(cmp.Compare(a.steps(), b.steps()), cmp.Compare(a.official, b.official), cmp.Compare(a.household, b.household), cmp.Compare(a.from, b.from), cmp.Compare(a.relation, b.relation))
		})
		var fresh []related
		for _, one := range next {
			if k := (key{one.official, one.household}); !met[k] {
				met[k] = true
				fresh = append(fresh, one)
			}
		}
		all = append(all, fresh...)
		if next, err = l.moves(ctx, slices.DeleteFunc(fresh, func(r related) bool { return r.steps() >= mostSteps })); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// moves are the households between which and these a member moved.
func (l looker) moves(ctx context.Context, from []related) ([]related, error) {
	since := l.s.today().AddMonths(-l.check.Months)
	byHome := map[int64][]related{}
	for _, one := range from {
		byHome[one.home] = append(byHome[one.home], one)
	}
	type move struct {
		here, home, there int64
		day               clock.Day
	}
	var list []related
	for home, some := range byHome {
		for part := range slices.Chunk(some, runChunk) {
			args, here := []any{home}, map[int64][]related{}
			for _, one := range part {
				if here[one.household] == nil {
					args = append(args, one.household)
				}
				here[one.household] = append(here[one.household], one)
			}
			moves, err := store.All(ctx, l.s.db.In(program), `SELECT a.household, b.home, b.household, max(CASE WHEN a.from_day > b.from_day THEN a.from_day ELSE b.from_day END)
				FROM membership a JOIN membership b ON b.home = a.home AND b.person = a.person AND b.household <> a.household
				WHERE {checked} AND a.home = $1 AND a.household IN (`+store.In(2, len(args)-1)+`) GROUP BY a.household, b.home, b.household`, args,
				func(r store.Rows, m *move) error { return r.Scan(&m.here, &m.home, &m.there, (*int64)(&m.day)) })
			if err != nil {
				return nil, err
			}
			for _, m := range moves {
				for _, one := range here[m.here] {
					next := one
					next.home, next.household, next.moves, next.moved = m.home, m.there, one.moves+1, m.day >= since
					if one.from == 0 {
						next.from = one.household
					}
					list = append(list, next)
				}
			}
		}
	}
	return list, nil
}

// seats are those of the households that are in the area looked at, by household.
func (l looker) seats(ctx context.Context, all []related) (map[int64]seat, error) {
	found := map[int64]seat{}
	byHome := map[int64][]int64{}
	for _, one := range all {
		byHome[one.home] = append(byHome[one.home], one.household)
	}
	for home, ids := range byHome {
		for part := range slices.Chunk(ids, runChunk) {
			args := append([]any{home}, store.Padded(part)...)
			list, err := store.All(ctx, l.s.db.In(l.within), "SELECT h.home, h.id, h.area, h.status FROM household h WHERE {scope h.area} AND h.closed IS NULL AND h.home = $1 AND h.id IN ("+store.In(2, len(args)-1)+")", args,
				func(r store.Rows, s *seat) error { return r.Scan(&s.home, &s.id, &s.area, &s.status) })
			if err != nil {
				return nil, err
			}
			for _, s := range list {
				found[s.id] = s
			}
		}
	}
	return found, nil
}

// decision is that an official took part in a case of a household.
type decision struct {
	household int64
	official  string
}

// decided are the households in whose cases officials who declared kin took part.
func (l looker) decided(ctx context.Context) (map[decision]bool, error) {
	list, err := store.All(ctx, l.s.db.In(l.within), `SELECT DISTINCT c.household, a.holder FROM case_file c JOIN case_act a ON a.home = c.home AND a.case_id = c.id
		WHERE {scope c.area} AND (a.holder IN (SELECT person FROM own_declared) OR a.holder LIKE $1)`, []any{access.Shared}, func(r store.Rows, d *decision) error { return r.Scan(&d.household, &d.official) })
	found := map[decision]bool{}
	for _, one := range list {
		for _, person := range access.Persons(one.official) {
			found[decision{one.household, person}] = true
		}
	}
	return found, err
}
