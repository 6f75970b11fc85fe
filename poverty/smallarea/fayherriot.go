package smallarea

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Method is how the variance of the area effects is estimated.
type Method string

// The methods; REML is the usual one.
const (
	REML   Method = "reml" // restricted maximum likelihood
	ML     Method = "ml"   // maximum likelihood
	Moment Method = "fh"   // Fay and Herriot's own moment equation
)

// Area is one area's direct estimate with its sampling variance and its covariates (with a 1 for the intercept).
type Area struct {
	Name       string
	Direct     float64
	Variance   float64
	Covariates []float64
}

// FayHerriot is the fitted model: direct = covariates x beta + area effect + sampling error.
type FayHerriot struct {
	Method     Method
	EffectVar  float64 // variance of the area effects
	Beta       []float64
	BetaSE     []float64
	Iterations int
	Areas      []Estimate
}

// Estimate is the model's estimate of an area.
type Estimate struct {
	Name      string
	EBLUP     float64 // empirical best linear unbiased predictor
	MSE       float64 // its mean squared error (Prasad and Rao 1990; Datta and Lahiri 2000)
	Shrinkage float64 // weight of the direct estimate
	Synthetic float64 // covariates x beta alone
}

// Fit estimates the model. Areas without a survey (Variance 0 is refused; leave them out) can be predicted by
// Synthetic.
func Fit(areas []Area, method Method) (*FayHerriot, error) {
	s, err := newSystem(areas)
	if err != nil {
		return nil, err
	}
	f := &FayHerriot{Method: method}
	switch method {
	case REML, ML:
		f.EffectVar, f.Iterations, err = s.scoring(method)
	case Moment:
		f.EffectVar, f.Iterations, err = s.moment()
	default:
		err = fmt.Errorf("method %q is not known (known are reml, ml, fh)", method)
	}
	if err != nil {
		return nil, err
	}
	f.fill(s)
	return f, nil
}

// Synthetic is the model's estimate of an area without a survey.
func (f *FayHerriot) Synthetic(covariates []float64) (float64, error) {
	if len(covariates) != len(f.Beta) {
		return 0, fmt.Errorf("%d covariates for a model of %d", len(covariates), len(f.Beta))
	}
	sum := 0.0
	for j, b := range f.Beta {
		sum += b * covariates[j]
	}
	return sum, nil
}

// system is the data as matrices.
type system struct {
	areas []Area
	x     *mat.Dense
	p     int
}

func newSystem(areas []Area) (*system, error) {
	if len(areas) == 0 {
		return nil, errors.New("the model needs areas")
	}
	p := len(areas[0].Covariates)
	if p == 0 || len(areas) <= p {
		return nil, fmt.Errorf("%d areas are too few for %d covariates", len(areas), p)
	}
	x := mat.NewDense(len(areas), p, nil)
	for d, a := range areas {
		if len(a.Covariates) != p {
			return nil, fmt.Errorf("area %q has %d covariates, others %d", a.Name, len(a.Covariates), p)
		}
		if !(a.Variance > 0) || math.IsNaN(a.Direct) {
			return nil, fmt.Errorf("area %q: direct estimate %v with variance %v", a.Name, a.Direct, a.Variance)
		}
		for j, v := range a.Covariates {
			if math.IsNaN(v) {
				return nil, fmt.Errorf("area %q: covariate %d is unknown", a.Name, j+1)
			}
		}
		x.SetRow(d, a.Covariates)
	}
	return &system{areas, x, p}, nil
}

// gls is the generalised least squares at a variance of the area effects.
type gls struct {
	weight   []float64  // 1 / (effect variance + sampling variance)
	inverse  *mat.Dense // (X' V^-1 X)^-1
	beta     []float64
	residual []float64
}

func (s *system) gls(variance float64) (*gls, error) {
	g := &gls{weight: make([]float64, len(s.areas)), residual: make([]float64, len(s.areas))}
	cross, right := mat.NewDense(s.p, s.p, nil), mat.NewVecDense(s.p, nil)
	for d, a := range s.areas {
		g.weight[d] = 1 / (variance + a.Variance)
		for j := range s.p {
			right.SetVec(j, right.AtVec(j)+g.weight[d]*s.x.At(d, j)*a.Direct)
			for k := range s.p {
				cross.Set(j, k, cross.At(j, k)+g.weight[d]*s.x.At(d, j)*s.x.At(d, k))
			}
		}
	}
	g.inverse = new(mat.Dense)
	if err := g.inverse.Inverse(cross); err != nil {
		return nil, fmt.Errorf("the covariates determine each other: %w", err)
	}
	var beta mat.VecDense
	beta.MulVec(g.inverse, right)
	g.beta = beta.RawVector().Data
	for d, a := range s.areas {
		g.residual[d] = a.Direct
		for j := range s.p {
			g.residual[d] -= s.x.At(d, j) * g.beta[j]
		}
	}
	return g, nil
}

// quadratic is x_d' m x_d.
func (s *system) quadratic(m *mat.Dense, d int) float64 {
	sum := 0.0
	for j := range s.p {
		for k := range s.p {
			sum += s.x.At(d, j) * m.At(j, k) * s.x.At(d, k)
		}
	}
	return sum
}

const (
	precision  = 1e-4
	iterations = 100
)

// scoring is Fisher scoring from the median sampling variance, stopping at a relative change of 0.0001, with the
// estimate kept at or above 0.
func (s *system) scoring(method Method) (variance float64, rounds int, err error) {
	variance = s.medianVariance()
	for rounds = 1; rounds <= iterations; rounds++ {
		g, err := s.gls(variance)
		if err != nil {
			return 0, rounds, err
		}
		score, information := s.derivatives(g, method)
		next := variance + score/information
		change := math.Abs((next - variance) / variance)
		variance = next
		if change <= precision {
			return max(variance, 0), rounds, nil
		}
		if variance <= 0 {
			return 0, rounds, nil
		}
	}
	return 0, rounds, errors.New("the variance of the area effects did not converge")
}

// derivatives are the score and the expected information of the (restricted) likelihood.
func (s *system) derivatives(g *gls, method Method) (score, information float64) {
	// With P = V^-1 - V^-1 X (X' V^-1 X)^-1 X' V^-1 the restricted score is (y' P P y - tr P) / 2.
	squares, traceV, traceV2 := 0.0, 0.0, 0.0
	second, third := mat.NewDense(s.p, s.p, nil), mat.NewDense(s.p, s.p, nil)
	for d, w := range g.weight {
		squares += w * w * g.residual[d] * g.residual[d]
		traceV += w
		traceV2 += w * w
		for j := range s.p {
			for k := range s.p {
				xx := s.x.At(d, j) * s.x.At(d, k)
				second.Set(j, k, second.At(j, k)+w*w*xx)
				third.Set(j, k, third.At(j, k)+w*w*w*xx)
			}
		}
	}
	if method == ML {
		return (squares - traceV) / 2, traceV2 / 2
	}
	var a, b, aa mat.Dense
	a.Mul(g.inverse, second)
	b.Mul(g.inverse, third)
	aa.Mul(&a, &a)
	traceP := traceV - mat.Trace(&a)
	tracePP := traceV2 - 2*mat.Trace(&b) + mat.Trace(&aa)
	return (squares - traceP) / 2, tracePP / 2
}

// moment solves sum of weighted squared residuals = areas - covariates by scoring steps, whose slope is the expected
// one.
func (s *system) moment() (variance float64, rounds int, err error) {
	variance = s.medianVariance()
	for rounds = 1; rounds <= iterations; rounds++ {
		g, err := s.gls(variance)
		if err != nil {
			return 0, rounds, err
		}
		sum, slope := 0.0, 0.0
		for d, w := range g.weight {
			sum += w * g.residual[d] * g.residual[d]
			slope += w
		}
		next := variance + (sum-float64(len(s.areas)-s.p))/slope
		change := math.Abs((next - variance) / variance)
		variance = next
		if change <= precision {
			return max(variance, 0), rounds, nil
		}
		if variance <= 0 {
			return 0, rounds, nil
		}
	}
	return 0, rounds, errors.New("the variance of the area effects did not converge")
}

func (s *system) medianVariance() float64 {
	values := make([]float64, len(s.areas))
	for d, a := range s.areas {
		values[d] = a.Variance
	}
	return median(values)
}
