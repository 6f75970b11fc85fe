package survey_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
	"rightkey/poverty/survey"
)

func TestTheVarianceOfASimpleSampleIsTheTextbooks(t *testing.T) {
	x := []float64{3, 5, 10, 2}
	d, err := survey.New(4, survey.Options{})
	if err != nil {
		t.Fatal(err)
	}
	influence := make([]float64, 4)
	for i := range x {
		influence[i] = (x[i] - 5) / 4
	}
	se, err := d.SE(influence)
	if want := math.Sqrt((4 + 0 + 25 + 9) / 3.0 / 4); err != nil || math.Abs(se-want) > 1e-15 {
		t.Errorf("standard error %v (%v), want %v", se, err, want)
	}
	low, high := d.Interval(5, se, 0.95)
	if half := 3.182446305284263 * se; math.Abs(high-5-half) > 1e-6 || math.Abs(5-low-half) > 1e-6 {
		t.Errorf("interval %v to %v, want 5 ± %v", low, high, half)
	}
}

func TestALonelyUnitIsTreatedAsTheOptionSays(t *testing.T) {
	influence := []float64{1, 2, 4, 9, 5}
	strata := []string{"a", "a", "b", "b", "c"}
	// Stratum a contributes 2 (0.25 + 0.25) = 1 and b 2 (6.25 + 6.25) = 25; the grand mean is 4.2.
	cases := []struct {
		name   string
		option survey.Lonely
		want   float64
	}{
		{"certainty", survey.LonelyCertainty, 1 + 25},
		{"grand mean", survey.LonelyGrandMean, 1 + 25 + 0.64},
		{"average", survey.LonelyAverage, 26 * 1.5},
		{"merge with the stratum before", survey.LonelyMerge, 1 + 1.5*(4+9+1)},
	}
	for _, c := range cases {
		d, err := survey.New(5, survey.Options{Strata: strata, Lonely: c.option})
		if err != nil {
			t.Fatal(c.name, err)
		}
		if v, _ := d.Covariance(influence, influence); math.Abs(v-c.want) > 1e-12 {
			t.Errorf("%s: variance %v, want %v", c.name, v, c.want)
		}
	}
	if _, err := survey.New(5, survey.Options{Strata: strata}); err == nil {
		t.Error("a lonely unit passed without a choice")
	}
}

func TestTheFirstLonelyStratumIsMergedWithTheNext(t *testing.T) {
	d, err := survey.New(3, survey.Options{Strata: []string{"a", "b", "b"}, Lonely: survey.LonelyMerge})
	if err != nil || d.Strata() != 1 || d.DF() != 2 {
		t.Fatalf("%d strata, %v", d.Strata(), err)
	}
}

func TestUnitsAreNestedInStrata(t *testing.T) {
	d, err := survey.New(4, survey.Options{Strata: []string{"a", "a", "b", "b"}, PSU: []string{"1", "2", "1", "2"}})
	if err != nil || d.Units() != 4 {
		t.Fatalf("%d units (%v), want 4", d.Units(), err)
	}
}

func TestBadDesignsAreRefusedWithTheirRow(t *testing.T) {
	cases := map[string]survey.Options{
		"row 2: stratum is missing":                                              {Strata: []string{"a", ""}},
		"row 1: primary sampling unit is missing":                                {PSU: []string{"", "a"}},
		"row 2: weight NaN is not a number of at least 0":                        {Weights: []float64{1, math.NaN()}},
		"survey design of 2 rows: 1 weights, 0 strata, 0 PSUs":                   {Weights: []float64{1}},
		`stratum "a" has a single primary sampling unit: choose how to treat it`: {Strata: []string{"a", "b"}},
	}
	for want, o := range cases {
		if _, err := survey.New(2, o); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestTheOrderOfRowsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(8, 40).Draw(t, "n")
		z, w := make([]float64, n), make([]float64, n)
		strata, psu := make([]string, n), make([]string, n)
		for i := range n {
			z[i], w[i] = rapid.Float64Range(-5, 5).Draw(t, "z"), rapid.Float64Range(0, 3).Draw(t, "w")
			strata[i], psu[i] = fmt.Sprint(i%2), fmt.Sprint(i/2%4)
		}
		forward := standardError(t, z, w, strata, psu)
		backward := standardError(t, reversed(z), reversed(w), reversed(strata), reversed(psu))
		if math.Abs(forward-backward) > 1e-9*(1+forward) {
			t.Fatalf("%v forwards, %v backwards", forward, backward)
		}
	})
}

func standardError(t *rapid.T, z, w []float64, strata, psu []string) float64 {
	d, err := survey.New(len(z), survey.Options{Weights: w, Strata: strata, PSU: psu})
	if err != nil {
		t.Fatal(err)
	}
	se, err := d.SE(z)
	if err != nil {
		t.Fatal(err)
	}
	return se
}

func reversed[T any](x []T) []T {
	r := make([]T, len(x))
	for i, v := range x {
		r[len(x)-1-i] = v
	}
	return r
}

func TestTheBootstrapOfAMeanAgreesWithLinearisation(t *testing.T) {
	const n = 400
	x, w := make([]float64, n), make([]float64, n)
	strata, psu := make([]string, n), make([]string, n)
	for i := range n {
		x[i], w[i] = float64(i*i%97), 1+float64(i%3)
		strata[i], psu[i] = fmt.Sprint(i%4), fmt.Sprint(i/8)
	}
	d, err := survey.New(n, survey.Options{Weights: w, Strata: strata, PSU: psu})
	if err != nil {
		t.Fatal(err)
	}
	mean := func(weights []float64) (float64, error) {
		sum, total := 0.0, 0.0
		for i := range x {
			sum += weights[i] * x[i]
			total += weights[i]
		}
		return sum / total, nil
	}
	value, _ := mean(w)
	total, influence := 0.0, make([]float64, n)
	for i := range w {
		total += w[i]
	}
	for i := range x {
		influence[i] = (x[i] - value) / total
	}
	linearised, _ := d.SE(influence)
	first, err := d.Bootstrap(1000, 7, mean)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(first.SE/linearised-1) > 0.1 {
		t.Errorf("bootstrap %v, linearised %v", first.SE, linearised)
	}
	second, _ := d.Bootstrap(1000, 7, mean)
	if first.SE != second.SE {
		t.Errorf("the same seed gave %v and %v", first.SE, second.SE)
	}
}

func ExampleDesign_SE() {
	// Two strata of two villages each; the influence of a mean of 0.5 among four households.
	d, err := survey.New(4, survey.Options{Strata: []string{"hills", "hills", "plain", "plain"}, PSU: []string{"1", "2", "3", "4"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	se, err := d.SE([]float64{0.125, -0.125, 0.125, -0.125})
	fmt.Printf("%.3f %v\n", se, err)
	// Output: 0.354 <nil>
}
