package mirror

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Count answers a query. Cells without a household are left out; the others come in order of area and key.
func (t *Table) Count(q Query) ([]Cell, error) {
	p, err := t.plan(q)
	if err != nil {
		return nil, err
	}
	return p.run(t.within(q)), nil
}

// within lists the parts of chunks that hold areas of the query.
func (t *Table) within(q Query) []part {
	var parts []part
	t.chunks(func(c *chunk) bool {
		for _, r := range q.In {
			if c.areas[0] > r.Hi || c.areas[len(c.areas)-1] < r.Lo {
				continue
			}
			if from, to := c.runs(r.Lo, r.Hi); from < to {
				parts = append(parts, part{c, from, to})
			}
		}
		return true
	})
	return parts
}

// part is some areas of a chunk.
type part struct {
	chunk    *chunk
	from, to int // runs
}

// alone is the number of parts up to which one goroutine is enough.
const alone = 2

// run scans the parts, on all processors where there are many.
func (p *plan) run(parts []part) []Cell {
	workers := min(runtime.GOMAXPROCS(0), len(parts))
	if len(parts) <= alone {
		workers = min(1, len(parts))
	}
	counters := make([]*counter, workers)
	for i := range counters {
		counters[i] = newCounter(p)
	}
	share(workers, len(parts), func(worker, n int) { counters[worker].scan(parts[n]) })
	return p.merge(counters)
}

// share gives tasks to workers; the last worker is the caller.
func share(workers, tasks int, do func(worker, task int)) {
	var next atomic.Int64
	var wait sync.WaitGroup
	work := func(worker int) {
		for n := int(next.Add(1)) - 1; n < tasks; n = int(next.Add(1)) - 1 {
			do(worker, n)
		}
	}
	for worker := range workers - 1 {
		wait.Go(func() { work(worker) })
	}
	if workers > 0 {
		work(workers - 1)
	}
	wait.Wait()
}

// tally is the count of a cell and, for each summed column, total and known.
type tally struct {
	count int64
	known int64 // of the first summed column
	total int64
}

// counter counts for one worker.
type counter struct {
	plan  *plan
	areas map[int64][]tally   // by area: a tally for each cell
	more  map[int64][][]tally // of further summed columns
	// scratch of a segment
	groups []uint32
	chosen []uint32
}

func newCounter(p *plan) *counter {
	return &counter{plan: p, areas: map[int64][]tally{}, more: map[int64][][]tally{}}
}

// scan counts a part, one stretch of rows of the same area group after the other.
func (k *counter) scan(p part) {
	c := p.chunk
	for run := p.from; run < p.to; {
		area := k.plan.areaOf(c.areas[run])
		first := c.starts[run]
		for run++; run < p.to && k.plan.areaOf(c.areas[run]) == area; run++ {
		}
		k.stretch(c, int(first), int(c.starts[run]), area)
	}
}

// cells are the tallies of an area group: those of the first summed column, and of the others.
func (k *counter) cells(area int64) ([]tally, [][]tally) {
	cells, ok := k.areas[area]
	if !ok {
		cells = make([]tally, k.plan.cells)
		k.areas[area] = cells
		if len(k.plan.sums) > 1 {
			others := make([][]tally, len(k.plan.sums)-1)
			for i := range others {
				others[i] = make([]tally, k.plan.cells)
			}
			k.more[area] = others
		}
	}
	return cells, k.more[area]
}

// stretch counts rows from a to before b of a chunk, all of one area group.
func (k *counter) stretch(c *chunk, a, b int, area int64) {
	rows := k.choose(c, a, b)
	if rows != nil && len(rows) == 0 {
		return
	}
	cells, others := k.cells(area)
	if k.plan.weight >= 0 {
		weighSums(k.number(c, a, b, rows), cells, others, c, k.plan, a, rows)
		return
	}
	if rows == nil && b-a >= shortStretch && len(k.plan.groups) == 1 && k.plan.groups[0].bands == nil && len(k.plan.sums) == 1 {
		if g, v := &c.vectors[k.plan.groups[0].column], &c.vectors[k.plan.sums[0]]; fused(cells, g, v, a, b) {
			return
		}
	}
	groups := k.number(c, a, b, rows)
	if len(k.plan.sums) == 0 {
		for _, g := range groups {
			cells[g].count++
		}
		return
	}
	sum(cells, groups, &c.vectors[k.plan.sums[0]], a, rows)
	for i, column := range k.plan.sums[1:] {
		sum(others[i], groups, &c.vectors[column], a, rows)
	}
}

// weighSums counts rows by cell and adds each summed column up, weighted.
func weighSums(groups []uint32, cells []tally, others [][]tally, c *chunk, p *plan, a int, rows []uint32) {
	weights := &c.vectors[p.weight]
	for j, g := range groups {
		row := a + j
		if rows != nil {
			row = int(rows[j])
		}
		cells[g].count++
		weight := weights.get(row)
		if weight == Unknown {
			continue
		}
		for i, column := range p.sums {
			value := c.vectors[column].get(row)
			if value == Unknown {
				continue
			}
			t := &cells[g]
			if i > 0 {
				t = &others[i-1][g]
			}
			t.known += weight
			t.total += value * weight
		}
	}
}

// shortStretch is the number of rows from which a pass of its own pays (see fused).
const shortStretch = 512

// number gives each row the number of its cell.
func (k *counter) number(c *chunk, a, b int, rows []uint32) []uint32 {
	n := b - a
	if rows != nil {
		n = len(rows)
	}
	k.groups = slices.Grow(k.groups[:0], n)[:n]
	clear(k.groups)
	for i := range k.plan.groups {
		g := &k.plan.groups[i]
		v := &c.vectors[g.column]
		if v.w8 != nil {
			var digits [256]uint32
			for stored := range digits {
				digits[stored] = uint32(g.digit(unsmall(int64(stored))) * g.stride)
			}
			addDigits(k.groups, &digits, v.w8, a, rows)
			continue
		}
		for j := range k.groups {
			row := a + j
			if rows != nil {
				row = int(rows[j])
			}
			k.groups[j] += uint32(g.digit(v.get(row)) * g.stride)
		}
	}
	return k.groups
}

func addDigits(groups []uint32, digits *[256]uint32, stored []uint8, a int, rows []uint32) {
	if rows == nil {
		for j, s := range stored[a : a+len(groups)] {
			groups[j] += digits[s]
		}
		return
	}
	for j, row := range rows {
		groups[j] += digits[stored[row]]
	}
}

// fused counts and sums in one pass where a code of one byte groups and no row is left out. It returns false for
// other widths.
func fused(cells []tally, g, v *vector, a, b int) bool {
	if g.w8 == nil {
		return false
	}
	var local [256]tally
	switch {
	case v.w32 != nil:
		fuse(&local, g.w8[a:b], v.w32[a:b], math.MinInt32, 0)
	case v.w64 != nil:
		fuse(&local, g.w8[a:b], v.w64[a:b], Unknown, 0)
	case v.w16 != nil:
		fuse(&local, g.w8[a:b], v.w16[a:b], 0, 1)
	default:
		fuse(&local, g.w8[a:b], v.w8[a:b], 0, 1)
	}
	last := len(cells) - 1 // unknown, stored as 0
	for n := range cells {
		from := &local[0]
		if n < last {
			from = &local[n+1]
		}
		cells[n].add(*from)
	}
	return true
}

func (t *tally) add(o tally) {
	t.count += o.count
	t.known += o.known
	t.total += o.total
}

// stored is a value as a vector holds it.
type stored interface {
	~uint8 | ~uint16 | ~int32 | ~int64
}

func fuse[V stored](cells *[256]tally, groups []uint8, values []V, unknown V, offset int64) {
	values = values[:len(groups)]
	for i, g := range groups {
		t := &cells[g]
		t.count++
		if v := values[i]; v != unknown {
			t.known++
			t.total += int64(v) - offset
		}
	}
}

// sum adds a column up by cell.
func sum(cells []tally, groups []uint32, v *vector, a int, rows []uint32) {
	switch {
	case v.w8 != nil:
		sumBy(cells, groups, v.w8, 0, 1, a, rows)
	case v.w16 != nil:
		sumBy(cells, groups, v.w16, 0, 1, a, rows)
	case v.w32 != nil:
		sumBy(cells, groups, v.w32, math.MinInt32, 0, a, rows)
	default:
		sumBy(cells, groups, v.w64, Unknown, 0, a, rows)
	}
}

func sumBy[V stored](cells []tally, groups []uint32, values []V, unknown V, offset int64, a int, rows []uint32) {
	for j, g := range groups {
		row := a + j
		if rows != nil {
			row = int(rows[j])
		}
		t := &cells[g]
		t.count++
		if v := values[row]; v != unknown {
			t.known++
			t.total += int64(v) - offset
		}
	}
}

// merge adds the workers' counters up and lists the cells.
func (p *plan) merge(counters []*counter) []Cell {
	type place struct {
		area int64
		cell int
	}
	found := map[place]*Cell{}
	for _, k := range counters {
		for area, cells := range k.areas {
			for n, t := range cells {
				if t.count == 0 {
					continue
				}
				at := place{area, n}
				cell := found[at]
				if cell == nil {
					cell = &Cell{Area: area, Key: p.key(n), Sums: make([]Sum, len(p.sums))}
					found[at] = cell
				}
				cell.Count += t.count
				for i := range p.sums {
					part := t
					if i > 0 {
						part = k.more[area][i-1][n]
					}
					cell.Sums[i].Total += part.total
					cell.Sums[i].Known += part.known
				}
			}
		}
	}
	list := make([]Cell, 0, len(found))
	for _, cell := range found {
		list = append(list, *cell)
	}
	slices.SortFunc(list, func(a, b Cell) int { return cmp.Or(cmp.Compare(a.Area, b.Area), slices.Compare(a.Key, b.Key)) })
	return list
}
