package targeting_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
	"rightkey/poverty/targeting"
)

func TestEveryErrorHasItsOwnDenominator(t *testing.T) {
	// 4 poor of whom 3 are selected, 6 others of whom 2 are.
	poor := []bool{true, true, true, true, false, false, false, false, false, false}
	selected := []float64{1, 1, 1, 0, 1, 1, 0, 0, 0, 0}
	a, err := targeting.Compare(poor, selected, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, pair := range map[string][2]float64{
		"exclusion": {a.Exclusion, 1.0 / 4}, "inclusion": {a.Inclusion, 2.0 / 5}, "leakage": {a.Leakage, 2.0 / 4},
		"non-poor error": {a.NonPoorError, 2.0 / 6}, "total error": {a.TotalError, 3.0 / 10}, "total accuracy": {a.TotalAccuracy, 0.7},
		"poverty accuracy": {a.PovertyAccuracy, 3.0 / 4}, "bpac": {a.BPAC, 0.75 - 0.25}, "differential": {a.Differential, 3.0/4 - 2.0/6},
		"coverage": {a.Coverage, 0.5}, "rate": {a.PovertyRate, 0.4}, "cost": {a.Cost(3, 1), 3*1 + 2},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-15 {
			t.Errorf("%s = %v, want %v", name, pair[0], pair[1])
		}
	}
}

func TestWithAsManySelectedAsPoorBothErrorsAreOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(5, 60).Draw(t, "n")
		welfare, scores := make([]float64, n), make([]float64, n)
		for i := range n {
			welfare[i], scores[i] = float64(i), float64(rapid.IntRange(0, 9).Draw(t, "score"))
		}
		truth, err := targeting.Poorest(welfare, nil, 0.4)
		if err != nil {
			t.Fatal(err)
		}
		selected, err := targeting.Poorest(scores, nil, 0.4)
		if err != nil {
			t.Fatal(err)
		}
		poor := make([]bool, n)
		for i := range poor {
			poor[i] = truth[i] == 1
		}
		a, err := targeting.Compare(poor, selected, nil)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(a.Exclusion-a.Inclusion) > 1e-9 || a.Coverage > 0 && math.Abs(a.Coverage-a.PovertyRate) > 1e-9 {
			t.Fatalf("exclusion %v, inclusion %v, selected %v, poor %v", a.Exclusion, a.Inclusion, a.Coverage, a.PovertyRate)
		}
	})
}

func TestATieAtTheQuotaIsShared(t *testing.T) {
	selected, err := targeting.Poorest([]float64{2, 1, 2, 3, 2}, nil, 0.4)
	if err != nil || !slices.Equal(selected, []float64{1.0 / 3, 1, 1.0 / 3, 0, 1.0 / 3}) {
		t.Errorf("selected %v (%v)", selected, err)
	}
}

func TestTheOrderOfTheFileDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(3, 30).Draw(t, "n")
		scores, poor := make([]float64, n), make([]bool, n)
		for i := range n {
			scores[i], poor[i] = float64(rapid.IntRange(0, 5).Draw(t, "score")), i%3 == 0
		}
		back, backPoor := slices.Clone(scores), slices.Clone(poor)
		slices.Reverse(back)
		slices.Reverse(backPoor)
		a, errA := targeting.AUC(poor, scores, nil)
		b, errB := targeting.AUC(backPoor, back, nil)
		if (errA == nil) != (errB == nil) || errA == nil && math.Abs(a-b) > 1e-12 {
			t.Fatalf("%v forwards (%v), %v backwards (%v)", a, errA, b, errB)
		}
	})
}

func TestTheAreaUnderTheCurveCountsPairs(t *testing.T) {
	poor := []bool{true, false, true, false, false}
	scores := []float64{1, 2, 2, 2, 5}
	// Pairs: (1,2) (1,2) (1,5) right; (2,2) (2,2) tied; (2,5) right.
	if got, err := targeting.AUC(poor, scores, nil); err != nil || math.Abs(got-5.0/6) > 1e-15 {
		t.Errorf("area %v (%v), want 5/6", got, err)
	}
	curve, err := targeting.ROC(poor, scores, nil)
	if err != nil || curve[0] != (targeting.CurvePoint{}) || curve[len(curve)-1] != (targeting.CurvePoint{Others: 1, Poor: 1}) {
		t.Errorf("curve %v (%v)", curve, err)
	}
	area := 0.0
	for k := 1; k < len(curve); k++ {
		area += (curve[k].Others - curve[k-1].Others) * (curve[k].Poor + curve[k-1].Poor) / 2
	}
	if math.Abs(area-5.0/6) > 1e-15 {
		t.Errorf("area under the points %v", area)
	}
}

func TestRanksAgreeOrOppose(t *testing.T) {
	for want, b := range map[float64][]float64{1: {10, 20, 30}, -1: {3, 2, 1}} {
		if got, err := targeting.Spearman([]float64{1, 5, 6}, b); err != nil || math.Abs(got-want) > 1e-15 {
			t.Errorf("rank correlation %v (%v), want %v", got, err, want)
		}
	}
}

func TestPerfectAndAbsentTargetingGiveTheKnownValues(t *testing.T) {
	welfare := make([]float64, 100)
	everybody := make([]float64, 100)
	for i := range welfare {
		welfare[i], everybody[i] = float64(i+1), 1
	}
	poorest, _ := targeting.Poorest(welfare, nil, 0.2)
	for name, c := range map[string]struct {
		benefit []float64
		want    float64
	}{"none": {everybody, 1}, "perfect": {poorest, 2.5}} {
		if got, err := targeting.CGH(welfare, c.benefit, nil); err != nil || math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: %v (%v), want %v", name, got, err, c.want)
		}
	}
	if left, err := targeting.PoorestDecileExclusion(welfare, poorest, nil); err != nil || left != 0 {
		t.Errorf("of the poorest tenth %v left out (%v)", left, err)
	}
	// Under a line of 20 the gap is 0+1+...+19 = 190; 9.5 for each of 20 lifts those above 10.5.
	after, err := targeting.HeadcountAfter(welfare, poorest, nil, 20)
	if err != nil || math.Abs(after-0.10) > 1e-12 {
		t.Errorf("headcount after the transfer %v (%v)", after, err)
	}
}

func TestQuotasAreFilledVillageByVillage(t *testing.T) {
	selected, err := targeting.Quota([]float64{5, 1, 9, 8, 7}, []string{"a", "a", "b", "b", "b"}, map[string]float64{"a": 1, "b": 2})
	if err != nil || !slices.Equal(selected, []float64{0, 1, 0, 1, 1}) {
		t.Errorf("selected %v (%v)", selected, err)
	}
}

func TestAScoreDoesNotDifferFromItself(t *testing.T) {
	welfare := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	scores := []float64{2, 1, 4, 3, 6, 5, 8, 7, 10, 9}
	groups := []string{"a", "a", "b", "b", "c", "c", "d", "d", "e", "e"}
	d, err := targeting.PairedExclusion(welfare, [][]float64{scores}, scores, groups, 0.3, 50, 1)
	if err != nil || d.Estimate != 0 || d.SE != 0 {
		t.Errorf("difference %+v (%v)", d, err)
	}
	worse := []float64{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}
	if d, err = targeting.PairedExclusion(welfare, [][]float64{worse}, scores, groups, 0.3, 50, 1); err != nil || d.Estimate <= 0 {
		t.Errorf("difference %+v (%v)", d, err)
	}
}

func TestWhatCannotBeComparedIsRefused(t *testing.T) {
	if _, err := targeting.Compare([]bool{true}, []float64{2}, nil); err == nil {
		t.Error("a selection of 2 was accepted")
	}
	if _, err := targeting.Compare([]bool{true}, nil, nil); err == nil {
		t.Error("lengths that differ were accepted")
	}
	if _, err := targeting.Poorest([]float64{1, math.NaN()}, nil, 1); err == nil {
		t.Error("an unknown score was selected")
	}
	if _, err := targeting.AUC([]bool{true, true}, []float64{1, 2}, nil); err == nil {
		t.Error("an area without others was computed")
	}
}

func ExampleCompare() {
	a, err := targeting.Compare([]bool{true, true, false, false}, []float64{1, 0, 1, 0}, nil)
	fmt.Printf("exclusion %.2f, inclusion %.2f %v\n", a.Exclusion, a.Inclusion, err)
	// Output: exclusion 0.50, inclusion 0.50 <nil>
}
