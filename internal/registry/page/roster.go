package page

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// registerRoster adds the pages of changes of a roster and of households that are handed over.
func (p *pages) registerRoster(server *web.Server) {
	server.Handle("GET /households/{number}/roster", web.Needs(access.HouseholdEdit), p.roster)
	server.Handle("POST /households/{number}/roster", web.Needs(access.HouseholdEdit), p.changeRoster)
	server.Handle("GET /transfers", web.Needs(access.ChangeRead), p.transfers)
	server.Handle("GET /transfers/{id}", web.Needs(access.ChangeDecide), p.transfer)
	server.Handle("POST /transfers/{id}/accept", web.Needs(access.ChangeDecide), p.acceptTransfer)
	server.Handle("POST /transfers/{id}/return", web.Needs(access.ChangeDecide), p.refuseTransfer)
}

// rosterPage is what the template of a roster's change shows: the acts to choose from, the form of one, or what it
// comes to.
type rosterPage struct {
	file    registry.File
	scope   access.Scope
	path    string
	acts    []actGroup
	rule    registry.ActRule
	fields  []web.Field
	members []memberCheck
	about   string // legend of the members to choose
	wrong   string // of the members
	after   []web.Field
	evenRel bool // the relations are what the act is about
	last    []web.Field
	asks    templ.Attributes // that have the fields of a newcomer looked at while they are typed; nil where nobody comes
	summary web.ErrorSummary
	stale   bool
	hidden  []web.Pair
	plan    *planView
}

// actGroup are the acts of a kind.
type actGroup struct {
	title string
	links []web.Action
}

// memberCheck is a member to choose.
type memberCheck struct {
	id, number, label string
	single, chosen    bool
}

// rosterOf opens the household whose roster is to change, which journals that it was read.
func (p *pages) rosterOf(r *http.Request) (rosterPage, error) {
	id, err := number(r)
	if err != nil {
		return rosterPage{}, err
	}
	scope, err := p.scope(r, access.HouseholdEdit)
	if err != nil {
		return rosterPage{}, err
	}
	f, err := p.Registry.Open(r.Context(), scope, id)
	return rosterPage{file: f, scope: scope, path: "/households/" + f.Number}, err
}

// roster shows the acts to choose from, or the form of one.
func (p *pages) roster(w http.ResponseWriter, r *http.Request) error {
	page, err := p.rosterOf(r)
	if err != nil {
		return err
	}
	rules, err := p.Registry.Acts(page.file.Area, page.file.Closed != nil)
	if err != nil {
		return err
	}
	code := r.URL.Query().Get("act")
	if code == "" {
		page.acts = page.groups(r.Context(), rules)
		return p.showRoster(w, r, http.StatusOK, page)
	}
	i := slices.IndexFunc(rules, func(rule registry.ActRule) bool { return rule.Code == code })
	if i < 0 {
		return fault.New(fault.NotFound, "%s", web.T(r.Context(), "error.not_found"))
	}
	page.rule = rules[i]
	if err := p.askAct(r.Context(), &page, url.Values{}, nil); err != nil {
		return err
	}
	return p.showRoster(w, r, http.StatusOK, page)
}

// groups sorts the acts by what they do, in the order of the program.
func (page rosterPage) groups(ctx context.Context, rules []registry.ActRule) []actGroup {
	var groups []actGroup
	for _, kind := range registry.ActKinds {
		g := actGroup{title: word(ctx, "roster.kind."+string(kind))}
		for _, rule := range rules {
			if rule.Kind == kind {
				g.links = append(g.links, web.Action{Label: rule.Label.In(web.Lang(ctx)), Href: address(page.path+"/roster", url.Values{"act": {rule.Code}})})
			}
		}
		if len(g.links) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

// changeRoster takes the form of an act: it shows what the act would come to, and stores it when that was seen.
func (p *pages) changeRoster(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := web.Form(r); err != nil {
		return err
	}
	page, err := p.rosterOf(r)
	if err != nil {
		return err
	}
	rules, err := p.Registry.Acts(page.file.Area, page.file.Closed != nil)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(rules, func(rule registry.ActRule) bool { return rule.Code == r.PostForm.Get("act") })
	if i < 0 {
		return fault.New(fault.Invalid, "%s", word(ctx, "roster.wrong.no_act"))
	}
	page.rule = rules[i]
	form := asked(r.PostForm)
	ver, err := strconv.ParseInt(form.Get("ver"), 10, 64)
	if err != nil {
		return fault.New(fault.Required, "%s", web.T(ctx, "error.required"))
	}
	if form.Get("step") == "change" {
		return p.again(w, r, page, form, http.StatusOK, nil)
	}
	act, err := p.Registry.ReadAct(ctx, page.file.Area, page.input(form))
	var plan registry.Plan
	if err == nil {
		plan, err = p.Registry.PreviewAct(ctx, page.scope, page.file.ID, act)
	}
	objections := registry.ObjectionsOf(err)
	if reason := strings.TrimSpace(form.Get("reason")); reason == "" || len(reason) > 600 {
		objections = append(objections, registry.Objection{Field: "reason", Code: "no_reason"})
	}
	if len(objections) > 0 {
		return p.again(w, r, page, form, http.StatusBadRequest, objections)
	}
	if err != nil {
		return err
	}
	if ver != page.file.Ver {
		page.stale = true
		form.Set("ver", strconv.FormatInt(page.file.Ver, 10))
	}
	if form.Get("step") != "send" || page.stale {
		return p.preview(w, r, page, form, plan)
	}
	set, err := p.Registry.ReportAct(ctx, page.scope, page.file.ID, registry.Report{Source: change.Page, Reason: strings.TrimSpace(form.Get("reason")), Ver: ver, Act: act})
	if fault.Is(err, fault.Stale) {
		page.stale = true
		return p.preview(w, r, page, form, plan)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, page.path+"?saved="+string(set.State), http.StatusSeeOther)
	return nil
}

// again shows the form with what was entered, and what speaks against it.
func (p *pages) again(w http.ResponseWriter, r *http.Request, page rosterPage, form url.Values, status int, objections registry.Objections) error {
	if err := p.askAct(r.Context(), &page, form, objections); err != nil {
		return err
	}
	return p.showRoster(w, r, status, page)
}

// preview shows what the act would come to; the form goes along, to be sent or changed.
func (p *pages) preview(w http.ResponseWriter, r *http.Request, page rosterPage, form url.Values, plan registry.Plan) error {
	view, err := p.planView(r.Context(), page.scope, plan)
	if err != nil {
		return err
	}
	page.plan = &view
	for _, name := range slices.Sorted(maps.Keys(form)) {
		for _, value := range form[name] {
			if name != "step" {
				page.hidden = append(page.hidden, web.Pair{Name: name, Value: value})
			}
		}
	}
	status := http.StatusOK
	if page.stale {
		status = http.StatusPreconditionFailed
	}
	return p.showRoster(w, r, status, page)
}

// input is the act that a form describes.
func (page rosterPage) input(form url.Values) registry.ActInput {
	in := registry.ActInput{Code: page.rule.Code, Day: form.Get("day"), Evidence: form.Get("evidence"), Persons: form["persons"], Target: form.Get("target"), Area: form.Get("area"),
		Head: form.Get("head"), NewHead: form.Get("new_head"), Dwelling: form.Get("dwelling") != "", Relations: map[string]string{}, Shares: map[string]string{}}
	if known := strings.TrimSpace(form.Get("known")); known != "" {
		in.Persons = append(in.Persons, known)
	}
	person := registry.NewInput{Name: form.Get("new.name"), Sex: form.Get("new.sex"), Birth: form.Get("new.birth"), NationalID: form.Get("new.national_id")}
	if person.Birth == "" && page.rule.Newborn {
		person.Birth = in.Day
	}
	if person.Name != "" || person.NationalID != "" || page.rule.Kind == registry.ActJoin && len(in.Persons) == 0 {
		in.New = append(in.New, person)
	}
	for name, values := range form {
		if of, ok := strings.CutPrefix(name, "r."); ok && values[0] != "" && page.relates(of, form, len(in.New)) {
			in.Relations[of] = values[0]
		}
		if item, ok := strings.CutPrefix(name, "share."); ok && values[0] != "" {
			in.Shares[item] = values[0]
		}
	}
	return in
}

// relates says whether the relation of a person belongs to the act: who is on neither roll afterwards has none.
func (page rosterPage) relates(of string, form url.Values, news int) bool {
	if of == "joins" {
		return false
	}
	gone := page.rule.Kind == registry.ActDeath || page.rule.Kind == registry.ActLeave
	return !(gone && slices.Contains(form["persons"], of)) && (of != "new1" || news > 0)
}

func (p *pages) showRoster(w http.ResponseWriter, r *http.Request, status int, page rosterPage) error {
	ctx := r.Context()
	way, err := p.Registry.Areas().Path(ctx, page.file.Area)
	if err != nil {
		return err
	}
	shown := web.Page{Title: word(ctx, "roster.title", "number", page.file.Number)}
	p.leadingTo(ctx, page.scope, &shown, way, page.file.Number)
	shown.Crumbs[len(shown.Crumbs)-1].Href = page.path
	shown.Crumbs = append(shown.Crumbs, web.Crumb{Label: word(ctx, "roster.change")})
	return p.show(w, r, status, shown, rosterView(page))
}
