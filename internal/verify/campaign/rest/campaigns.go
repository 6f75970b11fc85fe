package rest

import (
	"context"
	"net/http"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/office"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
	"rightkey/internal/verify/campaign"
)

// Rooms is what the operations stand on.
type Rooms struct {
	Campaigns *campaign.Service
	// Works are the kinds of work of other capabilities that are counted beside visits.
	Works []office.Work
}

const room = "Verification"

// Campaign is one round of visits.
type Campaign struct {
	ID     int64  `json:"id"`
	Area   string `json:"area" doc:"Official code."`
	Design string `json:"design" doc:"Code in the policy pack."`
	Kind   string `json:"kind" enum:"look_back,revisit,audit"`
	Method string `json:"method" enum:"all,sample,plan"`
	State  string `json:"state" enum:"preparing,running,closed"`
	Starts string `json:"starts" format:"date"`
	Due    string `json:"due" format:"date"`
	Seed   string `json:"seed" doc:"With the frame it draws the same households again."`
	Frame  string `json:"frame" doc:"SHA-256 of the households from which was chosen."`
}

// CampaignError is an estimated share of errors.
type CampaignError struct {
	Value    string  `json:"value" doc:"Of the dimension: official code of an area, a person, an account, a version of a pack, a source."`
	Standing string  `json:"standing" enum:"registered,exited,others" doc:"Registered: who is not poor; the others: who is."`
	Share    float64 `json:"share"`
	Low      float64 `json:"low" doc:"Of the interval of 95 %."`
	High     float64 `json:"high"`
	Found    int     `json:"found"`
	Seen     int     `json:"seen"`
}

// CampaignBound is what a closing audit proves.
type CampaignBound struct {
	Standing string  `json:"standing"`
	Frame    int     `json:"frame"`
	Sampled  int     `json:"sampled"`
	Found    int     `json:"found" doc:"Errors, and households that nobody judged."`
	AtMost   float64 `json:"at_most" doc:"Exact one-sided bound of the share of errors at 95 %."`
	Limit    float64 `json:"limit"`
	Under    bool    `json:"under" doc:"The bound lies below the limit."`
}

// CampaignHousehold is a household of a campaign, for who may see what was found.
type CampaignHousehold struct {
	Household string `json:"household" doc:"Number."`
	Area      string `json:"area"`
	Team      int64  `json:"team"`
	Second    int64  `json:"second,omitempty" doc:"The team that goes there too."`
	State     string `json:"state" enum:"waiting,absent,again,disputed,refused,gone,done"`
	Verdict   string `json:"verdict" enum:",poor,not_poor"`
	Result    string `json:"result" enum:",keep,correct,add,remove"`
	Appeal    string `json:"appeal" enum:",raised,upheld,dismissed"`
	Case      int64  `json:"case,omitempty" doc:"That follows from it."`
	Landing   string `json:"landing,omitempty" format:"date" doc:"Until which a household that is to be removed keeps what it gets."`
	Tag       string `json:"etag" doc:"For If-Match."`
}

// VisitTask is a household that waits for the caller's team.
type VisitTask struct {
	Household string `json:"household"`
	Head      string `json:"head" doc:"Name."`
	Area      string `json:"area"`
	Persons   int64  `json:"persons"`
}

// Register adds the operations to the API.
func Register(api *rest.API, rooms Rooms) {
	rest.Register(api, rest.Operation{ID: "list-campaigns", Method: http.MethodGet, Path: "/campaigns", Summary: "List campaigns, newest first", Room: room, Verb: access.Statistics}, rooms.list)
	rest.Register(api, rest.Operation{ID: "plan-campaign", Method: http.MethodPost, Path: "/campaigns", Summary: "Plan a campaign and begin it", Room: room, Verb: access.CampaignRun, Status: http.StatusCreated,
		About: "Of a blind campaign the members of teams are evaluators."}, rooms.plan)
	rest.Register(api, rest.Operation{ID: "get-campaign", Method: http.MethodGet, Path: "/campaigns/{id}", Summary: "Read a campaign", Room: room, Verb: access.CampaignRead}, rooms.get)
	rest.Register(api, rest.Operation{ID: "close-campaign", Method: http.MethodPost, Path: "/campaigns/{id}/close", Summary: "End a campaign", Room: room, Verb: access.CampaignRun}, rooms.end)
	rest.Register(api, rest.Operation{ID: "get-campaign-errors", Method: http.MethodGet, Path: "/campaigns/{id}/errors", Summary: "How wrong the register is, with intervals", Room: room, Verb: access.CampaignRead}, rooms.errors)
	rest.Register(api, rest.Operation{ID: "get-campaign-bounds", Method: http.MethodGet, Path: "/campaigns/{id}/bounds", Summary: "What a closing audit proves", Room: room, Verb: access.CampaignRead}, rooms.bounds)
	rest.Register(api, rest.Operation{ID: "list-campaign-households", Method: http.MethodGet, Path: "/campaigns/{id}/households", Summary: "List the households of a campaign with what was found", Room: room, Verb: access.CampaignRead, About: "The reading is journalled."}, rooms.households)
	rest.Register(api, rest.Operation{ID: "list-visit-tasks", Method: http.MethodGet, Path: "/campaigns/{id}/visits", Summary: "List the households that wait for your team", Room: room, Verb: access.VisitRecord, About: "The reading is journalled."}, rooms.route)
	rest.Register(api, rest.Operation{ID: "record-visit", Method: http.MethodPost, Path: "/campaigns/{id}/visits", Summary: "Record a visit of your team", Room: room, Verb: access.VisitRecord, Status: http.StatusNoContent,
		About: "A visit with the key of an earlier one is that one: send it again when the network failed."}, rooms.record)
	rooms.registerActs(api)
	rooms.registerSheets(api)
	rooms.registerWorkload(api)
	rest.Register(api, rest.Operation{ID: "get-campaign-report", Method: http.MethodGet, Path: "/campaigns/{id}/report", Summary: "What a campaign found, by village", Room: room, Verb: access.CampaignRead}, rooms.report)
}

type campaignOutput struct {
	rest.Tagged
	Body Campaign
}

func (rooms Rooms) shown(ctx context.Context, c campaign.Campaign) (Campaign, error) {
	places, err := rooms.Campaigns.Registry().Places(ctx, []int64{c.Area})
	return Campaign{ID: c.ID, Area: places[c.Area].Code, Design: c.Design, Kind: string(c.Kind), Method: string(c.Method), State: string(c.State), Starts: c.Starts.String(), Due: c.Due.String(),
		Seed: strconv.FormatUint(c.Seed, 10), Frame: c.Frame}, err
}

func (rooms Rooms) answer(ctx context.Context, c campaign.Campaign) (*campaignOutput, error) {
	body, err := rooms.shown(ctx, c)
	return &campaignOutput{rest.Tag(ctx, c.Ver), body}, err
}

type listing struct {
	rest.Paged
	Area string `query:"area" maxLength:"40" doc:"Official code."`
}

func (rooms Rooms) list(ctx context.Context, in *listing) (*rest.Listed[Campaign], error) {
	scope := rest.Scope(ctx)
	at, err := rooms.at(ctx, in.Area)
	if err != nil {
		return nil, err
	}
	read := func(before int64, rows int) ([]campaign.Campaign, error) {
		return rooms.Campaigns.List(ctx, scope, at, before, rows)
	}
	return rest.Listing(ctx, in.Paged, read, func(c campaign.Campaign) int64 { return c.ID }, func(page []campaign.Campaign) ([]Campaign, error) {
		items := make([]Campaign, len(page))
		for i, c := range page {
			var err error
			if items[i], err = rooms.shown(ctx, c); err != nil {
				return nil, err
			}
		}
		return items, nil
	})
}

type planInput struct {
	Body struct {
		Area   string `json:"area" maxLength:"40" doc:"Official code."`
		Design string `json:"design" maxLength:"60"`
		Method string `json:"method" enum:"all,sample,plan"`
		Visits int    `json:"visits,omitempty" minimum:"0"`
		Seed   string `json:"seed,omitempty" maxLength:"20" doc:"A number; one is taken by chance if absent."`
		Due    string `json:"due,omitempty" format:"date"`
		Teams  []struct {
			Accounts []int64 `json:"accounts" maxItems:"20"`
			Base     string  `json:"base,omitempty" maxLength:"40" doc:"Official code of the area in which the team does not judge."`
		} `json:"teams" maxItems:"40"`
	}
}

func (rooms Rooms) plan(ctx context.Context, in *planInput) (*campaignOutput, error) {
	scope, areas := rest.Scope(ctx), rooms.Campaigns.Registry().Areas()
	at, err := areas.ByCode(ctx, scope, in.Body.Area)
	if err != nil {
		return nil, err
	}
	draft := campaign.Draft{Area: at.Key, Design: in.Body.Design, Method: campaign.Method(in.Body.Method), Visits: in.Body.Visits}
	if in.Body.Seed != "" {
		if draft.Seed, err = strconv.ParseUint(in.Body.Seed, 10, 64); err != nil {
			return nil, fault.New(fault.Invalid, "the seed is a number").With(0, "seed", "is no number")
		}
	}
	if in.Body.Due != "" {
		if draft.Due, err = clock.ParseDay(in.Body.Due); err != nil {
			return nil, fault.New(fault.Invalid, "this is no day").With(0, "due", "is no day")
		}
	}
	for _, one := range in.Body.Teams {
		team := campaign.Team{}
		for _, account := range one.Accounts {
			team.Members = append(team.Members, campaign.Official{Account: account})
		}
		if one.Base != "" {
			base, err := areas.ByCode(ctx, scope, one.Base)
			if err != nil {
				return nil, err
			}
			team.Base = base.Key
		}
		draft.Teams = append(draft.Teams, team)
	}
	c, err := rooms.Campaigns.Plan(ctx, scope, draft)
	if err != nil {
		return nil, err
	}
	return rooms.answer(ctx, c)
}

type campaignInput struct {
	ID int64 `path:"id"`
}

func (rooms Rooms) get(ctx context.Context, in *campaignInput) (*campaignOutput, error) {
	c, err := rooms.Campaigns.Get(ctx, rest.Scope(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return rooms.answer(ctx, c)
}

type endInput struct {
	rest.Conditional
	ID int64 `path:"id"`
}

func (rooms Rooms) end(ctx context.Context, in *endInput) (*campaignOutput, error) {
	ver, err := in.Version(ctx)
	if err != nil {
		return nil, err
	}
	c, err := rooms.Campaigns.Close(ctx, rest.Scope(ctx), in.ID, ver)
	if err != nil {
		return nil, err
	}
	return rooms.answer(ctx, c)
}

type errorsInput struct {
	ID int64  `path:"id"`
	By string `query:"by" enum:"whole,area,official,recorder,rule,source,team" default:"whole"`
}

func (rooms Rooms) errors(ctx context.Context, in *errorsInput) (*rest.Listed[CampaignError], error) {
	scope := rest.Scope(ctx)
	c, err := rooms.Campaigns.Get(ctx, scope, in.ID)
	if err != nil {
		return nil, err
	}
	found, err := rooms.Campaigns.Errors(ctx, scope, c, campaign.Dimension(in.By))
	if err != nil {
		return nil, err
	}
	items := make([]CampaignError, len(found))
	for i, e := range found {
		items[i] = CampaignError{e.Value, string(e.Standing), e.Share.Value, e.Low, e.High, e.Found, e.Seen}
		if in.By != string(campaign.ByArea) {
			continue
		}
		key, err := strconv.ParseInt(e.Value, 10, 64)
		if err != nil {
			return nil, err
		}
		places, err := rooms.Campaigns.Registry().Places(ctx, []int64{key})
		if err != nil {
			return nil, err
		}
		items[i].Value = places[key].Code
	}
	return rest.List(ctx, items, nil)
}

func (rooms Rooms) bounds(ctx context.Context, in *campaignInput) (*rest.Listed[CampaignBound], error) {
	scope := rest.Scope(ctx)
	c, err := rooms.Campaigns.Get(ctx, scope, in.ID)
	if err != nil {
		return nil, err
	}
	found, err := rooms.Campaigns.Bounds(ctx, scope, c)
	if err != nil {
		return nil, err
	}
	items, err := rest.Each(func(b campaign.Bound) CampaignBound {
		return CampaignBound{string(b.Standing), b.Frame, b.Sampled, b.Found, b.AtMost, b.Limit, b.Under}
	})(found)
	if err != nil {
		return nil, err
	}
	return rest.List(ctx, items, nil)
}

type householdsInput struct {
	rest.Paged
	ID     int64  `path:"id"`
	Team   int64  `query:"team" minimum:"0"`
	State  string `query:"state" enum:"waiting,absent,again,disputed,refused,gone,done"`
	Result string `query:"result" enum:"keep,correct,add,remove"`
}

func (rooms Rooms) households(ctx context.Context, in *householdsInput) (*rest.Listed[CampaignHousehold], error) {
	scope := rest.Scope(ctx)
	c, err := rooms.Campaigns.Get(ctx, scope, in.ID)
	if err != nil {
		return nil, err
	}
	f := campaign.Filter{Team: in.Team, State: campaign.Progress(in.State), Result: campaign.Result(in.Result)}
	read := func(after registry.Position, rows int) ([]campaign.Task, error) {
		return rooms.Campaigns.Browse(ctx, scope, c, f, after, rows)
	}
	at := func(t campaign.Task) registry.Position { return registry.Position{Area: t.Area, ID: t.Household} }
	return rest.Listing(ctx, in.Paged, read, at, func(page []campaign.Task) ([]CampaignHousehold, error) {
		keys := make([]int64, len(page))
		for i, t := range page {
			keys[i] = t.Area
		}
		places, err := rooms.Campaigns.Registry().Places(ctx, keys)
		items := make([]CampaignHousehold, len(page))
		for i, t := range page {
			items[i] = householdOf(ctx, t)
			items[i].Area = places[t.Area].Code
		}
		return items, err
	})
}

func householdOf(ctx context.Context, t campaign.Task) CampaignHousehold {
	one := CampaignHousehold{Household: t.Number, Team: t.Team, Second: t.Second, State: string(t.State), Verdict: string(t.Verdict), Result: string(t.Result()), Appeal: string(t.Appeal), Case: t.Case, Tag: rest.Tag(ctx, t.Ver).ETag}
	if t.Landing != 0 {
		one.Landing = t.Landing.String()
	}
	return one
}
