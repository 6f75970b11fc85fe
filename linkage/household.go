package linkage

import (
	"cmp"
	"slices"

	"rightkey/linkage/assign"
)

// Overlap says how much two households have in common.
type Overlap string

// The kinds of overlap, by soft Jaccard likeness: members in common over members of either.
const (
	SameHousehold Overlap = "same household"           // likeness of .7 and more: registered twice
	PartMoved     Overlap = "part of the household"    // .3 to .7: split, merged or moved
	SharedMember  Overlap = "member of two households" // less
)

// HouseholdPair is two households with members that are probably the same persons.
type HouseholdPair struct {
	Left, Right string // keys of the households, as given to Builder.Add
	Members     []Pair // the best assignment of their members, in order of rows
	Likeness    float64
	Overlap     Overlap
}

// Households finds the pairs of households that share members, from the pairs of a run over the same records, the
// most alike first. Members are assigned to each other one to one so that the sum of probabilities is largest.
func Households(r *Records, pairs []Pair) []HouseholdPair {
	if r.groups == nil {
		return nil
	}
	sizes := make([]int, r.households.size())
	for _, g := range r.groups {
		sizes[g]++
	}
	between := map[[2]uint32][]Pair{}
	for _, p := range pairs {
		a, b := r.groups[p.Left], r.groups[p.Right]
		if a == 0 || b == 0 || a == b {
			continue
		}
		if a > b {
			a, b = b, a
			p.Left, p.Right = p.Right, p.Left
		}
		between[[2]uint32{a, b}] = append(between[[2]uint32{a, b}], p)
	}
	found := make([]HouseholdPair, 0, len(between))
	for key, members := range between {
		h := HouseholdPair{Left: r.households.value(key[0]), Right: r.households.value(key[1]), Members: oneToOne(members)}
		shared := 0.0
		for _, p := range h.Members {
			shared += p.Probability
		}
		h.Likeness = shared / (float64(sizes[key[0]]+sizes[key[1]]) - shared)
		h.Overlap = overlapOf(h.Likeness)
		found = append(found, h)
	}
	slices.SortFunc(found, func(a, b HouseholdPair) int {
		return cmp.Or(cmp.Compare(b.Likeness, a.Likeness), cmp.Compare(a.Left, b.Left), cmp.Compare(a.Right, b.Right))
	})
	return found
}

func overlapOf(likeness float64) Overlap {
	switch {
	case likeness >= .7:
		return SameHousehold
	case likeness >= .3:
		return PartMoved
	}
	return SharedMember
}

// oneToOne keeps the pairs of the best assignment.
func oneToOne(pairs []Pair) []Pair {
	edges := make([]assign.Edge, len(pairs))
	of := map[[2]uint32]Pair{}
	for i, p := range pairs {
		edges[i] = assign.Edge{Left: p.Left, Right: p.Right, Weight: p.Probability}
		of[[2]uint32{p.Left, p.Right}] = p
	}
	var kept []Pair
	for _, e := range assign.OneToOne(edges) {
		kept = append(kept, of[[2]uint32{e.Left, e.Right}])
	}
	return kept
}
