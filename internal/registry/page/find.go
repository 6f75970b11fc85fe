package page

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// foundPage is what the template of a search's answers shows.
type foundPage struct {
	text   string // what was looked for; empty for a national identity number
	people web.Table
	places []web.Action
	most   string // says that there may be more than is shown
}

// find goes on with what was typed into the search field: the answers have an address of their own, which holds the
// text sealed. A national identity number goes into no address; its answer follows at once.
func (p *pages) find(w http.ResponseWriter, r *http.Request, text string) error {
	scope, err := p.scope(r, access.HouseholdList)
	if err != nil {
		return err
	}
	if text == "" || !p.Registry.IsIdentity(scope, text) {
		query := url.Values{}
		if text != "" {
			query.Set(searchParameter, p.searches.close(p.Caller(r.Context()).Account, text, time.Now()))
		}
		http.Redirect(w, r, address("/households/search", query), http.StatusSeeOther)
		return nil
	}
	return p.answer(w, r, scope, text, "")
}

// found shows the answers of the search in the address.
func (p *pages) found(w http.ResponseWriter, r *http.Request) error {
	scope, err := p.scope(r, access.HouseholdList)
	if err != nil {
		return err
	}
	text := ""
	if token := r.URL.Query().Get(searchParameter); token != "" {
		opened, ok := p.searches.open(p.Caller(r.Context()).Account, token, time.Now())
		if !ok {
			return fault.New(fault.Gone, "%s", word(r.Context(), "list.search_expired"))
		}
		text = opened
	}
	return p.answer(w, r, scope, text, text)
}

// answer shows what a text finds; shown is the text as far as the page may repeat it.
func (p *pages) answer(w http.ResponseWriter, r *http.Request, scope access.Scope, text, shown string) error {
	ctx := r.Context()
	hits, err := p.Registry.Find(ctx, scope, registry.Query{Text: text}, registry.MostHits)
	if err != nil {
		return err
	}
	found := foundPage{text: shown}
	if found.people, err = p.hitTable(ctx, hits, text == ""); err != nil {
		return err
	}
	for _, hit := range hits {
		if hit.Household == nil {
			found.places = append(found.places, web.Action{Label: hit.Area.Label(web.Lang(ctx)), Href: "/households?area=" + url.QueryEscape(hit.Area.Code), Icon: "list"})
		}
	}
	if len(hits) == registry.MostHits {
		found.most = word(ctx, "find.most", "n", registry.MostHits)
	}
	page := web.Page{Title: word(ctx, "find.title"), Wide: true, Crumbs: []web.Crumb{{Label: word(ctx, "list.title"), Href: "/households"}, {Label: word(ctx, "find.title")}}}
	return p.show(w, r, http.StatusOK, page, foundView(found))
}

// hitTable lists the households and persons that were found; unasked says that nothing was looked for yet.
func (p *pages) hitTable(ctx context.Context, hits []registry.Hit, unasked bool) (web.Table, error) {
	table := web.Table{Caption: word(ctx, "find.title"), Columns: []web.Column{
		{Label: word(ctx, "find.who")}, {Label: word(ctx, "find.why")}, {Label: word(ctx, "household.number")}, {Label: word(ctx, "household.head")},
		{Label: web.T(ctx, "common.area")}, {Label: web.T(ctx, "common.status")}, {Label: word(ctx, "household.members"), Number: true},
	}, Empty: web.Empty{Title: word(ctx, "find.none"), Text: word(ctx, "find.none_text"), Actions: []web.Action{{Label: word(ctx, "list.title"), Href: "/households"}}}}
	if unasked {
		table.Empty = web.Empty{Title: word(ctx, "find.ask"), Text: word(ctx, "find.ask_text")}
	}
	var households []registry.Household
	for _, hit := range hits {
		if hit.Household != nil {
			households = append(households, *hit.Household)
		}
	}
	places, err := p.placesOf(ctx, households)
	if err != nil {
		return table, err
	}
	for _, hit := range hits {
		if hit.Household == nil {
			continue
		}
		row, err := p.hitRow(ctx, hit, places)
		if err != nil {
			return table, err
		}
		table.Rows = append(table.Rows, row)
	}
	return table, nil
}

func (p *pages) hitRow(ctx context.Context, hit registry.Hit, places map[int64]area.Area) (web.Row, error) {
	h := hit.Household
	pack, err := p.Registry.Pack(h.Area)
	if err != nil {
		return web.Row{}, err
	}
	row := web.Row{Href: "/households/" + h.Number}
	who := web.Text(word(ctx, "find.household"))
	if hit.Person != nil {
		row.Href += "#member-" + hit.Person.Number
		who = web.Text(masked(hit.Person.Name))
	}
	head := web.Text(masked(h.HeadName))
	if h.Head == 0 {
		head = web.Cell{Missing: true}
	}
	row.Cells = []web.Cell{who, web.Text(whyText(ctx, hit)), web.Text(h.Number), head, web.Text(placeLabel(ctx, places, h.Area)),
		{View: statusBadge(ctx, pack, h.Status)}, web.Text(i18n.Number(web.Lang(ctx), int64(h.Members)))}
	return row, nil
}

// masked is a name, or signs in its place for who may not see it.
func masked(name string) string {
	if name == "" {
		return "***"
	}
	return name
}

// whyText says how a search met a household or person; of an identity number also whether its holder is confirmed.
func whyText(ctx context.Context, hit registry.Hit) string {
	if hit.Why == registry.WhyIdentity && hit.Person != nil && hit.Person.IDState == "provisional" {
		return word(ctx, "find.why_provisional")
	}
	return word(ctx, "find.why_"+string(hit.Why))
}
