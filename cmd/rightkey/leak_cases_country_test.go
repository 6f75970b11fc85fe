package main

func init() {
	moreCases = append(moreCases, func(m *matrix) map[string]leakCase {
		return map[string]leakCase{
			"GET /packs/{hash}/rules":                         {},
			"GET /identify/{run}/compare":                     {query: "area=12&against=" + m.ids["{run}"]},
			"GET /api/v1/identification-runs/{id}/comparison": {query: "against=" + m.ids["{run}"]},
		}
	})
	moreViews["/identify/{run}/compare"] = []string{"?against={run}"}
	moreViews["/identify/{run}/households"] = []string{"?against={run}&before=poor"}
}
