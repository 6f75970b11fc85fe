package overview

// Least is the number of households below which a figure is not told to who may not read households, where the pack
// says nothing else.
const Least = 10

// Protected says which cells of a table of counts are told: rows are areas, columns are values that do not overlap, and the
// totals of rows and columns stand on the page too.
type Protected struct {
	least  int64
	counts [][]int64
	hidden [][]bool
	rows   []bool // rows whose total, and with it all, is kept back
	column []bool // columns that are kept back as a whole, because the table of the area around does
}

// Protect decides what is told of a table. first are the cells to be kept back for themselves (see Small); columns are
// those that the table of the area around keeps back of this area. It keeps back more, so that nothing of it can be
// computed from what is told: every hidden cell lies on a ring of hidden cells, around which households could be moved
// without changing any total, and the hidden cells of a row or column stand for least households at least, or are all
// that there are.
func Protect(counts [][]int64, first [][]bool, columns []bool, least int64) *Protected {
	t := &Protected{least: least, counts: counts, hidden: make([][]bool, len(counts)), rows: make([]bool, len(counts)), column: columns}
	for r := range counts {
		t.hidden[r] = append([]bool(nil), first[r]...)
		t.rows[r] = few(t.total(r), least)
		for c := range columns {
			t.hidden[r][c] = t.hidden[r][c] || columns[c]
		}
	}
	t.coverRows()
	for r, whole := range t.rows {
		for c := range t.hidden[r] {
			t.hidden[r][c] = t.hidden[r][c] || whole
		}
	}
	for t.coverCells() || t.ring() {
	}
	return t
}

// Small says which cells of a table are too small to be told.
func Small(counts [][]int64, least int64) [][]bool {
	small := make([][]bool, len(counts))
	for r := range counts {
		small[r] = make([]bool, len(counts[r]))
		for c, n := range counts[r] {
			small[r][c] = few(n, least)
		}
	}
	return small
}

// few says whether a count tells of single households. Where there is none there is nobody to protect.
func few(n, least int64) bool { return n > 0 && n < least }

func (t *Protected) total(r int) int64 {
	sum := int64(0)
	for _, n := range t.counts[r] {
		sum += n
	}
	return sum
}

// Cell says whether a cell is told, Row whether the total of a row is.
func (t *Protected) Cell(r, c int) bool { return !t.hidden[r][c] }

// Row says whether the total of a row is told.
func (t *Protected) Row(r int) bool { return !t.rows[r] }

// Hidden are the cells of a row that are kept back: the columns to keep back in the table of that area.
func (t *Protected) Hidden(r int) []bool { return t.hidden[r] }

// coverRows hides the totals of more areas where the total of all would tell the hidden ones.
func (t *Protected) coverRows() {
	for {
		n, sum, next := 0, int64(0), -1
		for r, hidden := range t.rows {
			total := t.total(r)
			switch {
			case hidden:
				n, sum = n+1, sum+total
			case total > 0 && (next < 0 || total < t.total(next)):
				next = r
			}
		}
		if n == 0 || next < 0 || n > 1 && sum >= t.least {
			return
		}
		t.rows[next] = true
	}
}

// coverCells hides one more cell of a row or column whose hidden cells stand for too few households or are a single
// one; false where none needs it.
func (t *Protected) coverCells() bool {
	for r := range t.counts {
		if t.rows[r] {
			continue
		}
		if c := t.cover(len(t.counts[r]), func(c int) (int64, bool) { return t.counts[r][c], t.hidden[r][c] }); c >= 0 {
			t.hidden[r][c] = true
			return true
		}
	}
	for c := range t.columns() {
		if t.column[c] {
			continue
		}
		if r := t.cover(len(t.counts), func(r int) (int64, bool) { return t.counts[r][c], t.hidden[r][c] }); r >= 0 {
			t.hidden[r][c] = true
			return true
		}
	}
	return false
}

func (t *Protected) columns() int { return len(t.column) }

// cover chooses one more cell of a line to hide, -1 for none: the smallest that is not empty, else an empty one.
func (t *Protected) cover(n int, cell func(int) (count int64, hidden bool)) int {
	hidden, sum, next := 0, int64(0), -1
	for i := range n {
		count, is := cell(i)
		if is {
			hidden, sum = hidden+1, sum+count
			continue
		}
		if next < 0 {
			next = i
			continue
		}
		if best, _ := cell(next); count > 0 && (best == 0 || count < best) {
			next = i
		}
	}
	if hidden == 0 || hidden > 1 && sum >= t.least {
		return -1
	}
	return next
}

// ring finds a hidden cell that lies on no ring of hidden cells and hides what closes the smallest one through it.
func (t *Protected) ring() bool {
	for r := range t.counts {
		for c := range t.columns() {
			if t.hidden[r][c] && !t.onRing(r, c) && t.close(r, c) {
				return true
			}
		}
	}
	return false
}

// onRing says whether from the row of a hidden cell its column is reached over other hidden cells: from row to column to row.
func (t *Protected) onRing(r0, c0 int) bool {
	rows, columns := make([]bool, len(t.counts)), make([]bool, t.columns())
	waiting := []int{r0}
	rows[r0] = true
	for len(waiting) > 0 {
		r := waiting[0]
		waiting = waiting[1:]
		for c := range columns {
			if columns[c] || !t.hidden[r][c] || r == r0 && c == c0 {
				continue
			}
			if c == c0 {
				return true
			}
			columns[c] = true
			for next := range rows {
				if !rows[next] && t.hidden[next][c] {
					rows[next] = true
					waiting = append(waiting, next)
				}
			}
		}
	}
	return false
}

// close hides the cells that, with one cell, are the corners of a rectangle: those of fewest households. It returns
// false where there is no other row or column, or all of them are hidden already.
func (t *Protected) close(r0, c0 int) bool {
	best, row, column := int64(-1), 0, 0
	for r := range t.counts {
		for c := range t.columns() {
			if r == r0 || c == c0 {
				continue
			}
			if cost := t.cost(r0, c) + t.cost(r, c0) + t.cost(r, c); cost > 0 && (best < 0 || cost < best) {
				best, row, column = cost, r, c
			}
		}
	}
	if best < 0 {
		return false
	}
	t.hidden[r0][column], t.hidden[row][c0], t.hidden[row][column] = true, true, true
	return true
}

// cost is what hiding a cell takes from the reader: nothing where it is hidden already.
func (t *Protected) cost(r, c int) int64 {
	if t.hidden[r][c] {
		return 0
	}
	return t.counts[r][c] + 1
}
