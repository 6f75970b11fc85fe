package page

import (
	"context"
	"net/http"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/office"
	"rightkey/internal/web"
)

// Place is an entry of the main navigation, shown to those who may go there.
type Place struct {
	Key  string // of the message that names it
	Href string
	Icon string
	Need web.Need
}

// Frame is what stands around the content of every page of the house: the same navigation and the same menu.
type Frame struct {
	Places []Place
	// Search is the search field of the header for a caller, which a later room fills; nil for none.
	Search func(context.Context, access.Caller) *web.Search
}

// Places are the office's own entries of the navigation.
func Places() []Place {
	return []Place{
		{Key: "office.nav.areas", Href: "/areas", Icon: "area", Need: web.Needs(access.AreaRead)},
		{Key: "office.nav.organisations", Href: "/organisations", Icon: "users", Need: web.Needs(access.AreaRead)},
		{Key: "office.nav.packs", Href: "/packs", Icon: "pack", Need: web.Needs(access.PackRead)},
		{Key: "office.nav.accounts", Href: "/accounts", Icon: "users", Need: web.Needs(access.AccountManage)},
		{Key: "office.nav.covers", Href: "/covers", Icon: "users", Need: web.Needs(access.CoverGive)},
		{Key: "office.nav.approvals", Href: "/approvals", Icon: "check", Need: web.Login},
		{Key: "office.nav.inspections", Href: "/inspections", Icon: "search", Need: web.Needs(access.InspectionOpen)},
		{Key: "office.nav.alerts", Href: "/alerts", Icon: "alert", Need: web.Needs(access.AlertRead)},
		{Key: "office.nav.jobs", Href: "/jobs", Icon: "wait", Need: web.Login},
		{Key: "office.nav.journal", Href: "/journal", Icon: "journal", Need: web.Needs(access.JournalRead)},
	}
}

// Page makes a page with a title and the steps that lead to it; the last step is the page itself.
func (f Frame) Page(r *http.Request, title string, crumbs ...web.Crumb) web.Page {
	return f.Around(r, web.Page{Title: title, Crumbs: crumbs})
}

// Around completes a page with what all pages share: viewer, navigation, the viewer's own menu, and the notice of
// what was done just before.
func (f Frame) Around(r *http.Request, p web.Page) web.Page {
	ctx := r.Context()
	p.Viewer = web.ViewerFrom(ctx)
	p.Path = r.URL.RequestURI()
	if r.Method != http.MethodGet {
		p.Path = "/"
	}
	if key := "office.done." + r.URL.Query().Get("done"); i18n.Has(key) {
		p.Flash = append([]web.Notice{{Tone: web.ToneGood, Text: web.T(ctx, key)}}, p.Flash...)
	}
	if !p.Viewer.LoggedIn {
		return p
	}
	p.User = []web.Action{
		{Label: web.T(ctx, "office.me.title"), Href: "/me"},
		{Label: web.T(ctx, "office.logout"), Href: "/logout", Post: true},
	}
	p.Nav = f.navigation(r)
	if f.Search != nil {
		p.Search = f.Search(ctx, office.CallerFrom(ctx))
	}
	return p
}

// navigation are the places where the caller may go.
func (f Frame) navigation(r *http.Request) []web.NavItem {
	caller := office.CallerFrom(r.Context())
	var items []web.NavItem
	for _, place := range f.Places {
		if place.Need != web.Login && place.Need != web.Public && !access.May(caller, access.Verb(place.Need)) {
			continue
		}
		here := r.URL.Path == place.Href || (place.Href != "/" && strings.HasPrefix(r.URL.Path, place.Href+"/"))
		items = append(items, web.NavItem{Key: place.Key, Href: place.Href, Icon: place.Icon, Active: here})
	}
	return items
}
