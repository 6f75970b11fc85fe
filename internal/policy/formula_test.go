package policy_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rightkey/internal/clock"
)

func TestAFormulaIsComputedOverItemsValuesAndOtherFormulas(t *testing.T) {
	p := ostania(t)
	inputs := p.ValuesAt(3001001, clock.Date(2004, 6, 1))
	inputs["catch_value"], inputs["members"] = 102.5, 4.0
	result, err := p.Formulas["catch_per_head"].Eval(inputs)
	if err != nil || !result.Known() || result.Number != 25 {
		t.Fatalf("result %+v, %v; want 25", result, err)
	}
	if got, want := p.Formulas["catch_per_head"].Explanation("en", result), "100 for 4 souls"; got != want {
		t.Errorf("explanation %q, want %q", got, want)
	}
}

func TestAFormulaOverAMissingInputIsUnknownAndSaysWhatToAsk(t *testing.T) {
	p := ostania(t)
	result, err := p.Formulas["catch_per_head"].Eval(map[string]any{"members": nil, "keel_tax": 2.5})
	if err != nil || !slices.Equal(result.Unknown, []string{"catch_value", "members"}) {
		t.Errorf("result %+v, %v; want catch_value and members unknown", result, err)
	}
}

func TestAnInputIsNamedInWords(t *testing.T) {
	p := ostania(t)
	for code, want := range map[string]string{"catch_value": "Value of the catch", "keel_tax": "Keel tax",
		"catch_after_tax": "Catch after tax", "members": "Souls", "anchor": "anchor"} {
		if got := p.InputLabel("en", "household", code); got != want {
			t.Errorf("%s is called %q, want %q", code, got, want)
		}
	}
	for _, p := range append(shipped(t), p) {
		for _, f := range p.Formulas {
			for _, code := range f.Inputs {
				for _, language := range p.Languages {
					if p.InputLabel(language, f.Subject, code) == code {
						t.Errorf("%s: input %s of %s has no name in %s", p.ID, code, f.Code, language)
					}
				}
			}
		}
	}
}

func TestADivisionByZeroIsAnErrorNotANumber(t *testing.T) {
	_, err := ostania(t).Formulas["catch_per_head"].Eval(map[string]any{"members": 0.0, "keel_tax": 2.5, "catch_value": 1.0})
	if err == nil || !strings.Contains(err.Error(), "catch_per_head") {
		t.Errorf("error is %v", err)
	}
}

func TestMissingIsNeverZero(t *testing.T) {
	for _, p := range append(shipped(t), ostania(t)) {
		for _, f := range p.Formulas {
			rapid.Check(t, func(rt *rapid.T) {
				inputs := map[string]any{}
				missing := 0
				for _, code := range f.Inputs {
					if rapid.Bool().Draw(rt, code+" is known") {
						inputs[code] = rapid.Float64Range(1, 1000).Draw(rt, code)
					} else if p.Formulas[code] == nil {
						missing++
					}
				}
				result, err := f.Eval(inputs)
				if err == nil && missing > 0 && result.Known() && !strings.ContainsAny(f.CEL, "?|&") {
					rt.Fatalf("%s of %s is %v although %d inputs are missing", f.Code, p.ID, result.Number, missing)
				}
			})
		}
	}
}

func TestASumOverMembersIsUnknownIfOneMemberIs(t *testing.T) {
	for _, p := range shipped(t) {
		f, ok := p.Formulas["adult_equivalents"]
		if !ok {
			continue
		}
		member := func(age any) map[string]any {
			inputs := p.ValuesAt(0, clock.Date(2015, 12, 31))
			inputs["age"] = age
			return inputs
		}
		sum, err := f.EvalSum([]map[string]any{member(40.0), member(18.0), member(17.0), member(3.0)})
		if err != nil || math.Abs(sum.Number-3.6) > 1e-12 {
			t.Errorf("two adults and two children count %+v, %v; want 3.6", sum, err)
		}
		sum, err = f.EvalSum([]map[string]any{member(40.0), member(nil)})
		if err != nil || !slices.Equal(sum.Unknown, []string{"age"}) {
			t.Errorf("a member of unknown age gives %+v, %v", sum, err)
		}
	}
}

func TestTheLineIsThatOfTheSmallestAreaValidOnTheDay(t *testing.T) {
	p := ostania(t)
	cases := []struct {
		area int64
		day  clock.Day
		want string
	}{
		{3001001, clock.Date(2001, 1, 1), "island"},
		{3001001, clock.Date(2004, 12, 31), "island"},
		{3001001, clock.Date(2005, 1, 1), "island_new"},
		{7001001, clock.Date(2003, 6, 1), "north"},
		{7002001, clock.Date(2003, 6, 1), "north_parish"},
		{7002999, clock.Date(2003, 12, 31), "north_parish"},
		{7003000, clock.Date(2003, 12, 31), "north"},
		{7002001, clock.Date(2004, 1, 1), "north"},
		{7002001, clock.Date(2010, 1, 1), "island_new"},
		{7002001, clock.Date(2000, 12, 31), ""},
	}
	for _, c := range cases {
		line, ok := p.LineFor(c.area, c.day, "identify")
		if ok != (c.want != "") || line.Code != c.want {
			t.Errorf("line at %d on %s is %q, want %q", c.area, c.day, line.Code, c.want)
		}
	}
	if _, ok := p.LineFor(3001001, clock.Date(2004, 1, 1), "exit"); ok {
		t.Error("a purpose without a line has one")
	}
}

func TestAValueIsThatOfTheSmallestArea(t *testing.T) {
	p := ostania(t)
	if v, ok := p.Value("keel_tax", 7001001, clock.Date(2004, 1, 1)); !ok || v.Number != 1.25 {
		t.Errorf("keel tax in the north is %+v", v)
	}
	if v, ok := p.Value("season", 7001001, clock.Date(2004, 1, 1)); !ok || v.IsNumber || v.Text != "spring" {
		t.Errorf("season is %+v", v)
	}
}

func TestAnAreaPrefixIsARangeOfKeys(t *testing.T) {
	levels := ostania(t).Levels
	cases := []struct {
		prefix string
		lo, hi int64
		ok     bool
	}{
		{"", 0, 99999999, true},
		{"07", 7000000, 7999999, true},
		{"07002", 7002000, 7002999, true},
		{"07002013", 7002013, 7002013, true},
		{"070", 0, 0, false},
		{"7x", 0, 0, false},
		{"070020131", 0, 0, false},
	}
	for _, c := range cases {
		lo, hi, err := levels.Range(c.prefix)
		if (err == nil) != c.ok || lo != c.lo || hi != c.hi {
			t.Errorf("range of %q is %d to %d (%v), want %d to %d", c.prefix, lo, hi, err, c.lo, c.hi)
		}
	}
}
