package identify_test

import (
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rightkey/internal/clock"
	"rightkey/internal/identify"
	"rightkey/internal/policy"
	"rightkey/policies"
)

func loader() *policy.Loader {
	l := policy.NewLoader()
	identify.Register(l)
	return l
}

// madeUp loads the pack of the country that does not exist.
func madeUp(t testing.TB) (*policy.Pack, identify.Rule) {
	t.Helper()
	p, err := loader().Load(os.DirFS("../policy/testdata"), "ostania")
	if err != nil {
		t.Fatal(err)
	}
	rule, err := identify.RuleOf(p, "")
	if err != nil {
		t.Fatal(err)
	}
	return p, rule
}

// shipped loads the packs that come with the program.
func shipped(t testing.TB) []*policy.Pack {
	t.Helper()
	packs, err := loader().LoadAll(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	return packs
}

func TestAHouseholdIsPoorNotPoorOrNobodyCanSay(t *testing.T) {
	p, rule := madeUp(t)
	day := clock.Date(2004, 12, 31)
	cases := []struct {
		name    string
		area    int64
		day     clock.Day
		inputs  map[string]any
		outcome identify.Outcome
		welfare int64
		missing []string
		reason  string
	}{
		{"below the line", 3001001, day, map[string]any{"catch_value": 302.5, "members": 3.0}, identify.Poor, 100, nil,
			"Catch per soul 100 OST is below the line of 120 OST (Island line) on 31 Dec 2004: poor. 300 for 3 souls. Catch per soul higher by 21 OST would change this."},
		{"on the line, where the pack says at or below", 3001001, day, map[string]any{"catch_value": 362.5, "members": 3.0}, identify.Poor, 120, nil,
			"Catch per soul 120 OST is exactly the line of 120 OST (Island line) on 31 Dec 2004: poor. 360 for 3 souls. Catch per soul higher by 1 OST would change this."},
		{"above the line", 3001001, day, map[string]any{"catch_value": 702.5, "members": 2.0}, identify.NotPoor, 350, nil,
			"Catch per soul 350 OST is not below the line of 120 OST (Island line) on 31 Dec 2004: not poor. 700 for 2 souls. Catch per soul lower by 230 OST would change this."},
		{"not poor by the line of its own area", 7001001, day, map[string]any{"catch_value": 301.25, "members": 3.0}, identify.NotPoor, 100, nil,
			"Catch per soul 100 OST is not below the line of 90 OST (Northern line) on 31 Dec 2004: not poor. 300 for 3 souls. Catch per soul lower by 10 OST would change this."},
		{"poor by the line of a later year", 3001001, clock.Date(2005, 12, 31), map[string]any{"catch_value": 422.5, "members": 3.0}, identify.Poor, 140, nil,
			"Catch per soul 140 OST is below the line of 150 OST (New island line) on 31 Dec 2005: poor. 420 for 3 souls. Catch per soul higher by 11 OST would change this."},
		{"an input is missing", 3001001, day, map[string]any{"members": 3.0}, identify.Unknown, 0, []string{"catch_value"},
			"Catch per soul on 31 Dec 2004 cannot be computed: Value of the catch must be asked. ? for 3 souls."},
		{"everything is missing", 3001001, day, nil, identify.Unknown, 0, []string{"catch_value", "members"},
			"Catch per soul on 31 Dec 2004 cannot be computed: Value of the catch, Souls must be asked. ? for ? souls."},
		{"no line on the day", 3001001, clock.Date(1999, 1, 1), map[string]any{"catch_value": 9.0, "keel_tax": 0.0, "members": 3.0}, identify.Unknown, 3, nil,
			"The policy pack has no line for this area on 1 Jan 1999: nobody can say. Catch per soul is 3 OST. 9 for 3 souls."},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			v, err := identify.Judge(p, rule, identify.Input{Area: c.area, Day: c.day, Inputs: c.inputs})
			if err != nil {
				t.Fatal(err)
			}
			if v.Outcome != c.outcome || v.Welfare != c.welfare || !slices.Equal(v.Missing, c.missing) {
				t.Errorf("verdict %s, welfare %d, missing %v; want %s, %d, %v", v.Outcome, v.Welfare, v.Missing, c.outcome, c.welfare, c.missing)
			}
			if got := v.Reason(p, "en"); got != c.reason {
				t.Errorf("reason\n%s, want\n%s", got, c.reason)
			}
			if v.PackID != p.ID || v.PackHash != p.Hash || v.Rule != "catch" {
				t.Errorf("the verdict does not name pack and rule: %+v", v)
			}
		})
	}
}

func TestWhatIsSaidToChangeAVerdictChangesItAndLessDoesNot(t *testing.T) {
	packs := shipped(t)
	p := packs[slices.IndexFunc(packs, func(p *policy.Pack) bool { return p.ID == policies.Demonstration() })]
	rule, err := identify.RuleOf(p, "")
	if err != nil {
		t.Fatal(err)
	}
	said := regexp.MustCompile(`(higher|lower) by ([\d,.]+)`)
	rapid.Check(t, func(t *rapid.T) {
		judged := func(minor int64) identify.Verdict {
			v, err := identify.Judge(p, rule, identify.Input{Day: clock.Date(2013, 12, 31), Inputs: map[string]any{"members": 1.0, "wage": float64(minor) / 100, "business": 0.0, "property": 0.0, "transfer": 0.0, "production_cost": 0.0}})
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		wage := rapid.Int64Range(270_000, 277_000).Draw(t, "wage")
		v := judged(wage)
		match := said.FindStringSubmatch(v.Reason(p, "en"))
		if match == nil {
			t.Fatalf("nothing is said to change it: %s", v.Reason(p, "en"))
		}
		gap, err := strconv.ParseFloat(strings.ReplaceAll(match[2], ",", ""), 64)
		if err != nil {
			t.Fatal(err)
		}
		step := int64(math.Round(gap * 100))
		if match[1] == "lower" {
			step = -step
		}
		nearly := step - max(-1, min(1, step))
		if judged(wage+step).Outcome == v.Outcome || judged(wage+nearly).Outcome != v.Outcome {
			t.Fatalf("%d is %s: %s", wage, v.Outcome, v.Reason(p, "en"))
		}
	})
}

func TestWhatPartsMakeTogetherSaysWhatWouldChangeIt(t *testing.T) {
	said := map[string]bool{}
	for _, p := range shipped(t) {
		for _, rule := range identify.SectionOf(p).Rules {
			if len(rule.Parts) == 0 {
				continue
			}
			for _, outcome := range []identify.Outcome{identify.Poor, identify.NotPoor} {
				v := identify.Verdict{Rule: rule.Code, Day: clock.Date(2022, 12, 31), Outcome: outcome}
				for range rule.Parts {
					v.Parts = append(v.Parts, identify.Parted{Outcome: outcome})
				}
				reason := v.Reason(p, "en")
				at := strings.Index(reason, "This would change if ")
				if at < 0 {
					t.Fatalf("%s %s: %s", p.ID, rule.Code, reason)
				}
				sentence, _, _ := strings.Cut(reason[at:], ".")
				said[string(rule.Join)+" "+string(outcome)+": "+sentence] = true
			}
		}
	}
	if len(said) != 4 {
		t.Errorf("of two joins and two outcomes: %v", said)
	}
}

func TestAHouseholdWithoutMembersCannotBeJudged(t *testing.T) {
	p, rule := madeUp(t)
	_, err := identify.Judge(p, rule, identify.Input{Day: clock.Date(2004, 1, 1), Inputs: map[string]any{"catch_value": 9.0, "members": 0.0}})
	if err == nil {
		t.Error("it was judged")
	}
}

func TestEveryShippedPackGivesItsReasonInEveryLanguageTheProgramSpeaks(t *testing.T) {
	for _, p := range shipped(t) {
		for _, rule := range identify.SectionOf(p).Rules {
			day := clock.Date(2015, 12, 31)
			for _, line := range p.Lines { // a day on which the rule has a line
				if line.Purpose == rule.Purpose && line.Area.Prefix == "" {
					day = line.From
				}
			}
			v, err := identify.Judge(p, rule, identify.Input{Day: day})
			if err != nil || v.Outcome != identify.Unknown || v.HasLine != (rule.Welfare != "") || len(v.Missing) == 0 {
				t.Fatalf("%s %s over nothing: %+v, %v", p.ID, rule.Code, v, err)
			}
			for _, language := range identify.ReasonLanguages(p) {
				reason := v.Reason(p, language)
				if reason == "" || strings.ContainsAny(reason, "⟦⟧{}") {
					t.Errorf("%s: reason in %s is %q", p.ID, language, reason)
				}
				t.Log(reason)
			}
		}
	}
}

func TestAdultEquivalentsOfMembersOneByOneGiveTheSameAsTheirGivenSum(t *testing.T) {
	for _, p := range shipped(t) {
		rule, err := identify.RuleOf(p, "consumption")
		if err != nil {
			continue
		}
		day := clock.Date(2015, 12, 31)
		members := []map[string]any{{"age": 41.0}, {"age": 39.0}, {"age": 12.0}, {"age": 17.0}, {"age": 18.0}}
		one, err := identify.Judge(p, rule, identify.Input{Day: day, Inputs: map[string]any{"consumption": 180000.0}, Members: members})
		if err != nil {
			t.Fatal(err)
		}
		given, err := identify.Judge(p, rule, identify.Input{Day: day, Inputs: map[string]any{"consumption": 180000.0, "adult_equivalents": 4.6}})
		if err != nil {
			t.Fatal(err)
		}
		if one.Welfare != given.Welfare || one.Welfare != 326087 || one.Outcome != identify.NotPoor {
			t.Errorf("one by one %d, given %d, want 326087 (180000 / 12 / 4.6, rounded)", one.Welfare, given.Welfare)
		}
		members[2]["age"] = nil
		open, err := identify.Judge(p, rule, identify.Input{Day: day, Inputs: map[string]any{"consumption": 180000.0}, Members: members})
		if err != nil || !slices.Equal(open.Missing, []string{"age"}) {
			t.Errorf("a member of unknown age: missing %v, %v", open.Missing, err)
		}
	}
}

func TestWhoHasLessIsNeverLessPoor(t *testing.T) {
	p, rule := madeUp(t)
	rapid.Check(t, func(rt *rapid.T) {
		members := float64(rapid.IntRange(1, 12).Draw(rt, "members"))
		low := rapid.Float64Range(0, 5000).Draw(rt, "low")
		high := low + rapid.Float64Range(0, 5000).Draw(rt, "more")
		area := rapid.SampledFrom([]int64{3001001, 7001001, 7002001}).Draw(rt, "area")
		judge := func(value float64) identify.Verdict {
			v, err := identify.Judge(p, rule, identify.Input{Area: area, Day: clock.Date(2003, 6, 30), Inputs: map[string]any{"catch_value": value, "members": members}})
			if err != nil {
				rt.Fatal(err)
			}
			return v
		}
		if judge(low).Outcome == identify.NotPoor && judge(high).Outcome == identify.Poor {
			rt.Fatalf("%g is not poor and %g is", low, high)
		}
	})
}

func TestARuleThatDoesNotFitItsLinesIsRefusedWithItsPlace(t *testing.T) {
	cases := []struct{ name, old, new, want string }{
		{"other period", "period: year", "period: month", `line "island" is per head and year`},
		{"unknown formula", "welfare: catch_per_head", "welfare: catch", "not a formula of the household"},
		{"no line for the purpose", "purpose: identify", "purpose: exit", "no line for the purpose"},
		{"no strictness", "poor_if: at_or_below", "poor_if: about", "neither below nor at_or_below"},
		{"no word on absent classes", "absent_class: unknown, ", "", "neither none nor unknown"},
		{"no source", ", source: Hearth Act 11", "", "has neither a source"},
		{"unknown key", "code: catch", "kode: catch", `unknown key "kode"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS("../policy/testdata/ostania")); err != nil {
				t.Fatal(err)
			}
			path := dir + "/identify.yaml"
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(strings.Replace(string(text), c.old, c.new, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err = loader().Load(os.DirFS(dir), ".")
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "identify.yaml:2:") {
				t.Errorf("error %v, want identify.yaml:2 and %q", err, c.want)
			}
		})
	}
}
