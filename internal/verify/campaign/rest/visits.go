package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/rest"
	"rightkey/internal/verify/campaign"
)

func (rooms Rooms) route(ctx context.Context, in *campaignInput) (*rest.Listed[VisitTask], error) {
	_, list, err := rooms.Campaigns.Route(ctx, rest.Scope(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	keys := make([]int64, len(list))
	for i, t := range list {
		keys[i] = t.Area
	}
	places, err := rooms.Campaigns.Registry().Places(ctx, keys)
	if err != nil {
		return nil, err
	}
	items, err := rest.Each(func(t campaign.Task) VisitTask {
		return VisitTask{t.Number, t.HeadName, places[t.Area].Code, t.Persons}
	})(list)
	if err != nil {
		return nil, err
	}
	return rest.List(ctx, items, nil)
}

type visitInput struct {
	ID   int64 `path:"id"`
	Body struct {
		Household string            `json:"household" maxLength:"20" doc:"Number."`
		Day       string            `json:"day" format:"date"`
		Outcome   string            `json:"outcome" enum:"seen,absent,refused,gone"`
		Verdict   string            `json:"verdict,omitempty" enum:",poor,not_poor" doc:"Of who was seen."`
		Welfare   string            `json:"welfare,omitempty" maxLength:"20" doc:"Income a head and year in units of the pack's currency, as far as it could be seen."`
		Answers   map[string]string `json:"answers,omitempty" doc:"Of the design's items, by code."`
		Key       string            `json:"key" minLength:"1" maxLength:"80" doc:"Of your own; a visit with the key of an earlier one is that one."`
	}
}

func (rooms Rooms) record(ctx context.Context, in *visitInput) (*struct{}, error) {
	scope := rest.Scope(ctx)
	day, err := clock.ParseDay(in.Body.Day)
	if err != nil {
		return nil, fault.New(fault.Invalid, "this is no day").With(0, "day", "is no day")
	}
	_, err = rooms.Campaigns.RecordText(ctx, scope, in.ID, campaign.VisitText{Number: in.Body.Household, Day: day, Outcome: campaign.Outcome(in.Body.Outcome), Verdict: campaign.Verdict(in.Body.Verdict),
		Welfare: in.Body.Welfare, Answers: in.Body.Answers, Key: in.Body.Key, Way: campaign.ByAPI})
	return nil, err
}

// registerActs adds what is done about households after their visits.
func (rooms Rooms) registerActs(api *rest.API) {
	act := func(id, path, summary, about string, verb access.Verb, do func(ctx context.Context, in *actInput, ver int64) (campaign.Task, error)) {
		rest.Register(api, rest.Operation{ID: id, Method: http.MethodPost, Path: "/campaigns/{id}/households/{number}/" + path, Summary: summary, About: about, Room: room, Verb: verb},
			func(ctx context.Context, in *actInput) (*householdOutput, error) {
				ver, err := in.Version(ctx)
				if err != nil {
					return nil, err
				}
				t, err := do(ctx, in, ver)
				if err != nil {
					return nil, err
				}
				places, err := rooms.Campaigns.Registry().Places(ctx, []int64{t.Area})
				if err != nil {
					return nil, err
				}
				one := householdOf(ctx, t)
				one.Area = places[t.Area].Code
				return &householdOutput{rest.Tag(ctx, t.Ver), one}, nil
			})
	}
	act("settle-visit", "settlement", "Say what the village's meeting decided where two teams differ", "", access.CampaignRun, func(ctx context.Context, in *actInput, ver int64) (campaign.Task, error) {
		return rooms.Campaigns.Settle(ctx, rest.Scope(ctx), in.ID, in.Number, ver, campaign.Verdict(in.Body.Verdict))
	})
	act("appeal-visit", "appeal", "Note a household's objection to what was found", "Within the days of the campaign's design.", access.CampaignRead, func(ctx context.Context, in *actInput, ver int64) (campaign.Task, error) {
		return rooms.Campaigns.Appeal(ctx, rest.Scope(ctx), in.ID, in.Number, ver)
	})
	act("uphold-appeal", "uphold", "Uphold an objection: another visit is made", "", access.CampaignRun, func(ctx context.Context, in *actInput, ver int64) (campaign.Task, error) {
		return rooms.Campaigns.Hear(ctx, rest.Scope(ctx), in.ID, in.Number, ver, true)
	})
	act("dismiss-appeal", "dismiss", "Dismiss an objection", "", access.CampaignRun, func(ctx context.Context, in *actInput, ver int64) (campaign.Task, error) {
		return rooms.Campaigns.Hear(ctx, rest.Scope(ctx), in.ID, in.Number, ver, false)
	})
	act("propose-from-visit", "case", "Open the case that follows from what was found", "Nothing is removed or admitted by itself: the case goes through its whole procedure.", access.CampaignRead, func(ctx context.Context, in *actInput, ver int64) (campaign.Task, error) {
		return rooms.Campaigns.Propose(ctx, rest.Scope(ctx), in.ID, in.Number, ver)
	})
}

type actInput struct {
	rest.Conditional
	ID     int64  `path:"id"`
	Number string `path:"number" maxLength:"20" doc:"Of the household."`
	Body   struct {
		Verdict string `json:"verdict,omitempty" enum:",poor,not_poor" doc:"Of a settlement."`
	}
}

type householdOutput struct {
	rest.Tagged
	Body CampaignHousehold
}
