package table

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/xuri/excelize/v2"
)

const maxSheetRows = 1 << 20 // rows of a worksheet, the header included

type xlsxWriter struct {
	out     io.Writer
	book    *excelize.File
	sheet   *excelize.StreamWriter
	columns int
	rows    int
	values  []any
	text    []bool // columns that stay text; nil for none
}

// XLSXType is the media type of a spreadsheet.
const XLSXType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// newBook begins a spreadsheet that is kept in memory. From 16 MB on excelize would write a worksheet in the clear to a
// temporary file and stays in memory only where it can make none: nothing can be made below a device.
func newBook() *excelize.File { return excelize.NewFile(excelize.Options{TmpDir: os.DevNull}) }

// NewXLSXWriter writes a spreadsheet with one worksheet to w, the header first. Cells in the shortest decimal form
// of a number of at most 15 digits become numbers, all others text, which a spreadsheet never runs as a formula.
func NewXLSXWriter(w io.Writer, header []string) (Writer, error) {
	book := newBook()
	sheet, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("write spreadsheet: %w", err), book.Close())
	}
	x := &xlsxWriter{out: w, book: book, sheet: sheet, columns: len(header), values: make([]any, len(header))}
	return x, x.Write(header)
}

func (x *xlsxWriter) Write(cells []string) error {
	if len(cells) != x.columns {
		return fmt.Errorf("write spreadsheet row: %d cells, the header has %d", len(cells), x.columns)
	}
	if x.rows >= maxSheetRows {
		return fmt.Errorf("write spreadsheet: a worksheet holds %d data rows at most", maxSheetRows-1)
	}
	for i, cell := range cells {
		x.values[i] = cell
		if number, ok := exactNumber(cell); ok && x.rows > 0 && !(i < len(x.text) && x.text[i]) {
			x.values[i] = number
		}
	}
	x.rows++
	if err := x.sheet.SetRow("A"+strconv.Itoa(x.rows), x.values); err != nil {
		return fmt.Errorf("write spreadsheet row %d: %w", x.rows-1, err)
	}
	return nil
}

func (x *xlsxWriter) Close() error {
	err := x.sheet.Flush()
	if err == nil {
		_, err = x.book.WriteTo(x.out)
	}
	if err = errors.Join(err, x.book.Close()); err != nil {
		return fmt.Errorf("write spreadsheet: %w", err)
	}
	return nil
}

// exactNumber reads a cell that is the shortest decimal form of a number, so that nothing of it (leading zeros, more
// digits than a spreadsheet keeps) is lost.
func exactNumber(cell string) (float64, bool) {
	if len(cell) > 15 || !plainNumber(cell) {
		return 0, false
	}
	number, err := strconv.ParseFloat(cell, 64)
	return number, err == nil && strconv.FormatFloat(number, 'f', -1, 64) == cell
}
