package mirror

import (
	"fmt"
	"runtime"
	"slices"
	"sort"
)

// Writer changes the mirror. It belongs to one goroutine; the tables it publishes belong to everybody.
type Writer struct {
	schema *Schema
	table  *Table
	// lasts are the last areas of the sorted chunks.
	lasts []int64
	// byBlock are the sorted chunks with households of each block of identifiers: few, because a block belongs to a county.
	byBlock map[int64][]int
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
	w.lasts, w.byBlock, w.inTail = make([]int64, len(chunks)), map[int64][]int{}, map[int64]spot{}
	for n, c := range chunks {
		rows += c.rows()
		w.lasts[n] = c.areas[len(c.areas)-1]
		for _, block := range c.blocks {
			w.byBlock[block] = append(w.byBlock[block], n)
		}
	}
	w.table = &Table{columns: w.schema.snapshot(), sorted: chunks, pos: pos, rows: rows}
}

// place is where a row of the sorted chunks is; nowhere where there is none.
type place struct{ chunk, row int32 }

var nowhere = place{-1, -1}

// locate finds the households of rows that are in their areas in the sorted chunks, several at once.
func (w *Writer) locate(rows []Row) []place {
	const step = 1024
	places := make([]place, len(rows))
	tasks := (len(rows) + step - 1) / step
	share(min(runtime.GOMAXPROCS(0), tasks), tasks, func(_, n int) {
		for i := n * step; i < min(len(rows), (n+1)*step); i++ {
			places[i] = w.findIn(rows[i].Area, rows[i].ID)
		}
	})
	return places
}

// findIn is where a household of an area is in the sorted chunks.
func (w *Writer) findIn(area, id int64) place {
	chunks := w.table.sorted
	n, _ := slices.BinarySearch(w.lasts, area)
	for ; n < len(chunks) && chunks[n].areas[0] <= area; n++ { // an area may go on in the next chunk
		c := chunks[n]
		run, found := slices.BinarySearch(c.areas, area)
		if !found {
			continue
		}
		from, to := int(c.starts[run]), int(c.starts[run+1])
		i := from + sort.Search(to-from, func(i int) bool { return c.id(from+i) >= id })
		if i < to && c.id(i) == id && c.alive(i) {
			return place{int32(n), int32(i)}
		}
	}
	return nowhere
}

// find is where households are in the sorted chunks, whatever their areas; those that are nowhere are left out. Each
// chunk that may hold some is read once.
func (w *Writer) find(ids []int64) map[int64]place {
	wanted := map[int]map[uint32]bool{} // by chunk: what its rows hold
	for _, id := range ids {
		block := id >> blockBits
		for _, n := range w.byBlock[block] {
			if wanted[n] == nil {
				wanted[n] = map[uint32]bool{}
			}
			at := slices.Index(w.table.sorted[n].blocks, block)
			wanted[n][uint32(at)<<blockBits|uint32(id&(1<<blockBits-1))] = true
		}
	}
	found := map[int64]place{}
	for n, ids := range wanted {
		c := w.table.sorted[n]
		for i, id := range c.ids {
			if ids[id] && c.alive(i) {
				found[c.id(i)] = place{int32(n), int32(i)}
			}
		}
	}
	return found
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
	p := &patch{sorted: make([][]edit, len(w.table.sorted)), tail: map[*chunk][]edit{}, rows: w.table.rows}
	w.place(p, b.Rows, b.Gone)
	w.publish(p, b.Pos)
	if w.scattered() {
		w.rebuild()
	}
	return w.table, nil
}

// patch is the edits of a batch by chunk, and the rows that go into the tail.
type patch struct {
	sorted [][]edit // by chunk
	tail   map[*chunk][]edit
	added  []Row
	rows   int
}

// place puts rows where they belong, over the ones in their areas or into the tail, and takes those that are gone out.
func (w *Writer) place(p *patch, rows []Row, gone []int64) {
	var moved []Row // or new
	for i, at := range w.locate(rows) {
		if at == nowhere {
			moved = append(moved, rows[i])
		} else {
			p.sorted[at.chunk] = append(p.sorted[at.chunk], edit{int(at.row), rows[i].Values})
		}
	}
	ids := slices.Clone(gone)
	for _, row := range moved {
		ids = append(ids, row.ID)
	}
	found := w.find(ids)
	for _, row := range moved {
		if at, ok := w.inTail[row.ID]; ok && at.chunk.area(at.row) == row.Area {
			p.tail[at.chunk] = append(p.tail[at.chunk], edit{at.row, row.Values})
			continue
		}
		if !w.leave(p, row.ID, found) {
			p.rows++
		}
		p.added = append(p.added, row)
	}
	for _, id := range gone {
		if w.leave(p, id, found) {
			delete(w.inTail, id)
			p.rows--
		}
	}
}

// leave takes a household out of its place; false if it had none.
func (w *Writer) leave(p *patch, id int64, found map[int64]place) bool {
	if at, ok := w.inTail[id]; ok {
		p.tail[at.chunk] = append(p.tail[at.chunk], edit{row: at.row})
		return true
	}
	at, ok := found[id]
	if ok {
		p.sorted[at.chunk] = append(p.sorted[at.chunk], edit{row: int(at.row)})
	}
	return ok
}

// publish makes the table after a patch.
func (w *Writer) publish(p *patch, pos int64) {
	next := &Table{columns: w.schema.snapshot(), sorted: slices.Clone(w.table.sorted), pos: max(pos, w.table.pos), rows: p.rows}
	var touched []int
	for n, edits := range p.sorted {
		if len(edits) > 0 {
			touched = append(touched, n)
		}
	}
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
