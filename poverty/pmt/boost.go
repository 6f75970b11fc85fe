package pmt

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// BoostOptions steer the boosting. The zero value of a field means the default in brackets.
type BoostOptions struct {
	Rounds      int     // trees [700]
	Depth       int     // most splits between root and leaf [4]
	Shrinkage   float64 // part of each tree that is added [0.03]
	RowShare    float64 // rows sampled for each tree [0.7]
	ColumnShare float64 // features sampled for each tree [0.4]
	L2          float64 // penalty on leaf values, in units of weight [2]
	MinChild    float64 // least weight of a leaf [5]
	Seed        uint64
	// Monotone forces the prediction to rise (+1) or fall (-1) with the named feature, all else equal.
	Monotone map[string]int
	// Workers is the number of goroutines [the number of processors]; the result does not depend on it.
	Workers int
}

func (o BoostOptions) withDefaults() BoostOptions {
	o.Rounds = or(o.Rounds, 700)
	o.Depth = or(o.Depth, 4)
	o.Shrinkage = or(o.Shrinkage, 0.03)
	o.RowShare = or(o.RowShare, 0.7)
	o.ColumnShare = or(o.ColumnShare, 0.4)
	o.L2 = or(o.L2, 2)
	o.MinChild = or(o.MinChild, 5)
	o.Workers = or(o.Workers, processors())
	return o
}

func (o BoostOptions) check() error {
	switch {
	case o.Rounds < 1 || o.Depth < 1 || o.Depth > 10:
		return fmt.Errorf("boosting of %d rounds and depth %d: rounds must be at least 1, depth 1 to 10", o.Rounds, o.Depth)
	case o.Shrinkage <= 0 || o.Shrinkage > 1 || o.RowShare <= 0 || o.RowShare > 1 || o.ColumnShare <= 0 || o.ColumnShare > 1:
		return fmt.Errorf("boosting with shrinkage %v, row share %v, column share %v: each must lie between 0 and 1", o.Shrinkage, o.RowShare, o.ColumnShare)
	case o.L2 < 0 || o.MinChild < 0:
		return fmt.Errorf("boosting with penalty %v and least leaf weight %v: neither may be below 0", o.L2, o.MinChild)
	}
	return nil
}

func or[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// Boosted is a sum of small regression trees (Friedman 2001) grown on histograms, for squared error.
type Boosted struct {
	Names []string `json:"names"`
	Base  float64  `json:"base"`
	Trees []Tree   `json:"trees"`
}

// Tree is a complete binary tree in heap order: the children of node k are 2k+1 and 2k+2. A node with Feature -1 is
// a leaf with its Value; a household goes left when its feature is at most Threshold, and where it is unknown when
// UnknownLeft is set.
type Tree struct {
	Nodes []Node `json:"nodes"`
}

// Node is one node of a tree. Gain is what its split took off the squared error, for the importance of features.
type Node struct {
	Feature     int     `json:"f"`
	Threshold   float64 `json:"t,omitempty"`
	UnknownLeft bool    `json:"u,omitempty"`
	Value       float64 `json:"v,omitempty"`
	Gain        float64 `json:"g,omitempty"`
}

// Boost fits the trees to a target, such as the logarithm of welfare, under weights (nil for 1 each).
func Boost(m Matrix, target, weight []float64, o BoostOptions) (*Boosted, error) {
	if err := m.check(target, weight); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	g := newGrower(m, target, weight, o)
	model := &Boosted{Names: m.Names, Base: weightedMean(target, weight)}
	for i := range g.prediction {
		g.prediction[i] = model.Base
	}
	for round := range o.Rounds {
		random := rand.New(rand.NewPCG(o.Seed, uint64(round)+1))
		model.Trees = append(model.Trees, g.grow(random))
	}
	return model, nil
}

// Predict scores households. The features must be those of the training, in their order.
func (b *Boosted) Predict(m Matrix) ([]float64, error) {
	if err := m.same(b.Names); err != nil {
		return nil, err
	}
	scores := make([]float64, m.Rows())
	if f, ok := newFlat(b); ok {
		inParallel(len(scores), func(from, to int) { f.score(m.Columns, from, to, scores) })
		return scores, nil
	}
	err := b.Stages(m, func(trees int, sums []float64) {
		if trees == len(b.Trees) {
			copy(scores, sums)
		}
	})
	return scores, err
}

// Stages calls visit after each tree with its number from 1 and the scores so far, which visit must not keep.
func (b *Boosted) Stages(m Matrix, visit func(trees int, scores []float64)) error {
	if err := m.same(b.Names); err != nil {
		return err
	}
	scores := make([]float64, m.Rows())
	for i := range scores {
		scores[i] = b.Base
	}
	for t := range b.Trees {
		nodes := b.Trees[t].Nodes
		for i := range scores {
			scores[i] += value(nodes, m.Columns, i)
		}
		visit(t+1, scores)
	}
	return nil
}

// value is the leaf value of household i.
func value(nodes []Node, columns [][]float64, i int) float64 {
	k := 0
	for nodes[k].Feature >= 0 {
		v := columns[nodes[k].Feature][i]
		if v <= nodes[k].Threshold || nodes[k].UnknownLeft && math.IsNaN(v) {
			k = 2*k + 1
		} else {
			k = 2*k + 2
		}
	}
	return nodes[k].Value
}

// Importance is each feature's share of all gains.
func (b *Boosted) Importance() []float64 {
	gains, total := make([]float64, len(b.Names)), 0.0
	for _, tree := range b.Trees {
		for _, node := range tree.Nodes {
			if node.Feature >= 0 {
				gains[node.Feature] += node.Gain
				total += node.Gain
			}
		}
	}
	for j := range gains {
		if total > 0 {
			gains[j] /= total
		}
	}
	return gains
}

// grower holds what the trees share while they grow.
type grower struct {
	o          BoostOptions
	features   []binned
	monotone   []int
	target     []float64
	weight     []float64
	prediction []float64
	team       *team
}

func newGrower(m Matrix, target, weight []float64, o BoostOptions) *grower {
	g := &grower{o: o, target: target, weight: weight, prediction: make([]float64, len(target))}
	g.features = make([]binned, len(m.Columns))
	g.monotone = make([]int, len(m.Columns))
	for j, name := range m.Names {
		g.monotone[j] = o.Monotone[name]
	}
	g.team = &team{workers: o.Workers}
	g.team.do(len(m.Columns), func(j int) { g.features[j] = bin(m.Columns[j]) })
	return g
}

// grow fits one tree to the residuals of a sample and adds it to the predictions of all rows.
func (g *grower) grow(random *rand.Rand) Tree {
	var rows []int32
	for i := range g.target {
		if g.o.RowShare >= 1 || random.Float64() < g.o.RowShare {
			rows = append(rows, int32(i))
		}
	}
	columns := random.Perm(len(g.features))[:max(1, int(math.Round(g.o.ColumnShare*float64(len(g.features)))))]
	slices.Sort(columns)
	builder := newBuilder(g, rows, columns)
	tree := builder.build()
	codes := builder.codes
	g.team.chunks(len(g.target), func(from, to int) {
		for i := from; i < to; i++ {
			k := 0
			for tree.Nodes[k].Feature >= 0 {
				code := g.features[tree.Nodes[k].Feature].codes[i]
				if code <= codes[k] && code != unknown || code == unknown && tree.Nodes[k].UnknownLeft {
					k = 2*k + 1
				} else {
					k = 2*k + 2
				}
			}
			g.prediction[i] += tree.Nodes[k].Value
		}
	})
	return tree
}

func weightedMean(x, weight []float64) float64 {
	sum, total := 0.0, 0.0
	for i, v := range x {
		w := 1.0
		if weight != nil {
			w = weight[i]
		}
		sum += w * v
		total += w
	}
	return sum / total
}
