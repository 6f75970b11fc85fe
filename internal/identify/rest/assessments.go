package rest

import (
	"context"
	"fmt"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/identify"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
)

// Assessment is a kept verdict on a household with all that it rests on.
type Assessment struct {
	ID        int64          `json:"id"`
	Household string         `json:"household" doc:"Number of the household."`
	Area      string         `json:"area" doc:"Official code of its area on the day of the run."`
	Run       int64          `json:"run,omitempty" doc:"Absent where a case had the household judged by itself."`
	Day       string         `json:"day" format:"date" doc:"Reference day."`
	At        string         `json:"at" format:"date-time"`
	Pack      string         `json:"pack"`
	Version   string         `json:"version"`
	Hash      string         `json:"hash" doc:"Of the pack."`
	Verdict   string         `json:"verdict" enum:"poor,not_poor,unknown"`
	Persons   int64          `json:"persons"`
	Line      *int64         `json:"line,omitempty" doc:"Minor units."`
	Welfare   *int64         `json:"welfare,omitempty" doc:"Minor units; absent if unknown or not for your eyes."`
	Currency  string         `json:"currency,omitempty"`
	Rule      string         `json:"rule,omitempty" doc:"Code."`
	LineCode  string         `json:"line_code,omitempty"`
	Inputs    map[string]any `json:"inputs,omitempty" doc:"What the welfare was computed from, amounts in major units."`
	Missing   []string       `json:"missing,omitempty" doc:"Codes of the inputs that would have to be asked."`
	Reason    i18n.Text      `json:"reason,omitempty" doc:"The verdict in words, by language."`
	Other     *Assessment    `json:"other,omitempty" doc:"What the run named by against said."`
}

func (rooms Rooms) assessmentsOf(ctx context.Context, list []identify.Stored) ([]Assessment, error) {
	keys := make([]int64, len(list))
	for i, a := range list {
		keys[i] = a.Area
	}
	places, err := rooms.places(ctx, keys...)
	if err != nil {
		return nil, err
	}
	items := make([]Assessment, len(list))
	for i, a := range list {
		items[i] = Assessment{ID: a.ID, Household: a.Number, Area: places[a.Area].Code, Run: a.Run, Day: a.Day.String(), At: a.At.String(), Pack: a.Pack, Version: a.Version, Hash: a.Hash,
			Verdict: string(a.Outcome), Persons: a.Persons, Line: a.Line, Welfare: a.Welfare, Rule: a.Basis.Rule, LineCode: a.Basis.Line, Inputs: a.Basis.Inputs, Missing: a.Basis.Missing, Reason: a.Reason}
		if pack, ok := rooms.Identify.Pack(a.Hash); ok {
			items[i].Currency = pack.Currency
		}
	}
	return items, nil
}

// newest is how many assessments of a household are answered.
const newest = 100

func (rooms Rooms) registerAssessments(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-assessments", Method: http.MethodGet, Path: "/assessments", Summary: "List the assessments of a household, newest first", Room: room, Verb: access.HouseholdRead,
		About: fmt.Sprintf("At most the newest %d. The reading is journalled.", newest)}, rooms.ofHousehold)
	rest.Register(api, rest.Operation{ID: "list-identification-run-assessments", Method: http.MethodGet, Path: "/identification-runs/{id}/assessments", Summary: "List the assessments of a run, by area", Room: room, Verb: access.HouseholdList,
		About: "The reading is journalled."}, rooms.ofRun)
}

func (rooms Rooms) ofHousehold(ctx context.Context, in *struct {
	Household string `query:"household" required:"true" maxLength:"40" doc:"Number of the household."`
}) (*rest.Listed[Assessment], error) {
	list, err := rooms.Identify.OfNumber(ctx, rest.Scope(ctx), in.Household, newest)
	if err != nil {
		return nil, err
	}
	items, err := rooms.assessmentsOf(ctx, list)
	if err != nil {
		return nil, err
	}
	return rest.List(ctx, items, nil)
}

// listing says which assessments of a run are listed.
type listing struct {
	rest.Paged
	ID      int64  `path:"id"`
	Area    string `query:"area" maxLength:"40" doc:"Official code; everything in your areas if absent."`
	Verdict string `query:"verdict" enum:"poor,not_poor,unknown" doc:"Only these; all if absent."`
	Against int64  `query:"against" minimum:"0" doc:"Another run: only households that it judged too, each with its assessment as other."`
	Before  string `query:"before" enum:"poor,not_poor,unknown" doc:"Only households that the other run judged so."`
}

func (rooms Rooms) ofRun(ctx context.Context, in *listing) (*rest.Listed[Assessment], error) {
	scope := rest.Scope(ctx)
	if _, err := rooms.Identify.GetRun(ctx, scope, in.ID); err != nil {
		return nil, err
	}
	key, err := rooms.areaOf(ctx, scope, in.Area)
	if err != nil {
		return nil, err
	}
	of := identify.Selection{Run: in.ID, Area: key, Outcome: identify.Outcome(in.Verdict), Against: in.Against, Before: identify.Outcome(in.Before)}
	if in.Against != 0 {
		if _, err := rooms.Identify.GetRun(ctx, scope, in.Against); err != nil {
			return nil, err
		}
	}
	read := func(after registry.Position, rows int) ([]identify.Stored, error) {
		return rooms.Identify.Browse(ctx, scope, of, after, rows)
	}
	at := func(a identify.Stored) registry.Position { return registry.Position{Area: a.Area, ID: a.ID} }
	show := func(page []identify.Stored) ([]Assessment, error) {
		return rooms.compared(ctx, scope, in.Against, page)
	}
	return rest.Listing(ctx, in.Paged, read, at, show)
}
