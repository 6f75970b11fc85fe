package targeting

import (
	"errors"
	"fmt"
	"math"
)

// Accuracy holds all measures of a selection against the truth. Shares with an empty denominator are NaN.
type Accuracy struct {
	TP, FN, FP, TN float64 // weights of households

	Exclusion       float64 // FN / poor; undercoverage
	Inclusion       float64 // FP / selected
	Leakage         float64 // FP / poor
	NonPoorError    float64 // FP / not poor
	TotalError      float64 // (FP + FN) / all
	TotalAccuracy   float64 // (TP + TN) / all
	PovertyAccuracy float64 // TP / poor
	BPAC            float64 // poverty accuracy - |undercoverage - leakage|
	PovertyRate     float64 // poor / all
	Coverage        float64 // selected / all
	Differential    float64 // coverage of the poor - coverage of the non-poor; also the normalised one when transfers are equal
}

// Compare compares a selection with the truth, under weights (nil for 1 each). A selection is 1 or 0 for each
// household, or the part of it that is selected where a tie at the quota was broken by lot.
func Compare(poor []bool, selected, weight []float64) (Accuracy, error) {
	var a Accuracy
	if err := sameLength(len(poor), len(selected), weight); err != nil {
		return a, err
	}
	for i, is := range poor {
		s, w := selected[i], at(weight, i)
		if !(s >= 0 && s <= 1) {
			return a, fmt.Errorf("row %d: selection %v does not lie between 0 and 1", i+1, s)
		}
		if is {
			a.TP += w * s
			a.FN += w * (1 - s)
		} else {
			a.FP += w * s
			a.TN += w * (1 - s)
		}
	}
	return a.derive(), nil
}

func (a Accuracy) derive() Accuracy {
	poor, others, chosen := a.TP+a.FN, a.FP+a.TN, a.TP+a.FP
	all := poor + others
	a.Exclusion, a.PovertyAccuracy, a.Leakage = a.FN/poor, a.TP/poor, a.FP/poor
	a.Inclusion, a.NonPoorError = a.FP/chosen, a.FP/others
	a.TotalError, a.TotalAccuracy = (a.FP+a.FN)/all, (a.TP+a.TN)/all
	a.BPAC = a.PovertyAccuracy - math.Abs(a.Exclusion-a.Leakage)
	a.PovertyRate, a.Coverage = poor/all, chosen/all
	a.Differential = a.TP/poor - a.FP/others
	return a
}

// Cost is the cost of the errors when leaving out one poor household costs exclusion and letting in one other costs
// inclusion. The best selection takes the households whose likelihood of being poor exceeds CostCut.
func (a Accuracy) Cost(exclusion, inclusion float64) float64 {
	return exclusion*a.FN + inclusion*a.FP
}

// CostCut is the likelihood of being poor above which selecting a household costs less than leaving it out.
func CostCut(exclusion, inclusion float64) float64 { return inclusion / (inclusion + exclusion) }

func sameLength(poor, selected int, weight []float64) error {
	if poor == 0 {
		return errors.New("no households to compare")
	}
	if poor != selected || weight != nil && len(weight) != poor {
		return fmt.Errorf("%d households in truth, %d in the selection, %d weights", poor, selected, len(weight))
	}
	for i, w := range weight {
		if !(w >= 0) || math.IsInf(w, 1) {
			return fmt.Errorf("row %d: weight %v is not a number of at least 0", i+1, w)
		}
	}
	return nil
}

func at(weight []float64, i int) float64 {
	if weight == nil {
		return 1
	}
	return weight[i]
}
