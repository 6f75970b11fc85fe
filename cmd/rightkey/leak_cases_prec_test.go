package main

func init() {
	moreCases = append(moreCases, func(*matrix) map[string]leakCase {
		return map[string]leakCase{"GET /verification/demonstration": noCase}
	})
}
