package page

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/office"
	"rightkey/internal/verify/campaign"
	"rightkey/internal/web"
)

// Work is a kind of work that waits for officials, with the address of the list that its counts are doors to: it takes an
// area's code and an account ("nobody" for work that nobody has yet) as "area" and "owner".
type Work struct {
	office.Work // campaign.backlog.KIND is its name
	Path        string
	Query       url.Values
}

// works are the kinds of work of other capabilities and of campaigns.
func (p *pages) works() (works []Work, kinds []office.Work) {
	works = slices.Clone(p.Works)
	for _, visits := range p.Campaigns.Works() {
		works = append(works, Work{visits, "/verification/visits", url.Values{"turn": {visits.Kind}}})
	}
	for _, work := range works {
		kinds = append(kinds, work.Work)
	}
	return works, kinds
}

// backlog is what waits in an area with this code, by official and by area below; nil where nothing does.
func (p *pages) backlog(ctx context.Context, c access.Caller, at int64, code string) (templ.Component, error) {
	works, kinds := p.works()
	byAccount, byArea, err := office.Workload(ctx, c, kinds, at)
	if err != nil || len(byAccount) == 0 {
		return nil, err
	}
	owners := backlogTable(ctx, c.Today, "account", works, byAccount, func(key int64) (string, url.Values) {
		label, owner := word(ctx, "backlog.nobody"), "nobody"
		if key != 0 {
			label, owner = p.AccountName(ctx, key), strconv.FormatInt(key, 10)
		}
		query := url.Values{"owner": {owner}}
		if code != "" {
			query.Set("area", code)
		}
		return label, query
	})
	keys := make([]int64, len(byArea))
	for i, load := range byArea {
		keys[i] = load.Key
	}
	places, err := p.Campaigns.Registry().Places(ctx, keys)
	if err != nil {
		return nil, err
	}
	areas := backlogTable(ctx, c.Today, "area", works, byArea, func(key int64) (string, url.Values) {
		return placeName(ctx, places, key), url.Values{"area": {places[key].Code}}
	})
	return web.Box(word(ctx, "backlog.title"), owners, areas, web.Note(word(ctx, "backlog.text", "n", soon))), nil
}

// backlogTable shows loads by account or area; door gives a row's name and what its lists are narrowed by.
func backlogTable(ctx context.Context, today clock.Day, by string, works []Work, loads []office.Load, door func(key int64) (string, url.Values)) web.Table {
	t := web.Table{Caption: word(ctx, "backlog.by_"+by), ShowCaption: true, Columns: []web.Column{{Label: word(ctx, "backlog."+by)}}}
	for _, work := range works {
		t.Columns = append(t.Columns, web.Column{Label: word(ctx, "backlog."+work.Kind), Number: true})
	}
	for _, load := range loads {
		label, query := door(load.Key)
		row := web.Row{Cells: []web.Cell{web.Text(label)}}
		for i, work := range works {
			row.Cells = append(row.Cells, waits(ctx, load.Waits[i], today, work, query))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// soon is within how many days a date is near.
const soon = 7

// waits is how much of a kind of work waits, as a door to its list, with the earliest date: red once it is over, amber when near.
func waits(ctx context.Context, b office.Backlog, today clock.Day, work Work, query url.Values) web.Cell {
	if b.Open == 0 {
		return web.Text("–")
	}
	list := url.Values{}
	for _, values := range []url.Values{work.Query, query} {
		for name, value := range values {
			list[name] = value
		}
	}
	due := web.Badge{Tone: web.ToneNeutral, Text: day(ctx, b.First)}
	switch {
	case b.First < today:
		due.Tone, due.Hint = web.ToneBad, word(ctx, "backlog.late")
	case b.First <= today+soon:
		due.Tone, due.Hint = web.ToneWarn, word(ctx, "backlog.soon")
	}
	return web.Cell{Text: count(ctx, b.Open), Href: web.Address(work.Path, list), View: due}
}

// mostWaiting is how many visits the list of those that wait shows.
const mostWaiting = 200

// waiting lists the visits that wait in an area, of somebody or of all.
func (p *pages) waiting(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	query, err := web.Asked(r, "area", "owner", "turn")
	if err != nil {
		return err
	}
	scope, err := p.Scope(r, access.CampaignRead)
	if err != nil {
		return err
	}
	way, err := p.Campaigns.Registry().Areas().Around(ctx, scope, query.Get("area"))
	if err != nil {
		return err
	}
	waits := campaign.Waits{Turn: campaign.Turn(query.Get("turn"))}
	if len(way) > 0 {
		waits.Area = way[len(way)-1].Key
	}
	if waits.Turn != "" && !slices.Contains(campaign.Turns, waits.Turn) {
		return web.Unknown(ctx, "turn")
	}
	if owner := query.Get("owner"); owner != "" {
		if waits.Account, err = strconv.ParseInt(owner, 10, 64); err != nil || waits.Account <= 0 {
			return web.Unknown(ctx, "owner")
		}
	}
	list, err := p.Campaigns.Waiting(ctx, scope, waits, mostWaiting)
	if err != nil {
		return err
	}
	var keys []int64
	for _, v := range list {
		keys = append(keys, v.Area)
	}
	places, err := p.Campaigns.Registry().Places(ctx, keys)
	if err != nil {
		return err
	}
	table := web.Table{Caption: word(ctx, "backlog.visits"), Columns: []web.Column{{Label: word(ctx, "column.household"), Short: true}, {Label: word(ctx, "column.place")}, {Label: word(ctx, "column.team"), Number: true}, {Label: word(ctx, "column.due"), Short: true}},
		Empty: web.Empty{Icon: "check", Title: word(ctx, "all_visited"), Text: word(ctx, "all_visited_text")}}
	for _, v := range list {
		table.Rows = append(table.Rows, web.Row{Href: campaignPath(v.Campaign, "/households/", v.Number), Cells: []web.Cell{web.Text(v.Number), web.Text(placeName(ctx, places, v.Area)), web.Text(count(ctx, v.Team)), web.Text(day(ctx, v.Due))}})
	}
	page := web.Page{Title: word(ctx, "backlog.visits"), Wide: true, Crumbs: append(crumbs(ctx, scope, way), web.Crumb{Label: word(ctx, "backlog.visits")})}
	parts := []templ.Component{table}
	if len(list) == mostWaiting {
		parts = append(parts, web.Note(word(ctx, "backlog.most", "n", mostWaiting)))
	}
	return p.Show(w, r, http.StatusOK, page, parts...)
}
