package main

func init() {
	moreCases = append(moreCases, func(m *matrix) map[string]leakCase {
		m.ids["{year}"] = "2014"
		return map[string]leakCase{
			"GET /norms/file":    {query: "area=12&year=2014"},
			"POST /norms/file":   formCase("area", "12", "year", "2014"),
			"GET /area-changes":  noCase,
			"POST /area-changes": formCase("kind", "move", "from", "12001001", "to", "12001", "day", "2013-12-31"),
			// operations
			"GET /api/v1/sent-transfers":           noCase,
			"GET /api/v1/areas/{key}/norms/{year}": noCase,
			"PUT /api/v1/areas/{key}/norms/{year}": bodyCase(`{"norms": []}`),
		}
	})
}
