package registry

import (
	"context"
	"fmt"
	"math"

	"rightkey/internal/mirror"
	"rightkey/internal/store"
)

const mirroredColumns = "h.home, h.id, h.area, h.status, h.members, h.closed, coalesce((SELECT p.sex FROM person p WHERE p.home = h.home AND p.id = h.head), '')"

// mirroredHousehold is a household as the mirror reads it.
type mirroredHousehold struct {
	home, id, area int64
	status         string
	members        int64
	closed         *int64
	headSex        string
}

func scanMirrored(r store.Rows, h *mirroredHousehold) error {
	return r.Scan(&h.home, &h.id, &h.area, &h.status, &h.members, &h.closed, &h.headSex)
}

// rows makes the rows of households, in their order.
func (m *Mirrored) rows(ctx context.Context, schema *mirror.Schema, households []mirroredHousehold) ([]mirror.Row, error) {
	rows := make([]mirror.Row, len(households))
	at := map[int64]int{}
	byHome := map[int64][]int64{}
	for i, h := range households {
		rows[i] = mirror.Row{Area: h.area, ID: h.id, Values: make([]int64, len(m.columns))}
		for k := range rows[i].Values {
			rows[i].Values[k] = mirror.Unknown
		}
		at[h.id] = i
		byHome[h.home] = append(byHome[h.home], h.id)
		if err := core(schema, h, rows[i].Values); err != nil {
			return nil, err
		}
	}
	for home, ids := range byHome {
		if err := m.addFacts(ctx, schema, home, ids, rows, at); err != nil {
			return nil, err
		}
		if err := m.addParts(ctx, schema, home, ids, rows, at); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// core fills the columns that every country has.
func core(schema *mirror.Schema, h mirroredHousehold, values []int64) (err error) {
	values[0], values[2] = 0, h.members
	if h.closed != nil {
		values[0] = 1
	}
	if h.status != "" {
		if values[1], err = schema.Code(1, h.status); err != nil {
			return err
		}
	}
	if h.headSex != "" {
		values[3], err = schema.Code(3, h.headSex)
	}
	return err
}

// addFacts fills the columns of the pack's items from the index of facts.
func (m *Mirrored) addFacts(ctx context.Context, schema *mirror.Schema, home int64, ids []int64, rows []mirror.Row, at map[int64]int) error {
	args := []any{home}
	for _, id := range ids {
		args = append(args, id)
	}
	for _, sql := range []string{
		"SELECT f.household, f.item, f.num, f.txt FROM fact_index f WHERE {checked} AND f.home = $1 AND f.subject IN (%s)",
		"SELECT d.household, f.item, f.num, f.txt FROM dwelling d JOIN fact_index f ON f.home = d.home AND f.subject = d.id WHERE {checked} AND (d.to_day IS NULL OR f.txt IS NOT NULL) AND d.home = $1 AND d.household IN (%s)",
		"SELECT m.household, f.item, f.num, f.txt FROM membership m JOIN fact_index f ON f.home = m.home AND f.subject = m.person AND f.household = m.household WHERE {checked} AND f.txt IS NOT NULL AND m.home = $1 AND m.household IN (%s)",
	} {
		found, err := m.s.db.Query(ctx, m.scope, fmt.Sprintf(sql, store.In(2, len(ids))), args...)
		if err != nil {
			return err
		}
		if err := m.fill(schema, found, rows, at); err != nil {
			return fmt.Errorf("read facts for the mirror: %w", err)
		}
	}
	if len(m.persons) == 0 {
		return nil
	}
	return m.addPersons(ctx, home, ids, rows, at)
}

// addPersons fills the columns that count members by their answers: all are of whom nothing is known, until an answer
// of theirs is read.
func (m *Mirrored) addPersons(ctx context.Context, home int64, ids []int64, rows []mirror.Row, at map[int64]int) error {
	args := []any{home}
	counts := map[int64]map[string]int{}
	for _, id := range ids {
		args = append(args, id)
		values := rows[at[id]].Values
		for _, c := range m.persons {
			counts[c.item] = c.columns
			for _, column := range c.columns {
				values[column] = 0
			}
			values[c.columns[""]] = values[2]
		}
	}
	type answer struct {
		household, item, person int64
		txt                     string
	}
	answers, err := store.All(ctx, m.s.db.In(m.scope), `SELECT DISTINCT m.household, f.item, f.subject, f.txt FROM membership m JOIN fact_index f ON f.home = m.home AND f.subject = m.person
		WHERE {checked} AND f.txt IS NOT NULL AND m.to_day IS NULL AND m.home = $1 AND m.household IN (`+store.In(2, len(ids))+`) ORDER BY m.household, f.item, f.subject`, args,
		func(r store.Rows, a *answer) error { return r.Scan(&a.household, &a.item, &a.person, &a.txt) })
	if err != nil {
		return fmt.Errorf("count members for the mirror: %w", err)
	}
	var last answer
	for _, a := range answers {
		columns := counts[a.item]
		if columns == nil {
			continue
		}
		values := rows[at[a.household]].Values
		if column, ok := columns[a.txt]; ok {
			values[column]++
		}
		if a.household != last.household || a.item != last.item || a.person != last.person {
			values[columns[""]]--
		}
		last = a
	}
	return nil
}

func (m *Mirrored) fill(schema *mirror.Schema, found store.Rows, rows []mirror.Row, at map[int64]int) error {
	defer found.Close()
	for found.Next() {
		var household, number int64
		var num *float64
		var txt *string
		if err := found.Scan(&household, &number, &num, &txt); err != nil {
			return err
		}
		item, ok := m.items[number]
		if !ok {
			continue
		}
		value, err := item.value(schema, num, txt)
		if err != nil {
			return err
		}
		of := &rows[at[household]].Values[item.column]
		if m.columns[item.column].Kind == mirror.Set && *of != mirror.Unknown {
			value |= *of
		}
		*of = value
	}
	return found.Err()
}

// value is an indexed value as the mirror holds it.
func (i mirroredItem) value(schema *mirror.Schema, num *float64, txt *string) (int64, error) {
	switch {
	case txt != nil:
		code, err := schema.Code(i.column, *txt)
		if err == nil && overlapping(i.Item) {
			code = mirror.SetOf(code)
		}
		return code, err
	case num != nil:
		return int64(math.Round(*num * i.scale)), nil
	}
	return mirror.Unknown, nil
}

// addParts fills the columns of later rooms, which stand last.
func (m *Mirrored) addParts(ctx context.Context, schema *mirror.Schema, home int64, ids []int64, rows []mirror.Row, at map[int64]int) error {
	first := len(m.columns)
	for i := len(m.parts) - 1; i >= 0; i-- {
		first -= len(m.parts[i].MirrorColumns())
	}
	for _, part := range m.parts {
		found, err := part.MirrorValues(ctx, schema, home, ids)
		if err != nil {
			return err
		}
		for id, values := range found {
			copy(rows[at[id]].Values[first:], values)
		}
		first += len(part.MirrorColumns())
	}
	return nil
}
