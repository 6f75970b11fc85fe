package main

import (
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/office"
)

func init() {
	moreCases = append(moreCases, func(m *matrix) map[string]leakCase {
		m.answerFarForm()
		m.ids["{organisation}"] = m.organisationInFarCounty()
		return map[string]leakCase{
			"GET /areas/{key}/form":          shownCase(""),
			"GET /areas/{key}/form/change":   shownCase("section=treasury"),
			"POST /areas/{key}/form/change":  formCase("section", "treasury", "ver", "99", "year", "2013", "f.dues", "5", "b.dues", "", "reason", "matrix"),
			"GET /organisations":             shownCase(""),
			"GET /organisations/new":         noCase,
			"POST /organisations":            formCase("name", "Twin", "kind", "guild", "area", "12001001", "from", "2010-01-01"),
			"GET /organisations/{id}":        shownCase(""),
			"GET /organisations/{id}/edit":   shownCase(""),
			"POST /organisations/{id}":       formCase("ver", "99", "name", "Twin", "kind", "guild", "area", "12001001", "from", "2010-01-01"),
			"GET /api/v1/organisations":      shownCase(""),
			"GET /api/v1/organisations/{id}": shownCase(""),
			"GET /api/v1/areas/{key}/form":   shownCase(""),
		}
	})
}

// answerFarForm answers the form of the far county.
func (m *matrix) answerFarForm() {
	m.t.Helper()
	ctx := m.t.Context()
	caller := m.callerOf(m.t, ctx, "far")
	scope, err := access.Decide(caller, access.HouseholdEdit)
	if err != nil {
		m.t.Fatal(err)
	}
	at, err := m.h.registry.OpenPlace(ctx, scope, 12000000)
	if err != nil {
		m.t.Fatal(err)
	}
	_, err = m.h.registry.Changes().Submit(ctx, scope, change.Draft{Source: change.Page, Title: "Farmark dues", Reason: "matrix",
		Rows: []change.Row{{SubjectKind: at.Kind, Subject: at.ID, BaseVer: at.Ver, Set: change.Values{"dues": int64(77)}}}})
	if err != nil {
		m.t.Fatal(err)
	}
}

// organisationInFarCounty registers an organisation there and returns its identifier.
func (m *matrix) organisationInFarCounty() string {
	m.t.Helper()
	ctx := m.t.Context()
	scope, err := access.Decide(m.callerOf(m.t, ctx, "far"), access.OrganisationEdit)
	if err != nil {
		m.t.Fatal(err)
	}
	o, err := m.h.organisations.Save(ctx, scope, office.Organisation{Name: "Farmark fishers", Kind: "guild", Area: 12001001, From: clock.Date(2010, 1, 1)})
	if err != nil {
		m.t.Fatal(err)
	}
	return strconv.FormatInt(o.ID, 10)
}
