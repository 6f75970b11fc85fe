package page

import (
	"bytes"
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/identify/away"
	"rightkey/internal/procedure"
	"rightkey/internal/registry/upload"
	"rightkey/internal/table"
	"rightkey/internal/web"
)

// mostPackage is in bytes of the package of a meeting that comes back with the photo of its minutes.
const mostPackage = away.Most + upload.MaxBytes + 1<<20

func packagePath(id int64) string { return sittingPath(id) + "/package" }

// withoutNetwork offers the package of a meeting, and takes it back; wrong is what is wrong with the file.
func withoutNetwork(ctx context.Context, m procedure.Sitting, wrong string) templ.Component {
	file := web.Field{Name: "file", Label: caseWord(ctx, "package.file"), Help: caseWord(ctx, "package.file_help"), Kind: web.FieldFile, Required: true, Error: wrong, Attributes: templ.Attributes{"accept": ".xlsx"}}
	photo := photoField(ctx)
	photo.IDPrefix = "package-"
	check := web.Field{Name: "check", Label: caseWord(ctx, "package.check"), Kind: web.FieldCheck}
	parts := []templ.Component{web.Note(caseWord(ctx, "package.text")), web.Action{Label: caseWord(ctx, "package.download"), Icon: "download", Href: packagePath(m.ID)}}
	if wrong != "" {
		parts = append(parts, web.Summary(file))
	}
	return web.Box(caseWord(ctx, "package.title"), append(parts, web.Send{Action: packagePath(m.ID), Upload: true, Fields: []web.Field{file, photo, check}, Button: caseWord(ctx, "package.take")})...)
}

// photoField asks for the photo of minutes on paper.
func photoField(ctx context.Context) web.Field {
	return web.Field{Name: "photo", Label: caseWord(ctx, "meeting.photo"), Help: caseWord(ctx, "meeting.photo_help"), Kind: web.FieldFile, Attributes: templ.Attributes{"accept": "image/*"}}
}

// sendPackage sends the package of a meeting.
func (p *casePages) sendPackage(w http.ResponseWriter, r *http.Request) error {
	scope, id, err := p.Item(r, access.CaseAct)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := p.Packages.Write(r.Context(), scope, id, web.Lang(r.Context()), &file); err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="meeting-`+strconv.FormatInt(id, 10)+`.xlsx"`)
	return web.SendFile(w, table.XLSXType, file.Bytes())
}

// takePackage takes the package of a meeting in that was held without network, and shows what came of it.
func (p *casePages) takePackage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, id, err := p.Item(r, access.CaseAct)
	if err != nil {
		return err
	}
	m, err := p.Cases.Sitting(ctx, scope, id)
	if err != nil {
		return err
	}
	filled, wrong, err := packageOf(r)
	if err != nil {
		return err
	}
	if wrong != "" {
		return p.packaged(w, r, http.StatusBadRequest, m, withoutNetwork(ctx, m, caseWord(ctx, "package."+wrong)))
	}
	photo, err := p.picture(r, "photo")
	if err != nil {
		return err
	}
	report, err := p.Packages.Take(ctx, scope, id, filled, photo, r.FormValue("check") == "")
	if err != nil {
		return err
	}
	parts := []templ.Component{packageReport(ctx, m, report)}
	status := http.StatusOK
	if len(report.Rejects) > 0 {
		status = http.StatusBadRequest
	}
	if !report.Stored && !m.Closed {
		parts = append(parts, withoutNetwork(ctx, m, ""))
	}
	return p.packaged(w, r, status, m, parts...)
}

// packageOf is the package that a form brings; wrong says what is wrong with its file.
func packageOf(r *http.Request) (f away.Filled, wrong string, err error) {
	file, header, err := r.FormFile("file")
	if err != nil {
		return f, "missing", nil //nolint:nilerr // the page asks for it again
	}
	defer file.Close()
	f, err = away.Read(file, header.Size)
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge) {
		return f, "none", nil
	}
	return f, "", err
}

// packaged shows a page on the package of a meeting.
func (p *casePages) packaged(w http.ResponseWriter, r *http.Request, status int, m procedure.Sitting, parts ...templ.Component) error {
	ctx := r.Context()
	title := caseWord(ctx, "package.title")
	page := web.Page{Title: title, Crumbs: []web.Crumb{{Label: caseWord(ctx, "nav"), Href: "/cases"}, {Label: meetingTitle(ctx, m), Href: sittingPath(m.ID)}, {Label: title}}}
	return p.Show(w, r, status, page, parts...)
}

// packageReport says what became of the rows of a package.
func packageReport(ctx context.Context, m procedure.Sitting, report away.Report) templ.Component {
	parts := []templ.Component{web.Tiles(web.Stat{Label: caseWord(ctx, "package.in"), Value: number(ctx, int64(report.In))}, web.Stat{Label: caseWord(ctx, "package.created"), Value: number(ctx, int64(report.Created))},
		web.Stat{Label: caseWord(ctx, "package.unchanged"), Value: number(ctx, int64(report.Unchanged))}, web.Stat{Label: caseWord(ctx, "package.moved"), Value: number(ctx, int64(len(report.Moved)))},
		web.Stat{Label: caseWord(ctx, "package.rejected"), Value: number(ctx, int64(report.Rejected))})}
	switch {
	case len(report.Rejects) > 0:
		parts = append(parts, web.Notice{Tone: web.ToneBad, Text: caseWord(ctx, "package.nothing")}, web.Rejects(ctx, caseWord(ctx, "package.wrong"), report.Rejects))
	case report.Stored:
		door := web.Action{Label: caseWord(ctx, "meeting.one"), Href: sittingPath(m.ID)}
		parts = append(parts, web.Notice{Tone: web.ToneGood, Text: caseWord(ctx, "package.stored"), Actions: []web.Action{door}})
	case m.Closed:
		parts = append(parts, web.Notice{Tone: web.ToneInfo, Text: caseWord(ctx, "package.known")})
	default:
		parts = append(parts, web.Notice{Tone: web.ToneInfo, Text: caseWord(ctx, "package.checked")})
	}
	if report.Job != 0 {
		parts = append(parts, working(ctx, report.Job))
	}
	if len(report.Moved) > 0 {
		parts = append(parts, web.Rejects(ctx, caseWord(ctx, "package.moved"), report.Moved))
	}
	return web.Box(caseWord(ctx, "package.report"), parts...)
}
