package table

import (
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"rightkey/internal/fault"
)

// Frame is a whole table in memory, by column, for computation.
type Frame struct {
	names   []string
	index   map[string]int
	columns [][]string
	rows    int
}

// Load reads all rows of r into a Frame and does not close r. A wrong row is an error.
func Load(r Reader) (*Frame, error) {
	names := r.Header()
	f := &Frame{names: names, index: make(map[string]int, len(names)), columns: make([][]string, len(names))}
	for i, name := range names {
		f.index[name] = i
	}
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return f, nil
		}
		if err != nil {
			return nil, err
		}
		for i, cell := range row.Cells {
			f.columns[i] = append(f.columns[i], cell)
		}
		f.rows++
	}
}

// Len returns the number of data rows.
func (f *Frame) Len() int { return f.rows }

// Header returns the column names in order.
func (f *Frame) Header() []string { return f.names }

// Index returns the position of the named column.
func (f *Frame) Index(column string) (int, bool) {
	i, ok := f.index[column]
	return i, ok
}

// Strings returns the cells of the named column in row order. The slice is the Frame's: do not change it.
func (f *Frame) Strings(column string) ([]string, error) {
	i, ok := f.index[column]
	if !ok {
		return nil, fault.New(fault.Invalid, "the table has no column %q (it has %s)", column, quotedNames(f.names))
	}
	return f.columns[i], nil
}

// Numbers returns the named column as numbers in row order, NaN where the cell is missing ("" or NA). A cell that
// is not a finite decimal number is an error that names its row and column.
func (f *Frame) Numbers(column string) ([]float64, error) {
	cells, err := f.Strings(column)
	if err != nil {
		return nil, err
	}
	numbers := make([]float64, len(cells))
	for i, cell := range cells {
		number, ok := Number(cell)
		if !ok {
			return nil, rowError(i+1, column, "%q is not a number", cell)
		}
		numbers[i] = number
	}
	return numbers, nil
}

// Number reads one cell as a finite decimal number, NaN where it is missing ("" or NA, blanks around ignored); ok
// is false for anything else, infinities and hexadecimal included.
func Number(cell string) (number float64, ok bool) {
	cell = strings.TrimSpace(cell)
	if cell == "" || cell == "NA" {
		return math.NaN(), true
	}
	for i := range len(cell) {
		if strings.IndexByte("0123456789.-+eE", cell[i]) < 0 {
			return 0, false
		}
	}
	number, err := strconv.ParseFloat(cell, 64)
	return number, err == nil
}

// shortest renders a float of so many bits in its shortest decimal form, with an exponent only where it is extreme.
// NaN, which many writers use for missing, is missing.
func shortest(number float64, bits int) string {
	switch size := math.Abs(number); {
	case number != number:
		return ""
	case size >= 1e21 || size != 0 && size < 1e-9:
		return strconv.FormatFloat(number, 'e', -1, bits)
	}
	return strconv.FormatFloat(number, 'f', -1, bits)
}

// quotedNames lists column names for an error message, at most twelve of them.
func quotedNames(names []string) string {
	shown := names[:min(len(names), 12)]
	text := `"` + strings.Join(shown, `", "`) + `"`
	if len(shown) < len(names) {
		text += ", …"
	}
	return text
}
