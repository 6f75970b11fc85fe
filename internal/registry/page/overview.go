package page

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/registry"
	"rightkey/internal/registry/overview"
	"rightkey/internal/web"
)

// maxParts is how many areas directly below another can be chosen from.
const maxParts = 1000

// Parameters of the overview's address that are no filters.
const (
	measureParameter = "measure"
	byParameter      = "by"
	valueParameter   = "value" // of the dimension, drawn on the map
	classesParameter = "classes"
	allParameter     = "all" // rows of the table
)

// unknownValue stands in the address for the households of which a dimension is not known.
const unknownValue = "unknown"

var choiceParameters = []string{measureParameter, byParameter, valueParameter, classesParameter, allParameter}

// overviewPage is what the template of the overview shows.
type overviewPage struct {
	work     web.Table
	stats    []web.Stat
	choice   []web.Field
	filters  filterForm
	clear    string
	picture  *web.Map
	bars     *web.Bars
	trend    *web.Trend
	parts    web.Table
	more     *web.Pager      // to the areas that the table does not show yet
	note     string          // what is kept back
	estimate string          // what an estimated measure rests on
	nothing  bool            // the reader sees no figures
	reading  templ.Component // how far the register is read, where there are no figures yet
}

// look is an area as the reader asked to see it.
type look struct {
	selection
	measure overview.Measure
	by      *registry.Dimension
	value   string // drawn on the map, where a dimension was chosen
	valued  bool
	classes overview.Classing
	// dimensions can be chosen.
	dimensions []registry.Dimension
	rows       bool // the reader may read the households: counts are doors and small ones are told
	estimates  bool // estimated measures can be chosen
	errorsPath string
	scope      access.Scope
	answer     overview.Answer
}

// overview shows what waits for the reader, then an area: its counts, those of the areas below it on a map and in a table.
func (p *pages) overview(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	page := web.Page{Title: word(ctx, "nav.overview")}
	shown := overviewPage{}
	var err error
	if shown.work, err = p.work(r); err != nil {
		return err
	}
	l, err := p.look(r)
	if fault.Is(err, fault.Forbidden) && !access.May(p.Caller(ctx), access.Statistics) {
		shown.nothing = true
		return p.show(w, r, http.StatusOK, page, overviewView(shown))
	}
	reading, waits := readingOf(err)
	if err != nil && !waits {
		return err
	}
	kept := with(l.query, "area")
	if err := p.lookingAt(ctx, l.scope, &page, l.filter.Area, "/", kept); err != nil {
		return err
	}
	if n := len(page.Crumbs); n > 0 {
		page.Title = page.Crumbs[n-1].Label
	}
	if waits {
		shown.reading = readingView(ctx, reading, l.query)
		return p.show(w, r, http.StatusOK, page, overviewView(shown))
	}
	page.Wide = true
	page.AsOf = i18n.Moment(web.Lang(ctx), l.answer.AsOf)
	page.Actions = l.actions(ctx)
	if err := p.fill(r, l, &shown); err != nil {
		return err
	}
	return p.show(w, r, http.StatusOK, page, overviewView(shown))
}

// look reads the address and asks for the figures.
func (p *pages) look(r *http.Request) (look, error) {
	ctx := r.Context()
	scope, err := p.scope(r, access.Statistics)
	if err != nil {
		return look{}, err
	}
	l := look{scope: scope, estimates: p.figures.Estimates(), errorsPath: p.ErrorsPath}
	if l.selection, err = p.selected(r, scope, append(choiceParameters, "done")...); err != nil {
		return l, err
	}
	l.path = "/"
	l.query.Del("done") // says what was done just before, in a notice around the page
	if l.rows, err = p.figures.ReadsRows(scope, l.filter.Area); err != nil {
		return l, err
	}
	if l.pack != nil {
		if l.dimensions, err = p.Registry.Dimensions(scope, l.filter.Area); err != nil {
			return l, err
		}
	}
	if err := l.choose(ctx); err != nil {
		return l, err
	}
	l.answer, err = p.figures.Look(ctx, scope, overview.Question{Ask: registry.Ask{Filter: l.filter, By: l.by, Welfare: true}, Rows: l.rows, Errors: l.measure.IsEstimate()})
	return l, err
}

// choose reads what the area is looked at by. A choice that does not exist is refused.
func (l *look) choose(ctx context.Context) error {
	l.measure = overview.Measure(l.query.Get(measureParameter))
	if l.measure == "" {
		l.measure = overview.Rate
	}
	l.classes = overview.Classing(l.query.Get(classesParameter))
	if l.classes == "" {
		l.classes = overview.Quantiles
	}
	refuse := func(name string) error {
		return fault.New(fault.Invalid, "%s", word(ctx, "look.no_choice")).With(0, name, "%s", word(ctx, "look.no_choice"))
	}
	if !slices.Contains(overview.Measures, l.measure) || l.measure.IsEstimate() && !l.estimates {
		return refuse(measureParameter)
	}
	if l.classes != overview.Quantiles && l.classes != overview.Round {
		return refuse(classesParameter)
	}
	if l.measure.IsEstimate() {
		return nil // of areas as a whole: nothing is broken down
	}
	if code := l.query.Get(byParameter); code != "" {
		i := slices.IndexFunc(l.dimensions, func(d registry.Dimension) bool { return d.Code == code })
		if i < 0 {
			return refuse(byParameter)
		}
		l.by = &l.dimensions[i]
	}
	if l.value = l.query.Get(valueParameter); l.value != "" && l.by != nil {
		l.valued = true
		if l.value == unknownValue {
			l.value = ""
		} else if !slices.Contains(l.by.Values(), l.value) {
			return refuse(valueParameter)
		}
	}
	return nil
}

// actions lead to the list with the same filters and to the table as a file.
func (l look) actions(ctx context.Context) []web.Action {
	var actions []web.Action
	if l.rows {
		actions = append(actions, web.Action{Label: word(ctx, "look.list"), Href: address("/households", l.filters()), Icon: "list"})
	}
	return append(actions, web.Action{Label: word(ctx, "look.csv"), Href: address("/overview.csv", with(l.query, "")), Icon: "download"})
}

// filters are the parameters that the list knows too.
func (l look) filters() url.Values {
	query := with(l.query, "")
	for _, name := range choiceParameters {
		query.Del(name)
	}
	return query
}

// door is the address of the list of the households behind a count; none for who may not read them.
func (l look) door(place area.Area, narrow func(url.Values)) string {
	if !l.rows || place.Key == 0 && l.filter.Area != 0 {
		return ""
	}
	query := l.filters()
	if place.Code != "" {
		query.Set("area", place.Code)
	}
	if narrow != nil {
		narrow(query)
	}
	return address("/households", query)
}

// doorOf is the door of a measure of a value ("" where valued is false) of a place; rates have none.
func (l look) doorOf(place area.Area, m overview.Measure, value string, valued bool) string {
	if !m.IsCount() {
		return ""
	}
	if valued && l.by.Overlapping && l.query.Has("i."+l.by.Code) {
		return "" // the list cannot ask for two of one item at once
	}
	if valued && m != overview.Households && m != overview.PoorHouseholds && !l.by.Behind(value) {
		return ""
	}
	return l.door(place, func(query url.Values) {
		if m == overview.PoorHouseholds || m == overview.PoorPersons {
			l.onlyPoor(query)
		}
		if valued {
			l.by.Select(value, func(name, value string) { query.Set(name, value) })
		}
	})
}

// onlyPoor narrows a filter to the statuses that count as poor.
func (l look) onlyPoor(query url.Values) {
	poor := overview.Poor(l.pack)
	if chosen := query["status"]; len(chosen) > 0 {
		poor = slices.DeleteFunc(slices.Clone(poor), func(code string) bool { return !slices.Contains(chosen, code) })
	}
	query["status"] = poor
	if len(poor) == 0 {
		query.Set("status", unknownValue) // nobody has it
	}
}

// fill makes the parts of the page.
func (p *pages) fill(r *http.Request, l look, shown *overviewPage) (err error) {
	ctx := r.Context()
	if l.answer.KeptBack {
		shown.note = word(ctx, "overview.suppressed", "n", l.answer.Least)
	}
	if _, telling := l.answer.Whole.Value(overview.Households); telling == overview.Hidden {
		shown.note = word(ctx, "overview.too_few")
		return nil
	}
	if l.measure.IsEstimate() {
		shown.estimate = word(ctx, "look.estimated", "n", l.answer.Fewest)
	}
	shown.stats = l.stats(ctx)
	shown.choice = l.choices(ctx)
	if l.rows {
		shown.filters = filtersOf(ctx, l.selection)
		shown.filters.main = shown.filters.main[:1] // a household's number is searched for, not counted
		shown.clear = address("/", with(url.Values{}, "area", l.query["area"]...))
	}
	for _, name := range append([]string{"area"}, hiddenFilters(l.selection)...) {
		if value := l.query.Get(name); value != "" && !slices.Contains(shown.filters.hidden, web.Pair{Name: name, Value: value}) {
			shown.filters.hidden = append(shown.filters.hidden, web.Pair{Name: name, Value: value})
		}
	}
	if l.by != nil {
		shown.bars = l.bars(ctx)
	}
	if shown.trend, err = p.trend(ctx, l); err != nil {
		return err
	}
	if p.Registry.Areas().Scheme().Level(l.filter.Area) == p.Registry.Areas().Scheme().Levels() {
		return nil
	}
	shown.parts = l.table(ctx, p.partsLabel(ctx, l))
	shown.more = l.more(ctx)
	shown.picture, err = p.picture(ctx, l)
	return err
}

// partsLabel is what the areas below are called.
func (p *pages) partsLabel(ctx context.Context, l look) string {
	level := p.Registry.Areas().Scheme().Level(l.filter.Area)
	if l.pack != nil && level < len(l.pack.Levels) {
		return l.pack.Levels[level].Label.In(web.Lang(ctx))
	}
	return web.T(ctx, "common.area")
}
