package page

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/office"
	"rightkey/internal/web"
)

// Giving is the part of pages by which items of a list of work are given to somebody.
type Giving struct {
	web.Desk
	List string // address of the list; items have theirs below it, and List/assign gives them away
	// Workers are the accounts in scope to which the items can be given.
	Workers func(ctx context.Context, scope access.Scope) ([]web.Option, error)
	Give    func(ctx context.Context, scope access.Scope, g office.Giving) (int, error)
}

// givingForm is what the template shows: the items to give, and the address to come back to.
type givingForm struct {
	action, back string
	items        templ.Component
	fields       []web.Field
}

// Handle adds the act to a server.
func (g Giving) Handle(server *web.Server) {
	server.Handle("POST "+g.List+"/assign", web.Needs(access.ChangeDecide), g.give)
}

// Chosen shows a list with a box for each item and the form that gives the chosen ones away; the list alone to who may
// not. Items are the identifiers of the rows.
func (g Giving) Chosen(r *http.Request, back string, table web.Table, items []int64) (templ.Component, error) {
	fields, err := g.fields(r)
	if err != nil || fields == nil || len(items) == 0 {
		return table, err
	}
	table.Columns = slices.Insert(slices.Clone(table.Columns), 0, web.Column{Label: web.T(r.Context(), "office.give.choose")})
	for i := range table.Rows {
		row := &table.Rows[i]
		about := row.Cells[0].Text + " " + row.Cells[1].Text
		row.Cells = slices.Insert(row.Cells, 0, web.Cell{View: chooseItem(strconv.FormatInt(items[i], 10), about)})
		row.Cells[1].Href, row.Href = row.Href, ""
	}
	return givingView(givingForm{g.List + "/assign", back, table, fields}), nil
}

// Of is the form that gives one item away, nothing to who may not.
func (g Giving) Of(r *http.Request, area, id int64) (templ.Component, error) {
	fields, err := g.fields(r)
	if err != nil || fields == nil || !g.May(r, access.ChangeDecide, area) {
		return web.Parts(), err
	}
	item := strconv.FormatInt(id, 10)
	return givingView(givingForm{g.List + "/assign", g.List + "/" + item, web.Hidden([]web.Pair{{Name: "item", Value: item}}), fields}), nil
}

// fields are nil for who may not give items away.
func (g Giving) fields(r *http.Request) ([]web.Field, error) {
	ctx := r.Context()
	if !g.MayAnywhere(r, access.ChangeDecide) || g.Workers == nil {
		return nil, nil
	}
	scope, err := g.Scope(r, access.ChangeDecide)
	if err != nil {
		return nil, err
	}
	workers, err := g.Workers(ctx, scope)
	if err != nil {
		return nil, err
	}
	me := web.Option{Value: strconv.FormatInt(scope.Caller().Account, 10), Label: web.T(ctx, "office.give.me")}
	return []web.Field{
		{Name: "owner", Label: web.T(ctx, "office.give.owner"), Kind: web.FieldSelect, Options: append([]web.Option{me}, workers...), Required: true, IDPrefix: "give-"},
		{Name: "due", Label: web.T(ctx, "office.give.due"), Kind: web.FieldDate, IDPrefix: "give-"},
	}, nil
}

// give gives the chosen items to somebody and leads back to where they were chosen.
func (g Giving) give(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := web.Form(r); err != nil {
		return err
	}
	scope, err := g.Scope(r, access.ChangeDecide)
	if err != nil {
		return err
	}
	var giving office.Giving
	for _, text := range r.PostForm["item"] {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id <= 0 {
			return fault.New(fault.Invalid, "%s", web.T(ctx, "error.invalid"))
		}
		giving.Items = append(giving.Items, id)
	}
	if giving.Owner, err = strconv.ParseInt(r.PostForm.Get("owner"), 10, 64); err != nil {
		missing := web.T(ctx, "office.give.owner_missing")
		return fault.New(fault.Required, "%s", missing).With(0, "owner", "%s", missing)
	}
	if text := r.PostForm.Get("due"); text != "" {
		if giving.Due, err = clock.ParseDay(text); err != nil {
			return fault.New(fault.Invalid, "%s", web.T(ctx, "error.invalid")).With(0, "due", "%s", web.T(ctx, "error.invalid"))
		}
	}
	n, err := g.Give(ctx, scope, giving)
	if err != nil {
		return err
	}
	return web.See(w, r, g.backTo(r.PostForm.Get("back"), n))
}

// backTo is the page that somebody came from, and that so many items were given away. Other addresses than the list's
// and its items' lead to the whole list.
func (g Giving) backTo(text string, n int) string {
	back, err := url.Parse(text)
	if err != nil || back.Host != "" || back.Scheme != "" || back.Path != g.List && !strings.HasPrefix(back.Path, g.List+"/") {
		back = &url.URL{Path: g.List}
	}
	query := back.Query()
	query.Set(GivenAway, strconv.Itoa(n))
	return back.Path + "?" + query.Encode()
}

// GivenAway is the parameter of an address that says how many items were given away.
const GivenAway = "done"

// Given says how many items were given away before a page was shown, nothing where none were.
func Given(r *http.Request) []web.Notice {
	n := r.URL.Query().Get(GivenAway)
	if n == "" {
		return nil
	}
	return []web.Notice{{Tone: web.ToneGood, Title: web.T(r.Context(), "office.give.done", "n", n)}}
}
