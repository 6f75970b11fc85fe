package linkage

import (
	"cmp"
	"math"
	"slices"
)

// Strangers are alike on two fields together more often than independence makes expect, too, without being equal: the
// numbers of a district begin alike, those of a village were issued one after another. Where hardly anybody is written
// twice, expectation-maximisation would take such neighbours for the matches that it looks for, and learn from them
// that one person's names differ. So what random pairs tell of such dependences is taken back from the first round on.

// strangers finds the dependences among random pairs that their other fields do not speak for, which leaves out matches,
// and keeps those that would mislead most and form a tree.
func (l *learner) strangers() []tieWeights {
	type candidate struct {
		tie  tieWeights
		gain float64
	}
	var found []candidate
	w := l.model.weights()
	for a := range w {
		for b := a + 1; b < len(w); b++ {
			tie := tieWeights{a: a, b: b}
			gain := l.unlikeStrangers(w, a, b).together(&tie, l.model.Fields[a].M, l.model.Fields[b].M)
			found = append(found, candidate{tie, gain})
		}
	}
	slices.SortStableFunc(found, func(x, y candidate) int { return cmp.Compare(y.gain, x.gain) })
	var kept []tieWeights
	tree := newForest(len(w))
	for _, c := range found {
		if c.gain >= leastTie && tree.join(c.tie.a, c.tie.b) {
			kept = append(kept, c.tie)
		}
	}
	return kept
}

// unlikeStrangers counts the levels of two fields in random pairs that all other fields together speak against.
func (l *learner) unlikeStrangers(w weights, a, b int) *joint {
	counts := new(joint)
	for _, c := range l.random {
		others := w.of(c.pattern) - w[a][levelOf(c.pattern, a)] - w[b][levelOf(c.pattern, b)]
		if others < 0 {
			counts.add(c.pattern, a, b, float64(c.pairs))
		}
	}
	return counts
}

// together fills a tie with the bits by which levels come together too often, equal values excepted, which EqualTie
// holds, and returns their mean over matches whose fields have the levels of m.
func (j *joint) together(tie *tieWeights, a, b []float64) float64 {
	expected, gain := j.independent(len(a), len(b)), 0.0
	for x := range a {
		for y := range b {
			if x == same && y == same {
				continue
			}
			tie.bits[x][y] = max(0, beyondChance(j[x][y], expected[x][y]))
			gain += a[x] * b[y] * tie.bits[x][y]
		}
	}
	return gain
}

// independent is what the counts would be on average if the levels were independent.
func (j *joint) independent(levelsA, levelsB int) joint {
	var rows, columns [mostLevels]float64
	total := 0.0
	for x := range levelsA {
		for y := range levelsB {
			rows[x] += j[x][y]
			columns[y] += j[x][y]
			total += j[x][y]
		}
	}
	var expected joint
	for x := range levelsA {
		for y := range levelsB {
			expected[x][y] = rows[x] * columns[y] / max(total, 1)
		}
	}
	return expected
}

// beyondChance is log2 of how much more, or less, was counted than expected. Of more, what two standard deviations may
// explain is not believed; less is told by few counts only.
func beyondChance(counted, expected float64) float64 {
	if sure := counted - 2*math.Sqrt(counted); sure > expected {
		return math.Log2(sure / expected)
	}
	return min(0, math.Log2((counted+1)/(expected+1)))
}
