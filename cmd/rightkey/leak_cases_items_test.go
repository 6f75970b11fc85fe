package main

func init() {
	moreCases = append(moreCases, func(m *matrix) map[string]leakCase {
		const twin = `{"name": "Twin", "kind": "guild", "area": 12001001, "from": "2010-01-01", "identifiers": {}}`
		return map[string]leakCase{
			"GET /organisations/file":          shownCase("format=csv"),
			"GET /organisations/load":          noCase,
			"POST /organisations/load":         formCase(),
			"POST /organisations/load/{job}":   formCase(),
			"POST /api/v1/organisations":       bodyCase(twin),
			"PUT /api/v1/organisations/{id}":   bodyCase(twin),
			"POST /api/v1/organisation-checks": bodyCase(`{}`),
			"POST /api/v1/organisation-loads":  bodyCase(`{"check": {job}}`),
		}
	})
}
