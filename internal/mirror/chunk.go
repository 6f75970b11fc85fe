package mirror

import (
	"cmp"
	"slices"
	"sort"
)

// chunkRows is the number of rows of a chunk: its columns fit the caches of a processor core, and copying it for a
// change takes some tens of microseconds.
const chunkRows = 1 << 14

// chunk is rows sorted by area and id. Once published it is never changed.
type chunk struct {
	areas  []int64  // the different areas, sorted
	starts []uint32 // first row of each area, and the number of rows at the end
	// ids are block number in blocks (upper bits) and number within the block of 2^20 (lower bits), four bytes a row.
	blocks  []int64
	ids     []uint32
	vectors []vector
	gone    []uint64 // a bit for each row that has left; nil for none
	left    int      // rows that have left
	kept    *kept
}

// blockBits is the size of a block of identifiers (see store.Ids).
const blockBits = 20

// rowBuffer is rows on their way into a chunk, by column.
type rowBuffer struct {
	areas, ids []int64
	values     [][]int64 // by column
}

func newRowBuffer(columns int) *rowBuffer { return &rowBuffer{values: make([][]int64, columns)} }

func (b *rowBuffer) add(row Row) {
	b.areas, b.ids = append(b.areas, row.Area), append(b.ids, row.ID)
	for k, value := range row.Values {
		b.values[k] = append(b.values[k], value)
	}
}

func (b *rowBuffer) len() int { return len(b.ids) }

func (b *rowBuffer) clear() {
	b.areas, b.ids = b.areas[:0], b.ids[:0]
	for k := range b.values {
		b.values[k] = b.values[k][:0]
	}
}

// chunkOf makes a chunk of sorted rows.
func chunkOf(rows []Row, columns int) *chunk {
	b := newRowBuffer(columns)
	for _, row := range rows {
		b.add(row)
	}
	return newChunk(b)
}

// newChunk makes a chunk of the sorted rows of a buffer.
func newChunk(b *rowBuffer) *chunk {
	c := &chunk{ids: make([]uint32, b.len()), kept: &kept{}}
	place := map[int64]uint32{}
	for i, id := range b.ids {
		if n := len(c.areas); n == 0 || c.areas[n-1] != b.areas[i] {
			c.areas, c.starts = append(c.areas, b.areas[i]), append(c.starts, uint32(i))
		}
		block := id >> blockBits
		at, known := place[block]
		if !known {
			at = uint32(len(c.blocks))
			place[block] = at
			c.blocks = append(c.blocks, block)
		}
		c.ids[i] = at<<blockBits | uint32(id&(1<<blockBits-1))
	}
	c.starts = append(c.starts, uint32(b.len()))
	for _, values := range b.values {
		c.vectors = append(c.vectors, newVector(values))
	}
	return c
}

func (c *chunk) rows() int { return len(c.ids) }

// id is the identifier of row i.
func (c *chunk) id(i int) int64 {
	return c.blocks[c.ids[i]>>blockBits]<<blockBits | int64(c.ids[i]&(1<<blockBits-1))
}

// area is the area of row i.
func (c *chunk) area(i int) int64 {
	run := sort.Search(len(c.areas), func(r int) bool { return c.starts[r+1] > uint32(i) })
	return c.areas[run]
}

// row returns row i.
func (c *chunk) row(i int) Row {
	row := Row{Values: make([]int64, len(c.vectors))}
	c.read(i, c.area(i), &row)
	return row
}

// read puts row i, which is of an area, into a row with room for its values.
func (c *chunk) read(i int, area int64, into *Row) {
	into.Area, into.ID = area, c.id(i)
	for k := range c.vectors {
		into.Values[k] = c.vectors[k].get(i)
	}
}

// each calls do for the rows in their place, in order; the row's values are overwritten by the next.
func (c *chunk) each(do func(Row)) {
	row := Row{Values: make([]int64, len(c.vectors))}
	for run, area := range c.areas {
		for i := int(c.starts[run]); i < int(c.starts[run+1]); i++ {
			if c.alive(i) {
				c.read(i, area, &row)
				do(row)
			}
		}
	}
}

// alive says whether row i is still in its place.
func (c *chunk) alive(i int) bool { return c.gone == nil || c.gone[i>>6]>>(i&63)&1 == 0 }

// runs are the areas of the chunk between lo and hi, both included, as places in areas.
func (c *chunk) runs(lo, hi int64) (from, to int) {
	from, _ = slices.BinarySearch(c.areas, lo)
	to, found := slices.BinarySearch(c.areas, hi)
	if found {
		to++
	}
	return from, to
}

// edit is a change to a row of a chunk: new values, or that it leaves.
type edit struct {
	row    int
	values []int64 // nil: the row leaves
}

// edited returns a copy with the edits made; vectors without a new value are shared with the old chunk.
func (c *chunk) edited(edits []edit) *chunk {
	copied := *c
	copied.vectors, copied.kept = slices.Clone(c.vectors), &kept{}
	for _, e := range edits {
		if e.values == nil {
			copied.leave(c, e.row)
		}
	}
	for k := range copied.vectors {
		copied.vectors[k] = c.vectors[k].edited(edits, k)
	}
	return &copied
}

// edited is the vector of a column with the edits made: itself where none is for it.
func (v vector) edited(edits []edit, column int) vector {
	own := false
	for n, e := range edits {
		if e.values == nil || v.get(e.row) == e.values[column] {
			continue
		}
		if !own {
			v, own = v.clone(), true
		}
		if v.put(e.row, e.values[column]) {
			continue
		}
		all := v.values()
		for _, e := range edits[n:] {
			if e.values != nil {
				all[e.row] = e.values[column]
			}
		}
		return newVector(all)
	}
	return v
}

// leave marks a row as gone; of is the chunk this one is a copy of.
func (c *chunk) leave(of *chunk, i int) {
	if c.left == of.left {
		c.gone = slices.Clone(of.gone)
		if c.gone == nil {
			c.gone = make([]uint64, (c.rows()+63)/64)
		}
	}
	if c.alive(i) {
		c.gone[i>>6] |= 1 << (i & 63)
		c.left++
	}
}

// byPlace sorts rows by area and id.
func byPlace(a, b Row) int { return cmp.Or(cmp.Compare(a.Area, b.Area), cmp.Compare(a.ID, b.ID)) }
