package main

func init() {
	moreCases = append(moreCases, func(*matrix) map[string]leakCase {
		return map[string]leakCase{
			"GET /households/{number}/history":        shownCase(""),
			"GET /api/v1/households/{number}/history": shownCase(""),
			"GET /households/{number}/entry":          noCase,
			"POST /households/{number}/entry":         formCase("subject", "income", "ver", "0", "f.year", "2013", "reason", "x"),
		}
	})
}
