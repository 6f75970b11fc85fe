package identify

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/mirror"
	"rightkey/internal/registry"
)

// made is a household of a mirror that is made for a test.
type made struct {
	area, members, verdict, welfare int64
	status                          int64 // 0 registered as poor, 1 not
}

// mirrored is the mirror of households; a welfare of -1 is unknown.
func mirrored(t testing.TB, n int, each func(i int) made) *mirror.Table {
	t.Helper()
	schema, err := mirror.NewSchema([]mirror.Column{{Name: registry.MirrorState, Kind: mirror.Code, Codes: []string{"open", "closed"}}, {Name: registry.MirrorMembers, Kind: mirror.Number},
		{Name: MirrorVerdict, Kind: mirror.Code, Codes: []string{string(Poor), string(NotPoor), string(Unknown)}}, {Name: MirrorWelfare, Kind: mirror.Number},
		{Name: registry.MirrorStatus, Kind: mirror.Code, Codes: []string{"listed", "not_listed"}}})
	if err != nil {
		t.Fatal(err)
	}
	builder := mirror.NewBuilder(5)
	values := make([]int64, 5)
	for i := range n {
		m := each(i)
		values[0], values[1], values[2], values[3], values[4] = 0, m.members, m.verdict, m.welfare, m.status
		if m.welfare < 0 {
			values[3] = mirror.Unknown
		}
		if err := builder.Add(mirror.Row{Area: m.area, ID: int64(i + 1), Values: values}); err != nil {
			t.Fatal(err)
		}
	}
	writer := mirror.NewWriter(schema)
	writer.Load(builder, 1)
	return writer.Table()
}

// byLine is the measure of a rule by welfare against a line.
var byLine = measure{column: MirrorWelfare}

func simulated(t testing.TB, table *mirror.Table, m measure, of Scenario) Effect {
	t.Helper()
	scheme, err := area.ParseScheme("2-2")
	if err != nil {
		t.Fatal(err)
	}
	s := &simulation{table: table, measure: m, poor: map[string]bool{"listed": true}, effect: Effect{Scenario: of}, scope: access.System("a test's own households"), scheme: scheme}
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
	return s.effect
}

// Every household is counted once: against a list that is counted one by one, and parts add up to the whole.
func TestAScenarioCountsAsOneByOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := make([]made, rapid.IntRange(1, 60).Draw(t, "households"))
		for i := range list {
			list[i] = made{area: 100*int64(1+i%3) + 1, members: int64(1 + i%5), verdict: int64(rapid.IntRange(0, 2).Draw(t, "verdict")), welfare: int64(rapid.IntRange(-1, 30).Draw(t, "welfare")), status: int64(rapid.IntRange(0, 1).Draw(t, "status"))}
		}
		tt := &testing.T{}
		sorted := []made{}
		for a := int64(101); a <= 301; a += 100 {
			for _, m := range list {
				if m.area == a {
					sorted = append(sorted, m)
				}
			}
		}
		table := mirrored(tt, len(sorted), func(i int) made { return sorted[i] })
		change := rapid.SampledFrom([]Change{NewLine, NewQuota, NewShare}).Draw(t, "change")
		amount := int64(rapid.IntRange(0, 40).Draw(t, "amount"))
		m := measure{column: MirrorWelfare, highPoor: rapid.Bool().Draw(t, "high is poor")}
		e := simulated(tt, table, m, Scenario{Change: change, Amount: amount, Benefit: 7})
		if change == NewLine && !m.highPoor {
			var want Moved
			for _, m := range list {
				h := Heads{1, m.members}
				poor := m.welfare >= 0 && m.welfare < amount
				if m.verdict == 0 {
					want.Before.add(h, 1)
				}
				switch {
				case poor && m.verdict != 0:
					want.In.add(h, 1)
				case !poor && m.verdict == 0:
					want.Out.add(h, 1)
				}
				if poor {
					want.After.add(h, 1)
				}
			}
			if e.Moved != want {
				t.Fatalf("%+v, one by one %+v", e.Moved, want)
			}
		}
		if want := quota(list, m, amount); change == NewQuota && (e.After.Households != want || e.Cost != 7*want) {
			t.Fatalf("a quota of %d takes %d households at a cost of %d, one by one %d", amount, e.After.Households, e.Cost, want)
		}
		missed, byArea := Heads{}, map[int64]Heads{}
		for _, m := range list {
			if m.verdict == poorCode && m.status == 1 {
				missed.add(Heads{1, m.members}, 1)
				below := byArea[m.area/100]
				below.add(Heads{1, m.members}, 1)
				byArea[m.area/100] = below
			}
		}
		if e.Unregistered != missed {
			t.Fatalf("%+v are poor and not registered, one by one %+v", e.Unregistered, missed)
		}
		for _, a := range e.Areas {
			if a.Unregistered != byArea[a.Area.Key/100] {
				t.Fatalf("in area %d %+v are poor and not registered, one by one %+v", a.Area.Key, a.Unregistered, byArea[a.Area.Key/100])
			}
		}
		var parts Moved
		for _, a := range e.Areas {
			parts.Before.add(a.Before, 1)
			parts.After.add(a.After, 1)
			parts.In.add(a.In, 1)
			parts.Out.add(a.Out, 1)
		}
		if parts != e.Moved {
			t.Fatalf("the areas add up to %+v, the whole is %+v", parts, e.Moved)
		}
		if e.After.Households != e.Before.Households+e.In.Households-e.Out.Households {
			t.Fatalf("before, in, out and after do not add up: %+v", e.Moved)
		}
		tenths := Heads{}
		for _, d := range e.Deciles {
			tenths.add(d.After, 1)
		}
		if tenths != e.After || len(e.Deciles) > 10 {
			t.Fatalf("%d tenths have %+v of %+v", len(e.Deciles), tenths, e.After)
		}
	})
}

// quota is how many households a quota takes: the poorest, and no part of those that are alike.
func quota(list []made, m measure, room int64) int64 {
	var values []int64
	for _, one := range list {
		if one.welfare >= 0 {
			values = append(values, one.welfare)
		}
	}
	slices.Sort(values)
	if m.highPoor {
		slices.Reverse(values)
	}
	taken := min(room, int64(len(values)))
	for taken > 0 && taken < int64(len(values)) && values[taken] == values[taken-1] {
		taken--
	}
	return taken
}

// plain does the same as a scenario of a line in one loop over arrays: whole, areas, tenths and coverage.
func plain(list []made, line int64) (moved Moved, areas map[int64]Moved, tenths []int64, missed Heads) {
	areas, tenths = map[int64]Moved{}, make([]int64, 2_000_000/200_000)
	for _, m := range list {
		h := Heads{1, m.members}
		one := Moved{}
		poor := m.welfare >= 0 && m.welfare < line
		if m.verdict == poorCode {
			one.Before = h
			if m.status == 1 {
				missed.add(h, 1)
			}
			if !poor {
				one.Out = h
			}
		} else if poor {
			one.In = h
		}
		if poor {
			one.After = h
		}
		below := areas[m.area/100]
		for _, to := range []*Moved{&moved, &below} {
			to.Before.add(one.Before, 1)
			to.After.add(one.After, 1)
			to.In.add(one.In, 1)
			to.Out.add(one.Out, 1)
		}
		areas[m.area/100] = below
		tenths[m.welfare/200_000]++
	}
	return moved, areas, tenths, missed
}

// BenchmarkScenario is a scenario over as many households as RIGHTKEY_BENCH_HOUSEHOLDS says, a million if it does not,
// and how many times as long it takes as a plain loop over arrays in the same run.
func BenchmarkScenario(b *testing.B) {
	n := 1_000_000
	if text := os.Getenv("RIGHTKEY_BENCH_HOUSEHOLDS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	list := make([]made, n)
	for i := range list {
		welfare := int64(random.IntN(2_000_000))
		list[i] = made{area: 100*(1+int64(i)*98/int64(n)) + 1, members: int64(1 + random.IntN(7)), verdict: 1, welfare: welfare, status: int64(random.IntN(2))}
		if welfare < 280_000 {
			list[i].verdict = poorCode
		}
	}
	table := mirrored(b, n, func(i int) made { return list[i] })
	const line = 300_000
	began := time.Now()
	byHand, _, _, _ := plain(list, line)
	looped := time.Since(began)
	for _, of := range []Scenario{{Change: NewLine, Amount: line}, {Change: NewQuota, Amount: int64(n / 8)}, {Change: NewShare, Amount: 10}} {
		b.Run(string(of.Change), func(b *testing.B) {
			var e Effect
			for b.Loop() {
				e = simulated(b, table, byLine, of)
			}
			if of.Change == NewLine && e.Moved != byHand {
				b.Fatalf("%+v, in a loop %+v", e.Moved, byHand)
			}
			b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(looped), "times-a-loop")
		})
	}
}
