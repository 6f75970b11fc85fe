package page

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/office"
	"rightkey/internal/web"
)

// grantFields ask for a role, an area by its official code, and the days.
func grantFields(r *http.Request) []web.Field {
	ctx := r.Context()
	options := []web.Option{{Value: "", Label: web.T(ctx, "office.grants.choose")}}
	for _, role := range access.Roles() {
		options = append(options, web.Option{Value: role, Label: office.RoleName(web.Lang(ctx), role)})
	}
	value := func(name string) string { return r.PostForm.Get(name) }
	return []web.Field{
		{Name: "role", Label: web.T(ctx, "office.grants.role"), Kind: web.FieldSelect, Options: options, Value: value("role"), Required: true},
		{Name: "area", Label: web.T(ctx, "office.grants.area"), Help: web.T(ctx, "office.grants.area_help"), Value: value("area"), Required: true, Autocomplete: "off"},
		{Name: "from", Label: web.T(ctx, "common.from"), Help: web.T(ctx, "office.grants.from_help"), Kind: web.FieldDate, Value: value("from")},
		{Name: "to", Label: web.T(ctx, "common.until"), Help: web.T(ctx, "office.grants.to_help"), Kind: web.FieldDate, Value: value("to")},
		{Name: "assigned", Label: web.T(ctx, "office.grants.assigned"), Help: web.T(ctx, "office.grants.assigned_help"), Kind: web.FieldCheck, Value: value("assigned")},
		{Name: "reason", Label: web.T(ctx, "common.reason"), Help: web.T(ctx, "office.grants.reason_help"), Value: value("reason"), Autocomplete: "off"},
	}
}

// grantSent reads the grant of a form.
func (p *Pages) grantSent(r *http.Request) (access.Grant, error) {
	g := access.Grant{Role: r.PostForm.Get("role"), Assigned: r.PostForm.Get("assigned") == "yes"}
	var err error
	if g.Area, err = p.areaSent(r); err != nil {
		return g, err
	}
	for name, set := range map[string]func(clock.Day){"from": func(d clock.Day) { g.From = d }, "to": func(d clock.Day) { g.To = &d }} {
		if r.PostForm.Get(name) == "" {
			continue
		}
		d, err := daySent(r, name)
		if err != nil {
			return g, err
		}
		set(d)
	}
	return g, nil
}

// daySent reads a day that is given.
func daySent(r *http.Request, name string) (clock.Day, error) {
	d, err := clock.ParseDay(r.PostForm.Get(name))
	if err != nil {
		said := web.T(r.Context(), "office.fault.day")
		return d, fault.New(fault.Invalid, "%s", said).With(0, name, "%s", said)
	}
	return d, nil
}

// areaSent reads an area that is given by its code, or by a name that only one has; * is everywhere.
func (p *Pages) areaSent(r *http.Request) (int64, error) {
	ctx := r.Context()
	given := strings.TrimSpace(r.PostForm.Get("area"))
	if given == "*" {
		return 0, nil
	}
	s, err := scope(r, access.AreaRead)
	if err != nil {
		return 0, err
	}
	a, err := p.Areas.ByCode(ctx, s, given)
	if !fault.Is(err, fault.NotFound) {
		return a.Key, err
	}
	found, err := p.Areas.Search(ctx, s, given, 2)
	if err != nil {
		return 0, err
	}
	if len(found) != 1 {
		said := web.T(ctx, "office.fault.area")
		return 0, fault.New(fault.Invalid, "%s", said).With(0, "area", "%s", said)
	}
	return found[0].Key, nil
}

func inviteForm(r *http.Request) form {
	ctx := r.Context()
	value := func(name string) string { return r.PostForm.Get(name) }
	return form{Action: "/accounts", Submit: web.T(ctx, "office.accounts.invite_submit"), Cancel: "/accounts", Fields: append([]web.Field{
		{Name: "login", Label: web.T(ctx, "office.accounts.login"), Help: web.T(ctx, "office.accounts.login_help"), Value: value("login"), Required: true, Autocomplete: "off"},
		{Name: "name", Label: web.T(ctx, "common.name"), Value: value("name"), Required: true, Autocomplete: "off"},
		{Name: "person", Label: web.T(ctx, "office.accounts.person"), Help: web.T(ctx, "office.accounts.person_help"), Value: value("person"), Autocomplete: "off"},
	}, grantFields(r)...)}
}

func (p *Pages) accountCrumbs(r *http.Request, here string) []web.Crumb {
	return []web.Crumb{{Label: web.T(r.Context(), "office.nav.accounts"), Href: "/accounts"}, {Label: here}}
}

func (p *Pages) invitePage(w http.ResponseWriter, r *http.Request) error {
	return p.showInvite(w, r, nil)
}

func (p *Pages) showInvite(w http.ResponseWriter, r *http.Request, cause error) error {
	title := web.T(r.Context(), "office.accounts.invite")
	page, f, status := p.Frame.Page(r, title, p.accountCrumbs(r, title)...), inviteForm(r), http.StatusOK
	if cause != nil {
		notices, err := f.wrong(r.Context(), cause)
		if err != nil {
			return err
		}
		page.Flash, status = notices, web.Status(cause)
	}
	return show(w, r, status, page, panel(title, f))
}

func (p *Pages) invite(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	ctx := r.Context()
	g, err := p.grantSent(r)
	if err != nil {
		return p.showInvite(w, r, err)
	}
	a, token, err := p.Office.Invite(ctx, office.CallerFrom(ctx), office.Invitation{Login: r.PostForm.Get("login"), Name: strings.TrimSpace(r.PostForm.Get("name")),
		Person: strings.TrimSpace(r.PostForm.Get("person")), Grant: g, Reason: r.PostForm.Get("reason")})
	if err != nil {
		return p.showInvite(w, r, err)
	}
	return p.showAccount(w, r, http.StatusOK, a.ID, activationPanel(r, token), nil)
}

// activationPanel shows an activation, this once.
func activationPanel(r *http.Request, token string) templ.Component {
	ctx := r.Context()
	return panel(web.T(ctx, "office.accounts.activation"), text(web.T(ctx, "office.accounts.activation_help")), once(web.T(ctx, "office.activate.code"), token))
}

func (p *Pages) accountPage(w http.ResponseWriter, r *http.Request) error {
	id, err := pathNumber(r, "id")
	if err != nil {
		return err
	}
	return p.showAccount(w, r, http.StatusOK, id, nil, nil)
}

// showAccount shows an account; first is shown on top, cause is why a grant could not be made.
func (p *Pages) showAccount(w http.ResponseWriter, r *http.Request, status int, id int64, first templ.Component, cause error) error {
	ctx := r.Context()
	a, err := p.Office.Get(ctx, office.CallerFrom(ctx), id)
	if err != nil {
		return err
	}
	path := accountPath(id)
	grants, err := p.grantTable(r, a.Grants, path+"/revoke")
	if err != nil {
		return err
	}
	page := p.Frame.Page(r, a.Name, p.accountCrumbs(r, a.Name)...)
	page.Actions = []web.Action{{Label: web.T(ctx, "office.accounts.renew"), Href: path + "/renew", Post: true}, {Label: web.T(ctx, "office.accounts.take_factor"), Href: path + "/factor", Post: true}, {Label: web.T(ctx, "office.accounts.disable"), Href: path + "/disable", Post: true, Style: web.StyleDanger}}
	if a.State == office.Disabled {
		page.Actions = []web.Action{{Label: web.T(ctx, "office.accounts.enable"), Href: path + "/enable", Post: true}}
	}
	f := form{Action: path + "/grants", Submit: web.T(ctx, "office.grants.submit"), Fields: grantFields(r)}
	if cause != nil {
		notices, err := f.wrong(ctx, cause)
		if err != nil {
			return err
		}
		page.Flash, status = notices, web.Status(cause)
	}
	parts := []templ.Component{panel(web.T(ctx, "office.accounts.title"), p.factsOf(r, a)), panel(web.T(ctx, "office.grants.title"), grants), panel(web.T(ctx, "office.grants.new"), f)}
	waiting, err := p.waitingGrants(r, id)
	if err != nil {
		return err
	}
	if waiting != nil {
		parts = append([]templ.Component{waiting}, parts...)
	}
	if first != nil {
		parts = append([]templ.Component{first}, parts...)
	}
	return show(w, r, status, page, parts...)
}

// waitingGrants shows the roles that wait for another administrator, each a door to its request; nil if none does.
func (p *Pages) waitingGrants(r *http.Request, id int64) (templ.Component, error) {
	ctx := r.Context()
	waiting, err := p.Office.WaitingGrants(ctx, office.CallerFrom(ctx), id)
	if err != nil || len(waiting) == 0 {
		return nil, err
	}
	title := web.T(ctx, "office.grants.waiting")
	table := web.Table{Caption: title, Columns: []web.Column{{Label: web.T(ctx, "office.approval.act")}, {Label: web.T(ctx, "common.area")}, {Label: web.T(ctx, "office.approval.asked")}}}
	for _, a := range waiting {
		where, err := p.areaName(r, a.Area)
		if err != nil {
			return nil, err
		}
		title, err := p.actTitle(ctx, a)
		if err != nil {
			return nil, err
		}
		table.Rows = append(table.Rows, web.Row{Href: approvalPath(a.ID), Cells: []web.Cell{web.Text(title), web.Text(where), web.Text(moment(ctx, a.Asked))}})
	}
	return panel(title, text(web.T(ctx, "office.grants.waiting_help")), table), nil
}

func (p *Pages) grant(w http.ResponseWriter, r *http.Request) error {
	id, err := pathNumber(r, "id")
	if err != nil {
		return err
	}
	if err := web.Form(r); err != nil {
		return err
	}
	var asked office.Approval
	g, err := p.grantSent(r)
	if err == nil {
		asked, err = p.Office.Grant(r.Context(), office.CallerFrom(r.Context()), id, g, r.PostForm.Get("reason"))
	}
	if fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil {
		return p.showAccount(w, r, http.StatusOK, id, nil, err)
	}
	if asked.ID != 0 {
		return seeOther(w, r, accountPath(id), "grant_asked")
	}
	return seeOther(w, r, accountPath(id), "granted")
}

func (p *Pages) revoke(w http.ResponseWriter, r *http.Request) error {
	id, err := pathNumber(r, "id")
	if err != nil {
		return err
	}
	if err := web.Form(r); err != nil {
		return err
	}
	from, err := clock.ParseDay(r.PostForm.Get("from"))
	if err != nil {
		return err
	}
	key, err := strconv.ParseInt(r.PostForm.Get("area"), 10, 64)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "%s", web.T(r.Context(), "office.fault.area"))
	}
	if err := p.Office.Revoke(r.Context(), office.CallerFrom(r.Context()), id, r.PostForm.Get("role"), key, from); err != nil {
		return err
	}
	return seeOther(w, r, accountPath(id), "revoked")
}

func (p *Pages) disable(w http.ResponseWriter, r *http.Request) error {
	id, err := pathNumber(r, "id")
	if err != nil {
		return err
	}
	if err := p.Office.Disable(r.Context(), office.CallerFrom(r.Context()), id); err != nil {
		return err
	}
	return seeOther(w, r, accountPath(id), "disabled")
}

func (p *Pages) enable(w http.ResponseWriter, r *http.Request) error {
	id, err := pathNumber(r, "id")
	if err != nil {
		return err
	}
	token, err := p.Office.Enable(r.Context(), office.CallerFrom(r.Context()), id)
	if err != nil {
		return err
	}
	return p.showAccount(w, r, http.StatusOK, id, activationPanel(r, token), nil)
}

func (p *Pages) renew(w http.ResponseWriter, r *http.Request) error {
	id, err := pathNumber(r, "id")
	if err != nil {
		return err
	}
	token, err := p.Office.Renew(r.Context(), office.CallerFrom(r.Context()), id)
	if err != nil {
		return err
	}
	return p.showAccount(w, r, http.StatusOK, id, activationPanel(r, token), nil)
}
