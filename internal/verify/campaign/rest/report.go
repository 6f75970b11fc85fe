package rest

import (
	"context"

	"rightkey/internal/rest"
	"rightkey/internal/verify/campaign"
)

// CampaignTally is what a campaign found in a village.
type CampaignTally struct {
	Area     string `json:"area" doc:"Official code of the village in which the households lived when they were drawn."`
	Keep     int64  `json:"keep"`
	Correct  int64  `json:"correct"`
	Add      int64  `json:"add"`
	Remove   int64  `json:"remove"`
	Disputed int64  `json:"disputed" doc:"Judged differently by two teams."`
	Refused  int64  `json:"refused"`
	Gone     int64  `json:"gone"`
	Open     int64  `json:"open" doc:"To be visited yet."`
}

func (rooms Rooms) report(ctx context.Context, in *campaignInput) (*rest.Listed[CampaignTally], error) {
	scope := rest.Scope(ctx)
	c, err := rooms.Campaigns.Get(ctx, scope, in.ID)
	if err != nil {
		return nil, err
	}
	found, err := rooms.Campaigns.Tallies(ctx, scope, c)
	if err != nil {
		return nil, err
	}
	keys := make([]int64, len(found))
	for i, one := range found {
		keys[i] = one.Area
	}
	places, err := rooms.Campaigns.Registry().Places(ctx, keys)
	if err != nil {
		return nil, err
	}
	items, err := rest.Each(func(t campaign.Tally) CampaignTally {
		return CampaignTally{places[t.Area].Code, t.Keep, t.Correct, t.Add, t.Remove, t.Disputed, t.Refused, t.Gone, t.On}
	})(found)
	if err != nil {
		return nil, err
	}
	return rest.List(ctx, items, nil)
}
