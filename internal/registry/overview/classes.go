package overview

import (
	"math"
	"slices"
)

// mostClasses is how many classes a map has at most: more shades of a colour are not told apart.
const mostClasses = 5

// Classing is how values are divided into the classes of a map.
type Classing string

// The ways: as many areas in each class, or classes that begin at round numbers of equal distance.
const (
	Quantiles Classing = "quantiles"
	Round     Classing = "round"
)

// Classes are the lower ends of the classes of values, rising; the first is the least value or a round number below it. Without
// values there are none; there are fewer where many values are equal.
func Classes(values []float64, by Classing) []float64 {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	if len(sorted) == 0 {
		return nil
	}
	if by == Round {
		return roundClasses(sorted[0], sorted[len(sorted)-1])
	}
	var ends []float64
	for k := range mostClasses {
		ends = append(ends, sorted[k*len(sorted)/mostClasses])
	}
	return slices.Compact(ends)
}

// roundClasses begin at multiples of 1, 2 or 5 times a power of ten.
func roundClasses(least, most float64) []float64 {
	if least == most {
		return []float64{least}
	}
	power := math.Pow(10, math.Floor(math.Log10((most-least)/mostClasses)))
	for _, times := range []float64{1, 2, 5, 10, 20} {
		step := times * power
		first := math.Floor(least / step)
		if n := int(math.Floor(most/step)-first) + 1; n <= mostClasses {
			ends := make([]float64, n)
			for i := range ends {
				ends[i] = (first + float64(i)) * step
			}
			return ends
		}
	}
	return []float64{least} // not reached: twenty times a fifth of the distance holds it
}

// ClassOf is the class of a value, from 1.
func ClassOf(ends []float64, value float64) int {
	class, found := slices.BinarySearch(ends, value)
	if found {
		class++
	}
	return max(1, class)
}
