package page

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/registry/quality"
	"rightkey/internal/web"
)

// problem shows one problem: what is wrong and why it is said, where it is put right, who answers for it, and what
// the reader can do.
func (p *pages) problem(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, id, err := p.Item(r, access.HouseholdRead)
	if err != nil {
		return err
	}
	one, err := p.Quality.Open(ctx, scope, id)
	if err != nil {
		return err
	}
	pack, err := p.packAt(one.Area)
	if err != nil {
		return err
	}
	at, err := p.placeOf(ctx, scope, "")
	if err != nil {
		return err
	}
	if at.way, err = p.Quality.Registry().Areas().Path(ctx, one.Area); err != nil {
		return err
	}
	text, about := said(ctx, pack, one.Rule), subjectCell(ctx, one)
	page := web.Page{Title: text, Crumbs: append(at.crumbs(ctx, scope), web.Crumb{Label: about.Text, Href: about.Href}, web.Crumb{Label: word(ctx, "problem")})}
	if fix := fixHref(pack, one); fix != "" && one.Unsettled() && p.May(r, access.HouseholdEdit, one.Area) {
		page.Actions = append(page.Actions, web.Action{Label: word(ctx, "fix"), Href: fix, Icon: "change", Style: web.StylePrimary})
	}
	facts, err := p.facts(ctx, pack, one)
	if err != nil {
		return err
	}
	return p.Show(w, r, http.StatusOK, page, append([]templ.Component{web.Box(word(ctx, "problem"), facts)}, p.todo(r, one)...)...)
}

func (p *pages) facts(ctx context.Context, pack *policy.Pack, one quality.Problem) (web.Facts, error) {
	lang := web.Lang(ctx)
	places, err := p.places(ctx, []int64{one.Area})
	if err != nil {
		return web.Facts{}, err
	}
	about := subjectCell(ctx, one)
	label := word(ctx, "household")
	if one.AboutPlace() {
		label = web.T(ctx, "common.area")
	}
	facts := []web.Fact{
		{Label: word(ctx, "severity.title"), View: severityBadge(ctx, one.Severity), Note: word(ctx, "severity.note_"+string(one.Severity))},
		{Label: web.T(ctx, "common.status"), View: stateBadge(ctx, one.State), Note: one.Reason},
		{Label: label, Value: about.Text, Href: about.Href, Note: placeName(ctx, places, one.Area)},
	}
	if one.SubjectKind == registry.SubjectPerson {
		number := registry.Number(one.Subject)
		facts = append(facts, web.Fact{Label: word(ctx, "person"), Value: number, Href: "/persons/" + number})
	}
	owner := p.ownerCell(ctx, pack, one)
	facts = append(facts, web.Fact{Label: word(ctx, "owner"), Value: owner.Text}, web.Fact{Label: word(ctx, "due"), Value: i18n.Day(lang, one.Due)},
		web.Fact{Label: word(ctx, "found"), Value: i18n.Moment(lang, one.Found), Note: again(ctx, one)})
	if labels := fieldLabels(ctx, pack, one.Fields); labels != "" {
		facts = append(facts, web.Fact{Label: word(ctx, "fields"), Value: labels})
	}
	if pack != nil {
		if rule, ok := quality.RulesOf(pack).Find(one.Rule); ok {
			source := web.Fact{Label: web.T(ctx, "common.source"), Value: rule.Source, Missing: rule.Source == ""}
			if rule.Unconfirmed {
				source.Note = web.T(ctx, "common.unconfirmed")
			}
			facts = append(facts, source)
		}
	}
	return web.Facts{Items: facts}, nil
}

func again(ctx context.Context, one quality.Problem) string {
	if one.Reopened == 0 {
		return ""
	}
	return word(ctx, "again", "n", one.Reopened)
}

// fieldLabels names the items that a rule looks at.
func fieldLabels(ctx context.Context, pack *policy.Pack, fields []string) string {
	if pack == nil {
		return ""
	}
	var labels []string
	for _, name := range fields {
		subject, code, _ := strings.Cut(name, ".")
		if item, ok := pack.Item(subject, code); ok {
			labels = append(labels, item.Label.In(web.Lang(ctx)))
		}
	}
	return strings.Join(labels, word(ctx, "comma"))
}

// todo is what the reader can do with a problem.
func (p *pages) todo(r *http.Request, one quality.Problem) []templ.Component {
	ctx := r.Context()
	if !one.Unsettled() {
		return nil
	}
	path, ver := "/problems/"+strconv.FormatInt(one.ID, 10), strconv.FormatInt(one.Ver, 10)
	button := func(act, label string, more ...web.Pair) web.Action {
		return web.Action{Label: label, Href: path + "/" + act, Post: true, Hidden: append([]web.Pair{{Name: "ver", Value: ver}}, more...)}
	}
	caller := p.Caller(ctx)
	var parts []templ.Component
	switch {
	case one.State == quality.Proposed && p.May(r, access.ChangeDecide, one.Area) && one.Proposer != caller.Account:
		yes, no := button("confirm", word(ctx, "confirm.yes"), web.Pair{Name: "agreed", Value: "yes"}), button("confirm", word(ctx, "confirm.no"), web.Pair{Name: "agreed", Value: "no"})
		yes.Style = web.StylePrimary
		parts = append(parts, web.Box(word(ctx, "confirm.title"), web.Note(word(ctx, "confirm.text", "person", p.AccountName(ctx, one.Proposer), "reason", one.Reason)), web.Actions([]web.Action{yes, no})))
	case one.State == quality.Proposed:
		parts = append(parts, web.Notice{Tone: web.ToneInfo, Text: word(ctx, "confirm.waits")})
	case p.May(r, access.HouseholdEdit, one.Area):
		if one.Owner != caller.Account {
			parts = append(parts, web.Box(word(ctx, "claim.title"), web.Actions([]web.Action{button("claim", word(ctx, "claim.do"))})))
		}
		help, label := word(ctx, "accept.help"), word(ctx, "accept.do")
		if one.Severity == policy.Provisional {
			help, label = word(ctx, "accept.help_second"), word(ctx, "accept.propose")
		}
		reason := web.Field{Name: "reason", Label: web.T(ctx, "common.reason"), Help: help, Required: true, Attributes: map[string]any{"maxlength": "300"}}
		parts = append(parts, web.Box(word(ctx, "accept.title"), acceptForm(path+"/accept", ver, reason, label)))
	}
	return parts
}

func acted(w http.ResponseWriter, r *http.Request, id int64) error {
	return web.See(w, r, "/problems/"+strconv.FormatInt(id, 10))
}

func (p *pages) claim(w http.ResponseWriter, r *http.Request) error {
	scope, id, ver, err := p.Acting(r, access.HouseholdEdit)
	if err != nil {
		return err
	}
	if _, err := p.Quality.Claim(r.Context(), scope, id, ver); err != nil {
		return err
	}
	return acted(w, r, id)
}

func (p *pages) accept(w http.ResponseWriter, r *http.Request) error {
	scope, id, ver, err := p.Acting(r, access.HouseholdEdit)
	if err != nil {
		return err
	}
	if _, err := p.Quality.Accept(r.Context(), scope, id, ver, r.PostForm.Get("reason")); err != nil {
		return err
	}
	return acted(w, r, id)
}

func (p *pages) confirm(w http.ResponseWriter, r *http.Request) error {
	scope, id, ver, err := p.Acting(r, access.ChangeDecide)
	if err != nil {
		return err
	}
	if _, err := p.Quality.Confirm(r.Context(), scope, id, ver, r.PostForm.Get("agreed") == "yes"); err != nil {
		return err
	}
	return acted(w, r, id)
}

// run looks at the households of an area anew.
func (p *pages) run(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := web.Form(r); err != nil {
		return err
	}
	scope, err := p.Scope(r, access.AssessRun)
	if err != nil {
		return err
	}
	at, err := p.placeOf(ctx, scope, r.PostForm.Get("area"))
	if err != nil {
		return err
	}
	j, err := p.Quality.Start(ctx, scope, quality.RunArgs{Area: at.key()})
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/jobs/"+strconv.FormatInt(j.ID, 10), http.StatusSeeOther)
	return nil
}
