package mirror

import "slices"

// digits says what a column's value adds to the number of a row's cell: the digit of a group column, or out where a
// condition does not hold.
type digits struct {
	column int
	of     func(value int64) uint32
	plain  [256]uint32 // of the numbers that a plain vector stores
	bands  *grouping   // of numbers; nil for others

	condition bool
	spread    [3]*lanes // of plain vectors of 2, 4 and 8 bits
}

// out is added to the cell's number of a row that is not counted; with it the number is above that of any cell.
const out = 1 << 20

func newDigits(column int, of func(value int64) uint32) *digits {
	d := &digits{column: column, of: of, plain: [256]uint32{of(Unknown)}}
	for value := range int64(255) {
		d.plain[value+1] = of(value)
	}
	d.spreadPlain()
	return d
}

// ofCondition are the digits of a condition.
func ofCondition(column int, c Condition) *digits {
	d := newDigits(column, func(value int64) uint32 {
		if c.holds(value) {
			return 0
		}
		return out
	})
	d.condition = true
	return d
}

// listed are the digits by what a vector of at most 8 bits stores.
func (d *digits) listed(v *vector) *[256]uint32 {
	if v.plain() {
		return &d.plain
	}
	var list [256]uint32
	for stored := range 1 << v.bits {
		list[stored] = d.of(v.value(uint64(stored)))
	}
	return &list
}

// number gives each of the rows from a to before b the number of its cell; rows that are not counted get a number above
// all cells. Two columns of few bits are read in one pass.
func (k *counter) number(c *chunk, a, b int) []uint32 {
	k.numbers = slices.Grow(k.numbers[:0], b-a)[:b-a]
	clear(k.numbers)
	var before []uint8
	var list *[256]uint32
	for _, d := range k.plan.digits {
		switch v := &c.vectors[d.column]; {
		case v.bits == 16 && d.bands != nil:
			addBands(k.numbers, v.w16[a:b], d.bands.starts(v), uint32(d.bands.stride))
		case v.bits == 32 && d.bands != nil:
			addBands(k.numbers, v.w32[a:b], d.bands.starts(v), uint32(d.bands.stride))
		case v.bits > 8:
			for i := range k.numbers {
				k.numbers[i] += d.of(v.get(a + i))
			}
		case before == nil:
			before, list = v.bytes(a, b, &k.one), d.listed(v)
		default:
			addTwo(k.numbers, before, v.bytes(a, b, &k.other), list, d.listed(v))
			before = nil
		}
	}
	for i, stored := range before { // one byte wide column was left without another to go with
		k.numbers[i] += list[stored]
	}
	if c.gone != nil {
		for i := a; i < b; i++ {
			if !c.alive(i) {
				k.numbers[i-a] += out
			}
		}
	}
	return k.numbers
}

func addTwo(numbers []uint32, one, other []uint8, digits, others *[256]uint32) {
	one, other = one[:len(numbers)], other[:len(numbers)]
	for i := range numbers {
		numbers[i] += digits[one[i]] + others[other[i]]
	}
}

// starts are the least numbers that a vector stores for values of each band, the first for any value that is known.
func (g *grouping) starts(v *vector) []uint64 {
	starts := []uint64{1}
	for _, band := range g.bands {
		start := uint64(1)
		if band > v.base {
			start += (uint64(band) - uint64(v.base) + uint64(v.unit) - 1) / uint64(v.unit)
		}
		starts = append(starts, start)
	}
	return starts
}

// fewBands is up to how many bands a value is held against each one's start; among more its own is searched.
const fewBands = 8

// addBands adds the digits of bands that begin at these stored numbers.
func addBands[N uint8 | uint32, V uint16 | uint32](numbers []N, values []V, starts []uint64, stride N) {
	numbers = numbers[:len(values)]
	if len(starts) > fewBands {
		for i, v := range values {
			numbers[i] += N(started(starts, uint64(v))) * stride
		}
		return
	}
	for _, start := range starts {
		for i, v := range values {
			if uint64(v) >= start {
				numbers[i] += stride
			}
		}
	}
}

// started is how many of the rising starts a value has reached. Most values are beyond all starts but the first, or
// before them, where bands part a small stretch.
func started(starts []uint64, value uint64) int {
	if value >= starts[len(starts)-1] {
		return len(starts)
	}
	reached, n := 0, len(starts)-1
	if value < starts[1] {
		n = 1
	}
	for n > 0 {
		half := (n + 1) / 2
		if starts[reached+half-1] <= value {
			reached += half
			n -= half
		} else {
			n = half - 1
		}
	}
	return reached
}
