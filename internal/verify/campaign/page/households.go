package page

import (
	"net/http"
	"strconv"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/verify/campaign"
	"rightkey/internal/web"
)

// listRows is how many households a page of the list shows.
const listRows = 50

// asks reads which households are listed.
func asks(r *http.Request) (campaign.Filter, registry.Position, error) {
	var f campaign.Filter
	var after registry.Position
	query, err := web.Asked(r, "team", "state", "result", "appeal", "area", "after")
	if err != nil {
		return f, after, err
	}
	number := func(name string) int64 {
		n, bad := strconv.ParseInt(query.Get(name), 10, 64)
		if query.Get(name) != "" && (bad != nil || n < 0) {
			err = web.Unknown(r.Context(), name)
		}
		return n
	}
	f = campaign.Filter{Team: number("team"), State: campaign.Progress(query.Get("state")), Result: campaign.Result(query.Get("result")), Appealed: query.Get("appeal") == "raised"}
	after = registry.Position{Area: number("area"), ID: number("after")}
	if f.State != "" && progressTones[f.State] == "" && f.State != campaign.Gone {
		err = web.Unknown(r.Context(), "state")
	}
	if f.Result != "" && resultTones[f.Result] == "" {
		err = web.Unknown(r.Context(), "result")
	}
	return f, after, err
}

// households lists the households of a campaign.
func (p *pages) households(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, after, err := asks(r)
	if err != nil {
		return err
	}
	scope, c, err := p.opened(r, access.CampaignRead)
	if err != nil {
		return err
	}
	list, err := p.Campaigns.Browse(ctx, scope, c, f, after, listRows+1)
	if err != nil {
		return err
	}
	var pager web.Pager
	if len(list) > listRows {
		list = list[:listRows]
		next := r.URL.Query()
		next.Set("area", strconv.FormatInt(list[listRows-1].Area, 10))
		next.Set("after", strconv.FormatInt(list[listRows-1].Household, 10))
		pager.Next = web.Address(r.URL.Path, next)
	}
	if after.ID != 0 {
		pager.First = web.Address(r.URL.Path, r.URL.Query(), "area", "after")
	}
	keys := []int64{c.Area}
	for _, t := range list {
		keys = append(keys, t.Area)
	}
	places, err := p.Campaigns.Registry().Places(ctx, keys)
	if err != nil {
		return err
	}
	table := web.Table{Caption: word(ctx, "households"), Columns: []web.Column{{Label: word(ctx, "column.household")}, {Label: word(ctx, "column.head")}, {Label: word(ctx, "column.place")}, {Label: word(ctx, "column.standing")}, {Label: word(ctx, "column.team"), Number: true},
		{Label: word(ctx, "column.state")}, {Label: word(ctx, "column.result")}}, Empty: web.Empty{Icon: "check", Title: word(ctx, "no_household"), Text: word(ctx, "no_household_text")}}
	for _, t := range list {
		table.Rows = append(table.Rows, web.Row{Href: campaignPath(c.ID, "/households/", t.Number), Cells: []web.Cell{web.Text(t.Number), {Text: t.HeadName, Missing: t.HeadName == ""}, web.Text(placeName(ctx, places, t.Area)),
			web.Text(word(ctx, "standing."+string(t.Standing))), web.Text(count(ctx, t.Team)), {View: progressBadge(ctx, t.State)}, {View: resultBadge(ctx, t.Result())}}})
	}
	page := web.Page{Title: word(ctx, "households"), Wide: true, Crumbs: []web.Crumb{{Label: word(ctx, "nav"), Href: "/verification"}, {Label: p.title(ctx, c, places), Href: campaignPath(c.ID)}, {Label: word(ctx, "households")}}}
	return p.Show(w, r, http.StatusOK, page, table, pager)
}

// household shows what was found of a household and what can be done about it.
func (p *pages) household(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	scope, c, err := p.opened(r, access.CampaignRead)
	if err != nil {
		return err
	}
	t, made, err := p.Campaigns.Open(ctx, scope, c, r.PathValue("number"))
	if err != nil {
		return err
	}
	d, _, err := p.Campaigns.DesignOf(c)
	if err != nil {
		return err
	}
	places, err := p.Campaigns.Registry().Places(ctx, []int64{c.Area, t.Area})
	if err != nil {
		return err
	}
	facts := web.Facts{Items: []web.Fact{{Label: word(ctx, "column.household"), Value: t.Number, Href: "/households/" + t.Number}, {Label: word(ctx, "column.head"), Value: t.HeadName, Missing: t.HeadName == ""},
		{Label: word(ctx, "column.place"), Value: placeName(ctx, places, t.Area)}, {Label: word(ctx, "column.standing"), Value: word(ctx, "standing."+string(t.Standing))}, {Label: word(ctx, "column.state"), View: progressBadge(ctx, t.State)},
		{Label: word(ctx, "column.result"), View: resultBadge(ctx, t.Result()), Missing: t.Result() == ""}}}
	if t.Appeal != campaign.NoAppeal {
		facts.Items = append(facts.Items, web.Fact{Label: word(ctx, "appeal.title"), Value: word(ctx, "appeal."+string(t.Appeal)), Note: day(ctx, t.Appealed)})
	}
	if t.Case != 0 {
		facts.Items = append(facts.Items, web.Fact{Label: word(ctx, "case"), Value: strconv.FormatInt(t.Case, 10), Href: "/cases/" + strconv.FormatInt(t.Case, 10)})
	}
	if t.Landing != 0 {
		facts.Items = append(facts.Items, web.Fact{Label: word(ctx, "landing"), Value: day(ctx, t.Landing)})
	}
	visits := web.Table{Caption: word(ctx, "visits_made"), ShowCaption: true, Columns: []web.Column{{Label: word(ctx, "column.day"), Short: true}, {Label: word(ctx, "column.team"), Number: true}, {Label: word(ctx, "column.who")}, {Label: word(ctx, "column.outcome")}, {Label: word(ctx, "column.verdict")}},
		Empty: web.Empty{Icon: "home", Title: word(ctx, "unvisited"), Text: word(ctx, "unvisited_text")}}
	for _, m := range made {
		verdict := web.Cell{Missing: m.Verdict == campaign.Unsaid}
		if m.Verdict != campaign.Unsaid {
			verdict.Text = word(ctx, "verdict."+string(m.Verdict))
		}
		visits.Rows = append(visits.Rows, web.Row{Cells: []web.Cell{web.Text(day(ctx, m.Day)), web.Text(count(ctx, m.Team)), web.Text(p.AccountName(ctx, m.Account)), web.Text(word(ctx, "outcome."+string(m.Outcome))), verdict}})
	}
	page := web.Page{Title: word(ctx, "household", "number", t.Number), Crumbs: []web.Crumb{{Label: word(ctx, "nav"), Href: "/verification"}, {Label: p.title(ctx, c, places), Href: campaignPath(c.ID)},
		{Label: word(ctx, "households"), Href: campaignPath(c.ID, "/households")}, {Label: t.Number}}}
	return p.Show(w, r, http.StatusOK, page, web.Box(word(ctx, "found"), facts, web.Actions(p.acts(r, c, d, t))), visits)
}

// acts are what can be done about a household now.
func (p *pages) acts(r *http.Request, c campaign.Campaign, d *campaign.Design, t campaign.Task) []web.Action {
	ctx := r.Context()
	var list []web.Action
	add := func(act string, style web.ActionStyle) {
		list = append(list, web.Action{Label: word(ctx, "act."+act), Href: campaignPath(c.ID, "/households/", t.Number), Post: true, Style: style,
			Hidden: []web.Pair{{Name: "act", Value: act}, {Name: "ver", Value: strconv.FormatInt(t.Ver, 10)}}})
	}
	today := p.Campaigns.Registry().Now().Day(time.UTC)
	runs, running := p.May(r, access.CampaignRun, c.Area), c.State == campaign.Running
	if running && runs && t.State == campaign.Disputed {
		add("poor", web.StylePlain)
		add("not_poor", web.StylePlain)
	}
	if running && t.State == campaign.Done && t.Appeal == campaign.NoAppeal && today <= t.Until(d) {
		add("appeal", web.StylePlain)
	}
	if running && runs && t.Appeal == campaign.Raised {
		add("uphold", web.StylePlain)
		add("dismiss", web.StylePlain)
	}
	result := t.Result()
	follows := result == campaign.Remove && d.Remove != "" || result == campaign.Add && d.Add != ""
	if follows && t.Case == 0 && t.Appeal != campaign.Raised && today > t.Until(d) {
		add("propose", web.StylePrimary)
	}
	return list
}

// act does one of them.
func (p *pages) act(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := web.Form(r); err != nil {
		return err
	}
	ver, err := web.Version(r)
	if err != nil {
		return err
	}
	verb, act := access.CampaignRun, r.PostForm.Get("act")
	if act == "appeal" || act == "propose" {
		verb = access.CampaignRead
	}
	scope, c, err := p.opened(r, verb)
	if err != nil {
		return err
	}
	number := r.PathValue("number")
	switch act {
	case "poor", "not_poor":
		_, err = p.Campaigns.Settle(ctx, scope, c.ID, number, ver, campaign.Verdict(act))
	case "appeal":
		_, err = p.Campaigns.Appeal(ctx, scope, c.ID, number, ver)
	case "uphold", "dismiss":
		_, err = p.Campaigns.Hear(ctx, scope, c.ID, number, ver, act == "uphold")
	case "propose":
		_, err = p.Campaigns.Propose(ctx, scope, c.ID, number, ver)
	default:
		return fault.New(fault.Invalid, "%s", web.T(ctx, "error.invalid"))
	}
	if err != nil {
		return err
	}
	return web.See(w, r, campaignPath(c.ID, "/households/", number))
}
