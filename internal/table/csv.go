package table

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"rightkey/internal/fault"
)

// csvReader reads RFC 4180 text. A record's cells are cut out of one string, and the slices of cells out of slabs,
// so that a row costs one allocation.
type csvReader struct {
	source *bufio.Reader
	o      Options
	comma  byte
	header []string
	number int   // data rows read
	final  error // error after which nothing can be read

	long   []byte   // a line longer than the source's buffer
	record []byte   // the cells of the current record, unquoted, one after another
	ends   []int    // where in record each cell ends
	slab   []string // unused cells
	ended  bool     // the line just read had no line break: it was the last
}

// NewCSV reads a table from UTF-8 text: cells separated by Options.Comma, quoted with ", lines ended by LF or CRLF,
// blank lines skipped, with or without a byte order mark. Text in another encoding is refused with the row and
// column where it shows. A quoted CRLF is read as LF.
func NewCSV(r io.Reader, o Options) (Reader, error) {
	o = o.withDefaults()
	if o.Comma >= utf8.RuneSelf || o.Comma == '"' || o.Comma == '\n' || o.Comma == '\r' {
		return nil, fault.New(fault.Invalid, "the separator %q is not usable", o.Comma)
	}
	if o.MaxBytes > 0 {
		r = &limitedReader{source: r, left: o.MaxBytes, limit: o.MaxBytes}
	}
	c := &csvReader{source: bufio.NewReaderSize(r, 1<<16), o: o, comma: byte(o.Comma)}
	if err := c.skipMark(); err != nil {
		return nil, err
	}
	if err := c.readHeader(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *csvReader) Header() []string { return c.header }

func (c *csvReader) Close() error { return nil }

// skipMark skips a UTF-8 byte order mark and refuses UTF-16.
func (c *csvReader) skipMark() error {
	start, err := c.source.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return fault.Wrap(fault.KindOf(err), err, "read the header row")
	}
	if bytes.HasPrefix(start, []byte{0xff, 0xfe}) || bytes.HasPrefix(start, []byte{0xfe, 0xff}) {
		return fault.New(fault.Invalid, "the table is UTF-16 text: save it as UTF-8")
	}
	if bytes.Equal(start, []byte{0xef, 0xbb, 0xbf}) {
		_, err = c.source.Discard(3)
		return err
	}
	return nil
}

func (c *csvReader) readHeader() error {
	err := c.readRecord()
	if errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "the table is empty: it has no header row")
	}
	var bad *badRecord
	if errors.As(err, &bad) {
		return fault.New(fault.Invalid, "header row, column %d: %s", bad.cell+1, bad.reason)
	}
	if err != nil {
		return fault.Wrap(fault.KindOf(err), err, "read the header row")
	}
	if cell, reason := c.badText(); reason != "" {
		return fault.New(fault.Invalid, "header row, column %d: %s", cell+1, reason)
	}
	if bytes.IndexByte(c.record, '\r') >= 0 {
		return fault.New(fault.Invalid, "the lines of the table end with CR alone: save it with LF or CRLF line ends")
	}
	c.header, err = checkHeader(c.cells(len(c.ends)))
	return err
}

func (c *csvReader) Next() (Row, error) {
	if c.final != nil {
		return Row{}, c.final
	}
	err := c.readRecord()
	var bad *badRecord
	if err != nil && !errors.As(err, &bad) {
		if !errors.Is(err, io.EOF) {
			err = fault.Wrap(fault.KindOf(err), err, "read after row %d", c.number)
		}
		c.final = err
		return Row{}, err
	}
	c.number++
	row := Row{Number: c.number}
	if c.o.MaxRows > 0 && c.number > c.o.MaxRows {
		c.final = tooManyRows(c.o.MaxRows)
		return Row{}, c.final
	}
	if bad != nil {
		return row, rowError(c.number, c.column(bad.cell), "%s", bad.reason)
	}
	if len(c.ends) != len(c.header) {
		return row, rowError(c.number, "", "it has %d cells, the header has %d", len(c.ends), len(c.header))
	}
	if cell, reason := c.badText(); reason != "" {
		return row, rowError(c.number, c.column(cell), "%s", reason)
	}
	row.Cells = c.cells(len(c.header))
	return row, nil
}

// column names the cell'th column, "" beyond the header.
func (c *csvReader) column(cell int) string {
	if cell < len(c.header) {
		return c.header[cell]
	}
	return ""
}

// cells cuts the record into n cells of one string.
func (c *csvReader) cells(n int) []string {
	if len(c.slab) < n {
		c.slab = make([]string, max(1024, n))
	}
	cells := c.slab[:n:n]
	c.slab = c.slab[n:]
	text, start := string(c.record), 0
	for i, end := range c.ends {
		cells[i] = text[start:end]
		start = end
	}
	return cells
}

// badText finds the first cell that is not UTF-8 or holds a NUL; reason is "" if there is none.
func (c *csvReader) badText() (cell int, reason string) {
	if utf8.Valid(c.record) && bytes.IndexByte(c.record, 0) < 0 {
		return 0, ""
	}
	start := 0
	for i, end := range c.ends {
		if !utf8.Valid(c.record[start:end]) {
			return i, "the text is not UTF-8 (it may be GB18030 or another older encoding): save the table as UTF-8"
		}
		if bytes.IndexByte(c.record[start:end], 0) >= 0 {
			return i, "the text holds a NUL character"
		}
		start = end
	}
	return 0, "the text is not UTF-8"
}

// badRecord says what is wrong with a record that could be read to its end.
type badRecord struct {
	cell   int
	reason string
}

func (b *badRecord) Error() string { return b.reason }

// readRecord reads one record into c.record and c.ends. A *badRecord leaves the source after the record.
func (c *csvReader) readRecord() error {
	c.record, c.ends = c.record[:0], c.ends[:0]
	line, err := c.readLine()
	for err == nil && len(line) == 0 {
		line, err = c.readLine()
	}
	if err != nil {
		return err
	}
	for {
		rest, more, err := c.readCell(line)
		if err != nil {
			return err
		}
		c.ends = append(c.ends, len(c.record))
		if !more {
			return nil
		}
		line = rest
	}
}

// readCell appends the cell at the start of line to the record; rest is what follows its separator, if there is one.
func (c *csvReader) readCell(line []byte) (rest []byte, more bool, err error) {
	if len(line) > 0 && line[0] == '"' {
		return c.readQuoted(line[1:])
	}
	cell := line
	if end := bytes.IndexByte(line, c.comma); end >= 0 {
		cell, rest, more = line[:end], line[end+1:], true
	}
	if bytes.IndexByte(cell, '"') >= 0 {
		return nil, false, c.bad(`a quotation mark inside a cell that is not quoted (write "" inside quotes)`)
	}
	if len(cell) > c.o.MaxCell {
		return nil, false, c.tooLong()
	}
	c.record = append(c.record, cell...)
	return rest, more, nil
}

// readQuoted appends a quoted cell, of which line is what follows the opening quotation mark.
func (c *csvReader) readQuoted(line []byte) (rest []byte, more bool, err error) {
	start := len(c.record)
	for {
		end := bytes.IndexByte(line, '"')
		if end < 0 {
			c.record = append(c.record, line...)
			if len(c.record)-start > c.o.MaxCell {
				return nil, false, c.tooLong()
			}
			if line, err = c.continued(); err != nil {
				return nil, false, err
			}
			continue
		}
		c.record = append(c.record, line[:end]...)
		if len(c.record)-start > c.o.MaxCell {
			return nil, false, c.tooLong()
		}
		line = line[end+1:]
		switch {
		case len(line) == 0:
			return nil, false, nil
		case line[0] == c.comma:
			return line[1:], true, nil
		case line[0] == '"':
			c.record = append(c.record, '"')
			line = line[1:]
		default:
			return nil, false, c.bad("text after the closing quotation mark")
		}
	}
}

// continued reads the next line of a quoted cell.
func (c *csvReader) continued() ([]byte, error) {
	c.record = append(c.record, '\n')
	if c.ended {
		return nil, c.bad("the quotation mark is never closed")
	}
	line, err := c.readLine()
	if errors.Is(err, io.EOF) {
		return nil, c.bad("the quotation mark is never closed")
	}
	return line, err
}

func (c *csvReader) bad(reason string) error { return &badRecord{cell: len(c.ends), reason: reason} }

func (c *csvReader) tooLong() error {
	return fault.New(fault.TooLarge, "row %d, column %q: the cell is longer than %d bytes (is a quotation mark never closed?)",
		c.number+1, c.column(len(c.ends)), c.o.MaxCell)
}

// readLine returns the next line without its line end; it is valid until the next call.
func (c *csvReader) readLine() ([]byte, error) {
	line, err := c.source.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		c.long = append(c.long[:0], line...)
		for errors.Is(err, bufio.ErrBufferFull) {
			if len(c.long) > maxLine {
				return nil, fault.New(fault.TooLarge, "a line is longer than %d bytes", maxLine)
			}
			line, err = c.source.ReadSlice('\n')
			c.long = append(c.long, line...)
		}
		line = c.long
	}
	if err != nil && (!errors.Is(err, io.EOF) || len(line) == 0) {
		return nil, err
	}
	c.ended = err != nil
	line = bytes.TrimSuffix(line, []byte{'\n'})
	return bytes.TrimSuffix(line, []byte{'\r'}), nil
}

// limitedReader fails, rather than ending, when more than limit bytes are read.
type limitedReader struct {
	source      io.Reader
	left, limit int64
}

func (l *limitedReader) Read(p []byte) (int, error) {
	n, err := l.source.Read(p)
	l.left -= int64(n)
	if l.left < 0 {
		return 0, fault.New(fault.TooLarge, "the table is larger than %d bytes", l.limit)
	}
	return n, err
}
