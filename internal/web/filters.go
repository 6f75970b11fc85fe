package web

// Filters narrow a list. They live in the address, so that the way back, a bookmark and a colleague see the same.
type Filters struct {
	Action string // address of the list
	Fields []Field
	Hidden []Pair // what the address keeps besides: area, sorting
	Active []Chip
	Clear  string // address without any filter
}

// Chip is a filter that is on, with the address of the list without it.
type Chip struct{ Label, Remove string }
