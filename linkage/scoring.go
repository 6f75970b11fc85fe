package linkage

import "math"

// scoring turns a pattern into evidence: the weights of the levels, what the frequency of an equal value adds to or
// takes from the average, and what fields that tell the same thing twice take back.
type scoring struct {
	prior   float64
	weights weights
	rarity  [][]float32 // per field, by number of occurrences of the value: bits to add where it is equal
	counts  [][]uint32
	ties    []tieWeights
	// together is what equal values on dependent fields count too much.
	together *together
}

// commonest is the number of occurrences up to which rarity is tabulated; beyond, it is computed.
const commonest = 1 << 12

func newScoring(r *Records, m *Model) *scoring {
	s := &scoring{prior: logit2(m.Prior), weights: m.weights(), ties: m.tieWeights(), together: newTogether(m.Together, len(m.Fields))}
	for f, c := range r.columns {
		table := make([]float32, commonest)
		for n := 1; n < commonest; n++ {
			table[n] = float32(rarity(&m.Fields[f], float64(n), float64(c.known)))
		}
		s.rarity = append(s.rarity, table)
		s.counts = append(s.counts, c.counts)
	}
	return s
}

// rarity is the evidence that equality on a value with n occurrences among the known adds to the average equality.
func rarity(f *FieldModel, n, known float64) float64 {
	return f.Rarity * math.Log2(f.U[same]*known/n)
}

// of sums the evidence of a pattern between rows of which one is given (for the values that are equal).
func (s *scoring) of(pattern uint64, row []uint32) float64 {
	total, equal := s.prior, 0
	for f := range s.weights {
		level := levelOf(pattern, f)
		total += s.weights[f][level]
		if level == same {
			equal |= 1 << f
			total += s.rarityOf(f, row[f])
		}
	}
	for i := range s.ties {
		t := &s.ties[i]
		total += t.bits[levelOf(pattern, t.a)][levelOf(pattern, t.b)]
	}
	return total - s.together.bits[equal]
}

func (s *scoring) rarityOf(f int, value uint32) float64 {
	n := s.counts[f][value]
	if n < commonest {
		return float64(s.rarity[f][n])
	}
	return float64(s.rarity[f][commonest-1]) - math.Log2(float64(n)/(commonest-1))
}
