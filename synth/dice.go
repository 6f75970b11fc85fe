package synth

import (
	"math"
	"math/rand/v2"
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
	full := make([]bool, len(weights))
	for left := total; left > 0; {
		open := 0.0
		for i, weight := range weights {
			if !full[i] {
				open += weight
			}
		}
		given := 0
		remainders := make([]float64, len(weights))
		for i, weight := range weights {
			remainders[i] = -1
			if full[i] {
				continue
			}
			exact := float64(left) * weight / open
			whole := min(int(exact), caps[i]-shares[i])
			shares[i] += whole
			given += whole
			full[i] = shares[i] == caps[i]
			if !full[i] {
				remainders[i] = exact - math.Floor(exact)
			}
		}
		left -= given
		if given > 0 && left > len(weights) {
			continue
		}
		for ; left > 0; left-- {
			best := -1
			for i, remainder := range remainders {
				if !full[i] && (best < 0 || remainder > remainders[best]) {
					best = i
				}
			}
			if best < 0 {
				break
			}
			shares[best]++
			remainders[best]--
			full[best] = shares[best] == caps[best]
		}
	}
	return shares
}
