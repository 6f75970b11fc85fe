package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/fault"
)

// Desk is what the pages of every room stand on.
type Desk struct {
	// Caller is who asks.
	Caller func(context.Context) access.Caller
	// Frame completes a page with what all pages share; nil adds nothing.
	Frame func(*http.Request, Page) Page
	// Account names an account; nil shows its number.
	Account func(ctx context.Context, account int64) string
}

// Scope decides on the caller of a request for a verb.
func (d Desk) Scope(r *http.Request, verb access.Verb) (access.Scope, error) {
	return access.Decide(d.Caller(r.Context()), verb)
}

// May says whether the caller of a request may act by a verb in an area.
func (d Desk) May(r *http.Request, verb access.Verb, area int64) bool {
	scope, err := d.Scope(r, verb)
	return err == nil && scope.Holds(area)
}

// MayAnywhere says whether the caller of a request may act by a verb in any area.
func (d Desk) MayAnywhere(r *http.Request, verb access.Verb) bool {
	return access.May(d.Caller(r.Context()), verb)
}

// Show answers with a page of parts in the shell.
func (d Desk) Show(w http.ResponseWriter, r *http.Request, status int, page Page, parts ...templ.Component) error {
	page.Viewer = ViewerFrom(r.Context())
	if r.Method == http.MethodGet {
		page.Path = r.URL.RequestURI()
	}
	if d.Frame != nil {
		page = d.Frame(r, page)
	}
	return Render(w, r, status, framed(page, parts))
}

// AccountName is what an account is called, "" for none.
func (d Desk) AccountName(ctx context.Context, id int64) string {
	switch {
	case id == 0:
		return ""
	case d.Account != nil:
		return d.Account(ctx, id)
	}
	return strconv.FormatInt(id, 10)
}

// ActorName is what the account is called that did something in a capacity of the journal, with whom it was done for.
func (d Desk) ActorName(ctx context.Context, id int64, capacity string) string {
	return Actor(ctx, func(id int64) string { return d.AccountName(ctx, id) }, id, capacity)
}

// Actor is ActorName with other names of accounts.
func Actor(ctx context.Context, name func(int64) string, id int64, capacity string) string {
	_, whom := access.ReadRole(capacity)
	if whom == 0 {
		return name(id)
	}
	return T(ctx, "office.covers.acting", "name", name(id), "absent", name(whom))
}

// See leads the browser on after an act.
func See(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

// Asked are the parameters of an address that have a value. One that is not known is refused, because ignoring it
// would show too much.
func Asked(r *http.Request, known ...string) (url.Values, error) {
	query := url.Values{}
	for name, values := range r.URL.Query() {
		if !slices.Contains(known, name) {
			return nil, Unknown(r.Context(), name)
		}
		if value := strings.TrimSpace(values[0]); value != "" {
			query.Set(name, value)
		}
	}
	return query, nil
}

// Unknown is the fault of an address with a parameter, or a value of it, that is not known.
func Unknown(ctx context.Context, parameter string) error {
	text := T(ctx, "web.unknown")
	return fault.New(fault.Invalid, "%s", text).With(0, parameter, "%s", text)
}

// Identifier reads the {id} of an address. What is no number is as absent as an unknown one.
func Identifier(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.New(fault.NotFound, "%s", T(r.Context(), "error.not_found"))
	}
	return id, nil
}

// Item is the record that an address names, for a caller who may do something somewhere.
func (d Desk) Item(r *http.Request, verb access.Verb) (scope access.Scope, id int64, err error) {
	if id, err = Identifier(r); err != nil {
		return scope, 0, err
	}
	scope, err = d.Scope(r, verb)
	return scope, id, err
}

// Acting is what an act on a record needs: who acts, the record that the address names, and the version of it that the
// form was made from.
func (d Desk) Acting(r *http.Request, verb access.Verb) (scope access.Scope, id, ver int64, err error) {
	if id, ver, err = Sent(r); err != nil {
		return scope, 0, 0, err
	}
	scope, err = d.Scope(r, verb)
	return scope, id, ver, err
}

// Sent is the record that the address of a form names, and the version of it that the form was made from.
func Sent(r *http.Request) (id, ver int64, err error) {
	if id, err = Identifier(r); err != nil {
		return 0, 0, err
	}
	if err = Form(r); err != nil {
		return 0, 0, err
	}
	ver, err = Version(r)
	return id, ver, err
}

// Version is that of the record from which a form was made.
func Version(r *http.Request) (int64, error) {
	ver, err := strconv.ParseInt(r.PostForm.Get("ver"), 10, 64)
	if err != nil {
		return 0, fault.New(fault.Required, "%s", T(r.Context(), "error.required"))
	}
	return ver, nil
}

// Form reads the fields of a form that is not about a file.
func Form(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, err, "%s", T(r.Context(), "error.invalid"))
	}
	return nil
}

// SendFile sends what may run nothing, whatever a browser takes it for (ASVS 5.0: V3.2.1, V5.4).
func SendFile(w http.ResponseWriter, kind string, content []byte) error {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	_, _ = w.Write(content) // a reader who has gone away cannot be told
	return nil
}

// Address is a path with a query, without the parameters that are empty or named.
func Address(path string, query url.Values, without ...string) string {
	kept := url.Values{}
	for name, values := range query {
		if query.Get(name) != "" && !slices.Contains(without, name) {
			kept[name] = values
		}
	}
	if len(kept) == 0 {
		return path
	}
	return path + "?" + kept.Encode()
}
