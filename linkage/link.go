package linkage

import (
	"fmt"

	"rightkey/linkage/assign"
	"rightkey/linkage/cluster"
)

// Cardinality says how many partners a row may have in the other table.
type Cardinality int

// The cardinalities of a link.
const (
	ManyToMany Cardinality = iota // pairs are judged one by one
	OneToMany                     // a row of the right table has at most one partner, as a vehicle has one owner
	OneToOne                      // a row of either table has at most one partner
)

// Linked is the result of a link between two tables.
type Linked struct {
	Model  *Model
	Report Report
	Pairs  []Pair // in order of rows
	Ask    []Pair // pairs to judge next, in order of rows
}

// Link finds the pairs of a left and a right row that are one person. With OneToMany and OneToOne a pair's
// probability takes into account that candidates for the same row exclude each other and that the row may have no
// match at all, so that namesakes lower each other.
func Link(r *Records, cardinality Cardinality, o Options) (*Linked, error) {
	if r.split == 0 {
		return nil, fmt.Errorf("link: the records are of one table")
	}
	e, err := newRun(r, o)
	if err != nil {
		return nil, fmt.Errorf("link: %w", err)
	}
	if err := e.prepare(); err != nil {
		return nil, fmt.Errorf("link: %w", err)
	}
	edges := e.edges()
	var pairs []Pair
	if cardinality == ManyToMany {
		pairs = e.explainAll(edges)
	} else {
		pairs = e.exclusive(edges, cardinality)
	}
	linked := &Linked{Model: e.model, Report: e.report, Pairs: pairs, Ask: e.questions(edges)}
	for _, list := range [][]Pair{linked.Pairs, linked.Ask} {
		for i := range list {
			list[i].Right -= uint32(r.split)
		}
	}
	return linked, nil
}

// exclusive chooses at most one partner per row and judges each choice against its rivals.
func (e *run) exclusive(edges []cluster.Edge, cardinality Cardinality) []Pair {
	left, right := map[uint32]float64{}, map[uint32]float64{}
	for _, edge := range edges {
		left[edge.Left] += e.model.odds(edge.Weight)
		right[edge.Right] += e.model.odds(edge.Weight)
	}
	var pairs []Pair
	for _, edge := range e.choose(edges, cardinality) {
		own := e.model.odds(edge.Weight)
		rivals := right[edge.Right] - own
		if cardinality == OneToOne {
			rivals += left[edge.Left] - own
		}
		pair := e.explain(0, edge.Left, edge.Right)
		pair.Probability = own / (1 + own + max(0, rivals))
		if pair.Probability >= e.options.AtLeast {
			pairs = append(pairs, pair)
		}
	}
	return pairs
}

// choose keeps at most one edge per right row, or per row of either side.
func (e *run) choose(edges []cluster.Edge, cardinality Cardinality) []cluster.Edge {
	if cardinality == OneToMany {
		return bestPerRight(edges)
	}
	possible := make([]assign.Edge, len(edges))
	for i, edge := range edges {
		possible[i] = assign.Edge{Left: edge.Left, Right: edge.Right, Weight: float64(edge.Weight) - floorBits}
	}
	chosen := assign.OneToOne(possible)
	kept := make([]cluster.Edge, len(chosen))
	for i, edge := range chosen {
		kept[i] = cluster.Edge{Left: edge.Left, Right: edge.Right, Weight: float32(edge.Weight + floorBits)}
	}
	return kept
}

func bestPerRight(edges []cluster.Edge) []cluster.Edge {
	best := map[uint32]int{}
	for i, edge := range edges {
		if at, ok := best[edge.Right]; !ok || edge.Weight > edges[at].Weight {
			best[edge.Right] = i
		}
	}
	var kept []cluster.Edge
	for i, edge := range edges {
		if best[edge.Right] == i {
			kept = append(kept, edge)
		}
	}
	return kept
}
