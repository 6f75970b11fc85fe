package mirror

import (
	"math"
	"slices"
)

// vector holds one column of a chunk in the narrowest width that its values fit: small values from 0 as value+1 in
// one or two bytes with 0 for unknown, others signed in four or eight with the least number for unknown. Exactly one
// slice is in use.
type vector struct {
	w8  []uint8
	w16 []uint16
	w32 []int32
	w64 []int64
}

// newVector stores the values in the narrowest width.
func newVector(values []int64) vector {
	least, most := int64(0), int64(0)
	for _, v := range values {
		if v != Unknown {
			least, most = min(least, v), max(most, v)
		}
	}
	v := makeVector(widthFor(least, most), len(values))
	for i, value := range values {
		v.put(i, value)
	}
	return v
}

// widthFor is the number of bytes that values between least and most need.
func widthFor(least, most int64) int {
	switch {
	case least >= 0 && most < math.MaxUint8:
		return 1
	case least >= 0 && most < math.MaxUint16:
		return 2
	case least > math.MinInt32 && most <= math.MaxInt32:
		return 4
	}
	return 8
}

func makeVector(width, n int) vector {
	switch width {
	case 1:
		return vector{w8: make([]uint8, n)}
	case 2:
		return vector{w16: make([]uint16, n)}
	case 4:
		return vector{w32: make([]int32, n)}
	}
	return vector{w64: make([]int64, n)}
}

// width is the number of bytes of a value.
func (v *vector) width() int {
	switch {
	case v.w8 != nil:
		return 1
	case v.w16 != nil:
		return 2
	case v.w32 != nil:
		return 4
	}
	return 8
}

func (v *vector) len() int { return len(v.w8) + len(v.w16) + len(v.w32) + len(v.w64) }

// get is the value of row i.
func (v *vector) get(i int) int64 {
	switch {
	case v.w8 != nil:
		return unsmall(int64(v.w8[i]))
	case v.w16 != nil:
		return unsmall(int64(v.w16[i]))
	case v.w32 != nil:
		if v.w32[i] == math.MinInt32 {
			return Unknown
		}
		return int64(v.w32[i])
	}
	return v.w64[i]
}

func unsmall(stored int64) int64 {
	if stored == 0 {
		return Unknown
	}
	return stored - 1
}

// put stores a value that fits the width.
func (v *vector) put(i int, value int64) {
	switch {
	case v.w8 != nil:
		v.w8[i] = uint8(small(value))
	case v.w16 != nil:
		v.w16[i] = uint16(small(value))
	case v.w32 != nil:
		if value == Unknown {
			value = math.MinInt32
		}
		v.w32[i] = int32(value)
	default:
		v.w64[i] = value
	}
}

func small(value int64) int64 {
	if value == Unknown {
		return 0
	}
	return value + 1
}

// set stores any value, in a wider copy where it does not fit.
func (v *vector) set(i int, value int64) {
	if value != Unknown {
		if need := widthFor(min(value, 0), max(value, 0)); need > v.width() {
			v.widen(need)
		}
	}
	v.put(i, value)
}

func (v *vector) widen(width int) {
	wide := makeVector(width, v.len())
	for i := range v.len() {
		wide.put(i, v.get(i))
	}
	*v = wide
}

// clone copies the vector for a change.
func (v vector) clone() vector {
	return vector{slices.Clone(v.w8), slices.Clone(v.w16), slices.Clone(v.w32), slices.Clone(v.w64)}
}
