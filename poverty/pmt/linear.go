package pmt

import (
	"math"
)

// Linear is a linear score: intercept plus coefficients times features, an unknown feature taken at its mean.
type Linear struct {
	Names        []string  `json:"names"`
	Intercept    float64   `json:"intercept"`
	Coefficients []float64 `json:"coefficients"` // 0 for a feature that was dropped
	Means        []float64 `json:"means"`
	Lambda       float64   `json:"lambda,omitempty"`
	// R2, Sigma and the standard errors (classical, without clusters) are those of least squares; the errors are nil
	// under a penalty.
	R2          float64   `json:"r2,omitempty"`
	Sigma       float64   `json:"sigma,omitempty"`
	InterceptSE float64   `json:"intercept_se,omitempty"`
	SE          []float64 `json:"se,omitempty"`
	Dropped     []string  `json:"dropped,omitempty"`
}

// OLS is weighted least squares (weights nil for 1 each). Features that others determine are dropped, the later
// first.
func OLS(m Matrix, target, weight []float64) (*Linear, error) { return Ridge(m, target, weight, 0) }

// Ridge penalises the squared coefficients of the standardised features by lambda times the total weight; 0.01 to
// 0.03 serves well for household surveys.
func Ridge(m Matrix, target, weight []float64, lambda float64) (*Linear, error) {
	if err := m.check(target, weight); err != nil {
		return nil, err
	}
	s := newScale(m, target, weight)
	return s.gram(m, target, weight, nil).solve(s, lambda)
}

// Predict scores households. The features must be those of the training, in their order.
func (l *Linear) Predict(m Matrix) ([]float64, error) {
	if err := m.same(l.Names); err != nil {
		return nil, err
	}
	scores := make([]float64, m.Rows())
	inParallel(len(scores), func(from, to int) {
		for i := from; i < to; i++ {
			scores[i] = l.Intercept
		}
		for j, coefficient := range l.Coefficients {
			if coefficient == 0 {
				continue
			}
			column, mean := m.Columns[j], l.Means[j]
			for i := from; i < to; i++ {
				v := column[i]
				if v != v { // unknown
					v = mean
				}
				scores[i] += coefficient * v
			}
		}
	})
	return scores, nil
}

// fill adds the quality of the fit, and under least squares the standard errors.
func (l *Linear) fill(g *Gram, s scale, kept []int, sd []float64, factor [][]float64, beta, right []float64) {
	p := len(g.sum) - 1
	explained, whole := 0.0, g.centered(p, p)
	for a := range beta {
		explained += beta[a] * right[a]
	}
	isKept := make([]bool, p)
	for _, j := range kept {
		isKept[j] = true
	}
	for j, name := range s.names {
		if !isKept[j] {
			l.Dropped = append(l.Dropped, name)
		}
	}
	if l.Lambda > 0 || whole == 0 {
		return
	}
	l.R2 = explained / whole
	free := g.weight - float64(len(kept)) - 1
	variance := (whole - explained) * g.weight / free * s.unit[p] * s.unit[p]
	l.Sigma = math.Sqrt(variance)
	l.SE = make([]float64, p)
	shift := make([]float64, len(kept)) // mean of each feature in its unit
	for a, j := range kept {
		unit := make([]float64, len(kept))
		unit[a] = 1
		inverse := substitute(factor, unit)[a]
		scaleOf := sd[j] * s.unit[j]
		l.SE[j] = math.Sqrt(variance * inverse / g.weight / (scaleOf * scaleOf))
		shift[a] = (s.center[j] + s.unit[j]*g.sum[j]/g.weight) / scaleOf
	}
	quadratic := 0.0
	for a, v := range substitute(factor, shift) {
		quadratic += shift[a] * v
	}
	l.InterceptSE = math.Sqrt(variance / g.weight * (1 + quadratic))
}
