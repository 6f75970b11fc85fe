package pmt

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Isotonic is the non-decreasing sequence nearest to values in weighted squares (pool adjacent violators). Entries of
// weight 0 take their neighbours' level.
func Isotonic(values, weight []float64) []float64 {
	type pool struct {
		sum, weight float64
		n           int
	}
	var pools []pool
	for i, v := range values {
		w := max(at(weight, i), 1e-12)
		pools = append(pools, pool{v * w, w, 1})
		for last := len(pools) - 1; last > 0; last-- {
			a, b := pools[last-1], pools[last]
			if a.sum/a.weight <= b.sum/b.weight {
				break
			}
			pools[last-1] = pool{a.sum + b.sum, a.weight + b.weight, a.n + b.n}
			pools = pools[:last]
		}
	}
	level := make([]float64, 0, len(values))
	for _, p := range pools {
		for range p.n {
			level = append(level, p.sum/p.weight)
		}
	}
	return level
}

// Calibration turns scores into likelihoods of being poor: the normal probability that the true welfare lies under
// the line given the score, corrected by what was seen on held-out households.
type Calibration struct {
	Line  float64   `json:"line"`
	Sigma float64   `json:"sigma"` // spread of true welfare around the score
	Score []float64 `json:"score"` // knots, rising
	Share []float64 `json:"share"` // share of poor people at each knot, falling
}

// Calibrate learns from scores of households that the model did not see (out-of-fold scores) and their welfare.
func Calibrate(scores, target, weight []float64, line float64) (*Calibration, error) {
	if len(scores) != len(target) || len(scores) == 0 {
		return nil, fmt.Errorf("calibration of %d scores by %d households", len(scores), len(target))
	}
	order := byScore(scores)
	poor, w := make([]float64, len(order)), make([]float64, len(order))
	for k, i := range order {
		poor[k] = -truth(target[i] <= line)
		w[k] = at(weight, i)
	}
	total := 0.0
	for i := range target {
		total += at(weight, i)
	}
	c := &Calibration{Line: line, Sigma: math.Sqrt(squaredError(scores, target, weight) / total)}
	for k, level := range Isotonic(poor, w) {
		score := scores[order[k]]
		if n := len(c.Score); n > 0 && (c.Score[n-1] == score || c.Share[n-1] == -level && k+1 < len(order)) {
			continue
		}
		c.Score, c.Share = append(c.Score, score), append(c.Share, -level)
	}
	return c, nil
}

// Likelihood is the corrected likelihood of being poor, between the knots in a straight line.
func (c *Calibration) Likelihood(score float64) float64 {
	k, found := slices.BinarySearch(c.Score, score)
	switch {
	case found:
		return c.Share[k]
	case k == 0:
		return c.Share[0]
	case k == len(c.Score):
		return c.Share[k-1]
	}
	part := (score - c.Score[k-1]) / (c.Score[k] - c.Score[k-1])
	return c.Share[k-1] + part*(c.Share[k]-c.Share[k-1])
}

// Vulnerability is the probability that welfare lies under the line when it scatters normally around the score.
func (c *Calibration) Vulnerability(score float64) float64 {
	if c.Sigma == 0 {
		return truth(score <= c.Line)
	}
	return distuv.UnitNormal.CDF((c.Line - score) / c.Sigma)
}

// Smearing is the factor that turns exp(score) of a logarithmic target into a level: the mean of exp(residual) (Duan
// 1983), from out-of-fold residuals.
func Smearing(scores, target, weight []float64) float64 {
	factor := make([]float64, len(scores))
	for i := range scores {
		factor[i] = math.Exp(target[i] - scores[i])
	}
	return weightedMean(factor, weight)
}

// Cutoff is the score at or below which households are selected so that the balanced poverty accuracy on held-out
// households is highest: the share of the poor that is found, less the distance between the numbers of poor left out
// and of others let in, as a share of the poor.
func Cutoff(scores, target, weight []float64, line float64) (float64, error) {
	poorTotal := 0.0
	for i, y := range target {
		if y <= line {
			poorTotal += at(weight, i)
		}
	}
	if poorTotal == 0 {
		return 0, errors.New("a cut-off needs poor households to learn from")
	}
	best, cut := math.Inf(-1), 0.0
	found, wrong := 0.0, 0.0
	order := byScore(scores)
	for k, i := range order {
		if target[i] <= line {
			found += at(weight, i)
		} else {
			wrong += at(weight, i)
		}
		if k+1 < len(order) && scores[order[k+1]] == scores[i] {
			continue
		}
		accuracy := found - math.Abs(poorTotal-found-wrong)
		if accuracy > best {
			best, cut = accuracy, scores[i]
			if k+1 < len(order) {
				cut = (scores[i] + scores[order[k+1]]) / 2
			}
		}
	}
	return cut, nil
}

// byScore lists households from the lowest score up, equals in file order.
func byScore(scores []float64) []int {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case scores[a] < scores[b]:
			return -1
		case scores[a] > scores[b]:
			return 1
		}
		return 0
	})
	return order
}
