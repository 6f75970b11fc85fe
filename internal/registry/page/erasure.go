package page

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/office"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// erasures are the pages of taking a person's data away.
type erasures struct {
	*pages
	of *registry.Erasures
}

func (p *pages) registerErasures(server *web.Server) {
	if p.Erasures == nil {
		return
	}
	e := erasures{p, p.Erasures}
	server.Handle("GET /persons/{number}/erasure", web.Needs(access.PersonErase), e.page)
	server.Handle("POST /persons/{number}/erasure/ask", web.Needs(access.PersonErase), e.step(func(r *http.Request, c access.Caller, person int64) error {
		_, err := e.of.Ask(r.Context(), c, person, r.PostForm.Get("reason"))
		return err
	}))
	server.Handle("POST /persons/{number}/erasure/hold", web.Needs(access.PersonHold), e.step(func(r *http.Request, c access.Caller, person int64) error {
		return e.of.PutHold(r.Context(), c, person, strings.TrimSpace(r.PostForm.Get("reason")))
	}))
	server.Handle("POST /persons/{number}/erasure/lift", web.Needs(access.PersonHold), e.step(func(r *http.Request, c access.Caller, person int64) error {
		return e.of.LiftHold(r.Context(), c, person, strings.TrimSpace(r.PostForm.Get("reason")))
	}))
	server.Handle("POST /persons/{number}/erasure/erase", web.Needs(access.PersonErase), e.erase)
}

// erasePath is the address of a person's erasure.
func erasePath(number string) string { return "/persons/" + number + "/erasure" }

func eword(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "erasure."+key, args...)
}

func (e erasures) page(w http.ResponseWriter, r *http.Request) error {
	return e.show(w, r, http.StatusOK, nil)
}

// show says what an erasure means, how far it is, and what the reader can do about it; failed is why that failed.
func (e erasures) show(w http.ResponseWriter, r *http.Request, status int, failed error) error {
	ctx := r.Context()
	id, err := number(r)
	if err != nil {
		return err
	}
	st, err := e.of.Of(ctx, e.Caller(ctx), id)
	if err != nil {
		return err
	}
	path := erasePath(st.Person.Number)
	facts := web.Facts{Items: []web.Fact{
		{Label: word(ctx, "household.person_number"), Value: st.Person.Number},
		{Label: word(ctx, "subject.household"), Value: st.Household.Number, Href: "/households/" + st.Household.Number},
	}}
	if st.Hold != nil {
		facts.Items = append(facts.Items, web.Fact{Label: eword(ctx, "hold"), Value: st.Hold.Reason, Note: e.account(ctx, st.Hold.Account) + " · " + i18n.Moment(web.Lang(ctx), st.Hold.Since)})
	}
	if a := st.Request; a != nil {
		facts.Items = append(facts.Items, web.Fact{Label: eword(ctx, "request"), Value: web.T(ctx, "office.approval.state."+string(a.State)), Href: "/approvals/" + strconv.FormatInt(a.ID, 10), Note: a.Reason})
	}
	content := erasurePage{facts: facts}
	content.next(ctx, st, path)
	if access.May(e.Caller(ctx), access.PersonHold) {
		content.holding(ctx, st, path)
	}
	page := web.Page{Title: eword(ctx, "title_of", "number", st.Person.Number)}
	if failed != nil {
		if page.Flash, err = flashOf(ctx, failed); err != nil {
			return err
		}
		status = web.Status(failed)
	}
	scope, err := e.scope(r, access.PersonErase)
	if err != nil {
		return err
	}
	way, err := e.Registry.Areas().Path(ctx, st.Household.Area)
	if err != nil {
		return err
	}
	e.leadingTo(ctx, scope, &page, way, eword(ctx, "title"))
	return e.pages.show(w, r, status, page, erasureView(content))
}

// flashOf shows why a step failed; an internal error is none for the page.
func flashOf(ctx context.Context, failed error) ([]web.Notice, error) {
	var known *fault.Error
	if !errors.As(failed, &known) || known.Kind == fault.Internal {
		return nil, failed
	}
	return []web.Notice{{Tone: web.ToneBad, Title: web.Said(ctx, known)}}, nil
}

// erasurePage is what the template shows.
type erasurePage struct {
	facts      web.Facts
	text       string
	form, hold *smallForm
	holdText   string
}

// smallForm is a form of one act.
type smallForm struct {
	action web.Action
	fields []web.Field
	class  string
}

// next is the next step of the erasure: to ask, or, once another person has agreed, to do it.
func (v *erasurePage) next(ctx context.Context, st registry.Standing, path string) {
	a := st.Request
	switch {
	case st.Hold != nil:
		v.text = eword(ctx, "held_help")
	case a != nil && st.Mine && a.State == office.Approved:
		v.text = eword(ctx, "ready_help")
		v.form = &smallForm{class: "btn btn-outline-danger", action: web.Action{Label: eword(ctx, "erase"), Href: path + "/erase", Hidden: []web.Pair{{Name: "approval", Value: strconv.FormatInt(a.ID, 10)}}}}
	case a != nil && (a.State == office.Asked || a.State == office.Approved):
		v.text = eword(ctx, "waiting_help")
	default:
		v.text = eword(ctx, "help")
		v.form = &smallForm{class: "btn btn-primary", action: web.Action{Label: eword(ctx, "ask"), Href: path + "/ask"},
			fields: []web.Field{{Name: "reason", Label: web.T(ctx, "common.reason"), Help: eword(ctx, "reason_help"), Required: true, IDPrefix: "ask-"}}}
	}
}

// holding puts a legal hold on a person, or lifts it.
func (v *erasurePage) holding(ctx context.Context, st registry.Standing, path string) {
	v.holdText = eword(ctx, "hold_help")
	v.hold = &smallForm{action: web.Action{Label: eword(ctx, "put_hold"), Href: path + "/hold"},
		fields: []web.Field{{Name: "reason", Label: web.T(ctx, "common.reason"), Help: eword(ctx, "hold_reason_help"), Required: true, IDPrefix: "hold-"}}}
	if st.Hold != nil {
		v.hold.action = web.Action{Label: eword(ctx, "lift_hold"), Href: path + "/lift"}
	}
}

// step is a form that changes how a person stands to erasure and shows it again.
func (e erasures) step(take func(r *http.Request, c access.Caller, person int64) error) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := number(r)
		if err != nil {
			return err
		}
		if err := web.Form(r); err != nil {
			return err
		}
		err = take(r, e.Caller(r.Context()), id)
		if fault.Is(err, fault.NotFound) {
			return err
		}
		if err != nil {
			return e.show(w, r, http.StatusOK, err)
		}
		http.Redirect(w, r, erasePath(r.PathValue("number")), http.StatusSeeOther)
		return nil
	}
}

// erase does it, and goes back to the household, which still counts its members.
func (e erasures) erase(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := number(r)
	if err != nil {
		return err
	}
	if err := web.Form(r); err != nil {
		return err
	}
	approval, err := strconv.ParseInt(r.PostForm.Get("approval"), 10, 64)
	if err != nil {
		return fault.Wrap(fault.Required, err, "%s", web.T(ctx, "error.required"))
	}
	scope, err := e.scope(r, access.PersonErase)
	if err != nil {
		return err
	}
	household, err := e.Registry.HouseholdOf(ctx, scope, id)
	if err != nil {
		return err
	}
	if err := e.of.Erase(ctx, e.Caller(ctx), id, approval); err != nil {
		if fault.Is(err, fault.NotFound) {
			return err
		}
		return e.show(w, r, http.StatusOK, err)
	}
	http.Redirect(w, r, "/households/"+household, http.StatusSeeOther)
	return nil
}
