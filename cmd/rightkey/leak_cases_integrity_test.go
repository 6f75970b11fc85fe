package main

func init() {
	moreCases = append(moreCases, func(*matrix) map[string]leakCase {
		return map[string]leakCase{
			"GET /healthz":                                   noCase,
			"GET /readyz":                                    noCase,
			"GET /persons/{number}/erasure":                  shownCase(""),
			"POST /persons/{number}/erasure/ask":             formCase("reason", ""),
			"POST /persons/{number}/erasure/hold":            formCase("reason", ""),
			"POST /persons/{number}/erasure/lift":            formCase("reason", "none"),
			"POST /persons/{number}/erasure/erase":           formCase("approval", "1"),
			"POST /api/v1/persons/{number}/erasure-requests": bodyCase(`{"reason": ""}`),
			"POST /api/v1/persons/{number}/erasure":          bodyCase(`{"approval": 1}`),
			"POST /api/v1/persons/{number}/hold":             bodyCase(`{"reason": ""}`),
			"POST /api/v1/persons/{number}/release":          bodyCase(`{"reason": "none"}`),
		}
	})
}
