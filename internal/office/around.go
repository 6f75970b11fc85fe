package office

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/store"
)

// surround adds what belongs to a caller besides the grants: the assigned households, the open inspections, and the
// own household and kin.
func (s *Service) surround(ctx context.Context, c *access.Caller) error {
	q := s.db.In(system)
	ids := func(sql string, args ...any) ([]int64, error) {
		return store.All(ctx, q, sql, args, func(r store.Rows, id *int64) error { return r.Scan(id) })
	}
	var err error
	c.Assigned, err = ids("SELECT DISTINCT household FROM assignment WHERE {checked} AND person = $1 AND from_day <= $2 AND (to_day IS NULL OR to_day >= $2) ORDER BY household", c.Person, int64(c.Today))
	if err != nil {
		return fmt.Errorf("read assignments: %w", err)
	}
	c.Inspections, err = store.All(ctx, q, "SELECT id, area, lo, hi, from_day, to_day FROM inspection WHERE {checked} AND account = $1 AND to_day >= $2 ORDER BY id", []any{c.Account, int64(c.Today)},
		func(r store.Rows, in *access.Inspection) error {
			return r.Scan(&in.ID, &in.Area, &in.Lo, &in.Hi, (*int64)(&in.From), (*int64)(&in.To))
		})
	if err != nil {
		return fmt.Errorf("read inspections: %w", err)
	}
	// Whoever is declared takes the household along in which they live now, and it its members.
	c.Own, err = ids(`SELECT o.subject FROM own_declared o WHERE o.person = $1
		UNION SELECT m.household FROM own_declared o JOIN membership m ON m.home = o.home AND m.person = o.subject AND m.to_day IS NULL WHERE {checked} AND o.person = $1
		UNION SELECT m.person FROM own_declared o JOIN membership m ON m.home = o.home AND m.household = o.subject AND m.to_day IS NULL WHERE o.person = $1`, c.Person)
	if err != nil {
		return fmt.Errorf("read the own household and kin: %w", err)
	}
	return nil
}
