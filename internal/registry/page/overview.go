package page

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

const (
	// smallCell is the count of households below which somebody who may not read rows is told no figure.
	smallCell = 10
	// shownWork is how many things of a kind that wait are shown one by one.
	shownWork = 5
	// maxParts is how many areas directly below another are shown.
	maxParts = 1000
)

// overviewPage is what the template of the overview shows.
type overviewPage struct {
	work    web.Table
	stats   []web.Stat
	parts   web.Table
	note    string // that small figures are left out
	nothing bool   // the reader sees no figures
}

// counted are the figures of one area.
type counted struct {
	place      area.Area
	households int64
	persons    int64
	byStatus   map[string]int64
}

// overview shows an area's counts, those of the areas below it, and what waits for the reader.
func (p *pages) overview(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	page := web.Page{Title: word(ctx, "nav.overview")}
	shown := overviewPage{}
	var err error
	if shown.work, err = p.work(r); err != nil {
		return err
	}
	scope, err := p.scope(r, access.Statistics)
	if fault.Is(err, fault.Forbidden) {
		shown.nothing = true
		return p.show(w, r, http.StatusOK, page, overviewView(shown))
	}
	if err != nil {
		return err
	}
	query := asked(r.URL.Query())
	query.Del("done") // says what was done just before, in a notice around the page
	for name := range query {
		if name != "area" {
			return fault.New(fault.Invalid, "there is no filter %q", name).With(0, name, "unknown filter")
		}
	}
	filter, err := p.Registry.ParseFilter(ctx, scope, query)
	if err != nil {
		return err
	}
	if filter.Area == 0 {
		filter.Area = p.ownArea(scope)
	}
	if err := p.lookingAt(ctx, scope, &page, filter.Area, "/", url.Values{}); err != nil {
		return err
	}
	if n := len(page.Crumbs); n > 0 {
		page.Title = page.Crumbs[n-1].Label
	}
	if err := p.figures(r, scope, filter, &shown); err != nil {
		return err
	}
	return p.show(w, r, http.StatusOK, page, overviewView(shown))
}

// figures counts by SQL: the area as a whole, by status, and each area below it.
func (p *pages) figures(r *http.Request, scope access.Scope, filter registry.Filter, shown *overviewPage) error {
	ctx := r.Context()
	pack, err := p.Registry.Pack(filter.Area)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
		pack, err = nil, nil
	}
	if err != nil {
		return err
	}
	cells, err := p.Registry.Breakdown(ctx, scope, filter)
	if err != nil {
		return err
	}
	whole, parts, err := p.summed(ctx, scope, filter.Area, cells)
	if err != nil {
		return err
	}
	f := figures{ctx: ctx, pack: pack, poor: poorCodes(pack)}
	f.rows = p.may(r, access.HouseholdList, filter.Area) || (filter.Area == 0 && access.May(p.Caller(ctx), access.HouseholdList))
	if !f.rows {
		shown.note = word(ctx, "overview.suppressed", "n", smallCell)
	}
	if place, err := p.Registry.Areas().Path(ctx, filter.Area); err != nil {
		return err
	} else if len(place) > 0 {
		whole.place = place[len(place)-1]
	}
	if !f.rows {
		if f.untold, err = p.untold(ctx, scope, filter.Area, f); err != nil {
			return err
		}
		if f.untold.all {
			shown.note = word(ctx, "overview.too_few")
			return nil
		}
	}
	shown.stats = f.stats(whole)
	level := p.Registry.Areas().Scheme().Level(filter.Area)
	if level < p.Registry.Areas().Scheme().Levels() {
		shown.parts = f.table(parts)
		shown.parts.Caption = word(ctx, "overview.parts")
		if pack != nil && level < len(pack.Levels) {
			shown.parts.Columns[0].Label = pack.Levels[level].Label.In(web.Lang(ctx))
		}
	}
	return nil
}

// summed adds up cells by area; areas without households are there with 0.
func (p *pages) summed(ctx context.Context, scope access.Scope, key int64, cells []registry.Cell) (counted, []counted, error) {
	children, err := p.Registry.Areas().Children(ctx, scope, key, 0, maxParts)
	if err != nil {
		return counted{}, nil, err
	}
	whole := counted{byStatus: map[string]int64{}}
	at := map[int64]int{}
	parts := make([]counted, len(children))
	for i, child := range children {
		parts[i], at[child.Key] = counted{place: child, byStatus: map[string]int64{}}, i
	}
	for _, cell := range cells {
		whole.add(cell)
		if i, ok := at[cell.Area]; ok {
			parts[i].add(cell)
		}
	}
	return whole, parts, nil
}

func (c *counted) add(cell registry.Cell) {
	c.households += cell.Households
	c.persons += cell.Persons
	c.byStatus[cell.Status] += cell.Households
}

func (c counted) sum(codes []string) int64 {
	n := int64(0)
	for _, code := range codes {
		n += c.byStatus[code]
	}
	return n
}

// figures turns counts into tiles and a table for one reader.
type figures struct {
	ctx  context.Context
	pack *policy.Pack
	poor []string // statuses that count as poor
	rows bool     // the reader may read rows: counts are doors and small ones are shown
	// untold is what the pages of the areas around do not tell of this one; neither does its own.
	untold untold
}

// door is the address of the list behind a count; none for who may not read rows.
func (f figures) door(place area.Area, status ...string) string {
	if !f.rows {
		return ""
	}
	query := url.Values{}
	if place.Code != "" {
		query.Set("area", place.Code)
	}
	for _, code := range status {
		query.Add("status", code)
	}
	return address("/households", query)
}

// count writes a count; hidden says that it is too small to be told.
func (f figures) count(n int64, hidden bool) string {
	if hidden {
		return word(f.ctx, "overview.small", "n", smallCell)
	}
	return i18n.Number(web.Lang(f.ctx), n)
}

// stats are the tiles of the whole area: households, persons, and each status that somebody has, in the pack's word
// and colour.
func (f figures) stats(c counted) []web.Stat {
	lang := web.Lang(f.ctx)
	counts := []int64{}
	for _, option := range statusOptions(f.pack) {
		counts = append(counts, c.byStatus[option.Code])
	}
	counts = append(counts, c.byStatus[""])
	of := make([]int64, len(counts))
	for i := range of {
		of[i] = c.households
	}
	hidden := f.suppressed(counts, of)
	for i := range hidden {
		hidden[i] = hidden[i] || f.untold.poor
	}
	small := !f.rows && c.households > 0 && c.households < smallCell
	stats := []web.Stat{
		{Label: word(f.ctx, "overview.households"), Value: f.count(c.households, small), Href: f.door(c.place)},
		{Label: word(f.ctx, "overview.persons"), Value: f.count(c.persons, small)},
	}
	for i, option := range statusOptions(f.pack) {
		if f.rows && counts[i] == 0 && option.Group != "poor" {
			continue
		}
		stat := web.Stat{Label: option.Label.In(lang), Value: f.count(counts[i], hidden[i]), Href: f.door(c.place, option.Code), Tone: toneOf(option)}
		if c.households > 0 && !hidden[i] && !small {
			stat.Note = i18n.Percent(lang, float64(counts[i])/float64(c.households), 1)
		}
		stats = append(stats, stat)
	}
	if n := len(counts) - 1; counts[n] > 0 {
		stats = append(stats, web.Stat{Label: word(f.ctx, "no_status"), Value: f.count(counts[n], hidden[n]), Tone: web.ToneNeutral})
	}
	return stats
}

// untold says which figures of an area are kept back.
type untold struct{ all, poor bool }

// untold looks whether the area, or one around it, is kept back in the table of the areas beside it: what is hidden
// there is hidden on its own page too, or it could be read there.
func (p *pages) untold(ctx context.Context, scope access.Scope, key int64, f figures) (untold, error) {
	scheme := p.Registry.Areas().Scheme()
	var found untold
	for _, around := range scheme.Path(key) {
		outer := scheme.Parent(around)
		if !holdsAll(scope, scheme.Range(outer)) {
			continue
		}
		cells, err := p.Registry.Breakdown(ctx, scope, registry.Filter{Area: outer})
		if err != nil {
			return found, err
		}
		_, parts, err := p.summed(ctx, scope, outer, cells)
		if err != nil {
			return found, err
		}
		all, poor := f.hiddenParts(parts)
		for i, part := range parts {
			if part.place.Key == around {
				found.all, found.poor = found.all || all[i], found.poor || poor[i]
			}
		}
	}
	return found, nil
}

// suppressed says which counts of households are not told: those below smallCell out of some households, and one more
// where the total would tell a single one. Where there are no households there is nobody to protect.
func (f figures) suppressed(counts, households []int64) []bool {
	hidden := make([]bool, len(counts))
	if f.rows {
		return hidden
	}
	for i, count := range counts {
		hidden[i] = count < smallCell && households[i] > 0
	}
	return notAlone(hidden, counts)
}

// notAlone marks the smallest of the other counts where a single one is marked: the total would tell it otherwise.
func notAlone(hidden []bool, counts []int64) []bool {
	n, next := 0, -1
	for i, count := range counts {
		if hidden[i] {
			n++
		} else if next < 0 || count < counts[next] {
			next = i
		}
	}
	if n == 1 && next >= 0 {
		hidden[next] = true
	}
	return hidden
}

// hiddenParts says of which areas the households, and of which the poor, are not told.
func (f figures) hiddenParts(parts []counted) (all, poor []bool) {
	households, poors, others := make([]int64, len(parts)), make([]int64, len(parts)), make([]int64, len(parts))
	for i, part := range parts {
		households[i], poors[i] = part.households, part.sum(f.poor)
		others[i] = households[i] - poors[i]
	}
	all, poor = f.suppressed(households, households), f.suppressed(poors, households)
	for i, few := range f.suppressed(others, households) {
		poor[i] = poor[i] || few || all[i]
	}
	return all, notAlone(poor, poors)
}

// table is the areas below: households, persons, poor and their share.
func (f figures) table(parts []counted) web.Table {
	lang := web.Lang(f.ctx)
	t := web.Table{Columns: []web.Column{
		{Label: web.T(f.ctx, "common.area")}, {Label: word(f.ctx, "overview.households"), Number: true}, {Label: word(f.ctx, "overview.persons"), Number: true},
		{Label: word(f.ctx, "overview.poor"), Number: true, Unit: word(f.ctx, "overview.households_unit")}, {Label: word(f.ctx, "overview.share"), Number: true, Unit: "%"},
	}, Empty: web.Empty{Text: word(f.ctx, "overview.no_parts")}}
	hideAll, hidePoor := f.hiddenParts(parts)
	for i, part := range parts {
		noPoor := hidePoor[i] || f.untold.poor
		households, poor := part.households, part.sum(f.poor)
		row := web.Row{Cells: []web.Cell{
			{Text: part.place.Label(lang), Href: "/?area=" + url.QueryEscape(part.place.Code)},
			{Text: f.count(households, hideAll[i]), Href: f.door(part.place)}, web.Text(f.count(part.persons, hideAll[i])),
			{Text: f.count(poor, noPoor), Href: f.door(part.place, f.poor...)}, {Text: "–"},
		}}
		if !noPoor && households > 0 {
			row.Cells[4].Text = i18n.Decimal(lang, float64(poor)/float64(households)*100, 1)
		}
		if len(f.poor) == 0 {
			row.Cells[3] = web.Text("–")
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// work is what waits for the reader: changes to decide, and imports that run, wait for a decision or have ended.
func (p *pages) work(r *http.Request) (web.Table, error) {
	ctx := r.Context()
	lang := web.Lang(ctx)
	t := web.Table{Caption: word(ctx, "overview.work"), Columns: []web.Column{{Label: word(ctx, "overview.work_what")}, {Label: web.T(ctx, "common.status")}, {Label: web.T(ctx, "common.time")}},
		Empty: web.Empty{Icon: "check", Title: word(ctx, "overview.no_work")}}
	if scope, err := p.scope(r, access.ChangeDecide); err == nil {
		sets, n, err := p.Registry.ToDecide(ctx, scope, shownWork)
		if err != nil {
			return t, err
		}
		for _, set := range sets {
			t.Rows = append(t.Rows, web.Row{Href: "/changes/" + strconv.FormatInt(set.ID, 10), Cells: []web.Cell{
				web.Text(word(ctx, "overview.change", "title", set.Title, "person", set.Person)), {View: stateBadge(ctx, set.State)}, web.Text(i18n.Moment(lang, set.Submitted)),
			}})
		}
		transfers, err := p.transferWork(ctx, scope)
		if err != nil {
			return t, err
		}
		t.Rows = append(t.Rows, transfers...)
		if n > int64(len(sets)) {
			t.Rows = append(t.Rows, web.Row{Href: "/changes", Cells: []web.Cell{web.Text(word(ctx, "overview.more_changes", "n", n-int64(len(sets)))), {}, {}}})
		}
	}
	for _, work := range p.Work {
		rows, err := work(ctx, p.Caller(ctx))
		if err != nil {
			return t, err
		}
		t.Rows = append(t.Rows, rows...)
	}
	scope, err := p.scope(r, access.ImportRun)
	if err != nil {
		return t, nil //nolint:nilerr // who may not import has no imports to wait for
	}
	imports, err := p.Registry.Imports(ctx, scope, 0, 4*shownWork)
	if err != nil {
		return t, err
	}
	imports = slices.DeleteFunc(imports, func(im registry.Import) bool { return im.Account != scope.Caller().Account })
	for _, im := range imports[:min(len(imports), shownWork)] {
		t.Rows = append(t.Rows, web.Row{Href: importPath(im.ID), Cells: []web.Cell{
			web.Text(word(ctx, "overview.import", "name", im.Name)), {View: importBadge(ctx, im.State)}, web.Text(i18n.Moment(lang, im.Created)),
		}})
	}
	return t, nil
}
