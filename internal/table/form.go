package table

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// Form is an empty table to be filled in by people: a worksheet with a header, lists of answers to choose from, and a
// worksheet of explanations, whose head begins with # so that whoever reads the file back knows that it holds no data.
type Form struct {
	Sheet     string
	Columns   []FormColumn
	Notes     string   // name of the worksheet of explanations
	NotesHead []string // its header: the column's name first
}

// FormColumn is one column of a form.
type FormColumn struct {
	Name    string
	Answers []string // what may stand in a cell; nil for anything
	Notes   []string // its row of explanations, after its name
}

// formRows is how many rows offer their answers to choose from.
const formRows = 5000

const answerSheet = "_answers"

// WriteForm writes the form as a spreadsheet.
func WriteForm(w io.Writer, f Form) (err error) {
	book := newBook()
	defer func() { err = errors.Join(err, book.Close()) }()
	if err := book.SetSheetName("Sheet1", f.Sheet); err != nil {
		return fmt.Errorf("write a form: %w", err)
	}
	for _, name := range []string{f.Notes, answerSheet} {
		if _, err := book.NewSheet(name); err != nil {
			return fmt.Errorf("write a form: %w", err)
		}
	}
	if err := book.SetSheetVisible(answerSheet, false, true); err != nil {
		return fmt.Errorf("write a form: %w", err)
	}
	if err := f.fill(book); err != nil {
		return fmt.Errorf("write a form: %w", err)
	}
	_, err = book.WriteTo(w)
	return err
}

func (f Form) fill(book *excelize.File) error {
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E3EEE6"}}})
	if err != nil {
		return err
	}
	text, err := book.NewStyle(&excelize.Style{NumFmt: 49}) // text: codes keep their leading zeros
	if err != nil {
		return err
	}
	if err := book.SetSheetRow(f.Notes, "A1", &f.NotesHead); err != nil {
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
	return errors.Join(
		book.SetCellStyle(f.Sheet, "A1", last+"1", bold),
		book.SetPanes(f.Sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}),
		book.SetColWidth(f.Sheet, "A", last, 18),
		book.SetColWidth(f.Notes, "A", "D", 30),
	)
}

func (f Form) fillColumn(book *excelize.File, i int, column FormColumn, style int) error {
	name, err := excelize.ColumnNumberToName(i + 1)
	if err != nil {
		return err
	}
	row := append([]string{column.Name}, column.Notes...)
	err = errors.Join(
		book.SetColStyle(f.Sheet, name, style),
		book.SetCellStr(f.Sheet, name+"1", column.Name),
		book.SetSheetRow(f.Notes, "A"+strconv.Itoa(i+2), &row),
	)
	if err != nil || len(column.Answers) == 0 {
		return err
	}
	if err := book.SetSheetCol(answerSheet, name+"1", &column.Answers); err != nil {
		return err
	}
	choice := excelize.NewDataValidation(true)
	choice.SetSqref(fmt.Sprintf("%s2:%s%d", name, name, formRows+1))
	choice.SetSqrefDropList(fmt.Sprintf("%s!$%s$1:$%s$%d", answerSheet, name, name, len(column.Answers)))
	return book.AddDataValidation(f.Sheet, choice)
}
