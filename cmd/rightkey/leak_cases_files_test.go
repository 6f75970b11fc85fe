package main

func init() {
	moreCases = append(moreCases, func(*matrix) map[string]leakCase {
		return map[string]leakCase{
			"GET /imports/{id}/report.xlsx":      noCase,
			"GET /imports/{id}/rejected.csv":     noCase,
			"GET /imports/{id}/rejected.xlsx":    noCase,
			"POST /imports/{id}/apply-all":       formCase("ver", "99", "on_error", "stop"),
			"POST /imports/{id}/leave-out":       formCase("ver", "99"),
			"POST /imports/{id}/template":        formCase("name", "columns of theirs"),
			"GET /import-templates":              noCase,
			"POST /import-templates/{id}/rename": formCase("name", "columns of theirs"),
			"POST /import-templates/{id}/delete": formCase(),
			"GET /import-forms/{file}":           noCase,
			"GET /exports":                       noCase,
			"GET /households/{number}/handbook":  shownCase(""),
			"GET /verify/{token}":                noCase,
			"GET /exports/new":                   {query: "area=12"},
			"POST /exports":                      formCase("subject", "household", "format", "csv", "purpose", "review", "reason", "comparison"),
			"GET /exports/{id}":                  noCase,
			"GET /exports/{id}/progress":         noCase,
			"POST /exports/{id}/make":            formCase("ver", "1"),
			"GET /exports/{id}/file":             noCase,

			"POST /api/v1/exports":                      {query: "area=12", json: `{"subject": "household", "format": "csv", "purpose": "review", "reason": "comparison"}`},
			"GET /api/v1/exports":                       noCase,
			"GET /api/v1/exports/{id}":                  noCase,
			"POST /api/v1/exports/{id}/make":            bodyCase(""),
			"GET /api/v1/exports/{id}/file":             noCase,
			"GET /api/v1/import-templates":              noCase,
			"POST /api/v1/imports/{id}/template":        bodyCase(`{"name": "columns of theirs"}`),
			"POST /api/v1/import-templates/{id}/rename": bodyCase(`{"name": "columns of theirs"}`),
			"DELETE /api/v1/import-templates/{id}":      noCase,
			"GET /api/v1/imports/{id}/bundle":           shownCase(""),
			"POST /api/v1/imports/{id}/apply-all":       bodyCase(`{"on_error": "stop"}`),
			"POST /api/v1/imports/{id}/leave-out":       bodyCase(""),
		}
	})
}
