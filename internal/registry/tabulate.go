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
	// Welfare also sums what the latest assessments say; only the mirror can.
	Welfare bool
	// Level is the level of the areas to count by; 0 for those directly below the filter's.
	Level int
}

// Group is the households of an area, of a status and of a value.
type Group struct {
	Area       int64
	Status     string
	Value      string // of the dimension, "" where it is not known or nothing was broken down
	Households int64
	// Persons are the members of these households; of a dimension of persons, those who have the value.
	Persons int64
	Assessed
}

// Assessed is what the latest assessments say of some persons, each of whom counts as the household does.
type Assessed struct {
	// Welfare is the sum, over the persons whose household's welfare is known, of its welfare per person in minor units;
	// Known is how many these are.
	Welfare, Known int64
	// Judged are the persons whose household a rule of the pack could judge, Below those of whom it says that they are poor.
	Judged, Below int64
	// JudgedHouseholds and BelowHouseholds are their households.
	JudgedHouseholds, BelowHouseholds int64
}

// Add adds what is said of others.
func (a *Assessed) Add(b Assessed) {
	a.Welfare, a.Known = a.Welfare+b.Welfare, a.Known+b.Known
	a.Judged, a.Below = a.Judged+b.Judged, a.Below+b.Below
	a.JudgedHouseholds, a.BelowHouseholds = a.JudgedHouseholds+b.JudgedHouseholds, a.BelowHouseholds+b.BelowHouseholds
}

// Tabulated are counts, and what they are of.
type Tabulated struct {
	Groups []Group
	// AsOf is the moment up to which changes are in the counts.
	AsOf clock.Time
	// Welfare says that the sums of welfare are there.
	Welfare bool
}

// Tabulate counts the selected households by areas below that of the filter, by status and by a dimension. Of an
// overlapping dimension a household counts once for each of its values, and a person for each of their own.
func (s *Service) Tabulate(ctx context.Context, scope access.Scope, ask Ask) (Tabulated, error) {
	q, err := s.condition(ctx, scope, ask.Filter)
	if err != nil {
		return Tabulated{}, err
	}
	scheme := s.areas.Scheme()
	level := ask.Level
	if level == 0 {
		level = min(scheme.Level(ask.Area)+1, scheme.Levels())
	}
	width := scheme.Keys(level)
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
	q := mirror.Query{In: scope.Ranges(), Where: where, ByArea: width, By: []mirror.Group{{Column: MirrorStatus}}, Weight: MirrorMembers}
	if ask.By == nil || !ask.By.Overlapping {
		if ask.By != nil {
			q.By = append(q.By, ask.By.group())
		}
		groups, err := tabulated(t, q, ask, func(key []int64) string { return ask.By.valueOf(t, key) })
		return groups, err == nil, err
	}
	var all []Group
	for _, value := range append([]string{""}, codesOf(t, ask.By.column())...) {
		groups, err := tabulatedValue(t, q, ask, value)
		if err != nil {
			return nil, false, err
		}
		all = append(all, groups...)
	}
	sortGroups(all)
	return all, true, nil
}

// tabulatedValue counts the households that have a value of an overlapping dimension, or of which none is known.
func tabulatedValue(t *mirror.Table, q mirror.Query, ask Ask, value string) ([]Group, error) {
	ofValue := func([]int64) string { return value }
	column := ask.By.column()
	having := mirror.Condition{Column: column, In: []int64{mirror.Unknown}}
	if value != "" {
		having = anyOf(column, codesOf(t, column), []string{value})
	}
	one := q
	one.Where = append(slices.Clone(q.Where), having)
	if !ask.By.ofPersons() {
		return tabulated(t, one, ask, ofValue)
	}
	one.Weight = personsOf(column, value)
	groups, err := tabulated(t, one, ask, ofValue)
	if err != nil || value != "" {
		return groups, err
	}
	// Somebody whose answer is not known may live with others whose answers are.
	one.Where = q.Where
	persons, err := tabulated(t, one, ask, ofValue)
	if err != nil {
		return nil, err
	}
	for i := range persons {
		persons[i].Households = 0
	}
	return mergeGroups(groups, persons), nil
}

// mergeGroups takes households from some groups and what is said of persons from others.
func mergeGroups(households, persons []Group) []Group {
	type key struct {
		area          int64
		status, value string
	}
	at := map[key]int{}
	for i, g := range persons {
		at[key{g.Area, g.Status, g.Value}] = i
	}
	for _, g := range households {
		if i, ok := at[key{g.Area, g.Status, g.Value}]; ok {
			persons[i].Households = g.Households
		} else {
			persons = append(persons, Group{Area: g.Area, Status: g.Status, Value: g.Value, Households: g.Households})
		}
	}
	persons = slices.DeleteFunc(persons, func(g Group) bool { return g.Households == 0 && g.Persons == 0 })
	sortGroups(persons)
	return persons
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

// mostGroups is for how many groups room is made at once: a nation by county and status.
const mostGroups = 1 << 15

// tabulated asks the mirror once, by verdict too where the assessments are wanted, and adds up.
func tabulated(t *mirror.Table, q mirror.Query, ask Ask, value func(key []int64) string) ([]Group, error) {
	welfare := ask.Welfare && mirrors(t, MirrorWelfare)
	if welfare {
		q.Sum = []string{MirrorWelfare}
		q.By = append(slices.Clone(q.By), mirror.Group{Column: MirrorVerdict})
	}
	cells, err := t.Cells(q)
	if err != nil {
		return nil, err
	}
	kinds, of := kindsOf(t, cells.Keys, value)
	groups := make([]Group, 0, min(cells.Areas()*len(kinds), mostGroups))
	one, now := slices.Clone(kinds), int64(0)
	tell := func() {
		for i := range one {
			if one[i].Households > 0 {
				one[i].Area = now
				groups = append(groups, one[i])
				one[i] = kinds[i]
			}
		}
	}
	for c := range cells.All() {
		if c.Area != now {
			tell()
			now = c.Area
		}
		g := &one[of[c.Of]]
		g.Households += c.Count
		g.Persons += c.Weight
		if welfare {
			g.Assessed.Add(assessed(c, cells.Keys[c.Of]))
		}
	}
	tell()
	return groups, nil
}

// kindsOf are the groups that an area may have, empty and in order, and which of them each key belongs to.
func kindsOf(t *mirror.Table, keys [][]int64, value func(key []int64) string) (kinds []Group, of []int) {
	status, each := codesOf(t, MirrorStatus), make([]Group, len(keys))
	for i, key := range keys {
		if each[i].Value = value(key); key[0] != mirror.Unknown {
			each[i].Status = status[key[0]]
		}
	}
	kinds = slices.Clone(each)
	sortGroups(kinds)
	kinds = slices.Compact(kinds)
	for _, g := range each {
		at, _ := slices.BinarySearchFunc(kinds, g, byPlace)
		of = append(of, at)
	}
	return kinds, of
}

// assessed is what a cell, grouped by verdict last, says of its persons.
func assessed(c mirror.Filled, key []int64) Assessed {
	a := Assessed{Welfare: c.Sums[0].Total, Known: c.Sums[0].Known}
	switch key[len(key)-1] {
	case VerdictPoor:
		a.Below, a.BelowHouseholds = c.Weight, c.Count
		a.Judged, a.JudgedHouseholds = c.Weight, c.Count
	case VerdictNotPoor:
		a.Judged, a.JudgedHouseholds = c.Weight, c.Count
	}
	return a
}

func sortGroups(groups []Group) { slices.SortFunc(groups, byPlace) }

func byPlace(a, b Group) int {
	return cmp.Or(cmp.Compare(a.Area, b.Area), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Value, b.Value))
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
	part := "h.area - h.area % " + q.bind(width) + " AS a"
	inner := "SELECT DISTINCT h.home, h.id, " + part + ", h.status AS status, h.members AS members, " + value + " AS value FROM " + from + " WHERE " + q.where()
	households, err := s.groups(ctx, q, "count(*), CAST(sum(members) AS bigint)", inner)
	if err != nil || ask.By == nil || !ask.By.ofPersons() {
		return households, err
	}
	number, err := s.itemNumber(ctx, SubjectPerson, ask.By.Item.Code)
	if err != nil {
		return nil, err
	}
	inner = "SELECT m.person, " + part + ", h.status AS status, coalesce(v.txt, '') AS value FROM household h JOIN membership m ON m.home = h.home AND m.household = h.id AND m.to_day IS NULL" +
		" LEFT JOIN fact_index v ON v.home = m.home AND v.subject = m.person AND v.item = " + strconv.FormatInt(number, 10) + " AND v.txt IS NOT NULL WHERE " + q.where()
	persons, err := s.groups(ctx, q, "0, count(DISTINCT person)", inner)
	return mergeGroups(households, persons), err
}

// groups counts the rows of a query by area, status and value.
func (s *Service) groups(ctx context.Context, q *query, counts, inner string) ([]Group, error) {
	sql := "SELECT a, status, value, " + counts + " FROM (" + inner + ") x GROUP BY a, status, value ORDER BY a, status, value"
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
	return "coalesce(v.txt, '')", from + " LEFT JOIN fact_index v ON v.item = " + strconv.FormatInt(number, 10) + " AND v.area = h.area AND v.household = h.id AND v.txt IS NOT NULL", nil
}
