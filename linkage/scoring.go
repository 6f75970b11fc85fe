package linkage

// scoring turns a pattern into evidence: the weights of the levels, what the frequency of an equal value adds to or
// takes from the average, and what fields that tell the same thing twice take back.
type scoring struct {
	records *Records
	model   *Model
	prior   float64
	weights weights
	rarity  [][]float32 // per field, by number of occurrences of the value: bits to add where it is equal
	ties    []tieWeights
	// together is what equal values on dependent fields count too much.
	together *together
}

// commonest is the number of occurrences up to which rarity is tabulated; beyond, it is computed.
const commonest = 1 << 12

func newScoring(r *Records, m *Model) *scoring {
	s := &scoring{records: r, model: m, prior: logit2(m.Prior), weights: m.weights(), ties: m.tieWeights(), together: newTogether(m.Together, len(m.Fields))}
	for f, c := range r.columns {
		table := make([]float32, commonest)
		for n := 1; n < commonest; n++ {
			table[n] = float32(m.Fields[f].rarityOf(c.bearers(n), float64(c.known)))
		}
		s.rarity = append(s.rarity, table)
	}
	return s
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
	n := s.records.columns[f].counts[value]
	if n < commonest {
		return float64(s.rarity[f][n])
	}
	return s.model.Fields[f].rarityOf(float64(n), float64(s.records.columns[f].known))
}
