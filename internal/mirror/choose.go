package mirror

import (
	"math"
	"slices"
)

// choose returns the rows from a to before b that are in their place and meet the conditions; nil for all.
func (k *counter) choose(c *chunk, a, b int) []uint32 {
	where := k.plan.where
	if len(where) == 0 && c.gone == nil {
		return nil
	}
	rows := slices.Grow(k.chosen[:0], b-a)[:b-a]
	k.chosen = rows
	if c.gone == nil {
		rows = where[0].first(&c.vectors[where[0].column], a, b, rows)
		where = where[1:]
	} else {
		rows = rows[:0]
		for i := a; i < b; i++ {
			if c.alive(i) {
				rows = append(rows, uint32(i))
			}
		}
	}
	for i := range where {
		rows = where[i].keep(&c.vectors[where[i].column], rows)
	}
	return rows
}

// first puts the rows from a to before b whose value meets the condition into rows, which has room for all.
func (f *filter) first(v *vector, a, b int, rows []uint32) []uint32 {
	if v.w8 == nil && f.In == nil && f.Any == 0 {
		lo, hi := f.stored(v.width())
		switch v.width() {
		case 2:
			return between(v.w16[a:b], a, lo, hi, rows)
		case 4:
			return between(v.w32[a:b], a, lo, hi, rows)
		default:
			return between(v.w64[a:b], a, lo, hi, rows)
		}
	}
	if v.w8 != nil {
		holds := f.table()
		n := 0
		for i, stored := range v.w8[a:b] {
			rows[n] = uint32(a + i)
			if holds[stored] {
				n++
			}
		}
		return rows[:n]
	}
	n := 0
	for i := a; i < b; i++ {
		rows[n] = uint32(i)
		if f.holds(v.get(i)) {
			n++
		}
	}
	return rows[:n]
}

// between is first for a range of stored values.
func between[V stored](values []V, a int, lo, hi int64, rows []uint32) []uint32 {
	n := 0
	for i, v := range values {
		rows[n] = uint32(a + i)
		if lo <= int64(v) && int64(v) <= hi {
			n++
		}
	}
	return rows[:n]
}

// stored are the bounds of the condition as a vector of a width holds values; they leave the unknown out.
func (f *filter) stored(width int) (lo, hi int64) {
	lo, hi = math.MinInt64+1, math.MaxInt64
	if f.Lo != nil {
		lo = max(lo, *f.Lo)
	}
	if f.Hi != nil {
		hi = *f.Hi
	}
	switch width {
	case 1, 2:
		return max(lo, 0) + 1, min(hi, math.MaxInt64-1) + 1
	case 4:
		return max(lo, math.MinInt32+1), hi
	}
	return lo, hi
}

// table says for each value of one byte whether it meets the condition.
func (f *filter) table() *[256]bool {
	var holds [256]bool
	for stored := range holds {
		holds[stored] = f.holds(unsmall(int64(stored)))
	}
	return &holds
}

// keep returns the rows whose value meets the condition, in place.
func (f *filter) keep(v *vector, rows []uint32) []uint32 {
	n := 0
	if v.w8 != nil {
		holds := f.table()
		for _, i := range rows {
			rows[n] = i
			if holds[v.w8[i]] {
				n++
			}
		}
		return rows[:n]
	}
	for _, i := range rows {
		rows[n] = i
		if f.holds(v.get(int(i))) {
			n++
		}
	}
	return rows[:n]
}
