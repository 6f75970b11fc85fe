package table

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Form is a table to be filled in by people: a worksheet with a header, lists of answers to choose from, and a
// worksheet of explanations, whose head begins with # so that whoever reads the file back knows that it holds no data.
//
// A form with rows is about known things: its header is hidden above a row of titles, and what stands in locked columns
// cannot be changed by mistake. The first title begins with #, so that a reader passes the row over.
type Form struct {
	Sheet     string
	Columns   []FormColumn
	Rows      [][]string
	Notes     string   // name of the worksheet of explanations; "" for none
	NotesHead []string // its header: the column's name first
	FromRight bool     // columns run from the right

	answers string // name of the hidden worksheet with the answers to choose from
}

// FormColumn is one column of a form.
type FormColumn struct {
	Name    string
	Title   string   // above the rows of a form that has some
	Locked  bool     // of a form with rows: filled in already
	Hidden  bool     // for programs only
	Answers []string // what may stand in a cell; nil for anything
	Notes   []string // its row of explanations, after its name
}

// formRows is how many rows offer their answers to choose from.
const formRows = 5000

// WriteForm writes forms as the worksheets of one spreadsheet, each of another name.
func WriteForm(w io.Writer, forms ...Form) (err error) {
	book := newBook()
	defer func() { err = errors.Join(err, book.Close()) }()
	for i, f := range forms {
		f.answers = "_answers" + strings.Repeat("_", i)
		if err := f.add(book, i == 0); err != nil {
			return fmt.Errorf("write a form: %w", err)
		}
	}
	_, err = book.WriteTo(w)
	return err
}

// add makes the worksheets of a form and fills them; the first takes the worksheet that a new book has.
func (f Form) add(book *excelize.File, first bool) error {
	names := []string{f.Sheet, f.answers}
	if f.Notes != "" {
		names = append(names, f.Notes)
	}
	if first {
		if err := book.SetSheetName("Sheet1", f.Sheet); err != nil {
			return err
		}
		names = names[1:]
	}
	for _, name := range names {
		if _, err := book.NewSheet(name); err != nil {
			return err
		}
	}
	if err := book.SetSheetVisible(f.answers, false, true); err != nil {
		return err
	}
	return f.fill(book)
}

func (f Form) fill(book *excelize.File) error {
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E3EEE6"}}})
	if err != nil {
		return err
	}
	// Cells are text: codes keep their leading zeros.
	text, err := book.NewStyle(&excelize.Style{NumFmt: 49, Protection: &excelize.Protection{Locked: false}})
	if err != nil {
		return err
	}
	if err := f.explain(book); err != nil {
		return err
	}
	for i, column := range f.Columns {
		if err := f.fillColumn(book, i, column, text); err != nil {
			return err
		}
	}
	last, err := excelize.ColumnNumberToName(len(f.Columns))
	if err != nil {
		return err
	}
	head := f.heads()
	at := strconv.Itoa(head)
	err = errors.Join(
		book.SetCellStyle(f.Sheet, "A"+at, last+at, bold),
		book.SetPanes(f.Sheet, &excelize.Panes{Freeze: true, YSplit: head, TopLeftCell: "A" + strconv.Itoa(head+1), ActivePane: "bottomLeft"}),
		book.SetColWidth(f.Sheet, "A", last, 18),
		book.SetSheetView(f.Sheet, 0, &excelize.ViewOptions{RightToLeft: &f.FromRight}),
	)
	if err != nil || len(f.Rows) == 0 {
		return err
	}
	return f.fillRows(book)
}

// explain writes the worksheet of explanations.
func (f Form) explain(book *excelize.File) error {
	if f.Notes == "" {
		return nil
	}
	err := errors.Join(book.SetSheetRow(f.Notes, "A1", &f.NotesHead), book.SetColWidth(f.Notes, "A", "D", 30))
	for i, column := range f.Columns {
		row := append([]string{column.Name}, column.Notes...)
		err = errors.Join(err, book.SetSheetRow(f.Notes, "A"+strconv.Itoa(i+2), &row))
	}
	return err
}

// heads is how many rows stand above the data.
func (f Form) heads() int {
	if len(f.Rows) > 0 {
		return 2
	}
	return 1
}

// fillRows writes the rows below the titles and locks what is filled in. The lock has no password: it keeps from
// mistakes, not from forgers.
func (f Form) fillRows(book *excelize.File) error {
	locked, err := book.NewStyle(&excelize.Style{NumFmt: 49, Font: &excelize.Font{Color: "555555"}})
	if err != nil {
		return err
	}
	for i, row := range f.Rows {
		if err := book.SetSheetRow(f.Sheet, "A"+strconv.Itoa(f.heads()+1+i), &row); err != nil {
			return err
		}
	}
	for i, column := range f.Columns {
		name, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		err = book.SetCellStr(f.Sheet, name+"2", column.Title)
		if column.Locked {
			err = errors.Join(err, book.SetCellStyle(f.Sheet, name+"3", name+strconv.Itoa(f.heads()+len(f.Rows)), locked))
		}
		if column.Hidden {
			err = errors.Join(err, book.SetColVisible(f.Sheet, name, false))
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(book.SetRowVisible(f.Sheet, 1, false),
		book.ProtectSheet(f.Sheet, &excelize.SheetProtectionOptions{SelectLockedCells: true, SelectUnlockedCells: true, FormatColumns: true, FormatRows: true}))
}

func (f Form) fillColumn(book *excelize.File, i int, column FormColumn, style int) error {
	name, err := excelize.ColumnNumberToName(i + 1)
	if err != nil {
		return err
	}
	err = errors.Join(book.SetColStyle(f.Sheet, name, style), book.SetCellStr(f.Sheet, name+"1", column.Name))
	if err != nil || len(column.Answers) == 0 {
		return err
	}
	if err := book.SetSheetCol(f.answers, name+"1", &column.Answers); err != nil {
		return err
	}
	choice := excelize.NewDataValidation(true)
	choice.SetSqref(fmt.Sprintf("%s%d:%s%d", name, f.heads()+1, name, f.heads()+max(formRows, len(f.Rows))))
	choice.SetSqrefDropList(fmt.Sprintf("%s!$%s$1:$%s$%d", f.answers, name, name, len(column.Answers)))
	return book.AddDataValidation(f.Sheet, choice)
}
