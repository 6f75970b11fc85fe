package main

func init() {
	moreCases = append(moreCases, func(*matrix) map[string]leakCase {
		return map[string]leakCase{
			"GET /identify/scenario":                    shownCase("a=line&a_amount=100&b=households&b_amount=1"),
			"GET /api/v1/identification-runs/scenarios": shownCase("change=line&amount=100"),
		}
	})
}
