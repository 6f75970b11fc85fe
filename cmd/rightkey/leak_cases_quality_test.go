package main

import (
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/registry"
	"rightkey/internal/registry/quality"
)

func init() {
	moreCases = append(moreCases, func(m *matrix) map[string]leakCase {
		m.problemInFarCounty()
		return map[string]leakCase{
			"GET /problems":                      shownCase("area=12"),
			"GET /problems/export":               shownCase("area=12"),
			"POST /problems/assign":              formCase("item", "{problem}", "owner", "1", "back", "/problems"),
			"POST /problems/run":                 formCase("area", "12"),
			"GET /problems/{id}":                 shownCase(""),
			"POST /problems/{id}/claim":          formCase("ver", "99"),
			"POST /problems/{id}/accept":         formCase("ver", "99", "reason", "no"),
			"POST /problems/{id}/confirm":        formCase("ver", "99", "agreed", "yes"),
			"GET /api/v1/problems":               shownCase(""),
			"GET /api/v1/problems/{id}":          shownCase(""),
			"POST /api/v1/problems/{id}/claim":   bodyCase(`{}`),
			"POST /api/v1/problems/{id}/accept":  bodyCase(`{"reason": "no"}`),
			"POST /api/v1/problems/{id}/confirm": bodyCase(`{}`),
			"POST /api/v1/problems/{id}/refuse":  bodyCase(`{}`),
			"POST /api/v1/problem-assignments":   bodyCase(`{"items": [{problem}], "owner": 1}`),
			"POST /api/v1/problem-runs":          bodyCase(`{"area": "12"}`),
		}
	})
}

// problemInFarCounty looks at the far county's household and finds its problems.
func (m *matrix) problemInFarCounty() {
	m.t.Helper()
	ctx := m.t.Context()
	id, ok := registry.ParseNumber(m.ids["{number}"])
	if !ok {
		m.t.Fatal("the far county has no household")
	}
	if err := m.h.quality.Check(ctx, []int64{id}); err != nil {
		m.t.Fatal(err)
	}
	scope, err := access.Decide(m.h.console(), access.HouseholdList)
	if err != nil {
		m.t.Fatal(err)
	}
	list, err := m.h.quality.List(ctx, scope, quality.Filter{Household: id}, quality.Position{}, 1)
	if err != nil || len(list) == 0 {
		m.t.Fatalf("the far county's household has no problem: %v", err)
	}
	m.ids["{problem}"] = strconv.FormatInt(list[0].ID, 10)
}
