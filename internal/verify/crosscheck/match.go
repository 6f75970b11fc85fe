package crosscheck

import "math"

// What becomes of a row.
const (
	OutcomeMatched   = "matched"
	OutcomeNone      = "none"      // nobody of the register
	OutcomeAmbiguous = "ambiguous" // several may be meant, or number and name contradict each other
	OutcomeRejected  = "rejected"  // the row cannot be read
)

const (
	// sure is the probability from which a row is taken to mean a member: 1 in 200 errs, as for automatic links.
	sure = .995
	// likely is that from which somebody of the register is meant, though it is not sure who.
	likely = .5
)

// candidate is a registered person whom a row may mean.
type candidate struct {
	at     int     // position among those asked about
	bits   float64 // evidence that they are one
	number bool    // the identity numbers are equal
	name   float64 // evidence of the names alone, in bits
}

// verdict is what a row is taken to mean.
type verdict struct {
	outcome     string
	at          int // of the candidate
	how         string
	probability float64
}

// decide weighs candidates against each other and against "nobody of the register": a row means somebody of the register
// as likely as not, and then each of its persons as likely as the other. Namesakes lower each other.
func decide(candidates []candidate, persons float64) verdict {
	if len(candidates) == 0 {
		return verdict{outcome: OutcomeNone, at: -1}
	}
	best, total := 0, math.Max(persons, 1)
	odds := make([]float64, len(candidates))
	for i, c := range candidates {
		odds[i] = math.Exp2(math.Min(c.bits, 200))
		total += odds[i]
		if c.bits > candidates[best].bits {
			best = i
		}
	}
	chosen := candidates[best]
	v := verdict{at: chosen.at, how: ByName, probability: odds[best] / total}
	if chosen.number {
		v.how = ByNumber
	}
	nobody := math.Max(persons, 1) / total
	switch {
	case contradicted(candidates):
		v.outcome = OutcomeAmbiguous
	case v.probability >= sure:
		v.outcome = OutcomeMatched
	case 1-nobody >= likely:
		v.outcome = OutcomeAmbiguous
	default:
		return verdict{outcome: OutcomeNone, at: -1}
	}
	return v
}

// contradicted says whether somebody has the row's number and another name: a slip, or a borrowed identity.
func contradicted(candidates []candidate) bool {
	for _, c := range candidates {
		if c.number && c.name < 0 {
			return true
		}
	}
	return false
}
