package page

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/fault"
	"rightkey/internal/web"
)

func areaPath(key int64) string { return "/areas/" + strconv.FormatInt(key, 10) }

// areasPage is the first level, or what a search finds.
func (p *Pages) areasPage(w http.ResponseWriter, r *http.Request) error {
	if err := onlyFilters(r, "q", "after"); err != nil {
		return err
	}
	ctx := r.Context()
	s, err := scope(r, access.AreaRead)
	if err != nil {
		return err
	}
	page := p.Frame.Page(r, web.T(ctx, "office.nav.areas"))
	if access.May(s.Caller(), access.AreaEdit) {
		page.Actions = []web.Action{{Label: web.T(ctx, "office.areas.load"), Href: "/areas/load", Icon: "upload"}}
	}
	if text := r.URL.Query().Get("q"); text != "" {
		found, err := p.Areas.Search(ctx, s, text, perPage)
		if err != nil {
			return err
		}
		table, err := p.areaTable(r, found, true)
		if err != nil {
			return err
		}
		table.Empty = web.Empty{Icon: "search", Title: web.T(ctx, "office.areas.not_found"), Text: web.T(ctx, "office.areas.not_found_help")}
		return show(w, r, http.StatusOK, page, searchForm(r), table)
	}
	table, pager, err := p.parts(r, s, 0, "/areas")
	if err != nil {
		return err
	}
	table.Empty = web.Empty{Icon: "area", Title: web.T(ctx, "office.areas.none"), Text: web.T(ctx, "office.areas.none_help"), Actions: page.Actions}
	return show(w, r, http.StatusOK, page, searchForm(r), table, pager)
}

func searchForm(r *http.Request) web.Filters {
	ctx := r.Context()
	text := r.URL.Query().Get("q")
	f := web.Filters{Action: "/areas", Fields: []web.Field{{Name: "q", Label: web.T(ctx, "office.areas.search"), Value: text, Kind: "search"}}}
	if text != "" {
		f.Active, f.Clear = []web.Chip{{Label: text, Remove: "/areas"}}, "/areas"
	}
	return f
}

// parts lists the areas directly below parent.
func (p *Pages) parts(r *http.Request, s access.Scope, parent int64, path string) (web.Table, web.Pager, error) {
	after, err := strconv.ParseInt("0"+r.URL.Query().Get("after"), 10, 64)
	if err != nil {
		return web.Table{}, web.Pager{}, fault.Wrap(fault.Invalid, err, "%s", web.T(r.Context(), "office.fault.filter"))
	}
	found, err := p.Areas.Children(r.Context(), s, parent, after, perPage+1)
	if err != nil {
		return web.Table{}, web.Pager{}, err
	}
	var pager web.Pager
	if len(found) > perPage {
		found = found[:perPage]
		pager.Next = path + "?" + url.Values{"after": {strconv.FormatInt(found[perPage-1].Key, 10)}}.Encode()
	}
	if after > 0 {
		pager.First = path
	}
	table, err := p.areaTable(r, found, false)
	return table, pager, err
}

// areaTable lists areas; those that a search found say where they lie.
func (p *Pages) areaTable(r *http.Request, list []area.Area, where bool) (web.Table, error) {
	ctx := r.Context()
	table := web.Table{Caption: web.T(ctx, "office.nav.areas"), Columns: []web.Column{
		{Label: web.T(ctx, "common.name")}, {Label: web.T(ctx, "common.code")}, {Label: web.T(ctx, "office.areas.level")}, {Label: web.T(ctx, "office.areas.since")},
	}}
	if where {
		table.Columns = append(table.Columns, web.Column{Label: web.T(ctx, "office.areas.within")})
	}
	for _, a := range list {
		row := web.Row{Href: areaPath(a.Key), Cells: []web.Cell{web.Text(a.Label(web.Lang(ctx))), web.Text(a.Code), web.Text(p.levelName(r, a.Level)), web.Text(day(ctx, a.From))}}
		if a.To != nil {
			row.Cells[0].View = web.Badge{Tone: web.ToneWarn, Text: web.T(ctx, "office.areas.ended", "day", *a.To)}
		}
		if where {
			name, err := p.areaName(r, a.Parent)
			if err != nil {
				return table, err
			}
			row.Cells = append(row.Cells, web.Text(name))
		}
		table.Rows = append(table.Rows, row)
	}
	return table, nil
}

// levelName is what the pack in use calls a level, else its number.
func (p *Pages) levelName(r *http.Request, level int) string {
	if pack, err := p.Packs.Current(p.today()); err == nil && level >= 1 && level <= len(pack.Levels) {
		return pack.Levels[level-1].Label.In(web.Lang(r.Context()))
	}
	return number(r.Context(), level)
}

// areaPage is one area: where it lies, what it was called, what lies in it.
func (p *Pages) areaPage(w http.ResponseWriter, r *http.Request) error {
	if err := onlyFilters(r, "after"); err != nil {
		return err
	}
	ctx := r.Context()
	key, err := pathNumber(r, "key")
	if err != nil {
		return err
	}
	s, err := scope(r, access.AreaRead)
	if err != nil {
		return err
	}
	path, err := p.Areas.Path(ctx, key)
	if err != nil {
		return err
	}
	table, pager, err := p.parts(r, s, key, areaPath(key))
	if err != nil {
		return err
	}
	a, err := p.Areas.Get(ctx, s, key)
	around := fault.Is(err, fault.NotFound) && len(table.Rows) > 0 && len(path) > 0 // holds an area of the caller
	if err != nil && !around {
		return err
	}
	if around {
		a = path[len(path)-1]
	}
	page := p.Frame.Page(r, a.Label(web.Lang(ctx)), p.areaCrumbs(r, path)...)
	if p.AreaActions != nil && !around {
		page.Actions = p.AreaActions(ctx, a)
	}
	sections := []templ.Component{panel(p.levelName(r, a.Level), areaFacts(r, a))}
	if a.Level < p.Areas.Scheme().Levels() {
		table.Empty = web.Empty{Icon: "area", Title: web.T(ctx, "office.areas.none")}
		sections = append(sections, panel(web.T(ctx, "office.areas.parts"), table, pager))
	}
	if !around {
		history, err := p.Areas.History(ctx, s, key)
		if err != nil {
			return err
		}
		sections = append(sections, panel(web.T(ctx, "office.areas.history"), historyTable(r, history)))
	}
	return show(w, r, http.StatusOK, page, sections...)
}

func (p *Pages) areaCrumbs(r *http.Request, path []area.Area) []web.Crumb {
	crumbs := []web.Crumb{{Label: web.T(r.Context(), "office.nav.areas"), Href: "/areas"}}
	for _, a := range path {
		crumbs = append(crumbs, web.Crumb{Label: a.Label(web.Lang(r.Context())), Href: areaPath(a.Key)})
	}
	return crumbs
}

func areaFacts(r *http.Request, a area.Area) web.Facts {
	ctx := r.Context()
	facts := web.Facts{Items: []web.Fact{
		{Label: web.T(ctx, "common.name"), Value: a.Name},
		{Label: web.T(ctx, "common.code"), Value: a.Code},
		{Label: web.T(ctx, "office.areas.key"), Value: strconv.FormatInt(a.Key, 10)},
		{Label: web.T(ctx, "office.areas.since"), Value: day(ctx, a.From)},
	}}
	if a.To != nil {
		facts.Items = append(facts.Items, web.Fact{Label: web.T(ctx, "common.until"), Value: day(ctx, *a.To)})
	}
	if a.Lat != nil && a.Lon != nil {
		place := strconv.FormatFloat(*a.Lat, 'f', -1, 64) + ", " + strconv.FormatFloat(*a.Lon, 'f', -1, 64)
		facts.Items = append(facts.Items, web.Fact{Label: web.T(ctx, "office.areas.place"), Value: place})
	}
	return facts
}

func historyTable(r *http.Request, history []area.Past) web.Table {
	ctx := r.Context()
	table := web.Table{Caption: web.T(ctx, "office.areas.history"), Empty: web.Empty{Icon: "clock", Title: web.T(ctx, "office.areas.history_none")}, Columns: []web.Column{
		{Label: web.T(ctx, "common.name")}, {Label: web.T(ctx, "common.code")}, {Label: web.T(ctx, "common.from")}, {Label: web.T(ctx, "common.until")}}}
	for _, past := range history {
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{web.Text(past.Name), web.Text(past.Code), web.Text(day(ctx, past.From)), web.Text(day(ctx, past.To))}})
	}
	return table
}
