package page

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/i18n"
	"rightkey/internal/verify/campaign"
	"rightkey/internal/web"
)

// campaign shows how far a campaign is, how wrong the register is by it, and what was found.
func (p *pages) campaign(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	query, err := web.Asked(r, "by")
	if err != nil {
		return err
	}
	scope, c, err := p.opened(r, access.CampaignRead)
	if err != nil {
		return err
	}
	places, err := p.Campaigns.Registry().Places(ctx, []int64{c.Area})
	if err != nil {
		return err
	}
	page := web.Page{Title: p.title(ctx, c, places), Wide: true, Crumbs: []web.Crumb{{Label: word(ctx, "nav"), Href: "/verification"}, {Label: word(ctx, "kind."+string(c.Kind))}}}
	page.Actions = []web.Action{{Label: word(ctx, "report.print"), Href: campaignPath(c.ID, "/report")}}
	if p.May(r, access.CampaignRun, c.Area) && c.State == campaign.Running {
		page.Actions = append(page.Actions, web.Action{Label: word(ctx, "close"), Icon: "check", Href: campaignPath(c.ID, "/close"), Post: true, Hidden: []web.Pair{{Name: "ver", Value: strconv.FormatInt(c.Ver, 10)}}})
	}
	var parts []templ.Component
	for _, part := range []func(context.Context, access.Scope, campaign.Campaign) (templ.Component, error){
		p.found, p.workload, p.bounds,
		func(ctx context.Context, scope access.Scope, c campaign.Campaign) (templ.Component, error) {
			return p.errors(ctx, scope, c, campaign.Dimension(query.Get("by")))
		},
		p.sure, p.drawn,
	} {
		view, err := part(ctx, scope, c)
		if err != nil {
			return err
		}
		if view != nil {
			parts = append(parts, view)
		}
	}
	return p.Show(w, r, http.StatusOK, page, parts...)
}

// found counts the households by what was found, each a door to its list.
func (p *pages) found(ctx context.Context, scope access.Scope, c campaign.Campaign) (templ.Component, error) {
	var stats []web.Stat
	add := func(label, query string, f campaign.Filter, tone web.Tone) error {
		n, err := p.Campaigns.Count(ctx, scope, c, f)
		stat := web.Stat{Label: label, Value: count(ctx, n), Href: campaignPath(c.ID, "/households", query)}
		if n > 0 {
			stat.Tone = tone
		}
		stats = append(stats, stat)
		return err
	}
	if err := add(word(ctx, "stat.all"), "", campaign.Filter{}, ""); err != nil {
		return nil, err
	}
	for _, state := range campaign.Progresses {
		tone := web.Tone("")
		if state == campaign.Disputed {
			tone = web.ToneBad
		}
		if err := add(word(ctx, "progress."+string(state)), "?state="+string(state), campaign.Filter{State: state}, tone); err != nil {
			return nil, err
		}
	}
	for _, result := range campaign.Results {
		if err := add(word(ctx, "result."+string(result)), "?result="+string(result), campaign.Filter{Result: result}, resultTones[result]); err != nil {
			return nil, err
		}
	}
	if err := add(word(ctx, "stat.appeals"), "?appeal=raised", campaign.Filter{Appealed: true}, web.ToneWarn); err != nil {
		return nil, err
	}
	return web.Box(word(ctx, "found"), web.Tiles(stats...)), nil
}

// workload is what each team has to do.
func (p *pages) workload(ctx context.Context, scope access.Scope, c campaign.Campaign) (templ.Component, error) {
	loads, err := p.Campaigns.Workload(ctx, scope, c)
	if err != nil {
		return nil, err
	}
	teams, err := p.Campaigns.Teams(ctx, c)
	if err != nil {
		return nil, err
	}
	var keys []int64
	for _, team := range teams {
		keys = append(keys, team.Base)
	}
	places, err := p.Campaigns.Registry().Places(ctx, keys)
	if err != nil {
		return nil, err
	}
	table := web.Table{Caption: word(ctx, "workload"), Columns: []web.Column{{Label: word(ctx, "column.team")}, {Label: word(ctx, "column.members")}, {Label: word(ctx, "column.base")}, {Label: word(ctx, "column.households"), Number: true},
		{Label: word(ctx, "column.open"), Number: true}, {Label: word(ctx, "column.seen"), Number: true}, {Label: word(ctx, "column.lost"), Number: true}}}
	for _, team := range teams {
		var load campaign.Load
		for _, one := range loads {
			if one.Team == team.Number {
				load = one
			}
		}
		names := ""
		for i, one := range team.Members {
			if i > 0 {
				names += " · "
			}
			names += p.AccountName(ctx, one.Account)
		}
		base := web.Cell{Text: word(ctx, "no_base")}
		if team.Base != 0 {
			base.Text = placeName(ctx, places, team.Base)
		}
		table.Rows = append(table.Rows, web.Row{Href: campaignPath(c.ID, "/households?team=", strconv.FormatInt(team.Number, 10)), Cells: []web.Cell{web.Text(word(ctx, "team", "n", team.Number)), web.Text(names), base,
			web.Text(count(ctx, load.Households)), web.Text(count(ctx, load.Open)), web.Text(count(ctx, load.Seen)), web.Text(count(ctx, load.Not))}})
	}
	return web.Box(word(ctx, "workload"), table), nil
}

// bounds is what a closing audit proves.
func (p *pages) bounds(ctx context.Context, scope access.Scope, c campaign.Campaign) (templ.Component, error) {
	if c.Kind != campaign.Audit {
		return nil, nil
	}
	bounds, err := p.Campaigns.Bounds(ctx, scope, c)
	if err != nil {
		return nil, err
	}
	var lines []templ.Component
	for _, b := range bounds {
		notice := web.Notice{Tone: web.ToneWarn, Text: word(ctx, "bound.not", "standing", word(ctx, "standing."+string(b.Standing)), "bound", percent(ctx, b.AtMost), "limit", percent(ctx, b.Limit),
			"found", b.Found, "unseen", b.Unseen, "n", b.Sampled, "frame", b.Frame, "needed", b.Needed)}
		if b.Under {
			notice = web.Notice{Tone: web.ToneGood, Text: word(ctx, "bound.under", "standing", word(ctx, "standing."+string(b.Standing)), "bound", percent(ctx, b.AtMost), "limit", percent(ctx, b.Limit),
				"found", b.Found, "unseen", b.Unseen, "n", b.Sampled, "frame", b.Frame)}
		}
		lines = append(lines, notice)
	}
	return web.Box(word(ctx, "bound.title"), lines...), nil
}

// errors are the estimated shares of errors by a dimension, with the doors to the others.
func (p *pages) errors(ctx context.Context, scope access.Scope, c campaign.Campaign, by campaign.Dimension) (templ.Component, error) {
	if by == "" {
		by = campaign.ByArea
	}
	whole, err := p.Campaigns.Errors(ctx, scope, c, campaign.Whole)
	if err != nil {
		return nil, err
	}
	if len(whole) == 0 {
		return web.Box(word(ctx, "measured"), web.Empty{Icon: "check", Title: word(ctx, "unmeasured"), Text: word(ctx, "unmeasured_campaign")}), nil
	}
	list, err := p.Campaigns.Errors(ctx, scope, c, by)
	if err != nil {
		return nil, err
	}
	name, err := p.namer(ctx, by, list)
	if err != nil {
		return nil, err
	}
	table := web.Table{Caption: word(ctx, "by."+string(by)), ShowCaption: true, Columns: []web.Column{{Label: word(ctx, "by."+string(by))}, {Label: word(ctx, "column.standing")}, {Label: word(ctx, "column.error"), Number: true},
		{Label: word(ctx, "column.interval"), Number: true}, {Label: word(ctx, "column.clear"), Number: true}, {Label: word(ctx, "column.found"), Number: true}, {Label: word(ctx, "column.judged"), Number: true}}}
	for _, e := range list {
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{web.Text(name(e.Value)), web.Text(word(ctx, "standing."+string(e.Standing))), web.Text(percent(ctx, e.Share.Value)), web.Text(between(ctx, e.Share)),
			web.Text(percent(ctx, e.Clear.Value)), web.Text(count(ctx, int64(e.Found))), web.Text(count(ctx, int64(e.Seen)))}})
	}
	var doors []web.Action
	for _, one := range campaign.Dimensions {
		doors = append(doors, web.Action{Label: word(ctx, "by."+string(one)), Href: campaignPath(c.ID, "?by=", string(one))})
	}
	parts := []templ.Component{tiles(ctx, whole)}
	strata, err := p.Campaigns.Strata(ctx, c)
	if err != nil {
		return nil, err
	}
	if rate, known := campaign.Comprehensive(strata, whole); known {
		parts = append(parts, web.Note(word(ctx, "comprehensive", "rate", i18n.Percent(web.Lang(ctx), rate.Value, 2), "interval", between(ctx, rate))))
	}
	return web.Box(word(ctx, "measured"), append(parts, web.Note(word(ctx, "lot_only")), web.Actions(doors), table)...), nil
}

// namer says the values of a dimension in words.
func (p *pages) namer(ctx context.Context, by campaign.Dimension, list []campaign.Error) (func(string) string, error) {
	places := map[int64]area.Area{}
	if by == campaign.ByArea {
		var keys []int64
		for _, e := range list {
			if key, err := strconv.ParseInt(e.Value, 10, 64); err == nil {
				keys = append(keys, key)
			}
		}
		var err error
		if places, err = p.Campaigns.Registry().Places(ctx, keys); err != nil {
			return nil, err
		}
	}
	return func(value string) string {
		n, _ := strconv.ParseInt(value, 10, 64)
		switch {
		case value == "" || value == "0":
			return web.T(ctx, "common.unknown")
		case by == campaign.ByArea:
			return placeName(ctx, places, n)
		case by == campaign.ByRecorder:
			return p.AccountName(ctx, n)
		case by == campaign.ByTeam:
			return word(ctx, "team", "n", n)
		case by == campaign.BySource:
			return word(ctx, "source."+value)
		}
		return value
	}, nil
}

// sure shows how independent the visits are and how well two teams agree.
func (p *pages) sure(ctx context.Context, scope access.Scope, c campaign.Campaign) (templ.Component, error) {
	in, err := p.Campaigns.Independence(ctx, scope, c)
	if err != nil || in.Visits == 0 {
		return nil, err
	}
	agreed, err := p.Campaigns.Agreement(ctx, scope, c)
	if err != nil {
		return nil, err
	}
	of := func(n int64) string { return web.T(ctx, "common.of", "n", n, "total", in.Visits) }
	kappa := web.Stat{Label: word(ctx, "sure.kappa"), Value: "–", Note: word(ctx, "sure.kappa_note", "n", agreed.Pairs, "agreed", agreed.Agreed)}
	if agreed.Known {
		kappa.Value = i18n.Decimal(web.Lang(ctx), agreed.Kappa, 2)
	}
	return web.Box(word(ctx, "sure.title"), web.Tiles(web.Stat{Label: word(ctx, "sure.place"), Value: of(in.Place)}, web.Stat{Label: word(ctx, "sure.hand"), Value: of(in.Hand)}, web.Stat{Label: word(ctx, "sure.unaware"), Value: of(in.Unaware)}, kappa)), nil
}

// drawn says how the households were chosen, so that anybody can choose them again.
func (p *pages) drawn(ctx context.Context, _ access.Scope, c campaign.Campaign) (templ.Component, error) {
	strata, err := p.Campaigns.Strata(ctx, c)
	if err != nil {
		return nil, err
	}
	var households int64
	for _, one := range strata {
		households += one.Households
	}
	return web.Box(word(ctx, "drawn.title"), web.Facts{Items: []web.Fact{
		{Label: word(ctx, "column.method"), Value: word(ctx, "method."+string(c.Method))}, {Label: word(ctx, "drawn.frame"), Value: count(ctx, households)},
		{Label: word(ctx, "drawn.seed"), Value: strconv.FormatUint(c.Seed, 10)}, {Label: word(ctx, "drawn.hash"), Value: c.Frame},
		{Label: word(ctx, "column.due"), Value: day(ctx, c.Due)}, {Label: word(ctx, "drawn.by"), Value: p.AccountName(ctx, c.Account)}}}), nil
}

func (p *pages) end(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	scope, c, err := p.opened(r, access.CampaignRun)
	if err != nil {
		return err
	}
	ver, err := web.Version(r)
	if err != nil {
		return err
	}
	if _, err := p.Campaigns.Close(r.Context(), scope, c.ID, ver); err != nil {
		return err
	}
	return web.See(w, r, campaignPath(c.ID))
}
