package page

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/office"
	"rightkey/internal/web"
)

func (p *Pages) loadPage(w http.ResponseWriter, r *http.Request) error { return p.showLoad(w, r, nil) }

func (p *Pages) showLoad(w http.ResponseWriter, r *http.Request, cause error) error {
	ctx := r.Context()
	title := web.T(ctx, "office.areas.load")
	f := form{Action: "/areas/load", Submit: web.T(ctx, "office.areas.check"), Cancel: "/areas", File: true, Fields: []web.Field{
		{Name: "file", Label: web.T(ctx, "office.areas.file"), Help: web.T(ctx, "office.areas.file_help", "widths", p.Areas.Scheme().String()), Kind: web.FieldFile, Required: true,
			Attributes: templ.Attributes{"accept": ".csv,.gz,.tsv,.xlsx,.parquet"}},
	}}
	page := p.Frame.Page(r, title, web.Crumb{Label: web.T(ctx, "office.nav.areas"), Href: "/areas"}, web.Crumb{Label: title})
	status := http.StatusOK
	if cause != nil {
		notices, err := f.wrong(cause)
		if err != nil {
			return err
		}
		page.Flash, status = notices, web.Status(cause)
	}
	return show(w, r, status, page, panel(title, text(web.T(ctx, "office.areas.load_help")), f))
}

// checkFile takes a file and starts its check as a job, on whose page one goes on.
func (p *Pages) checkFile(w http.ResponseWriter, r *http.Request) error {
	name, file, err := upload(r)
	if err != nil {
		return p.showLoad(w, r, err)
	}
	j, err := p.Loads.Check(r.Context(), office.CallerFrom(r.Context()), name, file)
	if err != nil {
		return p.showLoad(w, r, err)
	}
	return seeOther(w, r, jobPath(j.ID), "")
}

// upload reads the file of a form.
func upload(r *http.Request) (name string, data []byte, err error) {
	file, header, err := r.FormFile("file")
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return "", nil, fault.Wrap(fault.TooLarge, err, "%s", web.T(r.Context(), "error.too_large"))
	}
	if err != nil {
		said := web.T(r.Context(), "office.fault.file")
		return "", nil, (&fault.Error{Kind: fault.Invalid, Message: said, Cause: err}).With(0, "file", "%s", said)
	}
	defer file.Close()
	if data, err = io.ReadAll(file); err != nil {
		return "", nil, fault.Wrap(fault.Invalid, err, "%s", web.T(r.Context(), "error.invalid"))
	}
	return header.Filename, data, nil
}

// applyFile starts the load of a file that was checked.
func (p *Pages) applyFile(w http.ResponseWriter, r *http.Request) error {
	check, err := pathNumber(r, "job")
	if err != nil {
		return err
	}
	if err := sent(r); err != nil {
		return err
	}
	j, err := p.Loads.Apply(r.Context(), office.CallerFrom(r.Context()), check, r.PostForm.Get("skip") == "yes")
	if err != nil {
		return err
	}
	return seeOther(w, r, jobPath(j.ID), "")
}

// areaResult shows what a check found, with the button that loads the file, or what a load did.
func (p *Pages) areaResult(ctx context.Context, c access.Caller, j job.Job) (templ.Component, error) {
	report, ok := office.ReportOf(j)
	if !ok {
		return templ.NopComponent, nil
	}
	rejects := web.Table{Caption: web.T(ctx, "office.areas.rejected"), ShowCaption: true, Columns: []web.Column{
		{Label: web.T(ctx, "office.areas.row"), Number: true}, {Label: web.T(ctx, "office.areas.column")}, {Label: web.T(ctx, "common.code")}, {Label: web.T(ctx, "common.reason")}},
		Empty: web.Empty{Icon: "check", Title: web.T(ctx, "office.areas.rejected_none")}}
	for _, reject := range report.Rejects {
		rejects.Rows = append(rejects.Rows, web.Row{Cells: []web.Cell{web.Text(number(ctx, reject.Row)), web.Text(reject.Column), web.Text(reject.Code), web.Text(reject.Reason)}})
	}
	if more := j.Counts.Rejected - int64(len(report.Rejects)); more > 0 {
		rejects.Caption += " " + web.T(ctx, "office.areas.rejected_more", "n", more)
	}
	return together([]templ.Component{next(ctx, c, j), panel(web.T(ctx, "office.areas.report"), rejects)}), nil
}

// next is what comes after a check: loading the file.
func next(ctx context.Context, c access.Caller, j job.Job) templ.Component {
	changes := j.Counts.Created + j.Counts.Updated
	switch {
	case j.Kind != office.JobAreaCheck && j.State == job.Done:
		return web.Notice{Tone: web.ToneGood, Text: web.T(ctx, "office.areas.loaded"), Actions: []web.Action{{Label: web.T(ctx, "office.nav.areas"), Href: "/areas"}}}
	case j.Kind != office.JobAreaCheck || j.State != job.Done || j.Account != c.Account:
		return templ.NopComponent
	case changes == 0:
		return web.Notice{Tone: web.ToneInfo, Text: web.T(ctx, "office.areas.nothing")}
	}
	load := web.Action{Label: web.T(ctx, "office.areas.apply", "n", changes), Href: "/areas/load/" + strconv.FormatInt(j.ID, 10), Post: true, Style: web.StylePrimary}
	if j.Counts.Rejected > 0 {
		load.Label, load.Hidden = web.T(ctx, "office.areas.apply_skip", "n", changes, "rejected", j.Counts.Rejected), []web.Pair{{Name: "skip", Value: "yes"}}
	}
	return web.Notice{Tone: web.ToneInfo, Text: web.T(ctx, "office.areas.checked"), Actions: []web.Action{load}}
}
