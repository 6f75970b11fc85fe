package smallarea

import (
	"math"
	"slices"
)

// fill computes coefficients, predictions and their mean squared errors at the estimated variance.
func (f *FayHerriot) fill(s *system) {
	g, err := s.gls(f.EffectVar)
	if err != nil {
		return
	}
	f.Beta = g.beta
	for j := range s.p {
		f.BetaSE = append(f.BetaSE, math.Sqrt(g.inverse.At(j, j)))
	}
	spread, bias := f.uncertainty(s, g)
	for d, a := range s.areas {
		shrink := a.Variance / (f.EffectVar + a.Variance)
		synthetic := a.Direct - g.residual[d]
		g1 := f.EffectVar * shrink
		g2 := shrink * shrink * s.quadratic(g.inverse, d)
		g3 := shrink * shrink * spread / (f.EffectVar + a.Variance)
		f.Areas = append(f.Areas, Estimate{
			Name: a.Name, EBLUP: synthetic + (1-shrink)*g.residual[d], Shrinkage: 1 - shrink, Synthetic: synthetic,
			MSE: g1 + g2 + 2*g3 - bias*shrink*shrink,
		})
	}
}

// uncertainty is the large-sample variance of the estimated effect variance, and the bias of its estimator, by
// method (Datta and Lahiri 2000; Datta, Rao and Smith 2005).
func (f *FayHerriot) uncertainty(s *system, g *gls) (spread, bias float64) {
	sum, sum2 := 0.0, 0.0
	for _, w := range g.weight {
		sum += w
		sum2 += w * w
	}
	n := float64(len(g.weight))
	switch f.Method {
	case ML:
		trace := 0.0
		for d, w := range g.weight {
			trace += w * w * s.quadratic(g.inverse, d)
		}
		return 2 / sum2, -trace / sum2
	case Moment:
		return 2 * n / (sum * sum), 2 * (n*sum2 - sum*sum) / (sum * sum * sum)
	}
	return 2 / sum2, 0
}

func median(x []float64) float64 {
	sorted := slices.Clone(x)
	slices.Sort(sorted)
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}
