package main

import (
	"io"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/table"
	"rightkey/internal/verify/crosscheck"
)

func init() {
	moreCases = append(moreCases, func(m *matrix) map[string]leakCase {
		m.leadInFarCounty()
		return map[string]leakCase{
			"GET /leads":                           shownCase("area=12"),
			"GET /leads/report":                    {query: "area=12"},
			"POST /leads/assign":                   formCase("item", "{lead}", "owner", "1"),
			"POST /leads/run":                      formCase("area", "12"),
			"POST /api/v1/lead-runs":               bodyCase(`{"area": "12"}`),
			"GET /leads/{id}":                      shownCase(""),
			"POST /leads/{id}/explain":             formCase("ver", "99", "explanation", "lent", "evidence", "no"),
			"POST /leads/{id}/confirm":             formCase("ver", "99", "evidence", "no"),
			"POST /leads/{id}/return":              formCase("ver", "99"),
			"POST /leads/{id}/act":                 formCase("ver", "99", "act", "waived"),
			"GET /checks":                          shownCase(""),
			"POST /checks":                         formCase("area", "12"),
			"POST /checks/ask":                     formCase("area", "12", "rule", "C01", "day", "2014-01-01", "basis", "letter", "receiver", "none"),
			"GET /checks/{id}":                     shownCase(""),
			"POST /checks/{id}/answer":             formCase("ver", "99"),
			"GET /api/v1/leads":                    shownCase(""),
			"GET /api/v1/leads/{id}":               shownCase(""),
			"POST /api/v1/lead-assignments":        bodyCase(`{"items": [{lead}], "owner": 1}`),
			"POST /api/v1/leads/{id}/explain":      bodyCase(`{"code": "lent", "evidence": "no"}`),
			"POST /api/v1/leads/{id}/confirm":      bodyCase(`{"evidence": "no"}`),
			"POST /api/v1/leads/{id}/return":       bodyCase(`{}`),
			"POST /api/v1/leads/{id}/act":          bodyCase(`{"code": "waived"}`),
			"GET /api/v1/check-lists":              shownCase(""),
			"GET /api/v1/check-lists/{id}":         shownCase(""),
			"GET /api/v1/check-lists/{id}/report":  {},
			"POST /api/v1/check-lists":             {query: "rule=C01&area=12&day=2014-01-01&basis=letter&name=a.csv"},
			"POST /api/v1/check-requests":          bodyCase(`{"rule": "C01", "area": "12", "day": "2014-01-01", "basis": "letter", "receiver": "none"}`),
			"POST /api/v1/check-lists/{id}/answer": {query: "name=a.csv"},
		}
	})
}

// leadInFarCounty compares a list with the far county's person.
func (m *matrix) leadInFarCounty() {
	m.t.Helper()
	ctx := m.t.Context()
	scope, err := access.Decide(m.callerOf(m.t, ctx, "far"), access.ImportRun)
	if err != nil {
		m.t.Fatal(err)
	}
	a, err := m.h.areas.ByCode(ctx, scope, "12")
	if err != nil {
		m.t.Fatal(err)
	}
	rows, err := table.NewCSV(strings.NewReader("key,name,number,birth,kind,value,since\ns1,Farmark Person,1234567897,1970-05-01,cutter,500,2013-01-01\n"), table.Options{})
	if err != nil {
		m.t.Fatal(err)
	}
	from := crosscheck.Provenance{Rule: "C01", Area: a.Key, Name: "Farmark ships.csv", Day: clock.Date(2014, 1, 1), Basis: "Farmark letter"}
	list, err := m.h.crosschecks.Upload(ctx, scope, from, rows)
	if err != nil {
		m.t.Fatal(err)
	}
	if err := m.h.followJob(ctx, list.Job, io.Discard, "crosscheck"); err != nil {
		m.t.Fatal(err)
	}
	found, err := m.h.crosschecks.Leads(ctx, scope, crosscheck.Filter{List: list.ID}, crosscheck.Position{}, 1)
	if err != nil || len(found) != 1 {
		m.t.Fatalf("the far county's person has no lead: %v, %v", found, err)
	}
	m.ids["{lead}"], m.ids["{checklist}"] = strconv.FormatInt(found[0].ID, 10), strconv.FormatInt(list.ID, 10)
}
