package page

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// OpenMany is the door from a list of households to opening a case about each of them; query selects them.
func OpenMany(ctx context.Context, caller access.Caller, query url.Values) []web.Action {
	if !access.May(caller, access.CaseAct) {
		return nil
	}
	return []web.Action{{Label: caseWord(ctx, "many.door"), Href: "/cases/open?" + query.Encode(), Icon: "check"}}
}

// opening is a choice of households about whom cases are to be opened, and what that would come to.
type opening struct {
	scope   access.Scope
	query   url.Values // which households, by which procedure
	offered []*procedure.Definition
	chosen  *procedure.Definition // nil: none yet
	of      int
	procedure.Opening
}

// opening reads which households an address or a form selects, as the list of households does.
func (p *casePages) opening(r *http.Request, query url.Values) (opening, error) {
	ctx := r.Context()
	o := opening{query: query}
	listing, err := p.Scope(r, access.HouseholdList)
	if err != nil {
		return o, err
	}
	if o.scope, err = p.Scope(r, access.CaseAct); err != nil {
		return o, err
	}
	filter, err := p.Registry.ParseFilter(ctx, listing, query, "procedure", "n")
	if err != nil {
		return o, err
	}
	procedures, _, err := p.Cases.At(filter.Area)
	if err != nil {
		return o, err
	}
	for _, d := range procedures.List {
		may, err := p.Cases.MayOpen(o.scope.Caller(), d, filter.Area)
		if err != nil {
			return o, err
		}
		if may {
			o.offered = append(o.offered, d)
		}
		if d.Code == query.Get("procedure") {
			o.chosen = d
		}
	}
	households, err := p.Registry.List(ctx, listing, filter, registry.Position{}, procedure.Most+1)
	if err != nil {
		return o, err
	}
	ids := make([]int64, len(households))
	for i, h := range households {
		ids[i] = h.ID
	}
	if o.of = len(ids); o.chosen != nil {
		o.Opening, err = p.Cases.Preview(ctx, o.scope, o.chosen.Code, ids)
	}
	return o, err
}

// openMany asks by which procedure cases are to be opened and shows what it would come to, before anything is done.
func (p *casePages) openMany(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	o, err := p.opening(r, r.URL.Query())
	if err != nil {
		return err
	}
	lang := web.Lang(ctx)
	choice := web.Field{Name: "procedure", Label: caseWord(ctx, "procedure"), Kind: web.FieldSelect, Required: true, Value: o.query.Get("procedure")}
	for _, d := range o.offered {
		choice.Options = append(choice.Options, web.Option{Value: d.Code, Label: d.Title.In(lang)})
	}
	parts := []templ.Component{web.Note(caseWord(ctx, "many.about", "n", o.of)), web.Filters{Action: "/cases/open", Fields: []web.Field{choice}, Hidden: pairs(o.query, "procedure", "n"), Submit: caseWord(ctx, "many.preview")}}
	switch {
	case len(o.offered) == 0:
		parts = []templ.Component{web.Empty{Title: caseWord(ctx, "many.none"), Text: caseWord(ctx, "many.none_text"), Actions: []web.Action{{Label: caseWord(ctx, "nav"), Href: "/cases"}}}}
	case o.chosen != nil:
		parts = append(parts, o.previewed(ctx)...)
	}
	return p.show(w, r, caseWord(ctx, "many.title"), web.Crumb{Label: caseWord(ctx, "many.title")}, parts...)
}

// previewed is what opening would come to, with the button that does it.
func (o opening) previewed(ctx context.Context) []templ.Component {
	lang := web.Lang(ctx)
	ready := i18n.Number(lang, int64(len(o.Ready)))
	parts := []templ.Component{web.Tiles(web.Stat{Label: caseWord(ctx, "many.ready"), Value: ready}, web.Stat{Label: caseWord(ctx, "many.refused"), Value: i18n.Number(lang, int64(o.of-len(o.Ready)))})}
	if len(o.Refused) > 0 {
		t := web.Table{Caption: caseWord(ctx, "many.why"), Columns: []web.Column{{Label: caseWord(ctx, "reason")}, {Label: caseWord(ctx, "many.households"), Number: true}}}
		for _, g := range o.Refused {
			t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(web.Said(ctx, g.Why)), web.Text(i18n.Number(lang, int64(g.N)))}})
		}
		parts = append(parts, web.Box(caseWord(ctx, "many.why"), t))
	}
	if len(o.Ready) == 0 {
		return append(parts, web.Empty{Title: caseWord(ctx, "many.nobody"), Text: caseWord(ctx, "many.nobody_text"), Actions: []web.Action{{Label: caseWord(ctx, "list.all"), Href: "/cases?all=1"}}})
	}
	f := stepForm{path: "/cases/open", button: caseWord(ctx, "many.open", "n", ready), note: caseWord(ctx, "many.help"), hidden: append(pairs(o.query, "n"), web.Pair{Name: "n", Value: strconv.Itoa(len(o.Ready))})}
	return append(parts, web.Box(o.chosen.Title.In(lang), caseForm(f)))
}

// pairs are the parameters of a query without some.
func pairs(query url.Values, without ...string) []web.Pair {
	var list []web.Pair
	for name, values := range query {
		for _, value := range values {
			if value != "" && !slices.Contains(without, name) {
				list = append(list, web.Pair{Name: name, Value: value})
			}
		}
	}
	slices.SortFunc(list, func(a, b web.Pair) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value)) })
	return list
}

// openThem opens the cases that the page has shown. If there would be more or fewer of them by now it is a Stale fault.
func (p *casePages) openThem(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	o, err := p.opening(r, r.PostForm)
	if err != nil {
		return err
	}
	if o.chosen == nil || strconv.Itoa(len(o.Ready)) != r.PostForm.Get("n") {
		return fault.New(fault.Stale, "the list has changed since you opened it").Coded("procedure.list_stale")
	}
	_, job, err := p.Cases.Open(r.Context(), o.scope, o.chosen.Code, o.Ready)
	if err != nil {
		return err
	}
	return begun(w, r, job, address("/cases", "procedure", o.chosen.Code, "state", o.chosen.Start().Code, "area", o.query.Get("area")))
}
