package mirror

import (
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"testing"

	"rightkey/internal/access"
)

// households is the size of the benchmarks: a nation, or what RIGHTKEY_BENCH_HOUSEHOLDS says.
func households(b *testing.B) int {
	if text := os.Getenv("RIGHTKEY_BENCH_HOUSEHOLDS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			b.Fatal(err)
		}
		return n
	}
	return 29_480_000
}

const counties, villages = 2_812, 233 // villages in a county

// village is the area of the village with this number.
func village(n int64) int64 {
	return (1+n/villages)*1_000_000 + 1000*(1+n%villages/20) + 1 + n%villages%20
}

// nation is a register of counties, villages and households with a status, a cause, members and an income.
func nation(b *testing.B, n int) *Writer {
	s, err := NewSchema([]Column{
		{Name: "status", Kind: Code, Codes: []string{"candidate", "poor", "exited", "returned", "monitored", "closed"}},
		{Name: "cause", Kind: Code, Codes: []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"}},
		{Name: "members", Kind: Number}, {Name: "income", Kind: Number}, {Name: "structure", Kind: Code, Codes: []string{"a", "b", "c", "d"}}, {Name: "land", Kind: Number},
	})
	if err != nil {
		b.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	builder := NewBuilder(6)
	values := make([]int64, 6)
	for i := range n {
		place := int64(i) * counties * villages / int64(n)
		values[0], values[1], values[2] = int64(random.IntN(6)), int64(random.IntN(12)), int64(1+random.IntN(7))
		values[3], values[4], values[5] = int64(random.IntN(2_000_000)), int64(random.IntN(4)), int64(random.IntN(200))
		// identifiers: four to a household with its members
		if err := builder.Add(Row{Area: village(place), ID: int64(i) * 4, Values: values}); err != nil {
			b.Fatal(err)
		}
	}
	w := NewWriter(s)
	w.Load(builder, 1)
	return w
}

func BenchmarkNation(b *testing.B) {
	n := households(b)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	w := nation(b, n)
	runtime.GC()
	runtime.ReadMemStats(&after)
	table := w.Table()
	everywhere := []access.Range{access.Everywhere}
	b.Run("memory", func(b *testing.B) {
		for b.Loop() {
		}
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/household")
	})
	count := func(name string, q Query) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := table.Count(q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	count("counties by status with mean income", Query{In: everywhere, ByArea: 1_000_000, By: []Group{{Column: "status"}}, Sum: []string{"income"}})
	b.Run("baseline: one pass over the same bytes", func(b *testing.B) {
		var total int64
		for b.Loop() {
			total += table.bytesOf(0, 3)
		}
		_ = total
	})
	one := []access.Range{{Lo: 1000_000_000, Hi: 1000_999_999}}
	count("one county by village and status", Query{In: one, ByArea: 1, By: []Group{{Column: "status"}}, Sum: []string{"income"}})
	count("one county by status", Query{In: one, By: []Group{{Column: "status"}}, Sum: []string{"income"}})
	count("poor by cause where income is low", Query{In: everywhere, Where: []Condition{{Column: "status", In: []int64{1}}, {Column: "income", Hi: number(500_000)}}, By: []Group{{Column: "cause"}}})
	count("status by cause by size", Query{In: everywhere, By: []Group{{Column: "status"}, {Column: "cause"}, {Column: "members", Bands: []int64{3, 5}}}, Sum: []string{"income"}})
	for _, batch := range []int{100, 20_000, 400_000} {
		b.Run("changes in batches of "+strconv.Itoa(batch), func(b *testing.B) {
			random := rand.New(rand.NewPCG(3, 4))
			rows := make([]Row, batch)
			for b.Loop() {
				b.StopTimer()
				for k, i := range distinct(random, batch, n) {
					rows[k] = Row{Area: village(i * counties * villages / int64(n)), ID: i * 4, Values: []int64{int64(random.IntN(6)), 3, 4, 5, 1, 7}}
				}
				b.StartTimer()
				if _, err := w.Apply(Batch{Rows: rows, Pos: 2}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(batch)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// distinct draws different households in any order.
func distinct(random *rand.Rand, count, of int) []int64 {
	seen, list := make(map[int64]bool, count), make([]int64, 0, count)
	for len(list) < count {
		if i := int64(random.IntN(of)); !seen[i] {
			seen[i] = true
			list = append(list, i)
		}
	}
	return list
}

// bytesOf reads two columns once, as nothing faster could.
func (t *Table) bytesOf(columns ...int) int64 {
	parts := make([]int64, len(t.sorted))
	share(runtime.GOMAXPROCS(0), len(t.sorted), func(_, i int) {
		var total int64
		for _, k := range columns {
			v := &t.sorted[i].vectors[k]
			for _, x := range v.w8 {
				total += int64(x)
			}
			for _, x := range v.w32 {
				total += int64(x)
			}
		}
		parts[i] = total
	})
	var total int64
	for _, p := range parts {
		total += p
	}
	return total
}
