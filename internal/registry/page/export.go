package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/job"
	"rightkey/internal/registry"
	"rightkey/internal/table"
	"rightkey/internal/web"
)

// exportRows is how many rows a download reads at a time.
const exportRows = 1000

// exportTime is how long the reader of a download may take for each piece of it.
const exportTime = time.Minute

// shownExports is how many exports the list shows at once.
const shownExports = 30

// finish completes a download. Once its first row has left, an error can only break it off, so that nobody takes a
// part for the whole.
func finish(out table.Writer, err error) error {
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}

// extend gives the reader time for the next piece.
func extend(w http.ResponseWriter) error {
	err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(exportTime))
	if errors.Is(err, http.ErrNotSupported) {
		return nil
	}
	return err
}

// registerExports adds the pages of exports.
func (p *pages) registerExports(server *web.Server) {
	server.Handle("GET /exports", web.Needs(access.ExportRun), p.exports)
	server.Handle("GET /exports/new", web.Needs(access.ExportRun), p.newExport)
	server.Handle("POST /exports", web.Needs(access.ExportRun), p.requestExport)
	server.Handle("GET /exports/{id}", web.Needs(access.ExportRun), p.showExport)
	server.Handle("GET /exports/{id}/progress", web.Needs(access.ExportRun), p.exportProgress, web.Watches())
	server.Handle("POST /exports/{id}/make", web.Needs(access.ExportRun), p.makeExport)
	server.Handle("GET /exports/{id}/file", web.Needs(access.ExportRun), p.downloadExport)
}

// exportPage is what the template of one export shows.
type exportPage struct {
	export   registry.Export
	path     string
	facts    web.Facts
	columns  []string
	progress *web.Progress
	failed   string
	waiting  *web.Notice
	make     bool
	download string
}

// newExport asks what the file is to hold and what it is for.
func (p *pages) newExport(w http.ResponseWriter, r *http.Request) error {
	return p.askExport(w, r, http.StatusOK, url.Values{"subject": {registry.SubjectHousehold}, "format": {registry.FormatCSV}, "purpose": {p.Caller(r.Context()).Purpose}}, nil)
}

func (p *pages) askExport(w http.ResponseWriter, r *http.Request, status int, form url.Values, wrong map[string]string) error {
	ctx := r.Context()
	scope, err := p.scope(r, access.ExportRun)
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
	needs, err := p.Registry.ExportNeeds(s.filter.Area, households, false)
	if err != nil {
		return err
	}
	fields := exportFields(ctx, form, wrong)
	page := web.Page{Title: word(ctx, "export.new"), Crumbs: []web.Crumb{{Label: word(ctx, "nav.households"), Href: address("/households", with(s.query, ""))}, {Label: word(ctx, "export.new")}}}
	if needs {
		page.Flash = []web.Notice{{Tone: web.ToneInfo, Title: word(ctx, "export.needs_second")}}
	}
	text := word(ctx, "export.selected", "households", households, "persons", persons)
	return p.show(w, r, status, page, exportForm(address("/exports", with(s.query, "")), text, chips(ctx, s), fields, web.Summary(fields...)))
}

func exportFields(ctx context.Context, form url.Values, wrong map[string]string) []web.Field {
	subject := web.Field{Name: "subject", Label: word(ctx, "export.subject"), Kind: web.FieldRadio, Required: true}
	for _, code := range formSubjects {
		subject.Options = append(subject.Options, web.Option{Value: code, Label: word(ctx, "subjects."+code)})
	}
	purpose := web.Field{Name: "purpose", Label: word(ctx, "export.purpose"), Help: word(ctx, "export.purpose_help"), Kind: web.FieldSelect, Required: true, Options: []web.Option{{Label: word(ctx, "export.choose")}}}
	for _, code := range access.Purposes() {
		purpose.Options = append(purpose.Options, web.Option{Value: code, Label: web.T(ctx, "office.purpose."+code)})
	}
	fields := []web.Field{subject,
		{Name: "format", Label: word(ctx, "export.format"), Kind: web.FieldRadio, Required: true, Options: []web.Option{{Value: registry.FormatCSV, Label: "CSV"}, {Value: registry.FormatXLSX, Label: word(ctx, "export.book")}}},
		purpose,
		{Name: "reason", Label: word(ctx, "export.reason"), Help: word(ctx, "export.reason_help"), Required: true, Attributes: map[string]any{"maxlength": "200"}},
		{Name: "special", Label: word(ctx, "export.special"), Help: word(ctx, "export.special_help"), Kind: web.FieldCheck},
	}
	for i := range fields {
		fields[i].Value, fields[i].Error = form.Get(fields[i].Name), wrong[fields[i].Name]
	}
	return fields
}

// requestExport begins an export of what the address selects.
func (p *pages) requestExport(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := web.Form(r); err != nil {
		return err
	}
	scope, err := p.scope(r, access.ExportRun)
	if err != nil {
		return err
	}
	s, err := p.selected(r, scope)
	if err != nil {
		return err
	}
	form := r.PostForm
	e, err := p.Registry.RequestExport(ctx, p.Caller(ctx), registry.ExportRequest{Subject: form.Get("subject"), Format: form.Get("format"), Filter: s.filter,
		Purpose: form.Get("purpose"), Reason: form.Get("reason"), Special: form.Get("special") != ""})
	if fault.Is(err, fault.Invalid) {
		var known *fault.Error
		errors.As(err, &known)
		wrong := map[string]string{}
		for _, d := range known.Details {
			wrong[d.Field] = word(ctx, "export.wrong."+d.Field)
		}
		if wrong["area"] != "" {
			return fault.New(fault.Invalid, "%s", wrong["area"])
		}
		return p.askExport(w, r, http.StatusBadRequest, form, wrong)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, exportPath(e.ID), http.StatusSeeOther)
	return nil
}

func exportPath(id int64) string { return "/exports/" + strconv.FormatInt(id, 10) }

// exports lists the caller's own exports.
func (p *pages) exports(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	query := asked(r.URL.Query())
	before, err := number64(query.Get("before"), "before")
	if err != nil {
		return err
	}
	list, err := p.Registry.Exports(ctx, p.Caller(ctx), before, shownExports+1)
	if err != nil {
		return err
	}
	page := web.Page{Title: word(ctx, "export.title")}
	shown := changesPage{table: web.Table{Caption: page.Title,
		Empty: web.Empty{Title: word(ctx, "export.none"), Text: word(ctx, "export.none_text"), Actions: []web.Action{{Label: word(ctx, "nav.households"), Href: "/households"}}},
		Columns: []web.Column{{Label: word(ctx, "export.subject")}, {Label: web.T(ctx, "common.time")}, {Label: word(ctx, "export.purpose")},
			{Label: word(ctx, "import.rows"), Number: true}, {Label: web.T(ctx, "common.status")}, {Label: word(ctx, "export.expires")}}}}
	if len(list) > shownExports {
		list = list[:shownExports]
		shown.pager.Next = address("/exports", url.Values{"before": {strconv.FormatInt(list[shownExports-1].ID, 10)}})
	}
	if before != 0 {
		shown.pager.First = "/exports"
	}
	lang := web.Lang(ctx)
	for _, e := range list {
		expires := web.Cell{Missing: true}
		if e.Expires != 0 {
			expires = web.Text(i18n.Moment(lang, e.Expires))
		}
		shown.table.Rows = append(shown.table.Rows, web.Row{Href: exportPath(e.ID), Cells: []web.Cell{
			web.Text(word(ctx, "subjects."+e.Subject) + " · " + e.Format), web.Text(i18n.Moment(lang, e.Created)), web.Text(web.T(ctx, "office.purpose."+e.Purpose)),
			web.Text(i18n.Number(lang, e.Rows)), {View: exportBadge(ctx, e.State)}, expires}})
	}
	return p.show(w, r, http.StatusOK, page, changesView(shown))
}

// exportBadge is the state of an export in a word.
func exportBadge(ctx context.Context, state registry.ExportState) web.Badge {
	tones := map[registry.ExportState]web.Tone{registry.ExportAsked: web.ToneWarn, registry.ExportMaking: web.ToneInfo, registry.ExportReady: web.ToneGood, registry.ExportExpired: web.ToneNeutral}
	return web.Badge{Tone: tones[state], Text: word(ctx, "export.state."+string(state))}
}

func (p *pages) exportOf(r *http.Request) (registry.Export, job.Job, error) {
	id, err := identifier(r)
	if err != nil {
		return registry.Export{}, job.Job{}, err
	}
	caller := p.Caller(r.Context())
	e, err := p.Registry.GetExport(r.Context(), caller, id)
	if err != nil || e.Job == 0 {
		return e, job.Job{}, err
	}
	j, err := p.Jobs.Get(r.Context(), caller, e.Job)
	if err == nil && e.State == registry.ExportMaking && j.State.Ended() { // it may have ended since the export was read
		e, err = p.Registry.GetExport(r.Context(), caller, id)
	}
	return e, j, err
}

// showExport shows where an export is and offers its file.
func (p *pages) showExport(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	e, j, err := p.exportOf(r)
	if err != nil {
		return err
	}
	v := exportPage{export: e, path: exportPath(e.ID), facts: p.aboutExport(ctx, e), columns: e.Columns}
	switch e.State {
	case registry.ExportAsked:
		v.make = true
		v.waiting = &web.Notice{Tone: web.ToneInfo, Title: word(ctx, "export.waits"), Text: word(ctx, "export.waits_text"),
			Actions: []web.Action{{Label: word(ctx, "export.request"), Href: "/approvals/" + strconv.FormatInt(e.Approval, 10)}}}
	case registry.ExportMaking:
		progress := exportProgressOf(ctx, e, j)
		v.progress = &progress
		if j.State == job.Failed || j.State == job.Cancelled {
			v.failed = j.Error
		}
	case registry.ExportReady:
		v.download = v.path + "/file"
	}
	title := word(ctx, "export.one", "subject", word(ctx, "subjects."+e.Subject))
	page := web.Page{Title: title, Crumbs: []web.Crumb{{Label: word(ctx, "export.title"), Href: "/exports"}, {Label: title}}}
	return p.show(w, r, http.StatusOK, page, exportView(v))
}

func (p *pages) aboutExport(ctx context.Context, e registry.Export) web.Facts {
	lang := web.Lang(ctx)
	facts := []web.Fact{
		{Label: web.T(ctx, "common.status"), View: exportBadge(ctx, e.State)},
		{Label: word(ctx, "export.purpose"), Value: web.T(ctx, "office.purpose."+e.Purpose)},
		{Label: word(ctx, "export.reason"), Value: e.Reason},
		{Label: word(ctx, "nav.households"), Value: i18n.Number(lang, e.Households)},
	}
	if e.State == registry.ExportReady {
		facts = append(facts, web.Fact{Label: word(ctx, "import.rows"), Value: i18n.Number(lang, e.Rows)}, web.Fact{Label: word(ctx, "export.expires"), Value: i18n.Moment(lang, e.Expires)})
	}
	return web.Facts{Items: facts}
}

func exportProgressOf(ctx context.Context, e registry.Export, j job.Job) web.Progress {
	progress := web.Progress{ID: "export-progress", Label: word(ctx, "export.state.making"), Done: j.Done, Total: max(j.Total, e.Households), Unit: word(ctx, "overview.households_unit"),
		Poll: exportPath(e.ID) + "/progress", Page: exportPath(e.ID)}
	if j.State == job.Queued {
		progress.Note = word(ctx, "import.queued")
	}
	if j.State.Ended() {
		progress.Poll = ""
	}
	return progress
}

// exportProgress is the piece of the page that renews itself; when the file is ready it has the whole page renewed.
func (p *pages) exportProgress(w http.ResponseWriter, r *http.Request) error {
	e, j, err := p.exportOf(r)
	if err != nil {
		return err
	}
	if e.State != registry.ExportMaking || j.State.Ended() {
		w.Header().Set("HX-Refresh", "true")
	}
	return web.Render(w, r, http.StatusOK, exportProgressOf(r.Context(), e, j))
}

// makeExport writes the file to which a second person has agreed.
func (p *pages) makeExport(w http.ResponseWriter, r *http.Request) error {
	e, _, err := p.exportOf(r)
	if err != nil {
		return err
	}
	ver, err := sentVersion(r)
	if err != nil {
		return err
	}
	if _, err := p.Registry.MakeExport(r.Context(), p.Caller(r.Context()), e.ID, ver); err != nil {
		return err
	}
	http.Redirect(w, r, exportPath(e.ID), http.StatusSeeOther)
	return nil
}

// downloadExport sends the file.
func (p *pages) downloadExport(w http.ResponseWriter, r *http.Request) error {
	e, _, err := p.exportOf(r)
	if err != nil {
		return err
	}
	d, err := p.Registry.Download(r.Context(), p.Caller(r.Context()), e.ID)
	if err != nil {
		return err
	}
	kind := csvFile
	if e.Format == registry.FormatXLSX {
		kind = bookFile
	}
	w.Header().Set("Content-Type", kind.media)
	w.Header().Set("Content-Length", strconv.FormatInt(e.Size, 10))
	w.Header().Set("Content-Disposition", `attachment; filename="`+e.Subject+"-"+strconv.FormatInt(e.ID, 10)+kind.ending+`"`)
	if err := d.WriteTo(r.Context(), w, func() error { return extend(w) }); err != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}
