package main

func init() {
	moreCases = append(moreCases, func(*matrix) map[string]leakCase {
		return map[string]leakCase{
			"GET /households/{number}/roster":  shownCase(""),
			"POST /households/{number}/roster": formCase("act", "close", "ver", "1", "day", "2013-12-31", "reason", "r"),
			"GET /transfers":                   noCase,
			"GET /transfers/{id}":              noCase,
			"POST /transfers/{id}/accept":      formCase("ver", "99"),
			"POST /transfers/{id}/return":      formCase("ver", "99", "comment", "no"),
			// operations
			"GET /api/v1/households/{number}/roster-acts":      noCase,
			"POST /api/v1/households/{number}/roster-previews": bodyCase(`{"code": "close", "day": "2013-12-31"}`),
			"POST /api/v1/households/{number}/roster-acts":     bodyCase(`{"code": "close", "day": "2013-12-31", "reason": "r"}`),
			"GET /api/v1/transfers":                            noCase,
			"GET /api/v1/transfers/{id}":                       noCase,
			"POST /api/v1/transfers/{id}/accept":               bodyCase(`{}`),
			"POST /api/v1/transfers/{id}/return":               bodyCase(`{"comment": "no"}`),
			"GET /api/v1/area-changes":                         noCase,
			"POST /api/v1/area-changes":                        bodyCase(`{"from": "12001001", "to": "12001", "kind": "move", "day": "2013-12-31"}`),
		}
	})
}
