package linkage

import (
	"cmp"
	"math"
	"slices"
)

// Tie corrects for two fields that do not speak independently, such as suburb and postcode: the evidence of both
// levels together, less the sum of what each says alone. The ties form a tree over the fields (Chow & Liu 1968), so
// that no correction is made twice.
type Tie struct {
	A, B int         // fields
	Bits [][]float64 // by level of A and of B
}

type tieWeights struct {
	a, b int
	bits [mostLevels + 1][mostLevels + 1]float64
}

func (m *Model) tieWeights() []tieWeights {
	var all []tieWeights
	for _, tie := range m.Ties {
		t := tieWeights{a: tie.A, b: tie.B}
		for i, row := range tie.Bits {
			copy(t.bits[i][:], row)
		}
		all = append(all, t)
	}
	return all
}

// joint counts the levels of two fields together.
type joint [mostLevels][mostLevels]float64

// ties finds the dependences among strangers and among matches, and keeps the strongest that form a tree.
func (l *learner) ties() []Tie {
	type candidate struct {
		tie  Tie
		gain float64
	}
	var found []candidate
	w, prior := l.model.weights(), logit2(l.model.Prior)
	posterior := func(c counted) float64 { return l.posterior(w, prior, c.pattern) }
	for a := range l.model.Fields {
		for b := a + 1; b < len(l.model.Fields); b++ {
			var strangers, matches joint
			for _, c := range l.random {
				strangers.add(c.pattern, a, b, float64(c.pairs)*(1-posterior(c)))
			}
			for _, c := range l.found {
				if c.free&(1<<a) != 0 && c.free&(1<<b) != 0 {
					matches.add(c.pattern, a, b, float64(c.pairs)*posterior(c))
				}
			}
			tie, gain := l.tie(a, b, &strangers, &matches)
			found = append(found, candidate{tie, gain})
		}
	}
	slices.SortStableFunc(found, func(x, y candidate) int { return cmp.Compare(y.gain, x.gain) })
	var kept []Tie
	tree := newForest(len(l.model.Fields))
	for _, c := range found {
		if c.gain >= leastTie && tree.join(c.tie.A, c.tie.B) {
			kept = append(kept, c.tie)
		}
	}
	return kept
}

// leastTie is the mean correction per expected match, in bits, from which a dependence is worth keeping.
const leastTie = .05

func (j *joint) add(pattern uint64, a, b int, n float64) {
	x, y := levelOf(pattern, a), levelOf(pattern, b)
	if x != missing && y != missing {
		j[x][y] += n
	}
}

// tie computes the correction of two fields and the mean of its size over the expected matches.
func (l *learner) tie(a, b int, strangers, matches *joint) (Tie, float64) {
	levelsA, levelsB := len(l.model.Fields[a].Levels), len(l.model.Fields[b].Levels)
	t := Tie{A: a, B: b}
	excessU, excessM := strangers.excess(levelsA, levelsB), matches.excess(levelsA, levelsB)
	excessU[same][same] = 0 // see together
	gain, total := 0.0, 0.0
	for x := range levelsA {
		row := make([]float64, levelsB)
		for y := range row {
			row[y] = excessM[x][y] - excessU[x][y]
			gain += matches[x][y] * math.Abs(row[y])
			total += matches[x][y]
		}
		t.Bits = append(t.Bits, row)
	}
	return t, gain / max(total, 1)
}

// excess is log2 of how much more often two levels come together than independence makes expect. Of small counts
// only what is beyond chance is believed.
func (j *joint) excess(levelsA, levelsB int) joint {
	var rows, columns [mostLevels]float64
	total := 0.0
	for x := range levelsA {
		for y := range levelsB {
			rows[x] += j[x][y]
			columns[y] += j[x][y]
			total += j[x][y]
		}
	}
	var bits joint
	for x := range levelsA {
		for y := range levelsB {
			expected := rows[x] * columns[y] / max(total, 1)
			bits[x][y] = math.Log2((j[x][y] + 1) / (expected + 1))
		}
	}
	return bits
}
