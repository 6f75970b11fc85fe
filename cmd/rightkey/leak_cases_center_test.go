package main

func init() {
	moreCases = append(moreCases, func(*matrix) map[string]leakCase {
		return map[string]leakCase{
			"GET /verification/visits":          shownCase("area=12"),
			"GET /api/v1/verification/workload": {query: "area=12"}, // counts, codes and accounts only
			"GET /api/v1/figures":               shownCase("area=12&measure=households"),
		}
	})
}
