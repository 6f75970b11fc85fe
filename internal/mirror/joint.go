package mirror

// Most weights are of 4 bits: the members of households. A long stretch is then tallied by cell and weight at once, so
// that a row is added by one addition, and the weights count when the tallies are moved.

const (
	// jointBits are those of a weight.
	jointBits = 4
	// jointRow is a row in a joint tally: the stored numbers are below it, since a chunk has 2^14 rows of 32 bits.
	jointRow = 1 << 46
)

// joints are tallies by cell and stored weight, those of rows at even and at odd places apart, so that a row seldom
// waits for the one before it; unknown are the rows whose value is.
type joints struct {
	even, odd, unknown [(lanesOut + 1) << jointBits]uint64
}

// inJoints says whether a stretch of this many rows is tallied by cell and weight.
func (p *plan) inJoints(c *chunk, rows int) bool {
	return rows >= long && p.weight >= 0 && c.vectors[p.weight].bits == jointBits && len(p.sums) > 0
}

// stretchJoints is stretch by cell and weight.
func (k *counter) stretchJoints(c *chunk, a, b int, numbers []uint8, cells []int64) {
	weights := c.vectors[k.plan.weight].small
	for i, column := range k.plan.sums {
		switch v := &c.vectors[column]; v.bits {
		case 16:
			packJoints(&k.joints, numbers, weights, a, v.w16[a:b])
		case 32:
			packJoints(&k.joints, numbers, weights, a, v.w32[a:b])
		default:
			packJoints(&k.joints, numbers, weights, a, v.bytes(a, b, &k.other))
		}
		k.flushJoints(cells, i, &c.vectors[column])
	}
}

// packJoints tallies rows from a on, whose weights lie two to a byte.
func packJoints[V uint8 | uint16 | uint32](into *joints, numbers, weights []uint8, a int, values []V) {
	below := uint64(0) // its highest bit says that one before the first number was met: nothing is known of some row
	from := min(a&1, len(numbers))
	for i := range from {
		below |= uint64(values[i]) - 1
		into.even[slotOf(numbers, weights, a, i)] += uint64(values[i]) + jointRow
	}
	to := from + (len(numbers)-from)&^7
	n, v, w := numbers[from:to], values[from:to], weights[(a+from)>>1:(a+to)>>1]
	for i := 0; i+8 <= len(n); i += 8 {
		n, v, w := (*[8]uint8)(n[i:]), (*[8]V)(v[i:]), (*[4]uint8)(w[i>>1:])
		v0, v1, v2, v3, v4, v5, v6, v7 := uint64(v[0]), uint64(v[1]), uint64(v[2]), uint64(v[3]), uint64(v[4]), uint64(v[5]), uint64(v[6]), uint64(v[7])
		into.even[slot(n[0], w[0]&15)] += v0 + jointRow
		into.odd[slot(n[1], w[0]>>4)] += v1 + jointRow
		into.even[slot(n[2], w[1]&15)] += v2 + jointRow
		into.odd[slot(n[3], w[1]>>4)] += v3 + jointRow
		into.even[slot(n[4], w[2]&15)] += v4 + jointRow
		into.odd[slot(n[5], w[2]>>4)] += v5 + jointRow
		into.even[slot(n[6], w[3]&15)] += v6 + jointRow
		into.odd[slot(n[7], w[3]>>4)] += v7 + jointRow
		below |= (v0 - 1) | (v1 - 1) | (v2 - 1) | (v3 - 1) | (v4 - 1) | (v5 - 1) | (v6 - 1) | (v7 - 1)
	}
	for i := to; i < len(numbers); i++ {
		below |= uint64(values[i]) - 1
		into.even[slotOf(numbers, weights, a, i)] += uint64(values[i]) + jointRow
	}
	if below>>63 == 1 {
		lack(into, numbers, weights, a, values)
	}
}

// slot is where a cell and a weight, below 16, are tallied.
func slot(cell, weight uint8) uint { return uint(cell)<<jointBits | uint(weight) }

// slotOf is that of one of the rows from a on.
func slotOf(numbers, weights []uint8, a, i int) uint {
	return slot(numbers[i], weights[(a+i)>>1]>>(jointBits*((a+i)&1))&(1<<jointBits-1))
}

// lack tallies the rows of whose value nothing is known.
func lack[V uint8 | uint16 | uint32](into *joints, numbers, weights []uint8, a int, values []V) {
	for i, v := range values {
		if v == 0 {
			into.unknown[slotOf(numbers, weights, a, i)]++
		}
	}
}

// flushJoints moves the tallies to those of the area group; sum is which sum they are of and v its vector. Those of rows
// that are not counted stay, since nobody reads them.
func (k *counter) flushJoints(cells []int64, sum int, v *vector) {
	t := &k.joints
	for n := range k.plan.cells {
		cell := cells[n*k.plan.tallies():]
		for stored := range 1 << jointBits {
			at := slot(uint8(n), uint8(stored))
			even, odd := t.even[at], t.odd[at]
			if even|odd == 0 {
				continue
			}
			rows, weight := int64(even/jointRow+odd/jointRow), int64(max(stored, 1)-1)
			known := (rows - int64(t.unknown[at])) * weight
			total := int64(even%jointRow+odd%jointRow) * weight
			if sum == 0 {
				cell[0] += rows
				cell[1] += rows * weight
			}
			cell[2+2*sum] += known
			cell[3+2*sum] += v.unit*(total-known) + v.base*known
			t.even[at], t.odd[at], t.unknown[at] = 0, 0, 0
		}
	}
}
