package page

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/registry"
	"rightkey/internal/verify/campaign"
	"rightkey/internal/web"
)

// mostReported is how many households of a result a report lists.
const mostReported = 1000

// report is what a campaign found, on paper: by village, and the households that are to be added, removed or corrected
// with what that rests on. It names nobody.
func (p *pages) report(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, c, err := p.opened(r, access.CampaignRead)
	if err != nil {
		return err
	}
	tallies, err := p.Campaigns.Tallies(ctx, scope, c)
	if err != nil {
		return err
	}
	keys := []int64{c.Area}
	for _, one := range tallies {
		keys = append(keys, one.Area)
	}
	places, err := p.Campaigns.Registry().Places(ctx, keys)
	if err != nil {
		return err
	}
	blocks := []web.PaperBlock{tallied(ctx, tallies, places)}
	for _, result := range []campaign.Result{campaign.Add, campaign.Remove, campaign.Correct} {
		list, err := p.Campaigns.Browse(ctx, scope, c, campaign.Filter{Result: result}, registry.Position{}, mostReported)
		if err != nil {
			return err
		}
		if len(list) > 0 {
			blocks = append(blocks, reasoned(ctx, result, list, places))
		}
	}
	blocks = append(blocks, web.PaperBlock{Signatures: []string{word(ctx, "report.office"), word(ctx, "report.date")}})
	tools := []templ.Component{web.Action{Label: word(ctx, "paper.back"), Href: campaignPath(c.ID)}, web.Note(word(ctx, "paper.how"))}
	title := word(ctx, "report.title")
	return web.Render(w, r, http.StatusOK, web.Papers(title, tools, web.Document{Title: title, Issuer: p.title(ctx, c, places), Number: c.Due.String(), Sheets: web.Sheets(blocks, word(ctx, "paper.continued"))}))
}

// tallied is the table of villages with their sum.
func tallied(ctx context.Context, tallies []campaign.Tally, places map[int64]area.Area) web.PaperBlock {
	block := web.PaperBlock{Text: word(ctx, "report.text"), Heads: []string{word(ctx, "column.place"), word(ctx, "result.keep"), word(ctx, "result.correct"), word(ctx, "result.add"), word(ctx, "result.remove"),
		word(ctx, "progress.disputed"), word(ctx, "progress.refused"), word(ctx, "progress.gone"), word(ctx, "column.open")}}
	row := func(place string, t campaign.Tally) {
		cells := []string{place}
		for _, n := range []int64{t.Keep, t.Correct, t.Add, t.Remove, t.Disputed, t.Refused, t.Gone, t.On} {
			cells = append(cells, count(ctx, n))
		}
		block.Rows = append(block.Rows, cells)
	}
	var sum campaign.Tally
	for _, one := range tallies {
		row(placeName(ctx, places, one.Area), one)
		sum = sum.Plus(one)
	}
	row(word(ctx, "report.sum"), sum)
	return block
}

// reasoned are the households of a result with what it rests on.
func reasoned(ctx context.Context, result campaign.Result, list []campaign.Task, places map[int64]area.Area) web.PaperBlock {
	block := web.PaperBlock{Title: word(ctx, "result."+string(result)), Heads: []string{word(ctx, "column.household"), word(ctx, "column.place"), word(ctx, "column.day"), word(ctx, "report.reasons")}}
	for _, t := range list {
		var why []string
		for _, reason := range t.Reasons() {
			why = append(why, word(ctx, "reason."+string(reason)))
		}
		block.Rows = append(block.Rows, []string{t.Number, placeName(ctx, places, t.Place), day(ctx, t.Visited), strings.Join(why, "; ")})
	}
	return block
}
