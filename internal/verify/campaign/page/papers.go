package page

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/area"
	"rightkey/internal/policy"
	"rightkey/internal/verify/campaign"
	"rightkey/internal/web"
)

// formsAtOnce is how many forms are printed together.
const formsAtOnce = 50

// papers are the team's route list and a form for each household, to be filled in by hand. The code on a form leads to
// the page on which the visit is recorded; it holds the household's number and nothing else of it.
func (p *pages) papers(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	query, err := web.Asked(r, "from")
	if err != nil {
		return err
	}
	from, err := strconv.Atoi(query.Get("from"))
	if query.Get("from") != "" && (err != nil || from < 0) {
		return web.Unknown(ctx, "from")
	}
	g, list, places, err := p.routeOf(r)
	if err != nil {
		return err
	}
	d, _, err := p.Campaigns.DesignOf(g.Campaign)
	if err != nil {
		return err
	}
	issuer := p.title(ctx, g.Campaign, places)
	tools := []templ.Component{web.Action{Label: word(ctx, "paper.back"), Href: visitPath(g.ID, "/away")}, web.Note(word(ctx, "paper.how"))}
	var documents []web.Document
	if from == 0 {
		documents = append(documents, routeList(ctx, g, list, places, issuer))
	}
	printed := list[min(from, len(list)):min(from+formsAtOnce, len(list))]
	for _, t := range printed {
		form, err := visitForm(ctx, d, t, placeName(ctx, places, t.Area), web.Origin(r)+visitPath(g.ID, "/", t.Number))
		if err != nil {
			return err
		}
		form.Issuer = issuer
		documents = append(documents, form)
	}
	if next := from + len(printed); next < len(list) {
		tools = append(tools, web.Action{Label: word(ctx, "paper.next", "n", len(list)-next), Href: visitPath(g.ID, "/papers?from=", strconv.Itoa(next))})
	}
	return web.Render(w, r, http.StatusOK, web.Papers(word(ctx, "paper.title"), tools, documents...))
}

// routeList is the way of a team on paper.
func routeList(ctx context.Context, g campaign.Going, list []campaign.Task, places map[int64]area.Area, issuer string) web.Document {
	block := web.PaperBlock{Text: word(ctx, "paper.route_text", "day", day(ctx, g.Due)), Heads: []string{word(ctx, "column.place"), word(ctx, "column.household"), word(ctx, "column.head"), word(ctx, "column.persons"), word(ctx, "paper.done")}}
	for _, t := range list {
		block.Rows = append(block.Rows, []string{placeName(ctx, places, t.Area), t.Number, t.HeadName, count(ctx, t.Persons), ""})
	}
	return web.Document{Title: word(ctx, "route", "n", g.Team), Issuer: issuer, Number: count(ctx, int64(len(list))), Sheets: web.Sheets(ctx, []web.PaperBlock{block}, word(ctx, "paper.continued"))}
}

// visitForm is the form of a visit to a household.
func visitForm(ctx context.Context, d *campaign.Design, t campaign.Task, place, address string) (web.Document, error) {
	code, err := web.QR(address, word(ctx, "paper.code"))
	if err != nil {
		return web.Document{}, err
	}
	asked := web.PaperBlock{Text: word(ctx, "paper.text") + " " + word(ctx, "paper.code"), Rows: [][]string{{word(ctx, "column.household"), t.Number}, {word(ctx, "column.head"), t.HeadName}, {word(ctx, "column.place"), place},
		{word(ctx, "column.persons"), count(ctx, t.Persons)}, {word(ctx, "field.day"), writing}, {word(ctx, "field.outcome"), boxes(outcomeWords(ctx)...)}}}
	for _, item := range d.Items {
		answer := writing
		if answers := item.Answers(web.Lang(ctx)); len(answers) > 0 {
			answer = boxes(answers...)
		}
		label := item.Label.In(web.Lang(ctx))
		if item.Kind == policy.Multi {
			label += " " + word(ctx, "paper.several")
		}
		asked.Rows = append(asked.Rows, []string{label, answer})
	}
	asked.Rows = append(asked.Rows, []string{word(ctx, "field.welfare"), writing}, []string{word(ctx, "field.verdict"), boxes(word(ctx, "verdict.poor"), word(ctx, "verdict.not_poor"))})
	remarks := web.PaperBlock{Heads: []string{word(ctx, "paper.remarks")}, Rows: [][]string{{""}, {""}}, Ruled: true, Signatures: []string{word(ctx, "paper.visitor"), word(ctx, "paper.household")}, Code: code, Address: address}
	blocks := []web.PaperBlock{asked, remarks}
	return web.Document{Title: word(ctx, "paper.form"), Number: t.Number, Sheets: web.Sheets(ctx, blocks, word(ctx, "paper.continued"))}, nil
}

// writing is room for handwriting.
const writing = "____________________________"

// boxes are answers to be ticked.
func boxes(answers ...string) string { return "☐ " + strings.Join(answers, "   ☐ ") }

func outcomeWords(ctx context.Context) []string {
	var words []string
	for _, outcome := range campaign.Outcomes {
		words = append(words, word(ctx, "outcome."+string(outcome)))
	}
	return words
}
