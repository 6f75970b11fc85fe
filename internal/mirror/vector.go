package mirror

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// vector holds one column of a chunk in as few bits a row as its values fit: 2, 4, 8, 16 or 32, or 64 where they are
// too far apart. Below 64 bits it stores 0 for unknown and else 1 + (value - base) / unit, so that areas in thousandths
// that are all whole and years that are all near each other take little. Exactly one slice is in use.
type vector struct {
	bits       uint8
	n          int
	base, unit int64
	small      []uint8 // several rows a byte, the first in its lowest bits
	w16        []uint16
	w32        []uint32
	w64        []int64
}

// newVector stores the values in the fewest bits.
func newVector(values []int64) vector {
	v := vector{n: len(values)}
	v.choose(values)
	switch v.bits {
	case 16:
		v.w16 = make([]uint16, v.n)
	case 32:
		v.w32 = make([]uint32, v.n)
	case 64:
		v.w64 = make([]int64, v.n)
	default:
		v.small = make([]uint8, (v.n*int(v.bits)+7)/8)
	}
	for i, value := range values {
		v.put(i, value)
	}
	return v
}

// choose finds bits, base and unit: 0 and 1 where others would not save anything.
func (v *vector) choose(values []int64) {
	least, most, known := int64(0), int64(0), false
	for _, value := range values {
		switch {
		case value == Unknown:
		case !known:
			least, most, known = value, value, true
		default:
			least, most = min(least, value), max(most, value)
		}
	}
	v.base, v.unit, v.bits = least, int64(divisor(values, least)), 64
	if width := bitsFor((uint64(most) - uint64(least)) / uint64(v.unit)); width < 64 {
		v.bits = width
	}
	if plain := bitsFor(uint64(most)); least >= 0 && plain <= v.bits {
		v.base, v.unit = 0, 1
	}
}

// bitsFor is how many bits hold the numbers up to most, and the unknown.
func bitsFor(most uint64) uint8 {
	switch need := bits.Len64(most + 1); {
	case most+1 == 0 || need > 32:
		return 64
	case need > 16:
		return 32
	case need > 8:
		return 16
	case need > 4:
		return 8
	case need > 2:
		return 4
	}
	return 2
}

// divisor is the largest number that divides the distances of all known values from the least; at least 1.
func divisor(values []int64, least int64) uint64 {
	of := uint64(0)
	for _, value := range values {
		if value == Unknown {
			continue
		}
		for rest := uint64(value) - uint64(least); rest != 0; {
			of, rest = rest, of%rest
		}
		if of == 1 {
			return 1
		}
	}
	if of > 1<<32 { // a distance that no column has
		return 1
	}
	return max(1, of)
}

// stored is what the vector stores for row i, below 64 bits.
func (v *vector) stored(i int) uint64 {
	switch v.bits {
	case 2:
		return uint64(v.small[i>>2] >> (i & 3 * 2) & 3)
	case 4:
		return uint64(v.small[i>>1] >> (i & 1 * 4) & 15)
	case 8:
		return uint64(v.small[i])
	case 16:
		return uint64(v.w16[i])
	}
	return uint64(v.w32[i])
}

// get is the value of row i.
func (v *vector) get(i int) int64 {
	if v.bits == 64 {
		return v.w64[i]
	}
	return v.value(v.stored(i))
}

// value is what a stored number stands for.
func (v *vector) value(stored uint64) int64 {
	if stored == 0 {
		return Unknown
	}
	return v.base + int64(stored-1)*v.unit
}

// code is the number to store for a value; false where it does not fit.
func (v *vector) code(value int64) (uint64, bool) {
	if value == Unknown {
		return 0, true
	}
	if value < v.base {
		return 0, false
	}
	distance := uint64(value) - uint64(v.base)
	code := distance / uint64(v.unit)
	return code + 1, code < 1<<v.bits-1 && code*uint64(v.unit) == distance
}

// put stores a value; false where it does not fit.
func (v *vector) put(i int, value int64) bool {
	if v.bits == 64 {
		v.w64[i] = value
		return true
	}
	code, fits := v.code(value)
	if !fits {
		return false
	}
	switch v.bits {
	case 16:
		v.w16[i] = uint16(code)
	case 32:
		v.w32[i] = uint32(code)
	default:
		each := 8 / int(v.bits)
		at, shift := i/each, i%each*int(v.bits)
		v.small[at] = v.small[at]&^((1<<v.bits-1)<<shift) | uint8(code<<shift)
	}
	return true
}

// values are those of all rows.
func (v *vector) values() []int64 {
	all := make([]int64, v.n)
	for i := range all {
		all[i] = v.get(i)
	}
	return all
}

// clone copies the vector for a change.
func (v vector) clone() vector {
	v.small, v.w16, v.w32, v.w64 = slices.Clone(v.small), slices.Clone(v.w16), slices.Clone(v.w32), slices.Clone(v.w64)
	return v
}

// bytes are what the vector stores for the rows from a to before b, of at most 8 bits, in scratch where they share bytes.
func (v *vector) bytes(a, b int, scratch *[chunkRows]uint8) []uint8 {
	if v.bits == 8 {
		return v.small[a:b]
	}
	each := 8 / int(v.bits)
	from := a / each
	packed, i := v.small[from:(b+each-1)/each], 0
	for ; i+int(v.bits) <= len(packed); i += int(v.bits) {
		eight := scratch[each*i : each*i+8]
		if v.bits == 2 {
			binary.LittleEndian.PutUint64(eight, spread2(uint64(binary.LittleEndian.Uint16(packed[i:]))))
		} else {
			binary.LittleEndian.PutUint64(eight, spread4(uint64(binary.LittleEndian.Uint32(packed[i:]))))
		}
	}
	for row := each * i; row < each*len(packed); row++ {
		scratch[row] = uint8(v.stored(each*from + row))
	}
	return scratch[a-each*from : b-each*from]
}

// spread2 and spread4 give each of eight rows, of 2 or 4 bits, a byte.
func spread2(rows uint64) uint64 {
	rows = (rows | rows<<24) & 0x000000ff000000ff
	rows = (rows | rows<<12) & 0x000f000f000f000f
	return (rows | rows<<6) & 0x0303030303030303
}

func spread4(rows uint64) uint64 {
	rows = (rows | rows<<16) & 0x0000ffff0000ffff
	rows = (rows | rows<<8) & 0x00ff00ff00ff00ff
	return (rows | rows<<4) & 0x0f0f0f0f0f0f0f0f
}

// plain says that the stored numbers are the values and 1, in bits of at most a byte.
func (v *vector) plain() bool { return v.bits <= 8 && v.base == 0 && v.unit == 1 }
