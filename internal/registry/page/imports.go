package page

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/registry"
	"rightkey/internal/table"
	"rightkey/internal/web"
)

const (
	importRows = 30
	// maxFile is the largest file that the page takes, in bytes; larger ones come by the command or the API.
	maxFile = 64 << 20
	// maxBook is the largest spreadsheet, which is held in memory.
	maxBook = 32 << 20
	// maxExpanded is the most that a compressed file may expand to.
	maxExpanded = 512 << 20
)

// imports lists the files that were uploaded.
func (p *pages) imports(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, err := p.scope(r, access.ImportRun)
	if err != nil {
		return err
	}
	query := asked(r.URL.Query())
	before, err := number64(query.Get("before"), "before")
	if err != nil {
		return err
	}
	list, err := p.Registry.Imports(ctx, scope, before, importRows+1)
	if err != nil {
		return err
	}
	begin := web.Action{Label: word(ctx, "import.new"), Href: "/imports/new", Icon: "upload", Style: web.StylePrimary}
	page := web.Page{Title: word(ctx, "import.title")}
	shown := changesPage{table: web.Table{Caption: page.Title, Empty: web.Empty{Title: word(ctx, "import.none"), Text: word(ctx, "import.none_text"), Actions: []web.Action{begin}},
		Columns: []web.Column{{Label: word(ctx, "import.file")}, {Label: word(ctx, "import.subject")}, {Label: word(ctx, "import.rows"), Number: true},
			{Label: web.T(ctx, "common.status")}, {Label: web.T(ctx, "common.user")}, {Label: web.T(ctx, "common.time")}}}}
	if len(list) > 0 {
		page.Actions = []web.Action{begin}
	}
	if len(list) > importRows {
		list = list[:importRows]
		shown.pager.Next = address("/imports", url.Values{"before": {strconv.FormatInt(list[importRows-1].ID, 10)}})
	}
	if before != 0 {
		shown.pager.First = "/imports"
	}
	for _, im := range list {
		shown.table.Rows = append(shown.table.Rows, p.importRow(ctx, im))
	}
	return p.show(w, r, http.StatusOK, page, changesView(shown))
}

func (p *pages) importRow(ctx context.Context, im registry.Import) web.Row {
	lang := web.Lang(ctx)
	subject := web.Cell{Missing: true}
	if im.Mapping != nil {
		subject = web.Text(word(ctx, "subjects."+im.Mapping.Subject))
	}
	return web.Row{Href: importPath(im.ID), Cells: []web.Cell{
		web.Text(im.Name), subject, web.Text(i18n.Number(lang, im.Rows)), {View: importBadge(ctx, im.State)},
		web.Text(p.account(ctx, im.Account)), web.Text(i18n.Moment(lang, im.Created)),
	}}
}

func importPath(id int64) string { return "/imports/" + strconv.FormatInt(id, 10) }

// importBadge is the state of an import in a word.
func importBadge(ctx context.Context, state registry.ImportState) web.Badge {
	tones := map[registry.ImportState]web.Tone{registry.Checking: web.ToneInfo, registry.Applying: web.ToneInfo, registry.Checked: web.ToneWarn,
		registry.Imported: web.ToneGood, registry.Stopped: web.ToneBad}
	return web.Badge{Tone: tones[state], Text: word(ctx, "import.state."+string(state))}
}

// newImport asks for a file.
func (p *pages) newImport(w http.ResponseWriter, r *http.Request) error {
	return p.askFile(w, r, http.StatusOK, "")
}

func (p *pages) askFile(w http.ResponseWriter, r *http.Request, status int, wrong string) error {
	ctx := r.Context()
	scope, err := p.scope(r, access.ImportRun)
	if err != nil {
		return err
	}
	caller := scope.Caller()
	fields := []web.Field{
		{Name: "file", Label: word(ctx, "import.file"), Kind: web.FieldFile, Help: word(ctx, "import.file_help"), Error: wrong, Required: true, Attributes: map[string]any{"accept": ".csv,.tsv,.gz,.xlsx"}},
		subjectField(ctx, registry.SubjectHousehold),
		sourceField(ctx, "", ""),
		dayField(ctx, caller.Today.String(), ""),
	}
	// What is asked about the file is sent before the file itself, so that it is known while the file arrives.
	ordered := append(fields[1:], fields[0])
	page := web.Page{Title: word(ctx, "import.new"), Crumbs: []web.Crumb{{Label: word(ctx, "nav.imports"), Href: "/imports"}, {Label: word(ctx, "import.new")}}}
	return p.show(w, r, status, page, newImportView(stepsOf(ctx, 0), web.Summary(fields...), ordered))
}

func subjectField(ctx context.Context, value string) web.Field {
	f := web.Field{Name: "subject", Label: word(ctx, "import.subject"), Help: word(ctx, "import.subject_help"), Kind: web.FieldSelect, Value: value, Required: true}
	for _, subject := range []string{registry.SubjectHousehold, registry.SubjectPerson, registry.SubjectIncome, registry.SubjectExpenditure} {
		f.Options = append(f.Options, web.Option{Value: subject, Label: word(ctx, "subjects."+subject)})
	}
	return f
}

func sourceField(ctx context.Context, value, wrong string) web.Field {
	return web.Field{Name: "source", Label: word(ctx, "import.source"), Help: word(ctx, "import.source_help"), Value: value, Error: wrong, Required: true, Attributes: map[string]any{"maxlength": "60"}}
}

func dayField(ctx context.Context, value, wrong string) web.Field {
	return web.Field{Name: "day", Label: word(ctx, "import.day"), Help: word(ctx, "import.day_help"), Kind: web.FieldDate, Value: value, Error: wrong, Required: true}
}

func stepsOf(ctx context.Context, current int) web.Steps {
	s := web.Steps{Label: word(ctx, "import.title"), Current: current}
	for _, step := range []string{"file", "columns", "check", "apply", "result"} {
		s.Names = append(s.Names, word(ctx, "import.step."+step))
	}
	return s
}

// upload takes a file. Its rows are staged, sealed, while they arrive; the file itself is stored nowhere.
func (p *pages) upload(w http.ResponseWriter, r *http.Request) error {
	scope, err := p.scope(r, access.ImportRun)
	if err != nil {
		return err
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "%s", web.T(r.Context(), "error.invalid"))
	}
	about := url.Values{}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return p.askFile(w, r, http.StatusBadRequest, word(r.Context(), "import.no_file"))
		}
		if err != nil {
			return broken(r, err)
		}
		if part.FormName() != "file" {
			text, err := io.ReadAll(io.LimitReader(part, 1000))
			if err != nil {
				return broken(r, err)
			}
			if value := strings.TrimSpace(string(text)); value != "" && len(value) < 100 {
				about.Set(part.FormName(), value)
			}
			continue
		}
		if part.FileName() == "" {
			return p.askFile(w, r, http.StatusBadRequest, word(r.Context(), "import.no_file"))
		}
		im, err := p.take(r, scope, part)
		if fault.Is(err, fault.Invalid) || fault.Is(err, fault.TooLarge) {
			var known *fault.Error
			errors.As(err, &known)
			return p.askFile(w, r, web.Status(err), known.Message)
		}
		if err != nil {
			return broken(r, err)
		}
		http.Redirect(w, r, address(importPath(im.ID), about), http.StatusSeeOther)
		return nil
	}
}

// broken is the fault of an upload that did not arrive whole; faults of ours stay what they are.
func broken(r *http.Request, err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) || fault.KindOf(err) != fault.Internal || !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	return fault.Wrap(fault.Invalid, err, "%s", word(r.Context(), "import.broke_off"))
}

// take stages the rows of an uploaded file.
func (p *pages) take(r *http.Request, scope access.Scope, part *multipart.Part) (registry.Import, error) {
	name := filepath.Base(part.FileName())
	rows, err := openTable(r.Context(), name, part)
	if err != nil {
		return registry.Import{}, err
	}
	im, err := p.Registry.Upload(r.Context(), scope, name, rows)
	return im, errors.Join(err, rows.Close())
}

// openTable reads a file by the ending of its name: text tables as they arrive, a spreadsheet when all of it is there.
func openTable(ctx context.Context, name string, file io.Reader) (table.Reader, error) {
	lower := strings.ToLower(name)
	plain := strings.TrimSuffix(lower, ".gz")
	o := table.Options{Comma: ',', MaxBytes: maxExpanded}
	switch filepath.Ext(plain) {
	case ".tsv":
		o.Comma = '\t'
	case ".csv":
	case ".xlsx":
		if plain == lower {
			return openBook(ctx, file)
		}
		fallthrough
	default:
		return nil, fault.New(fault.Invalid, "%s", word(ctx, "import.wrong_kind"))
	}
	if plain != lower {
		expanded, err := gzip.NewReader(file)
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "%s", word(ctx, "import.no_gzip"))
		}
		file = expanded
	}
	return table.NewCSV(file, o)
}

func openBook(ctx context.Context, file io.Reader) (table.Reader, error) {
	book, err := io.ReadAll(io.LimitReader(file, maxBook+1))
	if err != nil {
		return nil, err
	}
	if len(book) > maxBook {
		return nil, fault.New(fault.TooLarge, "%s", word(ctx, "import.book_too_large", "mb", maxBook>>20))
	}
	return table.OpenXLSX(bytes.NewReader(book), int64(len(book)), table.Options{MaxBytes: maxExpanded})
}
