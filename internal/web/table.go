package web

import "github.com/a-h/templ"

// Table is a list of records with a head that stays in sight; on a phone every row becomes a card. Give it as many
// cells per row as it has columns.
type Table struct {
	Caption string // what the rows are; read by screen readers and shown above the table if ShowCaption
	Columns []Column
	Rows    []Row
	Empty   Empty // shown where there are no rows: what to do next

	ShowCaption bool
	// Scroll lets a table with many columns scroll sideways in a frame of its own.
	Scroll bool
}

// Column is a column's head.
type Column struct {
	Label  string
	Unit   string // in small type under the label: persons, %, a currency
	Number bool   // right-aligned, tabular figures
	Short  bool   // names, days and codes, which are not broken into lines where there is room
	Sort   string // address that sorts by this column; empty if it cannot be sorted by
	Sorted Order
}

// Order is how a table is sorted by a column.
type Order string

// The orders; NotSorted is by another column or not at all.
const (
	NotSorted  Order = ""
	Ascending  Order = "ascending"
	Descending Order = "descending"
)

func (o Order) sign() string {
	switch o {
	case Ascending:
		return "▲"
	case Descending:
		return "▼"
	}
	return "↕"
}

// Row is one record. Its address, if it has one, is opened by the row's first cell and by a click anywhere on it.
type Row struct {
	Href  string
	Cells []Cell
}

// Cell is a text, with a component in its place or after it where a text is not enough.
type Cell struct {
	Text    string
	Href    string          // of the cell's own, where it opens something else than the row
	View    templ.Component // a badge, a small bar; shown after Text
	Missing bool            // the value is not known, which is not 0 and not empty
}

// Text is a cell of plain text.
func Text(text string) Cell { return Cell{Text: text} }

// href is the address that cell i of the row opens.
func (r Row) href(i int) string {
	if r.Cells[i].Href != "" || i > 0 {
		return r.Cells[i].Href
	}
	return r.Href
}

// head is the column's label with its unit, as a card shows it before the value.
func (c Column) head() string {
	if c.Unit == "" {
		return c.Label
	}
	return c.Label + " (" + c.Unit + ")"
}

// class is the class of a cell in column c.
func (c Column) class() string {
	switch {
	case c.Number:
		return "number"
	case c.Short:
		return "short"
	}
	return ""
}
