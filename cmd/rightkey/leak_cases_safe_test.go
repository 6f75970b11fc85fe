package main

func init() {
	moreCases = append(moreCases, func(*matrix) map[string]leakCase {
		return map[string]leakCase{
			"GET /api/v1/assignments":           shownCase(""),
			"POST /api/v1/assignments":          bodyCase(`{"login": "near-village", "households": ["{number}"]}`),
			"POST /api/v1/assignments/{id}/end": outsideCase(bodyCase("")),
			"GET /api/v1/me/kin":                noCase,
			"POST /api/v1/me/kin":               outsideCase(bodyCase(`{"number": "{number}", "relation": "in_law"}`)),
			"GET /api/v1/alerts":                noCase,
			"GET /api/v1/alerts/{id}":           noCase,
			"POST /api/v1/alerts/{id}/close":    bodyCase(`{"state": "explained", "comment": "no"}`),
			"POST /api/v1/jobs/{id}/cancel":     bodyCase(""),
			"GET /api/v1/inspections":           noCase,
			"POST /api/v1/inspections":          bodyCase(`{"area": 12000000, "matter": "matrix", "days": 1}`),
		}
	})
}
