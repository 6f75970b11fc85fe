package main

func init() {
	moreCases = append(moreCases, func(m *matrix) map[string]leakCase {
		return map[string]leakCase{
			"GET /covers":                  noCase,
			"POST /covers":                 formCase("office", "{account} county-office {key}", "deputy", "near-village", "till", "2014-06-20", "reason", "matrix"),
			"POST /covers/{id}/end":        formCase("ver", "99"),
			"GET /api/v1/covers":           noCase,
			"GET /api/v1/covers/{id}":      noCase,
			"POST /api/v1/covers":          bodyCase(`{"absent": {account}, "role": "county-office", "area": {key}, "deputy": "near-village", "till": "2014-06-20", "reason": "matrix"}`),
			"POST /api/v1/covers/{id}/end": bodyCase(`{}`),
		}
	})
}
