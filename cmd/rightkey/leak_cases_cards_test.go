package main

func init() {
	moreCases = append(moreCases, func(_ *matrix) map[string]leakCase {
		return map[string]leakCase{
			"GET /api/v1/packs/{hash}/scorecards": {}, // of a pack, which says nothing of a household
		}
	})
}
