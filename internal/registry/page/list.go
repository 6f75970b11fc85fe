package page

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// listRows is how many households a page of the list shows.
const listRows = 50

// listPage is what the list's template shows.
type listPage struct {
	filters filterForm
	table   web.Table
	pager   web.Pager
}

// list shows the households that the address selects.
func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, err := p.scope(r, access.HouseholdList)
	if err != nil {
		return err
	}
	s, err := p.selected(r, scope)
	if err != nil {
		return err
	}
	households, persons, err := p.Registry.Count(ctx, scope, s.filter)
	if err != nil {
		return err
	}
	rows, err := p.Registry.Browse(ctx, scope, s.filter, s.from, listRows+1)
	if err != nil {
		return err
	}
	rows, pager := web.Turned(rows, listRows, web.CursorOf(s.query), turning("/households", s.query), positionText)
	table, err := p.householdTable(ctx, s, rows)
	if err != nil {
		return err
	}
	page := web.Page{Title: word(ctx, "list.title"), Wide: true}
	if err := p.lookingAt(ctx, scope, &page, s.filter.Area, "/households", s.query); err != nil {
		return err
	}
	if _, err := p.scope(r, access.ExportRun); err == nil && households > 0 {
		page.Actions = []web.Action{{Label: word(ctx, "list.export"), Href: address("/exports/new", with(s.query, "")), Icon: "download"}}
	}
	if p.may(r, access.Statistics, s.filter.Area) || s.filter.Area == 0 && access.May(p.Caller(ctx), access.Statistics) {
		page.Actions = append(page.Actions, web.Action{Label: word(ctx, "nav.overview"), Href: address("/", with(s.query, "")), Icon: "home"})
	}
	if p.Selected != nil && households > 0 && s.filter.Name == "" { // what a name selects stands in no address
		query, err := s.inMinorUnits()
		if err != nil {
			return err
		}
		for _, gone := range []string{web.After, web.Before} {
			query.Del(gone)
		}
		page.Actions = append(page.Actions, p.Selected(ctx, p.Caller(ctx), query)...)
	}
	filters := filtersOf(ctx, s)
	if err := p.narrower(ctx, scope, s, &filters); err != nil {
		return err
	}
	pager.Text = word(ctx, "list.shown", "n", len(rows), "households", households, "persons", persons)
	return p.show(w, r, http.StatusOK, page, listView(listPage{filters: filters, table: table, pager: pager}))
}

func (p *pages) householdTable(ctx context.Context, s selection, rows []registry.Household) (web.Table, error) {
	lang := web.Lang(ctx)
	table := web.Table{Caption: word(ctx, "list.title"), Columns: []web.Column{
		{Label: word(ctx, "household.number")}, {Label: word(ctx, "household.head"), Short: true}, {Label: web.T(ctx, "common.area")},
		{Label: web.T(ctx, "common.status")}, {Label: word(ctx, "since"), Short: true}, {Label: word(ctx, "household.members"), Number: true},
	}, Empty: web.Empty{Title: word(ctx, "list.empty"), Text: word(ctx, "list.empty_text"),
		Actions: []web.Action{{Label: web.T(ctx, "web.filters.clear"), Href: "/households"}}}}
	if len(s.query) == 0 {
		table.Empty = web.Empty{Title: word(ctx, "list.none"), Text: word(ctx, "list.none_text"), Actions: []web.Action{{Label: word(ctx, "nav.imports"), Href: "/imports"}}}
	}
	places, err := p.placesOf(ctx, rows)
	if err != nil {
		return table, err
	}
	for _, h := range rows {
		pack, err := p.Registry.Pack(h.Area)
		if err != nil {
			return table, err
		}
		head := web.Text(h.HeadName)
		if h.HeadName == "" {
			head = web.Text("***")
		}
		if h.Head == 0 {
			head = web.Cell{Missing: true}
		}
		table.Rows = append(table.Rows, web.Row{Href: "/households/" + h.Number, Cells: []web.Cell{
			web.Text(h.Number), head, web.Text(placeLabel(ctx, places, h.Area)), {View: statusBadge(ctx, pack, h.Status)},
			web.Text(i18n.Day(lang, h.Since)), web.Text(i18n.Number(lang, int64(h.Members))),
		}})
	}
	return table, nil
}

// placesOf are the areas of households and those around them.
func (p *pages) placesOf(ctx context.Context, rows []registry.Household) (map[int64]area.Area, error) {
	scheme := p.Registry.Areas().Scheme()
	var keys []int64
	for _, h := range rows {
		keys = append(keys, h.Area, scheme.Parent(h.Area))
	}
	return p.Registry.Places(ctx, keys)
}

// lookingAt says on a page which area it looks at: the breadcrumb leads out, its parts that are in scope are links.
func (p *pages) lookingAt(ctx context.Context, scope access.Scope, page *web.Page, key int64, path string, query url.Values) error {
	lang := web.Lang(ctx)
	scheme := p.Registry.Areas().Scheme()
	way, err := p.Registry.Areas().Path(ctx, key)
	if err != nil {
		return err
	}
	if slices.Contains(scope.Ranges(), access.Everywhere) {
		page.Crumbs = append(page.Crumbs, web.Crumb{Label: word(ctx, "everywhere"), Href: address(path, with(query, "area"))})
	}
	for _, a := range way {
		if scope.HoldsAll(scheme.Range(a.Key)) {
			page.Crumbs = append(page.Crumbs, web.Crumb{Label: a.Label(lang), Href: address(path, with(query, "area", a.Code))})
		}
	}
	page.Area = &web.Choice{Label: word(ctx, "everywhere")}
	if key == 0 && len(scope.Ranges()) > 0 && !slices.Contains(scope.Ranges(), access.Everywhere) {
		page.Area.Label = word(ctx, "own_areas")
	}
	if len(way) > 0 {
		page.Area.Label = way[len(way)-1].Label(lang)
	}
	return nil
}

// filterForm is the form of a list's filters.
type filterForm struct {
	main    []web.Field
	more    []web.Field
	isOpen  bool // one of more is on
	hidden  []web.Pair
	active  []web.Chip
	search  []web.Pair // what a search by name keeps
	hasName string     // the name that is searched for
}

// filtersOf makes the form: number and status first, the pack's items for lists behind them.
func filtersOf(ctx context.Context, s selection) filterForm {
	lang := web.Lang(ctx)
	statuses := options(lang, word(ctx, "list.any"), statusOptions(s.pack))
	f := filterForm{hasName: s.filter.Name, main: []web.Field{
		{Name: "status", Label: web.T(ctx, "common.status"), Kind: web.FieldSelect, Value: s.query.Get("status"), Options: statuses},
		{Name: "number", Label: word(ctx, "household.number"), Value: s.query.Get("number"), Attributes: map[string]any{"inputmode": "numeric"}},
	}}
	if len(s.filter.Status) > 1 {
		f.main[0].Value = ""
	}
	for _, name := range hiddenFilters(s) {
		for _, value := range s.query[name] {
			f.hidden = append(f.hidden, web.Pair{Name: name, Value: value})
		}
	}
	f.more = coreFilters(ctx, s)
	for _, item := range s.items {
		f.more = append(f.more, itemFilters(ctx, s, item)...)
	}
	f.isOpen = len(s.filter.Items) > 0 || s.filter.MinMembers != nil || s.filter.MaxMembers != nil || len(s.filter.HeadSex) > 0
	f.active = chips(ctx, s)
	for name := range with(s.query, searchParameter) {
		for _, value := range s.query[name] {
			f.search = append(f.search, web.Pair{Name: name, Value: value})
		}
	}
	return f
}

// narrower lets the reader choose one of the areas below.
func (p *pages) narrower(ctx context.Context, scope access.Scope, s selection, f *filterForm) error {
	lang := web.Lang(ctx)
	areas, err := p.Registry.Areas().Children(ctx, scope, s.filter.Area, 0, maxParts)
	if err != nil {
		return err
	}
	here := s.query.Get("area")
	field := web.Field{Name: "area", Label: web.T(ctx, "common.area"), Kind: web.FieldSelect, Value: here, Options: []web.Option{{Value: here, Label: word(ctx, "list.whole_area")}}}
	for _, a := range areas {
		if scope.HoldsAll(p.Registry.Areas().Scheme().Range(a.Key)) {
			field.Options = append(field.Options, web.Option{Value: a.Code, Label: a.Label(lang)})
		}
	}
	if len(field.Options) == 1 {
		if here != "" {
			f.hidden = append(f.hidden, web.Pair{Name: "area", Value: here})
		}
		return nil
	}
	f.main = append([]web.Field{field}, f.main...)
	return nil
}

// itemFilters are the controls by which one item is filtered.
func itemFilters(ctx context.Context, s selection, item *policy.Item) []web.Field {
	name := parameterOf(item)
	text := item.Label.In(web.Lang(ctx))
	switch item.Kind {
	case policy.Choice, policy.Multi:
		return []web.Field{{Name: name, Label: text, Kind: web.FieldSelect, Value: s.query.Get(name), Options: options(web.Lang(ctx), word(ctx, "list.any"), item.Options())}}
	case policy.Bool:
		return []web.Field{{Name: name, Label: text, Kind: web.FieldSelect, Value: s.query.Get(name), Options: []web.Option{
			{Label: word(ctx, "list.any")}, {Value: "true", Label: item.Format(web.Lang(ctx), true)}, {Value: "false", Label: item.Format(web.Lang(ctx), false)},
		}}}
	case policy.Text:
		return []web.Field{{Name: name, Label: text, Value: s.query.Get(name)}}
	}
	kind := web.FieldText
	if item.Kind == policy.Date {
		kind = web.FieldDate
	}
	var bounds []web.Field
	for _, end := range []string{"min", "max"} {
		bounds = append(bounds, web.Field{Name: name + "." + end, Label: word(ctx, "list."+end, "item", text), Kind: kind,
			Value: s.query.Get(name + "." + end), Unit: unitOf(ctx, s.pack, item)})
	}
	return bounds
}

// chips are the filters that are on, each with the address without it.
func chips(ctx context.Context, s selection) []web.Chip {
	var active []web.Chip
	add := func(name, text string) {
		active = append(active, web.Chip{Label: text, Remove: address(s.path, with(s.query, name))})
	}
	for _, code := range s.query["status"] {
		rest := slices.DeleteFunc(slices.Clone(s.query["status"]), func(c string) bool { return c == code })
		active = append(active, web.Chip{Label: web.T(ctx, "common.status") + ": " + statusBadge(ctx, s.pack, code).Text, Remove: address(s.path, with(s.query, "status", rest...))})
	}
	if number := s.query.Get("number"); number != "" {
		add("number", word(ctx, "household.number")+": "+number)
	}
	if s.filter.Name != "" {
		add(searchParameter, word(ctx, "list.name_begins", "name", s.filter.Name))
	}
	coreChips(ctx, s, add)
	if s.filter.Closed {
		add("closed", word(ctx, "list.closed"))
	}
	for _, item := range s.items {
		name, text := parameterOf(item), item.Label.In(web.Lang(ctx))
		for _, value := range s.query[name] {
			add(name, text+": "+chosen(ctx, item, value))
		}
		if s.query.Has(name + ".none") {
			add(name+".none", text+": "+web.T(ctx, "common.unknown"))
		}
		for _, end := range []string{"min", "max"} {
			if value := s.query.Get(name + "." + end); value != "" {
				add(name+"."+end, word(ctx, "list."+end, "item", text)+" "+value)
			}
		}
	}
	return active
}

// chosen is an answer in words.
func chosen(ctx context.Context, item *policy.Item, value string) string {
	if parsed, err := item.Parse(value); err == nil {
		if text := item.Format(web.Lang(ctx), parsed); text != "" {
			return text
		}
	}
	return value
}
