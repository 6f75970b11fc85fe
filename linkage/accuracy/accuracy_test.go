package accuracy_test

import (
	"math"
	"testing"

	"rightkey/linkage/accuracy"
)

func TestScoresOfAWorkedExample(t *testing.T) {
	found := []int{1, 1, 1, 2, 2}
	truth := []int{1, 1, 2, 2, 2}
	pairs := accuracy.Pairwise(found, truth) // found 3+1 pairs, true 1+3, both 1+1
	if pairs.Precision != .5 || pairs.Recall != .5 || pairs.F1() != .5 {
		t.Errorf("Pairwise = %+v, F1 %v; want halves", pairs, pairs.F1())
	}
	records := accuracy.BCubed(found, truth) // (2*2/3 + 1/3 + 2)/5 both ways
	if want := (4.0/3 + 1.0/3 + 2) / 5; math.Abs(records.Precision-want) > 1e-12 || math.Abs(records.Recall-want) > 1e-12 {
		t.Errorf("BCubed = %+v, want %v", records, want)
	}
}

func TestNothingFoundIsNoDivisionByZero(t *testing.T) {
	if f := accuracy.Links(nil, func(_, _ int) bool { return true }, 3).F1(); f != 0 {
		t.Errorf("F1 of no links = %v, want 0", f)
	}
}
