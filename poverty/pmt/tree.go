package pmt

import "math"

// cell is one bin of a histogram: the sums of weighted residuals and of weights.
type cell struct{ g, h float64 }

// builder grows one tree level by level. Of two sibling nodes only the smaller one's histogram is counted, the other
// is the difference to their parent's.
type builder struct {
	*grower
	columns []int   // features of this tree
	offset  []int   // of each feature's histogram
	size    int     // cells of one node's histogram
	rows    []int32 // sampled rows, those of a node together
	scratch []int32 // for partitioning
	part    []cell  // residual and weight of each row of rows
	nodes   []Node
	codes   []uint8 // bin at and below which a node's rows go left
	from    []int   // rows of node k are rows[from[k]:to[k]]
	to      []int
	sum     []cell    // of a node's rows
	low     []float64 // bounds of a node's value under monotone constraints
	high    []float64
	hist    [][]cell
}

// newBuilder prepares the root.
func newBuilder(g *grower, rows []int32, columns []int) *builder {
	count := 1<<(g.o.Depth+1) - 1
	b := &builder{grower: g, columns: columns, rows: rows,
		scratch: make([]int32, len(rows)), part: make([]cell, len(rows)),
		nodes: make([]Node, count), codes: make([]uint8, count), from: make([]int, count), to: make([]int, count),
		sum: make([]cell, count), low: make([]float64, count), high: make([]float64, count), hist: make([][]cell, count)}
	b.offset = make([]int, len(columns))
	for k, j := range columns {
		b.offset[k] = b.size
		b.size += g.features[j].bins + 1
	}
	for k, i := range rows {
		w := 1.0
		if g.weight != nil {
			w = g.weight[i]
		}
		b.part[k] = cell{w * (g.target[i] - g.prediction[i]), w}
		b.sum[0].g += b.part[k].g
		b.sum[0].h += w
	}
	b.to[0], b.low[0], b.high[0] = len(rows), math.Inf(-1), math.Inf(1)
	for k := range b.nodes {
		b.nodes[k].Feature = -1
	}
	return b
}

func (b *builder) build() Tree {
	b.count(0)
	level := []int{0}
	for depth := 0; depth < b.o.Depth && len(level) > 0; depth++ {
		var next []int
		for _, k := range level {
			if !b.split(k) {
				continue
			}
			left, right := 2*k+1, 2*k+2
			if depth+1 < b.o.Depth {
				b.histograms(k, left, right)
			}
			next = append(next, left, right)
			b.hist[k] = nil
		}
		level = next
	}
	for k := range b.nodes {
		if b.nodes[k].Feature < 0 && b.to[k] > b.from[k] {
			b.nodes[k].Value = b.o.Shrinkage * b.value(k, b.sum[k])
		}
	}
	return Tree{Nodes: trimmed(b.nodes)}
}

// trimmed drops the empty end of a heap.
func trimmed(nodes []Node) []Node {
	last := 0
	for k := range nodes {
		if nodes[k].Feature >= 0 {
			last = 2*k + 2
		}
	}
	return nodes[:last+1]
}

// histograms counts the smaller child and subtracts it from the parent.
func (b *builder) histograms(parent, left, right int) {
	small, large := left, right
	if b.to[right]-b.from[right] < b.to[left]-b.from[left] {
		small, large = right, left
	}
	b.count(small)
	b.hist[large] = b.hist[parent]
	for i, c := range b.hist[small] {
		b.hist[large][i].g -= c.g
		b.hist[large][i].h -= c.h
	}
}

// count adds up the histogram of node k over its rows.
func (b *builder) count(k int) {
	hist := make([]cell, b.size)
	rows, part := b.rows[b.from[k]:b.to[k]], b.part[b.from[k]:b.to[k]]
	b.team.do(len(b.columns), func(c int) {
		feature := &b.features[b.columns[c]]
		own := hist[b.offset[c] : b.offset[c]+feature.bins+1]
		add(own, feature.codes, rows, part)
	})
	b.hist[k] = hist
}

// add counts rows into a feature's histogram; its last cell is that of unknown values. Even and odd rows go to two
// tables, so that one sum need not wait for the other.
func add(own []cell, codes []uint8, rows []int32, part []cell) {
	var even, odd [256]cell
	k := 0
	for ; k+1 < len(rows); k += 2 {
		c, d := codes[rows[k]], codes[rows[k+1]]
		even[c].g += part[k].g
		even[c].h += part[k].h
		odd[d].g += part[k+1].g
		odd[d].h += part[k+1].h
	}
	if k < len(rows) {
		c := codes[rows[k]]
		even[c].g += part[k].g
		even[c].h += part[k].h
	}
	last := len(own) - 1
	for c := range last {
		own[c] = cell{even[c].g + odd[c].g, even[c].h + odd[c].h}
	}
	own[last] = cell{even[unknown].g + odd[unknown].g, even[unknown].h + odd[unknown].h}
}

// candidate is a possible split.
type candidate struct {
	gain        float64
	column      int
	code        uint8
	unknownLeft bool
	left        cell
}

// split chooses the best split of node k and parts its rows; false if none is worth it.
func (b *builder) split(k int) bool {
	best := make([]candidate, len(b.columns))
	b.team.do(len(b.columns), func(c int) { best[c] = b.best(k, c) })
	var chosen candidate
	for _, c := range best {
		if c.gain > chosen.gain {
			chosen = c
		}
	}
	if chosen.gain <= 1e-12 {
		return false
	}
	feature := b.columns[chosen.column]
	b.nodes[k] = Node{Feature: feature, Threshold: b.features[feature].edges[chosen.code], UnknownLeft: chosen.unknownLeft, Gain: chosen.gain}
	b.codes[k] = chosen.code
	left, right := 2*k+1, 2*k+2
	b.sum[left] = chosen.left
	b.sum[right] = cell{b.sum[k].g - chosen.left.g, b.sum[k].h - chosen.left.h}
	b.bound(k, left, right, b.monotone[feature])
	middle := b.partition(k, b.features[feature].codes, chosen)
	b.from[left], b.to[left], b.from[right], b.to[right] = b.from[k], middle, middle, b.to[k]
	return true
}

// best is the best split of node k on one feature of the tree.
func (b *builder) best(k, c int) candidate {
	feature := b.columns[c]
	bins := b.features[feature].bins
	own := b.hist[k][b.offset[c] : b.offset[c]+bins+1]
	missing, whole := own[bins], b.sum[k]
	base := b.loss(k, whole)
	best := candidate{column: c}
	var below cell
	for code := 0; code < bins-1; code++ {
		below.g += own[code].g
		below.h += own[code].h
		for _, unknownLeft := range [2]bool{false, true} {
			left := below
			if unknownLeft {
				if missing.h == 0 {
					break
				}
				left.g += missing.g
				left.h += missing.h
			}
			right := cell{whole.g - left.g, whole.h - left.h}
			if left.h < b.o.MinChild || right.h < b.o.MinChild || !b.allowed(k, left, right, b.monotone[feature]) {
				continue
			}
			if gain := base - b.loss(k, left) - b.loss(k, right); gain > best.gain {
				best = candidate{gain, c, uint8(code), unknownLeft, left}
			}
		}
	}
	return best
}

// value is the penalised mean residual of a leaf, inside the bounds of node k.
func (b *builder) value(k int, s cell) float64 {
	return math.Max(b.low[k], math.Min(b.high[k], s.g/(s.h+b.o.L2)))
}

// loss is half the penalised squared error that a leaf of these sums leaves, up to a constant.
func (b *builder) loss(k int, s cell) float64 {
	v := s.g / (s.h + b.o.L2)
	if v < b.low[k] || v > b.high[k] {
		v = math.Max(b.low[k], math.Min(b.high[k], v))
	}
	return v*v*(s.h+b.o.L2)/2 - v*s.g
}

func (b *builder) allowed(k int, left, right cell, monotone int) bool {
	if monotone == 0 {
		return true
	}
	l, r := b.value(k, left), b.value(k, right)
	return monotone > 0 && l <= r || monotone < 0 && l >= r
}

// bound passes the bounds of node k on to its children; under a constraint their middle separates them.
func (b *builder) bound(k, left, right, monotone int) {
	b.low[left], b.high[left] = b.low[k], b.high[k]
	b.low[right], b.high[right] = b.low[k], b.high[k]
	middle := (b.value(k, b.sum[left]) + b.value(k, b.sum[right])) / 2
	switch {
	case monotone > 0:
		b.high[left], b.low[right] = middle, middle
	case monotone < 0:
		b.low[left], b.high[right] = middle, middle
	}
}

// partition moves the rows of node k that go left before the others, keeping their order.
func (b *builder) partition(k int, codes []uint8, s candidate) int {
	from, to := b.from[k], b.to[k]
	middle, held := from, 0
	kept := make([]cell, 0, to-from)
	for r := from; r < to; r++ {
		code := codes[b.rows[r]]
		if code <= s.code && code != unknown || code == unknown && s.unknownLeft {
			b.rows[middle], b.part[middle] = b.rows[r], b.part[r]
			middle++
			continue
		}
		b.scratch[held] = b.rows[r]
		kept = append(kept, b.part[r])
		held++
	}
	copy(b.rows[middle:to], b.scratch[:held])
	copy(b.part[middle:to], kept)
	return middle
}
