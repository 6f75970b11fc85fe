package page

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/office"
	"rightkey/internal/web"
)

func (p *Pages) accountsPage(w http.ResponseWriter, r *http.Request) error {
	if err := onlyFilters(r, "q", "after"); err != nil {
		return err
	}
	ctx := r.Context()
	query := r.URL.Query()
	after, err := strconv.ParseInt("0"+query.Get("after"), 10, 64)
	if err != nil {
		after = 0
	}
	found, err := p.Office.List(ctx, office.CallerFrom(ctx), query.Get("q"), after, perPage+1)
	if err != nil {
		return err
	}
	var pager web.Pager
	if len(found) > perPage {
		found = found[:perPage]
		pager.Next = "/accounts?" + url.Values{"q": {query.Get("q")}, "after": {strconv.FormatInt(found[perPage-1].ID, 10)}}.Encode()
	}
	if after > 0 {
		pager.First = "/accounts?" + url.Values{"q": {query.Get("q")}}.Encode()
	}
	invite := web.Action{Label: web.T(ctx, "office.accounts.invite"), Href: "/accounts/new", Icon: "user", Style: web.StylePrimary}
	table := web.Table{Caption: web.T(ctx, "office.nav.accounts"), Empty: web.Empty{Icon: "users", Title: web.T(ctx, "office.accounts.none"), Actions: []web.Action{invite}},
		Columns: []web.Column{{Label: web.T(ctx, "office.accounts.login")}, {Label: web.T(ctx, "common.name")}, {Label: web.T(ctx, "common.status")},
			{Label: web.T(ctx, "office.accounts.roles")}, {Label: web.T(ctx, "office.accounts.last_login")}}}
	for _, a := range found {
		last := web.Cell{Text: web.T(ctx, "office.accounts.never")}
		if a.LastLogin != 0 {
			last.Text = moment(ctx, a.LastLogin)
		}
		table.Rows = append(table.Rows, web.Row{Href: accountPath(a.ID), Cells: []web.Cell{web.Text(a.Login), web.Text(a.Name),
			{View: stateBadge(r, a)}, web.Text(p.rolesOf(r, a.Grants)), last}})
	}
	page := p.Frame.Page(r, web.T(ctx, "office.nav.accounts"))
	page.Actions = []web.Action{invite}
	filters := web.Filters{Action: "/accounts", Fields: []web.Field{{Name: "q", Label: web.T(ctx, "office.accounts.search"), Value: query.Get("q"), Kind: "search"}}}
	return show(w, r, http.StatusOK, page, filters, table, pager)
}

func accountPath(id int64) string { return "/accounts/" + strconv.FormatInt(id, 10) }

func stateBadge(r *http.Request, a office.Account) web.Badge {
	tones := map[office.State]web.Tone{office.Invited: web.ToneInfo, office.Active: web.ToneGood, office.Disabled: web.ToneBad}
	return web.Badge{Tone: tones[a.State], Text: web.T(r.Context(), "office.state."+string(a.State))}
}

// rolesOf names the roles that hold today.
func (p *Pages) rolesOf(r *http.Request, grants []access.Grant) string {
	var names []string
	for _, g := range grants {
		if g.From <= p.today() && (g.To == nil || p.today() <= *g.To) {
			names = append(names, office.RoleName(web.Lang(r.Context()), g.Role))
		}
	}
	return strings.Join(names, ", ")
}

// areaName is an area as people know it: its name, or everywhere.
func (p *Pages) areaName(r *http.Request, key int64) (string, error) {
	if key == 0 {
		return web.T(r.Context(), "office.areas.everywhere"), nil
	}
	path, err := p.Areas.Path(r.Context(), key)
	if err != nil {
		return "", err
	}
	return pathName(r, path), nil
}

func pathName(r *http.Request, path []area.Area) string {
	names := make([]string, len(path))
	for i, a := range path {
		names[i] = a.Label(web.Lang(r.Context()))
	}
	return strings.Join(names, " › ")
}

// factsOf shows an account with its grants, past ones too.
func (p *Pages) factsOf(r *http.Request, a office.Account) web.Facts {
	ctx := r.Context()
	last := web.Fact{Label: web.T(ctx, "office.accounts.last_login"), Value: web.T(ctx, "office.accounts.never")}
	if a.LastLogin != 0 {
		last.Value = moment(ctx, a.LastLogin)
	}
	return web.Facts{Items: []web.Fact{
		{Label: web.T(ctx, "office.accounts.login"), Value: a.Login},
		{Label: web.T(ctx, "common.name"), Value: a.Name},
		{Label: web.T(ctx, "office.accounts.person"), Value: a.Person},
		{Label: web.T(ctx, "common.status"), View: stateBadge(r, a)},
		{Label: web.T(ctx, "office.accounts.roles"), Value: p.rolesOf(r, a.Grants)},
		last,
	}}
}

// grantTable lists grants; with a path to post to, those that hold can be ended.
func (p *Pages) grantTable(r *http.Request, grants []access.Grant, revoke string) (web.Table, error) {
	ctx := r.Context()
	table := web.Table{Caption: web.T(ctx, "office.grants.title"), Empty: web.Empty{Title: web.T(ctx, "office.grants.none")}, Columns: []web.Column{
		{Label: web.T(ctx, "office.grants.role")}, {Label: web.T(ctx, "common.area")}, {Label: web.T(ctx, "common.from")}, {Label: web.T(ctx, "common.until")}, {Label: web.T(ctx, "office.me.end")},
	}}
	for _, g := range grants {
		where, err := p.areaName(r, g.Area)
		if err != nil {
			return table, err
		}
		until, end := web.Text(web.T(ctx, "office.grants.open")), web.Cell{}
		if g.To != nil {
			until.Text = day(ctx, *g.To)
		}
		if g.To == nil || *g.To >= p.today() {
			end.View = web.Action{Label: web.T(ctx, "office.grants.revoke"), Href: revoke, Post: true, Style: web.StyleDanger, Hidden: []web.Pair{
				{Name: "role", Value: g.Role}, {Name: "area", Value: strconv.FormatInt(g.Area, 10)}, {Name: "from", Value: g.From.String()}}}
		} else {
			end.View = web.Badge{Text: web.T(ctx, "office.grants.ended")}
		}
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{web.Text(office.RoleName(web.Lang(ctx), g.Role)), web.Text(where), web.Text(day(ctx, g.From)), until, end}})
	}
	return table, nil
}
