package identify

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/store"
)

// AreaCount is how many households and persons of a run are poor in an area.
type AreaCount struct {
	Area                      area.Area
	Households, Poor, Unknown int64 // households
	Persons, PoorPersons      int64
	UnknownPersons            int64
	// Veil says which of the figures may not be shown to the reader; these are 0.
	Veil Veil
}

// PersonRate is the share of persons in poor households among those whose household could be judged; false if none
// was, or if it may not be shown.
func (c AreaCount) PersonRate() (float64, bool) {
	judged := c.Persons - c.UnknownPersons
	return float64(c.PoorPersons) / float64(judged), judged > 0 && c.Veil == Clear
}

// HouseholdRate is the share of poor households among those that could be judged; false if none was, or if it may not
// be shown.
func (c AreaCount) HouseholdRate() (float64, bool) {
	judged := c.Households - c.Unknown
	return float64(c.Poor) / float64(judged), judged > 0 && c.Veil == Clear
}

func (c *AreaCount) add(outcome Outcome, households, persons int64) {
	c.Households += households
	c.Persons += persons
	switch outcome {
	case Poor:
		c.Poor += households
		c.PoorPersons += persons
	case Unknown:
		c.Unknown += households
		c.UnknownPersons += persons
	}
}

// Headcount counts a run in scope below areaKey, as a whole and by the areas directly below. Areas are those in which
// households stood on the day of the run. Who may not read the households of an area sees no small cells of it: see
// Veil.
func (s *Service) Headcount(ctx context.Context, scope access.Scope, run, areaKey int64) (total AreaCount, byArea []AreaCount, err error) {
	counted, err := s.count(ctx, scope, run, areaKey)
	if err != nil {
		return total, nil, err
	}
	rows, err := access.Decide(scope.Caller(), access.HouseholdList)
	if err != nil { // who may not list households anywhere reads none
		rows = access.Scope{}
	}
	open := func(key int64) bool { return covers(rows, scope.Within(s.areas.Scheme().Range(key))) }
	if !open(areaKey) {
		if counted, err = s.veiled(ctx, scope, run, areaKey, counted, open); err != nil {
			return total, nil, err
		}
	}
	return counted.total, counted.areas, s.name(ctx, counted.areas)
}

// covers says whether all that scope holds lies in scope rows.
func covers(rows, scope access.Scope) bool {
	for _, r := range scope.Ranges() {
		covered := false
		for _, readable := range rows.Ranges() {
			covered = covered || (readable.Lo <= r.Lo && r.Hi <= readable.Hi)
		}
		if !covered {
			return false
		}
	}
	return true
}

// veiled counts from the outermost area inwards, because what an outer table may not show must not come back as the
// total of an inner one.
func (s *Service) veiled(ctx context.Context, scope access.Scope, run, areaKey int64, last counted, open func(int64) bool) (counted, error) {
	path := append([]int64{0}, s.areas.Scheme().Path(areaKey)...)
	above := Clear
	for i, key := range path[:len(path)-1] {
		outer, err := s.count(ctx, scope, run, key)
		if err != nil {
			return counted{}, err
		}
		above = outer.protect(above, open).veil(path[i+1])
	}
	return last.protect(above, open), nil
}

// count counts without regard to who reads.
func (s *Service) count(ctx context.Context, scope access.Scope, run, areaKey int64) (counted, error) {
	scheme := s.areas.Scheme()
	level := min(scheme.Level(areaKey)+1, scheme.Levels())
	child := scheme.Range(scheme.Child(scheme.At(areaKey, level-1), 1))
	narrowed := scope.Within(scheme.Range(areaKey))
	type cell struct {
		area              int64
		outcome           Outcome
		households, heads int64
	}
	cells, err := store.All(ctx, s.db.In(narrowed), `SELECT x.area, x.verdict, count(*), CAST(sum(x.persons) AS bigint) FROM
		(SELECT a.area - a.area % $2 AS area, a.verdict, a.persons FROM assessment a WHERE a.run = $1 AND {scope a.area}) x GROUP BY x.area, x.verdict ORDER BY x.area`,
		[]any{run, child.Hi - child.Lo + 1}, func(r store.Rows, c *cell) error { return r.Scan(&c.area, &c.outcome, &c.households, &c.heads) })
	if err != nil {
		return counted{}, fmt.Errorf("count a run by area: %w", err)
	}
	var found counted
	for _, c := range cells {
		if n := len(found.areas); n == 0 || found.areas[n-1].Area.Key != c.area {
			found.areas = append(found.areas, AreaCount{Area: area.Area{Key: c.area}})
		}
		found.areas[len(found.areas)-1].add(c.outcome, c.households, c.heads)
		found.total.add(c.outcome, c.households, c.heads)
	}
	return found, nil
}

// name fills in the areas, of which only the keys are known.
func (s *Service) name(ctx context.Context, counts []AreaCount) error {
	keys := make([]int64, len(counts))
	for i, c := range counts {
		keys[i] = c.Area.Key
	}
	places, err := s.registry.Places(ctx, keys)
	if err != nil {
		return err
	}
	for i := range counts {
		if place, ok := places[counts[i].Area.Key]; ok {
			counts[i].Area = place
		}
	}
	return nil
}
