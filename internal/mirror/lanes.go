package mirror

import "encoding/binary"

// Most questions have few cells and ask for columns of few bits. Then a cell's number fits a byte, and the numbers of
// four rows are found at once: a table tells for each byte of a column what the rows in it add, a byte each.

const (
	// lanesOut is the number of a row that is not counted, above that of any cell.
	lanesOut = 255
	// long is from how many rows on a stretch is counted in four tallies at once, so that a row need not wait for the
	// one before it to be added to the same cell.
	long = 512
)

// lanes are what the bytes of a column add to the numbers of the rows in them: of columns of 2 bits to four rows, of 4
// bits to two (the lower half), else to one (the lowest byte).
type lanes [256]uint32

// spreadLanes tells by what a vector of some bits stores what its bytes add.
func spreadLanes(stored *[256]uint8, bits uint8) *lanes {
	l := &lanes{}
	for b := range l {
		for i, at := 0, b; i < 8/int(bits); i++ {
			l[b] |= uint32(stored[at&(1<<bits-1)]) << (8 * i)
			at >>= bits
		}
	}
	return l
}

// lanes are those of a vector of at most 8 bits.
func (d *digits) lanes(v *vector) *lanes {
	at := v.bits >> 2 // 0, 1, 2 for 2, 4, 8
	if v.plain() {
		return d.spread[at]
	}
	return d.makeLanes(v)
}

func (d *digits) makeLanes(v *vector) *lanes {
	var stored [256]uint8
	for i, digit := range d.listed(v) {
		stored[i] = uint8(min(digit, lanesOut))
	}
	return spreadLanes(&stored, v.bits)
}

// spreadPlain prepares the lanes of plain vectors, which most are.
func (d *digits) spreadPlain() {
	for _, bits := range []uint8{2, 4, 8} {
		d.spread[bits>>2] = d.makeLanes(&vector{bits: bits, unit: 1})
	}
}

// inLanes says whether the numbers of a chunk's rows fit a byte and its columns lanes.
func (p *plan) inLanes(c *chunk) bool {
	if p.cells >= lanesOut {
		return false
	}
	for _, d := range p.digits {
		if v := &c.vectors[d.column]; v.bits > 8 && (d.bands == nil || v.bits == 64) {
			return false
		}
	}
	if p.weight >= 0 && !c.vectors[p.weight].plain() {
		return false
	}
	for _, column := range p.sums {
		if c.vectors[column].bits == 64 {
			return false
		}
	}
	return true
}

// numberLanes gives each of the rows from a to before b the number of its cell, or lanesOut.
func (k *counter) numberLanes(c *chunk, a, b int) []uint8 {
	from := a &^ 3
	numbers := k.lanes[:(b+3)&^3-from]
	clear(numbers)
	for _, condition := range []bool{false, true} { // what a condition leaves out stays out
		for _, d := range k.plan.digits {
			if d.condition != condition {
				continue
			}
			switch v := &c.vectors[d.column]; v.bits {
			case 16:
				addBands(numbers[a-from:], v.w16[a:b], d.bands.starts(v), uint8(d.bands.stride))
			case 32:
				addBands(numbers[a-from:], v.w32[a:b], d.bands.starts(v), uint8(d.bands.stride))
			default:
				d.lanes(v).join(numbers, v, from, condition)
			}
		}
	}
	if c.gone != nil {
		for i := a; i < b; i++ {
			if !c.alive(i) {
				numbers[i-from] = lanesOut
			}
		}
	}
	return numbers[a-from : b-from]
}

// join adds what the vector's rows, from a multiple of four on, say to the numbers, eight at a time. What a condition
// says is all ones or nothing and is put over them.
func (l *lanes) join(numbers []uint8, v *vector, from int, condition bool) {
	order, over := binary.LittleEndian, uint64(0)
	if condition {
		over = 1<<64 - 1
	}
	each := 8 / int(v.bits)
	bytes := v.small[from/each : min(len(v.small), (from+len(numbers))/each)]
	i := 0
	switch v.bits {
	case 2:
		for ; i+2 <= len(bytes); i += 2 {
			two, eight := bytes[i:i+2:i+2], numbers[4*i:4*i+8]
			adds := uint64(l[two[0]]) | uint64(l[two[1]])<<32
			has := order.Uint64(eight)
			order.PutUint64(eight, has+adds&^(has&over))
		}
	case 4:
		for ; i+4 <= len(bytes); i += 4 {
			four, eight := bytes[i:i+4:i+4], numbers[2*i:2*i+8]
			adds := uint64(l[four[0]]) | uint64(l[four[1]])<<16 | uint64(l[four[2]])<<32 | uint64(l[four[3]])<<48
			has := order.Uint64(eight)
			order.PutUint64(eight, has+adds&^(has&over))
		}
	default:
		for ; i < len(bytes); i++ {
			has := numbers[i]
			numbers[i] = has + uint8(l[bytes[i]])&^(has&uint8(over))
		}
	}
	for ; i < len(bytes); i++ {
		adds := l[bytes[i]]
		for row := range each {
			has := numbers[each*i+row]
			numbers[each*i+row] = has + uint8(adds>>(8*row))&^(has&uint8(over))
		}
	}
}

// stretchLanes is stretch by lanes.
func (k *counter) stretchLanes(c *chunk, a, b int, numbers []uint8, cells []int64) {
	if k.plan.inJoints(c, b-a) {
		k.stretchJoints(c, a, b, numbers, cells)
		return
	}
	weights := ones[a:b]
	if k.plan.weight >= 0 {
		weights = c.vectors[k.plan.weight].bytes(a, b, &k.one)
	}
	if len(k.plan.sums) == 0 {
		packLanes(&k.tallies, numbers, weights, weights)
		k.flushLanes(numbers, cells, -1, nil)
	}
	for i, column := range k.plan.sums {
		switch v := &c.vectors[column]; v.bits {
		case 16:
			packLanes(&k.tallies, numbers, weights, v.w16[a:b])
		case 32:
			packLanes(&k.tallies, numbers, weights, v.w32[a:b])
		default:
			packLanes(&k.tallies, numbers, weights, v.bytes(a, b, &k.other))
		}
		k.flushLanes(numbers, cells, i, &c.vectors[column])
	}
}

// tallies are four of each cell.
type tallies [4][lanesOut + 1]packed

// packLanes is pack by lanes.
func packLanes[V uint8 | uint16 | uint32](into *tallies, numbers, weights []uint8, values []V) {
	weights, values = weights[:len(numbers)], values[:len(numbers)]
	i := 0
	if len(numbers) >= long {
		for ; i+4 <= len(numbers); i += 4 {
			n, w, v := numbers[i:i+4:i+4], weights[i:i+4:i+4], values[i:i+4:i+4]
			into[0][n[0]].add(w[0], uint64(v[0]))
			into[1][n[1]].add(w[1], uint64(v[1]))
			into[2][n[2]].add(w[2], uint64(v[2]))
			into[3][n[3]].add(w[3], uint64(v[3]))
		}
	}
	for ; i < len(numbers); i++ {
		into[0][numbers[i]].add(weights[i], uint64(values[i]))
	}
}

// add counts a row of a stored weight and value.
func (t *packed) add(stored uint8, value uint64) {
	w := &weighed[stored]
	counts := w.counts
	if value == 0 {
		counts &= 1<<knownBits - 1
	}
	t.counts += counts
	t.stored += value * w.stored
}

// weighed is the tally of one row, of known value 1, for each weight that a plain vector stores; one whose weight is
// unknown counts for nobody.
var weighed [256]packed

func init() {
	for stored := range uint64(256) {
		weight := max(stored, 1) - 1
		weighed[stored] = packed{1 | weight<<weightBits | weight<<knownBits, weight}
	}
}

// flushLanes is flush of the four tallies.
func (k *counter) flushLanes(numbers []uint8, cells []int64, sum int, v *vector) {
	if len(numbers) >= long {
		for n := range k.plan.cells {
			for lane := range k.tallies {
				k.plan.move(&k.tallies[lane][n], n, cells, sum, v)
			}
		}
		for lane := range k.tallies {
			k.tallies[lane][lanesOut] = packed{}
		}
		return
	}
	for _, n := range numbers {
		if n != lanesOut {
			k.plan.move(&k.tallies[0][n], int(n), cells, sum, v)
		}
	}
	k.tallies[0][lanesOut] = packed{}
}
