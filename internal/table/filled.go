package table

import (
	"errors"
	"io"
	"slices"
	"strings"

	"rightkey/internal/fault"
)

// Filled says by what a form with rows is known again when it comes back filled in.
type Filled struct {
	// Known are the columns that were filled in already. The header begins with the first, which proves a row.
	Known []string
	// Kept is how many of Known, from the first on, are read back; the others are for people.
	Kept int
}

// FilledRow is a row of a form that came back, as it was typed.
type FilledRow struct {
	Row   int               `json:"row"`   // as the spreadsheet counts
	Cells map[string]string `json:"cells"` // by column, the kept ones and those that say something
	Blank bool              `json:"-"`     // nothing was typed
}

// Read reads the rows of the first worksheet of a spreadsheet of size bytes that is this form, wherever it stands among
// the others. Options.Sheet is not used. It returns an Invalid fault where none is, and a TooLarge fault over a limit.
func (f Filled) Read(r io.ReaderAt, size int64, o Options) ([]FilledRow, error) {
	names, err := Sheets(r, size, o)
	if err != nil {
		return nil, err
	}
	for _, o.Sheet = range names {
		reader, err := OpenXLSX(r, size, o)
		if fault.Is(err, fault.Invalid) { // a worksheet that is no table
			continue
		}
		if err != nil {
			return nil, err
		}
		if !f.is(reader.Header()) {
			if err := reader.Close(); err != nil {
				return nil, err
			}
			continue
		}
		rows, err := f.rows(reader)
		return rows, errors.Join(err, reader.Close())
	}
	return nil, fault.New(fault.Invalid, "this is not the spreadsheet that was handed out").Coded("table.form")
}

// is says whether a worksheet with a header is this form.
func (f Filled) is(header []string) bool {
	return header[0] == f.Known[0] && !slices.ContainsFunc(f.Known[:f.Kept], func(name string) bool { return !slices.Contains(header, name) })
}

func (f Filled) rows(reader Reader) ([]FilledRow, error) {
	header := reader.Header()
	var rows []FilledRow
	for {
		row, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(row.Cells[0], "#") { // titles
			continue
		}
		one := FilledRow{Row: row.Number + 1, Cells: map[string]string{}, Blank: true}
		for i, cell := range row.Cells {
			cell = strings.TrimSpace(cell)
			switch at := slices.Index(f.Known, header[i]); {
			case at >= 0 && at < f.Kept:
				one.Cells[header[i]] = cell
			case at < 0 && cell != "":
				one.Cells[header[i]], one.Blank = cell, false
			}
		}
		rows = append(rows, one)
	}
}

// Reject is a row of a form that came back and cannot be taken in.
type Reject struct {
	Row    int
	About  string // what the row is about, as people know it; empty for the file as a whole
	Field  string // empty for the row as a whole
	Code   string // of the fault that says it to people
	Reason string // the same for programs
}

// Rejected is a row that a coded fault keeps out; false for an error that is no matter of the row.
func Rejected(row int, about string, err error) (Reject, bool) {
	var known *fault.Error
	if !errors.As(err, &known) || known.Code == "" {
		return Reject{}, false
	}
	reject := Reject{Row: row, About: about, Code: known.Code, Reason: known.Message}
	if len(known.Details) > 0 {
		reject.Field = known.Details[0].Field
	}
	return reject, true
}
