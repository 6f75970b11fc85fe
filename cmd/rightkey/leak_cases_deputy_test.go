package main

import (
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/office"
)

func init() {
	moreCases = append(moreCases, func(m *matrix) map[string]leakCase {
		m.coverInFarCounty()
		return map[string]leakCase{
			"GET /covers":                  shownCase(""),
			"POST /covers":                 formCase("office", "{account} county-office {key}", "deputy", "near-village", "till", "2014-06-20", "reason", "matrix"),
			"POST /covers/{id}/end":        formCase("ver", "99"),
			"GET /api/v1/covers":           shownCase(""),
			"GET /api/v1/covers/{id}":      shownCase(""),
			"POST /api/v1/covers":          bodyCase(`{"absent": {account}, "role": "county-office", "area": {key}, "deputy": "near-village", "till": "2014-06-20", "reason": "matrix"}`),
			"POST /api/v1/covers/{id}/end": bodyCase(`{}`),
		}
	})
}

// coverInFarCounty gives the clerk of the far county, who is away, a deputy from among its own people.
func (m *matrix) coverInFarCounty() {
	m.t.Helper()
	ctx, admin := m.t.Context(), m.callerOf(m.t, m.t.Context(), "everywhere")
	m.invite(m.t, ctx, admin, "far-deputy", access.Grant{Role: "village-official", Area: 12001001})
	delete(m.people, "far-deputy") // a person of the far county
	clerk, head := m.callerOf(m.t, ctx, "far-clerk"), m.callerOf(m.t, ctx, "far")
	head.Proved = m.h.clock.Now()
	cover := office.Cover{Absent: clerk.Account, Role: "township-clerk", Area: 12001000, Till: head.Today + clock.Day(20), Reason: "Farmark leave"}
	asked, err := m.h.office.Cover(ctx, head, cover, "far-deputy")
	if err != nil {
		m.t.Fatal(err)
	}
	if asked.ID != 0 {
		admin.Account, admin.Person = 999, "matrix-second"
		if _, err := m.h.approvals.Approve(ctx, admin, asked.ID, asked.Ver, ""); err != nil {
			m.t.Fatalf("confirm a deputy: %v", err)
		}
	}
	scope, err := access.Decide(head, access.CoverGive)
	if err != nil {
		m.t.Fatal(err)
	}
	list, err := m.h.office.ListCovers(ctx, scope, 0, 10)
	if err != nil || len(list) != 1 {
		m.t.Fatalf("covers %v: %v", list, err)
	}
	m.ids["{cover}"] = fmt.Sprint(list[0].ID)
}
