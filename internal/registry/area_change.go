package registry

import (
	"context"
	"fmt"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/fault"
	"rightkey/internal/store"
)

// mostSplit is how many households one change of an area can name.
const mostSplit = 5000

// AnnounceAreaChange records what happens to an area from a day on. Of a split, numbers are the households that go to
// the new area. Faults: those of area.Service.Announce, and Invalid with the row of a number that is no household of
// the area.
func (s *Service) AnnounceAreaChange(ctx context.Context, scope access.Scope, c area.Change, numbers []string) (area.Change, error) {
	if c.Kind != area.Split {
		return s.areas.Announce(ctx, scope, c)
	}
	if len(numbers) == 0 || len(numbers) > mostSplit {
		return c, fault.New(fault.Invalid, "say which households go to the new area, at most %d", mostSplit).With(0, "households", "is empty or too long")
	}
	wrong := fault.New(fault.Invalid, "some numbers are no households of the area")
	var goes []Household
	r := s.areas.Scheme().Range(c.From)
	for i, number := range numbers {
		id, ok := ParseNumber(strings.TrimSpace(number))
		h, err := Household{}, error(fault.New(fault.NotFound, "no such household"))
		if ok {
			h, err = s.household(ctx, access.System("households are named for a split without being shown"), id)
		}
		switch {
		case err != nil && !fault.Is(err, fault.NotFound):
			return c, err
		case err != nil || !r.Holds(h.Area):
			wrong.With(i+1, "households", "is no household of the area")
		default:
			goes = append(goes, h)
		}
	}
	if len(wrong.Details) > 0 {
		return c, wrong
	}
	return s.areas.Announce(ctx, scope, c, func(ctx context.Context, tx store.Tx, c area.Change) error {
		for _, h := range goes {
			if _, err := tx.Exec(ctx, "INSERT INTO area_change_household (home, household, change) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", h.Home, h.ID, c.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// followPlaces brings along what the register holds of an area itself: requests between counties that wait, and, where
// the area goes on under another key, its yearly norms, collection windows and form. Organisations go where it goes.
// What was stored for an area that is merged stays with it: the other area has its own.
func (s *Service) followPlaces(ctx context.Context, c area.Change) error {
	if c.Kind != area.Moved && c.Kind != area.Merged {
		return nil
	}
	scope := access.System("what lies in an area follows it")
	r, by := s.areas.Scheme().Range(c.From), c.To-c.From
	waiting := "set_id IN (SELECT id FROM change_set WHERE {checked} AND state IN ('waiting', 'conflict'))"
	texts := []string{
		"UPDATE transfer SET from_area = from_area + $3 WHERE {checked} AND from_area BETWEEN $1 AND $2 AND " + waiting,
		"UPDATE transfer SET to_area = to_area + $3 WHERE {checked} AND to_area BETWEEN $1 AND $2 AND " + waiting,
		"UPDATE organisation SET area = area + $3, ver = ver + 1 WHERE {checked} AND area BETWEEN $1 AND $2 AND to_day IS NULL",
	}
	if c.Kind == area.Moved {
		texts = append(texts,
			"UPDATE collection_window SET area = area + $3, lo = lo + $3, hi = hi + $3, ver = ver + 1 WHERE area BETWEEN $1 AND $2 AND area > 0 AND ended IS NULL",
			"UPDATE norm_table SET area = area + $3, lo = lo + $3, hi = hi + $3, ver = ver + 1 WHERE area BETWEEN $1 AND $2 AND area > 0 AND NOT EXISTS (SELECT 1 FROM norm_table t WHERE t.area = norm_table.area + $3 AND t.year = norm_table.year)")
	}
	err := s.db.Tx(ctx, scope, func(tx store.Tx) error {
		for _, text := range texts {
			if _, err := tx.Exec(ctx, text, r.Lo, r.Hi, by); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || c.Kind != area.Moved {
		return err
	}
	return s.followForms(ctx, scope, r, by)
}

// followForms brings the forms of areas to the keys under which these go on, unless there is another form already.
func (s *Service) followForms(ctx context.Context, scope access.Scope, r access.Range, by int64) error {
	type form struct{ home, id, area int64 }
	forms, err := store.All(ctx, s.db.In(scope), "SELECT home, id, area FROM place p WHERE {checked} AND area BETWEEN $1 AND $2 AND NOT EXISTS (SELECT 1 FROM place o WHERE o.area = p.area + $3) ORDER BY area", []any{r.Lo, r.Hi, by},
		func(rows store.Rows, f *form) error { return rows.Scan(&f.home, &f.id, &f.area) })
	if err != nil {
		return fmt.Errorf("read the forms of areas: %w", err)
	}
	for _, f := range forms {
		err := s.db.Tx(ctx, scope, func(tx store.Tx) error {
			if _, err := tx.Exec(ctx, "UPDATE place SET area = $3, ver = ver + 1 WHERE {checked} AND home = $1 AND id = $2", f.home, f.id, f.area+by); err != nil {
				return err
			}
			if err := moveRows(ctx, tx, f.home, f.area+by, 0, f.id); err != nil {
				return err
			}
			return moveSets(ctx, tx, f.home, f.area+by, f.id)
		})
		if err != nil {
			return fmt.Errorf("bring the form of an area along: %w", err)
		}
	}
	return nil
}
