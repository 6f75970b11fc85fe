package main

func init() {
	moreCases = append(moreCases, func(*matrix) map[string]leakCase {
		return map[string]leakCase{
			"GET /norms":                          noCase,
			"POST /norms":                         formCase("ver", "0", "area", "12", "year", "2014"),
			"GET /households/{number}/worksheet":  noCase,
			"POST /households/{number}/worksheet": formCase("year", "2014", "reason", "x"),
		}
	})
}
