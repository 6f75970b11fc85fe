package poverty

import (
	"fmt"
	"math"
)

// Quantile is the weighted quantile of order p in Eurostat's convention: in ascending order, the first welfare whose
// share of cumulative weight reaches p, averaged with the next when the share is p exactly. Its influence uses a
// Gaussian kernel estimate of the density at the quantile.
func Quantile(s Sample, p float64) (Estimate, error) {
	if err := s.check(); err != nil {
		return Estimate{}, err
	}
	if !(p > 0 && p < 1) {
		return Estimate{}, fmt.Errorf("quantile of order %v: the order must lie between 0 and 1", p)
	}
	return s.quantile(s.ordered(), p)
}

func (s Sample) quantile(order []int, p float64) (Estimate, error) {
	value, total := s.quantileValue(order, p), s.Total()
	density := s.density(value)
	if !(density > 0) {
		return Estimate{}, fmt.Errorf("quantile of order %v: the density at %v is 0, so it has no standard error", p, value)
	}
	influence := make([]float64, s.Len())
	for _, i := range order {
		influence[i] = -(truth(s.Welfare[i] <= value) - p) / (total * density)
	}
	return Estimate{Value: value, Influence: influence}, nil
}

func (s Sample) quantileValue(order []int, p float64) float64 {
	total := 0.0
	for _, i := range order {
		total += s.weight(i)
	}
	cumulative := 0.0
	for k, i := range order {
		cumulative += s.weight(i)
		share := cumulative / total
		if share == p && k+1 < len(order) {
			return (s.Welfare[i] + s.Welfare[order[k+1]]) / 2
		}
		if share >= p {
			return s.Welfare[i]
		}
	}
	return s.Welfare[order[len(order)-1]]
}

// density is the Gaussian kernel estimate of the welfare density at a point, with bandwidth sd x population^(-1/5).
func (s Sample) density(at float64) float64 {
	total, sum, squares := 0.0, 0.0, 0.0
	for i, y := range s.Welfare {
		if w := s.weight(i); w > 0 {
			total += w
			sum += w * y
			squares += w * y * y
		}
	}
	bandwidth := math.Sqrt((squares-sum*sum/total)/total) / math.Pow(total, 0.2)
	if bandwidth == 0 {
		return math.Inf(1)
	}
	kernel := 0.0
	for i, y := range s.Welfare {
		if w := s.weight(i); w > 0 {
			u := (at - y) / bandwidth
			kernel += w * math.Exp(-u*u/2)
		}
	}
	return kernel / (math.Sqrt(2*math.Pi) * bandwidth * total)
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
