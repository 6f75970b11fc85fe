package page

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/office"
	"rightkey/internal/policy"
	"rightkey/internal/web"
)

func organisationPath(id int64) string { return "/organisations/" + strconv.FormatInt(id, 10) }

func (p *Pages) registerOrganisations(s *web.Server) {
	edit := web.Needs(access.OrganisationEdit)
	s.Handle("GET /organisations", web.Needs(access.AreaRead), p.organisationsPage)
	s.Handle("GET /organisations/new", edit, p.newOrganisation)
	s.Handle("POST /organisations", edit, p.saveOrganisation)
	s.Handle("GET /organisations/file", web.Needs(access.AreaRead), p.organisationsFile)
	p.organisationDoor().register(s, access.OrganisationEdit)
	s.Handle("GET /organisations/{id}", web.Needs(access.AreaRead), p.organisationPage)
	s.Handle("GET /organisations/{id}/edit", edit, p.editOrganisation)
	s.Handle("POST /organisations/{id}", edit, p.saveOrganisation)
}

// options are the answers of a code list of organisations today.
func (p *Pages) options(list string) []policy.Option { return p.Organisations.Options(list, p.today()) }

func (p *Pages) kindName(ctx context.Context, code string) string {
	for _, option := range p.options(office.OrganisationKinds) {
		if option.Code == code {
			return option.Label.In(web.Lang(ctx))
		}
	}
	return code
}

// organisationFilter reads the filters of a list of organisations; others than these and more are refused.
func organisationFilter(r *http.Request, more ...string) (office.OrganisationFilter, error) {
	query := r.URL.Query()
	return office.OrganisationFilter{Text: query.Get("q"), Kind: query.Get("kind"), Ended: query.Get("ended") != ""}, onlyFilters(r, append(more, "q", "kind", "ended")...)
}

func (p *Pages) organisationsPage(w http.ResponseWriter, r *http.Request) error {
	filter, err := organisationFilter(r, "after")
	if err != nil {
		return err
	}
	ctx, query := r.Context(), r.URL.Query()
	after, err := strconv.ParseInt("0"+query.Get("after"), 10, 64)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "%s", web.T(ctx, "office.fault.filter"))
	}
	s, err := scope(r, access.AreaRead)
	if err != nil {
		return err
	}
	found, err := p.Organisations.List(ctx, s, filter, after, perPage+1)
	if err != nil {
		return err
	}
	var pager web.Pager
	if len(found) > perPage {
		found = found[:perPage]
		query.Set("after", strconv.FormatInt(found[perPage-1].ID, 10))
		pager.Next = "/organisations?" + query.Encode()
	}
	if after > 0 {
		pager.First = "/organisations"
	}
	page := p.Frame.Page(r, web.T(ctx, "office.nav.organisations"))
	if access.May(s.Caller(), access.OrganisationEdit) {
		page.Actions = []web.Action{{Label: web.T(ctx, "office.organisation.new"), Href: "/organisations/new", Style: web.StylePrimary},
			{Label: web.T(ctx, "office.organisations.load"), Href: "/organisations/load", Icon: "upload"}}
	}
	table := web.Table{Caption: web.T(ctx, "office.nav.organisations"), Columns: []web.Column{{Label: web.T(ctx, "common.name")}, {Label: web.T(ctx, "office.organisation.kind")},
		{Label: web.T(ctx, "common.area")}, {Label: web.T(ctx, "common.number")}},
		Empty: web.Empty{Icon: "users", Title: web.T(ctx, "office.organisation.none"), Text: web.T(ctx, "office.organisation.none_help"), Actions: page.Actions}}
	for _, o := range found {
		where, err := p.areaName(r, o.Area)
		if err != nil {
			return err
		}
		row := web.Row{Href: organisationPath(o.ID), Cells: []web.Cell{web.Text(o.Name), web.Text(p.kindName(ctx, o.Kind)), web.Text(where), web.Text(o.Number)}}
		if o.To != nil && *o.To < s.Caller().Today {
			row.Cells[0].View = web.Badge{Tone: web.ToneNeutral, Text: web.T(ctx, "office.areas.ended", "day", *o.To)}
		}
		table.Rows = append(table.Rows, row)
	}
	if len(found) > 0 {
		page.Actions = append(page.Actions, organisationFiles(ctx, query)...)
	}
	return show(w, r, http.StatusOK, page, p.organisationFilters(ctx, query), table, pager)
}

func (p *Pages) organisationFilters(ctx context.Context, query url.Values) web.Filters {
	kinds := append([]web.Option{{Label: web.T(ctx, "office.organisation.all")}}, webOptions(web.Lang(ctx), p.options(office.OrganisationKinds))...)
	ended := []web.Option{{Label: web.T(ctx, "office.organisation.present")}, {Value: "1", Label: web.T(ctx, "office.organisation.with_ended")}}
	return web.Filters{Action: "/organisations", Clear: "/organisations", Fields: []web.Field{
		{Name: "q", Label: web.T(ctx, "office.organisation.search"), Value: query.Get("q"), Kind: "search"},
		{Name: "kind", Label: web.T(ctx, "office.organisation.kind"), Kind: web.FieldSelect, Options: kinds, Value: query.Get("kind")},
		{Name: "ended", Label: web.T(ctx, "common.status"), Kind: web.FieldSelect, Options: ended, Value: query.Get("ended")},
	}}
}

func webOptions(lang i18n.Lang, list []policy.Option) []web.Option {
	options := make([]web.Option, len(list))
	for i, option := range list {
		options[i] = web.Option{Value: option.Code, Label: option.Label.In(lang)}
	}
	return options
}

// organisationOf finds the organisation of the address for a verb.
func (p *Pages) organisationOf(r *http.Request, verb access.Verb) (access.Scope, office.Organisation, error) {
	id, err := pathNumber(r, "id")
	if err != nil {
		return access.Scope{}, office.Organisation{}, err
	}
	s, err := scope(r, verb)
	if err != nil {
		return s, office.Organisation{}, err
	}
	o, err := p.Organisations.Get(r.Context(), s, id)
	return s, o, err
}

func (p *Pages) organisationPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, o, err := p.organisationOf(r, access.AreaRead)
	if err != nil {
		return err
	}
	where, err := p.areaName(r, o.Area)
	if err != nil {
		return err
	}
	facts := []web.Fact{
		{Label: web.T(ctx, "common.number"), Value: o.Number},
		{Label: web.T(ctx, "office.organisation.kind"), Value: p.kindName(ctx, o.Kind)},
		{Label: web.T(ctx, "common.area"), Value: where, Href: areaPath(o.Area)},
		{Label: web.T(ctx, "office.organisation.contact"), Value: o.Contact, Missing: o.Contact == ""},
		{Label: web.T(ctx, "office.organisation.phone"), Value: o.Phone, Missing: o.Phone == ""},
		{Label: web.T(ctx, "common.from"), Value: day(ctx, o.From)},
	}
	if o.To != nil {
		facts = append(facts, web.Fact{Label: web.T(ctx, "common.until"), Value: day(ctx, *o.To)})
	}
	for _, kind := range p.options(office.OrganisationIdentifiers) {
		facts = append(facts, web.Fact{Label: kind.Label.In(web.Lang(ctx)), Value: o.Identifiers[kind.Code], Missing: o.Identifiers[kind.Code] == ""})
	}
	if o.Parent != 0 {
		if parent, err := p.Organisations.Get(ctx, s, o.Parent); err == nil {
			facts = append(facts, web.Fact{Label: web.T(ctx, "office.organisation.parent"), Value: parent.Name, Href: organisationPath(parent.ID)})
		}
	}
	page := p.Frame.Page(r, o.Name, web.Crumb{Label: web.T(ctx, "office.nav.organisations"), Href: "/organisations"}, web.Crumb{Label: o.Name})
	if edit, err := scope(r, access.OrganisationEdit); err == nil && edit.Holds(o.Area) {
		page.Actions = []web.Action{{Label: web.T(ctx, "common.edit"), Href: organisationPath(o.ID) + "/edit", Icon: "change", Style: web.StylePrimary}}
	}
	return show(w, r, http.StatusOK, page, panel(web.T(ctx, "office.organisation.title"), web.Facts{Items: facts}))
}

func (p *Pages) newOrganisation(w http.ResponseWriter, r *http.Request) error {
	s, err := scope(r, access.OrganisationEdit)
	if err != nil {
		return err
	}
	return p.showOrganisation(w, r, office.Organisation{From: s.Caller().Today}, url.Values{}, nil)
}

func (p *Pages) editOrganisation(w http.ResponseWriter, r *http.Request) error {
	_, o, err := p.organisationOf(r, access.OrganisationEdit)
	if err != nil {
		return err
	}
	sent := url.Values{"name": {o.Name}, "kind": {o.Kind}, "contact": {o.Contact}, "phone": {o.Phone}, "from": {o.From.String()}}
	if path, err := p.Areas.Path(r.Context(), o.Area); err == nil && len(path) > 0 {
		sent.Set("area", path[len(path)-1].Code)
	}
	if o.To != nil {
		sent.Set("to", o.To.String())
	}
	if o.Parent != 0 {
		sent.Set("parent", strconv.FormatInt(o.Parent, 10))
	}
	for kind, number := range o.Identifiers {
		sent.Set("identifier."+kind, number)
	}
	return p.showOrganisation(w, r, o, sent, nil)
}

// showOrganisation shows the form with what was entered; cause is why it was not accepted.
func (p *Pages) showOrganisation(w http.ResponseWriter, r *http.Request, o office.Organisation, entered url.Values, cause error) error {
	ctx := r.Context()
	field := func(name, label string) web.Field {
		return web.Field{Name: name, Label: web.T(ctx, label), Value: entered.Get(name)}
	}
	name, kind, area, from, to := field("name", "common.name"), field("kind", "office.organisation.kind"), field("area", "common.area"), field("from", "common.from"), field("to", "common.until")
	name.Required, kind.Required, area.Required = true, true, true
	kind.Kind, kind.Options = web.FieldSelect, append([]web.Option{{Label: web.T(ctx, "office.organisation.choose")}}, webOptions(web.Lang(ctx), p.options(office.OrganisationKinds))...)
	area.Help, from.Kind, to.Kind = web.T(ctx, "office.organisation.area_help"), web.FieldDate, web.FieldDate
	contact, phone, parent := field("contact", "office.organisation.contact"), field("phone", "office.organisation.phone"), field("parent", "office.organisation.parent")
	contact.Help, phone.Kind, parent.Help = web.T(ctx, "office.organisation.contact_help"), web.FieldPhone, web.T(ctx, "office.organisation.parent_help")
	if o.ID == 0 && entered.Get("from") == "" {
		from.Value = o.From.String()
	}
	f := form{Action: "/organisations", Submit: web.T(ctx, "common.save"), Cancel: "/organisations", Fields: []web.Field{name, kind, area, contact, phone, parent, from, to}}
	for _, option := range p.options(office.OrganisationIdentifiers) {
		f.Fields = append(f.Fields, web.Field{Name: "identifier." + option.Code, Label: option.Label.In(web.Lang(ctx)), Value: entered.Get("identifier." + option.Code)})
	}
	title := web.T(ctx, "office.organisation.new")
	if o.ID != 0 {
		title = o.Name
		f.Action, f.Cancel = organisationPath(o.ID), organisationPath(o.ID)
		f.Hidden = []web.Pair{{Name: "ver", Value: strconv.FormatInt(o.Ver, 10)}}
	}
	page := p.Frame.Page(r, title, web.Crumb{Label: web.T(ctx, "office.nav.organisations"), Href: "/organisations"}, web.Crumb{Label: title})
	status := http.StatusOK
	if cause != nil {
		var err error
		if page.Flash, err = f.wrong(ctx, cause); err != nil {
			return err
		}
		status = web.Status(cause)
	}
	return show(w, r, status, page, panel(web.T(ctx, "office.organisation.title"), f))
}

// saveOrganisation takes the form of a new organisation or of one that is registered.
func (p *Pages) saveOrganisation(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := web.Form(r); err != nil {
		return err
	}
	s, err := scope(r, access.OrganisationEdit)
	if err != nil {
		return err
	}
	o := office.Organisation{}
	if r.PathValue("id") != "" {
		if s, o, err = p.organisationOf(r, access.OrganisationEdit); err != nil {
			return err
		}
		if o.Ver, err = web.Version(r); err != nil {
			return err
		}
	}
	if err = p.readOrganisation(r, &o); err == nil {
		o, err = p.Organisations.Save(ctx, s, o)
	}
	if err != nil {
		return p.showOrganisation(w, r, o, r.PostForm, err)
	}
	return seeOther(w, r, organisationPath(o.ID), "saved")
}

// readOrganisation reads the form.
func (p *Pages) readOrganisation(r *http.Request, o *office.Organisation) error {
	ctx := r.Context()
	get := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	o.Name, o.Contact, o.Phone, o.Kind, o.Identifiers = get("name"), get("contact"), get("phone"), get("kind"), map[string]string{}
	for _, option := range p.options(office.OrganisationIdentifiers) {
		o.Identifiers[option.Code] = get("identifier." + option.Code)
	}
	wrong := func(field, key string) error {
		f := fault.New(fault.Invalid, "%s", web.T(ctx, "office.fault."+key))
		return f.With(0, field, "%s", f.Message)
	}
	var err error
	if o.Area, err = p.areaSent(r); err != nil {
		return wrong("area", "area")
	}
	if o.From, err = clock.ParseDay(get("from")); err != nil {
		return wrong("from", "day")
	}
	if o.To = nil; get("to") != "" {
		last, err := clock.ParseDay(get("to"))
		if err != nil {
			return wrong("to", "day")
		}
		o.To = &last
	}
	if o.Parent = 0; get("parent") != "" {
		if o.Parent, err = strconv.ParseInt(get("parent"), 10, 64); err != nil {
			return wrong("parent", "no_organisation")
		}
	}
	return nil
}
