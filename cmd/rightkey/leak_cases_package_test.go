package main

func init() {
	moreCases = append(moreCases, func(*matrix) map[string]leakCase {
		return map[string]leakCase{
			"GET /sittings/{id}/package":         {},
			"POST /sittings/{id}/package":        formCase(),
			"GET /api/v1/sittings/{id}/package":  {},
			"POST /api/v1/sittings/{id}/package": bodyCase(`{"file": "eA=="}`),
		}
	})
}
