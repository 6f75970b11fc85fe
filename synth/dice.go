package synth

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
)

// dice draws from one reproducible stream.
type dice struct{ *rand.Rand }

func newDice(seed, stream uint64) dice { return dice{rand.New(rand.NewPCG(seed, stream))} }

// chance is true with probability p.
func (d dice) chance(p float64) bool { return d.Float64() < p }

// between draws evenly from low to high.
func (d dice) between(low, high float64) float64 { return low + (high-low)*d.Float64() }

// normal draws from a normal distribution cut off at two and a half deviations.
func (d dice) normal(mean, deviation float64) float64 {
	return mean + deviation*min(2.5, max(-2.5, d.NormFloat64()))
}

// pick draws an index in proportion to the weights.
func (d dice) pick(weights ...float64) int {
	total := 0.0
	for _, weight := range weights {
		total += weight
	}
	left := d.Float64() * total
	for i, weight := range weights {
		if left < weight {
			return i
		}
		left -= weight
	}
	return len(weights) - 1
}

// one draws one of the words.
func (d dice) one(words []string) string { return words[d.IntN(len(words))] }

// digits replaces each # of a form by a digit.
func (d dice) digits(form string) string {
	return strings.Map(func(r rune) rune {
		if r == '#' {
			return '0' + rune(d.IntN(10))
		}
		return r
	}, form)
}

// apportion divides total among the weights by largest remainders, none above its cap. The caps together must hold
// the total.
func apportion(total int, weights []float64, caps []int) []int {
	shares := make([]int, len(weights))
	open := make([]int, 0, len(weights)) // with room
	for i := range weights {
		if caps[i] > 0 {
			open = append(open, i)
		}
	}
	for left := total; left > 0 && len(open) > 0; {
		left -= round(left, weights, caps, shares, open)
		open = slices.DeleteFunc(open, func(i int) bool { return shares[i] == caps[i] })
	}
	return shares
}

// round gives the open ones their whole parts of what is left and, of the rest, one each to the largest remainders
// that have room. It returns how much was given.
func round(left int, weights []float64, caps, shares, open []int) int {
	sum := 0.0
	for _, i := range open {
		sum += weights[i]
	}
	given := 0
	remainders := make(map[int]float64, len(open))
	for _, i := range open {
		exact := float64(left) * weights[i] / sum
		whole := min(int(exact), caps[i]-shares[i], left-given)
		shares[i] += whole
		given += whole
		remainders[i] = exact - float64(whole)
	}
	order := slices.Clone(open)
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(remainders[b], remainders[a]) })
	for _, i := range order {
		if given == left {
			break
		}
		if shares[i] < caps[i] {
			shares[i]++
			given++
		}
	}
	return given
}
