package main

import (
	"bytes"
	"image"
	"image/png"

	"rightkey/internal/access"
	"rightkey/internal/registry"
)

func init() {
	moreCases = append(moreCases, func(m *matrix) map[string]leakCase {
		m.attachInFarCounty()
		return map[string]leakCase{
			"GET /households/search":                                   noCase,
			"POST /api/v1/searches":                                    {json: `{"text": "Person"}`, shows: true},
			"POST /households/{number}/attachments":                    formCase(),
			"GET /households/{number}/attachments/{token}":             noCase,
			"GET /households/{number}/attachments/{token}/thumbnail":   noCase,
			"POST /households/{number}/attachments/{token}/end":        formCase("ver", "99"),
			"POST /api/v1/households/{number}/attachments":             {query: "kind=house_photo", json: "{}"},
			"GET /api/v1/households/{number}/attachments":              shownCase(""),
			"GET /api/v1/households/{number}/attachments/{token}":      shownCase(""),
			"POST /api/v1/households/{number}/attachments/{token}/end": bodyCase(`{}`),
		}
	})
}

// attachInFarCounty adds a photo to the far county's household: its token and its content are marks.
func (m *matrix) attachInFarCounty() {
	ctx := m.t.Context()
	scope, err := access.Decide(m.callerOf(m.t, ctx, "far"), access.HouseholdEdit)
	if err != nil {
		m.t.Fatal(err)
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 41, 43))); err != nil {
		m.t.Fatal(err)
	}
	household, _ := registry.ParseNumber(m.ids["{number}"])
	a, err := m.h.registry.Attach(ctx, scope, registry.Attaching{Household: household, Kind: registry.HousePhoto}, picture.Bytes())
	if err != nil {
		m.t.Fatal(err)
	}
	m.ids["{token}"] = a.Token
	m.marks = append(m.marks, a.Token, "\x89PNG")
}
