package page

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// reviewPage is what the template of one change set shows.
type reviewPage struct {
	set     change.Set
	path    string
	facts   web.Facts
	rows    []reviewRow
	decide  bool // the reader may decide it
	chooses bool // it is in conflict: a value is chosen for every field
	mine    bool // the reader submitted it and may withdraw it
	why     string
	wrong   string // what was wrong with the decision that was sent
	comment string
}

// reviewRow is one record of the set, side by side.
type reviewRow struct {
	title, href string
	diff        web.DiffColumns
	choices     []web.Field
	hidden      int       // fields that the reader may not see
	roster      *planView // of a row that changes who belongs to the household
}

// change shows a change set: what is stored now beside what was submitted.
func (p *pages) change(w http.ResponseWriter, r *http.Request) error {
	return p.review(w, r, http.StatusOK, "")
}

func (p *pages) review(w http.ResponseWriter, r *http.Request, status int, wrong string) error {
	ctx := r.Context()
	id, err := identifier(r)
	if err != nil {
		return err
	}
	scope, err := p.scope(r, access.ChangeRead)
	if err != nil {
		return err
	}
	set, details, err := p.Registry.OpenChange(ctx, scope, id)
	if err != nil {
		return err
	}
	v := reviewPage{set: set, path: "/changes/" + strconv.FormatInt(id, 10), facts: p.aboutSet(ctx, set), wrong: wrong, comment: r.PostFormValue("comment")}
	p.rights(r, &v)
	for _, d := range details {
		row, err := p.reviewRow(ctx, scope, set, d, v)
		if err != nil {
			return err
		}
		if row.hidden > 0 && v.decide {
			v.decide, v.why = false, word(ctx, "changes.hidden_why")
		}
		v.rows = append(v.rows, row)
	}
	page := web.Page{Title: word(ctx, "changes.one", "title", set.Title)}
	way, err := p.Registry.Areas().Path(ctx, set.Area)
	if err != nil {
		return err
	}
	p.leadingTo(ctx, scope, &page, way, word(ctx, "changes.number", "id", strconv.FormatInt(id, 10)))
	return p.show(w, r, status, page, reviewView(v))
}

// rights says what the reader may do with the set, and if nothing, why.
func (p *pages) rights(r *http.Request, v *reviewPage) {
	ctx := r.Context()
	open := v.set.State == change.Waiting || v.set.State == change.Conflict
	own := v.set.Account == p.Caller(ctx).Account
	scope, err := p.scope(r, access.ChangeDecide)
	switch {
	case !open:
	case own || access.Took(scope.Acting(v.set.Area), v.set.Submission()):
		v.mine, v.why = own, word(ctx, "changes.own")
	case err != nil || !scope.Holds(v.set.Area):
		v.why = word(ctx, "changes.no_right")
	default:
		v.decide, v.chooses = true, v.set.State == change.Conflict
	}
}

func (p *pages) aboutSet(ctx context.Context, set change.Set) web.Facts {
	lang := web.Lang(ctx)
	facts := []web.Fact{
		{Label: web.T(ctx, "common.status"), View: stateBadge(ctx, set.State)},
		{Label: word(ctx, "changes.submitter"), Value: set.Person, Note: i18n.Moment(lang, set.Submitted)},
		{Label: web.T(ctx, "common.source"), Value: wordOr(ctx, "changes.source."+string(set.Source), string(set.Source))},
		{Label: web.T(ctx, "common.reason"), Value: set.Reason, Missing: set.Reason == ""},
	}
	if set.DecidedBy != 0 {
		facts = append(facts, web.Fact{Label: word(ctx, "changes.decided"), Value: p.account(ctx, set.DecidedBy), Note: i18n.Moment(lang, set.Decided)})
	}
	if set.Comment != "" {
		facts = append(facts, web.Fact{Label: word(ctx, "changes.comment"), Value: set.Comment})
	}
	return web.Facts{Items: facts}
}

func (p *pages) reviewRow(ctx context.Context, scope access.Scope, set change.Set, d change.Detail, v reviewPage) (reviewRow, error) {
	if d.Record.Kind == registry.SubjectRoster {
		return p.rosterRow(ctx, scope, set, d)
	}
	pack, err := p.Registry.Pack(d.Record.Area)
	if err != nil {
		return reviewRow{}, err
	}
	row := reviewRow{title: subjectName(ctx, pack, d.Record.Kind) + " " + d.Record.Label, href: "/households/" + d.Record.Label}
	switch {
	case d.Record.Kind == registry.SubjectPerson:
		row.href = "/persons/" + d.Record.Label
	case pack.Levels.Find(d.Record.Kind) != 0:
		row.href = PlaceForm(d.Record.Area)
	}
	if _, err := access.Decide(scope.Caller(), access.HouseholdRead); err != nil {
		row.href = ""
	}
	row.diff = web.DiffColumns{Caption: row.title, Left: word(ctx, "changes.stored"), Right: word(ctx, "changes.mine")}
	source := word(ctx, "changes.by_when", "person", set.Person, "when", i18n.Moment(web.Lang(ctx), set.Submitted))
	for _, f := range d.Fields {
		item, ok := fieldItem(pack, d.Record.Kind, f.Name)
		if f.Hidden || !ok {
			row.hidden++
			continue
		}
		line := web.DiffLine{Label: item.Label.In(web.Lang(ctx)), Left: sideOf(ctx, pack, item, f.Stored), Right: sideOf(ctx, pack, item, f.Mine)}
		line.Left.Source = word(ctx, "changes.version", "ver", strconv.FormatInt(d.Record.Ver, 10))
		line.Right.Source = source
		line.Note = noteOf(ctx, pack, item, f)
		row.diff.Lines = append(row.diff.Lines, line)
		if v.chooses && f.Conflict {
			row.choices = append(row.choices, choiceField(ctx, pack, item, d.N, f))
		}
	}
	return row, nil
}

// noteOf says what a reviewer has to know of a field: what the submitter saw, and whether it is protected.
func noteOf(ctx context.Context, pack *policy.Pack, item *policy.Item, f change.Field) string {
	var notes []string
	if f.HasBase {
		seen := valueText(ctx, pack, item, f.Base)
		if f.Base == nil {
			seen = web.T(ctx, "common.unknown")
		}
		notes = append(notes, word(ctx, "changes.base", "value", seen))
	}
	if f.Conflict {
		notes = append(notes, word(ctx, "changes.conflict_note"))
	}
	if f.Protected {
		notes = append(notes, word(ctx, "changes.protected"))
	}
	return strings.Join(notes, " · ")
}

// choiceField asks which value of a field in conflict is to stand.
func choiceField(ctx context.Context, pack *policy.Pack, item *policy.Item, row int, f change.Field) web.Field {
	say := func(key string, value policy.Value) string {
		text := valueText(ctx, pack, item, value)
		if value == nil {
			text = web.T(ctx, "common.unknown")
		}
		return word(ctx, "changes.choose_"+key, "value", text)
	}
	return web.Field{Name: choiceName(row, f.Name), Label: item.Label.In(web.Lang(ctx)), Kind: web.FieldRadio, Required: true, Options: []web.Option{
		{Value: string(change.Stored), Label: say("stored", f.Stored)}, {Value: string(change.Mine), Label: say("mine", f.Mine)},
	}}
}

func choiceName(row int, field string) string { return fmt.Sprintf("c.%d.%s", row, field) }

// decision is what a decider sends: on which set at which version.
type decision struct {
	id, ver int64
	scope   access.Scope
	comment string
}

func (p *pages) decision(r *http.Request, verb access.Verb) (decision, error) {
	if err := web.Form(r); err != nil {
		return decision{}, err
	}
	id, err := identifier(r)
	if err != nil {
		return decision{}, err
	}
	scope, err := p.scope(r, verb)
	if err != nil {
		return decision{}, err
	}
	ver, err := strconv.ParseInt(r.PostForm.Get("ver"), 10, 64)
	if err != nil {
		return decision{}, fault.New(fault.Required, "%s", web.T(r.Context(), "error.required"))
	}
	return decision{id, ver, scope, strings.TrimSpace(r.PostForm.Get("comment"))}, nil
}

// decided answers a decision: the set as it is now. What was wrong with the decision stands above it.
func (p *pages) decided(w http.ResponseWriter, r *http.Request, err error) error {
	if err == nil {
		http.Redirect(w, r, r.URL.Path[:strings.LastIndexByte(r.URL.Path, '/')], http.StatusSeeOther)
		return nil
	}
	if kind := fault.KindOf(err); kind == fault.Stale || kind == fault.Invalid || kind == fault.Conflict {
		return p.review(w, r, web.Status(err), web.T(r.Context(), "error."+string(kind)))
	}
	return err
}

func (p *pages) approve(w http.ResponseWriter, r *http.Request) error {
	d, err := p.decision(r, access.ChangeDecide)
	if err == nil {
		_, err = p.Registry.Changes().Approve(r.Context(), d.scope, d.id, d.ver, d.comment)
	}
	return p.decided(w, r, err)
}

func (p *pages) giveBack(w http.ResponseWriter, r *http.Request) error {
	d, err := p.decision(r, access.ChangeDecide)
	if err == nil && d.comment == "" {
		return p.review(w, r, http.StatusBadRequest, word(r.Context(), "changes.comment_missing"))
	}
	if err == nil {
		_, err = p.Registry.Changes().Return(r.Context(), d.scope, d.id, d.ver, d.comment)
	}
	return p.decided(w, r, err)
}

func (p *pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	d, err := p.decision(r, access.ChangeRead)
	if err == nil {
		_, err = p.Registry.Changes().Withdraw(r.Context(), d.scope, d.id, d.ver, d.comment)
	}
	return p.decided(w, r, err)
}

func (p *pages) resolve(w http.ResponseWriter, r *http.Request) error {
	d, err := p.decision(r, access.ChangeDecide)
	if err != nil {
		return err
	}
	choices := map[int]map[string]change.Choice{}
	for name := range r.PostForm {
		parts := strings.SplitN(name, ".", 3)
		if len(parts) != 3 || parts[0] != "c" {
			continue
		}
		row, err := strconv.Atoi(parts[1])
		if err != nil {
			return fault.Wrap(fault.Invalid, err, "%s", web.T(r.Context(), "error.invalid"))
		}
		if choices[row] == nil {
			choices[row] = map[string]change.Choice{}
		}
		choices[row][parts[2]] = change.Choice(r.PostForm.Get(name))
	}
	_, err = p.Registry.Changes().Resolve(r.Context(), d.scope, d.id, d.ver, choices, d.comment)
	if fault.Is(err, fault.Invalid) {
		return p.review(w, r, http.StatusBadRequest, word(r.Context(), "changes.choose_all"))
	}
	return p.decided(w, r, err)
}
