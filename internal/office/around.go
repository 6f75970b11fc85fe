package office

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/store"
)

// surround adds what belongs to a caller besides the grants: the assigned households, the open inspections, the own
// household and kin, and the offices of others who are away.
func (s *Service) surround(ctx context.Context, c *access.Caller) error {
	own, err := s.around(ctx, c.Account, c.Person)
	if err != nil {
		return err
	}
	c.Assigned, c.Inspections, c.Own = own.Assigned, own.Inspections, own.Own
	held, err := s.covered(ctx, "v.deputy = $1", c.Account)
	if err != nil || len(held) == 0 {
		return err
	}
	known := map[int64]*access.Principal{}
	for i, v := range held {
		if known[v.Of.Account] == nil {
			of, err := s.around(ctx, v.Of.Account, v.Of.Person)
			if err != nil {
				return err
			}
			known[v.Of.Account] = &of
		}
		held[i].Of = known[v.Of.Account]
	}
	c.Covers = held
	return nil
}

// around is what belongs to an official besides the grants.
func (s *Service) around(ctx context.Context, account int64, person string) (access.Principal, error) {
	q, today := s.db.In(system), int64(s.today())
	of := access.Principal{Account: account, Person: person}
	ids := func(sql string, args ...any) ([]int64, error) {
		return store.All(ctx, q, sql, args, func(r store.Rows, id *int64) error { return r.Scan(id) })
	}
	var err error
	of.Assigned, err = ids("SELECT DISTINCT household FROM assignment WHERE {checked} AND person = $1 AND from_day <= $2 AND (to_day IS NULL OR to_day >= $2) ORDER BY household", person, today)
	if err != nil {
		return of, fmt.Errorf("read assignments: %w", err)
	}
	of.Inspections, err = store.All(ctx, q, "SELECT id, area, lo, hi, from_day, to_day FROM inspection WHERE {checked} AND account = $1 AND to_day >= $2 ORDER BY id", []any{account, today},
		func(r store.Rows, in *access.Inspection) error {
			return r.Scan(&in.ID, &in.Area, &in.Lo, &in.Hi, (*int64)(&in.From), (*int64)(&in.To))
		})
	if err != nil {
		return of, fmt.Errorf("read inspections: %w", err)
	}
	// Whoever is declared takes the household along in which they live now, and it its members.
	of.Own, err = ids(`SELECT o.subject FROM own_declared o WHERE o.person = $1
		UNION SELECT m.household FROM own_declared o JOIN membership m ON m.home = o.home AND m.person = o.subject AND m.to_day IS NULL WHERE {checked} AND o.person = $1
		UNION SELECT m.person FROM own_declared o JOIN membership m ON m.home = o.home AND m.household = o.subject AND m.to_day IS NULL WHERE o.person = $1`, person)
	if err != nil {
		return of, fmt.Errorf("read the own household and kin: %w", err)
	}
	return of, nil
}

// covered reads the offices that are held today for officials who are away, as those hold them, of the deputies that a
// condition on cover v and account d selects.
func (s *Service) covered(ctx context.Context, condition string, arg any) ([]access.Cover, error) {
	found, err := store.All(ctx, s.db.In(system), `SELECT v.since, v.till, a.id, a.person, g.role, g.area, g.lo, g.hi, g.from_day, g.to_day, g.assigned = 1 FROM cover v JOIN account d ON d.id = v.deputy
		JOIN account a ON a.id = v.absent AND a.state <> 'disabled' JOIN account_grant g ON g.account = v.absent AND g.role = v.role AND g.area = v.area
		WHERE `+condition+` AND v.since <= $2 AND v.till >= $2 AND g.from_day <= $2 AND (g.to_day IS NULL OR g.to_day >= $2) ORDER BY v.id, g.from_day`, []any{arg, int64(s.today())},
		func(r store.Rows, v *access.Cover) error {
			v.Of = &access.Principal{}
			var to *int64
			err := r.Scan((*int64)(&v.Since), (*int64)(&v.Till), &v.Of.Account, &v.Of.Person, &v.Role, &v.Area, &v.Lo, &v.Hi, (*int64)(&v.From), &to, &v.Assigned)
			v.To = dayOrOpen(to)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("read who stands in for whom: %w", err)
	}
	return found, nil
}
