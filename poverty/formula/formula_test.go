package formula_test

import (
	"fmt"
	"math"
	"testing"

	"rightkey/poverty/formula"
)

type columns map[string][]float64

func (c columns) Numbers(name string) ([]float64, error) {
	if values, ok := c[name]; ok {
		return values, nil
	}
	return nil, fmt.Errorf("no column %q", name)
}

func (c columns) Strings(name string) ([]string, error) {
	if name != "roof" {
		return nil, fmt.Errorf("no column %q", name)
	}
	return []string{"grass", "tin", ""}, nil
}

var nan = math.NaN()

var data = columns{"size": {4, 0, nan}, "rooms": {2, 3, 1}, "family.size": {1, 2, 3}, "poor": {1, 0, nan}}

func TestFormulasKeepUnknownUnknown(t *testing.T) {
	cases := []struct {
		text string
		want []float64
	}{
		{"rooms", []float64{2, 3, 1}},
		{"family.size + 1", []float64{2, 3, 4}},
		{"rooms / size", []float64{0.5, nan, nan}},
		{"-rooms * (size + 1)", []float64{-10, -3, nan}},
		{"exp(ln(rooms))", []float64{2, math.Exp(math.Log(3)), 1}},
		{"ln(size)", []float64{math.Log(4), nan, nan}},
		{"pow(rooms, 2)", []float64{4, 9, 1}},
		{"max(rooms, 2)", []float64{2, 3, 2}},
		{"if_known(size, 9)", []float64{4, 0, 9}},
		{"known(size)", []float64{1, 1, 0}},
		{"size > 2", []float64{1, 0, nan}},
		{"size > 2 && rooms > 1", []float64{1, 0, 0}},
		{"size > 2 || rooms == 1", []float64{1, 0, 1}},
		{"!poor", []float64{0, 1, nan}},
		{`roof == "grass"`, []float64{1, 0, nan}},
		{`"grass" != roof`, []float64{0, 1, nan}},
		{"2 + 3", []float64{5}},
	}
	for _, c := range cases {
		got, err := formula.Eval(c.text, data)
		if err != nil || len(got) != len(c.want) {
			t.Errorf("%s = %v (%v), want %v", c.text, got, err, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] && !(math.IsNaN(got[i]) && math.IsNaN(c.want[i])) {
				t.Errorf("%s, row %d = %v, want %v", c.text, i+1, got[i], c.want[i])
			}
		}
	}
	if data["rooms"][0] != 2 {
		t.Error("a formula changed its column")
	}
}

func TestWhatIsNoFormulaIsRefused(t *testing.T) {
	for _, text := range []string{"", "size +", "size % 2", "func() {}", "system(1)", "max(1)", "size[1]", "'a'", `roof < "tin"`, `"a" + "b"`, "missing + 1", "f(x).y"} {
		if _, err := formula.Eval(text, data); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func FuzzFormulasNeverPanic(f *testing.F) {
	for _, text := range []string{"size+1", `roof == "tin"`, "max(size, -rooms)", "a.b.c", "!(!size)", "1e9*", "&size", "size.(int)"} {
		f.Add(text)
	}
	f.Fuzz(func(_ *testing.T, text string) {
		if parsed, err := formula.Parse(text); err == nil {
			_, _ = parsed.Eval(data)
		}
	})
}

func ExampleEval() {
	weights, err := formula.Eval("rooms * size", columns{"rooms": {2, 3}, "size": {4, 5}})
	fmt.Println(weights, err)
	// Output: [8 15] <nil>
}
