package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/office"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// secretsPanel is the part of a household's page from which one secret field at a time is shown to who may and says
// why.
func (p *pages) secretsPanel(ctx context.Context, scope access.Scope, f registry.File) templ.Component {
	s, err := access.Decide(scope.Caller(), access.FieldUnmask)
	if err != nil || !s.Holds(f.Area) {
		return nil
	}
	secrets := p.Registry.Secrets(ctx, f)
	var options []web.Option
	add := func(id int64, number, name string) {
		for _, code := range secrets[id] {
			kind := registry.SubjectPerson
			if id == f.ID {
				kind = registry.SubjectHousehold
			}
			options = append(options, web.Option{Value: kind + " " + number + " " + code, Label: name + " · " + label(ctx, f.Pack, kind, code)})
		}
	}
	add(f.ID, f.Number, word(ctx, "subject.household"))
	for _, m := range f.Members {
		add(m.ID, m.Number, nameOf(m))
	}
	if len(options) == 0 {
		return nil
	}
	return secretsView("/households/"+f.Number+"/unmask", unmaskFields(ctx, options))
}

func unmaskFields(ctx context.Context, options []web.Option) []web.Field {
	return []web.Field{
		{Name: "field", Label: word(ctx, "unmask.field"), Kind: web.FieldSelect, Options: options, Required: true, IDPrefix: "unmask-"},
		{Name: "reason", Label: web.T(ctx, "common.reason"), Help: word(ctx, "unmask.reason_help"), Required: true, Autocomplete: "off", IDPrefix: "unmask-"},
	}
}

// unmask shows a secret field: it is stored who asked and why, and the page of the value opens for a quarter of an hour.
func (p *pages) unmask(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := web.Form(r); err != nil {
		return err
	}
	scope, err := p.scope(r, access.FieldUnmask)
	if err != nil {
		return err
	}
	if !office.Proved(scope.Caller(), p.Registry.Now()) {
		http.Redirect(w, r, "/me/prove?"+url.Values{"next": {"/households/" + r.PathValue("number")}}.Encode(), http.StatusSeeOther)
		return nil
	}
	kind, id, field, err := secretSent(r)
	if err != nil {
		return err
	}
	u, err := p.Registry.Unmask(ctx, scope, kind, id, field, r.PostForm.Get("reason"))
	if err != nil {
		if wait := office.RetryAfter(err); wait > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
		}
		return err
	}
	http.Redirect(w, r, "/unmasked/"+strconv.FormatInt(u.ID, 10), http.StatusSeeOther)
	return nil
}

// secretSent reads which field of which record a form asks for.
func secretSent(r *http.Request) (kind string, id int64, field string, err error) {
	parts := append(strings.SplitN(r.PostForm.Get("field"), " ", 3), "", "", "")
	id, ok := registry.ParseNumber(parts[1])
	if !ok {
		return "", 0, "", fault.New(fault.Invalid, "%s", word(r.Context(), "unmask.choose")).With(0, "field", "%s", word(r.Context(), "unmask.choose"))
	}
	return parts[0], id, parts[2], nil
}

// unmasked shows the value, for as long as it may be seen.
func (p *pages) unmasked(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := identifier(r)
	if err != nil {
		return err
	}
	scope, err := p.scope(r, access.FieldUnmask)
	if err != nil {
		return err
	}
	u, record, value, err := p.Registry.Unmasked(ctx, scope, id)
	if err != nil {
		return err
	}
	pack, err := p.Registry.Pack(record.Area)
	if err != nil {
		return err
	}
	number := record.Label
	if u.SubjectKind == registry.SubjectPerson {
		read, err := p.scope(r, access.HouseholdRead)
		if err != nil {
			return err
		}
		if number, err = p.Registry.HouseholdOf(ctx, read, u.Subject); err != nil {
			return err
		}
	}
	title := label(ctx, pack, u.SubjectKind, u.Field)
	page := web.Page{Title: title, Crumbs: []web.Crumb{{Label: word(ctx, "household.title", "number", number), Href: "/households/" + number}, {Label: title}}}
	facts := web.Facts{Items: []web.Fact{
		{Label: word(ctx, "subject."+u.SubjectKind), Value: record.Label},
		{Label: title, Value: value, Missing: value == ""},
		{Label: web.T(ctx, "common.reason"), Value: u.Reason},
		{Label: web.T(ctx, "common.until"), Value: i18n.Moment(web.Lang(ctx), u.Ends)},
	}}
	return p.show(w, r, http.StatusOK, page, unmaskedView(facts))
}

func (p *pages) registerUnmask(server *web.Server) {
	server.Handle("POST /households/{number}/unmask", web.Needs(access.FieldUnmask), p.unmask)
	server.Handle("GET /unmasked/{id}", web.Needs(access.FieldUnmask), p.unmasked)
}

// asFault returns the fault in an error that a form can show.
func asFault(err error) (*fault.Error, bool) {
	var known *fault.Error
	if !errors.As(err, &known) || known.Kind == fault.Internal || known.Kind == fault.Unavailable {
		return nil, false
	}
	return known, true
}
