package overview

import (
	"context"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// Month is the figures of an area at the end of a month, as they were frozen.
type Month struct {
	Day  clock.Day // the month's last
	Part Part
}

// Trend returns the frozen figures of an area in scope, oldest first: those of two years. Months before the area came
// to be from another, or took another in, hold the figures of that one. To who may not read households (rows false) a
// month tells what the table of that month would.
func (m *MonthEnds) Trend(ctx context.Context, scope access.Scope, s *Service, key int64, rows bool) ([]Month, error) {
	if !scope.Holds(key) {
		return nil, nil
	}
	from := m.today() - mostMonths*31
	months, err := m.months(ctx, from)
	if err != nil || len(months) == 0 {
		return nil, err
	}
	pack, err := s.pack(key)
	if err != nil {
		return nil, err
	}
	chain, whole := s.chain(scope, key)
	if !rows && !whole {
		return nil, nil
	}
	if rows {
		chain = []int64{key}
	}
	answers := make([][]Answer, len(months))
	for _, around := range chain {
		found, err := m.answers(ctx, scope, around, months, pack, !rows)
		if err != nil {
			return nil, err
		}
		for i := range months {
			answers[i] = append(answers[i], found[i])
		}
	}
	trend := make([]Month, len(months))
	for i, month := range months {
		last := &answers[i][len(chain)-1]
		if !rows {
			var around *sheet
			for _, a := range answers[i] {
				around = newSheet(a, nil, pack, around, s.least(pack, key))
			}
			around.mark(last)
		}
		trend[i] = Month{month, last.Whole}
	}
	return trend, nil
}

// months are the frozen months after a day, oldest first.
func (m *MonthEnds) months(ctx context.Context, from clock.Day) ([]clock.Day, error) {
	months, err := store.All(ctx, m.db.In(program), "SELECT month FROM month_end WHERE frozen IS NOT NULL AND month > $1 ORDER BY month", []any{int64(from)},
		func(r store.Rows, day *clock.Day) error { return r.Scan(day) })
	if err != nil {
		return nil, fmt.Errorf("list frozen months: %w", err)
	}
	return months, nil
}

// answers are an area, and where wanted those directly below it, at the end of each month.
func (m *MonthEnds) answers(ctx context.Context, scope access.Scope, key int64, months []clock.Day, pack *policy.Pack, parts bool) ([]Answer, error) {
	var children []area.Area
	if parts {
		var err error
		if children, err = m.areas.Children(ctx, scope, key, 0, mostParts); err != nil {
			return nil, err
		}
	}
	whole, err := m.before(ctx, key)
	if err != nil {
		return nil, err
	}
	keys := []int64{}
	for _, one := range whole {
		keys = append(keys, one.From)
	}
	for _, child := range children {
		keys = append(keys, child.Key)
	}
	figures, err := m.figures(ctx, append(keys, key), months[0])
	if err != nil {
		return nil, err
	}
	of := standingsOf(pack)
	answers := make([]Answer, len(months))
	for i, month := range months {
		a := Answer{Whole: Part{Place: area.Area{Key: key}, told: open}}
		rest := Part{told: open}
		for _, child := range children {
			part := Part{Place: child, told: open}
			part.add(figures[month][child.Key], of)
			a.Parts = append(a.Parts, part)
		}
		a.Whole.add(figures[month][key], of)
		for _, one := range whole {
			if month < one.Day {
				a.Whole.add(figures[month][one.From], of)
				rest.add(figures[month][one.From], of)
			}
		}
		if rest.Figure.Households > 0 {
			a.Parts = append(a.Parts, rest)
		}
		answers[i] = a
	}
	return answers, nil
}

// add adds frozen figures to a part.
func (p *Part) add(figures []frozen, of standings) {
	for _, f := range figures {
		p.Figure.add(registry.Group{Status: f.status, Households: f.households, Persons: f.persons, Assessed: f.Assessed}, of)
	}
}

// figures are the frozen figures of areas since a month, by month and area.
func (m *MonthEnds) figures(ctx context.Context, keys []int64, from clock.Day) (map[clock.Day]map[int64][]frozen, error) {
	found := map[clock.Day]map[int64][]frozen{}
	for some := range slices.Chunk(keys, 500) {
		args := []any{int64(from)}
		for _, key := range some {
			args = append(args, key)
		}
		list, err := store.All(ctx, m.db.In(program), "SELECT key, status, "+figureColumns+", month"+" FROM month_figure WHERE {checked} AND month >= $1 AND key IN ("+store.In(2, len(some))+") ORDER BY key, month, status", args,
			func(r store.Rows, f *frozen) error { return scanFrozen(r, f, &f.month) })
		if err != nil {
			return nil, fmt.Errorf("read frozen figures: %w", err)
		}
		for _, f := range list {
			if found[f.month] == nil {
				found[f.month] = map[int64][]frozen{}
			}
			found[f.month][f.key] = append(found[f.month][f.key], f)
		}
	}
	return found, nil
}

// before are the changes by which other areas became this one, or part of it, also of areas that had become those.
func (m *MonthEnds) before(ctx context.Context, key int64) ([]area.Change, error) {
	changes, err := m.areas.Changes(ctx, program, mostParts)
	if err != nil {
		return nil, err
	}
	var found []area.Change
	into := []int64{key}
	for len(into) > 0 {
		for _, c := range changes {
			if c.To == into[0] && c.Done && !slices.ContainsFunc(found, func(f area.Change) bool { return f.From == c.From }) {
				found = append(found, c)
				into = append(into, c.From)
			}
		}
		into = into[1:]
	}
	return found, nil
}
