package main

import (
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/office"
)

func init() {
	moreCases = append(moreCases, func(m *matrix) map[string]leakCase {
		m.askInFarCounty()
		step := func() leakCase { return formCase("ver", "99", "comment", "no") }
		return map[string]leakCase{
			"GET /approvals":                       shownCase(""),
			"GET /approvals/{id}":                  shownCase(""),
			"POST /approvals/{id}/approve":         step(),
			"POST /approvals/{id}/refuse":          step(),
			"POST /approvals/{id}/withdraw":        step(),
			"GET /api/v1/approvals":                shownCase(""),
			"GET /api/v1/approvals/{id}":           shownCase(""),
			"POST /api/v1/approvals/{id}/approve":  bodyCase(`{}`),
			"POST /api/v1/approvals/{id}/refuse":   bodyCase(`{"comment": "no"}`),
			"POST /api/v1/approvals/{id}/withdraw": bodyCase(`{}`),
		}
	})
}

// askInFarCounty asks for an act of two persons in the far county.
func (m *matrix) askInFarCounty() {
	m.h.approvals.Register(office.ApprovalKind{Name: "matrix", Label: "office.approval.title", Ask: access.HouseholdEdit, Decide: access.ChangeDecide})
	far := m.callerOf(m.t, m.t.Context(), "far")
	a, err := m.h.approvals.Ask(m.t.Context(), far, office.Act{Kind: "matrix", Area: 12000000, Title: "Farmark act", Reason: "Farmark reason", What: map[string]int{"rows": 1}})
	if err != nil {
		m.t.Fatal(err)
	}
	m.ids["{approval}"] = fmt.Sprint(a.ID)
}
