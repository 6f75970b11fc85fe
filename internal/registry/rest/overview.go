package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/registry"
	"rightkey/internal/registry/overview"
	"rightkey/internal/rest"
)

// AreaFigure is a measure of an area.
type AreaFigure struct {
	Area   string   `json:"area,omitempty" doc:"Official code; absent for all of the caller's areas together, and for households in none of the areas below."`
	Name   string   `json:"name,omitempty"`
	Value  *float64 `json:"value,omitempty" doc:"Rates in percent, welfare in minor units; absent where nobody is measured or too few to be told."`
	Hidden bool     `json:"hidden,omitempty" doc:"There is a figure, and too few households stand behind it."`
	Low    *float64 `json:"low,omitempty" doc:"Of the interval of 95 %, of a measure that is estimated from visits."`
	High   *float64 `json:"high,omitempty"`
	Judged int      `json:"judged,omitempty" doc:"Households that were drawn by lot and judged by visitors."`
}

func (rooms Rooms) registerOverview(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-area-figures", Method: http.MethodGet, Path: "/figures", Summary: "A measure of an area, first, and of the areas directly below it", Room: room, Verb: access.Statistics,
		About: "inclusion_error, missing_rate and comprehensive_rate are estimated from visits to households that were drawn by lot."}, rooms.figures)
}

type figuresInput struct {
	Area    string `query:"area" maxLength:"40" doc:"Official code; all of the caller's areas if absent."`
	Measure string `query:"measure" enum:"poor_rate,poor_share,households,persons,poor_households,poor_persons,welfare,judged_rate,inclusion_error,missing_rate,comprehensive_rate" default:"poor_rate"`
}

func (rooms Rooms) figures(ctx context.Context, in *figuresInput) (*rest.Listed[AreaFigure], error) {
	scope, measure := rest.Scope(ctx), overview.Measure(in.Measure)
	q := overview.Question{Ask: registry.Ask{Welfare: measure.OfAssessments()}, Errors: measure.IsEstimate()}
	if in.Area != "" {
		at, err := rooms.Registry.Areas().ByCode(ctx, scope, in.Area)
		if err != nil {
			return nil, err
		}
		q.Area = at.Key
	}
	service := overview.NewService(rooms.Registry, rooms.Errors)
	var err error
	if q.Rows, err = service.ReadsRows(scope, q.Area); err != nil {
		return nil, err
	}
	answer, err := service.Look(ctx, scope, q)
	if err != nil {
		return nil, err
	}
	items, err := rest.Each(func(p overview.Part) AreaFigure { return figureOf(p, measure) })(append([]overview.Part{answer.Whole}, answer.Parts...))
	if err != nil {
		return nil, err
	}
	return rest.List(ctx, items, nil)
}

func figureOf(p overview.Part, m overview.Measure) AreaFigure {
	value, telling := p.Value(m)
	figure := AreaFigure{Area: p.Place.Code, Name: p.Place.Name, Hidden: telling == overview.Hidden}
	if telling != overview.Told {
		return figure
	}
	figure.Value = &value
	if m.IsEstimate() {
		e, _ := p.Estimate(m)
		figure.Low, figure.High, figure.Judged = &e.Low, &e.High, e.Seen
	}
	return figure
}
