package linkage

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"rightkey/linkage/cluster"
)

// Ask says which pairs people should judge next.
type Ask struct {
	// Count is the number of pairs wanted; 0 asks nothing.
	Count int
	// Random is the share of pairs taken by lot instead of by doubt, against which the model can be checked: pairs
	// chosen for being doubtful say nothing on what it is sure of.
	Random float64
	// Wrong is the cost of taking two persons for one; missing a match costs 1.
	Wrong float64
}

// DefaultAsk asks nothing, takes a fifth by lot and finds either error as bad as the other.
func DefaultAsk() Ask { return Ask{Random: .2, Wrong: 1} }

// askedBits is the evidence from which a pair is worth a question.
const askedBits = -7

// questions chooses the pairs that cost most if they are decided as the model would, each further one of the same
// agreement counting less, since what one of them teaches holds for all of them.
func (e *run) questions(edges []cluster.Edge) []Pair {
	open := e.unjudged(edges)
	random := rand.New(rand.NewPCG(e.options.Seed, uint64(len(e.options.Decisions))))
	byLot := min(len(open), int(e.options.Ask.Random*float64(e.options.Ask.Count)+.5))
	chosen := map[int]bool{}
	for len(chosen) < byLot {
		chosen[random.IntN(len(open))] = true
	}
	e.doubtful(open, chosen)
	var pairs []Pair
	for at := range open {
		if chosen[at] {
			pairs = append(pairs, e.explain(0, open[at].Left, open[at].Right))
		}
	}
	return pairs
}

func (e *run) unjudged(edges []cluster.Edge) []cluster.Edge {
	open := make([]cluster.Edge, 0, len(edges))
	for _, edge := range edges {
		if _, judged := e.judged[[2]uint32{edge.Left, edge.Right}]; !judged {
			open = append(open, edge)
		}
	}
	return open
}

// doubt is the queue of the pairs of one agreement, the costliest first.
type doubt struct {
	pairs []int
	asked int
}

// doubtful adds pairs to those chosen until there are enough.
func (e *run) doubtful(open []cluster.Edge, chosen map[int]bool) {
	cost := make([]float64, len(open))
	byPattern := map[uint64]*doubt{}
	var doubts []*doubt
	for at, edge := range open {
		p := e.model.calibrated(float64(edge.Weight))
		cost[at] = min(p, (1-p)*e.options.Ask.Wrong)
		pattern := e.comparers[0].pattern(edge.Left, edge.Right)
		d := byPattern[pattern]
		if d == nil {
			d = new(doubt)
			byPattern[pattern] = d
			doubts = append(doubts, d)
		}
		d.pairs = append(d.pairs, at)
	}
	for _, d := range doubts {
		slices.SortStableFunc(d.pairs, func(a, b int) int { return cmp.Compare(cost[b], cost[a]) })
	}
	for pair := range e.judged {
		if d := byPattern[e.comparers[0].pattern(pair[0], pair[1])]; d != nil {
			d.asked++
		}
	}
	for len(chosen) < min(e.options.Ask.Count, len(open)) {
		var best *doubt
		most := -1.0
		for _, d := range doubts {
			for len(d.pairs) > 0 && chosen[d.pairs[0]] {
				d.pairs = d.pairs[1:]
			}
			if len(d.pairs) == 0 {
				continue
			}
			if value := cost[d.pairs[0]] / float64(1+d.asked); value > most {
				best, most = d, value
			}
		}
		chosen[best.pairs[0]] = true
		best.asked++
	}
}
