package rest

import (
	"context"
	"net/http"

	"rightkey/internal/access"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
)

// Hit is one answer of a search.
type Hit struct {
	Why       string     `json:"why" enum:"number,identity,phone,place,same,sounds,inside,spelled,script" doc:"What was met: a number, an identity number, a telephone number, an area's name; of a name: the same, one that sounds the same, a part, one spelled alike, one in another script."`
	Score     float64    `json:"score" minimum:"0" maximum:"1" doc:"How like what was looked for."`
	Household *Household `json:"household,omitempty" doc:"The household that was met, or in which the person lives."`
	Person    *Person    `json:"person,omitempty" doc:"The person that was met; without facts."`
	Area      string     `json:"area" doc:"Official code of the household's area, or of the area that was met."`
	AreaName  string     `json:"area_name"`
}

// Hits are the answers of a search, the likeliest first.
type Hits struct {
	Hits []Hit `json:"hits" nullable:"false"`
}

func hitOf(h registry.Hit) Hit {
	out := Hit{Why: string(h.Why), Score: h.Score, Area: h.Area.Code, AreaName: h.Area.Name}
	if h.Household != nil {
		household := householdOf(*h.Household, map[int64]string{h.Household.Area: h.Area.Code})
		out.Household = &household
	}
	if h.Person != nil {
		person := personOf(*h.Person, h.Household.Number)
		out.Person = &person
	}
	return out
}

func (rooms Rooms) registerSearches(api *rest.API) {
	type searchInput struct {
		Body struct {
			Text  string `json:"text" minLength:"1" maxLength:"200" doc:"A name in any script or a part of one, a permanent number, a telephone number, a national identity number, the beginning of a village's name."`
			Area  string `json:"area,omitempty" doc:"Official code of an area: only there and below."`
			Limit int    `json:"limit,omitempty" minimum:"1" maximum:"20" default:"20"`
		}
	}
	type searchOutput struct{ Body Hits }
	rest.Register(api, rest.Operation{ID: "search", Method: http.MethodPost, Path: "/searches", Summary: "Find households and persons", Room: room, Verb: access.HouseholdList, Status: http.StatusOK,
		About: "The text belongs in the body, never in an address. Whom the answer shows is journalled before it is sent. Searches are limited by the hour, those by identity number more tightly (429). Nothing outside your areas is found, and nothing says that it exists."},
		func(ctx context.Context, in *searchInput) (*searchOutput, error) {
			q := registry.Query{Text: in.Body.Text}
			if in.Body.Area != "" {
				a, err := rooms.Registry.Areas().ByCode(ctx, rest.Scope(ctx), in.Body.Area)
				if err != nil {
					return nil, err
				}
				q.Area = a.Key
			}
			limit := in.Body.Limit
			if limit == 0 {
				limit = registry.MostHits
			}
			hits, err := rooms.Registry.Find(ctx, rest.Scope(ctx), q, limit)
			if err != nil {
				return nil, err
			}
			out := &searchOutput{Body: Hits{Hits: make([]Hit, len(hits))}}
			for i, h := range hits {
				out.Body.Hits[i] = hitOf(h)
			}
			return out, nil
		})
}
