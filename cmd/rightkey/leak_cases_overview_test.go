package main

func init() {
	moreCases = append(moreCases, func(*matrix) map[string]leakCase {
		return map[string]leakCase{
			"GET /overview.csv": shownCase("area=12&measure=households&by=size"),
		}
	})
}
