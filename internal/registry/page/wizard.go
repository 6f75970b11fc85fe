package page

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/job"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// shownProblems is how many rows with problems the page shows; all are in the report.
const shownProblems = 50

// importPage is what the template of one import shows.
type importPage struct {
	im       registry.Import
	path     string
	steps    web.Steps
	facts    web.Facts
	columns  *columnsForm // step 2
	bundle   *bundleView  // the other files of the upload
	leave    bool         // the file can be left out
	name     string       // under which the mapping may be saved; empty where there is none yet
	rejected bool         // rejected rows can be downloaded
	progress *web.Progress
	failed   string
	counts   *countsView // after the dry run and at the end
	problems web.Table
	report   bool // there are problems, and a report to download
	apply    bool // step 4 may begin
	done     []web.Action
}

// countsView are exact counts and what they add up to.
type countsView struct {
	dry    bool
	counts job.Counts
	stats  []web.Stat
	sum    string
}

func (p *pages) importOf(r *http.Request) (registry.Import, access.Scope, error) {
	id, err := identifier(r)
	if err != nil {
		return registry.Import{}, access.Scope{}, err
	}
	scope, err := p.scope(r, access.ImportRun)
	if err != nil {
		return registry.Import{}, scope, err
	}
	im, err := p.Registry.GetImport(r.Context(), scope, id)
	return im, scope, err
}

// showImport shows an import at the step where it is.
func (p *pages) showImport(w http.ResponseWriter, r *http.Request) error {
	im, scope, err := p.importOf(r)
	if err != nil {
		return err
	}
	return p.showStep(w, r, http.StatusOK, im, scope, nil)
}

// showStep shows an import; form is step 2 with what was wrong with it, nil to make it anew.
func (p *pages) showStep(w http.ResponseWriter, r *http.Request, status int, im registry.Import, scope access.Scope, form *columnsForm) error {
	ctx := r.Context()
	im, j, err := p.withJob(r, scope, im)
	if err != nil {
		return err
	}
	v := importPage{im: im, path: importPath(im.ID), facts: p.aboutImport(ctx, im)}
	step := 0
	switch im.State {
	case registry.Uploaded:
		step = 1
	case registry.Checking, registry.Applying:
		step = map[registry.ImportState]int{registry.Checking: 2, registry.Applying: 3}[im.State]
		progress := p.progressOf(ctx, im, j)
		v.progress = &progress
		if j.State == job.Failed || j.State == job.Cancelled {
			v.failed = j.Error
		}
	case registry.Checked, registry.Stopped:
		step = 2
		v.apply = true
	case registry.Imported, registry.LeftOut:
		step = 5
	}
	v.steps = stepsOf(ctx, step)
	// The counts are stored together with the import's state, a moment before the job itself has ended.
	if j.ID != 0 && v.progress == nil {
		v.counts = countsOf(ctx, im, j)
		if err := p.fillProblems(ctx, scope, im, &v); err != nil {
			return err
		}
	}
	if im.State == registry.Imported {
		v.done = p.whatChanged(ctx, r, im, j.Counts)
	}
	if v.bundle, err = p.bundleOf(r, scope, im); err != nil {
		return err
	}
	choosing := im.State == registry.Uploaded || im.State == registry.Checked || im.State == registry.Stopped
	if v.columns = form; form == nil && choosing {
		if v.columns, err = p.columnsOf(r, scope, im); err != nil {
			return err
		}
	}
	v.leave = choosing
	v.rejected = v.report && v.counts.counts.Rejected > 0 && im.Account == p.Caller(ctx).Account
	if im.Mapping != nil && v.progress == nil {
		v.name = suggestedName(im)
	}
	page := web.Page{Title: fileName(im), Crumbs: []web.Crumb{{Label: word(ctx, "nav.imports"), Href: "/imports"}, {Label: fileName(im)}}}
	if r.URL.Query().Get("saved") == "template" {
		page.Flash = []web.Notice{{Tone: web.ToneGood, Title: word(ctx, "import.template.saved"), Actions: []web.Action{{Label: word(ctx, "import.template.title"), Href: "/import-templates"}}}}
	}
	return p.show(w, r, status, page, importView(v))
}

// withJob is the import with its job. A job that ended after the import was read has stored the import's state before:
// the page would say that the work has ended, and not what it came to.
func (p *pages) withJob(r *http.Request, scope access.Scope, im registry.Import) (registry.Import, job.Job, error) {
	j, err := p.jobOf(r, im)
	if err != nil || !j.State.Ended() || im.State != registry.Checking && im.State != registry.Applying {
		return im, j, err
	}
	if im, err = p.Registry.GetImport(r.Context(), scope, im.ID); err != nil || im.Job == j.ID {
		return im, j, err
	}
	j, err = p.jobOf(r, im) // the next one has begun
	return im, j, err
}

// jobOf is the import's last job, the zero Job where it has none.
func (p *pages) jobOf(r *http.Request, im registry.Import) (job.Job, error) {
	if im.Job == 0 {
		return job.Job{}, nil
	}
	return p.Jobs.Get(r.Context(), p.Caller(r.Context()), im.Job)
}

func (p *pages) aboutImport(ctx context.Context, im registry.Import) web.Facts {
	lang := web.Lang(ctx)
	facts := []web.Fact{
		{Label: web.T(ctx, "common.status"), View: importBadge(ctx, im.State)},
		{Label: word(ctx, "import.rows"), Value: i18n.Number(lang, im.Rows)},
		{Label: web.T(ctx, "common.user"), Value: p.account(ctx, im.Account), Note: i18n.Moment(lang, im.Created)},
	}
	if im.Mapping != nil {
		facts = append(facts, web.Fact{Label: word(ctx, "import.subject"), Value: p.subjectsName(ctx, im.Area, im.Mapping.Subject)},
			web.Fact{Label: word(ctx, "import.source"), Value: im.Mapping.Source}, web.Fact{Label: word(ctx, "import.day"), Value: im.Mapping.Day})
	}
	return web.Facts{Items: facts}
}

// progressOf is how far the import's job is.
func (p *pages) progressOf(ctx context.Context, im registry.Import, j job.Job) web.Progress {
	progress := web.Progress{ID: "import-progress", Label: word(ctx, "import.progress."+string(im.State)), Done: j.Done, Total: j.Total, Unit: word(ctx, "import.progress_unit"),
		Poll: importPath(im.ID) + "/progress", Page: importPath(im.ID)}
	if j.State == job.Queued {
		progress.Note = word(ctx, "import.queued")
	}
	if j.State.Ended() {
		progress.Poll = ""
		progress.Badge = &web.Badge{Tone: web.ToneGood, Text: word(ctx, "import.ended")}
		if j.State != job.Done {
			progress.Badge = &web.Badge{Tone: web.ToneBad, Text: word(ctx, "import.failed")}
		}
	}
	return progress
}

// importProgress is the piece of the page that renews itself; when the work has ended it has the whole page renewed.
func (p *pages) importProgress(w http.ResponseWriter, r *http.Request) error {
	im, _, err := p.importOf(r)
	if err != nil {
		return err
	}
	j, err := p.jobOf(r, im)
	if err != nil {
		return err
	}
	busy := im.State == registry.Checking || im.State == registry.Applying
	if !busy || j.State.Ended() {
		w.Header().Set("HX-Refresh", "true")
	}
	var piece templ.Component = p.progressOf(r.Context(), im, j)
	return web.Render(w, r, http.StatusOK, piece)
}

// countsOf are the counts of a dry run or an application as figures, and the sum that they make.
func countsOf(ctx context.Context, im registry.Import, j job.Job) *countsView {
	lang, c := web.Lang(ctx), j.Counts
	v := &countsView{dry: im.State != registry.Imported, counts: c}
	tense := "done"
	if v.dry {
		tense = "would"
	}
	for _, one := range []struct {
		key string
		n   int64
	}{{"in", c.In}, {"created", c.Created}, {"updated", c.Updated}, {"unchanged", c.Unchanged}, {"rejected", c.Rejected}} {
		stat := web.Stat{Label: word(ctx, "import."+tense+"."+one.key), Value: i18n.Number(lang, one.n)}
		if one.key == "rejected" && one.n > 0 {
			stat.Tone = web.ToneBad
			stat.Href = importPath(im.ID) + "/report.csv"
		}
		v.stats = append(v.stats, stat)
	}
	if alike := registry.AlikeIn(j); alike > 0 {
		v.stats = append(v.stats, web.Stat{Label: word(ctx, "import.alike"), Value: i18n.Number(lang, alike), Tone: web.ToneWarn, Href: importPath(im.ID) + "/report.csv"})
	}
	v.sum = word(ctx, "import.sum", "in", c.In, "created", c.Created, "updated", c.Updated, "unchanged", c.Unchanged, "rejected", c.Rejected)
	return v
}

func (p *pages) fillProblems(ctx context.Context, scope access.Scope, im registry.Import, v *importPage) error {
	rows, err := p.Registry.Report(ctx, scope, im.ID, 0, shownProblems)
	if err != nil || len(rows) == 0 {
		return err
	}
	v.report = true
	v.problems = web.Table{Caption: word(ctx, "import.problems"), Columns: []web.Column{
		{Label: word(ctx, "import.row"), Number: true}, {Label: word(ctx, "import.column")}, {Label: web.T(ctx, "common.reason")}, {Label: word(ctx, "import.severity")},
	}}
	for _, row := range rows {
		for _, problem := range row.Problems {
			v.problems.Rows = append(v.problems.Rows, web.Row{Cells: []web.Cell{
				web.Text(i18n.Number(web.Lang(ctx), int64(row.N))), web.Text(problem.Column), web.Text(problem.In(web.Lang(ctx))), {View: severityBadge(ctx, string(problem.Severity))},
			}})
		}
	}
	return nil
}

// severityBadge says what follows from a problem.
func severityBadge(ctx context.Context, severity string) web.Badge {
	tones := map[string]web.Tone{"reject": web.ToneBad, "provisional": web.ToneWarn, "problem": web.ToneInfo}
	return web.Badge{Tone: tones[severity], Text: wordOr(ctx, "import.severity_"+severity, severity)}
}

// whatChanged are doors to what an import has changed.
func (p *pages) whatChanged(ctx context.Context, r *http.Request, im registry.Import, c job.Counts) []web.Action {
	var doors []web.Action
	if _, err := p.scope(r, access.HouseholdList); err == nil {
		doors = append(doors, web.Action{Label: word(ctx, "import.door.households"), Href: "/households", Icon: "list", Style: web.StylePrimary})
	}
	if c.Updated > 0 {
		doors = append(doors, web.Action{Label: word(ctx, "import.door.changes", "n", c.Updated), Href: "/changes?import=" + strconv.FormatInt(im.ID, 10), Icon: "change"})
	}
	return append(doors, web.Action{Label: word(ctx, "import.new"), Href: "/imports/new", Icon: "upload"})
}

// check begins a dry run under the mapping that was sent.
func (p *pages) check(w http.ResponseWriter, r *http.Request) error {
	im, scope, err := p.importOf(r)
	if err != nil {
		return err
	}
	if r.PostFormValue("use") == "guess" {
		about := url.Values{"subject": r.PostForm["subject"], "source": r.PostForm["source"], "day": r.PostForm["day"], "template": {"none"}}
		http.Redirect(w, r, address(importPath(im.ID), asked(about)), http.StatusSeeOther)
		return nil
	}
	if r.PostForm.Get("use") == "template" {
		about := url.Values{"source": r.PostForm["source"], "day": r.PostForm["day"], "template": r.PostForm["template"]}
		http.Redirect(w, r, address(importPath(im.ID), asked(about)), http.StatusSeeOther)
		return nil
	}
	m, ver, err := p.sentMapping(r, scope, im)
	if err == nil {
		_, err = p.Registry.Check(r.Context(), scope, im.ID, ver, m)
	}
	if fault.Is(err, fault.Invalid) {
		form, formErr := p.columnsForm(r.Context(), scope, im, m)
		if formErr != nil {
			return formErr
		}
		form.blame(err)
		return p.showStep(w, r, http.StatusBadRequest, im, scope, form)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, importPath(im.ID), http.StatusSeeOther)
	return nil
}

// apply begins to write the rows under the mapping that was checked.
func (p *pages) apply(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	im, scope, err := p.importOf(r)
	if err != nil {
		return err
	}
	if err := web.Form(r); err != nil {
		return err
	}
	ver, err := strconv.ParseInt(r.PostForm.Get("ver"), 10, 64)
	if err != nil {
		return fault.New(fault.Required, "%s", web.T(ctx, "error.required"))
	}
	if im.Mapping == nil || !slices.Contains([]registry.ImportState{registry.Checked, registry.Stopped}, im.State) {
		return fault.New(fault.Conflict, "%s", word(ctx, "import.check_first"))
	}
	if _, err := p.Registry.Apply(ctx, scope, im.ID, ver, *im.Mapping, registry.OnError(strings.TrimSpace(r.PostForm.Get("on_error")))); err != nil {
		return err
	}
	http.Redirect(w, r, importPath(im.ID), http.StatusSeeOther)
	return nil
}
