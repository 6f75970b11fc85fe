package page

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/identify"
	"rightkey/internal/job"
	"rightkey/internal/policy"
	"rightkey/internal/web"
)

// run shows one run: how far it is, what it rests on, and how many are poor, by area.
func (p *pages) run(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	query, err := web.Asked(r, "area")
	if err != nil {
		return err
	}
	run, scope, err := p.runOf(r)
	if err != nil {
		return err
	}
	at, err := p.placeOf(ctx, scope, query.Get("area"))
	if err != nil {
		return err
	}
	if query.Get("area") == "" && scope.Holds(run.Area) && run.Area > at.key {
		if at, err = p.placeAt(ctx, run.Area); err != nil {
			return err
		}
	}
	total, areas, err := p.Identify.Headcount(ctx, scope, run.ID, at.key)
	if err != nil {
		return err
	}
	about, err := p.about(r, scope, run, at)
	if err != nil {
		return err
	}
	page := web.Page{Title: word(ctx, "run.title", "day", i18n.Day(web.Lang(ctx), run.Day)), Crumbs: lead(ctx, scope, p, run, at, ""), Area: &web.Choice{Label: at.label}, Wide: true}
	v := view{ctx: ctx, run: run, at: at, lists: p.MayAnywhere(r, access.HouseholdList)}
	page.Actions = v.actions(p.MayAnywhere(r, access.ExportRun), total)
	parts := []templ.Component{}
	if state := stateOf(ctx, run); state != nil {
		parts = append(parts, state)
	}
	parts = append(parts, v.tiles(total))
	if total.Households > 0 || len(areas) > 0 {
		parts = append(parts, web.Box(word(ctx, "run.by_area"), v.bars(areas), v.table(areas), v.veilNote(total, areas)))
	}
	return p.Show(w, r, http.StatusOK, page, append(parts, web.Box(word(ctx, "run.about"), about...))...)
}

// placeAt is an area by its key.
func (p *pages) placeAt(ctx context.Context, key int64) (place, error) {
	at := place{key: key}
	var err error
	if at.way, err = p.Identify.Areas().Path(ctx, key); err != nil {
		return at, err
	}
	if n := len(at.way); n > 0 {
		at.code, at.label = at.way[n-1].Code, at.way[n-1].Label(web.Lang(ctx))
	}
	return at, nil
}

// stateOf is the progress of a run at work or why it did not end well; nil for one that is done.
func stateOf(ctx context.Context, run identify.Run) templ.Component {
	switch {
	case !run.State.Ended():
		return templ.Join(progressOf(ctx, run), web.Notice{Tone: web.ToneInfo, Text: word(ctx, "run.leave")})
	case run.State != job.Done:
		return web.Notice{Tone: web.ToneBad, Title: word(ctx, "state."+string(run.State)), Text: run.Error}
	}
	return nil
}

// JobResult is what the page of a run's job shows when it has ended: the door to the run.
func JobResult(ctx context.Context, caller access.Caller, j job.Job) (templ.Component, error) {
	if !access.May(caller, access.Statistics) {
		return templ.NopComponent, nil
	}
	return web.Notice{Tone: web.ToneGood, Text: word(ctx, "run.judged"), Actions: []web.Action{{Label: word(ctx, "nav"), Href: runPath(j.ID)}}}, nil
}

func progressOf(ctx context.Context, run identify.Run) web.Progress {
	progress := web.Progress{ID: "run-progress", Label: word(ctx, "run.progress"), Done: int64(max(0, run.Percent)), Unit: "%", Page: runPath(run.ID)}
	if run.Percent >= 0 {
		progress.Total = 100
	}
	if run.State.Ended() {
		badge := stateBadge(ctx, run.State)
		progress.Badge = &badge
		return progress
	}
	progress.Note, progress.Poll = word(ctx, "state."+string(run.State)), runPath(run.ID)+"/progress"
	return progress
}

// progress is the piece of the page that renews itself; when the run has ended it has the whole page renewed.
func (p *pages) progress(w http.ResponseWriter, r *http.Request) error {
	run, _, err := p.runOf(r)
	if err != nil {
		return err
	}
	if run.State.Ended() {
		w.Header().Set("HX-Refresh", "true")
	}
	return web.Render(w, r, http.StatusOK, progressOf(r.Context(), run))
}

// about says what was judged and by what: pack, rule and lines with their sources.
func (p *pages) about(r *http.Request, scope access.Scope, run identify.Run, at place) ([]templ.Component, error) {
	ctx := r.Context()
	lang := web.Lang(ctx)
	places, err := p.places(ctx, []int64{run.Area})
	if err != nil {
		return nil, err
	}
	parts := []templ.Component{web.Facts{Items: []web.Fact{
		{Label: word(ctx, "day"), Value: i18n.Day(lang, run.Day)},
		{Label: word(ctx, "compare.lines"), Value: i18n.Day(lang, run.FiguresOn())},
		{Label: word(ctx, "run.area"), Value: label(ctx, places, run.Area)},
		{Label: word(ctx, "started"), Value: i18n.Moment(lang, run.Created), Note: p.AccountName(ctx, run.Account)},
		{Label: web.T(ctx, "common.status"), View: stateBadge(ctx, run.State)},
	}}}
	grounds, err := p.Identify.Grounds(ctx, scope, run, at.key)
	if err != nil {
		return nil, err
	}
	for _, g := range grounds {
		facts := []web.Fact{
			{Label: word(ctx, "pack"), Value: g.Pack.Title.In(lang), Note: g.Pack.ID + " " + g.Pack.Version},
			{Label: word(ctx, "rule"), Value: g.Rule.Label.In(lang), Note: g.Rule.Source},
		}
		if p.MayAnywhere(r, access.PackRead) {
			facts[0].Href, facts[1].Href = "/packs/"+g.Pack.Hash, "/packs/"+g.Pack.Hash+"/rules"
		}
		for _, line := range g.Lines {
			facts = append(facts, lineFact(ctx, g.Pack, line))
		}
		parts = append(parts, web.Facts{Items: facts})
	}
	return append(parts, web.Note(word(ctx, "run.no_status"))), nil
}

// lineFact is a poverty line with its source and the mark of one that nobody has confirmed.
func lineFact(ctx context.Context, pack *policy.Pack, line policy.Line) web.Fact {
	f := web.Fact{Label: line.Label.In(web.Lang(ctx)), Note: line.Source, Value: word(ctx, "line_unit", "amount", amount(ctx, line.Amount, pack),
		"per", web.T(ctx, "office.packs.per_"+string(line.Per)), "period", web.T(ctx, "office.packs.period_"+string(line.Period)))}
	if line.Area.Prefix != "" {
		f.Label += " (" + line.Area.String() + ")"
	}
	if line.Unconfirmed {
		f.View = web.Badge{Tone: web.ToneWarn, Text: web.T(ctx, "common.unconfirmed")}
	}
	return f
}

// view makes the figures of a run for one reader.
type view struct {
	ctx   context.Context
	run   identify.Run
	at    place
	lists bool // the reader may list households
}

// list is the address of the assessments with a verdict below an area, none for who may not list households.
func (v view) list(area string, outcome identify.Outcome) string {
	if !v.lists {
		return ""
	}
	return address(runPath(v.run.ID)+"/households", "area", area, "verdict", string(outcome))
}

func (v view) actions(export bool, total identify.AreaCount) []web.Action {
	var actions []web.Action
	if v.lists && total.Households > 0 {
		actions = append(actions, web.Action{Label: word(v.ctx, "run.households"), Href: v.list(v.at.code, ""), Icon: "list"},
			web.Action{Label: word(v.ctx, "compare.title"), Href: address(runPath(v.run.ID)+"/compare", "area", v.at.code)})
	}
	if export && total.Households > 0 {
		actions = append(actions, web.Action{Label: web.T(v.ctx, "common.export"), Href: address(runPath(v.run.ID)+"/export", "area", v.at.code), Icon: "download"})
	}
	return actions
}

// figure writes a count under its veil: v is the lightest one that hides it.
func (v view) figure(c identify.AreaCount, n int64, hiddenFrom identify.Veil) string {
	if c.Veil >= hiddenFrom {
		return word(v.ctx, "veil.short")
	}
	return number(v.ctx, n)
}

// tiles are the figures of the whole area, each a door to its households.
func (v view) tiles(c identify.AreaCount) templ.Component {
	ofHouseholds, knownHouseholds := c.HouseholdRate()
	ofPersons, knownPersons := c.PersonRate()
	note := func(rate float64, known bool) string {
		if !known {
			return ""
		}
		return word(v.ctx, "run.of_judged", "share", share(v.ctx, rate, known))
	}
	return web.Tiles(
		web.Stat{Label: word(v.ctx, "households"), Value: v.figure(c, c.Households, identify.Hidden), Href: v.list(v.at.code, "")},
		web.Stat{Label: word(v.ctx, "persons"), Value: v.figure(c, c.Persons, identify.Hidden)},
		web.Stat{Label: word(v.ctx, "poor_households"), Value: v.figure(c, c.Poor, identify.Undivided), Note: note(ofHouseholds, knownHouseholds), Href: v.list(v.at.code, identify.Poor)},
		web.Stat{Label: word(v.ctx, "poor_persons"), Value: v.figure(c, c.PoorPersons, identify.Undivided), Note: note(ofPersons, knownPersons)},
		web.Stat{Label: word(v.ctx, "unknown_households"), Value: v.figure(c, c.Unknown, identify.Undivided), Note: word(v.ctx, "run.unknown_note"), Href: v.list(v.at.code, identify.Unknown)},
	)
}

// within is the address of a run's figures in an area; none where the area is the one that is shown.
func (v view) within(c identify.AreaCount) string {
	if c.Area.Code == "" || c.Area.Key == v.at.key {
		return ""
	}
	return address(runPath(v.run.ID), "area", c.Area.Code)
}

func (v view) bars(areas []identify.AreaCount) templ.Component {
	bars := web.Bars{Caption: word(v.ctx, "run.bars"), Unit: "%"}
	for _, c := range areas {
		if rate, known := c.PersonRate(); known {
			bars.Items = append(bars.Items, web.Bar{Label: c.Area.Label(web.Lang(v.ctx)), Value: rate * 100, Text: share(v.ctx, rate, known), Href: v.within(c)})
		}
	}
	if len(bars.Items) == 0 {
		return templ.NopComponent
	}
	return bars
}

func (v view) table(areas []identify.AreaCount) web.Table {
	number := func(key, unit string) web.Column {
		return web.Column{Label: word(v.ctx, key), Unit: unit, Number: true}
	}
	table := web.Table{Caption: word(v.ctx, "run.by_area"), Scroll: true, Columns: []web.Column{{Label: web.T(v.ctx, "common.area")},
		number("households", ""), number("poor_households", ""), number("household_rate", "%"), number("unknown_households", ""),
		number("persons", ""), number("poor_persons", ""), number("person_rate", "%"), number("unknown_persons", "")}}
	for _, c := range areas {
		ofHouseholds, knownHouseholds := c.HouseholdRate()
		ofPersons, knownPersons := c.PersonRate()
		table.Rows = append(table.Rows, web.Row{Href: v.within(c), Cells: []web.Cell{
			web.Text(c.Area.Label(web.Lang(v.ctx))),
			web.Text(v.figure(c, c.Households, identify.Hidden)), v.poor(c), v.rate(c, ofHouseholds, knownHouseholds), web.Text(v.figure(c, c.Unknown, identify.Undivided)),
			web.Text(v.figure(c, c.Persons, identify.Hidden)), web.Text(v.figure(c, c.PoorPersons, identify.Undivided)), v.rate(c, ofPersons, knownPersons), web.Text(v.figure(c, c.UnknownPersons, identify.Undivided)),
		}})
	}
	return table
}

// poor is the count of poor households with the door to them.
func (v view) poor(c identify.AreaCount) web.Cell {
	cell := web.Text(v.figure(c, c.Poor, identify.Undivided))
	if c.Veil == identify.Clear && c.Poor > 0 && c.Area.Code != "" {
		cell.Href = v.list(c.Area.Code, identify.Poor)
	}
	return cell
}

// rate is a share; unknown where nobody was judged.
func (v view) rate(c identify.AreaCount, rate float64, known bool) web.Cell {
	if c.Veil != identify.Clear {
		return web.Text(word(v.ctx, "veil.short"))
	}
	return web.Cell{Text: share(v.ctx, rate, known), Missing: !known}
}

// veilNote says why figures are not shown, where some are not.
func (v view) veilNote(total identify.AreaCount, areas []identify.AreaCount) templ.Component {
	for _, c := range append(areas, total) {
		if c.Veil != identify.Clear {
			return web.Note(word(v.ctx, "veil.why"))
		}
	}
	return templ.NopComponent
}
