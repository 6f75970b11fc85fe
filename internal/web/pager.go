package web

import "net/url"

// Pager leads through a list that is read by cursor: there is a next page and a previous one, never page 317.
type Pager struct {
	Previous string // addresses, empty where there is no such page
	Next     string
	First    string // shown where the present page is not the first
	Text     string // "50 of 3,004 households"
}

// The parameters of an address that say where a page of a list begins or ends.
const (
	After  = "after"
	Before = "before"
)

// Cursor is the row from which a page of a list is read: the rows after it, or, Back, those before it.
type Cursor struct {
	Row  string // as the list writes the place of a row; empty for the first page
	Back bool
}

// CursorOf reads the cursor of an address.
func CursorOf(query url.Values) Cursor {
	if row := query.Get(Before); row != "" {
		return Cursor{Row: row, Back: true}
	}
	return Cursor{Row: query.Get(After)}
}

// Turned cuts a page out of rows and leads on from it. The rows are in the list's order and were read from the cursor
// on, one further than limit. address is that of the list with one parameter of paging, or with none for "", and keeps
// the filters; place writes where a row stands.
func Turned[T any](rows []T, limit int, c Cursor, address func(parameter, value string) string, place func(T) string) ([]T, Pager) {
	more := len(rows) > limit
	switch {
	case more && c.Back:
		rows = rows[len(rows)-limit:]
	case more:
		rows = rows[:limit]
	}
	var p Pager
	if c.Row != "" {
		p.First = address("", "")
	}
	if len(rows) == 0 {
		return rows, p
	}
	if more || c.Back {
		p.Next = address(After, place(rows[len(rows)-1]))
	}
	if c.Row != "" && (more || !c.Back) {
		p.Previous = address(Before, place(rows[0]))
	}
	if c.Back && !more {
		p.First = "" // this is the first page again
	}
	return rows, p
}
