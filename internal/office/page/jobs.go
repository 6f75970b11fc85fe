package page

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/job"
	"rightkey/internal/office"
	"rightkey/internal/web"
)

func jobPath(id int64) string { return "/jobs/" + strconv.FormatInt(id, 10) }

func (p *Pages) jobsPage(w http.ResponseWriter, r *http.Request) error {
	if err := onlyFilters(r, "before"); err != nil {
		return err
	}
	ctx := r.Context()
	before, err := olderThan(r)
	if err != nil {
		return err
	}
	found, err := p.Jobs.List(ctx, office.CallerFrom(ctx), before, perPage+1)
	if err != nil {
		return err
	}
	found, pager := paged("/jobs", before, found, func(j job.Job) int64 { return j.ID })
	table := web.Table{Caption: web.T(ctx, "office.nav.jobs"), Empty: web.Empty{Icon: "wait", Title: web.T(ctx, "office.jobs.none"), Text: web.T(ctx, "office.jobs.none_help")}, Columns: []web.Column{
		{Label: web.T(ctx, "office.jobs.what")}, {Label: web.T(ctx, "office.jobs.title")}, {Label: web.T(ctx, "common.status")}, {Label: web.T(ctx, "office.jobs.created")}, {Label: web.T(ctx, "office.jobs.rows"), Number: true}}}
	for _, j := range found {
		table.Rows = append(table.Rows, web.Row{Href: jobPath(j.ID), Cells: []web.Cell{web.Text(kindName(ctx, j.Kind)), web.Text(titleName(ctx, j)), {View: jobBadge(ctx, j)},
			web.Text(moment(ctx, j.Created)), web.Text(number(ctx, j.Counts.In))}})
	}
	return show(w, r, http.StatusOK, p.Frame.Page(r, web.T(ctx, "office.nav.jobs")), table, pager)
}

// titleName is what a job is about: the title that it was given, in words where rooms name it as office.jobs.about.KIND.TITLE.
func titleName(ctx context.Context, j job.Job) string {
	if key := "office.jobs.about." + j.Kind + "." + j.Title; i18n.Has(key) {
		return web.T(ctx, key)
	}
	return j.Title
}

// kindName is a kind of job in words; rooms name their own as office.jobs.kind.KIND.
func kindName(ctx context.Context, kind string) string {
	if key := "office.jobs.kind." + kind; i18n.Has(key) {
		return web.T(ctx, key)
	}
	return kind
}

func jobBadge(ctx context.Context, j job.Job) web.Badge {
	tones := map[job.State]web.Tone{job.Running: web.ToneInfo, job.Done: web.ToneGood, job.Failed: web.ToneBad, job.Cancelled: web.ToneWarn}
	return web.Badge{Tone: tones[j.State], Text: web.T(ctx, "office.jobs.state."+string(j.State))}
}

func (p *Pages) jobOf(r *http.Request) (job.Job, error) {
	id, err := pathNumber(r, "id")
	if err != nil {
		return job.Job{}, err
	}
	return p.Jobs.Get(r.Context(), office.CallerFrom(r.Context()), id)
}

func (p *Pages) jobPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	j, err := p.jobOf(r)
	if err != nil {
		return err
	}
	state, err := p.jobState(ctx, office.CallerFrom(ctx), j)
	if err != nil {
		return err
	}
	title := kindName(ctx, j.Kind)
	page := p.Frame.Page(r, title, web.Crumb{Label: web.T(ctx, "office.nav.jobs"), Href: "/jobs"}, web.Crumb{Label: title})
	if !j.State.Ended() && j.Account == office.CallerFrom(ctx).Account {
		page.Actions = []web.Action{{Label: web.T(ctx, "office.jobs.cancel"), Href: jobPath(j.ID) + "/cancel", Post: true, Style: web.StyleDanger}}
	}
	return show(w, r, http.StatusOK, page, state)
}

// jobProgress is the part of a job's page that changes while it works.
func (p *Pages) jobProgress(w http.ResponseWriter, r *http.Request) error {
	j, err := p.jobOf(r)
	if err != nil {
		return err
	}
	if j.State.Ended() { // the page has more to show now: buttons, a report
		w.Header().Set("HX-Redirect", jobPath(j.ID))
	}
	return web.Render(w, r, http.StatusOK, progressOf(r.Context(), j))
}

func progressOf(ctx context.Context, j job.Job) web.Progress {
	progress := web.Progress{ID: "job-" + strconv.FormatInt(j.ID, 10), Label: titleName(ctx, j), Done: j.Done, Total: j.Total, Unit: web.T(ctx, "office.jobs.unit"), Page: jobPath(j.ID)}
	if j.State.Ended() {
		badge := jobBadge(ctx, j)
		progress.Badge = &badge
		return progress
	}
	progress.Note, progress.Poll = web.T(ctx, "office.jobs.state."+string(j.State)), jobPath(j.ID)+"/progress"
	return progress
}

// jobState is how far a job is and, when it has ended, what came of it.
func (p *Pages) jobState(ctx context.Context, c access.Caller, j job.Job) (templ.Component, error) {
	parts := []templ.Component{progressOf(ctx, j)}
	if j.Error != "" {
		parts = append(parts, web.Notice{Tone: web.ToneBad, Text: j.Error})
	}
	if !j.State.Ended() {
		return together(append(parts, text(web.T(ctx, "office.jobs.leave")))), nil
	}
	parts = append(parts, countsOf(ctx, j.Counts))
	result := p.JobResults[j.Kind]
	switch j.Kind {
	case office.JobAreaCheck, office.JobAreaLoad:
		result = p.areaDoor().result
	case office.JobOrganisationCheck, office.JobOrganisationLoad:
		result = p.organisationDoor().result
	}
	if result == nil {
		return together(parts), nil
	}
	more, err := result(ctx, c, j)
	if err != nil {
		return nil, err
	}
	return together(append(parts, more)), nil
}

// countsOf are a job's exact counts: what came in is what was created, updated, unchanged or rejected.
func countsOf(ctx context.Context, c job.Counts) templ.Component {
	var tiles []templ.Component
	for _, one := range []struct {
		name string
		n    int64
	}{{"in", c.In}, {"created", c.Created}, {"updated", c.Updated}, {"unchanged", c.Unchanged}, {"rejected", c.Rejected}} {
		tile := web.Stat{Label: web.T(ctx, "office.jobs.counts."+one.name), Value: number(ctx, one.n)}
		if one.name == "rejected" && one.n > 0 {
			tile.Tone = web.ToneWarn
		}
		tiles = append(tiles, tile)
	}
	return side(tiles...)
}

func (p *Pages) cancelJob(w http.ResponseWriter, r *http.Request) error {
	id, err := pathNumber(r, "id")
	if err != nil {
		return err
	}
	if err := p.Jobs.Cancel(r.Context(), office.CallerFrom(r.Context()), id); err != nil {
		return err
	}
	return seeOther(w, r, jobPath(id), "cancelled")
}
