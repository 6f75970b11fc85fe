package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// twins finds rows of one file that say they are the same record, or the same person. The later row says what follows
// from it, the earlier one is named and mentions the later.
type twins struct {
	keys    map[string]int
	ids     map[[16]byte]int
	persons map[likeness]int
	earlier map[int][]Problem // rows of chunks that are stored already
}

// likeness is what two rows of one person have in common although their keys differ.
type likeness struct{ household, name, sex, birth string }

func newTwins() *twins {
	return &twins{keys: map[string]int{}, ids: map[[16]byte]int{}, persons: map[likeness]int{}, earlier: map[int][]Problem{}}
}

// findTwins compares the rows of a chunk with each other and with those before; a file with a column of years may hold
// a key once a year.
func (r *importRun) findTwins(rows []parsed) {
	for i := range rows {
		p := &rows[i]
		if p.key == "" {
			continue
		}
		name := p.key
		if r.r.year >= 0 {
			y, _, _ := p.day.Civil()
			name = fmt.Sprint(y, " ", p.key)
		}
		if first, ok := r.twins.keys[name]; ok && first != p.n {
			r.twins.name(rows[:i], p, first, r.im.Mapping.Key, "twin", policy.Reject)
			continue
		}
		r.twins.keys[name] = p.n
		if r.im.Mapping.Subject == SubjectPerson && r.r.year < 0 {
			r.findSamePerson(rows[:i], p)
		}
	}
}

// findSamePerson compares a person's row with those before by national number, and by household, name, sex and birth.
func (r *importRun) findSamePerson(before []parsed, p *parsed) {
	if number, ok := p.values[FieldNationalID].(string); ok {
		hash := r.s.keys.Ring().Blind(idField, []byte(number))
		if first, ok := r.twins.ids[hash]; ok && first != p.n {
			r.twins.name(before, p, first, r.r.columnOf(SubjectPerson, FieldNationalID), "twin_id", policy.Provisional)
			return
		}
		r.twins.ids[hash] = p.n
	}
	text := func(field string) string {
		value, _ := p.values[field].(string)
		return value
	}
	like := likeness{p.household, text(FieldName), text(FieldSex), text(FieldBirth)}
	if like.name == "" || like.birth == "" {
		return
	}
	if first, ok := r.twins.persons[like]; ok && first != p.n {
		r.twins.name(before, p, first, r.r.columnOf(SubjectPerson, FieldName), "twin_person", policy.Listed)
		return
	}
	r.twins.persons[like] = p.n
}

// name says on both rows that they are twins.
func (t *twins) name(before []parsed, p *parsed, first int, column, key string, severity policy.Severity) {
	say := func(key string, row int) func(i18n.Lang) string {
		return func(lang i18n.Lang) string {
			return i18n.T(lang, "registry.row."+key, "row", strconv.Itoa(row))
		}
	}
	p.problems = append(p.problems, newProblem(column, severity, say(key, first)))
	mention := newProblem(column, Note, say(key+"_later", p.n))
	for i := range before {
		if before[i].n == first {
			before[i].problems = append(before[i].problems, mention)
			return
		}
	}
	t.earlier[first] = append(t.earlier[first], mention)
}

// noteEarlier adds to rows of earlier chunks that a later one is their twin.
func (t *twins) noteEarlier(ctx context.Context, tx store.Tx, im int64) error {
	for _, n := range slices.Sorted(maps.Keys(t.earlier)) {
		var text string
		if err := store.One(ctx, tx, "SELECT problems FROM staging WHERE {checked} AND set_id = $1 AND n = $2", []any{im, n}, &text); err != nil {
			return err
		}
		var known []Problem
		if text != "" {
			if err := json.Unmarshal([]byte(text), &known); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, "UPDATE staging SET problems = $3 WHERE {checked} AND set_id = $1 AND n = $2", im, n, encodeProblems(append(known, t.earlier[n]...))); err != nil {
			return err
		}
	}
	return nil
}
