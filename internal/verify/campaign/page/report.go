package page

import (
	"context"
	"iter"
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
		keys = append(keys, one.Area, p.Campaigns.Registry().County(one.Area))
	}
	places, err := p.Campaigns.Registry().Places(ctx, keys)
	if err != nil {
		return err
	}
	blocks := p.tallied(ctx, tallies, places)
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
	return web.Render(w, r, http.StatusOK, web.Papers(title, tools, web.Document{Title: title, Issuer: p.title(ctx, c, places), Number: c.Due.String(), Sheets: web.Sheets(ctx, blocks, word(ctx, "paper.continued"))}))
}

// tallied are the tables of villages, one for each county with its sum, and where there are several the counties' table.
func (p *pages) tallied(ctx context.Context, tallies []campaign.Tally, places map[int64]area.Area) []web.PaperBlock {
	var counties []campaign.Tally
	var blocks []web.PaperBlock
	for county, of := range byCounty(tallies, p.Campaigns.Registry().County) {
		sum := summed(of)
		sum.Area = county
		counties = append(counties, sum)
		blocks = append(blocks, tallyBlock(ctx, placeName(ctx, places, county), of, places))
	}
	if len(blocks) != 1 {
		blocks = append(blocks, tallyBlock(ctx, word(ctx, "report.all"), counties, places))
	}
	blocks[0].Text = word(ctx, "report.text")
	return blocks
}

// byCounty groups the tallies of villages, which come in the order of areas.
func byCounty(tallies []campaign.Tally, county func(int64) int64) iter.Seq2[int64, []campaign.Tally] {
	return func(yield func(int64, []campaign.Tally) bool) {
		for from := 0; from < len(tallies); {
			to, at := from, county(tallies[from].Area)
			for to < len(tallies) && county(tallies[to].Area) == at {
				to++
			}
			if !yield(at, tallies[from:to]) {
				return
			}
			from = to
		}
	}
}

func summed(tallies []campaign.Tally) (sum campaign.Tally) {
	for _, one := range tallies {
		sum = sum.Plus(one)
	}
	return sum
}

// tallyBlock is a table of areas with their sum.
func tallyBlock(ctx context.Context, title string, tallies []campaign.Tally, places map[int64]area.Area) web.PaperBlock {
	block := web.PaperBlock{Title: title, Heads: []string{word(ctx, "column.place"), word(ctx, "result.keep"), word(ctx, "result.correct"), word(ctx, "result.add"), word(ctx, "result.remove"),
		word(ctx, "progress.disputed"), word(ctx, "progress.refused"), word(ctx, "progress.gone"), word(ctx, "column.open")}}
	row := func(place string, t campaign.Tally) {
		cells := []string{place}
		for _, n := range []int64{t.Keep, t.Correct, t.Add, t.Remove, t.Disputed, t.Refused, t.Gone, t.On} {
			cells = append(cells, count(ctx, n))
		}
		block.Rows = append(block.Rows, cells)
	}
	for _, one := range tallies {
		row(placeName(ctx, places, one.Area), one)
	}
	row(word(ctx, "report.sum"), summed(tallies))
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
