package poverty_test

import (
	"fmt"
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"
	"rightkey/poverty"
	"rightkey/poverty/survey"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

// indices are all indices that exist for any welfare above 0, under a line of 10.
var indices = map[string]func(poverty.Sample) (poverty.Estimate, error){
	"fgt 0":         func(s poverty.Sample) (poverty.Estimate, error) { return poverty.FGT(s, poverty.FixedLine(10), 0) },
	"fgt 1":         func(s poverty.Sample) (poverty.Estimate, error) { return poverty.FGT(s, poverty.FixedLine(10), 1) },
	"fgt 2":         func(s poverty.Sample) (poverty.Estimate, error) { return poverty.FGT(s, poverty.FixedLine(10), 2) },
	"watts":         func(s poverty.Sample) (poverty.Estimate, error) { return poverty.Watts(s, poverty.FixedLine(10)) },
	"sen":           func(s poverty.Sample) (poverty.Estimate, error) { return poverty.Sen(s, poverty.FixedLine(10)) },
	"gini":          func(s poverty.Sample) (poverty.Estimate, error) { return poverty.Gini(s, poverty.GiniExact) },
	"entropy 0":     func(s poverty.Sample) (poverty.Estimate, error) { return poverty.Entropy(s, 0) },
	"entropy 1":     func(s poverty.Sample) (poverty.Estimate, error) { return poverty.Entropy(s, 1) },
	"entropy 2":     func(s poverty.Sample) (poverty.Estimate, error) { return poverty.Entropy(s, 2) },
	"atkinson 0.5":  func(s poverty.Sample) (poverty.Estimate, error) { return poverty.Atkinson(s, 0.5) },
	"atkinson 1":    func(s poverty.Sample) (poverty.Estimate, error) { return poverty.Atkinson(s, 1) },
	"mean":          poverty.Sample.Mean,
	"quintile rate": poverty.QuintileShare,
}

func samples(t *rapid.T) poverty.Sample {
	n := rapid.IntRange(12, 60).Draw(t, "n")
	s := poverty.Sample{}
	for range n {
		s.Welfare = append(s.Welfare, rapid.Float64Range(1, 40).Draw(t, "welfare"))
		s.Weight = append(s.Weight, float64(rapid.IntRange(1, 5).Draw(t, "weight")))
	}
	s.Welfare[0] = 5
	return s
}

func TestFourIncomesGiveTheIndicesWorkedOutByHand(t *testing.T) {
	s := poverty.Sample{Welfare: []float64{5, 8, 20, 40}, Weight: []float64{2, 1, 4, 1}}
	want := map[string]float64{
		"fgt 0":     3.0 / 8,
		"fgt 1":     (2*0.5 + 0.2) / 8,
		"fgt 2":     (2*0.25 + 0.04) / 8,
		"watts":     (2*math.Log(2) + math.Log(1.25)) / 8,
		"mean":      (10 + 8 + 80 + 40) / 8.0,
		"entropy 0": math.Log(138.0/8) - (2*math.Log(5)+math.Log(8)+4*math.Log(20)+math.Log(40))/8,
		// Of the poor (5, 5, 8): half the relative mean difference is (2 x 2 x 3) / (2 x 9 x 6) = 1/9.
		"sen": 0.15 + (0.375-0.15)/9,
	}
	for name, value := range want {
		got, err := indices[name](s)
		if err != nil {
			t.Fatal(name, err)
		}
		near(t, name, got.Value, value, 1e-14)
	}
}

func TestAWeightOfKCountsAsKObservations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := samples(t)
		var long poverty.Sample
		for i, y := range s.Welfare {
			for range int(s.Weight[i]) {
				long.Welfare = append(long.Welfare, y)
			}
		}
		for name, index := range indices {
			a, errA := index(s)
			b, errB := index(long)
			if errA != nil || errB != nil || math.Abs(a.Value-b.Value) > 1e-9*(1+math.Abs(b.Value)) {
				t.Fatalf("%s: weighted %v (%v), repeated %v (%v)", name, a.Value, errA, b.Value, errB)
			}
		}
	})
}

func TestInfluencesAddUpToNothingAndAreTheDerivativeByTheWeight(t *testing.T) {
	smooth := []string{"fgt 0", "fgt 1", "fgt 2", "watts", "entropy 0", "entropy 1", "entropy 2", "atkinson 0.5", "atkinson 1", "mean"}
	rapid.Check(t, func(t *rapid.T) {
		s := samples(t)
		k := rapid.IntRange(0, s.Len()-1).Draw(t, "row")
		for _, name := range smooth {
			e, err := indices[name](s)
			if err != nil {
				t.Fatal(name, err)
			}
			sum := 0.0
			for i, z := range e.Influence {
				sum += s.Weight[i] * z
			}
			if math.Abs(sum) > 1e-9 {
				t.Fatalf("%s: weighted influences add up to %v", name, sum)
			}
			const step = 1e-5
			more := s.Where(func(int) bool { return true })
			more.Weight[k] += step
			moved, _ := indices[name](more)
			if slope := (moved.Value - e.Value) / step; math.Abs(slope-e.Influence[k]) > 1e-4*(1+math.Abs(slope)) {
				t.Fatalf("%s: influence %v, slope %v", name, e.Influence[k], slope)
			}
		}
	})
}

func TestADomainIsWhatItsRowsAloneGive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := samples(t)
		inside := func(i int) bool { return i%2 == 0 }
		var alone poverty.Sample
		for i := range s.Welfare {
			if inside(i) {
				alone.Welfare, alone.Weight = append(alone.Welfare, s.Welfare[i]), append(alone.Weight, s.Weight[i])
			}
		}
		for name, index := range indices {
			a, errA := index(s.Where(inside))
			b, errB := index(alone)
			if (errA == nil) != (errB == nil) || errA == nil && math.Abs(a.Value-b.Value) > 1e-12*(1+math.Abs(b.Value)) {
				t.Fatalf("%s: domain %v (%v), rows alone %v (%v)", name, a.Value, errA, b.Value, errB)
			}
		}
	})
}

func TestGroupsAddUpToTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := samples(t)
		groups := make([]string, s.Len())
		for i := range groups {
			groups[i] = fmt.Sprint(i % 3)
		}
		parts, err := poverty.ByGroup(s, groups, poverty.FixedLine(10), 1)
		if err != nil {
			t.Fatal(err)
		}
		people, contribution := 0.0, 0.0
		for _, p := range parts {
			people += p.People
			contribution += p.Contribution
		}
		if math.Abs(people-1) > 1e-12 || math.Abs(contribution-1) > 1e-9 {
			t.Fatalf("shares of people add up to %v, contributions to %v", people, contribution)
		}
		between, within, err := poverty.EntropyParts(s, groups, 0)
		whole, _ := poverty.Entropy(s, 0)
		if err != nil || between < -1e-12 || math.Abs(between+within-whole.Value) > 1e-12 {
			t.Fatalf("between %v and within %v of %v: %v", between, within, whole.Value, err)
		}
	})
}

func TestGrowthAloneLeavesNothingToRedistribution(t *testing.T) {
	before := poverty.Sample{Welfare: []float64{4, 8, 9, 30}}
	after := poverty.Sample{Welfare: []float64{5, 10, 11.25, 37.5}}
	change, err := poverty.DattRavallion(before, after, poverty.FixedLine(10), 1)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "redistribution", change.Redistribution, 0, 1e-14)
	near(t, "growth", change.Growth, change.After-change.Before, 1e-14)
	curve, err := poverty.GrowthIncidence(before, after, []float64{0.2, 0.5, 0.9})
	if err != nil {
		t.Fatal(err)
	}
	for _, point := range curve {
		near(t, "growth", point.Value, 0.25, 1e-14)
	}
}

func TestTheLorenzCurveEncloseHalfTheGini(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := samples(t)
		curve, err := poverty.Lorenz(s)
		if err != nil {
			t.Fatal(err)
		}
		area := 0.0
		for k := 1; k < len(curve); k++ {
			area += (curve[k].Share - curve[k-1].Share) * (curve[k].Value + curve[k-1].Value) / 2
		}
		gini, _ := poverty.Gini(s, poverty.GiniExact)
		if math.Abs(1-2*area-gini.Value) > 1e-12 {
			t.Fatalf("one minus twice the area %v, gini %v", 1-2*area, gini.Value)
		}
	})
}

func TestWhatCannotBeMeasuredIsRefusedWithItsRow(t *testing.T) {
	line := poverty.FixedLine(10)
	cases := map[string]struct {
		sample poverty.Sample
		line   poverty.Line
		want   string
	}{
		"unknown welfare":    {poverty.Sample{Welfare: []float64{1, math.NaN()}}, line, "row 2: welfare NaN is not a number"},
		"negative weight":    {poverty.Sample{Welfare: []float64{1, 2}, Weight: []float64{1, -1}}, line, "row 2: weight -1 is not a number of at least 0"},
		"unknown weight":     {poverty.Sample{Welfare: []float64{1, 2}, Weight: []float64{math.NaN(), 1}}, line, "row 1: weight NaN is not a number of at least 0"},
		"nobody":             {poverty.Sample{Welfare: []float64{1}, Weight: []float64{0}}, line, "no observation with a positive weight"},
		"no line":            {poverty.Sample{Welfare: []float64{1, 2}}, poverty.Line{Each: []float64{1, math.NaN()}}, "row 2: poverty line NaN is not above 0"},
		"lengths":            {poverty.Sample{Welfare: []float64{1, 2}, Weight: []float64{1}}, line, "2 welfare amounts and 1 weights"},
		"lines of a village": {poverty.Sample{Welfare: []float64{1, 2}}, poverty.Line{Each: []float64{1}}, "2 observations and 1 poverty lines"},
	}
	for name, c := range cases {
		if _, err := poverty.FGT(c.sample, c.line, 0); err == nil || err.Error() != c.want {
			t.Errorf("%s: error %v, want %s", name, err, c.want)
		}
	}
	if _, err := poverty.Watts(poverty.Sample{Welfare: []float64{3, 0}}, line); err == nil {
		t.Error("the logarithm of a welfare of 0 was taken")
	}
}

func ExampleFGT() {
	village := poverty.Sample{Welfare: []float64{5, 8, 20, 40}}
	gap, err := poverty.FGT(village, poverty.FixedLine(10), 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("poverty gap %.3f\n", gap.Value)
	// Output: poverty gap 0.175
}

// The budget is 1 second for headcount, gap and squared gap with their standard errors under a design of 20 strata and
// 20,000 primary sampling units.
func BenchmarkFGTWithStandardErrorsOnAMillionRows(b *testing.B) {
	s := poverty.Sample{Welfare: make([]float64, 1e6), Weight: make([]float64, 1e6)}
	strata, psu := make([]string, 1e6), make([]string, 1e6)
	for i := range s.Welfare {
		s.Welfare[i], s.Weight[i] = float64(i%997), 1+float64(i%7)
		strata[i], psu[i] = strconv.Itoa(i/50_000), strconv.Itoa(i/50)
	}
	for b.Loop() {
		design, err := survey.New(1e6, survey.Options{Weights: s.Weight, Strata: strata, PSU: psu})
		if err != nil {
			b.Fatal(err)
		}
		for alpha := range 3 {
			e, err := poverty.FGT(s, poverty.FixedLine(300), float64(alpha))
			if err != nil {
				b.Fatal(err)
			}
			if _, err := design.SE(e.Influence); err != nil {
				b.Fatal(err)
			}
		}
	}
}
