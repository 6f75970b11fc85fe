package precision

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Wilson is the interval of 95 % of a share of which found of n were seen (Wilson 1927).
func Wilson(found, n int) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	p, m, z := float64(found)/float64(n), float64(n), normal95
	middle := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max(0, middle-half), min(1, middle+half)
}

// ClopperPearson is the exact interval of a share of which found of n were seen, at a confidence such as 0.95.
func ClopperPearson(found, n int, confidence float64) (low, high float64) {
	tail := (1 - confidence) / 2
	return lowerBound(found, n, tail), upperBound(found, n, tail)
}

func lowerBound(found, n int, tail float64) float64 {
	if found == 0 {
		return 0
	}
	return mathext.InvRegIncBeta(float64(found), float64(n-found+1), tail)
}

func upperBound(found, n int, tail float64) float64 {
	if found >= n {
		return 1
	}
	return mathext.InvRegIncBeta(float64(found+1), float64(n-found), 1-tail)
}

// Audit is a closing audit: a simple random sample drawn from the register after its corrections.
type Audit struct {
	Frame   int // households in the frame
	Sampled int
	Found   int // errors among the sampled
}

// AtMost is the exact one-sided upper bound of the number of errors in the frame: the largest number of which so few
// would be found with more than 1 - confidence (hypergeometric).
func (a Audit) AtMost(confidence float64) int {
	low, high := a.Found, a.Frame-a.Sampled+a.Found
	for low < high {
		middle := (low + high + 1) / 2
		if a.chance(middle) > 1-confidence {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low
}

// Under says whether the share of errors in the frame is below a limit with a confidence.
func (a Audit) Under(limit, confidence float64) bool {
	return a.Frame > 0 && float64(a.AtMost(confidence)) < limit*float64(a.Frame)
}

// chance is that of finding as few errors as were found, or fewer, if the frame holds so many.
func (a Audit) chance(errors int) float64 {
	sum := 0.0
	for x := max(0, a.Sampled-(a.Frame-errors)); x <= a.Found; x++ {
		sum += math.Exp(choose(errors, x) + choose(a.Frame-errors, a.Sampled-x) - choose(a.Frame, a.Sampled))
	}
	return min(1, sum)
}

// choose is the logarithm of a binomial coefficient.
func choose(n, k int) float64 {
	if k < 0 || k > n {
		return math.Inf(-1)
	}
	of := func(x int) float64 { l, _ := math.Lgamma(float64(x) + 1); return l }
	return of(n) - of(k) - of(n-k)
}

// SampleFor is the smallest sample of a frame that proves a limit with a confidence if no more errors are found in it
// than expected. It is the whole frame where none does.
func SampleFor(frame, expected int, limit, confidence float64) int {
	low, high := max(1, expected), frame
	for low < high {
		middle := (low + high) / 2
		if (Audit{frame, middle, expected}).Under(limit, confidence) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}
