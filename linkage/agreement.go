package linkage

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// Strangers agree on two fields together more often than independence makes expect where the fields depend on each
// other: a village has few surnames, a suburb one postcode. Learnt without this, evidence counts twice and neighbours
// are taken for matches, which then spoils m. Equal values on both fields are so rare in random pairs that they are
// counted exactly, over a sample of rows.

// jointRows is the number of rows on which joint agreement is counted.
const jointRows = 60_000

// equalTie is what equal values on two fields count too much, in bits.
type equalTie struct {
	a, b int
	bits float64
}

// agreement holds, for each two fields, the share of pairs of rows, all known, that have equal values on both.
type agreement struct {
	records *Records
	rows    []uint32
	shares  [mostFields][mostFields]float64
}

func jointAgreement(r *Records, workers int) *agreement {
	g := &agreement{records: r}
	step := max(1, r.rows/jointRows)
	for row := 0; row < r.rows; row += step {
		g.rows = append(g.rows, uint32(row))
	}
	fields := len(r.fields)
	inParallel(workers, fields*fields, func(_, task int) {
		if a, b := task/fields, task%fields; a < b {
			g.shares[a][b] = g.share(a, b)
		}
	})
	return g
}

// share counts equal pairs by a table of both values. Between two tables only pairs across count.
func (g *agreement) share(a, b int) float64 {
	r := g.records
	size := bits.Len(uint(2 * len(g.rows)))
	type slot struct {
		values      uint64
		left, right uint32
	}
	slots := make([]slot, 1<<size)
	equal, left, right := 0.0, 0.0, 0.0
	for _, row := range g.rows {
		cells := r.row(int(row))
		if cells[a] == 0 || cells[b] == 0 {
			continue
		}
		values := uint64(cells[a])<<32 | uint64(cells[b])
		at := values * 0x9E3779B97F4A7C15 >> (64 - size)
		for slots[at].values != 0 && slots[at].values != values {
			at = (at + 1) & (1<<size - 1)
		}
		s := &slots[at]
		s.values = values
		if r.split > 0 && int(row) >= r.split {
			equal += float64(s.left)
			s.right++
			right++
			continue
		}
		if r.split == 0 {
			equal += float64(s.left)
		}
		s.left++
		left++
	}
	if r.split > 0 {
		return equal / max(1, left*right)
	}
	return equal / max(1, left*(left-1)/2)
}

// ties returns the dependences between equal values among strangers, the strongest that form a tree. Where most of
// the agreement may be the matches' own, nothing is said.
func (g *agreement) ties(m *Model) []equalTie {
	var found []equalTie
	for a := range m.Fields {
		for b := a + 1; b < len(m.Fields); b++ {
			if g.shares[a][b]*g.pairs() < leastJoint || g.ownMatches(m, a) || g.ownMatches(m, b) {
				continue
			}
			matches := m.Prior * m.Fields[a].M[same] * m.Fields[b].M[same]
			strangers := g.shares[a][b] - matches
			if strangers < matches {
				continue
			}
			uA, uB := m.Fields[a].U[same], m.Fields[b].U[same]
			if excess := math.Log2(min(strangers, uA, uB) / (uA * uB)); excess > 1 {
				found = append(found, equalTie{a, b, excess})
			}
		}
	}
	slices.SortStableFunc(found, func(x, y equalTie) int { return cmp.Compare(y.bits, x.bits) })
	tree := newForest(len(m.Fields))
	return slices.DeleteFunc(found, func(t equalTie) bool { return !tree.join(t.a, t.b) })
}

// leastJoint is the number of pairs in the sample from which their share is believed.
const leastJoint = 30

// pairs is the number of pairs of the sample.
func (g *agreement) pairs() float64 {
	share := float64(len(g.rows)) / float64(g.records.rows)
	return g.records.pairs() * share * share
}

// ownMatches says that equal values on a field are mostly those of matches, as with numbers of identity.
func (g *agreement) ownMatches(m *Model, f int) bool {
	return m.Fields[f].U[same] < m.Prior*m.Fields[f].M[same]
}

// forest tells whether joining two fields would close a circle.
type forest []int

func newForest(n int) forest {
	f := make(forest, n)
	for i := range f {
		f[i] = i
	}
	return f
}

// join joins the trees of two fields; it returns false if they are in one tree already.
func (f forest) join(a, b int) bool {
	x, y := f[a], f[b]
	if x == y {
		return false
	}
	for i := range f {
		if f[i] == y {
			f[i] = x
		}
	}
	return true
}
