package main

import (
	"rightkey/internal/access"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/verify/campaign"
)

func init() {
	moreCases = append(moreCases, func(m *matrix) map[string]leakCase {
		m.campaignInFarCounty()
		act := `{"verdict": "poor"}`
		return map[string]leakCase{
			"GET /verification":                                          shownCase(""),
			"GET /campaigns/new":                                         noCase,
			"POST /campaigns":                                            formCase("area", "12", "design", "look_back", "method", "all", "members1a", "1"),
			"GET /campaigns/{id}":                                        {},
			"POST /campaigns/{id}/close":                                 formCase("ver", "1"),
			"GET /campaigns/{id}/households":                             {},
			"GET /campaigns/{id}/households/{number}":                    {},
			"POST /campaigns/{id}/households/{number}":                   formCase("ver", "1", "act", "appeal"),
			"GET /visits":                                                {},
			"GET /visits/{id}":                                           {},
			"GET /visits/{id}/{number}":                                  {},
			"POST /visits/{id}/{number}":                                 formCase("key", "k", "day", "2015-01-01", "outcome", "seen", "verdict", "poor"),
			"GET /api/v1/campaigns":                                      {},
			"POST /api/v1/campaigns":                                     bodyCase(`{"area": "12", "design": "look_back", "method": "all", "teams": [{"accounts": [1]}]}`),
			"GET /api/v1/campaigns/{id}":                                 {},
			"POST /api/v1/campaigns/{id}/close":                          {},
			"GET /api/v1/campaigns/{id}/errors":                          {},
			"GET /api/v1/campaigns/{id}/bounds":                          {},
			"GET /api/v1/campaigns/{id}/households":                      {},
			"GET /api/v1/campaigns/{id}/visits":                          {},
			"POST /api/v1/campaigns/{id}/visits":                         bodyCase(`{"household": "{number}", "day": "2015-01-01", "outcome": "absent", "key": "k"}`),
			"POST /api/v1/campaigns/{id}/households/{number}/settlement": bodyCase(act),
			"POST /api/v1/campaigns/{id}/households/{number}/appeal":     bodyCase(act),
			"POST /api/v1/campaigns/{id}/households/{number}/uphold":     bodyCase(act),
			"POST /api/v1/campaigns/{id}/households/{number}/dismiss":    bodyCase(act),
			"POST /api/v1/campaigns/{id}/households/{number}/case":       bodyCase(act),
		}
	})
}

// campaignInFarCounty makes a campaign of the far county's household.
func (m *matrix) campaignInFarCounty() {
	m.t.Helper()
	ctx, system := m.t.Context(), access.System("a test makes a campaign")
	household, ok := registry.ParseNumber(m.ids["{number}"])
	if !ok {
		m.t.Fatal("the far county has no household")
	}
	list, err := m.h.registry.Found(ctx, system, []int64{household})
	if err != nil || len(list) != 1 {
		m.t.Fatalf("the far county's household: %v, %v", list, err)
	}
	h := list[0]
	pack, design := m.aDesign()
	err = m.h.db.Tx(ctx, system, func(tx store.Tx) error {
		for _, one := range []struct {
			sql  string
			args []any
		}{
			{`INSERT INTO campaign (id, area, design, kind, method, pack, state, starts, due, seed, frame, account, holder, created)
				VALUES (987101, $1, $2, 'look_back', 'all', $3, 'running', 1, 2, '1', 'f', 0, '', 0)`, []any{h.Area, design, pack}},
			{`INSERT INTO campaign_household (home, campaign, household, area, place, persons, stratum, standing, chance, believed, team, state) VALUES ($1, 987101, $2, $3, $3, 1, 's', 'others', 1, 0, 1, 'done')`, []any{h.Home, h.ID, h.Area}},
		} {
			if _, err := tx.Exec(ctx, one.sql, one.args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		m.t.Fatal(err)
	}
	m.ids["{campaign}"] = "987101"
}

// aDesign is a design of campaigns with the pack that has it.
func (m *matrix) aDesign() (pack, design string) {
	m.t.Helper()
	for _, p := range m.h.packs.All() {
		for _, d := range campaign.SectionOf(p).Designs {
			return p.Hash, d.Code
		}
	}
	m.t.Fatal("no pack has campaigns")
	return "", ""
}
