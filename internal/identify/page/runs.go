package page

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/identify"
	"rightkey/internal/job"
	"rightkey/internal/policy"
	"rightkey/internal/web"
)

const (
	runRows   = 30
	areaRows  = 400 // areas to choose from in the form
	childRows = 1000
)

// runs lists the runs in the caller's areas, below a form that starts one.
func (p *pages) runs(w http.ResponseWriter, r *http.Request) error {
	return p.showRuns(w, r, nil)
}

// start starts a run and goes to its page.
func (p *pages) start(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := web.Form(r); err != nil {
		return err
	}
	scope, err := p.Scope(r, access.AssessRun)
	if err != nil {
		return err
	}
	at, err := p.placeOf(ctx, scope, strings.TrimSpace(r.PostForm.Get("area")))
	if err != nil {
		return err
	}
	day, err := clock.ParseDay(r.PostForm.Get("day"))
	if err != nil {
		return p.showRuns(w, r, fault.New(fault.Invalid, "%s", word(ctx, "fault.day")).With(0, "day", "%s", word(ctx, "fault.day")))
	}
	args := identify.RunArgs{Area: at.key, Day: day, Rule: r.PostForm.Get("rule"), Pack: r.PostForm.Get("pack")}
	if lines := r.PostForm.Get("lines"); lines != "" {
		if args.Lines, err = clock.ParseDay(lines); err != nil {
			return p.showRuns(w, r, fault.New(fault.Invalid, "%s", word(ctx, "fault.day")).With(0, "lines", "%s", word(ctx, "fault.day")))
		}
	}
	j, err := p.Identify.Start(ctx, scope, args)
	if fault.Is(err, fault.Invalid) {
		return p.showRuns(w, r, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, runPath(j.ID), http.StatusSeeOther)
	return nil
}

// showRuns shows the list; cause is what was wrong with the form.
func (p *pages) showRuns(w http.ResponseWriter, r *http.Request, cause error) error {
	ctx := r.Context()
	query, err := web.Asked(r, "area", "before")
	if err != nil {
		return err
	}
	scope, err := p.Scope(r, access.Statistics)
	if err != nil {
		return err
	}
	before, err := strconv.ParseInt("0"+query.Get("before"), 10, 64)
	if err != nil {
		return web.Unknown(ctx, "before")
	}
	list, err := p.Identify.Runs(ctx, scope, before, runRows+1)
	if err != nil {
		return err
	}
	var pager web.Pager
	if len(list) > runRows {
		list = list[:runRows]
		pager.Next = address("/identify", "before", strconv.FormatInt(list[runRows-1].ID, 10))
	}
	if before > 0 {
		pager.First = "/identify"
	}
	table, err := p.runTable(ctx, list)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if cause != nil {
		status = web.Status(cause)
	}
	page := web.Page{Title: word(ctx, "nav")}
	if !p.MayAnywhere(r, access.AssessRun) {
		return p.Show(w, r, status, page, table, pager)
	}
	page.Actions = []web.Action{{Label: word(ctx, "scenario.title"), Href: "/identify/scenario", Icon: "adjustments"}}
	form, err := p.form(r, query.Get("area"), cause)
	if err != nil {
		return err
	}
	return p.Show(w, r, status, page, web.Box(word(ctx, "new.title"), form), web.Box(word(ctx, "runs.title"), table, pager))
}

func (p *pages) runTable(ctx context.Context, list []identify.Run) (web.Table, error) {
	lang := web.Lang(ctx)
	table := web.Table{Caption: word(ctx, "runs.title"), Empty: web.Empty{Icon: "search", Title: word(ctx, "runs.none"), Text: word(ctx, "runs.none_text")},
		Columns: []web.Column{{Label: word(ctx, "day")}, {Label: web.T(ctx, "common.area")}, {Label: web.T(ctx, "common.status")}, {Label: web.T(ctx, "common.user")}, {Label: word(ctx, "started")}}}
	var keys []int64
	for _, run := range list {
		keys = append(keys, run.Area)
	}
	places, err := p.places(ctx, keys)
	if err != nil {
		return table, err
	}
	for _, run := range list {
		table.Rows = append(table.Rows, web.Row{Href: runPath(run.ID), Cells: []web.Cell{
			web.Text(i18n.Day(lang, run.Day)), web.Text(label(ctx, places, run.Area)), {View: stateBadge(ctx, run.State)}, web.Text(p.AccountName(ctx, run.Account)), web.Text(i18n.Moment(lang, run.Created)),
		}})
	}
	return table, nil
}

func stateBadge(ctx context.Context, state job.State) web.Badge {
	tones := map[job.State]web.Tone{job.Running: web.ToneInfo, job.Done: web.ToneGood, job.Failed: web.ToneBad, job.Cancelled: web.ToneWarn}
	return web.Badge{Tone: tones[state], Text: word(ctx, "state."+string(state))}
}

// runForm asks what is judged: which households, by which rule, for which year.
type runForm struct {
	fields []web.Field
	pack   *policy.Pack // nil where none is in use
}

// form is the form for the area that the address names, with what was wrong with it.
func (p *pages) form(r *http.Request, code string, cause error) (runForm, error) {
	ctx := r.Context()
	var f runForm
	scope, err := p.Scope(r, access.AssessRun)
	if err != nil {
		return f, err
	}
	if code == "" {
		code = strings.TrimSpace(r.PostForm.Get("area"))
	}
	at, err := p.placeOf(ctx, scope, code)
	if err != nil {
		return f, err
	}
	f.pack, err = p.Identify.PackAt(at.key)
	if fault.Is(err, fault.NotFound) {
		return f, nil
	}
	if err != nil {
		return f, err
	}
	areas, err := p.areaOptions(ctx, scope, at)
	if err != nil {
		return f, err
	}
	year, _, _ := scope.Caller().Today.Civil()
	day := web.Field{Name: "day", Label: word(ctx, "day"), Help: word(ctx, "new.day_help"), Kind: web.FieldDate, Required: true, Value: r.PostForm.Get("day"),
		Attributes: map[string]any{"max": scope.Caller().Today.String()}}
	if day.Value == "" {
		day.Value = clock.Date(year-1, 12, 31).String()
	}
	rule := web.Field{Name: "rule", Label: word(ctx, "rule"), Help: word(ctx, "new.rule_help", "pack", f.pack.Title.In(web.Lang(ctx)), "version", f.pack.Version), Kind: web.FieldSelect, Value: r.PostForm.Get("rule"), Required: true}
	for _, one := range identify.SectionOf(f.pack).Rules {
		rule.Options = append(rule.Options, web.Option{Value: one.Code, Label: one.Label.In(web.Lang(ctx))})
	}
	f.fields = []web.Field{{Name: "area", Label: web.T(ctx, "common.area"), Help: word(ctx, "new.area_help"), Kind: web.FieldSelect, Value: at.code, Options: areas}, day, rule,
		{Name: "lines", Label: word(ctx, "compare.lines"), Help: word(ctx, "compare.lines_help"), Kind: web.FieldDate, Value: r.PostForm.Get("lines")}, p.packField(r, f.pack)}
	f.wrong(cause)
	return f, nil
}

// packField asks for another installed pack to judge by for comparison.
func (p *pages) packField(r *http.Request, used *policy.Pack) web.Field {
	ctx := r.Context()
	field := web.Field{Name: "pack", Label: word(ctx, "compare.pack"), Help: word(ctx, "compare.pack_help"), Kind: web.FieldSelect, Value: r.PostForm.Get("pack"), Options: []web.Option{{Label: word(ctx, "compare.pack_in_use")}}}
	for _, pack := range p.Identify.Packs() {
		if pack.Hash != used.Hash && len(identify.SectionOf(pack).Rules) > 0 && len(pack.Levels) == len(used.Levels) {
			field.Options = append(field.Options, web.Option{Value: pack.Hash, Label: pack.Title.In(web.Lang(ctx)) + " · " + pack.ID + " " + pack.Version})
		}
	}
	return field
}

// areaOptions are the area itself, and as far as there is room those directly below and those in them.
func (p *pages) areaOptions(ctx context.Context, scope access.Scope, at place) ([]web.Option, error) {
	options := []web.Option{{Value: at.code, Label: at.label}}
	children, err := p.Identify.Areas().Children(ctx, scope, at.key, 0, childRows)
	if err != nil {
		return nil, err
	}
	for _, child := range children {
		name := child.Label(web.Lang(ctx))
		options = append(options, web.Option{Value: child.Code, Label: name})
		if len(children) > areaRows/10 || len(options) > areaRows {
			continue
		}
		below, err := p.Identify.Areas().Children(ctx, scope, child.Key, 0, areaRows)
		if err != nil {
			return nil, err
		}
		for _, inner := range below {
			options = append(options, web.Option{Value: inner.Code, Label: name + " › " + inner.Label(web.Lang(ctx))})
		}
	}
	return options, nil
}

// wrong puts what a fault says of fields beside them.
func (f *runForm) wrong(cause error) {
	var known *fault.Error
	if !errors.As(cause, &known) {
		return
	}
	for i := range f.fields {
		for _, detail := range known.Details {
			if detail.Field == f.fields[i].Name {
				f.fields[i].Error = detail.Reason
			}
		}
	}
}

// Render writes the form.
func (f runForm) Render(ctx context.Context, w io.Writer) error { return formView(f).Render(ctx, w) }
