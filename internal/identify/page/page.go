package page

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/identify"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	registrypage "rightkey/internal/registry/page"
	"rightkey/internal/web"
)

// Needs is what the pages stand on.
type Needs struct {
	web.Desk
	Identify *identify.Service
	Registry *registry.Service
}

// Places are this room's places of the main navigation.
func Places() []registrypage.Place {
	return []registrypage.Place{{NavItem: web.NavItem{Key: "identify.nav", Href: "/identify", Icon: "search"}, Verb: access.Statistics}}
}

// pages are the handlers.
type pages struct{ Needs }

// Register adds the pages to a server.
func Register(server *web.Server, n Needs) {
	p := &pages{n}
	server.Handle("GET /identify", web.Needs(access.Statistics), p.runs)
	server.Handle("POST /identify", web.Needs(access.AssessRun), p.start)
	server.Handle("GET /packs/{hash}/rules", web.Needs(access.PackRead), p.judging)
	server.Handle("GET /identify/scenario", web.Needs(access.AssessRun), p.scenario)
	server.Handle("GET /identify/{run}", web.Needs(access.Statistics), p.run)
	server.Handle("GET /identify/{run}/progress", web.Needs(access.Statistics), p.progress, web.Watches())
	server.Handle("GET /identify/{run}/households", web.Needs(access.HouseholdList), p.households)
	server.Handle("GET /identify/{run}/compare", web.Needs(access.HouseholdList), p.compare)
	server.Handle("GET /identify/{run}/export", web.Needs(access.ExportRun), p.export)
}

// word says a message of this room.
func word(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "identify."+key, args...)
}

// runOf is the run that the address names, with the scope for its figures.
func (p *pages) runOf(r *http.Request) (identify.Run, access.Scope, error) {
	scope, err := p.Scope(r, access.Statistics)
	if err != nil {
		return identify.Run{}, scope, err
	}
	id, err := strconv.ParseInt(r.PathValue("run"), 10, 64)
	if err != nil {
		return identify.Run{}, scope, fault.New(fault.NotFound, "%s", web.T(r.Context(), "error.not_found"))
	}
	run, err := p.Identify.GetRun(r.Context(), scope, id)
	return run, scope, err
}

// address is a path with a query of names and values, of which the empty ones are left out.
func address(path string, pairs ...string) string {
	query := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			query.Set(pairs[i], pairs[i+1])
		}
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

func runPath(id int64) string { return "/identify/" + strconv.FormatInt(id, 10) }

// place is the area that a page looks at: its key and code, 0 and "" for all of the caller's areas.
type place struct {
	key   int64
	code  string
	label string
	way   []area.Area // the area and those around it, outermost first
}

// placeOf finds an area in scope by its code; without one it is the area that holds all of the scope.
func (p *pages) placeOf(ctx context.Context, scope access.Scope, code string) (place, error) {
	way, err := p.Identify.Areas().Around(ctx, scope, code)
	at := place{way: way, label: word(ctx, "everywhere")}
	if n := len(way); n > 0 {
		at.key, at.code, at.label = way[n-1].Key, way[n-1].Code, way[n-1].Label(web.Lang(ctx))
	}
	return at, err
}

// lead makes the breadcrumb of a page of a run, from the list of runs through the areas in scope.
func lead(ctx context.Context, scope access.Scope, p *pages, run identify.Run, at place, last string) []web.Crumb {
	crumbs := []web.Crumb{{Label: word(ctx, "nav"), Href: "/identify"}}
	if everywhere := slices.Contains(scope.Ranges(), access.Everywhere); everywhere || len(at.way) == 0 {
		crumbs = append(crumbs, web.Crumb{Label: word(ctx, "everywhere"), Href: runPath(run.ID)})
	}
	for _, a := range at.way {
		if len(scope.Within(p.Identify.Areas().Scheme().Range(a.Key)).Ranges()) > 0 && scope.Holds(a.Key) {
			crumbs = append(crumbs, web.Crumb{Label: a.Label(web.Lang(ctx)), Href: address(runPath(run.ID), "area", a.Code)})
		}
	}
	if last != "" {
		crumbs = append(crumbs, web.Crumb{Label: last})
	}
	return crumbs
}

// label is an area with the one around it.
func label(ctx context.Context, places map[int64]area.Area, key int64) string {
	if key == 0 {
		return word(ctx, "everywhere")
	}
	a, ok := places[key]
	if !ok {
		return strconv.FormatInt(key, 10)
	}
	text := a.Label(web.Lang(ctx))
	if around, ok := places[a.Parent]; ok {
		text += ", " + around.Label(web.Lang(ctx))
	}
	return text
}

// places are areas and those around them.
func (p *pages) places(ctx context.Context, keys []int64) (map[int64]area.Area, error) {
	scheme := p.Identify.Areas().Scheme()
	var all []int64
	for _, key := range keys {
		all = append(all, key, scheme.Parent(key))
	}
	return p.Registry.Places(ctx, all)
}

// badge is a verdict in a word.
func badge(ctx context.Context, outcome identify.Outcome) web.Badge {
	tones := map[identify.Outcome]web.Tone{identify.Poor: web.TonePoor, identify.NotPoor: web.ToneGood, identify.Unknown: web.ToneWarn}
	return web.Badge{Tone: tones[outcome], Text: word(ctx, "verdict."+string(outcome))}
}

// amount writes minor units with the currency of their pack.
func amount(ctx context.Context, minor int64, pack *policy.Pack) string {
	return identify.Amount(web.Lang(ctx), minor, pack.Digits) + " " + pack.Currency
}

// number writes a whole number.
func number(ctx context.Context, n int64) string { return i18n.Number(web.Lang(ctx), n) }

// share writes a rate as a percentage; nothing where there is none.
func share(ctx context.Context, rate float64, known bool) string {
	if !known {
		return ""
	}
	return i18n.Percent(web.Lang(ctx), rate, 1)
}
