package page

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/web"
)

// changeRows is how many change sets a page of the list shows.
const changeRows = 50

// tab is a part of the list of changes.
type tab struct {
	key    string
	states []change.State
}

var tabs = []tab{
	{"waiting", []change.State{change.Waiting}},
	{"conflict", []change.State{change.Conflict}},
	{"decided", []change.State{change.Applied, change.Returned, change.Withdrawn, change.Expired}},
}

// changesPage is what the template of the list shows.
type changesPage struct {
	tabs  []tabLink
	table web.Table
	pager web.Pager
}

// tabLink is one tab with its count.
type tabLink struct {
	label, href string
	here        bool
}

// changes lists change sets by state, or those that an import made.
func (p *pages) changes(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, err := p.scope(r, access.ChangeRead)
	if err != nil {
		return err
	}
	query := asked(r.URL.Query())
	cursor := web.CursorOf(query)
	id, err := number64(cursor.Row, web.After)
	if err != nil {
		return err
	}
	from := change.Position{ID: id, Back: cursor.Back}
	var sets []change.Set
	page := web.Page{Title: word(ctx, "changes.title"), Wide: true}
	shown := changesPage{}
	if query.Has("import") {
		sets, err = p.importedChanges(r, scope, query.Get("import"), from)
		page.Title = word(ctx, "changes.of_import")
		page.Crumbs = []web.Crumb{{Label: word(ctx, "nav.imports"), Href: "/imports"}, {Label: query.Get("import"), Href: "/imports/" + query.Get("import")}, {Label: page.Title}}
	} else {
		var at tab
		if at, err = tabOf(query); err != nil {
			return err
		}
		if shown.tabs, err = p.tabLinks(ctx, scope, at); err != nil {
			return err
		}
		sets, err = p.Registry.Changes().List(ctx, scope, at.states, from, changeRows+1)
	}
	if err != nil {
		return err
	}
	sets, shown.pager = web.Turned(sets, changeRows, cursor, turning("/changes", query), func(set change.Set) string { return strconv.FormatInt(set.ID, 10) })
	if shown.table, err = p.changeTable(ctx, sets); err != nil {
		return err
	}
	return p.show(w, r, http.StatusOK, page, changesView(shown))
}

// importedChanges are the change sets of an import that the caller may see.
func (p *pages) importedChanges(r *http.Request, scope access.Scope, text string, from change.Position) ([]change.Set, error) {
	ctx := r.Context()
	id, err := number64(text, "import")
	if err != nil {
		return nil, err
	}
	own, err := p.scope(r, access.ImportRun)
	if err != nil {
		return nil, err
	}
	im, err := p.Registry.GetImport(ctx, own, id)
	if err != nil || im.Job == 0 {
		return nil, err
	}
	return p.Registry.ImportChanges(ctx, scope, im.Job, from, changeRows+1)
}

// number64 reads a whole number from a parameter, 0 where there is none.
func number64(text, parameter string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 {
		return 0, fault.New(fault.Invalid, "%s is not a number", parameter).With(0, parameter, "is not a number")
	}
	return n, nil
}

// tabOf is the tab that an address names, the first where it names none.
func tabOf(query url.Values) (tab, error) {
	if !query.Has("state") {
		return tabs[0], nil
	}
	for _, t := range tabs {
		if t.key == query.Get("state") {
			return t, nil
		}
	}
	return tab{}, fault.New(fault.Invalid, "there is no such state of changes").With(0, "state", "is not waiting, conflict or decided")
}

func (p *pages) tabLinks(ctx context.Context, scope access.Scope, at tab) ([]tabLink, error) {
	var links []tabLink
	for _, t := range tabs {
		n, err := p.Registry.Changes().Count(ctx, scope, t.states...)
		if err != nil {
			return nil, err
		}
		links = append(links, tabLink{label: word(ctx, "changes.tab."+t.key, "n", n), href: "/changes?state=" + t.key, here: t.key == at.key})
	}
	return links, nil
}

func (p *pages) changeTable(ctx context.Context, sets []change.Set) (web.Table, error) {
	table := web.Table{Caption: word(ctx, "changes.title"), Empty: web.Empty{Title: word(ctx, "changes.none"), Text: word(ctx, "changes.none_text")}, Columns: []web.Column{
		{Label: word(ctx, "changes.what")}, {Label: web.T(ctx, "common.area")}, {Label: web.T(ctx, "common.source")}, {Label: word(ctx, "changes.submitter")},
		{Label: word(ctx, "changes.submitted")}, {Label: word(ctx, "changes.records"), Number: true}, {Label: web.T(ctx, "common.status")},
	}}
	var keys []int64
	for _, set := range sets {
		keys = append(keys, set.Area, p.Registry.Areas().Scheme().Parent(set.Area))
	}
	places, err := p.Registry.Places(ctx, keys)
	if err != nil {
		return table, err
	}
	lang := web.Lang(ctx)
	for _, set := range sets {
		title := set.Title
		if title == "" {
			title = strconv.FormatInt(set.ID, 10)
		}
		table.Rows = append(table.Rows, web.Row{Href: "/changes/" + strconv.FormatInt(set.ID, 10), Cells: []web.Cell{
			web.Text(title), web.Text(placeLabel(ctx, places, set.Area)), web.Text(wordOr(ctx, "changes.source."+string(set.Source), string(set.Source))),
			web.Text(set.Person), web.Text(i18n.Moment(lang, set.Submitted)), web.Text(i18n.Number(lang, set.Count)), {View: stateBadge(ctx, set.State)},
		}})
	}
	return table, nil
}

// stateBadge is the state of a change set in a word.
func stateBadge(ctx context.Context, state change.State) web.Badge {
	tones := map[change.State]web.Tone{change.Waiting: web.ToneInfo, change.Conflict: web.ToneWarn, change.Applied: web.ToneGood, change.Returned: web.ToneReturned}
	return web.Badge{Tone: tones[state], Text: wordOr(ctx, "changes.state."+string(state), string(state))}
}
