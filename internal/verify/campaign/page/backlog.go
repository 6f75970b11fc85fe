package page

import (
	"cmp"
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

// Work is a kind of work that waits for officials: how much of it in an area (0 for all of the caller's), by whom or
// where, and the address of the list that this counts, which takes an area's code and an account ("nobody" for work that
// nobody has yet) as "area" and "owner". It is empty for who may not see it.
type Work struct {
	Kind  string // campaign.backlog.KIND is its name
	Path  string
	Query url.Values
	Count func(ctx context.Context, c access.Caller, area int64, by office.BacklogBy) ([]office.Backlog, error)
}

// visitWork are the kinds of work of campaigns.
func (p *pages) visitWork() []Work {
	var kinds []Work
	for _, turn := range campaign.Turns {
		kinds = append(kinds, Work{Kind: string(turn), Path: "/verification/visits", Query: url.Values{"turn": {string(turn)}},
			Count: func(ctx context.Context, c access.Caller, area int64, by office.BacklogBy) ([]office.Backlog, error) {
				scope, err := access.Decide(c, access.CampaignRead)
				if err != nil {
					return nil, nil //nolint:nilerr // who reads no campaigns is shown no visits
				}
				return p.Campaigns.Backlog(ctx, scope, area, turn, by)
			}})
	}
	return kinds
}

// backlog is what waits in an area with this code, by official and by area below; nil where nothing does.
func (p *pages) backlog(ctx context.Context, c access.Caller, at int64, code string) (templ.Component, error) {
	kinds := slices.Concat(p.Works, p.visitWork())
	var tables []templ.Component
	for _, by := range []office.BacklogBy{office.BacklogByAccount, office.BacklogByArea} {
		rows := map[int64][]office.Backlog{}
		for i, kind := range kinds {
			counts, err := kind.Count(ctx, c, at, by)
			if err != nil {
				return nil, err
			}
			for _, one := range counts {
				if rows[one.Key] == nil {
					rows[one.Key] = make([]office.Backlog, len(kinds))
				}
				rows[one.Key][i] = one
			}
		}
		if len(rows) == 0 {
			return nil, nil
		}
		table, err := p.backlogTable(ctx, c.Today, by, kinds, rows, code)
		if err != nil {
			return nil, err
		}
		tables = append(tables, table)
	}
	return web.Box(word(ctx, "backlog.title"), append(tables, web.Note(word(ctx, "backlog.text", "n", soon)))...), nil
}

func (p *pages) backlogTable(ctx context.Context, today clock.Day, by office.BacklogBy, kinds []Work, rows map[int64][]office.Backlog, code string) (web.Table, error) {
	var keys []int64
	for key := range rows {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b int64) int { return cmp.Or(cmp.Compare(first(rows[a]), first(rows[b])), cmp.Compare(a, b)) })
	t := web.Table{Caption: word(ctx, "backlog.by_"+string(by)), ShowCaption: true, Columns: []web.Column{{Label: word(ctx, "backlog."+string(by))}}}
	for _, kind := range kinds {
		t.Columns = append(t.Columns, web.Column{Label: word(ctx, "backlog."+kind.Kind), Number: true})
	}
	places, err := p.Campaigns.Registry().Places(ctx, keys)
	if err != nil {
		return t, err
	}
	for _, key := range keys {
		query, label := url.Values{}, placeName(ctx, places, key)
		switch {
		case by == office.BacklogByArea:
			query.Set("area", places[key].Code)
		case key == 0:
			query.Set("owner", "nobody")
			label = word(ctx, "backlog.nobody")
		default:
			query.Set("owner", strconv.FormatInt(key, 10))
			label = p.AccountName(ctx, key)
		}
		if by == office.BacklogByAccount && code != "" {
			query.Set("area", code)
		}
		row := web.Row{Cells: []web.Cell{web.Text(label)}}
		for i, kind := range kinds {
			row.Cells = append(row.Cells, waits(ctx, rows[key][i], today, kind, query))
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// first is the earliest date of a row.
func first(row []office.Backlog) clock.Day {
	earliest := clock.Day(1 << 30)
	for _, one := range row {
		if one.Open > 0 {
			earliest = min(earliest, one.First)
		}
	}
	return earliest
}

// soon is within how many days a date is near.
const soon = 7

// waits is how much of a kind waits, as a door to its list, with the earliest date: red once it is over, amber when near.
func waits(ctx context.Context, b office.Backlog, today clock.Day, kind Work, query url.Values) web.Cell {
	if b.Open == 0 {
		return web.Text("–")
	}
	list := url.Values{}
	for _, values := range []url.Values{kind.Query, query} {
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
	return web.Cell{Text: count(ctx, b.Open), Href: web.Address(kind.Path, list), View: due}
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
