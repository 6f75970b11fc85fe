package page

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/job"
	registrypage "rightkey/internal/registry/page"
	"rightkey/internal/verify/duplicate"
	"rightkey/internal/web"
)

// Needs is what the pages stand on.
type Needs struct {
	web.Desk
	Duplicates *duplicate.Service
}

// Places are these pages' places of the main navigation.
func Places() []registrypage.Place {
	return []registrypage.Place{{NavItem: web.NavItem{Key: "duplicate.nav", Href: "/duplicates", Icon: "users"}, Verb: access.ChangeDecide}}
}

// LookPath is where a form asks, while somebody is typed into it, who may be registered already.
const LookPath = "/duplicates/look"

type pages struct{ Needs }

// Register adds the pages to a server.
func Register(server *web.Server, n Needs) {
	p := &pages{n}
	server.Handle("GET /duplicates", web.Needs(access.ChangeDecide), p.queue)
	server.Handle("POST /duplicates/run", web.Needs(access.AssessRun), p.run)
	server.Handle("POST "+LookPath, web.Needs(access.HouseholdEdit), p.look)
	server.Handle("GET /duplicates/labels", web.Needs(access.ChangeDecide), p.labels)
	server.Handle("GET /duplicates/{id}", web.Needs(access.ChangeDecide), p.review)
	server.Handle("POST /duplicates/{id}/judge", web.Needs(access.ChangeDecide), p.judge)
	server.Handle("POST /duplicates/{id}/postpone", web.Needs(access.ChangeDecide), p.postpone)
	server.Handle("POST /duplicates/{id}/undo", web.Needs(access.ChangeDecide), p.undo)
	server.Handle("POST /duplicates/{id}/ask", web.Needs(access.ChangeDecide), p.ask)
	server.Handle("POST /duplicates/{id}/answer", web.Needs(access.ChangeDecide), p.answer)
}

// word says a message of these pages.
func word(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "duplicate."+key, args...)
}

func placeName(ctx context.Context, places map[int64]area.Area, key int64) string {
	a, ok := places[key]
	if !ok {
		return strconv.FormatInt(key, 10)
	}
	return a.Label(web.Lang(ctx))
}

var zoneTones = map[duplicate.Zone]web.Tone{duplicate.Same: web.ToneBad, duplicate.Doubtful: web.ToneWarn}

func zoneBadge(ctx context.Context, zone duplicate.Zone) web.Badge {
	return web.Badge{Tone: zoneTones[zone], Text: word(ctx, "zone."+string(zone))}
}

var stateTones = map[duplicate.State]web.Tone{duplicate.Open: web.ToneWarn, duplicate.Second: web.ToneInfo, duplicate.Disputed: web.ToneBad, duplicate.Decided: web.ToneGood}

func stateBadge(ctx context.Context, state duplicate.State) web.Badge {
	return web.Badge{Tone: stateTones[state], Text: word(ctx, "state."+string(state))}
}

func pairPath(id int64) string { return "/duplicates/" + strconv.FormatInt(id, 10) }

// run compares the whole register with itself.
func (p *pages) run(w http.ResponseWriter, r *http.Request) error {
	scope, err := p.Scope(r, access.AssessRun)
	if err != nil {
		return err
	}
	j, watches, err := p.Duplicates.Start(r.Context(), scope)
	if err != nil {
		return err
	}
	if !watches {
		return web.See(w, r, "/duplicates")
	}
	return web.See(w, r, "/jobs/"+strconv.FormatInt(j.ID, 10))
}

// JobResult is what the page of a job shows of a run. How many pairs there are everywhere is no secret of an area.
func JobResult(ctx context.Context, _ access.Caller, j job.Job) (templ.Component, error) {
	result, err := duplicate.ResultOf(j)
	if err != nil {
		return nil, err
	}
	return web.Tiles(web.Stat{Label: word(ctx, "result.found"), Value: strconv.FormatInt(result.Found, 10), Href: "/duplicates"}, web.Stat{Label: word(ctx, "result.gone"), Value: strconv.FormatInt(result.Gone, 10), Href: "/duplicates?state=gone"}), nil
}
