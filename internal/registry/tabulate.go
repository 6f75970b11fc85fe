package registry

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/mirror"
	"rightkey/internal/store"
)

// Ask says which counts of households are wanted.
type Ask struct {
	Filter
	// By breaks the counts down; nil does not.
	By *Dimension
	// Welfare also sums the welfare of the latest assessments; only the mirror can.
	Welfare bool
}

// Group is the households of one of the areas directly below that of the filter, of a status and of a value.
type Group struct {
	Area                int64
	Status              string
	Value               string // of the dimension, "" where it is not known or nothing was broken down
	Households, Persons int64
	// Welfare is the sum, over the persons whose household was assessed, of the household's welfare per person in minor
	// units; Known is how many these are.
	Welfare, Known int64
}

// Tabulated are counts, and what they are of.
type Tabulated struct {
	Groups []Group
	// AsOf is the moment up to which changes are in the counts.
	AsOf clock.Time
	// Welfare says that the sums of welfare are there.
	Welfare bool
}

// Tabulate counts the selected households by the areas directly below that of the filter, by status and by a
// dimension. Of an overlapping dimension a household counts once for each of its values.
func (s *Service) Tabulate(ctx context.Context, scope access.Scope, ask Ask) (Tabulated, error) {
	q, err := s.condition(ctx, scope, ask.Filter)
	if err != nil {
		return Tabulated{}, err
	}
	width := s.partWidth(ask.Area)
	t, asOf, err := s.tableAsOf(ctx)
	if err != nil {
		return Tabulated{}, err
	}
	if t != nil {
		if groups, ok, err := s.tabulateMirror(t, q.scope, ask, width); ok || err != nil {
			return Tabulated{groups, asOf, ask.Welfare && mirrors(t, MirrorWelfare)}, err
		}
	}
	groups, err := s.tabulateSQL(ctx, q, ask, width)
	return Tabulated{Groups: groups, AsOf: s.Now()}, err
}

// partWidth is how many keys an area directly below another has.
func (s *Service) partWidth(area int64) int64 {
	scheme := s.areas.Scheme()
	level := min(scheme.Level(area)+1, scheme.Levels())
	below := scheme.Range(scheme.Child(scheme.At(area, level-1), 1))
	return below.Hi - below.Lo + 1
}

// tableAsOf is the mirror and the moment up to which changes are in it.
func (s *Service) tableAsOf(ctx context.Context) (*mirror.Table, clock.Time, error) {
	now := s.Now()
	end, err := s.journal.End(ctx)
	if err != nil {
		return nil, 0, err
	}
	t, err := s.table(ctx)
	if t == nil || err != nil || t.Pos() >= end {
		return t, now, err
	}
	next, err := s.journal.Since(ctx, t.Pos(), 1)
	if err != nil || len(next) == 0 {
		return t, now, err
	}
	return t, min(now, next[0].At), nil
}

func mirrors(t *mirror.Table, column string) bool {
	return slices.ContainsFunc(t.Columns(), func(c mirror.Column) bool { return c.Name == column })
}

// tabulateMirror answers by the mirror; false where it has no column for what is asked.
func (s *Service) tabulateMirror(t *mirror.Table, scope access.Scope, ask Ask, width int64) ([]Group, bool, error) {
	where, ok := s.conditions(t, ask.Filter)
	if !ok || ask.By != nil && !mirrors(t, ask.By.column()) {
		return nil, false, nil
	}
	q := mirror.Query{In: scope.Ranges(), Where: where, ByArea: width, By: []mirror.Group{{Column: MirrorStatus}}}
	if ask.By == nil || !ask.By.Overlapping {
		if ask.By != nil {
			q.By = append(q.By, ask.By.group())
		}
		groups, err := tabulated(t, q, ask, func(key []int64) string { return ask.By.valueOf(t, key) })
		return groups, err == nil, err
	}
	var all []Group
	codes := codesOf(t, ask.By.column())
	for _, value := range append([]string{""}, codes...) {
		c := mirror.Condition{Column: ask.By.column(), In: []int64{mirror.Unknown}}
		if value != "" {
			c = anyOf(c.Column, codes, []string{value})
		}
		one := q
		one.Where = append(slices.Clone(where), c)
		groups, err := tabulated(t, one, ask, func([]int64) string { return value })
		if err != nil {
			return nil, false, err
		}
		all = append(all, groups...)
	}
	sortGroups(all)
	return all, true, nil
}

// valueOf is the value that a cell's key holds after the status.
func (d *Dimension) valueOf(t *mirror.Table, key []int64) string {
	switch {
	case d == nil || key[1] == mirror.Unknown:
		return ""
	case d.Code == BySize && key[1] == 0:
		return "" // nobody present
	case d.Code == BySize:
		return strconv.FormatInt(key[1], 10)
	}
	return codesOf(t, d.column())[key[1]]
}

// tabulated asks the mirror twice where welfare is wanted: its sum is weighted by the persons.
func tabulated(t *mirror.Table, q mirror.Query, ask Ask, value func(key []int64) string) ([]Group, error) {
	status := codesOf(t, MirrorStatus)
	q.Sum = []string{MirrorMembers}
	counted, err := t.Count(q)
	if err != nil {
		return nil, err
	}
	groups := make([]Group, len(counted))
	for i, c := range counted {
		groups[i] = Group{Area: c.Area, Value: value(c.Key), Households: c.Count, Persons: c.Sums[0].Total}
		if c.Key[0] != mirror.Unknown {
			groups[i].Status = status[c.Key[0]]
		}
	}
	if ask.Welfare && mirrors(t, MirrorWelfare) {
		q.Sum, q.Weight = []string{MirrorWelfare}, MirrorMembers
		if counted, err = t.Count(q); err != nil {
			return nil, err
		}
		for i, c := range counted { // the same cells: sums leave no household out
			groups[i].Welfare, groups[i].Known = c.Sums[0].Total, c.Sums[0].Known
		}
	}
	sortGroups(groups)
	return groups, nil
}

func sortGroups(groups []Group) {
	slices.SortFunc(groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(a.Area, b.Area), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Value, b.Value))
	})
}

// tabulateSQL answers from the register itself.
func (s *Service) tabulateSQL(ctx context.Context, q *query, ask Ask, width int64) ([]Group, error) {
	value, from := "''", "household h"
	if ask.By != nil {
		var err error
		if value, from, err = s.valueSQL(ctx, q, *ask.By); err != nil {
			return nil, err
		}
	}
	inner := "SELECT DISTINCT h.home, h.id, h.area - h.area % " + q.bind(width) + " AS a, h.status AS status, h.members AS members, " + value + " AS value FROM " + from + " WHERE " + q.where()
	sql := "SELECT a, status, value, count(*), CAST(sum(members) AS bigint) FROM (" + inner + ") x GROUP BY a, status, value ORDER BY a, status, value"
	groups, err := store.All(ctx, s.db.In(q.scope), sql, q.args, func(r store.Rows, g *Group) error {
		return r.Scan(&g.Area, &g.Status, &g.Value, &g.Households, &g.Persons)
	})
	if err != nil {
		return nil, fmt.Errorf("count households: %w", err)
	}
	return groups, nil
}

// valueSQL is the value of a dimension, and the tables from which it is read.
func (s *Service) valueSQL(ctx context.Context, q *query, d Dimension) (value, from string, err error) {
	from = "household h"
	switch d.Code {
	case BySize:
		most := q.bind(int64(largestSize))
		return "CASE WHEN h.members <= 0 THEN '' WHEN h.members > CAST(" + most + " AS bigint) THEN CAST(CAST(" + most + " AS bigint) AS text) ELSE CAST(h.members AS text) END", from, nil
	case ByHeadSex:
		return "coalesce((SELECT p.sex FROM person p WHERE p.home = h.home AND p.id = h.head), '')", from, nil
	}
	number, err := s.itemNumber(ctx, d.Item.Subject, d.Item.Code)
	if err != nil {
		return "", "", err
	}
	return "coalesce(v.txt, '')", from + " LEFT JOIN fact_index v ON v.item = " + q.bind(number) + " AND v.area = h.area AND v.household = h.id AND v.txt IS NOT NULL", nil
}
