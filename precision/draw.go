package precision

import "math/rand/v2"

// Chances are the chances of being drawn among n, in proportion to sizes and at most 1. They sum to n, or to the number
// of sizes where that is smaller.
func Chances(sizes []float64, n int) []float64 {
	chances := make([]float64, len(sizes))
	if n >= len(sizes) {
		for i := range chances {
			chances[i] = 1
		}
		return chances
	}
	certain := make([]bool, len(sizes))
	for {
		sum, left := 0.0, n
		for i, size := range sizes {
			if certain[i] {
				left--
			} else {
				sum += size
			}
		}
		more := false
		for i, size := range sizes {
			if certain[i] {
				continue
			}
			chances[i] = float64(left) * size / sum
			if chances[i] >= 1 {
				chances[i], certain[i], more = 1, true, true
			}
		}
		if !more {
			return chances
		}
	}
}

// Systematic draws places with the given chances: systematic sampling from a random order (Hartley and Rao 1962). The
// number drawn is the sum of the chances, rounded up or down.
func Systematic(chances []float64, dice *rand.Rand) []int {
	order := dice.Perm(len(chances))
	var drawn []int
	at, next := 0.0, dice.Float64()
	for _, place := range order {
		at += chances[place]
		if at > next {
			drawn = append(drawn, place)
			next++
		}
	}
	return drawn
}
