package linkage

import (
	"cmp"
	"slices"
	"sort"
)

// Step is a point of the calibration curve: from this weight on, pairs are matches with this probability.
type Step struct {
	Weight      float64 `json:"weight"`
	Probability float64 `json:"probability"`
}

// Judged is a pair's weight and what a person decided.
type Judged struct {
	Weight float64
	Same   bool
}

const (
	leastJudged = 10  // decisions of either kind from which probabilities are calibrated
	leastCurve  = 200 // decisions in all from which a free curve says more than a slope
)

// Calibrate fits the probability of a match to decisions, rising with the weight (isotonic regression by pooling
// adjacent violators; Ayer et al. 1955). Each block of decisions is drawn a little towards what the model says, so
// that no probability becomes 0 or 1. With too few decisions of either kind it returns nil.
func Calibrate(decisions []Judged) []Step {
	yes := 0
	for _, d := range decisions {
		yes += btoi(d.Same)
	}
	if yes < leastJudged || len(decisions)-yes < leastJudged {
		return nil
	}
	sorted := slices.Clone(decisions)
	slices.SortStableFunc(sorted, func(a, b Judged) int { return cmp.Compare(a.Weight, b.Weight) })
	type pool struct{ from, same, all float64 }
	var pools []pool
	for _, d := range sorted {
		p := pool{d.Weight, float64(btoi(d.Same)), 1}
		for len(pools) > 0 && pools[len(pools)-1].same*p.all >= p.same*pools[len(pools)-1].all {
			last := pools[len(pools)-1]
			p = pool{last.from, last.same + p.same, last.all + p.all}
			pools = pools[:len(pools)-1]
		}
		pools = append(pools, p)
	}
	steps := make([]Step, len(pools))
	for i, p := range pools {
		steps[i] = Step{Weight: p.from, Probability: (p.same + sigmoid2(p.from)) / (p.all + 1)}
	}
	return steps
}

// calibrated is the probability of a match at a weight: by the model's odds, or by what people decided.
func (m *Model) calibrated(weight float64) float64 {
	if len(m.Calibration) == 0 {
		if m.Slope != 0 {
			weight *= m.Slope
		}
		return sigmoid2(weight)
	}
	at := sort.Search(len(m.Calibration), func(i int) bool { return m.Calibration[i].Weight > weight })
	if at == 0 {
		return min(sigmoid2(weight), m.Calibration[0].Probability)
	}
	return m.Calibration[at-1].Probability
}

// weightFor is the least weight, in steps of a thousandth of a bit, of which the probability is at least p, within
// what probabilities can tell apart.
func (m *Model) weightFor(p float64) float64 {
	const most = 60_000
	return float64(sort.Search(2*most, func(i int) bool { return m.calibrated(float64(i-most)/1000) >= p })-most) / 1000
}
