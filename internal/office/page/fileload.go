package page

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/office"
	"rightkey/internal/web"
)

// fileDoor is where a kind of files comes in: a page that takes the file, its check as a job, and the button that loads
// what was checked. Its words are messages below office.WORDS.
type fileDoor struct {
	frame  *Frame
	loads  *office.FileLoads
	home   string // address of the list that the files fill
	words  string
	checks string // kind of the job that checks
	help   func(context.Context) string
}

// areaDoor takes files of areas.
func (p *Pages) areaDoor() fileDoor {
	return fileDoor{frame: &p.Frame, loads: p.Loads, home: "/areas", words: "areas", checks: office.JobAreaCheck, help: func(ctx context.Context) string {
		return web.T(ctx, "office.areas.file_help", "widths", p.Areas.Scheme().String())
	}}
}

// organisationDoor takes files of organisations.
func (p *Pages) organisationDoor() fileDoor {
	return fileDoor{frame: &p.Frame, loads: p.OrganisationLoads, home: "/organisations", words: "organisations", checks: office.JobOrganisationCheck, help: func(ctx context.Context) string {
		return web.T(ctx, "office.organisations.file_help", "columns", strings.Join(p.Organisations.FileColumns(p.today()), ", "))
	}}
}

func (d fileDoor) path() string { return d.home + "/load" }

func (d fileDoor) word(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "office."+d.words+"."+key, args...)
}

// register adds the door's pages.
func (d fileDoor) register(s *web.Server, verb access.Verb) {
	s.Handle("GET "+d.path(), web.Needs(verb), func(w http.ResponseWriter, r *http.Request) error { return d.show(w, r, nil) })
	s.Handle("POST "+d.path(), web.Needs(verb), d.check, web.Upload(office.MaxFile+1<<20, 30*time.Minute))
	s.Handle("POST "+d.path()+"/{job}", web.Needs(verb), d.apply)
}

func (d fileDoor) show(w http.ResponseWriter, r *http.Request, cause error) error {
	ctx := r.Context()
	title := d.word(ctx, "load")
	f := form{Action: d.path(), Submit: web.T(ctx, "office.areas.check"), Cancel: d.home, File: true, Fields: []web.Field{
		{Name: "file", Label: d.word(ctx, "file"), Help: d.help(ctx), Kind: web.FieldFile, Required: true,
			Attributes: templ.Attributes{"accept": ".csv,.gz,.tsv,.xlsx,.parquet"}},
	}}
	page := d.frame.Page(r, title, web.Crumb{Label: web.T(ctx, "office.nav."+d.words), Href: d.home}, web.Crumb{Label: title})
	status := http.StatusOK
	if cause != nil {
		notices, err := f.wrong(r.Context(), cause)
		if err != nil {
			return err
		}
		page.Flash, status = notices, web.Status(cause)
	}
	return show(w, r, status, page, panel(title, text(d.word(ctx, "load_help")), f))
}

// check takes a file and starts its check as a job, on whose page one goes on.
func (d fileDoor) check(w http.ResponseWriter, r *http.Request) error {
	name, file, err := upload(r)
	if err != nil {
		return d.show(w, r, err)
	}
	j, err := d.loads.Check(r.Context(), office.CallerFrom(r.Context()), name, file)
	if err != nil {
		return d.show(w, r, err)
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

// apply starts the load of a file that was checked.
func (d fileDoor) apply(w http.ResponseWriter, r *http.Request) error {
	check, err := pathNumber(r, "job")
	if err != nil {
		return err
	}
	if err := web.Form(r); err != nil {
		return err
	}
	j, err := d.loads.Apply(r.Context(), office.CallerFrom(r.Context()), check, r.PostForm.Get("skip") == "yes")
	if err != nil {
		return err
	}
	return seeOther(w, r, jobPath(j.ID), "")
}

// result shows what a check found, with the button that loads the file, or what a load did.
func (d fileDoor) result(ctx context.Context, c access.Caller, j job.Job) (templ.Component, error) {
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
	return together([]templ.Component{d.next(ctx, c, j), panel(web.T(ctx, "office.areas.report"), rejects)}), nil
}

// next is what comes after a check: loading the file.
func (d fileDoor) next(ctx context.Context, c access.Caller, j job.Job) templ.Component {
	changes := j.Counts.Created + j.Counts.Updated
	switch {
	case j.Kind != d.checks && j.State == job.Done:
		return web.Notice{Tone: web.ToneGood, Text: d.word(ctx, "loaded"), Actions: []web.Action{{Label: web.T(ctx, "office.nav."+d.words), Href: d.home}}}
	case j.Kind != d.checks || j.State != job.Done || j.Account != c.Account:
		return templ.NopComponent
	case changes == 0:
		return web.Notice{Tone: web.ToneInfo, Text: web.T(ctx, "office.areas.nothing")}
	}
	load := web.Action{Label: d.word(ctx, "apply", "n", changes), Href: d.path() + "/" + strconv.FormatInt(j.ID, 10), Post: true, Style: web.StylePrimary}
	if j.Counts.Rejected > 0 {
		load.Label, load.Hidden = d.word(ctx, "apply_skip", "n", changes, "rejected", j.Counts.Rejected), []web.Pair{{Name: "skip", Value: "yes"}}
	}
	return web.Notice{Tone: web.ToneInfo, Text: web.T(ctx, "office.areas.checked"), Actions: []web.Action{load}}
}
