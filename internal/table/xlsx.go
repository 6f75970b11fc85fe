package table

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"rightkey/internal/fault"
)

const (
	defaultMaxBook  = 1 << 30 // most expanded bytes of a spreadsheet
	maxRatio        = 200     // most expansion of a part larger than ratioFrom: beyond it the file is an attack
	ratioFrom       = 1 << 20
	maxParts        = 2000
	maxSheetColumns = 16384
)

// OpenXLSX reads one worksheet of a spreadsheet (ECMA-376) of size bytes: Options.Sheet, or the first. Only values
// are read, of formulas the value stored with them; numbers come in their shortest decimal form, cells formatted as
// dates as 2014-12-31, 08:30:00 or 2014-12-31 08:30:00, truth values as true and false. The first row that is not
// blank is the header; a Row's Number is its distance from the header in the sheet, and blank rows are skipped.
func OpenXLSX(r io.ReaderAt, size int64, o Options) (Reader, error) {
	o = o.withDefaults()
	if o.MaxBytes == 0 {
		o.MaxBytes = defaultMaxBook
	}
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the file is not a spreadsheet")
	}
	book := &workbook{parts: make(map[string]*zip.File, len(archive.File))}
	if err := book.index(archive, o.MaxBytes); err != nil {
		return nil, err
	}
	sheet, err := book.sheet(o.Sheet)
	if err != nil {
		return nil, err
	}
	part, err := book.open(sheet)
	if err != nil {
		return nil, err
	}
	x := &xlsxReader{book: book, part: part, decoder: xml.NewDecoder(part), o: o}
	if err := x.readHeader(); err != nil {
		return nil, errors.Join(err, damaged(part.Close()))
	}
	return x, nil
}

// xlsxReader streams the rows of one worksheet part.
type xlsxReader struct {
	book     *workbook
	part     io.ReadCloser
	decoder  *xml.Decoder
	o        Options
	header   []string
	headerAt int   // sheet row of the header
	at       int   // sheet row last read
	formulas []int // columns with a formula in the row last read
	final    error
}

func (x *xlsxReader) Header() []string { return x.header }

func (x *xlsxReader) Close() error { return damaged(x.part.Close()) }

func (x *xlsxReader) readHeader() error {
	cells, err := x.readFilledRow()
	if errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "the worksheet is empty: it has no header row")
	}
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "read the header row")
	}
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	x.headerAt = x.at
	x.header, err = checkHeader(cells)
	return err
}

func (x *xlsxReader) Next() (Row, error) {
	if x.final != nil {
		return Row{}, x.final
	}
	cells, err := x.readFilledRow()
	if err != nil {
		x.final = err
		if !errors.Is(err, io.EOF) {
			x.final = fault.Wrap(fault.Invalid, err, "read the worksheet after row %d", x.at-x.headerAt)
		}
		return Row{}, x.final
	}
	row := Row{Number: x.at - x.headerAt}
	if x.o.MaxRows > 0 && row.Number > x.o.MaxRows {
		x.final = tooManyRows(x.o.MaxRows)
		return Row{}, x.final
	}
	width := len(x.header)
	for i, cell := range cells {
		if i >= width && cell != "" {
			return row, rowError(row.Number, "", "it has a value in column %d, the header has %d columns", i+1, width)
		}
		if len(cell) > x.o.MaxCell {
			return row, rowError(row.Number, x.header[i], "the cell is longer than %d bytes", x.o.MaxCell)
		}
		if strings.IndexByte(cell, 0) >= 0 || !utf8.ValidString(cell) {
			return row, rowError(row.Number, x.header[i], "the text is not valid")
		}
	}
	row.Cells = make([]string, width)
	copy(row.Cells, cells)
	row.Formulas = slices.DeleteFunc(slices.Clone(x.formulas), func(column int) bool { return column >= width })
	return row, nil
}

// readFilledRow returns the cells of the next row of the sheet that is not blank.
func (x *xlsxReader) readFilledRow() ([]string, error) {
	for {
		start, err := x.nextElement("row")
		if err != nil {
			return nil, err
		}
		at := x.at + 1
		if number, err := strconv.Atoi(attribute(start, "r")); err == nil {
			at = number
		}
		if at <= x.at {
			return nil, fault.New(fault.Invalid, "the rows of the worksheet are out of order at sheet row %d", at)
		}
		x.at = at
		cells, err := x.readCells()
		if err != nil {
			return nil, err
		}
		for _, cell := range cells {
			if strings.TrimSpace(cell) != "" {
				return cells, nil
			}
		}
	}
}

// nextElement skips to the next element of the name; io.EOF means the sheet's data ended as they should.
func (x *xlsxReader) nextElement(name string) (xml.StartElement, error) {
	for {
		token, err := x.decoder.Token()
		if err != nil {
			return xml.StartElement{}, damaged(err)
		}
		switch element := token.(type) {
		case xml.StartElement:
			if element.Name.Local == name {
				return element, nil
			}
		case xml.EndElement:
			if element.Name.Local == "sheetData" {
				return xml.StartElement{}, io.EOF
			}
		}
	}
}

// readCells reads the cells up to the end of the current row element.
func (x *xlsxReader) readCells() ([]string, error) {
	var cells []string
	x.formulas = x.formulas[:0]
	for {
		token, err := x.decoder.Token()
		if err != nil {
			return nil, damaged(err)
		}
		switch element := token.(type) {
		case xml.EndElement:
			if element.Name.Local == "row" {
				return cells, nil
			}
		case xml.StartElement:
			if element.Name.Local != "c" {
				continue
			}
			column := len(cells)
			if place := attribute(element, "r"); place != "" {
				if column = columnOf(place); column < len(cells) {
					return nil, fault.New(fault.Invalid, "the cell %q is out of order", place)
				}
			}
			if column >= maxSheetColumns {
				return nil, fault.New(fault.Invalid, "the worksheet has more than %d columns", maxSheetColumns)
			}
			value, computed, err := x.readValue(element)
			if err != nil {
				return nil, err
			}
			if computed {
				x.formulas = append(x.formulas, column)
			}
			for len(cells) < column {
				cells = append(cells, "")
			}
			cells = append(cells, value)
		}
	}
}

// cellElement is a c element: value, inline string, and whether there is a formula, which is not read.
type cellElement struct {
	Value   string     `xml:"v"`
	Inline  richString `xml:"is"`
	Formula *struct{}  `xml:"f"`
}

// readValue reads a cell's value; computed says that a formula made it.
func (x *xlsxReader) readValue(start xml.StartElement) (value string, computed bool, err error) {
	var cell cellElement
	if err := x.decoder.DecodeElement(&cell, &start); err != nil {
		return "", false, damaged(err)
	}
	value, err = x.text(start, cell)
	return value, cell.Formula != nil, err
}

// text is a cell's value as text.
func (x *xlsxReader) text(start xml.StartElement, cell cellElement) (string, error) {
	switch attribute(start, "t") {
	case "s":
		number, err := strconv.Atoi(cell.Value)
		if err != nil || number < 0 || number >= len(x.book.strings) {
			return "", fault.New(fault.Invalid, "the cell %q points to a text that is not there", attribute(start, "r"))
		}
		return x.book.strings[number], nil
	case "inlineStr":
		return cell.Inline.text(), nil
	case "b":
		return strconv.FormatBool(cell.Value == "1"), nil
	case "str", "e", "d":
		return cell.Value, nil
	}
	style, _ := strconv.Atoi(attribute(start, "s"))
	return x.book.number(cell.Value, style), nil
}

// columnOf reads the column, from 0, of a place such as "AB12"; -1 if there is none.
func columnOf(place string) int {
	column := 0
	for i := 0; i < len(place) && place[i] >= 'A' && place[i] <= 'Z' && i < 4; i++ {
		column = column*26 + int(place[i]-'A') + 1
	}
	return column - 1
}

func attribute(element xml.StartElement, name string) string {
	for _, a := range element.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// damaged is the error of a part that ends early, is not well-formed or cannot be expanded; nil stays nil.
func damaged(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fault.Wrap(fault.Invalid, err, "the spreadsheet is damaged")
}

// partName resolves the target of a relation of the workbook.
func partName(target string) string {
	if strings.HasPrefix(target, "/") {
		return target[1:]
	}
	return path.Join("xl", target)
}
