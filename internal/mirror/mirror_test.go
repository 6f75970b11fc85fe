package mirror

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
	"rightkey/internal/access"
)

func schema(t interface{ Fatal(...any) }) *Schema {
	s, err := NewSchema([]Column{
		{Name: "status", Kind: Code, Codes: []string{"candidate", "poor", "exited"}},
		{Name: "cause", Kind: Code, Codes: []string{"illness", "schooling"}},
		{Name: "members", Kind: Number},
		{Name: "income", Kind: Number},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// model is the register as a map.
type model map[int64]Row

// count answers a query row by row.
func (m model) count(columns []Column, q Query) []Cell {
	at := func(name string) int { return slices.IndexFunc(columns, func(c Column) bool { return c.Name == name }) }
	found := map[string]*Cell{}
	for _, row := range m {
		inside := slices.ContainsFunc(q.In, func(r access.Range) bool { return r.Holds(row.Area) })
		for _, c := range q.Where {
			inside = inside && c.holds(row.Values[at(c.Column)])
		}
		if !inside {
			continue
		}
		cell := Cell{Sums: make([]Sum, len(q.Sum)), Key: []int64{}}
		if q.ByArea > 0 {
			cell.Area = row.Area / q.ByArea * q.ByArea
		}
		for _, g := range q.By {
			v := row.Values[at(g.Column)]
			if g.Bands != nil && v != Unknown {
				band := int64(0)
				for _, from := range g.Bands {
					if v >= from {
						band++
					}
				}
				v = band
			}
			cell.Key = append(cell.Key, v)
		}
		name := fmt.Sprint(cell.Area, cell.Key)
		if found[name] == nil {
			found[name] = &cell
		}
		into := found[name]
		into.Count++
		weight := int64(1)
		if q.Weight != "" {
			if weight = row.Values[at(q.Weight)]; weight == Unknown {
				weight = 0
			}
		}
		into.Weight += weight
		for i, column := range q.Sum {
			if v := row.Values[at(column)]; v != Unknown {
				into.Sums[i].Total += v * weight
				into.Sums[i].Known += weight
			}
		}
	}
	var list []Cell
	for _, cell := range found {
		list = append(list, *cell)
	}
	slices.SortFunc(list, func(a, b Cell) int { return cmp.Or(cmp.Compare(a.Area, b.Area), slices.Compare(a.Key, b.Key)) })
	return list
}

func number(v int64) *int64 { return &v }

// queries are the shapes that pages ask in.
var queries = []Query{
	{In: []access.Range{access.Everywhere}},
	{In: []access.Range{access.Everywhere}, ByArea: 100, By: []Group{{Column: "status"}}, Sum: []string{"income"}},
	{In: []access.Range{{Lo: 200, Hi: 399}, {Lo: 500, Hi: 512}}, ByArea: 1, Sum: []string{"members", "income"}},
	{In: []access.Range{{Lo: 300, Hi: 699}}, By: []Group{{Column: "cause"}, {Column: "members", Bands: []int64{2, 4}}}, Sum: []string{"income"}},
	{In: []access.Range{access.Everywhere}, Where: []Condition{{Column: "status", In: []int64{1, Unknown}}, {Column: "income", Hi: number(50_000)}}, ByArea: 100},
	{In: []access.Range{access.Everywhere}, Where: []Condition{{Column: "members", Lo: number(3)}}, By: []Group{{Column: "status"}}, Sum: []string{"income"}},
	{In: []access.Range{access.Everywhere}, ByArea: 100, By: []Group{{Column: "status"}}, Weight: "members"},
	{In: []access.Range{access.Everywhere}, ByArea: 1, Where: []Condition{{Column: "cause", In: []int64{1}}}, By: []Group{{Column: "status"}, {Column: "income", Bands: []int64{5_000}}}, Sum: []string{"income", "members"}, Weight: "members"},
	{In: []access.Range{access.Everywhere}, By: []Group{{Column: "income", Bands: []int64{-200, -3, 0, 1, 2, 7, 50, 51, 199, 1_000, 20_000, 59_999, 1 << 33, 1 << 45}}}},
	{In: []access.Range{access.Everywhere}, ByArea: 100, By: []Group{{Column: "status"}, {Column: "cause"}, {Column: "income", Bands: every(100, 97)}}, Sum: []string{"members"}},
	{In: nil},
}

// every are so many numbers, so far apart.
func every(n, apart int) (numbers []int64) {
	for i := range n {
		numbers = append(numbers, int64(i*apart))
	}
	return numbers
}

func drawRow(t *rapid.T, id int64) Row {
	value := func(name string, least, most int64) int64 {
		if rapid.IntRange(0, 9).Draw(t, name+" known") == 0 {
			return Unknown
		}
		return rapid.Int64Range(least, most).Draw(t, name)
	}
	return Row{Area: 100*rapid.Int64Range(1, 6).Draw(t, "county") + rapid.Int64Range(1, 12).Draw(t, "village"), ID: id, Values: []int64{
		value("status", 0, 2), value("cause", 0, 1), value("members", 0, rapid.SampledFrom([]int64{9, 400}).Draw(t, "most members")),
		value("income", -100, rapid.SampledFrom([]int64{200, 60_000, 1 << 40}).Draw(t, "size of income")),
	}}
}

func TestAfterAnyChangesTheMirrorCountsLikeTheRegister(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, m := NewWriter(schema(t)), model{}
		load(t, w, m, rapid.IntRange(0, 400).Draw(t, "households at first"))
		check(t, w.Table(), m)
		before, old := w.Table(), maps.Clone(m)
		for pos := range rapid.IntRange(1, 12).Draw(t, "batches") {
			b := Batch{Pos: int64(pos + 1)}
			for _, id := range rapid.SliceOfNDistinct(rapid.Int64Range(1, 600), 1, 60, rapid.ID[int64]).Draw(t, "households") {
				id += id % 3 << blockBits // of three blocks
				if rapid.IntRange(0, 5).Draw(t, "leaves") == 0 {
					b.Gone = append(b.Gone, id)
					delete(m, id)
					continue
				}
				row := drawRow(t, id)
				b.Rows = append(b.Rows, row)
				m[id] = row
			}
			if _, err := w.Apply(b); err != nil {
				t.Fatal(err)
			}
			if rapid.IntRange(0, 4).Draw(t, "merged") == 0 {
				w.rebuild()
			}
			if w.Table().Pos() != int64(pos+1) {
				t.Fatalf("at position %d", w.Table().Pos())
			}
			check(t, w.Table(), m)
		}
		check(t, before, old) // what was published stays as it was
	})
}

func TestLongStretchesAreCountedLikeShortOnes(t *testing.T) {
	for _, most := range []int64{9, 200, 400} { // members: of 4, 8 and 16 bits
		for _, income := range []int64{200, 60_000, 1 << 24, 1 << 40} {
			w, m, random := NewWriter(schema(t)), model{}, rand.New(rand.NewPCG(29, 48))
			one := func(most int64) int64 {
				if random.IntN(10) == 0 {
					return Unknown
				}
				return random.Int64N(most + 1)
			}
			b := NewBuilder(len(w.Schema().Columns()))
			for id := range int64(2*chunkRows + 700) { // villages of a quarter of a chunk, some of which begin at an odd row
				row := Row{Area: 100 * (1 + id/(chunkRows/4+1)), ID: id + 1, Values: []int64{one(2), one(1), one(most), one(income)}}
				m[row.ID] = row
				if err := b.Add(row); err != nil {
					t.Fatal(err)
				}
			}
			w.Load(b, 0)
			check(t, w.Table(), m)
		}
	}
}

// load fills writer and model with households.
func load(t *rapid.T, w *Writer, m model, households int) {
	for id := range int64(households) {
		m[id+1+(id+1)%3<<blockBits] = drawRow(t, id+1+(id+1)%3<<blockBits)
	}
	b := NewBuilder(len(w.Schema().Columns()))
	rows := slices.SortedFunc(maps.Values(m), byPlace)
	for _, row := range rows {
		if err := b.Add(row); err != nil {
			t.Fatal(err)
		}
	}
	w.Load(b, 0)
}

func check(t rapid.TB, table *Table, m model) {
	if table.Rows() != len(m) {
		t.Fatalf("%d households, want %d", table.Rows(), len(m))
	}
	for n, q := range queries {
		want := m.count(table.Columns(), q)
		for _, asked := range []string{"first", "again"} {
			got, err := table.Count(q)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.EqualFunc(got, want, same) {
				t.Fatalf("query %d asked %s: %v, want %v", n, asked, got, want)
			}
		}
	}
}

func same(a, b Cell) bool {
	return a.Area == b.Area && a.Count == b.Count && a.Weight == b.Weight && slices.Equal(a.Key, b.Key) && slices.Equal(a.Sums, b.Sums)
}

func TestQueriesThatMakeNoSenseAreRefused(t *testing.T) {
	table := NewWriter(schema(t)).Table()
	for name, q := range map[string]Query{
		"an unknown column":           {Where: []Condition{{Column: "colour"}}},
		"an unknown group":            {By: []Group{{Column: "colour"}}},
		"a number without bands":      {By: []Group{{Column: "income"}}},
		"bands of a code":             {By: []Group{{Column: "status", Bands: []int64{1}}}},
		"bands that fall":             {By: []Group{{Column: "income", Bands: []int64{2, 1}}}},
		"the sum of a code":           {Sum: []string{"status"}},
		"the sum of an absent column": {Sum: []string{"colour"}},
	} {
		if _, err := table.Count(q); err == nil {
			t.Errorf("%s was counted", name)
		}
	}
}

func TestRowsThatDoNotFitAreRefusedAndNothingChanges(t *testing.T) {
	w := NewWriter(schema(t))
	if _, err := w.Apply(Batch{Rows: []Row{{Area: 101, ID: 1, Values: []int64{1, 1, 1, 1}}, {Area: 101, ID: 2, Values: []int64{1}}}, Pos: 1}); err == nil || w.Table().Rows() != 0 {
		t.Errorf("a short row: %v, %d households", err, w.Table().Rows())
	}
	b := NewBuilder(1)
	if err := b.Add(Row{Area: 2, ID: 1, Values: []int64{1}}); err != nil {
		t.Fatal(err)
	}
	if err := b.Add(Row{Area: 1, ID: 2, Values: []int64{1}}); err == nil {
		t.Error("rows out of order were taken")
	}
}

func TestACodeKeepsItsNumberAndNewOnesFollow(t *testing.T) {
	s := schema(t)
	w := NewWriter(s)
	before := w.Table()
	for _, c := range []struct {
		code string
		want int64
	}{{"poor", 1}, {"returned", 3}, {"monitored", 4}, {"returned", 3}} {
		if got, err := s.Code(0, c.code); err != nil || got != c.want {
			t.Errorf("%s is %d, want %d (%v)", c.code, got, c.want, err)
		}
	}
	if len(before.Columns()[0].Codes) != 3 {
		t.Error("a published table got new codes")
	}
	if _, err := s.Code(3, "x"); err == nil {
		t.Error("a number took a code")
	}
}

func TestValuesOfAnyWidthComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(0, 300), rapid.Int64Range(-5, 70_000), rapid.Int64Range(-1<<31-5, 1<<31+5),
			rapid.Just(int64(Unknown)), rapid.Int64()), 1, 50).Draw(t, "values")
		v := newVector(values)
		changed := rapid.IntRange(0, len(values)-1).Draw(t, "row")
		values[changed] = rapid.Int64().Draw(t, "value")
		v = v.edited([]edit{{changed, []int64{values[changed]}}}, 0)
		for i, want := range values {
			if got := v.get(i); got != want {
				t.Fatalf("row %d is %d, want %d", i, got, want)
			}
		}
	})
}

// A sum is a column like any other: it counts as one by one, and who lacks a term has none.
func TestASumOfColumnsIsThatOfEachRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, m := NewWriter(schema(t)), model{}
		load(t, w, m, rapid.IntRange(1, 300).Draw(t, "households"))
		adds := func(name string, values int64) map[int64]int64 {
			list := map[int64]int64{}
			for value := range values {
				if rapid.IntRange(0, 7).Draw(t, name+" given") > 0 {
					list[value] = rapid.Int64Range(-50, 50).Draw(t, name)
				}
			}
			return list
		}
		terms := []Term{{"status", adds("status", 3)}, {"cause", adds("cause", 2)}, {"members", adds("members", 10)}}
		with, err := w.Table().With("sum", terms)
		if err != nil {
			t.Fatal(err)
		}
		if len(w.Table().Columns())+1 != len(with.Columns()) {
			t.Fatalf("%d columns of %d", len(with.Columns()), len(w.Table().Columns()))
		}
		seen := 0
		with.Each(func(row Row) {
			seen++
			want := int64(0)
			for i, term := range terms { // the columns of the schema begin with these three
				add, ok := term.Adds[row.Values[i]]
				if !ok {
					want = Unknown
					break
				}
				want += add
			}
			if got := row.Values[len(row.Values)-1]; got != want {
				t.Fatalf("household %d: %d, one by one %d", row.ID, got, want)
			}
		})
		if seen != len(m) {
			t.Fatalf("%d households of %d", seen, len(m))
		}
	})
}
