package mirror

import (
	"fmt"

	"rightkey/internal/access"
)

// Table is the mirror at one position of the journal. It is immutable.
type Table struct {
	columns []Column
	sorted  []*chunk // all rows of the last rebuild, sorted by area and id through all chunks
	tail    []*chunk // rows that came or moved since, each chunk sorted by itself
	pos     int64
	rows    int
}

// Pos is the position in the journal up to which the table holds everything.
func (t *Table) Pos() int64 { return t.pos }

// Rows is the number of households.
func (t *Table) Rows() int { return t.rows }

// Columns are the columns, with the codes known by then.
func (t *Table) Columns() []Column { return t.columns }

// chunks calls each for every chunk until it returns false.
func (t *Table) chunks(each func(*chunk) bool) {
	for _, list := range [][]*chunk{t.sorted, t.tail} {
		for _, c := range list {
			if !each(c) {
				return
			}
		}
	}
}

// Within gives the households of areas to do; a row's values are overwritten by the next.
func (t *Table) Within(in []access.Range, do func(Row)) {
	row := Row{Values: make([]int64, len(t.columns))}
	for _, p := range t.within(Query{In: in}) {
		for run := p.from; run < p.to; run++ {
			for i := int(p.chunk.starts[run]); i < int(p.chunk.starts[run+1]); i++ {
				if p.chunk.alive(i) {
					p.chunk.read(i, p.chunk.areas[run], &row)
					do(row)
				}
			}
		}
	}
}

// Each calls do for every row that is in its place, chunk by chunk. The row's values are overwritten by the next.
func (t *Table) Each(do func(Row)) {
	t.chunks(func(c *chunk) bool { c.each(do); return true })
}

// Builder makes the sorted part of a table from rows in order of area and id.
type Builder struct {
	columns int
	chunks  []*chunk
	waiting *rowBuffer
	last    Row // area and id
	rows    int
}

// NewBuilder begins a table of so many columns.
func NewBuilder(columns int) *Builder {
	return &Builder{columns: columns, waiting: newRowBuffer(columns)}
}

// Add takes the next row. It fails where rows are out of order or of the wrong width.
func (b *Builder) Add(row Row) error {
	if len(row.Values) != b.columns {
		return fmt.Errorf("a row of %d values for %d columns", len(row.Values), b.columns)
	}
	if b.rows > 0 && byPlace(b.last, row) >= 0 {
		return fmt.Errorf("rows of the mirror come in order of area and id: %d/%d after %d/%d", row.Area, row.ID, b.last.Area, b.last.ID)
	}
	b.last = Row{Area: row.Area, ID: row.ID}
	b.take(row)
	return nil
}

// take adds a row that is known to be in order.
func (b *Builder) take(row Row) {
	b.rows++
	b.waiting.add(row)
	if b.waiting.len() == chunkRows {
		b.flush()
	}
}

func (b *Builder) flush() {
	if b.waiting.len() > 0 {
		b.chunks = append(b.chunks, newChunk(b.waiting))
		b.waiting.clear()
	}
}

// finish returns the chunks.
func (b *Builder) finish() []*chunk {
	b.flush()
	return b.chunks
}
