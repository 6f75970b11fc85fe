package precision

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Observation is a sampled household: its stratum, the chance it had, what was found (1 for an error, or a number of
// persons), what had been predicted, and to which domain it belongs: an area, an official, an enumerator, a version of
// the rules, a source.
type Observation struct {
	Stratum, Domain  string
	Chance           float64
	Value, Predicted float64
}

// Estimate is an estimated total with its standard error and an interval of 95 %.
type Estimate struct{ Value, Error, Low, High float64 }

const normal95 = 1.959963984540054

func estimate(value, variance float64) Estimate {
	e := math.Sqrt(max(0, variance))
	return Estimate{value, e, value - normal95*e, value + normal95*e}
}

// Over is the estimate as a share of a whole that is known.
func (e Estimate) Over(whole float64) Estimate {
	return Estimate{e.Value / whole, e.Error / whole, e.Low / whole, e.High / whole}
}

// Total is the Horvitz–Thompson estimate of the total of the values. The variance is that of simple random sampling
// within the strata; strata of one observation count as if they had the deviation of all.
func Total(sample []Observation) Estimate {
	return expanded(sample, func(o Observation) float64 { return o.Value })
}

// Difference is the difference estimate: the total of the predictions over the whole frame, which is known, corrected
// by what the sample shows to be wrong with them. It is unbiased whatever the predictions are worth.
func Difference(sample []Observation, predicted float64) Estimate {
	e := expanded(sample, func(o Observation) float64 { return o.Value - o.Predicted })
	return estimate(predicted+e.Value, e.Error*e.Error)
}

// Regression is the generalised regression estimate (GREG) with the prediction as auxiliary variable: values are first
// regressed on predictions in the sample. Size is the number of units of the frame.
func Regression(sample []Observation, predicted, size float64) Estimate {
	var w, x, y, xx, xy float64
	for _, o := range sample {
		weight := 1 / o.Chance
		w, x, y = w+weight, x+weight*o.Predicted, y+weight*o.Value
		xx, xy = xx+weight*o.Predicted*o.Predicted, xy+weight*o.Predicted*o.Value
	}
	if w == 0 {
		return Estimate{High: math.Inf(1)}
	}
	slope := 0.0
	if spread := xx - x*x/w; spread > 1e-12 {
		slope = (xy - x*y/w) / spread
	}
	constant := y/w - slope*x/w
	e := expanded(sample, func(o Observation) float64 { return o.Value - constant - slope*o.Predicted })
	return estimate(constant*size+slope*predicted+e.Value, e.Error*e.Error)
}

// expanded is the Horvitz–Thompson estimate of what is asked of the observations.
func expanded(sample []Observation, of func(Observation) float64) Estimate {
	type stratum struct{ n, chance, sum, squares float64 }
	strata, all := map[string]*stratum{}, &stratum{}
	var names []string
	value := 0.0
	for _, o := range sample {
		s := strata[o.Stratum]
		if s == nil {
			s = &stratum{}
			strata[o.Stratum] = s
			names = append(names, o.Stratum)
		}
		expanded := of(o) / o.Chance
		value += expanded
		for _, to := range []*stratum{s, all} {
			to.n, to.chance = to.n+1, to.chance+o.Chance
			to.sum, to.squares = to.sum+expanded, to.squares+expanded*expanded
		}
	}
	slices.Sort(names)
	variance := 0.0
	for _, name := range names {
		s, from := strata[name], strata[name]
		if s.n < 2 {
			from = all
		}
		if from.n < 2 {
			return Estimate{value, math.Inf(1), math.Inf(-1), math.Inf(1)}
		}
		within := max(0, from.squares-from.sum*from.sum/from.n) / (from.n - 1)
		variance += s.n * (1 - s.chance/s.n) * within
	}
	return estimate(value, variance)
}

// ByDomain estimates the total of each domain. The whole sample stays the basis of each, with 0 for those outside.
func ByDomain(sample []Observation) map[string]Estimate {
	out := map[string]Estimate{}
	for _, o := range sample {
		if _, done := out[o.Domain]; done {
			continue
		}
		out[o.Domain] = expanded(sample, func(other Observation) float64 {
			if other.Domain != o.Domain {
				return 0
			}
			return other.Value
		})
	}
	return out
}

// Bootstrap is the estimate of the total with an interval from samples drawn again with replacement, n-1 of the n of
// every stratum (Rao and Wu 1988); equal seeds give equal intervals.
func Bootstrap(sample []Observation, replicates int, seed uint64) Estimate {
	strata := map[string][]Observation{}
	var names []string
	for _, o := range sample {
		if strata[o.Stratum] == nil {
			names = append(names, o.Stratum)
		}
		strata[o.Stratum] = append(strata[o.Stratum], o)
	}
	slices.Sort(names)
	dice := rand.New(rand.NewPCG(seed, 1))
	values := make([]float64, replicates)
	for r := range values {
		for _, name := range names {
			values[r] += again(strata[name], dice)
		}
	}
	slices.Sort(values)
	whole := Total(sample)
	at := func(p float64) float64 { return values[min(replicates-1, int(p*float64(replicates)))] }
	return Estimate{whole.Value, (at(0.8413) - at(0.1587)) / 2, at(0.025), at(0.975)}
}

// again is the total of a stratum from a sample of it that is drawn again, scaled to keep its variance.
func again(of []Observation, dice *rand.Rand) float64 {
	n, mean := len(of), 0.0
	for _, o := range of {
		mean += o.Value / o.Chance / float64(n)
	}
	if n < 2 {
		return mean * float64(n)
	}
	sum := 0.0
	for range n - 1 {
		o := of[dice.IntN(n)]
		sum += o.Value/o.Chance - mean
	}
	return float64(n)*mean + sum*math.Sqrt(1-of[0].Chance)*float64(n)/float64(n-1)
}
