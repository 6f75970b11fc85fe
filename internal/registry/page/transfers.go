package page

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// kind is the type of the input of a member's choice.
func (m memberCheck) kind() string {
	if m.single {
		return "radio"
	}
	return "checkbox"
}

// described ties an error to each of several answers.
func described(wrong string) templ.Attributes {
	if wrong == "" {
		return nil
	}
	return templ.Attributes{"aria-describedby": "field-persons-error", "aria-invalid": "true"}
}

// sendLabel says what happens next.
func (page rosterPage) sendLabel(ctx context.Context) string {
	switch {
	case page.rule.Kind.BetweenCounties():
		return word(ctx, "roster.send_county")
	case page.rule.Protected:
		return word(ctx, "roster.send_second")
	}
	return word(ctx, "roster.send")
}

// maxTransfers is how many transfers the list shows.
const maxTransfers = 200

// transferPage is what the template of one transfer shows.
type transferPage struct {
	path, ver string
	facts     web.Facts
	plan      planView
	into      []web.Field // where persons are taken in
	summary   web.ErrorSummary
	waits     string // it is accepted and waits for its day
	why       string // the reader may not decide it, and why
	wrong     string
}

// transfers lists what other counties hand over, for who decides, and what the reader's areas have asked others.
func (p *pages) transfers(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, err := p.scope(r, access.ChangeRead)
	if err != nil {
		return err
	}
	var tables []web.Table
	if access.May(scope.Caller(), access.ChangeDecide) {
		decide, err := p.scope(r, access.ChangeDecide)
		if err != nil {
			return err
		}
		found, err := p.Registry.Transfers(ctx, decide, maxTransfers)
		if err != nil {
			return err
		}
		table, err := p.transferTable(ctx, word(ctx, "transfer.title"), found)
		if err != nil {
			return err
		}
		table.Empty = web.Empty{Icon: "check", Title: word(ctx, "transfer.none"), Text: word(ctx, "transfer.none_text")}
		tables = append(tables, table)
	}
	sent, err := p.Registry.SentTransfers(ctx, scope, maxTransfers)
	if err != nil {
		return err
	}
	table, err := p.transferTable(ctx, word(ctx, "transfer.sent"), sent)
	if err != nil {
		return err
	}
	for i, t := range sent {
		table.Rows[i].Href = "/changes/" + strconv.FormatInt(t.Set, 10)
	}
	table.Empty = web.Empty{Icon: "change", Title: word(ctx, "transfer.none_sent"), Text: word(ctx, "transfer.none_sent_text")}
	page := web.Page{Title: word(ctx, "transfer.title"), Crumbs: []web.Crumb{{Label: word(ctx, "nav.changes"), Href: "/changes"}, {Label: word(ctx, "transfer.title")}}}
	return p.show(w, r, http.StatusOK, page, transfersView(append(tables, table)))
}

func (p *pages) transferTable(ctx context.Context, title string, found []registry.Transfer) (web.Table, error) {
	lang := web.Lang(ctx)
	table := web.Table{Caption: title, Columns: []web.Column{
		{Label: word(ctx, "transfer.household")}, {Label: word(ctx, "transfer.who")}, {Label: word(ctx, "transfer.from")}, {Label: word(ctx, "transfer.to")},
		{Label: word(ctx, "roster.field.day")}, {Label: web.T(ctx, "common.status")}, {Label: word(ctx, "transfer.note")},
	}}
	var keys []int64
	for _, t := range found {
		scheme := p.Registry.Areas().Scheme()
		keys = append(keys, t.From, scheme.Parent(t.From), t.To, scheme.Parent(t.To))
	}
	places, err := p.Registry.Places(ctx, keys)
	if err != nil {
		return table, err
	}
	for _, t := range found {
		table.Rows = append(table.Rows, web.Row{Href: transferPath(t.Set), Cells: []web.Cell{
			web.Text(t.Number), web.Text(whoGoes(ctx, t)), web.Text(placeLabel(ctx, places, t.From)), web.Text(placeLabel(ctx, places, t.To)), web.Text(i18n.Day(lang, t.Day)),
			{View: web.Badge{Tone: transferTones[t.State], Text: word(ctx, "transfer.state."+string(t.State))}}, web.Text(transferNote(ctx, t)),
		}})
	}
	return table, nil
}

// transferTones are the colours of the states of transfers.
var transferTones = map[registry.TransferState]web.Tone{registry.TransferAsked: web.ToneInfo, registry.TransferAccepted: web.ToneGood, registry.TransferDone: web.ToneGood,
	registry.TransferRefused: web.ToneReturned, registry.TransferExpired: web.ToneWarn}

// whoGoes says whether a household goes or some of it.
func whoGoes(ctx context.Context, t registry.Transfer) string {
	if t.Persons > 0 {
		return word(ctx, "transfer.persons", "n", t.Persons)
	}
	return word(ctx, "transfer.whole", "n", t.Members)
}

// transferNote is why a transfer is in its state, or until when it can be answered.
func transferNote(ctx context.Context, t registry.Transfer) string {
	switch {
	case t.State == registry.TransferAsked && t.Reopened != "":
		return word(ctx, "transfer.reopened."+t.Reopened)
	case t.State == registry.TransferAsked && t.Expires != nil:
		return word(ctx, "transfer.until", "day", i18n.Day(web.Lang(ctx), *t.Expires))
	}
	return t.Comment
}

func transferPath(set int64) string { return "/transfers/" + strconv.FormatInt(set, 10) }

// transfer shows a household that is handed over, to decide on it.
func (p *pages) transfer(w http.ResponseWriter, r *http.Request) error {
	return p.showTransfer(w, r, http.StatusOK, "", nil)
}

func (p *pages) showTransfer(w http.ResponseWriter, r *http.Request, status int, wrong string, objections registry.Objections) error {
	ctx := r.Context()
	id, err := identifier(r)
	if err != nil {
		return err
	}
	scope, err := p.scope(r, access.ChangeDecide)
	if err != nil {
		return err
	}
	t, set, reviewed, err := p.Registry.OpenTransfer(ctx, scope, id)
	if err != nil {
		return err
	}
	v := transferPage{path: transferPath(id), ver: strconv.FormatInt(set.Ver, 10), facts: p.aboutSet(ctx, set), wrong: wrong}
	if access.Took(scope.Acting(t.To), set.Submission()) {
		v.why = word(ctx, "changes.own")
	}
	if reviewed.Plan != nil {
		wide := scope.Receiving(p.Registry.Areas().Scheme().Range(t.From), t.To)
		if v.plan, err = p.planView(ctx, wide, *reviewed.Plan); err != nil {
			return err
		}
	}
	if t.State == registry.TransferAccepted {
		v.waits = word(ctx, "transfer.waits", "day", i18n.Day(web.Lang(ctx), t.Day))
	}
	if reviewed.Rule.Kind == registry.ActHandOver {
		if err := p.askInto(r, &v, t, reviewed, objections); err != nil {
			return err
		}
	} else if len(objections) > 0 {
		v.wrong = objections[0].In(web.Lang(ctx))
	}
	v.plan.words = actWords(ctx, reviewed)
	for _, o := range reviewed.Objections {
		v.plan.problems = append(v.plan.problems, o.In(web.Lang(ctx)))
	}
	page := web.Page{Title: word(ctx, "transfer.one", "number", t.Number), Crumbs: []web.Crumb{{Label: word(ctx, "transfer.title"), Href: "/transfers"}, {Label: t.Number}}}
	return p.show(w, r, status, page, transferView(v))
}

// askInto asks into which household persons are taken, and what they are there.
func (p *pages) askInto(r *http.Request, v *transferPage, t registry.Transfer, reviewed registry.Reviewed, objections registry.Objections) error {
	ctx := r.Context()
	pack, err := p.Registry.Pack(t.To)
	if err != nil {
		return err
	}
	target := web.Field{Name: "household", IDPrefix: "into-", Label: word(ctx, "transfer.into"), Help: word(ctx, "transfer.into_help"), Required: true, Value: r.PostForm.Get("household"), Autocomplete: "off"}
	told := func(o registry.Objection) bool { return o.Field == "target" }
	for _, o := range objections {
		if told(o) {
			target.Error = o.In(web.Lang(ctx))
		} else {
			v.summary.Errors = append(v.summary.Errors, web.FieldError{Text: o.In(web.Lang(ctx))})
		}
	}
	v.into = append(v.into, target)
	relations := []web.Option{{Label: word(ctx, "edit.unknown")}}
	if item, ok := pack.Item(registry.SubjectPerson, registry.FieldRelation); ok {
		for _, option := range item.Options() {
			if option.Group != registry.GroupHead {
				relations = append(relations, web.Option{Value: option.Code, Label: option.Label.In(web.Lang(ctx))})
			}
		}
	}
	for _, person := range reviewed.Act.Persons {
		name := "r." + registry.Number(person)
		v.into = append(v.into, web.Field{Name: name, IDPrefix: "into-", Label: word(ctx, "roster.relation_of", "name", personWords(reviewed, person)), Kind: web.FieldSelect, Options: relations, Value: r.PostForm.Get(name)})
	}
	if errors := web.Summary(v.into...).Errors; len(errors) > 0 {
		v.summary.Errors = append(errors, v.summary.Errors...)
	}
	return nil
}

// intoOf reads into which household persons are taken; nil where the form does not ask.
func intoOf(form url.Values) (*registry.Into, error) {
	if !form.Has("household") {
		return nil, nil
	}
	in := registry.IntoInput{Household: form.Get("household"), Relations: map[string]string{}}
	for name, values := range form {
		if of, ok := strings.CutPrefix(name, "r."); ok {
			in.Relations[of] = values[0]
		}
	}
	return registry.ReadInto(in)
}

func (p *pages) acceptTransfer(w http.ResponseWriter, r *http.Request) error {
	d, err := p.decision(r, access.ChangeDecide)
	if err != nil {
		return err
	}
	into, err := intoOf(r.PostForm)
	if err == nil {
		_, err = p.Registry.AcceptTransfer(r.Context(), d.scope, d.id, d.ver, registry.Acceptance{Into: into, Comment: d.comment})
	}
	if err != nil {
		return p.transferDecided(w, r, err)
	}
	http.Redirect(w, r, "/transfers", http.StatusSeeOther)
	return nil
}

func (p *pages) refuseTransfer(w http.ResponseWriter, r *http.Request) error {
	d, err := p.decision(r, access.ChangeDecide)
	if err != nil {
		return err
	}
	if d.comment == "" {
		return p.showTransfer(w, r, http.StatusBadRequest, word(r.Context(), "changes.comment_missing"), nil)
	}
	_, err = p.Registry.RefuseTransfer(r.Context(), d.scope, d.id, d.ver, d.comment)
	if err != nil {
		return p.transferDecided(w, r, err)
	}
	http.Redirect(w, r, "/transfers", http.StatusSeeOther)
	return nil
}

// transferDecided shows the transfer again where the decision could not be taken.
func (p *pages) transferDecided(w http.ResponseWriter, r *http.Request, err error) error {
	if objections := registry.ObjectionsOf(err); len(objections) > 0 {
		return p.showTransfer(w, r, http.StatusBadRequest, "", objections)
	}
	if kind := fault.KindOf(err); kind == fault.Stale || kind == fault.Invalid || kind == fault.Conflict {
		return p.showTransfer(w, r, web.Status(err), web.T(r.Context(), "error."+string(kind)), nil)
	}
	return err
}

// transferWork are the transfers that wait for the reader, as rows of what waits.
func (p *pages) transferWork(ctx context.Context, scope access.Scope) ([]web.Row, error) {
	found, err := p.Registry.Transfers(ctx, scope, shownWork)
	if err != nil {
		return nil, err
	}
	var rows []web.Row
	for _, t := range found {
		if t.State != registry.TransferAsked {
			continue
		}
		rows = append(rows, web.Row{Href: transferPath(t.Set), Cells: []web.Cell{
			web.Text(word(ctx, "transfer.work", "number", t.Number)), {View: stateBadge(ctx, change.Waiting)}, web.Text(i18n.Moment(web.Lang(ctx), t.Asked)),
		}})
	}
	return rows, nil
}
