package page

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/registry/overview"
	"rightkey/internal/verify/campaign"
	"rightkey/internal/web"
)

// centreRows is how many campaigns the centre lists.
const centreRows = 30

// centre shows how wrong the register is by the newest campaign of an area, what waits, and all campaigns.
func (p *pages) centre(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	query, err := web.Asked(r, "area")
	if err != nil {
		return err
	}
	scope, err := p.Scope(r, access.Statistics)
	if err != nil {
		return err
	}
	way, err := p.Campaigns.Registry().Areas().Around(ctx, scope, query.Get("area"))
	if err != nil {
		return err
	}
	at := int64(0)
	if len(way) > 0 {
		at = way[len(way)-1].Key
	}
	list, err := p.Campaigns.List(ctx, scope, at, 0, centreRows)
	if err != nil {
		return err
	}
	page := web.Page{Title: word(ctx, "centre"), Wide: true, Crumbs: crumbs(ctx, scope, way)}
	if _, err := p.Scope(r, access.CampaignRun); err == nil {
		page.Actions = []web.Action{{Label: word(ctx, "new"), Icon: "plus", Href: "/campaigns/new", Style: web.StylePrimary}}
	}
	onMap := url.Values{"measure": {string(overview.Inclusion)}}
	if code := query.Get("area"); code != "" {
		onMap.Set("area", code)
	}
	page.Actions = append(page.Actions, web.Action{Label: word(ctx, "on_map"), Icon: "home", Href: web.Address("/", onMap)},
		web.Action{Label: web.T(ctx, "demonstration.title"), Icon: "info", Href: "/verification/demonstration"})
	var parts []templ.Component
	measured, err := p.measured(ctx, scope, list)
	if err != nil {
		return err
	}
	parts = append(parts, measured...)
	table, err := p.campaigns(ctx, scope, list)
	if err != nil {
		return err
	}
	parts = append(parts, web.Box(word(ctx, "campaigns"), table))
	backlog, err := p.backlog(ctx, scope.Caller(), at, query.Get("area"))
	if err != nil {
		return err
	}
	if backlog != nil {
		parts = append(parts, backlog)
	}
	for _, waiting := range p.Waiting {
		part, err := waiting(ctx, scope.Caller(), at, query.Get("area"))
		if err != nil {
			return err
		}
		if part != nil {
			parts = append(parts, part)
		}
	}
	return p.Show(w, r, http.StatusOK, page, parts...)
}

func crumbs(ctx context.Context, scope access.Scope, way []area.Area) []web.Crumb {
	list := []web.Crumb{{Label: word(ctx, "nav"), Href: "/verification"}}
	for _, a := range way {
		if scope.Holds(a.Key) {
			list = append(list, web.Crumb{Label: a.Label(web.Lang(ctx)), Href: "/verification?area=" + a.Code})
		}
	}
	return list
}

// campaigns lists campaigns with how far they are.
func (p *pages) campaigns(ctx context.Context, scope access.Scope, list []campaign.Campaign) (web.Table, error) {
	keys := make([]int64, len(list))
	for i, c := range list {
		keys[i] = c.Area
	}
	places, err := p.Campaigns.Registry().Places(ctx, keys)
	table := web.Table{Caption: word(ctx, "campaigns"), Columns: []web.Column{{Label: word(ctx, "column.campaign")}, {Label: word(ctx, "column.kind")}, {Label: word(ctx, "column.method")}, {Label: word(ctx, "column.due"), Short: true}, {Label: word(ctx, "column.state")}},
		Empty: web.Empty{Icon: "check", Title: word(ctx, "none"), Text: word(ctx, "none_text")}}
	reads := access.May(scope.Caller(), access.CampaignRead)
	for _, c := range list {
		row := web.Row{Cells: []web.Cell{web.Text(p.title(ctx, c, places)), web.Text(word(ctx, "kind."+string(c.Kind))), web.Text(word(ctx, "method."+string(c.Method))), web.Text(day(ctx, c.Due)), {View: stateBadge(ctx, c.State)}}}
		if reads {
			row.Href = campaignPath(c.ID)
		}
		table.Rows = append(table.Rows, row)
	}
	return table, err
}

func stateBadge(ctx context.Context, state campaign.State) web.Badge {
	tones := map[campaign.State]web.Tone{campaign.Preparing: web.ToneWarn, campaign.Running: web.ToneInfo, campaign.Closed: web.ToneGood}
	return web.Badge{Tone: tones[state], Text: word(ctx, "state."+string(state))}
}

// measured are the errors by the newest campaign that tells any.
func (p *pages) measured(ctx context.Context, scope access.Scope, list []campaign.Campaign) ([]templ.Component, error) {
	for _, c := range list {
		whole, err := p.Campaigns.Errors(ctx, scope, c, campaign.Whole)
		if err != nil {
			return nil, err
		}
		if len(whole) == 0 {
			continue
		}
		places, err := p.Campaigns.Registry().Places(ctx, []int64{c.Area})
		if err != nil {
			return nil, err
		}
		below, err := p.below(ctx, scope, c)
		if err != nil {
			return nil, err
		}
		source := web.Note(word(ctx, "measured_by", "campaign", p.title(ctx, c, places)))
		return []templ.Component{web.Box(word(ctx, "measured"), append([]templ.Component{tiles(ctx, whole), source}, below...)...)}, nil
	}
	return []templ.Component{web.Empty{Icon: "check", Title: word(ctx, "unmeasured"), Text: word(ctx, "unmeasured_text")}}, nil
}

// tiles are the shares of errors of the whole.
func tiles(ctx context.Context, whole []campaign.Error) templ.Component {
	var stats []web.Stat
	for _, e := range whole {
		stats = append(stats, web.Stat{Label: word(ctx, "error."+string(e.Standing)), Value: percent(ctx, e.Share.Value), Interval: between(ctx, e.Share),
			Note: word(ctx, "seen", "found", e.Found, "n", e.Seen)})
	}
	return web.Tiles(stats...)
}

// below are the errors by the areas below that of a campaign: bars with whiskers, and the figures.
func (p *pages) below(ctx context.Context, scope access.Scope, c campaign.Campaign) ([]templ.Component, error) {
	found, err := p.Campaigns.Errors(ctx, scope, c, campaign.ByArea)
	if err != nil {
		return nil, err
	}
	var keys []int64
	for _, e := range found {
		key, err := strconv.ParseInt(e.Value, 10, 64)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	places, err := p.Campaigns.Registry().Places(ctx, keys)
	if err != nil {
		return nil, err
	}
	var parts []templ.Component
	for _, standing := range campaign.Standings {
		bars := web.Bars{Caption: word(ctx, "error."+string(standing)), Unit: "%"}
		for i, e := range found {
			if e.Standing == standing {
				bars.Items = append(bars.Items, web.Bar{Label: placeName(ctx, places, keys[i]), Value: 100 * e.Share.Value, Low: 100 * e.Low, High: 100 * e.High, Text: percent(ctx, e.Share.Value),
					Interval: between(ctx, e.Share), Href: "/verification?area=" + places[keys[i]].Code})
			}
		}
		if len(bars.Items) > 0 {
			parts = append(parts, bars)
		}
	}
	return []templ.Component{web.Side(parts...)}, nil
}
