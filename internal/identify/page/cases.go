package page

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/identify"
	"rightkey/internal/identify/away"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
	registrypage "rightkey/internal/registry/page"
	"rightkey/internal/registry/upload"
	"rightkey/internal/web"
)

// CaseNeeds is what the pages of cases stand on.
type CaseNeeds struct {
	web.Desk
	Cases    *procedure.Service
	Registry *registry.Service
	Identify *identify.Service
	Packages *away.Service
}

// CasePlaces are the places of cases in the main navigation.
func CasePlaces() []registrypage.Place {
	return []registrypage.Place{{NavItem: web.NavItem{Key: "cases.nav", Href: "/cases", Icon: "check"}, Verb: access.CaseRead}}
}

type casePages struct{ CaseNeeds }

// RegisterCases adds the pages of cases to a server.
func RegisterCases(server *web.Server, n CaseNeeds) {
	p := &casePages{n}
	read, act := web.Needs(access.CaseRead), web.Needs(access.CaseAct)
	server.Handle("GET /cases", read, p.list)
	server.Handle("POST /cases", act, p.open)
	server.Handle("GET /cases/open", act, p.openMany)
	server.Handle("POST /cases/open", act, p.openThem)
	server.Handle("POST /cases/meet", act, p.meet)
	server.Handle("POST /cases/post", act, p.post)
	server.Handle("POST /cases/draw", act, p.draw)
	server.Handle("POST /cases/take", act, p.takeMany)
	server.Handle("GET /cases/{id}", read, p.one)
	server.Handle("POST /cases/{id}/step", act, p.take)
	server.Handle("GET /cases/{id}/letter", read, p.letter)
	server.Handle("GET /sittings/{id}", read, p.sitting)
	server.Handle("GET /sittings/{id}/paper", read, p.minutes)
	server.Handle("GET /sittings/{id}/photo", read, p.minutesPhoto)
	server.Handle("POST /sittings/{id}/close", act, p.closeSitting, web.Upload(upload.MaxBytes+1<<20, uploadTime))
	server.Handle("GET /sittings/{id}/package", act, p.sendPackage)
	server.Handle("POST /sittings/{id}/package", act, p.takePackage, web.Upload(mostPackage, uploadTime))
	server.Handle("GET /notices/{id}", read, p.notice)
	server.Handle("GET /notices/{id}/paper", read, p.noticeSheet)
	server.Handle("GET /notices/{id}/photo", read, p.photo)
	server.Handle("POST /notices/{id}/hang", act, p.hang, web.Upload(upload.MaxBytes+1<<20, uploadTime))
	server.Handle("POST /notices/{id}/object", act, p.object)
	server.Handle("GET /n/{notice_token}", web.Public, p.public)
	server.Handle("POST /n/{notice_token}/object", web.Public, p.objectPublicly)
	server.Handle("GET /procedures/{hash}/{procedure}", web.Needs(access.PackRead), p.procedure)
}

// caseWord says a message of these pages.
func caseWord(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "cases."+key, args...)
}

func (p *casePages) show(w http.ResponseWriter, r *http.Request, title string, crumb web.Crumb, parts ...templ.Component) error {
	page := web.Page{Title: title, Wide: true, Crumbs: []web.Crumb{{Label: caseWord(r.Context(), "nav"), Href: "/cases"}, crumb}}
	return p.Show(w, r, http.StatusOK, page, parts...)
}

// caseRows is how many cases a page lists and a form takes along.
const caseRows = 200

// list shows cases by the day of their nearest term.
func (p *casePages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, err := p.Scope(r, access.CaseRead)
	if err != nil {
		return err
	}
	query, err := web.Asked(r, "all", "ended", "procedure", "state", "area", "batch")
	if err != nil {
		return err
	}
	of, err := p.selection(ctx, scope, query)
	if err != nil {
		return err
	}
	of.Ended, of.Mine = query.Get("ended") != "", query.Get("all") == "" && query.Get("ended") == "" && query.Get("state") == ""
	cases, err := p.Cases.List(ctx, scope, of, procedure.Position{}, caseRows)
	if err != nil {
		return err
	}
	table, err := p.table(ctx, scope, cases, query)
	if err != nil {
		return err
	}
	views := web.Actions([]web.Action{{Label: caseWord(ctx, "list.mine"), Href: "/cases"}, {Label: caseWord(ctx, "list.all"), Href: "/cases?all=1"}, {Label: caseWord(ctx, "list.ended"), Href: "/cases?ended=1"}})
	parts := []templ.Component{views, web.Box(caseWord(ctx, "list.title"), web.Note(caseWord(ctx, "due_help")), table)}
	if of.State != "" && !of.Ended && len(cases) > 0 && p.MayAnywhere(r, access.CaseAct) {
		all := cases
		if len(cases) == caseRows {
			if all, err = p.Cases.All(ctx, scope, of); err != nil {
				return err
			}
			parts = append(parts, web.Note(caseWord(ctx, "list.first", "n", caseRows, "all", len(all))))
		}
		group, err := p.together(ctx, all, query)
		if err != nil {
			return err
		}
		parts = append(parts, group...)
	}
	return p.Show(w, r, http.StatusOK, web.Page{Title: caseWord(ctx, "nav"), Wide: true, Crumbs: []web.Crumb{{Label: caseWord(ctx, "nav")}}}, parts...)
}

// selection is which cases an address or a form names.
func (p *casePages) selection(ctx context.Context, scope access.Scope, query url.Values) (procedure.Selection, error) {
	of := procedure.Selection{Pack: query.Get("pack"), Code: query.Get("procedure"), State: query.Get("state")}
	if code := query.Get("area"); code != "" {
		place, err := p.Cases.Areas().ByCode(ctx, scope, code)
		if err != nil {
			return of, err
		}
		of.Area = place.Key
	}
	return of, nil
}

// table lists cases; each state is a door to all that are in it, each area to those of the list that are there.
func (p *casePages) table(ctx context.Context, scope access.Scope, cases []procedure.Case, query url.Values) (web.Table, error) {
	lang := web.Lang(ctx)
	t := web.Table{Caption: caseWord(ctx, "list.title"), Columns: []web.Column{{Label: caseWord(ctx, "household")}, {Label: web.T(ctx, "common.area")}, {Label: caseWord(ctx, "procedure")}, {Label: caseWord(ctx, "state")}, {Label: caseWord(ctx, "since"), Short: true}, {Label: caseWord(ctx, "due"), Short: true}},
		Empty: web.Empty{Icon: "check", Title: caseWord(ctx, "list.none"), Text: caseWord(ctx, "list.none_help"), Actions: []web.Action{{Label: caseWord(ctx, "list.all"), Href: "/cases?all=1"}}}}
	keys := make([]int64, len(cases))
	for i, c := range cases {
		keys[i] = c.Area
	}
	places, err := p.Registry.Places(ctx, keys)
	if err != nil {
		return t, err
	}
	colours, err := p.Cases.Colours(ctx, scope, cases)
	if err != nil {
		return t, err
	}
	for _, c := range cases {
		d, err := p.Cases.Definition(c)
		if err != nil {
			return t, err
		}
		state := web.Cell{Text: d.State(c.State).Title.In(lang)}
		if c.Ended == 0 {
			state.Href = "/cases?" + url.Values{"procedure": {c.Code}, "state": {c.State}}.Encode()
		}
		due := web.Cell{Missing: !c.HasTerm()}
		if c.HasTerm() {
			due = web.Cell{Text: i18n.Day(lang, c.Due)}
		}
		if colour, soon := colours[c.ID]; soon {
			due.View = web.Badge{Tone: clockTones[colour], Text: caseWord(ctx, "clock."+colour)}
		}
		t.Rows = append(t.Rows, web.Row{Href: casePath(c.ID), Cells: []web.Cell{web.Text(registry.Number(c.Household)), {Text: placeName(ctx, places, c.Area), Href: within(query, places[c.Area].Code)}, web.Text(d.Title.In(lang)), state, web.Text(i18n.Day(lang, c.Since)), due}})
	}
	return t, nil
}

// within is the address of a list, of one area.
func within(query url.Values, area string) string {
	return address("/cases", "all", query.Get("all"), "ended", query.Get("ended"), "procedure", query.Get("procedure"), "state", query.Get("state"), "area", area)
}

func casePath(id int64) string { return "/cases/" + strconv.FormatInt(id, 10) }

func placeName(ctx context.Context, places map[int64]area.Area, key int64) string {
	if a, ok := places[key]; ok {
		return a.Label(web.Lang(ctx))
	}
	return strconv.FormatInt(key, 10)
}

// stepForm is a form of these pages.
type stepForm struct {
	path, button, note string
	hidden             []web.Pair
	fields             []web.Field
	file               bool
}

func (f stepForm) encoding() string {
	if f.file {
		return "multipart/form-data"
	}
	return "application/x-www-form-urlencoded"
}

// together offers what can be done with all cases of a state at once: a meeting, a notice, a step in all of them.
func (p *casePages) together(ctx context.Context, cases []procedure.Case, query url.Values) ([]templ.Component, error) {
	first := cases[0]
	if slices.ContainsFunc(cases, func(c procedure.Case) bool { return c.Pack != first.Pack || c.Code != first.Code }) {
		return nil, nil
	}
	d, err := p.Cases.Definition(first)
	if err != nil {
		return nil, err
	}
	lang := web.Lang(ctx)
	state := d.State(first.State)
	n := strconv.Itoa(len(cases))
	switch {
	case state.Sitting != "":
		day := web.Field{Name: "day", Label: caseWord(ctx, "meeting.day"), Kind: web.FieldDate, Required: true, Value: p.Cases.Today().String()}
		f := stepForm{path: "/cases/meet", button: caseWord(ctx, "meeting.convene", "n", n), hidden: selected(cases, query), fields: []web.Field{day}}
		return []templ.Component{web.Box(d.Meeting(state.Sitting).Title.In(lang), caseForm(f))}, nil
	case state.Notice != "":
		f := stepForm{path: "/cases/post", button: caseWord(ctx, "notice.draft", "n", n), hidden: selected(cases, query)}
		parts := []templ.Component{web.Box(d.Board(state.Notice).Title.In(lang), caseForm(f))}
		return append(parts, p.batches(ctx, d, cases, query)...), nil
	}
	return p.batches(ctx, d, cases, query), nil
}

// batches offers each step that leads on, in all cases; where a sample has to be read first, its drawing.
func (p *casePages) batches(ctx context.Context, d *procedure.Definition, cases []procedure.Case, query url.Values) []templ.Component {
	var parts []templ.Component
	batch := query.Get("batch")
	lang := web.Lang(ctx)
	for _, t := range d.Leaving(cases[0].State) {
		if end := d.State(t.To).End; t.On != procedure.ByHand || t.Persons > 1 || len(t.Evidence) > 0 || t.Reason != "" || end == procedure.Refused || end == procedure.Withdrawn {
			continue
		}
		f := stepForm{path: "/cases/take", button: caseWord(ctx, "batch.take", "step", t.Title.In(lang), "n", strconv.Itoa(len(cases))), hidden: append(selected(cases, query), web.Pair{Name: "transition", Value: t.Code}, web.Pair{Name: "batch", Value: batch})}
		if t.Sample != nil && batch == "" && len(cases) > 1 {
			f.path, f.button, f.note = "/cases/draw", caseWord(ctx, "batch.draw"), caseWord(ctx, "batch.help")
		}
		parts = append(parts, web.Box(t.Title.In(lang), caseForm(f)))
	}
	return parts
}

// selected sends the cases of a list along with a form: by what they have in common, and how many there are.
func selected(cases []procedure.Case, query url.Values) []web.Pair {
	return []web.Pair{{Name: "pack", Value: cases[0].Pack}, {Name: "procedure", Value: cases[0].Code}, {Name: "state", Value: cases[0].State}, {Name: "area", Value: query.Get("area")}, {Name: "n", Value: strconv.Itoa(len(cases))}}
}

// chosen are the cases that a form sends along, for an act on them together. If others have come or gone since the form
// was shown it is a Stale fault.
func (p *casePages) chosen(r *http.Request) (access.Scope, []procedure.Case, error) {
	if err := web.Form(r); err != nil {
		return access.Scope{}, nil, err
	}
	scope, err := p.Scope(r, access.CaseAct)
	if err != nil {
		return scope, nil, err
	}
	of, err := p.selection(r.Context(), scope, r.PostForm)
	if err != nil {
		return scope, nil, err
	}
	cases, err := p.Cases.All(r.Context(), scope, of)
	if err != nil {
		return scope, nil, err
	}
	if strconv.Itoa(len(cases)) != r.PostForm.Get("n") {
		return scope, nil, fault.New(fault.Stale, "the list has changed since you opened it").Coded("procedure.list_stale")
	}
	return scope, cases, nil
}

// idsOf are the identifiers of cases of which a condition holds.
func idsOf(cases []procedure.Case, holds func(procedure.Case) bool) []int64 {
	var ids []int64
	for _, c := range cases {
		if holds(c) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func everyCase(procedure.Case) bool { return true }

// open opens a case of a household.
func (p *casePages) open(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	scope, err := p.Scope(r, access.CaseAct)
	if err != nil {
		return err
	}
	household, ok := registry.ParseNumber(r.PostForm.Get("household"))
	if !ok {
		return fault.New(fault.NotFound, "%s", web.T(r.Context(), "error.not_found"))
	}
	opened, _, err := p.Cases.Open(r.Context(), scope, r.PostForm.Get("procedure"), []int64{household})
	if err != nil {
		return err
	}
	return web.See(w, r, casePath(opened[0].ID))
}

func (p *casePages) draw(w http.ResponseWriter, r *http.Request) error {
	scope, cases, err := p.chosen(r)
	if err != nil {
		return err
	}
	b, err := p.Cases.Draw(r.Context(), scope, r.PostForm.Get("transition"), idsOf(cases, everyCase))
	if err != nil {
		return err
	}
	sample, err := p.Cases.Some(r.Context(), scope, b.Sample)
	if err != nil {
		return err
	}
	return p.drawn(w, r, b, sample)
}

// drawn lists the sample, each a door, and the way back to the step.
func (p *casePages) drawn(w http.ResponseWriter, r *http.Request, b procedure.Batch, sample []procedure.Case) error {
	ctx := r.Context()
	var actions []web.Action
	for _, c := range sample {
		actions = append(actions, web.Action{Label: registry.Number(c.Household), Href: casePath(c.ID)})
	}
	back := address("/cases", "procedure", r.PostForm.Get("procedure"), "state", r.PostForm.Get("state"), "area", r.PostForm.Get("area"), "batch", strconv.FormatInt(b.ID, 10))
	actions = append(actions, web.Action{Label: caseWord(ctx, "batch.back"), Href: back, Style: web.StylePrimary})
	return p.show(w, r, caseWord(ctx, "batch.sample"), web.Crumb{Label: caseWord(ctx, "batch.sample")}, web.Note(caseWord(ctx, "batch.help")), web.Actions(actions))
}

func (p *casePages) takeMany(w http.ResponseWriter, r *http.Request) error {
	scope, cases, err := p.chosen(r)
	if err != nil {
		return err
	}
	batch, _ := strconv.ParseInt(r.PostForm.Get("batch"), 10, 64)
	seen := make([]procedure.Seen, len(cases))
	for i, c := range cases {
		seen[i] = procedure.Seen{ID: c.ID, Ver: c.Ver}
	}
	job, err := p.Cases.TakeMany(r.Context(), scope, seen, procedure.Act{Transition: r.PostForm.Get("transition"), Batch: batch})
	if err != nil {
		return err
	}
	return begun(w, r, job, "/cases")
}

// dayOf reads a day of a form.
func dayOf(r *http.Request) (clock.Day, error) {
	day, err := clock.ParseDay(r.PostForm.Get("day"))
	if err != nil {
		return 0, fault.New(fault.Invalid, "%s", web.T(r.Context(), "error.invalid"))
	}
	return day, nil
}
