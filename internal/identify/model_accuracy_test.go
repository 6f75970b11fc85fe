package identify

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// drawnCard is a scorecard whose model has some bands of households.
func drawnCard(t *rapid.T) *Card {
	m := &ModelCard{}
	for i := range rapid.IntRange(2, 20).Draw(t, "bands") {
		m.Bands = append(m.Bands, ScoreBand{5 * i, 5*i + 4, rapid.IntRange(0, 400).Draw(t, "rows"), rapid.Float64Range(0, 1).Draw(t, "poor")})
	}
	return &Card{HighPoor: rapid.Bool().Draw(t, "direction"), Model: m}
}

func TestTheCurveOfAModelExpectsAsManyPoorAsThereWereWhereNearlyNobodyWas(t *testing.T) {
	c := &Card{Model: &ModelCard{Bands: []ScoreBand{{0, 4, 1, 0.15625}, {5, 9, 140, 0.00027}, {10, 14, 0, 1}, {15, 19, 1, 0.00195}, {20, 24, 400, 3.8e-6}}}}
	all, poor := c.Model.total()
	expected := 0.0
	for _, one := range c.Tenths() {
		expected += one.Expected * all / 10
	}
	if math.Abs(expected-poor) > 1e-3 {
		t.Errorf("%g are expected, %g were poor", expected, poor)
	}
}

func TestTheTenthsOfAModelHoldAllItsPoorAndTheCurveExpectsAsMany(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawnCard(t)
		all, poor := c.Model.total()
		list := c.Tenths()
		if len(list) == 0 {
			return
		}
		observed, expected := 0.0, 0.0
		for _, one := range list {
			observed += one.Observed.Share * all / 10
			expected += one.Expected * all / 10
			if one.Observed.Low > one.Observed.Share+0.5/all*10 || one.Observed.High < one.Observed.Share-0.5/all*10 || one.Expected < 0 || one.Expected > 1+1e-9 {
				t.Fatalf("a tenth is %+v", one)
			}
		}
		if math.Abs(observed-poor) > 1e-6*all || math.Abs(expected-poor) > 1e-4*all {
			t.Fatalf("%g poor, %g in tenths, %g expected", poor, observed, expected)
		}
	})
}

func TestACutoffThatTakesEverybodyInLeavesNoPoorOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawnCard(t)
		_, poor := c.Model.total()
		list := c.Accuracy()
		if len(list) == 0 {
			return
		}
		widest := list[0]
		if !c.HighPoor {
			widest = list[len(list)-1]
		}
		if widest.Taken < 1-1e-9 || poor > 0 && math.Abs(widest.Exclusion.Share) > 1e-9 {
			t.Fatalf("the widest cut-off is %+v", widest)
		}
		for i := 1; i < len(list); i++ {
			if rises := list[i].Exclusion.Share >= list[i-1].Exclusion.Share-1e-9; rises != c.HighPoor && math.Abs(list[i].Exclusion.Share-list[i-1].Exclusion.Share) > 1e-9 {
				t.Fatalf("the share left out goes from %+v to %+v", list[i-1].Exclusion, list[i].Exclusion)
			}
		}
	})
}
