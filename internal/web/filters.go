package web

import (
	"context"

	"github.com/a-h/templ"
)

// Filters narrow a list. They live in the address, so that the way back, a bookmark and a colleague see the same.
type Filters struct {
	Action string // address of the list
	Fields []Field
	Hidden []Pair // what the address keeps besides: area, sorting
	Active []Chip
	Clear  string          // address without any filter
	Submit string          // what the button says where it does something else than narrow a list
	More   templ.Component // further controls, nil for none
}

// Chip is a filter that is on, with the address of the list without it.
type Chip struct{ Label, Remove string }

func (f Filters) submit(ctx context.Context) string {
	if f.Submit != "" {
		return f.Submit
	}
	return T(ctx, "common.filter")
}
