package table

import (
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"
)

// Book is a spreadsheet with one table and one worksheet of remarks.
type Book struct {
	Sheet  string
	Header []string
	Text   []bool   // columns whose cells stay text even where they look like numbers, as numbers of persons do
	About  string   // name of the worksheet of remarks
	Lines  []string // its lines; the first begins with # so that readers pass the worksheet over
	Footer string   // printed at the foot of every sheet of paper
}

// NewBookWriter writes a spreadsheet to w as NewXLSXWriter does, with the remarks beside the table.
func NewBookWriter(w io.Writer, b Book) (Writer, error) {
	book := newBook()
	sheet, err := b.prepare(book)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("write spreadsheet: %w", err), book.Close())
	}
	x := &xlsxWriter{out: w, book: book, sheet: sheet, columns: len(b.Header), values: make([]any, len(b.Header)), text: b.Text}
	return x, x.Write(b.Header)
}

func (b Book) prepare(book *excelize.File) (*excelize.StreamWriter, error) {
	if err := book.SetSheetName("Sheet1", b.Sheet); err != nil {
		return nil, err
	}
	if _, err := book.NewSheet(b.About); err != nil {
		return nil, err
	}
	if err := book.SetSheetCol(b.About, "A1", &b.Lines); err != nil {
		return nil, err
	}
	// & is the sign of a field in headers and footers; the text is cut to what a footer holds.
	footer := []rune("&L")
	for _, r := range b.Footer {
		if r != '&' && len(footer) < 200 {
			footer = append(footer, r)
		}
	}
	if err := book.SetHeaderFooter(b.Sheet, &excelize.HeaderFooterOptions{OddFooter: string(footer)}); err != nil {
		return nil, err
	}
	return book.NewStreamWriter(b.Sheet)
}
