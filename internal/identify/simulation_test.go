package identify

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/mirror"
	"rightkey/internal/registry"
)

// made is a household of a mirror that is made for a test.
type made struct {
	area, members, verdict, welfare int64
}

// mirrored is the mirror of households; a welfare of -1 is unknown.
func mirrored(t testing.TB, n int, each func(i int) made) *mirror.Table {
	t.Helper()
	schema, err := mirror.NewSchema([]mirror.Column{{Name: registry.MirrorState, Kind: mirror.Code, Codes: []string{"open", "closed"}}, {Name: registry.MirrorMembers, Kind: mirror.Number},
		{Name: MirrorVerdict, Kind: mirror.Code, Codes: []string{string(Poor), string(NotPoor), string(Unknown)}}, {Name: MirrorWelfare, Kind: mirror.Number}})
	if err != nil {
		t.Fatal(err)
	}
	builder := mirror.NewBuilder(4)
	values := make([]int64, 4)
	for i := range n {
		m := each(i)
		values[0], values[1], values[2], values[3] = 0, m.members, m.verdict, m.welfare
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

func simulated(t testing.TB, table *mirror.Table, of Scenario) Effect {
	t.Helper()
	scheme, err := area.ParseScheme("2-2")
	if err != nil {
		t.Fatal(err)
	}
	s := &simulation{table: table, measure: measure{MirrorWelfare, false, false}, effect: Effect{Scenario: of}, scope: access.System("a test's own households"), scheme: scheme}
	for _, step := range []func() error{s.choosePoor, s.total, s.byArea, s.byDecile} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	return s.effect
}

// Every household is counted once: against a list that is counted one by one, and parts add up to the whole.
func TestAScenarioCountsAsOneByOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := make([]made, rapid.IntRange(1, 60).Draw(t, "households"))
		for i := range list {
			list[i] = made{area: 100*int64(1+i%3) + 1, members: int64(1 + i%5), verdict: int64(rapid.IntRange(0, 2).Draw(t, "verdict")), welfare: int64(rapid.IntRange(-1, 30).Draw(t, "welfare"))}
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
		e := simulated(tt, table, Scenario{Change: change, Amount: amount, Benefit: 7})
		if change == NewLine {
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
		if change == NewQuota && (e.After.Households > amount || e.Cost != 7*e.After.Households) {
			t.Fatalf("a quota of %d takes %d households at a cost of %d", amount, e.After.Households, e.Cost)
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

// BenchmarkScenario is a scenario over as many households as RIGHTKEY_BENCH_HOUSEHOLDS says, a million if it does not.
func BenchmarkScenario(b *testing.B) {
	n := 1_000_000
	if text := os.Getenv("RIGHTKEY_BENCH_HOUSEHOLDS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	table := mirrored(b, n, func(i int) made {
		welfare := int64(random.IntN(2_000_000))
		verdict := int64(1)
		if welfare < 280_000 {
			verdict = 0
		}
		return made{area: 100*(1+int64(i)*98/int64(n)) + 1 + int64(i)%98/98, members: int64(1 + random.IntN(7)), verdict: verdict, welfare: welfare}
	})
	for name, of := range map[string]Scenario{"line": {Change: NewLine, Amount: 300_000}, "quota": {Change: NewQuota, Amount: int64(n / 8)}, "share": {Change: NewShare, Amount: 10}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				simulated(b, table, of)
			}
		})
	}
}
