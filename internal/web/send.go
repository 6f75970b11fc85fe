package web

import (
	"context"
	"io"
)

// Send is a form of a few fields that changes something.
type Send struct {
	Action string
	Upload bool // it carries a file
	Hidden []Pair
	Fields []Field
	Button string
}

// Render writes the form.
func (s Send) Render(ctx context.Context, w io.Writer) error { return sendView(s).Render(ctx, w) }

// kind is how the form is encoded.
func (s Send) kind() string {
	if s.Upload {
		return "multipart/form-data"
	}
	return "application/x-www-form-urlencoded"
}
