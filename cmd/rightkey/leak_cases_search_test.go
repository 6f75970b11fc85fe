package main

func init() {
	moreCases = append(moreCases, func(*matrix) map[string]leakCase {
		return map[string]leakCase{
			"GET /households/search": noCase,
			"POST /api/v1/searches":  {json: `{"text": "Person"}`, shows: true},
			// photos and documents: their own tests open them from outside
			"POST /households/{number}/attachments":                    formCase(),
			"GET /households/{number}/attachments/{token}":             noCase,
			"GET /households/{number}/attachments/{token}/thumbnail":   noCase,
			"POST /households/{number}/attachments/{token}/end":        formCase("ver", "1"),
			"POST /api/v1/households/{number}/attachments":             {query: "kind=house_photo", json: "{}"},
			"GET /api/v1/households/{number}/attachments":              noCase,
			"GET /api/v1/households/{number}/attachments/{token}":      noCase,
			"POST /api/v1/households/{number}/attachments/{token}/end": bodyCase(`{}`),
		}
	})
}
