package page

import (
	"context"
	"net/http"
	"strconv"

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
	case page.rule.Kind == registry.ActTransfer:
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
	why       string // the reader may not decide it, and why
	wrong     string
}

// transfers lists the households that wait to be accepted from other counties.
func (p *pages) transfers(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, err := p.scope(r, access.ChangeDecide)
	if err != nil {
		return err
	}
	found, err := p.Registry.Transfers(ctx, scope, maxTransfers)
	if err != nil {
		return err
	}
	table, err := p.transferTable(ctx, found)
	if err != nil {
		return err
	}
	page := web.Page{Title: word(ctx, "transfer.title"), Crumbs: []web.Crumb{{Label: word(ctx, "nav.changes"), Href: "/changes"}, {Label: word(ctx, "transfer.title")}}}
	return p.show(w, r, http.StatusOK, page, transfersView(table))
}

func (p *pages) transferTable(ctx context.Context, found []registry.Transfer) (web.Table, error) {
	lang := web.Lang(ctx)
	table := web.Table{Caption: word(ctx, "transfer.title"), Empty: web.Empty{Icon: "check", Title: word(ctx, "transfer.none"), Text: word(ctx, "transfer.none_text")}, Columns: []web.Column{
		{Label: word(ctx, "transfer.household")}, {Label: word(ctx, "household.members"), Number: true}, {Label: word(ctx, "transfer.from")}, {Label: word(ctx, "transfer.to")}, {Label: web.T(ctx, "common.time")},
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
			web.Text(t.Number), web.Text(i18n.Number(lang, int64(t.Members))), web.Text(placeLabel(ctx, places, t.From)), web.Text(placeLabel(ctx, places, t.To)), web.Text(i18n.Moment(lang, t.Asked)),
		}})
	}
	return table, nil
}

func transferPath(set int64) string { return "/transfers/" + strconv.FormatInt(set, 10) }

// transfer shows a household that is handed over, to decide on it.
func (p *pages) transfer(w http.ResponseWriter, r *http.Request) error {
	return p.showTransfer(w, r, http.StatusOK, "")
}

func (p *pages) showTransfer(w http.ResponseWriter, r *http.Request, status int, wrong string) error {
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
	if c := p.Caller(ctx); set.Account == c.Account || set.Person == c.Person {
		v.why = word(ctx, "changes.own")
	}
	if reviewed.Plan != nil {
		wide := scope.Receiving(p.Registry.Areas().Scheme().Range(t.From), t.To)
		if v.plan, err = p.planView(ctx, wide, *reviewed.Plan); err != nil {
			return err
		}
	}
	v.plan.words = actWords(ctx, reviewed)
	for _, o := range reviewed.Objections {
		v.plan.problems = append(v.plan.problems, o.In(web.Lang(ctx)))
	}
	page := web.Page{Title: word(ctx, "transfer.one", "number", t.Number), Crumbs: []web.Crumb{{Label: word(ctx, "transfer.title"), Href: "/transfers"}, {Label: t.Number}}}
	return p.show(w, r, status, page, transferView(v))
}

func (p *pages) acceptTransfer(w http.ResponseWriter, r *http.Request) error {
	d, err := p.decision(r, access.ChangeDecide)
	if err != nil {
		return err
	}
	set, err := p.Registry.AcceptTransfer(r.Context(), d.scope, d.id, d.ver, d.comment)
	if err != nil {
		return p.transferDecided(w, r, err)
	}
	http.Redirect(w, r, "/changes/"+strconv.FormatInt(set.ID, 10), http.StatusSeeOther)
	return nil
}

func (p *pages) refuseTransfer(w http.ResponseWriter, r *http.Request) error {
	d, err := p.decision(r, access.ChangeDecide)
	if err != nil {
		return err
	}
	if d.comment == "" {
		return p.showTransfer(w, r, http.StatusBadRequest, word(r.Context(), "changes.comment_missing"))
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
	if kind := fault.KindOf(err); kind == fault.Stale || kind == fault.Invalid || kind == fault.Conflict {
		return p.showTransfer(w, r, web.Status(err), web.T(r.Context(), "error."+string(kind)))
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
		rows = append(rows, web.Row{Href: transferPath(t.Set), Cells: []web.Cell{
			web.Text(word(ctx, "transfer.work", "number", t.Number)), {View: stateBadge(ctx, change.Waiting)}, web.Text(i18n.Moment(web.Lang(ctx), t.Asked)),
		}})
	}
	return rows, nil
}
