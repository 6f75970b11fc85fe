package mirror

import (
	"cmp"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sort"
)

// Writer changes the mirror. It belongs to one goroutine; the tables it publishes belong to everybody.
type Writer struct {
	schema *Schema
	table  *Table
	// byBlock are the rows of the sorted chunks of each block of identifiers, in order of id.
	byBlock map[int64][]uint32
	// inTail says where the rows of the tail are.
	inTail map[int64]spot
}

// spot is a row of a tail chunk.
type spot struct {
	chunk *chunk
	row   int
}

// NewWriter makes an empty mirror.
func NewWriter(schema *Schema) *Writer {
	w := &Writer{schema: schema}
	w.adopt(nil, 0)
	return w
}

// Schema is the columns and their codes.
func (w *Writer) Schema() *Schema { return w.schema }

// Table is the mirror as it is now.
func (w *Writer) Table() *Table { return w.table }

// Load replaces everything by the rows of a builder, as of position pos.
func (w *Writer) Load(b *Builder, pos int64) *Table {
	w.adopt(b.finish(), pos)
	return w.table
}

// adopt publishes sorted chunks without a tail.
func (w *Writer) adopt(chunks []*chunk, pos int64) {
	rows := 0
	w.byBlock, w.inTail = map[int64][]uint32{}, map[int64]spot{}
	for n, c := range chunks {
		rows += c.rows()
		for i := range c.rows() {
			block := c.blocks[c.ids[i]>>blockBits]
			w.byBlock[block] = append(w.byBlock[block], uint32(n*chunkRows+i))
		}
	}
	for _, places := range w.byBlock {
		slices.SortFunc(places, func(a, b uint32) int { return cmp.Compare(within(chunks, a), within(chunks, b)) })
	}
	w.table = &Table{columns: w.schema.snapshot(), sorted: chunks, pos: pos, rows: rows}
}

// within is the number within its block of the row at a place in the sorted chunks.
func within(chunks []*chunk, place uint32) uint32 {
	return chunks[place/chunkRows].ids[place%chunkRows] & (1<<blockBits - 1)
}

// find is where a household is in the sorted chunks, whether or not it has left.
func (w *Writer) find(id int64) (chunkNo, row int, found bool) {
	chunks, places := w.table.sorted, w.byBlock[id>>blockBits]
	at, found := slices.BinarySearchFunc(places, uint32(id&(1<<blockBits-1)), func(place, number uint32) int {
		return cmp.Compare(within(chunks, place), number)
	})
	if !found {
		return 0, 0, false
	}
	return int(places[at] / chunkRows), int(places[at] % chunkRows), true
}

// findIn is where a household of an area is in the sorted chunks: found faster than by its id alone.
func (w *Writer) findIn(area, id int64) (chunkNo, row int, found bool) {
	chunks := w.table.sorted
	n := sort.Search(len(chunks), func(n int) bool { return chunks[n].areas[len(chunks[n].areas)-1] >= area })
	for ; n < len(chunks) && chunks[n].areas[0] <= area; n++ { // an area may go on in the next chunk
		c := chunks[n]
		run, found := slices.BinarySearch(c.areas, area)
		if !found {
			continue
		}
		from, to := int(c.starts[run]), int(c.starts[run+1])
		if i := from + sort.Search(to-from, func(i int) bool { return c.id(from+i) >= id }); i < to && c.id(i) == id {
			return n, i, true
		}
	}
	return 0, 0, false
}

// Batch is changes up to a position of the journal: rows as they are now, and households that are in the register no
// more. A household stands in a batch once.
type Batch struct {
	Rows []Row
	Gone []int64
	Pos  int64
}

// Apply makes the changes and returns the table after them. It fails, and changes nothing, where a row does not fit.
func (w *Writer) Apply(b Batch) (*Table, error) {
	for _, row := range b.Rows {
		if len(row.Values) != len(w.schema.columns) {
			return nil, fmt.Errorf("household %d: a row of %d values for %d columns", row.ID, len(row.Values), len(w.schema.columns))
		}
	}
	p := &patch{sorted: map[int][]edit{}, tail: map[*chunk][]edit{}, rows: w.table.rows}
	for _, row := range b.Rows {
		w.place(p, row)
	}
	for _, id := range b.Gone {
		if w.leave(p, id) {
			p.rows--
		}
	}
	w.publish(p, b.Pos)
	if w.scattered() {
		w.rebuild()
	}
	return w.table, nil
}

// patch is the edits of a batch by chunk, and the rows that go into the tail.
type patch struct {
	sorted map[int][]edit
	tail   map[*chunk][]edit
	added  []Row
	rows   int
}

// place puts a row where it belongs: over the one in its area, or into the tail.
func (w *Writer) place(p *patch, row Row) {
	if at, ok := w.inTail[row.ID]; ok {
		if at.chunk.area(at.row) == row.Area {
			p.tail[at.chunk] = append(p.tail[at.chunk], edit{at.row, row.Values})
			return
		}
		p.tail[at.chunk] = append(p.tail[at.chunk], edit{row: at.row})
		p.added = append(p.added, row)
		return
	}
	if n, i, found := w.findIn(row.Area, row.ID); found && w.table.sorted[n].alive(i) {
		p.sorted[n] = append(p.sorted[n], edit{i, row.Values})
		return
	}
	switch n, i, found := w.find(row.ID); {
	case !found || !w.table.sorted[n].alive(i):
		p.rows++
		p.added = append(p.added, row)
	default:
		p.sorted[n] = append(p.sorted[n], edit{row: i})
		p.added = append(p.added, row)
	}
}

// leave takes a household out; false if it was not in.
func (w *Writer) leave(p *patch, id int64) bool {
	if at, ok := w.inTail[id]; ok {
		p.tail[at.chunk] = append(p.tail[at.chunk], edit{row: at.row})
		delete(w.inTail, id)
		return true
	}
	n, i, found := w.find(id)
	if !found || !w.table.sorted[n].alive(i) {
		return false
	}
	p.sorted[n] = append(p.sorted[n], edit{row: i})
	return true
}

// publish makes the table after a patch.
func (w *Writer) publish(p *patch, pos int64) {
	next := &Table{columns: w.schema.snapshot(), sorted: slices.Clone(w.table.sorted), pos: max(pos, w.table.pos), rows: p.rows}
	touched := slices.Collect(maps.Keys(p.sorted))
	share(min(runtime.GOMAXPROCS(0), len(touched)), len(touched), func(_, i int) {
		n := touched[i]
		next.sorted[n] = next.sorted[n].edited(p.sorted[n])
	})
	for _, c := range w.table.tail {
		if edits := p.tail[c]; edits != nil {
			c = w.moved(c, c.edited(edits))
		}
		if c.left < c.rows() {
			next.tail = append(next.tail, c)
		}
	}
	w.table = next
	if len(p.added) > 0 {
		slices.SortFunc(p.added, byPlace)
		for added := range slices.Chunk(p.added, chunkRows) {
			w.append(chunkOf(added, len(w.schema.columns)))
		}
		w.compact()
	}
}

// moved notes that rows of a tail chunk are in its copy now.
func (w *Writer) moved(from, to *chunk) *chunk {
	for i := range to.rows() {
		if id := to.id(i); to.alive(i) && w.inTail[id].chunk == from {
			w.inTail[id] = spot{to, i}
		}
	}
	return to
}

// append adds a chunk to the tail.
func (w *Writer) append(c *chunk) {
	w.table.tail = append(w.table.tail, c)
	for i := range c.rows() {
		w.inTail[c.id(i)] = spot{c, i}
	}
}

// compact merges small chunks at the end of the tail, so that their number grows with the logarithm of the rows.
func (w *Writer) compact() {
	for n := len(w.table.tail); n > 1; n = len(w.table.tail) {
		a, b := w.table.tail[n-2], w.table.tail[n-1]
		if a.rows() > 2*b.rows() || a.rows()+b.rows() > chunkRows {
			return
		}
		var rows []Row
		for _, c := range []*chunk{a, b} {
			for i := range c.rows() {
				if c.alive(i) {
					rows = append(rows, c.row(i))
				}
			}
		}
		slices.SortFunc(rows, byPlace)
		w.table.tail = w.table.tail[:n-2]
		w.append(chunkOf(rows, len(w.schema.columns)))
	}
}

// scattered says that more than a twentieth of the rows has left its place (and more than a chunk's worth).
func (w *Writer) scattered() bool {
	away := 0
	for _, c := range w.table.sorted {
		away += c.left
	}
	for _, c := range w.table.tail {
		away += c.rows()
	}
	return away > chunkRows/4 && away > w.table.rows/20
}

// rebuild merges the tail into new sorted chunks.
func (w *Writer) rebuild() {
	var tail []Row
	for _, c := range w.table.tail {
		for i := range c.rows() {
			if c.alive(i) {
				tail = append(tail, c.row(i))
			}
		}
	}
	slices.SortFunc(tail, byPlace)
	b := NewBuilder(len(w.schema.columns))
	add := func(row Row) {
		for len(tail) > 0 && byPlace(tail[0], row) < 0 {
			b.take(tail[0])
			tail = tail[1:]
		}
		b.take(row)
	}
	for _, c := range w.table.sorted {
		c.each(add)
	}
	for _, row := range tail {
		b.take(row)
	}
	w.adopt(b.finish(), w.table.pos)
}
