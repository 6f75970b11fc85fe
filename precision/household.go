package precision

import "math"

// Household is what is known of a household before anybody visits it to verify.
type Household struct {
	Village    int
	Persons    int
	Registered bool    // stands on the register when the verification begins
	Score      float64 // predicted logarithm of welfare as a multiple of the line: below 0 is poor
	Signals    uint64  // what else speaks about it, a bit each: findings, duplicates, problem data, age of the record
	Effort     float64 // of a visit, in visits of the ordinary kind; 0 is 1
}

// Visit is what a visit found.
type Visit struct {
	Household  int
	Enumerator int
	Welfare    float64 // logarithm of welfare as a multiple of the line
	Years      float64 // ago
}

// Setting says what is assumed about visits and errors.
type Setting struct {
	Noise   float64 // deviation of what a visit finds from the truth; 0 is a visit without error
	Leaning float64 // the part of Noise that is the enumerator's, as a deviation
	Drift   float64 // deviation by which welfare moves in a year
	Band    float64 // as a share of the line: who is further from it than this is clear; the usual one is DefaultBand
	Spread  float64 // deviation of welfare about the score within a village, as the survey showed that taught the score
	Between float64 // variance of the effects of villages beside the score
	Signals int     // number of bits that households use
	Cost    Cost
}

// Cost is how bad a household is that stands on the wrong side, in equal units. A clear error costs its clear rate
// instead.
type Cost struct{ Inclusion, Missing, ClearInclusion, ClearMissing float64 }

// DefaultBand is the band of ±10 % about the line within which an error is not clear.
const DefaultBand = 0.10

// EvenCost counts every error as one.
var EvenCost = Cost{1, 1, 1, 1}

// cleared are the bounds of the band in logarithms of welfare.
func cleared(band float64) (low, high float64) { return math.Log(1 - band), math.Log(1 + band) }
