package rest

import (
	"context"

	"rightkey/internal/access"
	"rightkey/internal/identify"
	"rightkey/internal/rest"
)

// Turn is how many households one run judged so and the other so.
type Turn struct {
	Before string `json:"before" enum:"poor,not_poor,unknown" doc:"Verdict of the run named by against."`
	After  string `json:"after" enum:"poor,not_poor,unknown" doc:"Verdict of this run."`
	Heads
}

// comparing says which runs are held against each other.
type comparing struct {
	ID      int64  `path:"id"`
	Against int64  `query:"against" required:"true" minimum:"1" doc:"The run against which this one is held."`
	Area    string `query:"area" maxLength:"40" doc:"Official code; everything in your areas if absent."`
}

// Comparison is a run held against another.
type Comparison struct {
	Turns []Turn `json:"turns" nullable:"false"`
}

func (rooms Rooms) compare(ctx context.Context, in *comparing) (*struct{ Body Comparison }, error) {
	scope := rest.Scope(ctx)
	for _, id := range []int64{in.ID, in.Against} {
		if _, err := rooms.Identify.GetRun(ctx, scope, id); err != nil {
			return nil, err
		}
	}
	key, err := rooms.areaOf(ctx, scope, in.Area)
	if err != nil {
		return nil, err
	}
	turns, err := rooms.Identify.Compare(ctx, scope, identify.Selection{Run: in.ID, Against: in.Against, Area: key})
	if err != nil {
		return nil, err
	}
	body := Comparison{Turns: make([]Turn, len(turns))}
	for i, t := range turns {
		body.Turns[i] = Turn{Before: string(t.Before), After: string(t.After), Heads: Heads(t.Heads)}
	}
	return &struct{ Body Comparison }{body}, nil
}

// compared are assessments, each with what another run said of the household (0 for none).
func (rooms Rooms) compared(ctx context.Context, scope access.Scope, against int64, page []identify.Stored) ([]Assessment, error) {
	items, err := rooms.assessmentsOf(ctx, page)
	if err != nil || against == 0 {
		return items, err
	}
	others, err := rooms.Identify.Beside(ctx, scope, against, page)
	if err != nil {
		return nil, err
	}
	beside := make([]identify.Stored, len(page))
	for i, a := range page {
		beside[i] = others[a.Household]
	}
	said, err := rooms.assessmentsOf(ctx, beside)
	if err != nil {
		return nil, err
	}
	for i := range items {
		items[i].Other = &said[i]
	}
	return items, nil
}
