package table

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

type csvWriter struct {
	out     *bufio.Writer
	columns int
	row     []byte
	err     error
}

// NewCSVWriter writes a comma-separated UTF-8 table with LF line ends to w, the header first. A cell that a
// spreadsheet would take for a formula (it starts with = + - @, their full-width forms, TAB, CR or LF, and is not a
// plain number) gets a leading apostrophe, so that opening the file runs nothing.
func NewCSVWriter(w io.Writer, header []string) (Writer, error) {
	c := &csvWriter{out: bufio.NewWriterSize(w, 1<<16), columns: len(header)}
	return c, c.Write(header)
}

func (c *csvWriter) Write(cells []string) error {
	if c.err != nil {
		return c.err
	}
	if len(cells) != c.columns {
		return fmt.Errorf("write table row: %d cells, the header has %d", len(cells), c.columns)
	}
	c.row = c.row[:0]
	for i, cell := range cells {
		if i > 0 {
			c.row = append(c.row, ',')
		}
		c.appendCell(Harmless(cell))
	}
	c.row = append(c.row, '\n')
	if _, err := c.out.Write(c.row); err != nil {
		c.err = fmt.Errorf("write table row: %w", err)
	}
	return c.err
}

func (c *csvWriter) appendCell(cell string) {
	// An empty cell of a one-column table is quoted: a blank line would be skipped by readers.
	alone := cell == "" && c.columns == 1
	if !alone && !strings.ContainsAny(cell, ",\"\r\n") && !strings.HasPrefix(cell, "\ufeff") {
		c.row = append(c.row, cell...)
		return
	}
	c.row = append(c.row, '"')
	c.row = append(c.row, strings.ReplaceAll(cell, `"`, `""`)...)
	c.row = append(c.row, '"')
}

func (c *csvWriter) Close() error {
	if c.err != nil {
		return c.err
	}
	if err := c.out.Flush(); err != nil {
		c.err = fmt.Errorf("write table: %w", err)
	}
	return c.err
}

// Harmless returns cell with a leading apostrophe where a spreadsheet would take it for a formula.
func Harmless(cell string) string {
	first, _ := utf8.DecodeRuneInString(cell)
	switch first {
	case '=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', '﹢', '﹣', '﹦', '﹫', '−':
		if !plainNumber(cell) {
			return "'" + cell
		}
	}
	return cell
}

// Unharmed takes away the apostrophe that Harmless put before a cell, so that what was exported can be imported.
func Unharmed(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && Harmless(rest) == cell {
		return rest
	}
	return cell
}

// plainNumber says whether cell is a decimal number in ASCII digits: sign, digits, point, exponent.
func plainNumber(cell string) bool {
	if cell == "" || strings.Trim(cell, "0123456789.+-eE") != "" {
		return false
	}
	_, err := strconv.ParseFloat(cell, 64)
	return err == nil
}
