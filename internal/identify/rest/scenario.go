package rest

import (
	"context"
	"net/http"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/identify"
	"rightkey/internal/rest"
	"rightkey/poverty/targeting"
)

// Effect is what a scenario would do.
type Effect struct {
	Moved
	AsOf   string `json:"as_of" format:"date-time"`
	Ranked Heads  `json:"ranked" doc:"Households with welfare or points; the others are never selected."`
	Cost   int64  `json:"cost" doc:"Minor units a year."`
	Coverage
	Exclusion *Expected `json:"exclusion,omitempty" doc:"Share of the poor that is expected to be left out; absent without a model card."`
	Inclusion *Expected `json:"inclusion,omitempty" doc:"Share of those taken in that is expected not to be poor."`
	Areas     []Part    `json:"areas" nullable:"false"`
	Groups    []Part    `json:"groups" nullable:"false"`
	Tenths    []Moved   `json:"tenths" nullable:"false" doc:"By tenths of welfare or points, from the poorest."`
}

// Heads is how many households and persons.
type Heads struct {
	Households int64 `json:"households"`
	Persons    int64 `json:"persons"`
}

// Moved is who is poor before and after, who comes in and who goes out.
type Moved struct {
	Before Heads `json:"before"`
	After  Heads `json:"after"`
	In     Heads `json:"in"`
	Out    Heads `json:"out"`
}

// Part is an area, or the households with a value of a dimension.
type Part struct {
	Area      string `json:"area,omitempty" doc:"Official code."`
	Name      string `json:"name,omitempty" doc:"Of the area."`
	Dimension string `json:"dimension,omitempty"`
	Value     string `json:"value,omitempty" doc:"Absent where it is not known."`
	Moved
	Covered *Coverage `json:"covered,omitempty" doc:"Of an area."`
}

// Coverage is whom of the poor the register has now.
type Coverage struct {
	Unregistered Heads     `json:"unregistered" doc:"Poor by the latest assessment, without the status of a poor household."`
	Reached      *Expected `json:"reached,omitempty" doc:"Share of the truly poor that is expected to have the status; absent without a model card."`
}

func coverageOf(c identify.Coverage) Coverage {
	return Coverage{Heads(c.Unregistered), expectedOf(c.Reached)}
}

// Expected is an expected error with its 95 % interval.
type Expected struct {
	Estimate float64 `json:"estimate"`
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
}

// scenarioAsked is what a scenario asks for.
type scenarioAsked struct {
	Area    string   `query:"area" maxLength:"40" doc:"Official code; everything in your areas if absent."`
	Rule    string   `query:"rule" maxLength:"60" doc:"Code of a rule of the pack in use; its first if absent."`
	Change  string   `query:"change" required:"true" enum:"line,cutoff,points,households,share,budget" doc:"points: the cut-off of the pack, with the points that points gives."`
	Amount  int64    `query:"amount" minimum:"0" doc:"Minor units of a line or budget, points of a cut-off, a number of households, or per cent."`
	Benefit int64    `query:"benefit" minimum:"0" doc:"Minor units a year for a household."`
	Points  []string `query:"points,explode" maxItems:"500" example:"roof.0:7" doc:"Other points for an answer of the rule's scorecard, as question.place:points, the answer's place among the question's from 0; give it several times."`
}

func (rooms Rooms) registerScenario(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "simulate-identification", Method: http.MethodGet, Path: "/identification-runs/scenarios", Summary: "What another line, cut-off, points of answers, quota or budget would do", Room: room, Verb: access.AssessRun,
		About: "Counts from the latest assessments who would be poor, who comes in and who goes out. Nothing is written."}, rooms.simulate)
}

func (rooms Rooms) simulate(ctx context.Context, in *scenarioAsked) (*struct{ Body Effect }, error) {
	scope := rest.Scope(ctx)
	key, err := rooms.areaOf(ctx, scope, in.Area)
	if err != nil {
		return nil, err
	}
	of := identify.Scenario{Area: key, Rule: in.Rule, Change: identify.Change(in.Change), Amount: in.Amount, Benefit: in.Benefit}
	for _, written := range in.Points {
		answer, points, _ := strings.Cut(written, ":")
		weight, err := identify.ParseWeight(answer, points)
		if err != nil {
			return nil, err
		}
		of.Weights = append(of.Weights, weight)
	}
	e, err := rooms.Identify.Simulate(ctx, scope, of)
	if err != nil {
		return nil, err
	}
	body := Effect{Moved: movedOf(e.Moved), AsOf: e.AsOf.String(), Ranked: Heads(e.Ranked), Cost: e.Cost, Coverage: coverageOf(e.Coverage), Exclusion: expectedOf(e.Exclusion), Inclusion: expectedOf(e.Inclusion),
		Areas: []Part{}, Groups: []Part{}, Tenths: []Moved{}}
	for _, a := range e.Areas {
		covered := coverageOf(a.Coverage)
		body.Areas = append(body.Areas, Part{Area: a.Area.Code, Name: a.Area.Name, Moved: movedOf(a.Moved), Covered: &covered})
	}
	for _, g := range e.Groups {
		body.Groups = append(body.Groups, Part{Dimension: g.Dimension.Code, Value: g.Value, Moved: movedOf(g.Moved)})
	}
	for _, d := range e.Deciles {
		body.Tenths = append(body.Tenths, movedOf(d))
	}
	return &struct{ Body Effect }{body}, nil
}

func movedOf(m identify.Moved) Moved {
	return Moved{Heads(m.Before), Heads(m.After), Heads(m.In), Heads(m.Out)}
}

func expectedOf(e *targeting.Expected) *Expected {
	if e == nil {
		return nil
	}
	out := Expected(*e)
	return &out
}
