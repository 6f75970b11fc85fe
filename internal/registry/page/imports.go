package page

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/registry"
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
	saved := web.Action{Label: word(ctx, "import.template.title"), Href: "/import-templates"}
	begin := web.Action{Label: word(ctx, "import.new"), Href: "/imports/new", Icon: "upload", Style: web.StylePrimary}
	page := web.Page{Title: word(ctx, "import.title")}
	shown := changesPage{table: web.Table{Caption: page.Title, Empty: web.Empty{Title: word(ctx, "import.none"), Text: word(ctx, "import.none_text"), Actions: []web.Action{begin}},
		Columns: []web.Column{{Label: word(ctx, "import.file")}, {Label: word(ctx, "import.subject")}, {Label: word(ctx, "import.rows"), Number: true},
			{Label: web.T(ctx, "common.status")}, {Label: web.T(ctx, "common.user")}, {Label: web.T(ctx, "common.time")}}}}
	if len(list) > 0 {
		page.Actions = []web.Action{begin, saved}
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
		subject = web.Text(p.subjectsName(ctx, im.Area, im.Mapping.Subject))
	}
	return web.Row{Href: importPath(im.ID), Cells: []web.Cell{
		web.Text(fileName(im)), subject, web.Text(i18n.Number(lang, im.Rows)), {View: importBadge(ctx, im.State)},
		web.Text(p.account(ctx, im.Account)), web.Text(i18n.Moment(lang, im.Created)),
	}}
}

func importPath(id int64) string { return "/imports/" + strconv.FormatInt(id, 10) }

// importBadge is the state of an import in a word.
func importBadge(ctx context.Context, state registry.ImportState) web.Badge {
	tones := map[registry.ImportState]web.Tone{registry.Checking: web.ToneInfo, registry.Applying: web.ToneInfo, registry.Checked: web.ToneWarn,
		registry.Imported: web.ToneGood, registry.Stopped: web.ToneBad}
	if state == registry.LeftOut {
		return web.Badge{Tone: web.ToneNeutral, Text: word(ctx, "import.state.left_out")}
	}
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
		{Name: "file", Label: word(ctx, "import.file"), Kind: web.FieldFile, Help: word(ctx, "import.file_help"), Error: wrong, Required: true, Attributes: map[string]any{"accept": ".csv,.tsv,.gz,.xlsx", "multiple": true}},
		p.subjectField(ctx, 0, ""),
		sourceField(ctx, "", ""),
		dayField(ctx, caller.Today.String(), ""),
	}
	// What is asked about the file is sent before the file itself, so that it is known while the file arrives.
	ordered := append(fields[1:], fields[0])
	page := web.Page{Title: word(ctx, "import.new"), Crumbs: []web.Crumb{{Label: word(ctx, "nav.imports"), Href: "/imports"}, {Label: word(ctx, "import.new")}}}
	return p.show(w, r, status, page, newImportView(stepsOf(ctx, 0), web.Summary(fields...), ordered, formLinks(ctx)))
}

// subjectField asks what a row of the file is: the register's own records, and the forms of areas that the pack has.
func (p *pages) subjectField(ctx context.Context, area int64, value string) web.Field {
	f := web.Field{Name: "subject", Label: word(ctx, "import.subject"), Help: word(ctx, "import.subject_help"), Kind: web.FieldSelect, Value: value, Required: true}
	if value == "" {
		f.Required = false
		f.Options = []web.Option{{Label: word(ctx, "import.subject_guess")}}
	}
	for _, subject := range formSubjects {
		f.Options = append(f.Options, web.Option{Value: subject, Label: word(ctx, "subjects."+subject)})
	}
	if pack, err := p.Registry.Pack(area); err == nil {
		for _, kind := range registry.PlaceKinds(pack) {
			f.Options = append(f.Options, web.Option{Value: kind, Label: p.subjectsName(ctx, area, kind)})
		}
	}
	return f
}

// subjectsName is what the rows of a file are called.
func (p *pages) subjectsName(ctx context.Context, area int64, subject string) string {
	if pack, err := p.Registry.Pack(area); err == nil && registry.IsPlace(pack, subject) {
		return word(ctx, "place.forms", "level", subjectName(ctx, pack, subject))
	}
	return word(ctx, "subjects."+subject)
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

// broken is the fault of an upload that did not arrive whole; faults of ours stay what they are.
func broken(r *http.Request, err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) || fault.KindOf(err) != fault.Internal || !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	return fault.Wrap(fault.Invalid, err, "%s", word(r.Context(), "import.broke_off"))
}
