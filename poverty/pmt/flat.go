package pmt

import (
	"math"
	"slices"
	"sort"
)

// flat is a boosted model laid out for scoring. Features are first replaced by the number of the model's thresholds
// that they exceed, a byte each; every tree is padded to the same depth, so that a household walks it in a fixed
// number of steps without a branch on what it meets.
type flat struct {
	depth  int
	edges  [][]float64 // thresholds of each feature, rising
	nodes  []flatNode  // (1<<depth)-1 for each tree
	values []float64   // 1<<depth for each tree
	base   float64
}

// flatNode sends a household right when its code plus shift exceeds limit, in the arithmetic of bytes: the code of an
// unknown feature is the highest, which goes right, and with shift 1 becomes 0, which goes left.
type flatNode struct {
	feature int32
	limit   uint8
	shift   uint8
}

// newFlat lays a model out; false when a feature has more thresholds than a byte can number.
func newFlat(b *Boosted) (*flat, bool) {
	f := &flat{base: b.Base, edges: make([][]float64, len(b.Names))}
	for _, tree := range b.Trees {
		for f.depth = max(f.depth, 1); 1<<f.depth < (len(tree.Nodes)+1)/2; {
			f.depth++
		}
		for _, node := range tree.Nodes {
			if node.Feature >= 0 {
				f.edges[node.Feature] = append(f.edges[node.Feature], node.Threshold)
			}
		}
	}
	for j, edges := range f.edges {
		slices.Sort(edges)
		if f.edges[j] = slices.Compact(edges); len(f.edges[j]) >= unknown {
			return nil, false
		}
	}
	inner, leaves := 1<<f.depth-1, 1<<f.depth
	f.nodes = make([]flatNode, inner*len(b.Trees))
	f.values = make([]float64, leaves*len(b.Trees))
	for t, tree := range b.Trees {
		f.fill(tree.Nodes, 0, 0, 0, f.nodes[t*inner:(t+1)*inner], f.values[t*leaves:(t+1)*leaves])
	}
	return f, true
}

// fill copies node k of a tree to place at of the padded tree; below a leaf every place repeats it.
func (f *flat) fill(tree []Node, k, at, depth int, nodes []flatNode, values []float64) {
	if depth == f.depth {
		values[at-len(nodes)] = tree[k].Value
		return
	}
	left, right := k, k
	if node := tree[k]; node.Feature >= 0 {
		limit := uint8(sort.SearchFloat64s(f.edges[node.Feature], node.Threshold))
		nodes[at] = flatNode{feature: int32(node.Feature), limit: limit}
		if node.UnknownLeft {
			nodes[at].limit, nodes[at].shift = limit+1, 1
		}
		left, right = 2*k+1, 2*k+2
	}
	f.fill(tree, left, 2*at+1, depth+1, nodes, values)
	f.fill(tree, right, 2*at+2, depth+1, nodes, values)
}

// block is how many households are scored together, their codes side by side in the fastest memory.
const block = 128

// score writes the scores of rows from to to-1.
func (f *flat) score(columns [][]float64, from, to int, scores []float64) {
	width := len(f.edges)
	codes := make([]uint8, block*width)
	inner, leaves := 1<<f.depth-1, 1<<f.depth
	for start := from; start < to; start += block {
		n := min(block, to-start)
		for j, edges := range f.edges {
			encode(edges, columns[j][start:start+n], codes[j:], width)
		}
		out := scores[start : start+n]
		for i := range out {
			out[i] = f.base
		}
		for t := 0; t*leaves < len(f.values); t++ {
			f.walk(f.nodes[t*inner:(t+1)*inner], f.values[t*leaves:(t+1)*leaves], codes, out)
		}
	}
}

// encode writes how many edges each value exceeds, every width bytes.
func encode(edges, values []float64, codes []uint8, width int) {
	switch len(edges) {
	case 0:
		return
	case 1:
		for i, v := range values {
			code := uint8(0)
			if v > edges[0] {
				code = 1
			} else if math.IsNaN(v) {
				code = unknown
			}
			codes[i*width] = code
		}
		return
	}
	for i, v := range values {
		code := uint8(unknown)
		if !math.IsNaN(v) {
			code = uint8(sort.SearchFloat64s(edges, v))
		}
		codes[i*width] = code
	}
}

// walk adds a tree's values.
func (f *flat) walk(nodes []flatNode, values []float64, codes []uint8, out []float64) {
	width := len(f.edges)
	for i := range out {
		row := codes[i*width : (i+1)*width]
		k := 0
		for range f.depth {
			node := nodes[k]
			code := uint32(row[node.feature] + node.shift)
			k = 2*k + 1 + int((uint32(node.limit)-code)>>31)
		}
		out[i] += values[k-len(nodes)]
	}
}
