package mirror

import (
	"iter"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Count answers a query. Cells without a household are left out; the others come in order of area and key.
func (t *Table) Count(q Query) ([]Cell, error) {
	cells, err := t.Cells(q)
	if err != nil {
		return nil, err
	}
	var list []Cell
	for c := range cells.All() {
		list = append(list, Cell{Area: c.Area, Key: slices.Clone(cells.Keys[c.Of]), Count: c.Count, Weight: c.Weight, Sums: slices.Clone(c.Sums)})
	}
	return list, nil
}

// Cells are what Count answers, one cell after the other: a nation by county has a hundred thousand of them.
type Cells struct {
	// Keys are those that a cell may have, in order, whether or not one has.
	Keys  [][]int64
	plan  *plan
	areas map[int64][]int64
	order []int64 // of areas
}

// Filled is a cell with households, whose key is Keys[Of]. Its sums last until the next.
type Filled struct {
	Area          int64
	Of            int
	Count, Weight int64
	Sums          []Sum
}

// Cells answers a query.
func (t *Table) Cells(q Query) (*Cells, error) {
	p, err := t.plan(q)
	if err != nil {
		return nil, err
	}
	c := &Cells{Keys: make([][]int64, p.cells), plan: p, areas: merge(p.run(t.within(q)))}
	c.order = slices.Sorted(maps.Keys(c.areas))
	keys := make([]int64, p.cells*len(p.groups))
	for n := range p.cells {
		c.Keys[n], keys = keys[:len(p.groups):len(p.groups)], keys[len(p.groups):]
		p.key(n, c.Keys[n])
	}
	return c, nil
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
func (p *plan) run(parts []part) []*counter {
	workers := min(runtime.GOMAXPROCS(0), len(parts))
	if len(parts) <= alone {
		workers = min(1, len(parts))
	}
	counters := make([]*counter, workers)
	for i := range counters {
		counters[i] = newCounter(p)
	}
	share(workers, len(parts), func(worker, n int) { counters[worker].scan(parts[n]) })
	return counters
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

// counter counts for one worker.
type counter struct {
	plan *plan
	// areas are by area the tallies of each cell: households, their weight, and of each sum what is known and the total.
	areas map[int64][]int64
	// scratch of a part and of a stretch
	numbers    []uint32
	local      []packed
	one, other [chunkRows]uint8
	lanes      [chunkRows]uint8
	tallies    tallies
	joints     joints
}

func newCounter(p *plan) *counter {
	return &counter{plan: p, areas: map[int64][]int64{}, local: make([]packed, p.cells+1)}
}

// tallies is how many numbers are kept of a cell.
func (p *plan) tallies() int { return 2 + 2*len(p.sums) }

// count counts a part, one stretch of rows of the same area group after the other.
func (k *counter) count(p part) {
	c, first, last := p.chunk, int(p.chunk.starts[p.from]), int(p.chunk.starts[p.to])
	if k.plan.inLanes(c) {
		numbers := k.numberLanes(c, first, last)
		k.stretches(p, func(a, b int, cells []int64) { k.stretchLanes(c, a, b, numbers[a-first:b-first], cells) })
		return
	}
	numbers := k.number(c, first, last)
	k.stretches(p, func(a, b int, cells []int64) { k.stretch(c, a, b, numbers[a-first:b-first], cells) })
}

// stretches gives the rows from a to before b of each area group of a part to do, with the group's tallies.
func (k *counter) stretches(p part, do func(a, b int, cells []int64)) {
	c := p.chunk
	for run := p.from; run < p.to; {
		area, end := k.plan.areaOf(c.areas[run])
		a := int(c.starts[run])
		for run++; run < p.to && c.areas[run] < end; run++ {
		}
		do(a, int(c.starts[run]), k.cells(area))
	}
}

// cells are the tallies of an area group.
func (k *counter) cells(area int64) []int64 {
	cells, ok := k.areas[area]
	if !ok {
		cells = make([]int64, k.plan.cells*k.plan.tallies())
		k.areas[area] = cells
	}
	return cells
}

// stretch counts the rows from a to before b of a chunk into the tallies of their area group.
func (k *counter) stretch(c *chunk, a, b int, numbers []uint32, cells []int64) {
	weights := ones[a:b]
	if k.plan.weight >= 0 {
		v := &c.vectors[k.plan.weight]
		if v.base != 0 || v.unit != 1 || v.bits > 8 {
			k.slowly(c, a, numbers, cells)
			return
		}
		weights = v.bytes(a, b, &k.one)
	}
	if len(k.plan.sums) == 0 {
		pack(k.local, numbers, weights, weights)
		k.flush(numbers, cells, -1, nil)
	}
	for _, column := range k.plan.sums {
		if c.vectors[column].bits == 64 {
			k.slowly(c, a, numbers, cells)
			return
		}
	}
	for i, column := range k.plan.sums {
		v := &c.vectors[column]
		switch v.bits {
		case 16:
			pack(k.local, numbers, weights, v.w16[a:b])
		case 32:
			pack(k.local, numbers, weights, v.w32[a:b])
		default:
			pack(k.local, numbers, weights, v.bytes(a, b, &k.other))
		}
		k.flush(numbers, cells, i, v)
	}
}

// ones are weights, as a plain vector of a byte stores them, by which every household counts once.
var ones = slices.Repeat([]uint8{2}, chunkRows)

// packed is a cell's tally of a stretch: households in the lowest 16 bits, their weight in 24, the weight of those
// whose value is known in 24, and the stored numbers times the weights. A chunk has 2^14 rows, and a weight of one byte
// is below 2^8.
type packed struct {
	counts uint64
	stored uint64
}

const (
	weightBits = 16
	knownBits  = 40
)

// pack counts rows and adds a column up by cell, in one pass. The last of local takes what is not counted.
func pack[V uint8 | uint16 | uint32](local []packed, numbers []uint32, weights []uint8, values []V) {
	weights, values = weights[:len(numbers)], values[:len(numbers)]
	last := uint32(len(local) - 1)
	for i, n := range numbers {
		weight := uint64(weights[i])
		if weight > 0 {
			weight--
		}
		t := &local[min(n, last)]
		counts := 1 | weight<<weightBits
		if v := values[i]; v != 0 {
			counts |= weight << knownBits
			t.stored += uint64(v) * weight
		}
		t.counts += counts
	}
}

// flush moves the tallies of a stretch, of which these are the cells' numbers, to those of the area group; sum is
// which sum they are of, -1 for none, and v its vector.
func (k *counter) flush(numbers []uint32, cells []int64, sum int, v *vector) {
	if len(numbers) < k.plan.cells {
		for _, n := range numbers {
			k.move(int(min(n, uint32(k.plan.cells))), cells, sum, v)
		}
		return
	}
	for n := range k.local {
		k.move(n, cells, sum, v)
	}
}

// move moves the tally of a cell, once.
func (k *counter) move(n int, cells []int64, sum int, v *vector) {
	if n == k.plan.cells {
		k.local[n] = packed{} // not counted
		return
	}
	k.plan.move(&k.local[n], n, cells, sum, v)
}

// move moves a tally to those of its cell, once.
func (p *plan) move(t *packed, n int, cells []int64, sum int, v *vector) {
	if t.counts == 0 {
		return
	}
	cell := cells[n*p.tallies():]
	if sum <= 0 {
		cell[0] += int64(t.counts & (1<<weightBits - 1))
		cell[1] += int64(t.counts >> weightBits & (1<<(knownBits-weightBits) - 1))
	}
	if sum >= 0 {
		known := int64(t.counts >> knownBits)
		cell[2+2*sum] += known
		cell[3+2*sum] += v.unit*(int64(t.stored)-known) + v.base*known
	}
	*t = packed{}
}

// slowly counts a stretch in which some weight does not fit a byte or values are far apart.
func (k *counter) slowly(c *chunk, a int, numbers []uint32, cells []int64) {
	for i, n := range numbers {
		if int(n) >= k.plan.cells {
			continue
		}
		cell := cells[int(n)*k.plan.tallies():]
		cell[0]++
		weight := int64(1)
		if k.plan.weight >= 0 {
			if weight = c.vectors[k.plan.weight].get(a + i); weight == Unknown {
				continue
			}
		}
		cell[1] += weight
		for s, column := range k.plan.sums {
			if value := c.vectors[column].get(a + i); value != Unknown {
				cell[2+2*s] += weight
				cell[3+2*s] += value * weight
			}
		}
	}
}

// merge adds the workers' counters up.
func merge(counters []*counter) map[int64][]int64 {
	if len(counters) == 0 {
		return nil
	}
	areas := counters[0].areas
	for _, k := range counters[1:] {
		for area, cells := range k.areas {
			sum, ok := areas[area]
			if !ok {
				areas[area] = cells
				continue
			}
			for i, n := range cells {
				sum[i] += n
			}
		}
	}
	return areas
}

// Areas is how many areas have households.
func (c *Cells) Areas() int { return len(c.order) }

// All yields the cells that have households, in order of area and key.
func (c *Cells) All() iter.Seq[Filled] {
	return func(yield func(Filled) bool) {
		tallies := c.plan.tallies()
		one := Filled{Sums: make([]Sum, len(c.plan.sums))}
		for _, one.Area = range c.order {
			cells := c.areas[one.Area]
			for one.Of = range c.Keys {
				cell := cells[one.Of*tallies:][:tallies]
				if cell[0] == 0 {
					continue
				}
				one.Count, one.Weight = cell[0], cell[1]
				for i := range one.Sums {
					one.Sums[i] = Sum{Known: cell[2+2*i], Total: cell[3+2*i]}
				}
				if !yield(one) {
					return
				}
			}
		}
	}
}
