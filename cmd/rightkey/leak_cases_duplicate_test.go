package main

import (
	"rightkey/internal/access"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

func init() {
	moreCases = append(moreCases, func(m *matrix) map[string]leakCase {
		m.pairInFarCounty()
		return map[string]leakCase{
			"GET /duplicates":                              shownCase(""),
			"POST /duplicates/run":                         formCase("x", "1"),
			"POST /duplicates/look":                        formCase("household", "{number}", "new.name", "Farmark", "new.birth", "1970-01-01"),
			"GET /duplicates/labels":                       {},
			"GET /duplicates/{id}":                         shownCase(""),
			"POST /duplicates/{id}/judge":                  formCase("ver", "99", "verdict", "different"),
			"POST /duplicates/{id}/postpone":               formCase("ver", "99", "until", "2031-01-01"),
			"POST /duplicates/{id}/undo":                   formCase("ver", "99"),
			"POST /duplicates/{id}/ask":                    formCase("x", "1"),
			"POST /duplicates/{id}/answer":                 formCase("ver", "99", "answer", "same"),
			"POST /api/v1/duplicate-looks":                 bodyCase(`{"area": "12001001", "name": "Farmark", "birth": "1970-01-01"}`),
			"GET /api/v1/duplicates":                       {},
			"GET /api/v1/duplicates/{id}":                  {},
			"POST /api/v1/duplicates/{id}/judgements":      bodyCase(`{"verdict": "different"}`),
			"POST /api/v1/duplicates/{id}/undo":            {},
			"POST /api/v1/duplicate-runs":                  {},
			"POST /api/v1/duplicates/{id}/postponement":    bodyCase(`{"until": "2031-01-01"}`),
			"POST /api/v1/duplicates/{id}/inquiry":         {},
			"GET /api/v1/duplicate-inquiries":              {},
			"POST /api/v1/duplicate-inquiries/{id}/answer": bodyCase(`{"answer": "same"}`),
		}
	})
}

// pairInFarCounty makes a pair of the far county's person.
func (m *matrix) pairInFarCounty() {
	m.t.Helper()
	ctx := m.t.Context()
	person, ok := registry.ParseNumber(m.ids["{person}"])
	if !ok {
		m.t.Fatal("the far county has no person")
	}
	list, err := m.h.registry.IdentitiesOf(ctx, []int64{person})
	if err != nil || len(list) != 1 {
		m.t.Fatalf("the far county's person: %v, %v", list, err)
	}
	who := list[0]
	err = m.h.db.Tx(ctx, access.System("a test makes a pair"), func(tx store.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO duplicate_pair (id, one, other, probability, weight, evidence, zone, rank, state, found, changed)
			VALUES (987001, $1, $1, .9, 3.2, '[]', 'review', 1, 'open', 0, 0)`, who.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO duplicate_side (home, person, pair, area, household) VALUES ($1, $2, 987001, $3, $4)", who.Home, who.ID, who.Area, who.Household)
		return err
	})
	if err != nil {
		m.t.Fatal(err)
	}
	m.ids["{duplicate}"] = "987001"
}
