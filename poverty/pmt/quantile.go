package pmt

import (
	"errors"
	"fmt"
	"math"
)

// Quantile fits the conditional quantile of order tau: it minimises the sum of rho(y - x'b) with rho(u) = u (tau -
// [u < 0]) (Koenker and Bassett 1978), by the primal-dual interior-point method of Portnoy and Koenker (1997) on
// standardised features. Features that others determine are dropped.
func Quantile(m Matrix, target, weight []float64, tau float64) (*Linear, error) {
	if err := m.check(target, weight); err != nil {
		return nil, err
	}
	if !(tau > 0 && tau < 1) {
		return nil, fmt.Errorf("quantile order %v does not lie between 0 and 1", tau)
	}
	start, err := OLS(m, target, weight)
	if err != nil {
		return nil, err
	}
	s := newScale(m, target, nil)
	var kept []int
	design := [][]float64{ones(weight, len(target))}
	for j := range m.Columns {
		if start.Coefficients[j] == 0 {
			continue
		}
		column := make([]float64, len(target))
		for i, v := range m.Columns[j] {
			if !math.IsNaN(v) {
				column[i] = at(weight, i) * (v - s.center[j]) / s.unit[j]
			}
		}
		kept = append(kept, j)
		design = append(design, column)
	}
	p := len(m.Columns)
	response := make([]float64, len(target))
	for i, y := range target {
		response[i] = at(weight, i) * (y - s.center[p]) / s.unit[p]
	}
	beta, err := interiorPoint(design, response, tau)
	if err != nil {
		return nil, err
	}
	model := &Linear{Names: m.Names, Coefficients: make([]float64, p), Means: s.center[:p], Dropped: start.Dropped}
	model.Intercept = s.center[p] + s.unit[p]*beta[0]
	for a, j := range kept {
		model.Coefficients[j] = beta[a+1] * s.unit[p] / s.unit[j]
		model.Intercept -= model.Coefficients[j] * s.center[j]
	}
	return model, nil
}

// CheckLoss is the objective of quantile regression: the weighted sum of rho(y - score).
func CheckLoss(target, scores, weight []float64, tau float64) float64 {
	sum := 0.0
	for i, y := range target {
		u := y - scores[i]
		if u < 0 {
			sum += at(weight, i) * u * (tau - 1)
		} else {
			sum += at(weight, i) * u * tau
		}
	}
	return sum
}

// interiorPoint solves max y'a subject to X'a = (1 - tau) X'1, 0 <= a <= 1, the dual of quantile regression; the
// multipliers of its equations are the coefficients. Columns of X are given one by one.
func interiorPoint(x [][]float64, y []float64, tau float64) ([]float64, error) {
	n := len(y)
	a, slack := make([]float64, n), make([]float64, n) // a + slack = 1
	z, w := make([]float64, n), make([]float64, n)     // multipliers of a >= 0 and slack >= 0
	for i := range a {
		a[i], slack[i] = 1-tau, tau
	}
	unit := make([]float64, n)
	for i := range unit {
		unit[i] = 1
	}
	beta := weightedFit(x, y, unit)
	spread := 0.0
	residual := residuals(x, y, beta)
	for _, r := range residual {
		spread += math.Abs(r) / float64(n)
	}
	if spread == 0 {
		return beta, nil
	}
	for i, r := range residual {
		// The dual slack of a is y - x'b = w - z.
		w[i], z[i] = max(r, 0)+0.01*spread, max(-r, 0)+0.01*spread
	}
	q := make([]float64, n)
	for range 100 {
		gap := 0.0
		for i := range a {
			gap += a[i]*z[i] + slack[i]*w[i]
		}
		if gap < 1e-9*spread*float64(n) {
			return beta, nil
		}
		residual = residuals(x, y, beta)
		// Predictor: Newton's step towards complementarity 0.
		for i := range a {
			q[i] = 1 / (z[i]/a[i] + w[i]/slack[i])
		}
		step := newton(x, q, residual, a, slack, z, w, nil, 0)
		primal, dual := step.lengths(a, slack, z, w)
		after := 0.0
		for i := range a {
			after += (a[i]+primal*step.a[i])*(z[i]+dual*step.z[i]) + (slack[i]-primal*step.a[i])*(w[i]+dual*step.w[i])
		}
		mu := gap / float64(2*n) * math.Pow(after/gap, 3)
		// Corrector: centred, with the second-order term of the predictor.
		step = newton(x, q, residual, a, slack, z, w, step, mu)
		primal, dual = step.lengths(a, slack, z, w)
		for i := range a {
			a[i] += primal * step.a[i]
			slack[i] -= primal * step.a[i]
			z[i] += dual * step.z[i]
			w[i] += dual * step.w[i]
		}
		for j := range beta {
			beta[j] += dual * step.beta[j]
		}
	}
	return nil, errors.New("the quantile regression did not converge")
}

// ascent is one Newton step.
type ascent struct{ a, z, w, beta []float64 }

// newton solves for a step that makes a z and slack w equal mu, corrected by the products of an earlier step.
func newton(x [][]float64, q, residual, a, slack, z, w []float64, earlier *ascent, mu float64) *ascent {
	n := len(a)
	right := make([]float64, n)
	cz, cw := make([]float64, n), make([]float64, n)
	for i := range a {
		cz[i], cw[i] = mu/a[i]-z[i], mu/slack[i]-w[i]
		if earlier != nil {
			cz[i] -= earlier.a[i] * earlier.z[i] / a[i]
			cw[i] += earlier.a[i] * earlier.w[i] / slack[i]
		}
		// Dual feasibility: y - x'(b + db) = (w + dw) - (z + dz), with dz = cz - z da / a and dw = cw + w da / slack.
		right[i] = residual[i] - (w[i] + cw[i]) + (z[i] + cz[i])
	}
	// X' da = 0 with da = q (right - x'db).
	beta := weightedFit(x, right, q)
	s := &ascent{a: residuals(x, right, beta), z: cz, w: cw, beta: beta}
	for i := range a {
		s.a[i] *= q[i]
		s.z[i] -= z[i] / a[i] * s.a[i]
		s.w[i] += w[i] / slack[i] * s.a[i]
	}
	return s
}

// lengths are how far the primal and the dual variables can go and stay positive.
func (s *ascent) lengths(a, slack, z, w []float64) (primal, dual float64) {
	const most = 0.99995
	primal, dual = 1/most, 1/most
	for i := range a {
		if s.a[i] < 0 {
			primal = min(primal, -a[i]/s.a[i])
		} else if s.a[i] > 0 {
			primal = min(primal, slack[i]/s.a[i])
		}
		if s.z[i] < 0 {
			dual = min(dual, -z[i]/s.z[i])
		}
		if s.w[i] < 0 {
			dual = min(dual, -w[i]/s.w[i])
		}
	}
	return most * primal, most * dual
}

// weightedFit solves the weighted least squares of y on the columns of x; a column that others determine gets 0.
func weightedFit(x [][]float64, y, weight []float64) []float64 {
	p := len(x)
	product := make([][]float64, p)
	right := make([]float64, p)
	(&team{workers: processors()}).do(p, func(j int) {
		scaled := make([]float64, len(y))
		for i, v := range x[j] {
			scaled[i] = v * weight[i]
		}
		product[j] = make([]float64, j+1)
		for k := 0; k <= j; k++ {
			product[j][k] = dot(scaled, x[k])
		}
		right[j] = dot(scaled, y)
	})
	columns := make([]int, p)
	norm := make([]float64, p)
	for j := range columns {
		columns[j] = j
		norm[j] = math.Sqrt(product[j][j])
		right[j] /= norm[j]
	}
	kept, factor := factorise(columns, func(j, k int) float64 {
		return product[max(j, k)][min(j, k)] / (norm[j] * norm[k])
	}, 0, 1e-14)
	for a, j := range kept {
		right[a] = right[j]
	}
	beta := make([]float64, p)
	for a, v := range substitute(factor, right[:len(kept)]) {
		beta[kept[a]] = v / norm[kept[a]]
	}
	return beta
}

func residuals(x [][]float64, y, beta []float64) []float64 {
	r := append([]float64(nil), y...)
	for j, column := range x {
		for i, v := range column {
			r[i] -= beta[j] * v
		}
	}
	return r
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

func ones(weight []float64, n int) []float64 {
	column := make([]float64, n)
	for i := range column {
		column[i] = at(weight, i)
	}
	return column
}
