package pmt

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Gram holds the weighted sums that any linear fit needs: of the features, of their products with each other and
// with the target. Grams of disjoint sets of households can be added and subtracted, so that the fits of a
// cross-validation read the data once. Columns are shifted and scaled first, which keeps the products well scaled.
type Gram struct {
	weight float64
	sum    []float64  // by column, the target last
	cross  *mat.Dense // products, the target last
}

// scale is the shift and unit that a whole data set's columns are brought to.
type scale struct {
	names  []string
	center []float64 // by column, the target last; unknown entries are set to it
	unit   []float64
}

// newScale takes mean and standard deviation of the known entries of every column.
func newScale(m Matrix, target, weight []float64) scale {
	s := scale{names: m.Names}
	for _, column := range append(append([][]float64(nil), m.Columns...), target) {
		sum, squares, total := 0.0, 0.0, 0.0
		for i, v := range column {
			if !math.IsNaN(v) {
				w := at(weight, i)
				sum += w * v
				total += w
			}
		}
		center := 0.0
		if total > 0 {
			center = sum / total
		}
		for i, v := range column {
			if !math.IsNaN(v) {
				squares += at(weight, i) * (v - center) * (v - center)
			}
		}
		unit := 1.0
		if squares > 0 {
			unit = math.Sqrt(squares / total)
		}
		s.center = append(s.center, center)
		s.unit = append(s.unit, unit)
	}
	return s
}

// gram sums over the given rows, over all of them when rows is nil.
func (s scale) gram(m Matrix, target, weight []float64, rows []int) *Gram {
	if rows == nil {
		rows = make([]int, len(target))
		for i := range rows {
			rows[i] = i
		}
	}
	p := len(m.Columns) + 1
	g := &Gram{sum: make([]float64, p), cross: mat.NewDense(p, p, nil)}
	const block = 2048
	for start := 0; start < len(rows); start += block {
		some := rows[start:min(start+block, len(rows))]
		x := mat.NewDense(p, len(some), nil)
		for j := range p {
			column := target
			if j < p-1 {
				column = m.Columns[j]
			}
			line := x.RawRowView(j)
			for k, i := range some {
				root := math.Sqrt(at(weight, i))
				if v := column[i]; !math.IsNaN(v) {
					line[k] = root * (v - s.center[j]) / s.unit[j]
				}
				g.sum[j] += root * line[k]
			}
		}
		for _, i := range some {
			g.weight += at(weight, i)
		}
		var product mat.Dense
		product.Mul(x, x.T())
		g.cross.Add(g.cross, &product)
	}
	return g
}

// plus adds another set of households, times sign.
func (g *Gram) plus(o *Gram, sign float64) *Gram {
	r := &Gram{weight: g.weight + sign*o.weight, sum: make([]float64, len(g.sum)), cross: mat.NewDense(len(g.sum), len(g.sum), nil)}
	for j := range g.sum {
		r.sum[j] = g.sum[j] + sign*o.sum[j]
	}
	var scaled mat.Dense
	scaled.Scale(sign, o.cross)
	r.cross.Add(g.cross, &scaled)
	return r
}

// centered is the covariance of columns j and k.
func (g *Gram) centered(j, k int) float64 {
	return g.cross.At(j, k)/g.weight - g.sum[j]/g.weight*g.sum[k]/g.weight
}

// solve fits the coefficients of a linear model whose standardised coefficients are penalised by lambda. Without a
// penalty, features that the ones before them determine are dropped.
func (g *Gram) solve(s scale, lambda float64) (*Linear, error) {
	p := len(g.sum) - 1
	if !(g.weight > 0) {
		return nil, fmt.Errorf("a linear model needs households of positive weight")
	}
	sd := make([]float64, p)
	var kept []int
	for j := range p {
		sd[j] = math.Sqrt(max(g.centered(j, j), 0))
		if sd[j] > 1e-9 {
			kept = append(kept, j)
		}
	}
	correlation := func(j, k int) float64 { return g.centered(j, k) / (sd[j] * sd[k]) }
	kept, factor := factorise(kept, correlation, lambda, leastPivot)
	right := make([]float64, len(kept))
	for a, j := range kept {
		right[a] = g.centered(j, p) / sd[j]
	}
	beta := substitute(factor, right)
	model := &Linear{Names: s.names, Coefficients: make([]float64, p), Means: append([]float64(nil), s.center[:p]...), Lambda: lambda}
	model.Intercept = s.center[p] + s.unit[p]*g.sum[p]/g.weight
	for a, j := range kept {
		model.Coefficients[j] = beta[a] / sd[j] * s.unit[p] / s.unit[j]
		model.Intercept -= model.Coefficients[j] * (s.center[j] + s.unit[j]*g.sum[j]/g.weight)
	}
	model.fill(g, s, kept, sd, factor, beta, right)
	return model, nil
}

// leastPivot is the share of a feature's variance that those before it must leave unexplained for it to be kept.
const leastPivot = 1e-9

// factorise is the Cholesky factor of the correlations plus lambda, leaving out columns of which those before leave
// less than the least pivot unexplained.
func factorise(columns []int, correlation func(j, k int) float64, lambda, least float64) (kept []int, factor [][]float64) {
	for _, j := range columns {
		row := make([]float64, len(kept)+1)
		pivot := correlation(j, j) + lambda
		for a, k := range kept {
			v := correlation(j, k)
			for b := range a {
				v -= row[b] * factor[a][b]
			}
			row[a] = v / factor[a][a]
			pivot -= row[a] * row[a]
		}
		if pivot < least {
			continue
		}
		row[len(kept)] = math.Sqrt(pivot)
		kept = append(kept, j)
		factor = append(factor, row)
	}
	return kept, factor
}

// substitute solves factor x factor' x beta = right.
func substitute(factor [][]float64, right []float64) []float64 {
	n := len(right)
	beta := append([]float64(nil), right...)
	for a := range n {
		for b := range a {
			beta[a] -= factor[a][b] * beta[b]
		}
		beta[a] /= factor[a][a]
	}
	for a := n - 1; a >= 0; a-- {
		for b := a + 1; b < n; b++ {
			beta[a] -= factor[b][a] * beta[b]
		}
		beta[a] /= factor[a][a]
	}
	return beta
}

func at(weight []float64, i int) float64 {
	if weight == nil {
		return 1
	}
	return weight[i]
}
