package main

func init() {
	moreCases = append(moreCases, func(*matrix) map[string]leakCase {
		return map[string]leakCase{
			"GET /windows":                            noCase,
			"POST /windows":                           formCase("ver", "0", "area", "12", "year", "2014", "reference", "2014-12-31", "opens", "2014-12-01", "locks", "2014-12-31"),
			"GET /api/v1/collection-windows":          noCase,
			"POST /api/v1/collection-windows":         bodyCase(`{"area": "12", "year": 2014, "reference": "2014-12-31", "opens": "2014-12-01", "locks": "2014-12-31"}`),
			"PUT /api/v1/collection-windows/{id}":     bodyCase(`{"area": "12", "year": 2014, "reference": "2014-12-31", "opens": "2014-12-01", "locks": "2014-12-31"}`),
			"GET /households/{number}/history":        shownCase(""),
			"GET /api/v1/households/{number}/history": shownCase(""),
			"GET /households/{number}/entry":          noCase,
			"POST /households/{number}/entry":         formCase("subject", "income", "ver", "0", "f.year", "2013", "reason", "x"),
		}
	})
}
