package page

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/office"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// assignmentRows is how many assignments a page shows.
const assignmentRows = 50

// assignments lists who answers for which household, with a form to assign more.
func (p *pages) assignments(w http.ResponseWriter, r *http.Request) error {
	return p.showAssignments(w, r, http.StatusOK, nil)
}

func (p *pages) showAssignments(w http.ResponseWriter, r *http.Request, status int, cause error) error {
	ctx := r.Context()
	scope, err := p.scope(r, access.AssignmentEdit)
	if err != nil {
		return err
	}
	after, err := strconv.ParseInt("0"+r.URL.Query().Get("after"), 10, 64)
	if err != nil {
		after = 0
	}
	list, err := p.Assignments.List(ctx, scope, "", after, assignmentRows+1)
	if err != nil {
		return err
	}
	var pager web.Pager
	if len(list) > assignmentRows {
		list = list[:assignmentRows]
		pager.Next = "/assignments?" + url.Values{"after": {strconv.FormatInt(list[assignmentRows-1].ID, 10)}}.Encode()
	}
	table := web.Table{Caption: word(ctx, "duty.assignments"), Empty: web.Empty{Icon: "users", Title: word(ctx, "duty.none"), Text: word(ctx, "duty.none_help")},
		Columns: []web.Column{{Label: word(ctx, "household.number")}, {Label: word(ctx, "duty.person")}, {Label: web.T(ctx, "common.from")}, {Label: word(ctx, "duty.end")}}}
	for _, a := range list {
		number := registry.Number(a.Household)
		table.Rows = append(table.Rows, web.Row{Href: "/households/" + number, Cells: []web.Cell{web.Text(number), web.Text(a.Person), web.Text(i18n.Day(web.Lang(ctx), a.From)),
			{View: web.Action{Label: word(ctx, "duty.end"), Href: "/assignments/" + strconv.FormatInt(a.ID, 10) + "/end", Post: true}}}})
	}
	fields := []web.Field{
		{Name: "login", Label: word(ctx, "duty.login"), Value: r.PostForm.Get("login"), Required: true, Autocomplete: "off"},
		{Name: "households", Label: word(ctx, "duty.households"), Help: word(ctx, "duty.households_help"), Kind: web.FieldArea, Value: r.PostForm.Get("households"), Required: true},
	}
	page := web.Page{Title: word(ctx, "duty.assignments")}
	if cause != nil {
		page.Flash, status = []web.Notice{{Tone: web.ToneBad, Text: messageOf(ctx, cause)}}, web.Status(cause)
	}
	return p.show(w, r, status, page, dutyView(word(ctx, "duty.assign"), "/assignments", word(ctx, "duty.assign_submit"), fields, table, pager))
}

// messageOf is what a fault says to people.
func messageOf(ctx context.Context, err error) string {
	if known, ok := asFault(err); ok {
		return web.Said(ctx, known)
	}
	return err.Error()
}

func (p *pages) assign(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := web.Form(r); err != nil {
		return err
	}
	scope, err := p.scope(r, access.AssignmentEdit)
	if err != nil {
		return err
	}
	households, err := p.Registry.ToAssign(ctx, scope, strings.Fields(strings.ReplaceAll(r.PostForm.Get("households"), ",", " ")))
	if err == nil {
		_, err = p.Assignments.Assign(ctx, scope, r.PostForm.Get("login"), households)
	}
	if _, shown := asFault(err); shown {
		return p.showAssignments(w, r, http.StatusOK, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/assignments?done=saved", http.StatusSeeOther)
	return nil
}

func (p *pages) endAssignment(w http.ResponseWriter, r *http.Request) error {
	id, err := identifier(r)
	if err != nil {
		return err
	}
	scope, err := p.scope(r, access.AssignmentEdit)
	if err != nil {
		return err
	}
	if err := p.Assignments.End(r.Context(), scope, id); err != nil {
		return err
	}
	http.Redirect(w, r, "/assignments?done=ended", http.StatusSeeOther)
	return nil
}

// kin lists what the reader has declared as own household and kin, with a form to declare more.
func (p *pages) kin(w http.ResponseWriter, r *http.Request) error {
	return p.showKin(w, r, http.StatusOK, nil)
}

func (p *pages) showKin(w http.ResponseWriter, r *http.Request, status int, cause error) error {
	ctx := r.Context()
	list, err := p.Office.DeclaredBy(ctx, p.Caller(ctx))
	if err != nil {
		return err
	}
	table := web.Table{Caption: word(ctx, "kin.declared"), Empty: web.Empty{Icon: "users", Title: word(ctx, "kin.none"), Text: word(ctx, "kin.none_help")},
		Columns: []web.Column{{Label: word(ctx, "kin.number")}, {Label: word(ctx, "kin.relation")}, {Label: word(ctx, "kin.when")}}}
	for _, d := range list {
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{web.Text(registry.Number(d.Subject)), web.Text(word(ctx, "kin.as."+d.Relation)), web.Text(i18n.Moment(web.Lang(ctx), d.Declared))}})
	}
	var relations []web.Option
	for _, relation := range office.Relations {
		relations = append(relations, web.Option{Value: relation, Label: word(ctx, "kin.as."+relation)})
	}
	fields := []web.Field{
		{Name: "number", Label: word(ctx, "kin.number"), Help: word(ctx, "kin.number_help"), Value: r.PostForm.Get("number"), Required: true, Autocomplete: "off"},
		{Name: "relation", Label: word(ctx, "kin.relation"), Kind: web.FieldSelect, Options: relations, Value: r.PostForm.Get("relation"), Required: true},
	}
	page := web.Page{Title: word(ctx, "kin.title")}
	if cause != nil {
		page.Flash, status = []web.Notice{{Tone: web.ToneBad, Text: messageOf(ctx, cause)}}, web.Status(cause)
	}
	return p.show(w, r, status, page, dutyView(word(ctx, "kin.help"), "/me/kin", word(ctx, "kin.submit"), fields, table, web.Pager{}))
}

// declare notes the own household or kin by number. Whether there is such a record is not said: nobody learns by it
// who is registered.
func (p *pages) declare(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := web.Form(r); err != nil {
		return err
	}
	err := p.Registry.Declare(ctx, p.Caller(ctx), p.Office, r.PostForm.Get("number"), r.PostForm.Get("relation"))
	if _, shown := asFault(err); shown {
		return p.showKin(w, r, http.StatusOK, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/me/kin?done=saved", http.StatusSeeOther)
	return nil
}

func (p *pages) registerDuty(server *web.Server) {
	if p.Assignments != nil {
		server.Handle("GET /assignments", web.Needs(access.AssignmentEdit), p.assignments)
		server.Handle("POST /assignments", web.Needs(access.AssignmentEdit), p.assign)
		server.Handle("POST /assignments/{id}/end", web.Needs(access.AssignmentEdit), p.endAssignment)
	}
	if p.Office != nil {
		server.Handle("GET /me/kin", web.Login, p.kin)
		server.Handle("POST /me/kin", web.Login, p.declare)
	}
}
