package mirror

import (
	"fmt"
	"math"
	"strings"
	"sync"
)

const (
	// mostKept is how many answers a chunk keeps, the latest.
	mostKept = 8
	// keptNumbers is how many numbers a kept answer has at most, a sixteenth of the chunk's rows.
	keptNumbers = chunkRows / 16
)

// kept is what a chunk has answered as a whole. Because a chunk never changes, neither do its answers: after a change of
// some households only their chunks are counted again.
type kept struct {
	mu      sync.Mutex
	answers [mostKept]answer
	next    int
}

// answer is the tallies by area group of a query's shape.
type answer struct {
	shape string
	areas map[int64][]int64
}

func (k *kept) find(shape string) (answer, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, a := range k.answers {
		if a.shape == shape {
			return a, true
		}
	}
	return answer{}, false
}

func (k *kept) keep(a answer) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.answers[k.next] = a
	k.next = (k.next + 1) % mostKept
}

// shape says in words what a plan asks of a chunk, whatever the areas; plans of one shape have the same cells.
func (p *plan) shapeOf(q Query) string {
	var b strings.Builder
	fmt.Fprint(&b, p.cells, q.ByArea, p.sums, p.weight, q.By)
	for _, c := range q.Where {
		fmt.Fprint(&b, "|", c.Column, c.In == nil, c.In, c.Any, bound(c.Lo), bound(c.Hi))
	}
	return b.String()
}

func bound(n *int64) string {
	if n == nil {
		return "-"
	}
	return fmt.Sprint(*n)
}

// keeps says whether the answer for a whole chunk is small enough to be kept.
func (p *plan) keeps(of part) bool {
	if of.from > 0 || of.to < len(of.chunk.areas) {
		return false
	}
	areas, most := of.chunk.areas, keptNumbers/(p.cells*p.tallies())
	if p.query.ByArea == 0 || int(areas[len(areas)-1]/p.query.ByArea-areas[0]/p.query.ByArea) < most {
		return most > 0
	}
	groups, end := 0, int64(math.MinInt64)
	for _, area := range areas { // rising
		if area >= end {
			groups++
			_, end = p.areaOf(area)
		}
	}
	return groups <= most
}

// scan counts a part, or adds what its chunk has answered before.
func (k *counter) scan(p part) {
	if !k.plan.keeps(p) {
		k.count(p)
		return
	}
	known, ok := p.chunk.kept.find(k.plan.shape)
	if !ok {
		all := k.areas
		k.areas = map[int64][]int64{}
		k.count(p)
		known = answer{k.plan.shape, k.areas}
		k.areas = all
		p.chunk.kept.keep(known)
	}
	for area, cells := range known.areas {
		sum := k.cells(area)
		for i, n := range cells {
			sum[i] += n
		}
	}
}
