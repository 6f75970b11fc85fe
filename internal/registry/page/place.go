package page

import (
	"context"
	"math"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// PlaceForm is the address of the form of an area.
func PlaceForm(key int64) string { return "/areas/" + strconv.FormatInt(key, 10) + "/form" }

// PlaceLink leads from an area's page to its form, for those who may see it and where the pack has one.
func PlaceLink(rooms *registry.Service) func(ctx context.Context, a area.Area) []web.Action {
	return func(ctx context.Context, a area.Area) []web.Action {
		pack, err := rooms.Pack(a.Key)
		if err != nil || a.Level > len(pack.Levels) || len(registry.PlaceForms(pack, pack.Levels[a.Level-1].Code)) == 0 {
			return nil
		}
		return []web.Action{{Label: word(ctx, "place.form"), Href: PlaceForm(a.Key), Icon: "list", Style: web.StylePrimary}}
	}
}

// subjectName is what records of a kind are called: the pack's word of a level, else the program's.
func subjectName(ctx context.Context, pack *policy.Pack, kind string) string {
	if level := pack.Levels.Find(kind); level != 0 {
		return pack.Levels[level-1].Label.In(web.Lang(ctx))
	}
	return word(ctx, "subject."+kind)
}

// areaKey reads the key of an area from the address.
func areaKey(r *http.Request) (int64, error) {
	key, err := strconv.ParseInt(r.PathValue("key"), 10, 64)
	if err != nil || key <= 0 {
		return 0, fault.New(fault.NotFound, "%s", web.T(r.Context(), "error.not_found"))
	}
	return key, nil
}

// placeView is what the template of an area's form shows.
type placeView struct {
	years    []yearLink
	panels   []templ.Component // of other rooms
	compared web.Table
	parts    []section
}

// place shows the form of an area: what it states, a year at a time, beside what the register counts.
func (p *pages) place(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	key, err := areaKey(r)
	if err != nil {
		return err
	}
	year, err := yearOf(ctx, r.URL.Query().Get("year"))
	if err != nil {
		return err
	}
	scope, err := p.scope(r, access.AreaRead)
	if err != nil {
		return err
	}
	at, err := p.Registry.Place(ctx, scope, key, year)
	if err != nil {
		return err
	}
	page := web.Page{Title: at.Label(web.Lang(ctx)) + " · " + word(ctx, "place.form"), Flash: saved(r)}
	if page.Crumbs, err = p.areaCrumbs(ctx, key); err != nil {
		return err
	}
	page.Crumbs = append(page.Crumbs, web.Crumb{Label: word(ctx, "place.form")})
	edit := ""
	if p.may(r, access.HouseholdEdit, key) {
		edit = PlaceForm(key) + "/change"
		page.Actions = []web.Action{{Label: word(ctx, "edit.propose"), Href: edit, Icon: "change", Style: web.StylePrimary}}
	}
	view := placeView{years: placeYears(ctx, at), parts: placeSections(ctx, scope, at, edit)}
	if view.compared, err = p.compared(r, at); err != nil {
		return err
	}
	for _, show := range p.PlacePanels {
		panel, err := show(ctx, p.Caller(ctx), at)
		if err != nil {
			return err
		}
		if panel != nil {
			view.panels = append(view.panels, panel)
		}
	}
	return p.show(w, r, http.StatusOK, page, placeContent(view))
}

// areaCrumbs leads to the pages of the areas around one and to its own.
func (p *pages) areaCrumbs(ctx context.Context, key int64) ([]web.Crumb, error) {
	way, err := p.Registry.Areas().Path(ctx, key)
	if err != nil {
		return nil, err
	}
	crumbs := []web.Crumb{{Label: web.T(ctx, "office.nav.areas"), Href: "/areas"}}
	for _, a := range way {
		crumbs = append(crumbs, web.Crumb{Label: a.Label(web.Lang(ctx)), Href: "/areas/" + strconv.FormatInt(a.Key, 10)})
	}
	return crumbs, nil
}

// placeYears are links to the answers of each year, after one to the latest of each section.
func placeYears(ctx context.Context, at registry.Place) []yearLink {
	if len(at.Years) == 0 {
		return nil
	}
	links := []yearLink{{label: word(ctx, "year.latest"), href: PlaceForm(at.Key), here: at.Year == 0}}
	for _, y := range at.Years {
		links = append(links, yearLink{label: strconv.Itoa(y), href: PlaceForm(at.Key) + "?year=" + strconv.Itoa(y), here: y == at.Year})
	}
	return links
}

// placeSections are the answers by form section, those that the reader may see.
func placeSections(ctx context.Context, scope access.Scope, at registry.Place, edit string) []section {
	v := viewer{ctx: ctx, scope: scope, f: registry.File{Household: registry.Household{Area: at.Key}, Pack: at.Pack}}
	var list []section
	for _, form := range registry.PlaceForms(at.Pack, at.Kind) {
		items := visibleItems(at.Pack, at.Kind, form.Code, v.sees)
		if len(items) == 0 {
			continue
		}
		s := section{title: form.Label.In(web.Lang(ctx)), facts: web.Facts{Items: v.factsOf(items, at.Facts)}}
		if y := at.Answered[form.Code]; form.Yearly && y != 0 {
			s.title += " " + strconv.Itoa(y)
		}
		if edit != "" {
			s.href = edit + "?section=" + form.Code
			if form.Yearly && at.Year != 0 {
				s.href += "&year=" + strconv.Itoa(at.Year)
			}
		}
		list = append(list, s)
	}
	return list
}

// compared puts what the form states beside what the register counts now, for those who may see its households.
func (p *pages) compared(r *http.Request, at registry.Place) (web.Table, error) {
	ctx := r.Context()
	lang := web.Lang(ctx)
	table := web.Table{Caption: word(ctx, "place.compared"), Columns: []web.Column{
		{Label: word(ctx, "place.what")}, {Label: word(ctx, "place.stated"), Number: true}, {Label: word(ctx, "place.counted"), Number: true}, {Label: word(ctx, "place.verdict")},
	}}
	if !access.May(p.Caller(ctx), access.HouseholdList) {
		return table, nil
	}
	scope, err := p.scope(r, access.HouseholdList)
	if err != nil {
		return table, err
	}
	if !scope.HoldsAll(p.Registry.Areas().Scheme().Range(at.Key)) {
		return table, nil
	}
	tally, err := p.Registry.Tally(ctx, scope, at.Key)
	if err != nil {
		return table, err
	}
	for _, s := range at.Compare(tally) {
		row := web.Row{Cells: []web.Cell{
			web.Text(s.Item.Label.In(lang)),
			{Text: valueText(ctx, at.Pack, s.Item, s.Value), Missing: s.Value == nil},
			{Text: countedText(lang, s), Missing: math.IsNaN(s.Counted)},
			{View: verdictOf(ctx, s)},
		}}
		if at.Code != "" {
			row.Href = "/households?area=" + at.Code
		}
		table.Rows = append(table.Rows, row)
	}
	return table, nil
}

func countedText(lang i18n.Lang, s registry.Stated) string {
	if s.Item.Kind == policy.Decimal {
		return i18n.Decimal(lang, s.Counted, 1)
	}
	return i18n.Number(lang, int64(s.Counted))
}

// placeTolerance is by how much a stated figure may differ from the counted one before the page marks it.
const placeTolerance = 0.05

func verdictOf(ctx context.Context, s registry.Stated) web.Badge {
	switch {
	case s.Value == nil || math.IsNaN(s.Counted):
		return web.Badge{Tone: web.ToneNeutral, Text: web.T(ctx, "common.unknown")}
	case s.Differs(placeTolerance):
		return web.Badge{Tone: web.ToneWarn, Text: word(ctx, "place.differs")}
	}
	return web.Badge{Tone: web.ToneGood, Text: word(ctx, "place.agrees")}
}

// editPlace shows the form of a section of an area.
func (p *pages) editPlace(w http.ResponseWriter, r *http.Request) error {
	return p.showForm(w, r, p.editingPlace)
}

// proposePlace takes the form of an area; the first answer makes its record.
func (p *pages) proposePlace(w http.ResponseWriter, r *http.Request) error {
	return p.answerForm(w, r, p.editingPlace)
}

// editingPlace finds the area that a form is about.
func (p *pages) editingPlace(r *http.Request, form askedForm) (subject, error) {
	ctx := r.Context()
	key, err := areaKey(r)
	if err != nil {
		return subject{}, err
	}
	year, err := yearOf(ctx, form.year)
	if err != nil {
		return subject{}, err
	}
	scope, err := p.scope(r, access.HouseholdEdit)
	if err != nil {
		return subject{}, err
	}
	if r.Method == http.MethodPost {
		if _, err := p.Registry.OpenPlace(ctx, scope, key); err != nil {
			return subject{}, err
		}
	}
	at, err := p.Registry.Place(ctx, scope, key, year)
	if err != nil {
		return subject{}, err
	}
	name := at.Label(web.Lang(ctx))
	f := registry.File{Household: registry.Household{Area: key, Number: name, Home: at.Home, ID: at.ID}, Pack: at.Pack, Year: at.Year, Years: at.Years}
	s := subject{file: f, scope: scope, kind: at.Kind, id: at.ID, ver: max(1, at.Ver), page: PlaceForm(key), title: name, values: at.Facts}
	s.setYear(form.section, at.Answered)
	if s.year != at.Year && s.year != 0 { // the form of a yearly section is that of one year, not of the latest
		if at, err = p.Registry.Place(ctx, scope, key, s.year); err != nil {
			return subject{}, err
		}
		s.values = at.Facts
	}
	return s, nil
}
