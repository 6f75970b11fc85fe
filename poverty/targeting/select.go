package targeting

import (
	"fmt"
	"math"
	"slices"
)

// Poorest marks the households with the lowest welfare or score until their weight is the given share of all. At the
// margin a tie is shared equally: each of its households is selected in part, which is the expectation of a draw by
// lot, so that a measure does not depend on the order of the file.
func Poorest(welfare, weight []float64, share float64) ([]float64, error) {
	if err := sameLength(len(welfare), len(welfare), weight); err != nil {
		return nil, err
	}
	if !(share >= 0 && share <= 1) {
		return nil, fmt.Errorf("coverage %v does not lie between 0 and 1", share)
	}
	total := 0.0
	for i := range welfare {
		total += at(weight, i)
	}
	quota := share * total
	if weight == nil {
		quota = math.Round(quota)
	}
	return fill(welfare, weight, quota)
}

// fill selects from the lowest up to a quota of weight.
func fill(welfare, weight []float64, quota float64) ([]float64, error) {
	if err := allKnown(welfare); err != nil {
		return nil, err
	}
	order := ascending(welfare)
	selected := make([]float64, len(welfare))
	left := quota
	for start := 0; start < len(order) && left > 1e-9; {
		end, tied := start, 0.0
		for end < len(order) && welfare[order[end]] == welfare[order[start]] {
			tied += at(weight, order[end])
			end++
		}
		part := 1.0
		if tied > left {
			part = left / tied
		}
		for _, i := range order[start:end] {
			selected[i] = part
		}
		left -= part * tied
		start = end
	}
	return selected, nil
}

// Quota selects in each group its own number of households, those with the lowest scores; ties at the margin are
// shared.
func Quota(scores []float64, groups []string, quota map[string]float64) ([]float64, error) {
	if len(groups) != len(scores) {
		return nil, fmt.Errorf("%d scores and %d groups", len(scores), len(groups))
	}
	rows := map[string][]int{}
	for i, g := range groups {
		rows[g] = append(rows[g], i)
	}
	selected := make([]float64, len(scores))
	for g, members := range rows {
		own := make([]float64, len(members))
		for k, i := range members {
			own[k] = scores[i]
		}
		part, err := fill(own, nil, quota[g])
		if err != nil {
			return nil, fmt.Errorf("group %q: %w", g, err)
		}
		for k, i := range members {
			selected[i] = part[k]
		}
	}
	return selected, nil
}

// allKnown refuses a column with an unknown entry: nobody can be ranked by it.
func allKnown(x []float64) error {
	for i, v := range x {
		if math.IsNaN(v) {
			return fmt.Errorf("row %d: welfare or score is unknown", i+1)
		}
	}
	return nil
}

// ascending lists rows from the lowest value up, equals in file order.
func ascending(x []float64) []int {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case x[a] < x[b]:
			return -1
		case x[a] > x[b]:
			return 1
		}
		return 0
	})
	return order
}
