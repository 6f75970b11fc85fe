package main

import (
	"context"
	"fmt"
	"net/url"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/registry"
)

func init() {
	moreCases = append(moreCases, func(m *matrix) map[string]leakCase {
		m.askInFarCounty()
		m.unmaskInFarCounty()
		m.assignInFarCounty()
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
			// second factors, proofs
			"GET /login/code":            noCase,
			"POST /login/code":           formCase("code", "000000"),
			"GET /me/prove":              noCase,
			"POST /me/prove":             {form: url.Values{"code": {"000000"}}, strangers: true}, // guessing closes the door for a while
			"GET /me/factor":             noCase,
			"POST /me/factor":            outsideCase(formCase()),
			"POST /me/factor/confirm":    formCase("code", "000000"),
			"POST /me/factor/end":        formCase("code", "000000"),
			"POST /accounts/{id}/factor": outsideCase(formCase()),
			// assignments, kin, inspections
			"GET /assignments":           shownCase(""),
			"POST /assignments":          formCase("login", "near-village", "households", "{number}"),
			"POST /assignments/{id}/end": outsideCase(formCase()),
			"GET /me/kin":                noCase,
			"POST /me/kin":               {form: url.Values{"number": {"{other}"}, "relation": {"in_law"}}, strangers: true}, // the lists show one's own declarations
			"GET /inspections":           noCase,
			"POST /inspections":          formCase("matter", "matrix", "area", "12", "days", "1"),
			// alerts and secret fields
			"GET /alerts":                             noCase,
			"GET /alerts/{id}":                        noCase,
			"POST /alerts/{id}/close":                 formCase("ver", "99", "state", "explained", "comment", "no"),
			"POST /households/{number}/unmask":        outsideCase(formCase("field", "person {person} national_id", "reason", "matrix")),
			"GET /unmasked/{id}":                      shownCase(""),
			"POST /api/v1/households/{number}/unmask": outsideCase(bodyCase(`{"field": "national_id", "reason": "matrix"}`)),
			"POST /api/v1/persons/{number}/unmask":    outsideCase(bodyCase(`{"field": "national_id", "reason": "matrix"}`)),
		}
	})
}

// unmaskInFarCounty shows a secret field to the far county's own office, which raises an alert there.
func (m *matrix) unmaskInFarCounty() {
	ctx := m.t.Context()
	far := m.callerOf(m.t, ctx, "far")
	far.Proved = m.h.clock.Now()
	scope, err := access.Decide(far, access.FieldUnmask)
	if err != nil {
		m.t.Fatal(err)
	}
	person, _ := registry.ParseNumber(m.ids["{person}"])
	u, err := m.h.registry.Unmask(ctx, scope, registry.SubjectPerson, person, registry.FieldNationalID, "matrix")
	if err != nil {
		m.t.Fatal(err)
	}
	m.ids["{unmask}"] = fmt.Sprint(u.ID)
	list, err := m.h.alerts.List(ctx, access.Console("test", []access.Grant{{Role: "auditor", Range: access.Everywhere}}), "", 0, 10)
	if err != nil || len(list) == 0 {
		m.t.Fatalf("alerts %v: %v", list, err)
	}
	m.ids["{alert}"] = fmt.Sprint(list[0].ID)
}

// askInFarCounty asks for an act of two persons in the far county.
func (m *matrix) askInFarCounty() {
	far := m.callerOf(m.t, m.t.Context(), "far")
	person, _ := registry.ParseNumber(m.ids["{person}"])
	a, err := m.h.erasures.Ask(m.t.Context(), far, person, "Farmark reason")
	if err != nil {
		m.t.Fatal(err)
	}
	m.ids["{approval}"] = fmt.Sprint(a.ID)
	m.marks = append(m.marks, m.ids["{person}"])
}

// assignInFarCounty makes somebody of the far county answer for its household.
func (m *matrix) assignInFarCounty() {
	ctx := m.t.Context()
	far := m.callerOf(m.t, ctx, "far")
	scope, err := access.Decide(far, access.AssignmentEdit)
	if err != nil {
		m.t.Fatal(err)
	}
	households, err := m.h.registry.ToAssign(ctx, scope, []string{m.ids["{number}"]})
	if err != nil {
		m.t.Fatal(err)
	}
	if _, err := m.h.assignments.Assign(ctx, scope, "far-clerk", households); err != nil {
		m.t.Fatal(err)
	}
	list, err := m.h.assignments.List(ctx, scope, "", 0, 10)
	if err != nil || len(list) != 1 {
		m.t.Fatalf("assignments %v: %v", list, err)
	}
	m.ids["{assignment}"], m.ids["{other}"] = fmt.Sprint(list[0].ID), registry.Number(list[0].ID)
}

// confirm agrees as a second administrator to the roles of an account that wait for one.
func (m *matrix) confirm(t *testing.T, ctx context.Context, admin access.Caller, account int64) {
	t.Helper()
	waiting, err := m.h.office.WaitingGrants(ctx, admin, account)
	if err != nil {
		t.Fatal(err)
	}
	second := admin
	second.Account, second.Person = 999, "matrix-second"
	for _, a := range waiting {
		if _, err := m.h.approvals.Approve(ctx, second, a.ID, a.Ver, ""); err != nil {
			t.Fatalf("confirm a role: %v", err)
		}
	}
}
