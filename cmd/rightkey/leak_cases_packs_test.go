package main

import (
	"rightkey/internal/access"
	"rightkey/internal/change"
)

func init() {
	moreCases = append(moreCases, func(m *matrix) map[string]leakCase {
		m.answerFarForm()
		return map[string]leakCase{
			"GET /areas/{key}/form":         shownCase(""),
			"GET /areas/{key}/form/change":  shownCase("section=treasury"),
			"POST /areas/{key}/form/change": formCase("section", "treasury", "ver", "99", "year", "2013", "f.dues", "5", "b.dues", "", "reason", "matrix"),
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
