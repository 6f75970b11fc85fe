package page

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/registry"
	"rightkey/internal/table"
	"rightkey/internal/web"
)

// maxNormFile is how large a file of norms may be, in bytes.
const maxNormFile = 1 << 20

// normReport is what a file of norms did, for the page.
type normReport struct {
	text    string
	applied bool
	rejects web.Table
}

// registerNorms adds the pages of yearly norms and of a household's worksheet.
func (p *pages) registerNorms(server *web.Server) {
	server.Handle("GET /norms", web.Needs(access.HouseholdList), p.norms)
	server.Handle("POST /norms", web.Needs(access.NormEdit), p.saveNorms)
	server.Handle("GET /norms/file", web.Needs(access.HouseholdList), p.normFile)
	server.Handle("POST /norms/file", web.Needs(access.NormEdit), p.takeNorms, web.Upload(maxNormFile+1<<16, fileTime))
	server.Handle("GET /households/{number}/worksheet", web.Needs(access.HouseholdEdit), p.worksheet)
	server.Handle("POST /households/{number}/worksheet", web.Needs(access.HouseholdEdit), p.fillIn)
}

// normFile answers the norms of an area and those in it as a file that can be changed and sent back.
func (p *pages) normFile(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, err := p.scope(r, access.HouseholdList)
	if err != nil {
		return err
	}
	own, _, err := p.normTable(ctx, scope, r.URL.Query())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="norms-`+strconv.Itoa(own.Year)+`.csv"`)
	out, err := table.NewCSVWriter(w, registry.NormColumns())
	if err != nil {
		return err
	}
	return errors.Join(p.Registry.ExportNorms(ctx, scope, own.Area, own.Year, out), out.Close())
}

// takeNorms takes a file of norms and shows what it did.
func (p *pages) takeNorms(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, err := p.scope(r, access.NormEdit)
	if err != nil {
		return err
	}
	if err := r.ParseMultipartForm(maxNormFile); err != nil {
		return fault.Wrap(fault.Invalid, err, "%s", web.T(ctx, "error.invalid"))
	}
	own, _, err := p.normTable(ctx, scope, r.PostForm)
	if err != nil {
		return err
	}
	report, wrong := registry.NormReport{}, ""
	file, header, err := r.FormFile("file")
	switch {
	case err != nil:
		wrong = word(ctx, "norms.no_file")
	default:
		defer file.Close()
		report, err = p.importNorms(r, scope, own, header.Filename, file)
		if known := (*fault.Error)(nil); errors.As(err, &known) && (known.Kind == fault.Invalid || known.Kind == fault.TooLarge) {
			wrong = word(ctx, "norms.not_norms")
		} else if err != nil {
			return err
		}
	}
	own, pack, err := p.normTable(ctx, scope, r.PostForm)
	if err != nil {
		return err
	}
	page, err := p.normsPage(ctx, scope, own, pack)
	if err != nil {
		return err
	}
	page.fill(pack, own)
	status := http.StatusOK
	if page.file.Error = wrong; wrong != "" {
		page.summary, status = web.Summary(page.file), http.StatusBadRequest
	} else {
		page.report = newNormReport(r, report)
	}
	if report.Rejected > 0 {
		status = http.StatusBadRequest
	}
	return p.showNorms(w, r, status, page)
}

func (p *pages) importNorms(r *http.Request, scope access.Scope, own registry.NormTable, name string, file io.ReaderAt) (registry.NormReport, error) {
	size := r.ContentLength
	if at, ok := file.(io.Seeker); ok {
		end, err := at.Seek(0, io.SeekEnd)
		if err != nil {
			return registry.NormReport{}, err
		}
		size = end
	}
	rows, err := table.OpenNamed(strings.ToLower(name), file, size, table.Options{MaxBytes: 8 << 20})
	if err != nil {
		return registry.NormReport{}, err
	}
	report, err := p.Registry.ImportNorms(r.Context(), scope, own.Area, own.Year, rows)
	return report, errors.Join(err, rows.Close())
}

func newNormReport(r *http.Request, report registry.NormReport) *normReport {
	ctx := r.Context()
	lang := web.Lang(ctx)
	shown := &normReport{applied: report.Rejected == 0, text: word(ctx, "norms.report", "rows", i18n.Number(lang, report.In), "created", i18n.Number(lang, report.Created),
		"updated", i18n.Number(lang, report.Updated), "unchanged", i18n.Number(lang, report.Unchanged), "rejected", i18n.Number(lang, report.Rejected))}
	shown.rejects = web.Table{Caption: word(ctx, "norms.rejected"), Columns: []web.Column{{Label: word(ctx, "norms.row"), Number: true}, {Label: word(ctx, "norms.column")}, {Label: word(ctx, "norms.why")}}}
	for _, wrong := range report.Rejects {
		shown.rejects.Rows = append(shown.rejects.Rows, web.Row{Cells: []web.Cell{web.Text(i18n.Number(lang, int64(wrong.Row))), web.Text(wrong.Field), web.Text(wrong.In(lang))}})
	}
	return shown
}
