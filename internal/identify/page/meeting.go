package page

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
	"rightkey/internal/registry/upload"
	"rightkey/internal/web"
)

// uploadTime is how long the photo of a board may take to arrive.
const uploadTime = 10 * time.Minute

// most is how many lines a meeting or a notice shows.
const most = 5000

// meetingView is what the page of an open meeting asks.
type meetingView struct {
	path, button string
	hidden       []web.Pair
	fields       []web.Field
	lines        []meetingLine
}

type meetingLine struct {
	number, href string
	fields       []web.Field
}

// gathered are the cases of a form and the smallest area that holds them all.
func (p *casePages) gathered(r *http.Request) (scope access.Scope, ids []int64, common int64, err error) {
	scope, seen, err := p.chosen(r)
	if err != nil {
		return scope, nil, 0, err
	}
	ids = idsOf(seen)
	scheme := p.Cases.Areas().Scheme()
	for i, id := range ids {
		c, err := p.Cases.Case(r.Context(), scope, id)
		if err != nil {
			return scope, nil, 0, err
		}
		if i == 0 {
			common = c.Area
		}
		for common != 0 && !scheme.Range(common).Holds(c.Area) {
			common = scheme.Parent(common)
		}
	}
	return scope, ids, common, nil
}

// meet convenes a meeting on the cases of a form.
func (p *casePages) meet(w http.ResponseWriter, r *http.Request) error {
	scope, ids, place, err := p.gathered(r)
	if err != nil {
		return err
	}
	day, err := dayOf(r)
	if err != nil {
		return err
	}
	m, err := p.Cases.Convene(r.Context(), scope, place, day, ids)
	if err != nil {
		return err
	}
	return web.See(w, r, "/sittings/"+strconv.FormatInt(m.ID, 10))
}

// sitting shows a meeting: open, the votes to be entered household by household; closed, its minutes.
func (p *casePages) sitting(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, id, err := p.Item(r, access.CaseRead)
	if err != nil {
		return err
	}
	m, err := p.Cases.Sitting(ctx, scope, id)
	if err != nil {
		return err
	}
	votes, err := p.Cases.Votes(ctx, scope, m, 0, most)
	if err != nil {
		return err
	}
	numbers, err := p.numbers(ctx, scope, votes)
	if err != nil {
		return err
	}
	title := caseWord(ctx, "meeting.title", "day", i18n.Day(web.Lang(ctx), m.Day))
	if m.Closed {
		facts := web.Facts{Items: []web.Fact{{Label: caseWord(ctx, "meeting.eligible"), Value: strconv.FormatInt(m.Eligible, 10)}, {Label: caseWord(ctx, "meeting.present"), Value: strconv.FormatInt(m.Present, 10)}, {Label: caseWord(ctx, "meeting.minutes"), Value: m.Minutes, Missing: m.Minutes == ""}}}
		return p.show(w, r, title, web.Crumb{Label: title}, web.Box(title, facts), web.Box(caseWord(ctx, "votes"), p.results(ctx, votes, numbers)))
	}
	return p.show(w, r, title, web.Crumb{Label: title}, web.Box(title, meetingForm(p.openMeeting(ctx, m, votes, numbers))))
}

// numbers are the numbers of households by case.
func (p *casePages) numbers(ctx context.Context, scope access.Scope, votes []procedure.Vote) (map[int64]string, error) {
	found := map[int64]string{}
	for _, v := range votes {
		c, err := p.Cases.Case(ctx, scope, v.Case)
		if err != nil {
			return nil, err
		}
		found[v.Case] = registry.Number(c.Household)
	}
	return found, nil
}

func (p *casePages) results(ctx context.Context, votes []procedure.Vote, numbers map[int64]string) web.Table {
	t := web.Table{Caption: caseWord(ctx, "votes"), Columns: []web.Column{{Label: caseWord(ctx, "household")}, {Label: caseWord(ctx, "for"), Number: true}, {Label: caseWord(ctx, "against"), Number: true}, {Label: caseWord(ctx, "abstain"), Number: true}, {Label: caseWord(ctx, "result")}}}
	for _, v := range votes {
		t.Rows = append(t.Rows, web.Row{Href: casePath(v.Case), Cells: []web.Cell{web.Text(numbers[v.Case]), web.Text(strconv.FormatInt(v.For, 10)), web.Text(strconv.FormatInt(v.Against, 10)), web.Text(strconv.FormatInt(v.Abstain, 10)), web.Text(caseWord(ctx, "result_"+string(v.Result)))}})
	}
	return t
}

func (p *casePages) openMeeting(ctx context.Context, m procedure.Sitting, votes []procedure.Vote, numbers map[int64]string) meetingView {
	number := func(name, label, prefix string) web.Field {
		return web.Field{Name: name, Label: label, Kind: web.FieldNumber, Required: true, IDPrefix: prefix, Attributes: templ.Attributes{"min": "0", "inputmode": "numeric"}}
	}
	view := meetingView{path: "/sittings/" + strconv.FormatInt(m.ID, 10) + "/close", button: caseWord(ctx, "meeting.close"), hidden: []web.Pair{{Name: "ver", Value: strconv.FormatInt(m.Ver, 10)}},
		fields: []web.Field{number("eligible", caseWord(ctx, "meeting.eligible"), ""), number("present", caseWord(ctx, "meeting.present"), ""), {Name: "minutes", Label: caseWord(ctx, "meeting.minutes"), Kind: web.FieldArea}}}
	for _, v := range votes {
		of := strconv.FormatInt(v.Case, 10)
		view.hidden = append(view.hidden, web.Pair{Name: "case", Value: of})
		line := meetingLine{number: numbers[v.Case], href: casePath(v.Case)}
		for _, name := range []string{"for", "against", "abstain"} {
			line.fields = append(line.fields, number(name+"."+of, caseWord(ctx, name), ""))
		}
		view.lines = append(view.lines, line)
	}
	return view
}

// closeSitting writes down the votes of a meeting.
func (p *casePages) closeSitting(w http.ResponseWriter, r *http.Request) error {
	scope, id, ver, err := p.Acting(r, access.CaseAct)
	if err != nil {
		return err
	}
	number := func(name string) int64 {
		n, err := strconv.ParseInt(r.PostForm.Get(name), 10, 64)
		if err != nil {
			return -1
		}
		return n
	}
	as := procedure.Closing{Eligible: number("eligible"), Present: number("present"), Minutes: r.PostForm.Get("minutes")}
	for _, of := range r.PostForm["case"] {
		n, _ := strconv.ParseInt(of, 10, 64)
		as.Votes = append(as.Votes, procedure.Vote{Case: n, For: number("for." + of), Against: number("against." + of), Abstain: number("abstain." + of)})
	}
	if err := p.Cases.CloseSitting(r.Context(), scope, id, ver, as); err != nil {
		return err
	}
	return web.See(w, r, "/sittings/"+strconv.FormatInt(id, 10))
}

// post makes the list of a notice from the cases of a form.
func (p *casePages) post(w http.ResponseWriter, r *http.Request) error {
	scope, ids, place, err := p.gathered(r)
	if err != nil {
		return err
	}
	n, err := p.Cases.Draft(r.Context(), scope, place, ids)
	if err != nil {
		return err
	}
	return web.See(w, r, noticePath(n.ID))
}

func noticePath(id int64) string { return "/notices/" + strconv.FormatInt(id, 10) }

// board is the list as it hangs.
func (p *casePages) board(ctx context.Context, n procedure.Notice, b *procedure.Board, doors bool) (web.Table, error) {
	lines, err := p.Cases.Lines(ctx, n, 0, most)
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
	table, err := p.board(ctx, n, b, true)
	if err != nil {
		return err
	}
	parts := []templ.Component{web.Box(b.Title.In(lang), web.Note(b.Text.In(lang)), web.Note(hangsText(ctx, n)), table)}
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
	var data []byte
	if file, _, err := r.FormFile("photo"); err == nil {
		defer file.Close()
		if data, err = io.ReadAll(io.LimitReader(file, upload.MaxBytes+1)); err != nil {
			return err
		}
	}
	picture, err := p.Registry.Picture(data)
	if err != nil {
		return err
	}
	if _, err := p.Cases.Hang(r.Context(), scope, id, ver, day, procedure.Photo{Type: picture.Type, Body: picture.Body}); err != nil {
		return err
	}
	return web.See(w, r, noticePath(id))
}

// objected reads the form of an objection.
func objected(r *http.Request) (line int64, words string, err error) {
	if err = r.ParseForm(); err != nil {
		return 0, "", fault.Wrap(fault.Invalid, err, "%s", web.T(r.Context(), "error.invalid"))
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

// procedure shows a definition: its diagram, and the steps in words.
func (p *casePages) procedure(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := p.Cases.DefinitionIn(r.PathValue("hash"), r.PathValue("procedure"))
	if err != nil {
		return err
	}
	lang := web.Lang(ctx)
	t := web.Table{Caption: caseWord(ctx, "steps"), Columns: []web.Column{{Label: caseWord(ctx, "from")}, {Label: caseWord(ctx, "step")}, {Label: caseWord(ctx, "to")}, {Label: caseWord(ctx, "who")}}}
	for _, s := range d.Steps(lang) {
		cell := ""
		for i, role := range s.Roles {
			if i > 0 {
				cell += ", "
			}
			cell += web.T(ctx, "office.role."+role)
		}
		if s.On != procedure.ByHand {
			cell = caseWord(ctx, "on."+string(s.On)) + " " + cell
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(s.From), web.Text(s.Title), web.Text(s.To), web.Text(cell)}})
	}
	return p.show(w, r, d.Title.In(lang), web.Crumb{Label: d.Title.In(lang)}, web.Box(d.Title.In(lang), drawing(d.SVG(lang)), web.Note(caseWord(ctx, "diagram_help"))), web.Box(caseWord(ctx, "steps"), t))
}
