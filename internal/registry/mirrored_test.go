package registry_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/journal"
	"rightkey/internal/mirror"
	"rightkey/internal/registry"
)

// mirrored is a register with the mirror that follows it.
type mirrored struct {
	*house
	source *registry.Mirrored
	writer *mirror.Writer
}

func mirrorOf(t *testing.T, h *house) *mirrored {
	t.Helper()
	m := &mirrored{house: h}
	var err error
	if m.source, err = h.Registry.Mirrored(ctx); err != nil {
		t.Fatal(err)
	}
	m.load(t)
	return m
}

// load makes the mirror anew, as a restart without a snapshot does.
func (m *mirrored) load(t *testing.T) {
	t.Helper()
	schema, err := mirror.NewSchema(m.source.Columns())
	if err != nil {
		t.Fatal(err)
	}
	m.writer = mirror.NewWriter(schema)
	b := mirror.NewBuilder(len(m.source.Columns()))
	pos, err := m.source.Load(ctx, schema, b.Add)
	if err != nil {
		t.Fatal(err)
	}
	m.writer.Load(b, pos)
}

// follow seals what happened and applies it in small batches.
func (m *mirrored) follow(t *testing.T) {
	t.Helper()
	m.Seal(t)
	for {
		pos := m.writer.Table().Pos()
		b, err := m.source.Changed(ctx, m.writer.Schema(), pos, 7)
		if err != nil {
			t.Fatal(err)
		}
		if b.Pos == pos {
			return
		}
		if _, err := m.writer.Apply(b); err != nil {
			t.Fatal(err)
		}
	}
}

func (m *mirrored) count(t *testing.T, table string) (n int64) {
	t.Helper()
	rows, err := m.Raw.Query(ctx, "SELECT count(*) FROM "+table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	rows.Next()
	if err := rows.Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// code is the number of a code in the mirror.
func (m *mirrored) code(t *testing.T, column, code string) int64 {
	t.Helper()
	for _, c := range m.writer.Table().Columns() {
		if c.Name == column {
			return int64(slices.Index(c.Codes, code))
		}
	}
	t.Fatalf("no column %s", column)
	return 0
}

// agree compares the mirror with what SQL counts.
func (m *mirrored) agree(t *testing.T) {
	t.Helper()
	scope := m.scope(t, 2, access.HouseholdList)
	open := mirror.Condition{Column: registry.MirrorState, In: []int64{0}}
	ask := func(q mirror.Query) []mirror.Cell {
		q.In, q.Where = []access.Range{access.Everywhere}, append(q.Where, open)
		cells, err := m.writer.Table().Count(q)
		if err != nil {
			t.Fatal(err)
		}
		return cells
	}
	want, err := m.Registry.Breakdown(ctx, scope, registry.Filter{Area: 11001000})
	if err != nil {
		t.Fatal(err)
	}
	byStatus := map[string]registry.Cell{}
	for _, cell := range want {
		byStatus[fmt.Sprint(cell.Area, cell.Status)] = cell
	}
	seen := 0
	for _, cell := range ask(mirror.Query{ByArea: 1, By: []mirror.Group{{Column: registry.MirrorStatus}}, Sum: []string{registry.MirrorMembers}}) {
		if cell.Area/1000 != 11001 {
			continue
		}
		seen++
		status := ""
		if cell.Key[0] != mirror.Unknown {
			status = m.writer.Table().Columns()[1].Codes[cell.Key[0]]
		}
		if w := byStatus[fmt.Sprint(cell.Area, status)]; w.Households != cell.Count || w.Persons != cell.Sums[0].Total {
			t.Fatalf("%d %s: %d households of %d in the mirror, %d of %d in the register", cell.Area, status, cell.Count, cell.Sums[0].Total, w.Households, w.Persons)
		}
	}
	if seen != len(want) {
		t.Fatalf("%d groups in the mirror, %d in the register", seen, len(want))
	}
	two, lamp := int64(2), m.code(t, "household.lamp", "true")
	for _, c := range []struct {
		where mirror.Condition
		item  registry.ItemFilter
	}{
		{mirror.Condition{Column: "household.lamp", In: []int64{lamp}}, registry.ItemFilter{Subject: registry.SubjectHousehold, Code: "lamp", Values: []string{"true"}}},
		{mirror.Condition{Column: "household.drift_nets", Lo: &two}, registry.ItemFilter{Subject: registry.SubjectHousehold, Code: "drift_nets", Min: new(2.0)}},
	} {
		households, _, err := m.Registry.Count(ctx, scope, registry.Filter{Items: []registry.ItemFilter{c.item}})
		if err != nil {
			t.Fatal(err)
		}
		got := int64(0)
		for _, cell := range ask(mirror.Query{Where: []mirror.Condition{c.where}}) {
			got = cell.Count
		}
		if got != households {
			t.Fatalf("%s: %d in the mirror, %d in the register", c.item.Code, got, households)
		}
	}
}

func TestTheMirrorEqualsTheRegisterAfterAnyChangesAndRestarts(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		m := mirrorOf(t, h)
		m.agree(t)
		random := rand.New(rand.NewPCG(11, 12))
		one := func(of ...string) string { return of[random.IntN(len(of))] }
		for step := range 24 {
			switch random.IntN(4) {
			case 3: // several were shown at once, under a kind that says nothing of reading
				if err := h.Journal.Shown(ctx, journal.Who{Account: 2}, "household.gone-through", registry.SubjectHousehold, 0, 0, []int64{h.find(t, "12001001").ID}); err != nil {
					t.Fatal(err)
				}
			case 0:
				rows := "key,area,status,nets,lamp,catch\n"
				for n := range 1 + random.IntN(4) {
					rows += fmt.Sprintf("m%d-%d,%s,%s,%s,%s,\n", step, n, one("11001001", "11001002", "11002001"), one("stranded", "afloat", ""), one("", "0", "2", "5"), one("", "yes", "no"))
				}
				h.importCSV(t, 2, households, registry.Skip, rows)
			case 1:
				set := change.Values{"lamp": random.IntN(2) == 0, "drift_nets": random.Int64N(9)}
				h.edit(t, h.find(t, "12001001").ID, h.Clock.Now().Day(time.UTC), set)
			default:
				m.load(t)
			}
			m.follow(t)
			m.agree(t)
		}
	})
}

func TestCountsByTheMirrorAreThoseOfSQL(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		rows := "key,area,status,nets,lamp,catch\n"
		for n := range 60 {
			rows += fmt.Sprintf("c%d,%s,%s,%d,%s,\n", n, []string{"11001001", "11001002", "11002001", "12001001"}[n%4], []string{"stranded", "afloat"}[n%2], n%7, []string{"yes", "no", ""}[n%3])
		}
		h.importCSV(t, 2, households, registry.Stop, rows)
		filters := []registry.Filter{
			{}, {Area: 11000000}, {Area: 11001000}, {Area: 11001001}, {Closed: true}, {Status: []string{"stranded"}}, {Status: []string{"nobody has it"}},
			{Items: []registry.ItemFilter{{Subject: "household", Code: "lamp", Values: []string{"true", "false"}}}},
			{Area: 11000000, Items: []registry.ItemFilter{{Subject: "household", Code: "drift_nets", Min: new(2.0), Max: new(4.0)}}},
			{Items: []registry.ItemFilter{{Subject: "household", Code: "lamp", Values: []string{"never"}}}},
		}
		count := func(account int64, f registry.Filter) []registry.Cell {
			cells, err := h.Registry.Breakdown(ctx, h.scope(t, account, access.HouseholdList), f)
			if err != nil {
				t.Fatal(err)
			}
			return cells
		}
		type of struct {
			account int64
			filter  int
		}
		bySQL := map[of][]registry.Cell{}
		for n, f := range filters {
			bySQL[of{2, n}], bySQL[of{7, n}] = count(2, f), count(7, f)
		}
		m := mirrorOf(t, h)
		m.follow(t)
		schema, err := mirror.NewSchema(m.source.Columns())
		if err != nil {
			t.Fatal(err)
		}
		live := mirror.New(m.source, schema, mirror.Options{})
		running, stop := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- live.Run(running) }()
		if err := live.Ready(ctx); err != nil {
			t.Fatal(err)
		}
		h.Registry.Follow(live)
		for n, f := range filters {
			for _, account := range []int64{2, 7} {
				if got := count(account, f); !slices.Equal(got, bySQL[of{account, n}]) {
					t.Errorf("filter %d for account %d: %+v by the mirror, %+v by SQL", n, account, got, bySQL[of{account, n}])
				}
			}
		}
		if len(bySQL[of{2, 0}]) <= len(bySQL[of{7, 0}]) {
			t.Error("the smaller scope counts as much as the larger")
		}
		h.edit(t, h.firstIn(t, "11002001"), h.Clock.Now().Day(time.UTC), change.Values{"lamp": true, "drift_nets": int64(39)})
		m.follow(t) // seals
		all := registry.Filter{Items: []registry.ItemFilter{{Subject: "household", Code: "drift_nets", Min: new(39.0)}}}
		if cells := count(2, all); len(cells) != 1 || cells[0].Households != 1 {
			t.Errorf("after an edit the mirror counts %+v", cells)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// firstIn is one of the households of an area.
func (h *house) firstIn(t *testing.T, area string) int64 {
	t.Helper()
	scope := h.scope(t, 2, access.HouseholdList)
	f, err := h.Registry.ParseFilter(ctx, scope, map[string][]string{"area": {area}})
	if err != nil {
		t.Fatal(err)
	}
	list, err := h.Registry.List(ctx, scope, f, registry.Position{}, 1)
	if err != nil || len(list) != 1 {
		t.Fatalf("a household in %s: %v", area, err)
	}
	return list[0].ID
}
