package community

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Shortlist is the protocol of Alatas et al.: the community ranks first, then only the lowest-ranked margin x quota
// households (1.5 is usual) are surveyed, and of those the quota with the lowest scores is selected. It returns who is
// selected. Equals are taken in the order of the list.
func Shortlist(rank, score []float64, quota int, margin float64) ([]bool, error) {
	if len(rank) != len(score) {
		return nil, fmt.Errorf("%d ranks and %d scores", len(rank), len(score))
	}
	if quota < 0 || margin < 1 {
		return nil, fmt.Errorf("quota %d with margin %v: the margin must be at least 1", quota, margin)
	}
	surveyed := lowest(rank, nil, int(math.Ceil(margin*float64(quota))))
	chosen := lowest(score, surveyed, quota)
	selected := make([]bool, len(rank))
	for _, i := range chosen {
		selected[i] = true
	}
	return selected, nil
}

// lowest are the n rows of lowest value among rows (all when nil).
func lowest(values []float64, rows []int, n int) []int {
	if rows == nil {
		for i := range values {
			rows = append(rows, i)
		}
	}
	order := slices.Clone(rows)
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case values[a] < values[b]:
			return -1
		case values[a] > values[b]:
			return 1
		}
		return 0
	})
	return order[:min(n, len(order))]
}

// Signal is one noisy measure of households' welfare: a community's rank, a ranker's, a score. Unknown entries are
// NaN. Higher is richer; each signal is in its own unit.
type Signal struct {
	Name   string
	Values []float64
}

// Reading is what a signal was found to say: values = Intercept + Slope x welfare + Tilt x connected + noise.
type Reading struct {
	Name      string
	Intercept float64
	Slope     float64
	Tilt      float64
	Noise     float64 // variance
}

// Latent reads several signals as measures of one latent welfare of mean 0 and variance 1, by the EM algorithm for one
// factor. Connected marks households with ties to the leaders (nil for none): what a signal gives them beyond their
// welfare is estimated as its tilt, held to 0 for the signals named trusted, and not counted in the welfare. It
// returns the expected welfare of each household and the readings.
func Latent(signals []Signal, connected []bool, trusted ...string) ([]float64, []Reading, error) {
	if len(signals) < 2 {
		return nil, nil, errors.New("a latent welfare needs at least two signals")
	}
	n := len(signals[0].Values)
	readings := make([]Reading, len(signals))
	for k, s := range signals {
		if len(s.Values) != n || connected != nil && len(connected) != n {
			return nil, nil, fmt.Errorf("signal %q has %d households, the first %d", s.Name, len(s.Values), n)
		}
		mean, sd, known := moments(s.Values)
		if known < 3 || sd == 0 {
			return nil, nil, fmt.Errorf("signal %q does not vary", s.Name)
		}
		readings[k] = Reading{Name: s.Name, Intercept: mean, Slope: sd / math.Sqrt2, Noise: sd * sd / 2}
	}
	welfare, spread := make([]float64, n), make([]float64, n)
	for range 300 {
		expect(signals, readings, connected, welfare, spread)
		moved := 0.0
		for k, s := range signals {
			next := maximise(s, connected, welfare, spread, slices.Contains(trusted, s.Name))
			moved = max(moved, math.Abs(next.Slope-readings[k].Slope)/(math.Abs(next.Slope)+1e-12))
			readings[k] = next
		}
		if moved < 1e-8 {
			break
		}
	}
	expect(signals, readings, connected, welfare, spread)
	return welfare, readings, nil
}

// expect computes mean and variance of each household's welfare given its signals.
func expect(signals []Signal, readings []Reading, connected []bool, welfare, spread []float64) {
	for i := range welfare {
		precision, sum := 1.0, 0.0
		for k, s := range signals {
			v := s.Values[i]
			if math.IsNaN(v) {
				continue
			}
			r := readings[k]
			if connected != nil && connected[i] {
				v -= r.Tilt
			}
			precision += r.Slope * r.Slope / r.Noise
			sum += r.Slope * (v - r.Intercept) / r.Noise
		}
		welfare[i], spread[i] = sum/precision, 1/precision
	}
}

// maximise regresses a signal on the expected welfare and on being connected.
func maximise(s Signal, connected []bool, welfare, spread []float64, trusted bool) Reading {
	// Columns 1, welfare, connected; products with E[welfare^2] = mean^2 + variance.
	var a [3][4]float64
	n := 0.0
	for i, v := range s.Values {
		if math.IsNaN(v) {
			continue
		}
		c := 0.0
		if connected != nil && connected[i] && !trusted {
			c = 1
		}
		x := [3]float64{1, welfare[i], c}
		for j := range 3 {
			for k := range 3 {
				a[j][k] += x[j] * x[k]
			}
			a[j][3] += x[j] * v
		}
		a[1][1] += spread[i]
		n++
	}
	b := solve3(a)
	r := Reading{Name: s.Name, Intercept: b[0], Slope: b[1], Tilt: b[2]}
	for i, v := range s.Values {
		if math.IsNaN(v) {
			continue
		}
		if connected != nil && connected[i] {
			v -= r.Tilt
		}
		e := v - r.Intercept - r.Slope*welfare[i]
		r.Noise += (e*e + r.Slope*r.Slope*spread[i]) / n
	}
	return r
}

// solve3 solves three equations, giving 0 to a column without variation.
func solve3(a [3][4]float64) [3]float64 {
	for j := range 3 {
		if math.Abs(a[j][j]) < 1e-12 {
			a[j] = [4]float64{}
			a[j][j] = 1
		}
		for k := range 3 {
			if k == j {
				continue
			}
			f := a[k][j] / a[j][j]
			for c := range 4 {
				a[k][c] -= f * a[j][c]
			}
		}
	}
	return [3]float64{a[0][3] / a[0][0], a[1][3] / a[1][1], a[2][3] / a[2][2]}
}

func moments(x []float64) (mean, sd float64, n int) {
	for _, v := range x {
		if !math.IsNaN(v) {
			mean += v
			n++
		}
	}
	mean /= float64(max(n, 1))
	for _, v := range x {
		if !math.IsNaN(v) {
			sd += (v - mean) * (v - mean)
		}
	}
	return mean, math.Sqrt(sd / float64(max(n-1, 1))), n
}
