package page

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/a-h/templ"

	"rightkey/internal/fault"
	"rightkey/internal/web"
)

// form is a form of fields with one button.
type form struct {
	Action string
	Fields []web.Field
	Hidden []web.Pair
	Submit string
	Cancel string
	Plain  bool // the button is not what most people come for
	File   bool // it sends a file
}

// Render writes the form, with a summary of what is wrong above it.
func (f form) Render(ctx context.Context, w io.Writer) error { return formView(f).Render(ctx, w) }

func (f form) class() string {
	if f.Plain {
		return "btn"
	}
	return "btn btn-primary"
}

func (f form) attributes() templ.Attributes {
	if f.File {
		return templ.Attributes{"enctype": "multipart/form-data"}
	}
	return nil
}

// wrong puts what a fault says of fields beside them and returns the rest as a notice. It returns the error itself
// where it is none that a form can show.
func (f *form) wrong(ctx context.Context, err error) ([]web.Notice, error) {
	var known *fault.Error
	if !errors.As(err, &known) || known.Kind == fault.Internal || known.Kind == fault.Unavailable {
		return nil, err
	}
	shown := false
	for i := range f.Fields {
		for _, detail := range known.Details {
			if detail.Field == f.Fields[i].Name {
				f.Fields[i].Error, shown = detail.Reason, true
			}
		}
	}
	if shown {
		return nil, nil
	}
	return []web.Notice{{Tone: web.ToneBad, Text: web.Said(ctx, known)}}, nil
}

// show answers with a page of parts.
func show(w http.ResponseWriter, r *http.Request, status int, p web.Page, parts ...templ.Component) error {
	return web.Render(w, r, status, layout(p, parts))
}

// seeOther sends the browser on after something was done; done is the last part of a message below office.done.
func seeOther(w http.ResponseWriter, r *http.Request, path, done string) error {
	if done != "" {
		path += "?done=" + done
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}
