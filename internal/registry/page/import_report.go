package page

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/table"
	"rightkey/internal/web"
)

// registerImports adds the pages around an import that are not its five steps.
func (p *pages) registerImports(server *web.Server) {
	server.Handle("GET /imports/{id}/report.csv", web.Needs(access.ImportRun), p.report(csvFile))
	server.Handle("GET /imports/{id}/report.xlsx", web.Needs(access.ImportRun), p.report(bookFile))
	server.Handle("GET /imports/{id}/rejected.csv", web.Needs(access.ImportRun), p.rejected(csvFile))
	server.Handle("GET /imports/{id}/rejected.xlsx", web.Needs(access.ImportRun), p.rejected(bookFile))
	server.Handle("POST /imports/{id}/apply-all", web.Needs(access.ImportRun), p.applyAll)
	server.Handle("POST /imports/{id}/leave-out", web.Needs(access.ImportRun), p.leaveOut)
	server.Handle("POST /imports/{id}/template", web.Needs(access.ImportRun), p.saveTemplate)
	server.Handle("GET /import-templates", web.Needs(access.ImportRun), p.templates)
	server.Handle("POST /import-templates/{id}/rename", web.Needs(access.ImportRun), p.renameTemplate)
	server.Handle("POST /import-templates/{id}/delete", web.Needs(access.ImportRun), p.deleteTemplate)
	server.Handle("GET /import-forms/{file}", web.Needs(access.ImportRun), p.form)
}

// fileKind is a kind of file to download.
type fileKind struct {
	ending, media string
	open          func(w http.ResponseWriter, header []string) (table.Writer, error)
}

var (
	csvFile = fileKind{".csv", "text/csv; charset=utf-8", func(w http.ResponseWriter, header []string) (table.Writer, error) {
		return table.NewCSVWriter(w, header)
	}}
	bookFile = fileKind{".xlsx", table.XLSXType, func(w http.ResponseWriter, header []string) (table.Writer, error) {
		return table.NewXLSXWriter(w, header)
	}}
)

// begin begins a file as an answer; name is without its ending.
func (k fileKind) begin(w http.ResponseWriter, name string, header []string) (table.Writer, error) {
	w.Header().Set("Content-Type", k.media)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+k.ending+`"`)
	return k.open(w, header)
}

// report writes every row that was rejected or has problems: row, column, reason, severity.
func (p *pages) report(kind fileKind) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		im, scope, err := p.importOf(r)
		if err != nil {
			return err
		}
		rows, err := p.Registry.Report(r.Context(), scope, im.ID, 0, exportRows)
		if err != nil {
			return err
		}
		out, err := kind.begin(w, "import-"+strconv.FormatInt(im.ID, 10)+"-report", []string{"row", "column", "reason", "severity"})
		for err == nil && len(rows) > 0 {
			if err = writeProblems(web.Lang(r.Context()), out, rows); err != nil {
				break
			}
			rows, err = p.Registry.Report(r.Context(), scope, im.ID, rows[len(rows)-1].N, exportRows)
		}
		return finish(out, err)
	}
}

func writeProblems(lang i18n.Lang, out table.Writer, rows []registry.ReportRow) error {
	for _, row := range rows {
		for _, problem := range row.Problems {
			if err := out.Write([]string{strconv.Itoa(row.N), problem.Column, problem.In(lang), string(problem.Severity)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// rejected writes the rejected rows in the shape of the file, to be corrected and sent again.
func (p *pages) rejected(kind fileKind) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		im, scope, err := p.importOf(r)
		if err != nil {
			return err
		}
		rows, err := p.Registry.Rejected(r.Context(), scope, im.ID, 0, exportRows)
		if err != nil {
			return err
		}
		out, err := kind.begin(w, "import-"+strconv.FormatInt(im.ID, 10)+"-rejected", im.Header)
		for err == nil && len(rows) > 0 {
			for _, row := range rows {
				if err = out.Write(row.Cells); err != nil {
					return finish(out, err)
				}
			}
			rows, err = p.Registry.Rejected(r.Context(), scope, im.ID, rows[len(rows)-1].N, exportRows)
		}
		return finish(out, err)
	}
}

// formSubjects are the subjects for which there is an empty file to fill in.
var formSubjects = []string{registry.SubjectHousehold, registry.SubjectPerson, registry.SubjectDwelling, registry.SubjectIncome, registry.SubjectExpenditure}

// form writes an empty file of the pack for a subject: a column for each item, lists of answers, and explanations.
func (p *pages) form(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	subject, ending, _ := strings.Cut(r.PathValue("file"), ".")
	scope, err := p.scope(r, access.ImportRun)
	if err != nil {
		return err
	}
	pack, err := p.Registry.Pack(p.ownArea(scope))
	if err != nil {
		return err
	}
	columns := registry.FormColumns(pack, subject)
	if len(columns) == 0 || ending != "xlsx" {
		return fault.New(fault.NotFound, "%s", web.T(ctx, "error.not_found"))
	}
	lang := web.Lang(ctx)
	form := table.Form{Sheet: word(ctx, "subjects."+subject), Notes: word(ctx, "import.form.notes"), NotesHead: []string{
		"# " + word(ctx, "import.column"), word(ctx, "import.form.meaning"), word(ctx, "import.form.kind"), word(ctx, "import.form.answers")}}
	for _, column := range columns {
		c := table.FormColumn{Name: column.Name}
		if column.Item == nil {
			c.Notes = []string{word(ctx, "import.map."+column.Name), word(ctx, "import.form.text"), ""}
		} else {
			c.Answers = column.Item.Answers(lang)
			c.Notes = []string{columnMeaning(ctx, pack, column), word(ctx, "import.form.kinds."+string(column.Item.Kind)), strings.Join(c.Answers, ", ")}
			if column.Item.Kind == policy.Multi {
				c.Answers = nil // one cell takes several
			}
		}
		form.Columns = append(form.Columns, c)
	}
	var file bytes.Buffer
	if err := table.WriteForm(&file, form); err != nil {
		return err
	}
	w.Header().Set("Content-Type", bookFile.media)
	w.Header().Set("Content-Disposition", `attachment; filename="`+pack.ID+"-"+subject+`.xlsx"`)
	_, err = file.WriteTo(w)
	return err
}

// columnMeaning says what belongs in a column: the item's label and what else is to know.
func columnMeaning(ctx context.Context, pack *policy.Pack, column registry.FormColumn) string {
	lang := web.Lang(ctx)
	text := column.Item.Label.In(lang)
	if column.Class != "" {
		if item, ok := pack.Item(column.Item.Subject, "class"); ok {
			text = word(ctx, "subject."+column.Item.Subject) + ": " + item.Format(lang, column.Class)
		}
	}
	if unit := unitOf(ctx, pack, column.Item); unit != "" {
		text += " (" + unit + ")"
	}
	if column.Item.Required {
		text += " · " + word(ctx, "import.form.required")
	}
	if help := column.Item.Help.In(lang); help != "" {
		text += " · " + help
	}
	return text
}

// formLinks are doors to the empty files.
func formLinks(ctx context.Context) []web.Action {
	var links []web.Action
	for _, subject := range formSubjects {
		links = append(links, web.Action{Label: word(ctx, "subjects."+subject), Href: "/import-forms/" + subject + ".xlsx", Icon: "download"})
	}
	return links
}
