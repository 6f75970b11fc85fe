// Package cluster groups records into entities from the evidence between pairs of them. Connected components chain
// strangers together through one wrong link; here two groups are joined only while the best single pair speaks for
// it and the mean over all pairs between them, scored on demand, does not speak against it (hybrid of single and
// average linkage).
package cluster

import (
	"slices"
)

// Edge is the evidence in bits (log2 of the odds) that two records are one entity.
type Edge struct {
	Left, Right uint32
	Weight      float32
}

// Options say when groups are joined. Weights are in bits.
type Options struct {
	Floor   float64 // pairs below it do not connect records at all
	Best    float64 // least weight of the best pair between two groups
	Mean    float64 // least mean weight over all pairs between them, each clipped at Clip
	Clip    float64
	Largest int // records in a component beyond which its weakest edges are left out first
	Workers int
	// Score gives the weight of any pair; it is called by several workers at once.
	Score func(worker int, left, right uint32) float64
	// Apart says that two records must not be in one group; nil for no such constraint.
	Apart func(left, right uint32) bool
}

// Defaults are the options that hold for every kind of data.
func Defaults() Options {
	return Options{Floor: -2, Best: 0, Mean: -5, Clip: 20, Largest: 2000, Workers: 1}
}

// Group returns for each of n records the number of its group, which is its smallest record.
func Group(n int, edges []Edge, o Options) []uint32 {
	owner := make([]uint32, n)
	for i := range owner {
		owner[i] = uint32(i)
	}
	var whole []component
	split(components(n, edges, o.Floor), o.Floor, o.Largest, &whole)
	results := make([][][]uint32, len(whole))
	inParallel(o.Workers, len(whole), func(worker, i int) { results[i] = join(whole[i], o, worker) })
	for _, groups := range results {
		for _, group := range groups {
			least := slices.Min(group)
			for _, record := range group {
				owner[record] = least
			}
		}
	}
	return owner
}

// split adds to whole the components of at most the given size that large ones fall into.
func split(parts []component, floor float64, largest int, whole *[]component) {
	for _, part := range parts {
		if len(part.nodes) <= largest {
			*whole = append(*whole, part)
			continue
		}
		smaller, higher := part.tighten(floor)
		split(smaller, higher, largest, whole)
	}
}

// component is a set of records that edges connect.
type component struct {
	nodes []uint32
	edges []Edge
}

// tighten leaves out the weakest edges, one bit more at a time, until the component falls apart or shrinks, and
// returns what remains.
func (c component) tighten(floor float64) ([]component, float64) {
	number := make(map[uint32]uint32, len(c.nodes))
	for i, node := range c.nodes {
		number[node] = uint32(i)
	}
	local := make([]Edge, len(c.edges))
	for i, e := range c.edges {
		local[i] = Edge{number[e.Left], number[e.Right], e.Weight}
	}
	parts := []component{{nodes: c.nodes}}
	for len(parts) == 1 && len(parts[0].nodes) == len(c.nodes) {
		floor++
		parts = components(len(c.nodes), local, floor)
	}
	for p := range parts {
		for i, node := range parts[p].nodes {
			parts[p].nodes[i] = c.nodes[node]
		}
		for i, e := range parts[p].edges {
			parts[p].edges[i] = Edge{c.nodes[e.Left], c.nodes[e.Right], e.Weight}
		}
	}
	return parts, floor
}

// components finds the records connected by edges of at least floor, without the single ones.
func components(n int, edges []Edge, floor float64) []component {
	parent := make([]uint32, n)
	for i := range parent {
		parent[i] = uint32(i)
	}
	find := func(i uint32) uint32 {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	for _, e := range edges {
		if float64(e.Weight) >= floor {
			a, b := find(e.Left), find(e.Right)
			parent[max(a, b)] = min(a, b)
		}
	}
	number := map[uint32]int{}
	var parts []component
	for _, e := range edges {
		if float64(e.Weight) < floor {
			continue
		}
		root := find(e.Left)
		at, ok := number[root]
		if !ok {
			at = len(parts)
			number[root] = at
			parts = append(parts, component{})
		}
		parts[at].edges = append(parts[at].edges, e)
	}
	for p := range parts {
		parts[p].nodes = nodesOf(parts[p].edges)
	}
	return parts
}

func nodesOf(edges []Edge) []uint32 {
	nodes := make([]uint32, 0, 2*len(edges))
	for _, e := range edges {
		nodes = append(nodes, e.Left, e.Right)
	}
	slices.Sort(nodes)
	return slices.Compact(nodes)
}
