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

// jointRows is about the number of rows on which joint agreement is counted.
const jointRows = 60_000

// EqualTie is what equal values on two fields count too much, in bits, where they are taken for independent.
type EqualTie struct {
	A    int     `json:"a"`
	B    int     `json:"b"`
	Bits float64 `json:"bits"`
}

// together gives, for each set of fields with equal values (a bit each), the bits to take back: those of the
// strongest dependences that form trees over the set (Chow & Liu 1968).
type together struct {
	ties  []EqualTie // strongest first
	bits  []float64
	trees [][]EqualTie
}

func newTogether(ties []EqualTie, fields int) *together {
	t := &together{ties: ties, bits: make([]float64, 1<<fields), trees: make([][]EqualTie, 1<<fields)}
	if len(ties) == 0 {
		return t
	}
	for set := range t.bits {
		tree := newForest(fields)
		for _, tie := range ties {
			if set>>tie.A&1 == 1 && set>>tie.B&1 == 1 && tree.join(tie.A, tie.B) {
				t.bits[set] += tie.Bits
				t.trees[set] = append(t.trees[set], tie)
			}
		}
	}
	return t
}

// equalFields is the set of fields of a pattern with equal values.
func equalFields(pattern uint64, fields int) int {
	set := 0
	for f := range fields {
		if levelOf(pattern, f) == same {
			set |= 1 << f
		}
	}
	return set
}

// agreement holds, for each two fields, the share of pairs of rows, all known, that have equal values on both.
// Members of one household count as strangers here: that relatives share telephone, surname and village is just what
// has to be learnt.
type agreement struct {
	shares [mostFields][mostFields]float64
	counts [mostFields][mostFields]float64 // pairs of the sample that a share rests on
}

func jointAgreement(r *Records, equal []float64, workers int) *agreement {
	g := new(agreement)
	fields := len(r.fields)
	thin := max(1, r.rows/jointRows)
	looked := r.sampled(equal, thin, workers)
	inParallel(workers, fields*fields, func(_, task int) {
		a, b := task/fields, task%fields
		if a >= b {
			return
		}
		rare := a
		if equal[b] < equal[a] {
			rare = b
		}
		scale := float64(thin)
		if equal[rare] > commonShare {
			scale = 1
		}
		g.shares[a][b], g.counts[a][b] = r.jointShare(a, b, looked[rare], scale)
	})
	return g
}

// commonShare is the share of equal pairs from which a field's values are so common that all rows of some values would
// say little of the others: rows are drawn instead.
const commonShare = 1e-4

// sampled are by field the rows of one of so many of its values, with all rows of each, or one of so many rows; in order.
func (r *Records) sampled(equal []float64, thin, workers int) [][]uint32 {
	parts := make([][][]uint32, shards) // by shard and field
	inParallel(workers, shards, func(_, shard int) {
		parts[shard] = make([][]uint32, len(r.fields))
		from, to := shardOf(r.rows, shard)
		for row := from; row < to; row++ {
			for f, drawn := range r.row(row) {
				if drawn == 0 {
					continue
				}
				if equal[f] > commonShare {
					drawn = uint32(row)
				}
				if uint64(mix(drawn))*uint64(thin)>>mixedBits == 0 {
					parts[shard][f] = append(parts[shard][f], uint32(row))
				}
			}
		}
	})
	all := make([][]uint32, len(r.fields))
	for f := range all {
		for _, part := range parts {
			all[f] = append(all[f], part[f]...)
		}
	}
	return all
}

// jointShare counts pairs with equal values on two fields, among rows that are one of so many, by a table of both
// values. Between two tables only pairs across count.
func (r *Records) jointShare(a, b int, rows []uint32, scale float64) (share, counted float64) {
	type slot struct {
		values      uint64
		left, right uint32
	}
	size := bits.Len(uint(4 * min(r.rows, jointRows)))
	slots := make([]slot, 1<<size)
	used, left, right := 0, 0.0, 0.0
	for _, row := range rows {
		cells := r.row(int(row))
		if cells[a] == 0 || cells[b] == 0 {
			continue
		}
		if used > len(slots)*3/4 {
			break
		}
		values := uint64(cells[a])<<32 | uint64(cells[b])
		at := (values ^ values>>29) * 0x9E3779B97F4A7C15 >> (64 - size)
		for slots[at].values != 0 && slots[at].values != values {
			at = (at + 1) & (1<<size - 1)
		}
		s := &slots[at]
		used += btoi(s.values == 0)
		s.values = values
		switch {
		case r.split > 0 && int(row) >= r.split:
			counted += float64(s.left)
			s.right++
			right++
		default:
			if r.split == 0 {
				counted += float64(s.left)
			}
			s.left++
			left++
		}
	}
	if r.split > 0 {
		return counted * scale / max(1, left*right*scale*scale), counted
	}
	return counted * scale / max(1, left*scale*(left*scale-1)/2), counted
}

// ties returns the dependences between equal values among strangers, the strongest first. Where most of the agreement
// may be the matches' own, nothing is said.
func (g *agreement) ties(m *Model) []EqualTie {
	var found []EqualTie
	for a := range m.Fields {
		for b := a + 1; b < len(m.Fields); b++ {
			if g.counts[a][b] < leastJoint || m.ownMatches(a) || m.ownMatches(b) {
				continue
			}
			matches := m.Prior * m.Fields[a].M[same] * m.Fields[b].M[same]
			strangers := g.shares[a][b] - matches
			if strangers < matches {
				continue
			}
			uA, uB := m.Fields[a].U[same], m.Fields[b].U[same]
			if excess := math.Log2(min(strangers, uA, uB) / (uA * uB)); excess > 1 {
				found = append(found, EqualTie{a, b, excess})
			}
		}
	}
	slices.SortStableFunc(found, func(x, y EqualTie) int { return cmp.Compare(y.Bits, x.Bits) })
	return found
}

// leastJoint is the number of pairs in the sample from which their share is believed.
const leastJoint = 30

// ownMatches says that equal values on a field are mostly those of matches, as with numbers of identity.
func (m *Model) ownMatches(f int) bool {
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
