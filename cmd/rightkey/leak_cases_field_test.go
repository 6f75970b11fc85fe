package main

func init() {
	moreCases = append(moreCases, func(*matrix) map[string]leakCase {
		return map[string]leakCase{
			"GET /campaigns/{id}/report":               {},
			"GET /api/v1/campaigns/{id}/report":        {},
			"GET /visits/{id}/away":                    {},
			"POST /visits/{id}/away":                   formCase("file", ""),
			"GET /visits/{id}/sheet":                   {},
			"POST /visits/{id}/sheet":                  formCase("rows", `[{"row": 3, "cells": {"household": "{number}", "row": "1-0", "day": "2015-01-01", "outcome": "absent"}}]`),
			"GET /field/{$}":                           noCase,
			"GET /field/worker.js":                     noCase,
			"GET /visits/{id}/phone":                   {},
			"GET /visits/{id}/papers":                  {},
			"GET /api/v1/campaigns/{id}/visits/sheet":  {},
			"POST /api/v1/campaigns/{id}/visits/sheet": bodyCase(`{}`),
		}
	})
}
