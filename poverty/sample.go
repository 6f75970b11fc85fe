package poverty

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// ErrEmpty says that no observation has a positive weight, so that nothing can be estimated.
var ErrEmpty = errors.New("no observation with a positive weight")

// Sample is a population or a survey of it: one welfare amount and one weight for each observation. For statistics on
// persons from a file of households, the weight is the household's weight times its size. A nil Weight means 1 each.
type Sample struct {
	Welfare []float64
	Weight  []float64
}

// Estimate is an index with the linearised variable of every observation: the variance of the weighted total of
// Influence under the survey's design is the variance of Value.
type Estimate struct {
	Value     float64
	Influence []float64
}

// Len is the number of observations, those of weight 0 included.
func (s Sample) Len() int { return len(s.Welfare) }

// weight returns the weight of observation i.
func (s Sample) weight(i int) float64 {
	if s.Weight == nil {
		return 1
	}
	return s.Weight[i]
}

// Total is the sum of the weights: the size of the population.
func (s Sample) Total() float64 {
	total := 0.0
	for i := range s.Welfare {
		total += s.weight(i)
	}
	return total
}

// Mean is the weighted mean welfare of the observations in the domain.
func (s Sample) Mean() (Estimate, error) {
	if err := s.check(); err != nil {
		return Estimate{}, err
	}
	return s.MeanOf(func(i int) float64 { return s.Welfare[i] }), nil
}

// Where is the domain of the observations for which keep is true: the same rows, others with weight 0.
func (s Sample) Where(keep func(i int) bool) Sample {
	domain := Sample{Welfare: s.Welfare, Weight: make([]float64, s.Len())}
	for i := range domain.Weight {
		if keep(i) {
			domain.Weight[i] = s.weight(i)
		}
	}
	return domain
}

// check refuses what no index can use: lengths that differ, weights that are negative or not finite, an unknown
// welfare inside the domain, an empty domain.
func (s Sample) check() error {
	if s.Weight != nil && len(s.Weight) != len(s.Welfare) {
		return fmt.Errorf("%d welfare amounts and %d weights", len(s.Welfare), len(s.Weight))
	}
	some := false
	for i, y := range s.Welfare {
		w := s.weight(i)
		if !(w >= 0) || math.IsInf(w, 1) {
			return fmt.Errorf("row %d: weight %v is not a number of at least 0", i+1, w)
		}
		if w == 0 {
			continue
		}
		some = true
		if math.IsNaN(y) || math.IsInf(y, 0) {
			return fmt.Errorf("row %d: welfare %v is not a number", i+1, y)
		}
	}
	if !some {
		return ErrEmpty
	}
	return nil
}

// checkPositive also refuses welfare of 0 or less inside the domain, for indices that take logarithms or powers.
func (s Sample) checkPositive() error {
	if err := s.check(); err != nil {
		return err
	}
	for i, y := range s.Welfare {
		if y <= 0 && s.weight(i) > 0 {
			return fmt.Errorf("row %d: welfare %v is not above 0 (leave such rows out of the domain and say so)", i+1, y)
		}
	}
	return nil
}

// MeanOf is the weighted mean of a variable over the domain, with the influence (x - mean) / total. The sample must have
// an observation of positive weight.
func (s Sample) MeanOf(x func(i int) float64) Estimate {
	sum, total := 0.0, 0.0
	values := make([]float64, s.Len())
	for i := range s.Welfare {
		w := s.weight(i)
		if w == 0 {
			continue
		}
		values[i] = x(i)
		sum += w * values[i]
		total += w
	}
	mean := sum / total
	for i := range values {
		if s.weight(i) == 0 {
			continue
		}
		values[i] = (values[i] - mean) / total
	}
	return Estimate{Value: mean, Influence: values}
}

// ordered lists the observations of the domain from the poorest to the richest, equals in file order.
func (s Sample) ordered() []int {
	order := make([]int, 0, s.Len())
	for i := range s.Welfare {
		if s.weight(i) > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case s.Welfare[a] < s.Welfare[b]:
			return -1
		case s.Welfare[a] > s.Welfare[b]:
			return 1
		}
		return 0
	})
	return order
}

// combine adds estimates with coefficients: the influence of a smooth function is the sum of its partial derivatives
// times the influences of its arguments.
func combine(value float64, terms ...term) Estimate {
	influence := make([]float64, len(terms[0].of.Influence))
	for _, t := range terms {
		for i, z := range t.of.Influence {
			influence[i] += t.derivative * z
		}
	}
	return Estimate{Value: value, Influence: influence}
}

// term is one argument of a smooth function of estimates with the function's derivative by it.
type term struct {
	derivative float64
	of         Estimate
}

// Ratio is the ratio of two estimates from the same sample, with its influence.
func Ratio(numerator, denominator Estimate) Estimate {
	value := numerator.Value / denominator.Value
	return combine(value, term{1 / denominator.Value, numerator}, term{-value / denominator.Value, denominator})
}
