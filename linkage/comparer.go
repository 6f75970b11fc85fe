package linkage

import "rightkey/linkage/similar"

// comparer compares rows field by field; each worker has its own, since it remembers what it compared.
type comparer struct {
	records        *Records
	caches         [][]cached
	given, surname int    // fields that may be swapped, -1 for none
	contextual     []bool // fields that all members of a household share
	whole          []bool // fields that only repeat the given name and surname
}

// cached is the level of a pair of values, in a table in which a newer pair takes the place of an older one.
type cached struct {
	pair  uint64
	level uint8
}

const cacheBits = 14

func newComparer(r *Records) *comparer {
	c := &comparer{records: r, given: -1, surname: -1}
	for f, column := range r.columns {
		kind := column.field.Kind
		switch {
		case kind == Given && c.given < 0:
			c.given = f
		case kind == Surname && c.surname < 0:
			c.surname = f
		}
		c.contextual = append(c.contextual, kind == Surname || kind == Place || kind == Phone || kind == Address || kind == Code)
		c.caches = append(c.caches, make([]cached, 1<<cacheBits))
	}
	if c.given < 0 || c.surname < 0 {
		c.given, c.surname = -1, -1
	}
	c.whole = r.wholeNames(c.given, c.surname)
	return c
}

// pattern returns the levels of agreement of two rows, four bits per field with the first field lowest. Within one
// household what its members share (place, telephone, surname) says nothing and counts as missing.
func (c *comparer) pattern(i, j uint32) uint64 {
	a, b := c.records.row(int(i)), c.records.row(int(j))
	together := c.records.sameGroup(i, j)
	var pattern uint64
	for f := range a {
		level := uint8(missing)
		if !together || !c.contextual[f] {
			level = c.level(f, a[f], b[f])
		}
		pattern |= uint64(level) << (4 * f)
	}
	if c.given < 0 {
		return pattern
	}
	if c.crossed(a, b) {
		pattern &^= 15<<(4*c.given) | 15<<(4*c.surname)
		pattern |= swapped<<(4*c.given) | missing<<(4*c.surname)
	}
	if levelOf(pattern, c.given) != missing || levelOf(pattern, c.surname) != missing {
		for f, whole := range c.whole {
			if whole {
				pattern |= missing << (4 * f)
			}
		}
	}
	return pattern
}

// level compares two values of a field.
func (c *comparer) level(f int, a, b uint32) uint8 {
	if a == 0 || b == 0 {
		return missing
	}
	if a == b {
		return same
	}
	if a > b {
		a, b = b, a
	}
	pair := uint64(a)<<32 | uint64(b)
	slot := &c.caches[f][pair*0x9E3779B97F4A7C15>>(64-cacheBits)]
	if slot.pair != pair {
		column := c.records.columns[f]
		slot.pair = pair
		if column.variants[pair] {
			slot.level = column.field.Kind.variant()
			return slot.level
		}
		slot.level = column.compare(a, b)
	}
	return slot.level
}

// compare compares two different values.
func (c *column) compare(a, b uint32) uint8 {
	if c.sounds != nil && c.sounds[a] == c.sounds[b] {
		return c.field.Kind.variant() + 1
	}
	return comparers[c.field.Kind](c.values.value(a), c.values.value(b))
}

// crossed says whether given name and surname of two rows stand in each other's place.
func (c *comparer) crossed(a, b []uint32) bool {
	g, s := c.given, c.surname
	if a[g] == b[g] && a[g] != 0 || a[s] == b[s] && a[s] != 0 {
		return false
	}
	given, surname := c.records.columns[g].values, c.records.columns[s].values
	return crossedNames(given.value(a[g]), surname.value(a[s]), given.value(b[g]), surname.value(b[s]))
}

// wholeNames finds the names that only repeat what given name and surname say: further fields of names of which, in
// nine of ten rows, the words contain those of the parts or are contained in them.
func (r *Records) wholeNames(given, surname int) []bool {
	whole := make([]bool, len(r.columns))
	for f, c := range r.columns {
		named := c.field.Kind == Name || c.field.Kind == Surname || c.field.Kind == Given
		if !named || given < 0 || f == given || f == surname {
			continue
		}
		checked, repeated := 0, 0
		for row := 0; row < r.rows; row += max(1, r.rows/2000) {
			cells := r.row(row)
			if cells[f] == 0 || cells[given] == 0 || cells[surname] == 0 {
				continue
			}
			checked++
			parts := r.columns[given].values.value(cells[given]) + " " + r.columns[surname].values.value(cells[surname])
			words := similar.CompareWords(c.values.value(cells[f]), parts, 1)
			if words.Same >= min(words.Left, words.Right) {
				repeated++
			}
		}
		whole[f] = checked > 0 && 10*repeated >= 9*checked
	}
	return whole
}

func levelOf(pattern uint64, field int) uint8 { return uint8(pattern >> (4 * field) & 15) }
