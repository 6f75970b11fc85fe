package poverty

import "fmt"

// GiniConvention says which of the two formulas in use is meant; they differ by the weight of an observation against
// itself.
type GiniConvention int

const (
	// GiniExact is half the relative mean difference of the weighted sample, the Eurostat convention (R laeken).
	// It does not depend on the order of equals.
	GiniExact GiniConvention = iota
	// GiniCumulative drops the term of an observation against itself (R convey, vardpoor). Equals are taken in file
	// order, on which the fifth decimal depends.
	GiniCumulative
)

// Gini is the Gini coefficient, from 0 to 1, with the linearised variable of Osier (2009).
func Gini(s Sample, convention GiniConvention) (Estimate, error) {
	if err := s.check(); err != nil {
		return Estimate{}, err
	}
	order := s.ordered()
	population, income := 0.0, 0.0
	for _, i := range order {
		population += s.weight(i)
		income += s.weight(i) * s.Welfare[i]
	}
	if income <= 0 {
		return Estimate{}, fmt.Errorf("gini coefficient: total welfare %v is not above 0", income)
	}
	rank, ranked, square := 0.0, 0.0, 0.0
	for _, i := range order {
		w, y := s.weight(i), s.Welfare[i]
		rank += w
		ranked += w * y * rank
		square += w * w * y
	}
	cumulative := 2*ranked/(population*income) - 1
	value := cumulative
	if convention == GiniExact {
		value -= square / (population * income)
	}
	return Estimate{Value: value, Influence: giniInfluence(s, order, population, income, cumulative)}, nil
}

// giniInfluence is (2 [y R + sum of w y from y upwards] - (G + 1)(Y + N y)) / (N Y), with R the cumulative weight.
func giniInfluence(s Sample, order []int, population, income, gini float64) []float64 {
	influence := make([]float64, s.Len())
	for start, rank, below := 0, 0.0, 0.0; start < len(order); {
		end, tied := start, 0.0
		for end < len(order) && s.Welfare[order[end]] == s.Welfare[order[start]] {
			tied += s.weight(order[end]) * s.Welfare[order[end]]
			end++
		}
		for _, i := range order[start:end] {
			rank += s.weight(i)
			y := s.Welfare[i]
			influence[i] = (2*(y*rank+income-below) - (gini+1)*(income+population*y)) / (population * income)
		}
		below += tied
		start = end
	}
	return influence
}
