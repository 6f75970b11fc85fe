package main

import "net/url"

// moreCases are the cases that parts of rooms keep in files of their own.
var moreCases []func(*matrix) map[string]leakCase

var noCase = leakCase{}

// formCase posts the pairs of names and values.
func formCase(pairs ...string) leakCase {
	values := url.Values{"x": {""}}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return leakCase{form: values}
}

// outsideCase is asked by strangers to the far county only.
func outsideCase(c leakCase) leakCase {
	c.strangers = true
	return c
}

// shownCase shows something to the far county's own people.
func shownCase(query string) leakCase { return leakCase{query: query, shows: true} }

// bodyCase sends JSON.
func bodyCase(text string) leakCase { return leakCase{json: text, tag: `"1"`} }

// cases says how each page and each operation is asked for the far county's records.
func (m *matrix) cases() map[string]leakCase {
	none, form, outside, shown, body := noCase, formCase, outsideCase, shownCase, bodyCase
	return map[string]leakCase{
		// pages: the shell and the office
		"GET /assets/{name}":          none,
		"POST /preferences":           form("lang", "en", "next", "/"),
		"GET /login":                  none,
		"POST /login":                 form("login", "far", "password", "not this one"),
		"POST /logout":                {form: url.Values{}, strangers: true},
		"GET /activate":               {query: "token=none"},
		"POST /activate":              form("token", "none", "password", matrixPassword),
		"GET /me":                     none,
		"POST /me/preferences":        form("lang", "en", "theme", "auto"),
		"POST /me/purpose":            form("purpose", "verification"),
		"POST /me/password":           form("old", "wrong", "new", "another long pass phrase"),
		"POST /me/tokens":             form("label", "matrix", "days", "1"),
		"POST /me/tokens/{id}/end":    form(),
		"POST /me/sessions/{id}/end":  form(),
		"GET /accounts":               none,
		"GET /accounts/new":           none,
		"POST /accounts":              form("login", "far", "name", "Twin", "role", "analyst", "area", "12"),
		"GET /accounts/{id}":          none,
		"POST /accounts/{id}/grants":  outside(form("role", "analyst", "area", "12")),
		"POST /accounts/{id}/revoke":  outside(form("role", "county-office", "area", "{key}", "from", "2000-01-01")),
		"POST /accounts/{id}/disable": outside(form()),
		"POST /accounts/{id}/enable":  outside(form()),
		"POST /accounts/{id}/renew":   outside(form()),
		"GET /areas":                  shown(""),
		"GET /areas/{key}":            shown(""),
		"GET /areas/load":             none,
		"POST /areas/load":            form(),
		"POST /areas/load/{job}":      form(),
		"GET /packs":                  none,
		"GET /packs/{hash}":           none,
		"POST /packs/install":         form("pack", "none"),
		"POST /packs/{hash}/use":      form("since", "2000-01-01"),
		"GET /journal":                none,
		"GET /jobs":                   shown(""),
		"GET /jobs/{id}":              shown(""),
		"GET /jobs/{id}/progress":     none,
		"POST /jobs/{id}/cancel":      form(),
		// pages: the registry
		"GET /{$}":                         shown(""),
		"GET /overview/reading":            none,
		"GET /households":                  shown("area=12"),
		"POST /households/search":          form("q", "Farmark"),
		"GET /households/{number}":         shown(""),
		"GET /persons/{number}":            none,
		"GET /households/{number}/change":  shown("section=hearth"),
		"POST /households/{number}/change": form("section", "hearth", "ver", "1", "lamp", "true"),
		"GET /changes":                     shown("state=waiting"),
		"GET /changes/{id}":                shown(""),
		"POST /changes/{id}/approve":       form("ver", "99"),
		"POST /changes/{id}/return":        form("ver", "99", "comment", "no"),
		"POST /changes/{id}/resolve":       form("ver", "99"),
		"POST /changes/{id}/withdraw":      form("ver", "99"),
		"GET /imports":                     shown(""),
		"GET /imports/new":                 none,
		"POST /imports":                    form(),
		"GET /imports/{id}":                shown(""),
		"GET /imports/{id}/progress":       none,
		"GET /imports/{id}/report.csv":     none,
		"POST /imports/{id}/check":         form("ver", "99"),
		"POST /imports/{id}/apply":         form("ver", "99"),
		// pages: identification
		"GET /identify":                  shown(""),
		"POST /identify":                 form("area", "12", "day", "2013-12-31"),
		"GET /identify/{run}":            shown("area=12"),
		"GET /identify/{run}/progress":   none,
		"GET /identify/{run}/households": shown("area=12"),
		"GET /identify/{run}/export":     shown("area=12"),
		// operations: the office
		"GET /api/v1/areas":        shown("parent={key}"),
		"GET /api/v1/areas/search": shown("q=Far"),
		"GET /api/v1/areas/{key}":  shown(""),
		"POST /api/v1/area-checks": body(`{}`),
		"POST /api/v1/area-loads":  body(`{"check": {job}}`),
		"GET /api/v1/jobs":         shown(""),
		"GET /api/v1/jobs/{id}":    shown(""),
		"GET /api/v1/packs":        none,
		"GET /api/v1/packs/{hash}": none,
		// operations: the registry
		"GET /api/v1/households":                  shown("area=12"),
		"GET /api/v1/households/{number}":         shown(""),
		"GET /api/v1/households/{number}/persons": shown(""),
		"GET /api/v1/persons/{number}":            shown(""),
		"POST /api/v1/change-sets":                body(`{"source": "api", "title": "t", "reason": "r", "rows": [{"household": "{number}", "base_ver": 1, "set": {"lamp": true}}]}`),
		"GET /api/v1/change-sets":                 shown(""),
		"GET /api/v1/change-sets/{id}":            shown(""),
		"POST /api/v1/change-sets/{id}/approve":   body(`{"comment": ""}`),
		"POST /api/v1/change-sets/{id}/return":    body(`{"comment": "no"}`),
		"POST /api/v1/change-sets/{id}/resolve":   body(`{"choices": []}`),
		"POST /api/v1/change-sets/{id}/withdraw":  body(`{}`),
		"POST /api/v1/imports":                    body(`{}`),
		"GET /api/v1/imports":                     shown(""),
		"GET /api/v1/imports/{id}":                shown(""),
		"POST /api/v1/imports/{id}/check":         body(`{}`),
		"POST /api/v1/imports/{id}/apply":         body(`{}`),
		"GET /api/v1/imports/{id}/report":         none,
		// operations: identification
		"GET /api/v1/assessments":                          shown("household={number}"),
		"GET /api/v1/identification-runs":                  none,
		"POST /api/v1/identification-runs":                 body(`{"day": "2013-12-31", "area": "12"}`),
		"GET /api/v1/identification-runs/{id}":             none,
		"GET /api/v1/identification-runs/{id}/headcount":   shown("area=12"),
		"GET /api/v1/identification-runs/{id}/assessments": shown("area=12"),
	}
}
