package identify_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rightkey/internal/clock"
	"rightkey/internal/identify"
	"rightkey/internal/policy"
)

func TestAClassWithoutAnEntryIsUnknownUnlessThePackSaysNone(t *testing.T) {
	for _, p := range shipped(t) {
		rule, err := identify.RuleOf(p, "")
		if err != nil {
			t.Fatal(err)
		}
		item, _ := p.Item("expenditure", "class")
		class := item.Options()[0].Code
		entries := []identify.Entry{{Subject: "expenditure", Class: class, Amount: 120050}, {Subject: "expenditure", Class: class, Amount: 50}}
		open, closed := rule, rule
		open.AbsentIsNone, closed.AbsentIsNone = false, true
		sum := 120100 / math.Pow10(p.Digits)
		if diff := cmp.Diff(map[string]any{class: sum}, open.Totals(p, entries)); diff != "" {
			t.Errorf("%s, absent is unknown: %s", p.ID, diff)
		}
		total := closed.Totals(p, entries)
		for _, option := range item.Options() {
			want := 0.0
			if option.Code == class {
				want = sum
			}
			if total[option.Code] != want {
				t.Errorf("%s, absent is none: %s is %v, want %v", p.ID, option.Code, total[option.Code], want)
			}
		}
		if got := closed.Totals(p, nil); len(got) != 0 {
			t.Errorf("%s: a household that has not answered has %v", p.ID, got)
		}
	}
}

func TestAnEntryOfAPartCountsInTheWholeOnce(t *testing.T) {
	parts := 0
	for _, p := range shipped(t) {
		rule, err := identify.RuleOf(p, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, subject := range policy.Totals {
			item, ok := p.Item(subject, "class")
			if !ok {
				continue
			}
			for _, option := range item.Options() {
				if option.Group == "" {
					continue
				}
				parts++
				total := rule.Totals(p, []identify.Entry{{subject, option.Code, 30000}, {subject, option.Group, 5000}})
				if total[option.Code] != 300.0 || total[option.Group] != 350.0 {
					t.Errorf("%s: part %s %v, whole %s %v", p.ID, option.Code, total[option.Code], option.Group, total[option.Group])
				}
			}
		}
	}
	if parts == 0 {
		t.Error("no shipped pack divides a class")
	}
}

func TestAnAnsweredFormOfIncomeJudgesTheHousehold(t *testing.T) {
	for _, p := range shipped(t) {
		rule, err := identify.RuleOf(p, "income")
		if err != nil {
			continue
		}
		entries := []identify.Entry{{"income", "business", 900000}, {"income", "transfer", 100000}, {"expenditure", "production_cost", 200000}}
		cases := []struct {
			members int
			day     clock.Day
			want    identify.Outcome
			line    int64
		}{ // net income 8,000: per head of three 2,666.67, of two 4,000
			{3, clock.Date(2013, 12, 31), identify.Poor, 273600},
			{2, clock.Date(2013, 12, 31), identify.NotPoor, 273600},
			{3, clock.Date(2012, 12, 31), identify.NotPoor, 262500},
		}
		for _, c := range cases {
			v, err := identify.Judge(p, rule, identify.Input{Area: 520524000000, Day: c.day,
				Inputs: rule.Totals(p, entries), Members: make([]map[string]any, c.members)})
			if err != nil || v.Outcome != c.want || v.Line.Amount != c.line {
				t.Errorf("%d members on %s: %+v, %v; want %s under %d", c.members, c.day, v, err, c.want, c.line)
			}
		}
	}
}

// The same household under the lines of two years gives two stored verdicts (acceptance A9 of the operating rules).
func TestTheSameDataUnderTwoLinesGiveTwoVerdicts(t *testing.T) {
	p, rule := madeUp(t)
	inputs := map[string]any{"catch_value": 132.5, "members": 1.0}
	var outcomes []identify.Outcome
	var lines []string
	for _, day := range []clock.Day{clock.Date(2004, 12, 31), clock.Date(2005, 12, 31)} {
		v, err := identify.Judge(p, rule, identify.Input{Area: 3001001, Day: day, Inputs: inputs})
		if err != nil {
			t.Fatal(err)
		}
		outcomes, lines = append(outcomes, v.Outcome), append(lines, v.Line.Code)
	}
	if diff := cmp.Diff([]identify.Outcome{identify.NotPoor, identify.Poor}, outcomes); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"island", "island_new"}, lines); diff != "" {
		t.Error(diff)
	}
}
