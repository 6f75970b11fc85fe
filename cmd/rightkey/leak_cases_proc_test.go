package main

import (
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

func init() {
	moreCases = append(moreCases, func(m *matrix) map[string]leakCase {
		m.caseInFarCounty()
		return map[string]leakCase{
			"GET /cases":                                shownCase("all=1"),
			"POST /cases":                               formCase("household", "{number}", "procedure", "stranding"),
			"GET /cases/open":                           {query: "procedure=stranding&area=12"},
			"POST /cases/open":                          formCase("procedure", "stranding", "area", "12", "n", "1"),
			"POST /api/v1/case-openings":                bodyCase(`{"procedure": "stranding", "households": ["{number}"]}`),
			"POST /cases/meet":                          formCase("procedure", "stranding", "state", "told", "n", "1", "day", "2014-12-31"),
			"POST /cases/post":                          formCase("procedure", "stranding", "state", "told", "n", "1"),
			"POST /cases/draw":                          formCase("procedure", "stranding", "state", "told", "n", "1", "transition", "tell"),
			"POST /cases/take":                          formCase("procedure", "stranding", "state", "told", "n", "1", "transition", "tell"),
			"GET /cases/{id}":                           shownCase(""),
			"POST /cases/{id}/step":                     formCase("ver", "99", "transition", "tell"),
			"GET /cases/{id}/letter":                    {}, // of a case that is decided
			"GET /sittings/{id}/paper":                  {},
			"GET /sittings/{id}/photo":                  {},
			"GET /notices/{id}/paper":                   {},
			"GET /api/v1/sittings/{id}/photo":           {},
			"GET /sittings/{id}":                        {},
			"POST /sittings/{id}/close":                 formCase("ver", "99"),
			"GET /notices/{id}":                         {},
			"GET /notices/{id}/photo":                   {},
			"POST /notices/{id}/hang":                   formCase("day", "2014-12-31"),
			"POST /notices/{id}/object":                 formCase("line", "1", "text", "no"),
			"GET /n/{notice_token}":                     {},
			"POST /n/{notice_token}/object":             formCase("line", "1", "text", "no"),
			"GET /procedures/{hash}/{procedure}":        {},
			"GET /api/v1/cases":                         shownCase(""),
			"POST /api/v1/cases":                        bodyCase(`{"procedure": "stranding", "households": ["{number}"]}`),
			"GET /api/v1/cases/{id}":                    shownCase(""),
			"POST /api/v1/cases/{id}/steps":             bodyCase(`{"step": "tell"}`),
			"POST /api/v1/case-steps":                   bodyCase(`{"step": "tell", "cases": [{"id": {case}, "version": 99}]}`),
			"GET /api/v1/case-refusals":                 shownCase("job=987103"),
			"POST /api/v1/case-batches":                 bodyCase(`{"step": "tell", "cases": [{case}]}`),
			"GET /api/v1/sittings":                      {},
			"GET /api/v1/sittings/{id}":                 {},
			"GET /api/v1/sittings/{id}/votes":           {},
			"GET /api/v1/notices":                       {},
			"GET /api/v1/notices/{id}":                  {},
			"GET /api/v1/notices/{id}/lines":            {},
			"GET /api/v1/notices/{id}/photo":            {},
			"GET /api/v1/procedures/{hash}/{procedure}": {},
			"POST /api/v1/sittings":                     bodyCase(`{"area": "12001001", "day": "2014-12-31", "cases": [{case}]}`),
			"POST /api/v1/sittings/{id}/closing":        bodyCase(`{"eligible": 3, "present": 3, "votes": []}`),
			"POST /api/v1/notices":                      bodyCase(`{"area": "12001001", "cases": [{case}]}`),
			"POST /api/v1/notices/{id}/hanging":         bodyCase(`{"day": "2014-12-31", "photo": "eA=="}`),
			"POST /api/v1/notices/{id}/objections":      bodyCase(`{"line": 1, "text": "no"}`),
		}
	})
}

// caseInFarCounty opens a case of the far county's household.
func (m *matrix) caseInFarCounty() {
	m.t.Helper()
	household, ok := registry.ParseNumber(m.ids["{number}"])
	if !ok {
		m.t.Fatal("the far county has no household")
	}
	scope, err := access.Decide(access.Console("test", []access.Grant{{Role: "village-official", Range: access.Everywhere}}), access.CaseAct)
	if err != nil {
		m.t.Fatal(err)
	}
	opened, _, err := m.h.cases.Open(m.t.Context(), scope, "stranding", []int64{household})
	if err != nil {
		m.t.Fatal(err)
	}
	refused := func(tx store.Tx) error {
		_, err := tx.Exec(m.t.Context(), "INSERT INTO case_bulk (home, bulk, n, case_id, subject, ver, state, kind, code, message) VALUES ($1, 987103, 1, $2, $3, 1, 'refused', 'conflict', 'procedure.not_now', 'not now')",
			opened[0].Home, opened[0].ID, household)
		return err
	}
	if err := m.h.raw.Tx(m.t.Context(), refused); err != nil {
		m.t.Fatal(err)
	}
	m.ids["{case}"], m.ids["{sitting}"], m.ids["{notice}"] = fmt.Sprint(opened[0].ID), "987101", "987102"
}
