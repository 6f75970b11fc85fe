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
	"rightkey/internal/procedure"
	"rightkey/internal/registry/upload"
	"rightkey/internal/web"
)

// post makes the list of a notice from the cases of a form.
func (p *casePages) post(w http.ResponseWriter, r *http.Request) error {
	scope, cases, err := p.chosen(r)
	if err != nil {
		return err
	}
	n, err := p.Cases.Draft(r.Context(), scope, p.Cases.Around(cases), idsOf(cases, func(c procedure.Case) bool { return c.Notice == 0 }))
	if err != nil {
		return err
	}
	return begun(w, r, n.Job, noticePath(n.ID))
}

func noticePath(id int64) string { return "/notices/" + strconv.FormatInt(id, 10) }

// board is the list as it hangs.
func (p *casePages) board(ctx context.Context, n procedure.Notice, b *procedure.Board, doors bool) (web.Table, error) {
	lines, err := p.Cases.Lines(ctx, n, 0, procedure.Most)
	if err != nil {
		return web.Table{}, err
	}
	t := web.Table{Caption: b.Title.In(web.Lang(ctx)), Columns: []web.Column{{Label: caseWord(ctx, "notice.n"), Number: true}}}
	for _, field := range b.Fields {
		t.Columns = append(t.Columns, web.Column{Label: caseWord(ctx, "field."+field)})
	}
	for _, l := range lines {
		row := web.Row{Cells: []web.Cell{web.Text(strconv.FormatInt(l.N, 10))}}
		if doors {
			row.Href = casePath(l.Case)
		}
		for _, cell := range l.Cells {
			row.Cells = append(row.Cells, web.Cell{Text: cell, Missing: cell == ""})
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// notice shows a notice: its list, its days, the photo of the board.
func (p *casePages) notice(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	n, b, err := p.noticeOf(r)
	if err != nil {
		return err
	}
	lang := web.Lang(ctx)
	if at, err := p.Cases.Working(ctx, n.Job); err != nil || at {
		title := b.Title.In(lang)
		return errors.Join(err, p.show(w, r, title, web.Crumb{Label: title}, working(ctx, n.Job)))
	}
	table, err := p.board(ctx, n, b, true)
	if err != nil {
		return err
	}
	parts := []templ.Component{web.Box(b.Title.In(lang), web.Note(b.Text.In(lang)), web.Note(hangsText(ctx, n)), table),
		web.Actions([]web.Action{{Label: caseWord(ctx, "paper.notice"), Href: noticePath(n.ID) + "/paper", Icon: "print"}})}
	may := p.MayAnywhere(r, access.CaseAct)
	ver := []web.Pair{{Name: "notice_ver", Value: strconv.FormatInt(n.Ver, 10)}}
	if n.HasPhoto {
		parts = append(parts, web.Box(caseWord(ctx, "notice.photo"), boardPhoto(noticePath(n.ID)+"/photo", caseWord(ctx, "notice.photo"))))
	} else if may {
		fields := []web.Field{{Name: "day", Label: caseWord(ctx, "notice.photo_day"), Kind: web.FieldDate, Required: true, Value: p.Cases.Today().String()}, {Name: "photo", Label: caseWord(ctx, "notice.photo"), Kind: web.FieldFile, Required: true, Attributes: templ.Attributes{"accept": "image/*"}}}
		parts = append(parts, web.Box(caseWord(ctx, "notice.hang"), caseForm(stepForm{path: noticePath(n.ID) + "/hang", button: caseWord(ctx, "notice.hang"), note: caseWord(ctx, "notice.hang_help"), hidden: ver, fields: fields, file: true})))
	}
	if b.Public && n.Hangs(p.Cases.Today()) {
		parts = append(parts, web.Actions([]web.Action{{Label: caseWord(ctx, "notice.public"), Href: "/n/" + n.Token}}))
	}
	if may && b.Objections && n.Hangs(p.Cases.Today()) {
		parts = append(parts, web.Box(caseWord(ctx, "object"), caseForm(objectForm(ctx, noticePath(n.ID)+"/object"))))
	}
	return p.show(w, r, b.Title.In(lang), web.Crumb{Label: b.Title.In(lang)}, parts...)
}

func objectForm(ctx context.Context, path string) stepForm {
	return stepForm{path: path, button: caseWord(ctx, "object"), note: caseWord(ctx, "object_help"), fields: []web.Field{
		{Name: "line", Label: caseWord(ctx, "notice.n"), Kind: web.FieldNumber, Required: true, Attributes: templ.Attributes{"min": "1", "inputmode": "numeric"}},
		{Name: "text", Label: caseWord(ctx, "objection"), Kind: web.FieldArea, Required: true}}}
}

// noticeOf is the notice that an address names, with its kind.
func (p *casePages) noticeOf(r *http.Request) (procedure.Notice, *procedure.Board, error) {
	scope, id, err := p.Item(r, access.CaseRead)
	if err != nil {
		return procedure.Notice{}, nil, err
	}
	n, err := p.Cases.Notice(r.Context(), scope, id)
	if err != nil {
		return n, nil, err
	}
	b, err := p.Cases.BoardOf(n)
	return n, b, err
}

func (p *casePages) photo(w http.ResponseWriter, r *http.Request) error {
	scope, id, err := p.Item(r, access.CaseRead)
	if err != nil {
		return err
	}
	photo, err := p.Cases.Photo(r.Context(), scope, id)
	return showPhoto(w, photo, err)
}

// minutesPhoto is the photo of the minutes of a meeting.
func (p *casePages) minutesPhoto(w http.ResponseWriter, r *http.Request) error {
	scope, id, err := p.Item(r, access.CaseRead)
	if err != nil {
		return err
	}
	photo, err := p.Cases.MinutesPhoto(r.Context(), scope, id)
	return showPhoto(w, photo, err)
}

func showPhoto(w http.ResponseWriter, photo procedure.Photo, err error) error {
	if err != nil {
		return err
	}
	return web.SendFile(w, photo.Type, photo.Body)
}

// hang starts the days of a notice with the photo of the board.
func (p *casePages) hang(w http.ResponseWriter, r *http.Request) error {
	scope, id, err := p.Item(r, access.CaseAct)
	if err != nil {
		return err
	}
	if err := r.ParseMultipartForm(upload.MaxBytes); err != nil {
		return fault.Wrap(fault.Invalid, err, "%s", web.T(r.Context(), "error.invalid"))
	}
	day, err := dayOf(r)
	if err != nil {
		return err
	}
	ver, err := strconv.ParseInt(r.PostForm.Get("notice_ver"), 10, 64)
	if err != nil {
		return fault.New(fault.Required, "%s", web.T(r.Context(), "error.required"))
	}
	picture, err := p.picture(r, "photo")
	if err != nil {
		return err
	}
	if _, err := p.Cases.Hang(r.Context(), scope, id, ver, day, picture); err != nil {
		return err
	}
	return web.See(w, r, noticePath(id))
}

// picture is the picture in a field of a form, drawn anew; the zero one where there is none.
func (p *casePages) picture(r *http.Request, field string) (procedure.Photo, error) {
	file, _, err := r.FormFile(field)
	if err != nil {
		return procedure.Photo{}, nil //nolint:nilerr // whether it may be missing is the engine's to say
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, upload.MaxBytes+1))
	if err != nil || len(data) == 0 {
		return procedure.Photo{}, err
	}
	picture, err := p.Registry.Picture(data)
	return procedure.Photo{Type: picture.Type, Body: picture.Body}, err
}

// objected reads the form of an objection.
func objected(r *http.Request) (line int64, words string, err error) {
	if err = web.Form(r); err != nil {
		return 0, "", err
	}
	line, _ = strconv.ParseInt(r.PostForm.Get("line"), 10, 64)
	return line, r.PostForm.Get("text"), nil
}

func (p *casePages) object(w http.ResponseWriter, r *http.Request) error {
	scope, id, err := p.Item(r, access.CaseAct)
	if err != nil {
		return err
	}
	line, words, err := objected(r)
	if err != nil {
		return err
	}
	if err := p.Cases.Object(r.Context(), scope, id, line, words); err != nil {
		return err
	}
	return web.See(w, r, noticePath(id))
}

// public is a notice for everybody who has its address, with the form to object without login.
func (p *casePages) public(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	n, b, err := p.Cases.Public(ctx, r.PathValue("notice_token"))
	if err != nil {
		return err
	}
	table, err := p.board(ctx, n, b, false)
	if err != nil {
		return err
	}
	lang := web.Lang(ctx)
	w.Header().Set("X-Robots-Tag", "noindex")
	parts := []templ.Component{web.Box(b.Title.In(lang), web.Note(b.Text.In(lang)), web.Note(hangsText(ctx, n)), table)}
	if r.URL.Query().Get("sent") != "" {
		parts = append([]templ.Component{web.Notice{Tone: web.ToneGood, Text: caseWord(ctx, "object_sent")}}, parts...)
	}
	if b.Objections {
		parts = append(parts, web.Box(caseWord(ctx, "object"), caseForm(objectForm(ctx, "/n/"+n.Token+"/object"))))
	}
	return p.Show(w, r, http.StatusOK, web.Page{Title: b.Title.In(lang)}, parts...)
}

func (p *casePages) objectPublicly(w http.ResponseWriter, r *http.Request) error {
	line, words, err := objected(r)
	if err != nil {
		return err
	}
	token := r.PathValue("notice_token")
	if err := p.Cases.ObjectPublicly(r.Context(), token, line, words); err != nil {
		return err
	}
	return web.See(w, r, "/n/"+token+"?sent=1")
}
