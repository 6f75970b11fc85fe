package identify_test

import (
	"strings"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/identify"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
	"rightkey/policies"
	"rightkey/test/register"
	"rightkey/test/stand"
)

// Acceptance A9 of the operating rules: the same households judged by the lines of 2014 and of 2017 have two kept
// verdicts, of which that of 2014 stays the one that counts.
func TestTheSameHouseholdsByTheLinesOf2014AndOf2017HaveTwoKeptVerdicts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx := t.Context()
		r := register.Open(t, stand.New(t, db, "2-2-2-3-3"), policies.Files, policies.Demonstration())
		r.Clock.Set(clock.Date(2018, 1, 31).Start(time.UTC))
		r.LoadAreas(t, "code,name\n52,P\n5201,C\n520101,D\n520101001,T\n520101001001,V\n")
		r.ImportCSV(t, registry.Mapping{Subject: "household", Source: "s", Key: "key", Area: "area", Day: "2014-12-31"}, "key,area\nlow,520101001001\nmiddle,520101001001\nhigh,520101001001\n")
		r.ImportCSV(t, registry.Mapping{Subject: "person", Source: "s", Key: "key", Household: "hh", Day: "2014-12-31", Columns: map[string]string{"name": "name", "sex": "sex", "relation": "relation"}},
			"key,hh,name,sex,relation\na,low,Low,female,01\nb,middle,Middle,female,01\nc,high,High,female,01\n")
		r.ImportCSV(t, registry.Mapping{Subject: "income", Source: "s", Key: "key", Household: "hh", Day: "2014-12-31", Columns: map[string]string{"year": "year", "class": "class", "amount": "amount"}},
			"key,hh,year,class,amount\n1,low,2014,wage,2000\n2,middle,2014,wage,2900\n3,high,2014,wage,5000\n")
		first := r.Judge(t, identify.RunArgs{Day: clock.Date(2014, 12, 31)})
		second := r.Judge(t, identify.RunArgs{Day: clock.Date(2014, 12, 31), Lines: clock.Date(2017, 12, 31)})
		scope := r.Scope(t, register.County, access.HouseholdList)
		turns, err := r.Identify.Compare(ctx, scope, identify.Selection{Run: second, Against: first})
		want := []identify.Turn{{Before: "not_poor", After: "not_poor", Heads: identify.Heads{Households: 1, Persons: 1}}, {Before: "not_poor", After: "poor", Heads: identify.Heads{Households: 1, Persons: 1}},
			{Before: "poor", After: "poor", Heads: identify.Heads{Households: 1, Persons: 1}}}
		if err != nil || len(turns) != 3 || turns[0] != want[0] || turns[1] != want[1] || turns[2] != want[2] {
			t.Fatalf("%+v (%v)", turns, err)
		}
		movers, err := r.Identify.Browse(ctx, scope, identify.Selection{Run: second, Against: first, Before: identify.NotPoor, Outcome: identify.Poor}, registry.Position{}, 10)
		if err != nil || len(movers) != 1 || !movers[0].Trial || *movers[0].Line != 295200 || !strings.Contains(movers[0].Reason["en"], "2,952") {
			t.Fatalf("%+v (%v)", movers, err)
		}
		before, err := r.Identify.Beside(ctx, scope, first, movers)
		if b := before[movers[0].Household]; err != nil || b.Outcome != identify.NotPoor || b.Trial || *b.Line != 280000 {
			t.Fatalf("%+v (%v)", before, err)
		}
		south, err := r.Identify.Compare(ctx, r.Scope(t, register.South, access.HouseholdList), identify.Selection{Run: second, Against: first})
		if err != nil || len(south) != 0 {
			t.Errorf("another county sees %+v (%v)", south, err)
		}
	})
}
