package page

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/table"
	"rightkey/internal/verify/crosscheck"
	"rightkey/internal/web"
)

// reportRows is how many rows of a list's report a page shows.
const reportRows = 200

// lists shows the lists and requests with what became of their rows, and how another is given.
func (p *pages) lists(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, err := p.Scope(r, access.ImportRun)
	if err != nil {
		return err
	}
	query, err := web.Asked(r, "area", web.After)
	if err != nil {
		return err
	}
	before, _ := strconv.ParseInt(query.Get(web.After), 10, 64)
	list, err := p.Crosschecks.Lists(ctx, scope, before, listRows+1)
	if err != nil {
		return err
	}
	var pager web.Pager
	if len(list) > listRows {
		list = list[:listRows]
		query.Set(web.After, strconv.FormatInt(list[listRows-1].ID, 10))
		pager.Next = web.Address("/checks", query)
	}
	t := web.Table{Caption: word(ctx, "lists.title"), Columns: []web.Column{{Label: word(ctx, "check")}, {Label: word(ctx, "file")}, {Label: word(ctx, "day"), Short: true}, {Label: web.T(ctx, "common.status")},
		{Label: word(ctx, "count.received"), Number: true}, {Label: word(ctx, "count.leads"), Number: true}, {Label: word(ctx, "expires"), Short: true}},
		Empty: web.Empty{Icon: "upload", Title: word(ctx, "lists.none"), Text: word(ctx, "lists.none_text")}}
	for _, l := range list {
		text, _, err := p.said(ctx, l.Area, l.Rule)
		if err != nil {
			return err
		}
		t.Rows = append(t.Rows, web.Row{Href: listPath(l.ID), Cells: []web.Cell{web.Text(text), web.Text(l.Name), web.Text(i18n.Day(web.Lang(ctx), l.Day)), web.Text(word(ctx, "list_state."+string(l.State))),
			web.Text(number(ctx, l.Counts.Received)), {Text: number(ctx, l.Counts.Leads), Href: "/leads?state=all&list=" + strconv.FormatInt(l.ID, 10)}, web.Text(i18n.Day(web.Lang(ctx), l.Expires))}})
	}
	forms, err := p.giving(ctx, scope, query.Get("area"))
	if err != nil {
		return err
	}
	page := web.Page{Title: word(ctx, "lists.title"), Wide: true, Crumbs: []web.Crumb{{Label: word(ctx, "nav"), Href: "/leads"}, {Label: word(ctx, "lists.title")}}}
	return p.Show(w, r, http.StatusOK, page, web.Note(word(ctx, "lists.about")), forms, t, pager)
}

// giving are the forms by which a department is asked, and by which a whole list is given.
func (p *pages) giving(ctx context.Context, scope access.Scope, code string) (templ.Component, error) {
	area, way, err := p.place(ctx, scope, code)
	if err != nil {
		return nil, err
	}
	if ranges := scope.Ranges(); area == 0 && len(ranges) > 0 {
		area = max(ranges[0].Lo, 0)
	}
	_, checks, err := p.Crosschecks.Checks(area)
	if err != nil {
		return nil, err
	}
	if len(checks.List) == 0 {
		return web.Notice{Tone: web.ToneInfo, Text: word(ctx, "lists.no_checks")}, nil
	}
	if len(way) > 0 {
		code = way[len(way)-1].Code
	}
	common := func(prefix string) []web.Field {
		rule := web.Field{Name: "rule", Label: word(ctx, "check"), Kind: web.FieldSelect, Required: true, IDPrefix: prefix}
		for _, check := range checks.List {
			if check.Screen != "" {
				continue
			}
			rule.Options = append(rule.Options, web.Option{Value: check.Code, Label: check.Code + " " + check.Text.In(web.Lang(ctx))})
		}
		return []web.Field{rule, {Name: "area", Label: word(ctx, "area_code"), Value: code, Required: true, IDPrefix: prefix},
			{Name: "day", Label: word(ctx, "day"), Kind: web.FieldDate, Value: p.Caller(ctx).Today.String(), Required: true, IDPrefix: prefix},
			{Name: "basis", Label: word(ctx, "basis"), Help: word(ctx, "basis_help"), Required: true, IDPrefix: prefix, Attributes: map[string]any{"maxlength": "300"}}}
	}
	ask := append(common("ask-"), web.Field{Name: "receiver", Label: word(ctx, "receiver"), Help: word(ctx, "receiver_help"), Required: true, IDPrefix: "ask-", Autocomplete: "off"})
	whole := append(common("list-"), web.Field{Name: "file", Label: word(ctx, "file"), Help: word(ctx, "file_help"), Kind: web.FieldFile, Required: true, IDPrefix: "list-"})
	return web.Side(web.Box(word(ctx, "ask.title"), web.Note(word(ctx, "ask.about")), web.Send{Action: "/checks/ask", Fields: ask, Button: word(ctx, "ask.do")}),
		web.Box(word(ctx, "upload.title"), web.Note(word(ctx, "upload.about")), web.Send{Action: "/checks", Upload: true, Fields: whole, Button: word(ctx, "upload.do")})), nil
}

// provenance reads where a list comes from out of a form.
func (p *pages) provenance(r *http.Request, scope access.Scope) (crosscheck.Provenance, error) {
	ctx := r.Context()
	from := crosscheck.Provenance{Rule: r.PostForm.Get("rule"), Basis: r.PostForm.Get("basis")}
	a, err := p.Crosschecks.Registry().Areas().ByCode(ctx, scope, r.PostForm.Get("area"))
	if err != nil {
		return from, err
	}
	from.Area = a.Key
	if from.Day, err = clock.ParseDay(r.PostForm.Get("day")); err != nil {
		return from, fault.New(fault.Invalid, "%s", web.T(ctx, "error.invalid"))
	}
	return from, nil
}

// upload takes a whole list.
func (p *pages) upload(w http.ResponseWriter, r *http.Request) error {
	return p.taken(w, r, func(scope access.Scope, name string, rows table.Reader) (crosscheck.List, error) {
		from, err := p.provenance(r, scope)
		if err != nil {
			return crosscheck.List{}, err
		}
		from.Name = name
		return p.Crosschecks.Upload(r.Context(), scope, from, rows)
	})
}

// answer takes a department's answer to a request.
func (p *pages) answer(w http.ResponseWriter, r *http.Request) error {
	return p.taken(w, r, func(scope access.Scope, name string, rows table.Reader) (crosscheck.List, error) {
		id, err := web.Identifier(r)
		if err != nil {
			return crosscheck.List{}, err
		}
		ver, err := strconv.ParseInt(r.PostForm.Get("ver"), 10, 64)
		if err != nil {
			return crosscheck.List{}, fault.New(fault.Required, "%s", web.T(r.Context(), "error.required"))
		}
		return p.Crosschecks.Answer(r.Context(), scope, id, ver, name, rows)
	})
}

// taken reads the table of a form with a file and leads on to the list it becomes.
func (p *pages) taken(w http.ResponseWriter, r *http.Request, take func(scope access.Scope, name string, rows table.Reader) (crosscheck.List, error)) error {
	ctx := r.Context()
	scope, err := p.Scope(r, access.ImportRun)
	if err != nil {
		return err
	}
	if err := r.ParseMultipartForm(maxFile); err != nil {
		return fault.Wrap(fault.Invalid, err, "%s", web.T(ctx, "error.invalid"))
	}
	file, header, err := r.FormFile("file")
	if err != nil {
		return fault.New(fault.Required, "%s", web.T(ctx, "error.required"))
	}
	defer file.Close()
	body, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	rows, err := table.OpenNamed(header.Filename, bytes.NewReader(body), int64(len(body)), table.Options{MaxBytes: 512 << 20})
	if err != nil {
		return err
	}
	l, err := take(scope, header.Filename, rows)
	if err := errors.Join(err, rows.Close()); err != nil {
		return err
	}
	return web.See(w, r, listPath(l.ID))
}

// ask makes a request and sends its sealed file.
func (p *pages) ask(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	scope, err := p.Scope(r, access.ImportRun)
	if err != nil {
		return err
	}
	from, err := p.provenance(r, scope)
	if err != nil {
		return err
	}
	l, sealed, err := p.Crosschecks.Ask(r.Context(), scope, from, r.PostForm.Get("receiver"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="request-%s-%d.pem"`, l.Rule, l.ID))
	return web.SendFile(w, "application/x-pem-file", sealed)
}

// list shows a list: where it comes from and until when it is kept, what became of its rows, and each row that gave no
// match for a reason.
func (p *pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, id, err := p.Item(r, access.ImportRun)
	if err != nil {
		return err
	}
	l, err := p.Crosschecks.List(ctx, scope, id)
	if err != nil {
		return err
	}
	report, err := p.Crosschecks.Report(ctx, scope, id, 0, reportRows)
	if err != nil {
		return err
	}
	text, check, err := p.said(ctx, l.Area, l.Rule)
	if err != nil {
		return err
	}
	places, err := p.Crosschecks.Registry().Places(ctx, []int64{l.Area})
	if err != nil {
		return err
	}
	lang := web.Lang(ctx)
	facts := []web.Fact{{Label: web.T(ctx, "common.status"), Value: word(ctx, "list_state."+string(l.State))}, {Label: web.T(ctx, "common.area"), Value: placeName(ctx, places, l.Area)},
		{Label: word(ctx, "file"), Value: l.Name, Missing: l.Name == ""}, {Label: word(ctx, "day"), Value: i18n.Day(lang, l.Day)}, {Label: word(ctx, "basis"), Value: l.Basis},
		{Label: word(ctx, "given"), Value: i18n.Moment(lang, l.Created), Note: p.AccountName(ctx, l.Account)}, {Label: word(ctx, "expires"), Value: i18n.Day(lang, l.Expires), Note: word(ctx, "expires_note")}}
	if check != nil {
		facts = append(facts, web.Fact{Label: word(ctx, "department"), Value: check.Department.In(lang), Note: check.Basis.In(lang)})
	}
	if l.Asked > 0 {
		facts = append(facts, web.Fact{Label: word(ctx, "asked"), Value: number(ctx, l.Asked), Note: l.Receiver})
	}
	rows := web.Table{Caption: word(ctx, "rows.title"), ShowCaption: true, Columns: []web.Column{{Label: word(ctx, "rows.row"), Number: true}, {Label: word(ctx, "rows.outcome")}, {Label: word(ctx, "rows.column")}, {Label: word(ctx, "rows.reason")}},
		Empty: web.Empty{Icon: "check", Title: word(ctx, "rows.none")}}
	for _, row := range report {
		why := web.Cell{Missing: true}
		if row.Reason != "" {
			why = web.Text(word(ctx, "reason."+row.Reason))
		}
		rows.Rows = append(rows.Rows, web.Row{Cells: []web.Cell{web.Text(strconv.Itoa(row.N)), web.Text(word(ctx, "count."+row.Outcome)), {Text: row.Field, Missing: row.Field == ""}, why}})
	}
	parts := []templ.Component{web.Tiles(counts(ctx, l)...), web.Box(word(ctx, "provenance"), web.Facts{Items: facts})}
	if l.State == crosscheck.Asked {
		send := web.Send{Action: listPath(l.ID) + "/answer", Upload: true, Hidden: []web.Pair{{Name: "ver", Value: strconv.FormatInt(l.Ver, 10)}}, Button: word(ctx, "answer.do"),
			Fields: []web.Field{{Name: "file", Label: word(ctx, "file"), Help: word(ctx, "answer.help"), Kind: web.FieldFile, Required: true}}}
		parts = append(parts, web.Box(word(ctx, "answer.title"), send))
	}
	page := web.Page{Title: text, Wide: true, Crumbs: []web.Crumb{{Label: word(ctx, "nav"), Href: "/leads"}, {Label: word(ctx, "lists.title"), Href: "/checks"}, {Label: l.Rule}}}
	return p.Show(w, r, http.StatusOK, page, append(parts, rows)...)
}

// counts are what became of a list's rows.
func counts(ctx context.Context, l crosscheck.List) []web.Stat {
	c := l.Counts
	leads := "/leads?state=all&list=" + strconv.FormatInt(l.ID, 10)
	return []web.Stat{{Label: word(ctx, "count.received"), Value: number(ctx, c.Received)}, {Label: word(ctx, "count.matched"), Value: number(ctx, c.Matched)}, {Label: word(ctx, "count.none"), Value: number(ctx, c.Unmatched)},
		{Label: word(ctx, "count.ambiguous"), Value: number(ctx, c.Ambiguous)}, {Label: word(ctx, "count.rejected"), Value: number(ctx, c.Rejected)}, {Label: word(ctx, "count.leads"), Value: number(ctx, c.Leads), Href: leads}}
}
