package web

import (
	"context"

	"github.com/a-h/templ"

	"rightkey/internal/i18n"
	"rightkey/internal/web/assets"
)

// Page is what the shell needs to know of a page. All texts are in the viewer's language already.
type Page struct {
	Title   string
	Viewer  Viewer
	Nav     []NavItem
	Crumbs  []Crumb // from the widest area down to this page; the last one is the page itself and needs no Href
	Flash   []Notice
	Actions []Action // what can be done with the page's subject, beside its title
	Area    *Choice  // the area the page looks at; nil where it looks at none
	Period  *Choice  // the period, likewise
	AsOf    string   // the moment the figures are of
	Search  *Search  // nil where nothing can be searched
	User    []Action // the viewer's own menu: account, log out
	Path    string   // path and query of this page, to come back to after changing language or light
	Wide    bool     // use the whole width, for tables with many columns
}

// Crumb is one step of the breadcrumb.
type Crumb struct{ Label, Href string }

// NavItem is one place of the main navigation.
type NavItem struct {
	Key    string // of the message that names it
	Href   string
	Icon   string
	Active bool
	Count  string // of what waits there; empty for none
}

// Choice is something the whole page depends on (its area, its period): the present value, a door to choose another.
type Choice struct{ Label, Href string }

// Search is the search field of the header. It is sent as a form body, never in the address: what people search for
// are names and numbers of persons.
type Search struct{ Action, Hint string }

// Action is something to do: a link, or a form of one button where it changes something.
type Action struct {
	Label  string
	Href   string
	Post   bool // it changes something and is sent as a form
	Hidden []Pair
	Icon   string
	Style  ActionStyle
	Key    string // access key of a link, "" for none
}

// ActionStyle is the weight of an action's button.
type ActionStyle string

// The weights: a plain button, the one thing most people come for, and what cannot be undone easily.
const (
	StylePlain   ActionStyle = ""
	StylePrimary ActionStyle = "primary"
	StyleDanger  ActionStyle = "danger"
)

// Pair is a name and a value that a form sends along unseen.
type Pair struct{ Name, Value string }

func (a Action) class() string {
	switch a.Style {
	case StylePrimary:
		return "btn btn-primary"
	case StyleDanger:
		return "btn btn-outline-danger"
	}
	return "btn"
}

// isLast says whether crumb i is the page itself.
func (p Page) isLast(i int) bool { return i == len(p.Crumbs)-1 }

// htmlTheme is the data-bs-theme attribute of the document: none lets the device decide.
func (p Page) htmlTheme() templ.Attributes {
	if theme := p.Viewer.Theme.known(); theme != ThemeAuto {
		return templ.Attributes{"data-bs-theme": string(theme)}
	}
	return nil
}

// styleSheet is the address of the style sheet for the viewer's writing direction.
func (p Page) styleSheet() string { return styleSheetOf(p.Viewer.Lang) }

// StyleSheet is the address of the style sheet for the reader, for documents without the shell.
func StyleSheet(ctx context.Context) string { return styleSheetOf(Lang(ctx)) }

func styleSheetOf(lang i18n.Lang) string {
	if i18n.Dir(lang) == "rtl" {
		return assets.Path("app.rtl.css")
	}
	return assets.Path("app.css")
}

// scriptSettings are htmx's: no styles of its own, no evaluation of code in attributes, scripts by nonce only.
func scriptSettings(ctx context.Context) string {
	return `{"includeIndicatorCSS":false,"history":"reload","inlineScriptNonce":"` + templ.GetNonce(ctx) + `"}`
}
