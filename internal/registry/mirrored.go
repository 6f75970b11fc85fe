package registry

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/journal"
	"rightkey/internal/mirror"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// Columns of the mirror that every country has; items of the pack are "household.CODE", "dwelling.CODE" and
// "person.CODE", of dwellings and persons the answers of any of them.
const (
	MirrorState   = "state"   // open or closed
	MirrorStatus  = "status"  // code of the pack's status list
	MirrorMembers = "members" // present members
	MirrorHeadSex = "head.sex"
)

// Columns by which a later room contributes what a household's latest assessment says: its welfare per person in minor
// units, and the verdict.
const (
	MirrorWelfare = "assessment.welfare"
	MirrorVerdict = "assessment.verdict"
)

// Numbers of the verdict's first codes.
const (
	VerdictPoor = iota
	VerdictNotPoor
)

// Verdicts are the codes of the verdict's column: poor, not poor, and judged without an answer.
var Verdicts = []string{VerdictPoor: "poor", VerdictNotPoor: "not_poor", 2: "unknown"}

// MirrorPart is columns of the mirror that a later room contributes.
type MirrorPart interface {
	// MirrorColumns are its columns, the same at every call.
	MirrorColumns() []mirror.Column
	// MirrorValues gives for households of a home a value of each column; a household without any is left out.
	MirrorValues(ctx context.Context, schema *mirror.Schema, home int64, households []int64) (map[int64][]int64, error)
}

// Mirrored is the register of households as the source of a mirror.
type Mirrored struct {
	s       *Service
	scope   access.Scope
	columns []mirror.Column
	items   map[int64]mirroredItem // by number of the indexed item
	persons []personCounts
	parts   []MirrorPart
}

// mirroredItem is an item of the packs with its column.
type mirroredItem struct {
	*policy.Item
	column int
	scale  float64
}

// personCounts are the columns that say how many members have each answer to an item of persons.
type personCounts struct {
	item    int64          // its number
	columns map[string]int // by answer, "" for those of whom none is known
}

// personsOf is the column that says how many members of a household have an answer to an item of persons.
func personsOf(item, answer string) string { return item + "=" + answer }

var _ mirror.Source = (*Mirrored)(nil)

// Mirrored makes the source. Its columns are the core ones, the items of households, dwellings and persons that any
// installed pack marks mirror, and those of later rooms.
func (s *Service) Mirrored(ctx context.Context, parts ...MirrorPart) (*Mirrored, error) {
	m := &Mirrored{s: s, scope: access.System("the mirror follows the register; queries on it are decided one by one"), items: map[int64]mirroredItem{}, parts: parts}
	m.columns = []mirror.Column{{Name: MirrorState, Kind: mirror.Code, Codes: []string{"open", "closed"}}, {Name: MirrorStatus, Kind: mirror.Code}, {Name: MirrorMembers, Kind: mirror.Number},
		{Name: MirrorHeadSex, Kind: mirror.Code}}
	for _, pack := range s.packs.All() {
		for _, item := range pack.Items {
			if err := m.add(ctx, pack, item); err != nil {
				return nil, err
			}
		}
	}
	for _, part := range parts {
		m.columns = append(m.columns, part.MirrorColumns()...)
	}
	return m, nil
}

// add gives an item of a pack its column.
func (m *Mirrored) add(ctx context.Context, pack *policy.Pack, item *policy.Item) error {
	if !item.Mirror || !item.List || item.Core || !slices.Contains([]string{SubjectHousehold, SubjectDwelling, SubjectPerson}, item.Subject) {
		return nil
	}
	column := mirror.Column{Name: item.Subject + "." + item.Code}
	switch item.Kind {
	case policy.Choice, policy.Bool, policy.Multi:
		column.Kind = mirror.Code
		if overlapping(item) {
			column.Kind = mirror.Set
		}
	case policy.Int, policy.Date:
		column.Kind = mirror.Number
	case policy.Money:
		column.Kind, column.Scale = mirror.Number, pack.Digits
	case policy.Decimal:
		column.Kind, column.Scale = mirror.Number, 3
	default:
		return nil // texts are not counted by
	}
	if item.Subject == SubjectPerson && column.Kind != mirror.Set {
		return nil // of several persons' numbers none is the household's
	}
	at := slices.IndexFunc(m.columns, func(c mirror.Column) bool { return c.Name == column.Name })
	switch {
	case at < 0:
		at = len(m.columns)
		m.columns = append(m.columns, column)
	case m.columns[at].Kind != column.Kind || m.columns[at].Scale != column.Scale:
		return nil // another pack means something else by it
	}
	n, err := m.s.itemNumber(ctx, item.Subject, item.Code)
	if err != nil {
		return err
	}
	scale := 1.0
	if item.Kind == policy.Decimal {
		scale = math.Pow10(column.Scale)
	}
	m.items[n] = mirroredItem{item, at, scale}
	if item.Subject == SubjectPerson {
		m.countPersons(n, column.Name, answersTo(item))
	}
	return nil
}

// countPersons gives each answer to an item of persons its column, once for all packs.
func (m *Mirrored) countPersons(item int64, name string, answers []string) {
	at := slices.IndexFunc(m.persons, func(c personCounts) bool { return c.item == item })
	if at < 0 {
		at = len(m.persons)
		m.persons = append(m.persons, personCounts{item, map[string]int{}})
	}
	counts := m.persons[at].columns
	for _, answer := range append(answers, "") {
		if _, ok := counts[answer]; !ok {
			counts[answer] = len(m.columns)
			m.columns = append(m.columns, mirror.Column{Name: personsOf(name, answer), Kind: mirror.Number})
		}
	}
}

// Columns are the columns of the mirror.
func (m *Mirrored) Columns() []mirror.Column { return m.columns }

// Log names the journal and gives the position of its last event.
func (m *Mirrored) Log(ctx context.Context) (string, int64, error) {
	name, err := journal.LogOf(ctx, m.s.db.In(m.scope))
	if err != nil {
		return "", 0, err
	}
	end, err := m.s.journal.End(ctx)
	return name, end, err
}

// Size is how many households there are.
func (m *Mirrored) Size(ctx context.Context) (int64, error) {
	var n int64
	if err := store.One(ctx, m.s.db.In(m.scope), "SELECT count(*) FROM household WHERE {checked}", nil, &n); err != nil {
		return 0, fmt.Errorf("count households for the mirror: %w", err)
	}
	return n, nil
}

// loadStep is the number of households read at once.
const loadStep = 2000

// Load gives every household in order of area and id.
func (m *Mirrored) Load(ctx context.Context, schema *mirror.Schema, each func(mirror.Row) error) (int64, error) {
	pos, err := m.s.journal.End(ctx)
	if err != nil {
		return 0, err
	}
	for after := (Position{}); ; {
		step, err := store.All(ctx, m.s.db.In(m.scope.Beyond(after.Area, false)), "SELECT "+mirroredColumns+" FROM household h WHERE {scope h.area} AND (h.area, h.id) > ($1, $2) ORDER BY h.area, h.id LIMIT $3",
			[]any{after.Area, after.ID, loadStep}, scanMirrored)
		if err != nil {
			return 0, fmt.Errorf("read households for the mirror: %w", err)
		}
		rows, err := m.rows(ctx, schema, step)
		if err != nil {
			return 0, err
		}
		for _, row := range rows {
			if err := each(row); err != nil {
				return 0, err
			}
		}
		if len(step) < loadStep {
			return pos, nil
		}
		last := step[len(step)-1]
		after = Position{Area: last.area, ID: last.id}
	}
}

// Changed gives the households that events after a position were about, as they are now.
func (m *Mirrored) Changed(ctx context.Context, schema *mirror.Schema, pos int64, limit int) (mirror.Batch, error) {
	events, err := m.s.journal.Since(ctx, pos, limit)
	if err != nil || len(events) == 0 {
		return mirror.Batch{Pos: pos}, err
	}
	b := mirror.Batch{Pos: events[len(events)-1].Pos}
	for home, subjects := range touched(events) {
		households, err := m.households(ctx, home, subjects)
		if err != nil {
			return b, err
		}
		for some := range slices.Chunk(households, loadStep) {
			if err := m.reread(ctx, schema, home, some, &b); err != nil {
				return b, err
			}
		}
	}
	return b, nil
}

// reread adds the households to a batch, as they are now.
func (m *Mirrored) reread(ctx context.Context, schema *mirror.Schema, home int64, ids []int64, b *mirror.Batch) error {
	args := []any{home}
	for _, id := range ids {
		args = append(args, id)
	}
	found, err := store.All(ctx, m.s.db.In(m.scope), "SELECT "+mirroredColumns+" FROM household h WHERE {checked} AND h.home = $1 AND h.id IN ("+store.In(2, len(ids))+")", args, scanMirrored)
	if err != nil {
		return fmt.Errorf("read households for the mirror: %w", err)
	}
	rows, err := m.rows(ctx, schema, found)
	if err != nil {
		return err
	}
	b.Rows = append(b.Rows, rows...)
	known := map[int64]bool{}
	for _, h := range found {
		known[h.id] = true
	}
	for _, id := range ids {
		if !known[id] {
			b.Gone = append(b.Gone, id)
		}
	}
	return nil
}

// touched sorts the subjects of events that may have changed something by home and kind. An event without a home tells
// of no record: several were looked at.
func touched(events []journal.Event) map[int64]map[string][]any {
	homes := map[int64]map[string][]any{}
	for _, e := range events {
		if _, ok := householdsOf[e.SubjectKind]; !ok || e.Home == 0 || reading(e.Kind) {
			continue
		}
		if homes[e.Home] == nil {
			homes[e.Home] = map[string][]any{}
		}
		homes[e.Home][e.SubjectKind] = append(homes[e.Home][e.SubjectKind], e.Subject)
	}
	return homes
}

// reading says whether an event only tells that something was looked at.
func reading(kind string) bool {
	for _, end := range []string{".read", ".listed", ".exported", ".shown", ".searched", ".denied"} {
		if strings.HasSuffix(kind, end) {
			return true
		}
	}
	return false
}

// householdsOf are the households that a subject of a kind belongs or belonged to.
var householdsOf = map[string]string{
	SubjectHousehold:   "",
	SubjectPerson:      "SELECT household FROM membership WHERE {checked} AND home = $1 AND person IN (%s)",
	SubjectDwelling:    "SELECT household FROM dwelling WHERE {checked} AND home = $1 AND id IN (%s)",
	SubjectIncome:      "SELECT household FROM entry WHERE {checked} AND home = $1 AND id IN (%s)",
	SubjectExpenditure: "SELECT household FROM entry WHERE {checked} AND home = $1 AND id IN (%s)",
}

// households finds the households of subjects, each once.
func (m *Mirrored) households(ctx context.Context, home int64, subjects map[string][]any) ([]int64, error) {
	var all []int64
	for kind, ids := range subjects {
		if kind == SubjectHousehold {
			for _, id := range ids {
				all = append(all, id.(int64))
			}
			continue
		}
		for some := range slices.Chunk(ids, loadStep) {
			found, err := store.All(ctx, m.s.db.In(m.scope), fmt.Sprintf(householdsOf[kind], store.In(2, len(some))), append([]any{home}, some...),
				func(r store.Rows, id *int64) error { return r.Scan(id) })
			if err != nil {
				return nil, fmt.Errorf("find the households of changed records: %w", err)
			}
			all = append(all, found...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
