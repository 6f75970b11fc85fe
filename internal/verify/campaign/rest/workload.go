package rest

import (
	"context"
	"net/http"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/office"
	"rightkey/internal/rest"
)

// Waiting is how much of a kind of work waits.
type Waiting struct {
	Kind  string `json:"kind" enum:"leads,problems,first,another" doc:"Leads of cross-checks, problem data, first visits, visits that judge anew."`
	Open  int64  `json:"open"`
	First string `json:"first" format:"date" doc:"The earliest day by which some of it is due."`
}

// OfficialLoad is what waits for an official.
type OfficialLoad struct {
	Account int64     `json:"account,omitempty" doc:"Missing where nobody has the work yet."`
	Waiting []Waiting `json:"waiting"`
}

// AreaLoad is what waits in an area.
type AreaLoad struct {
	Area    string    `json:"area" doc:"Official code."`
	Waiting []Waiting `json:"waiting"`
}

// Workload is what waits, the most urgent first.
type Workload struct {
	Officials []OfficialLoad `json:"officials"`
	Areas     []AreaLoad     `json:"areas" doc:"Directly below the one asked for."`
}

func (rooms Rooms) registerWorkload(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "get-workload", Method: http.MethodGet, Path: "/verification/workload", Summary: "Count what waits, by official and by area", Room: room, Verb: access.Statistics,
		About: "Kinds of work whose records you may not read are left out. What waits for several officials is counted for each of them, and once for the area."}, rooms.workload)
}

type workloadInput struct {
	Area string `query:"area" maxLength:"40" doc:"Official code; all of your areas if missing."`
}

func (rooms Rooms) workload(ctx context.Context, in *workloadInput) (*struct{ Body Workload }, error) {
	at, err := rooms.at(ctx, in.Area)
	if err != nil {
		return nil, err
	}
	works := slices.Concat(rooms.Works, rooms.Campaigns.Works())
	byAccount, byArea, err := office.Workload(ctx, rest.Caller(ctx), works, at)
	if err != nil {
		return nil, err
	}
	keys := make([]int64, len(byArea))
	for i, load := range byArea {
		keys[i] = load.Key
	}
	places, err := rooms.Campaigns.Registry().Places(ctx, keys)
	if err != nil {
		return nil, err
	}
	body := Workload{make([]OfficialLoad, len(byAccount)), make([]AreaLoad, len(byArea))}
	for i, load := range byAccount {
		body.Officials[i] = OfficialLoad{load.Key, waitingOf(works, load)}
	}
	for i, load := range byArea {
		body.Areas[i] = AreaLoad{places[load.Key].Code, waitingOf(works, load)}
	}
	return &struct{ Body Workload }{body}, nil
}

// at is the key of an area in scope with a code, 0 without one.
func (rooms Rooms) at(ctx context.Context, code string) (int64, error) {
	if code == "" {
		return 0, nil
	}
	a, err := rooms.Campaigns.Registry().Areas().ByCode(ctx, rest.Scope(ctx), code)
	return a.Key, err
}

func waitingOf(works []office.Work, load office.Load) []Waiting {
	list := []Waiting{}
	for i, one := range load.Waits {
		if one.Open > 0 {
			list = append(list, Waiting{works[i].Kind, one.Open, one.First.String()})
		}
	}
	return list
}
