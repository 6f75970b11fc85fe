package page

import (
	"net/http"
	"net/url"
	"path"
	"time"

	"rightkey/internal/fault"
	"rightkey/internal/web"
	"rightkey/internal/web/assets"
)

// field is the page that keeps working without network. It holds nothing about anybody: what it shows is kept,
// encrypted, by its script.
func (p *pages) field(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, fieldPage())
}

// worker is the script that answers for that page. Its name does not carry its content's hash: it says for which
// addresses it answers.
func (p *pages) worker(w http.ResponseWriter, r *http.Request) error {
	content, built := assets.Open(path.Base(assets.Path("worker.js")))
	if !built {
		return fault.New(fault.NotFound, "%s", web.T(r.Context(), "error.not_found"))
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	_, _ = w.Write(content) // a reader who has gone away cannot be told
	return nil
}

// phone is what a team takes along on a telephone: its households, and the form of a visit. Nothing of what was found
// before stands in it.
func (p *pages) phone(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	g, list, places, err := p.routeOf(r)
	if err != nil {
		return err
	}
	d, pack, err := p.Campaigns.DesignOf(g.Campaign)
	if err != nil {
		return err
	}
	taken := takenAlong{title: p.title(ctx, g.Campaign, places), path: visitPath(g.ID, "/"), fields: visitFields(ctx, d, pack, url.Values{"day": {p.Campaigns.Registry().Now().Day(time.UTC).String()}})}
	for _, t := range list {
		taken.stops = append(taken.stops, stop{number: t.Number, head: t.HeadName, place: placeName(ctx, places, t.Area), persons: count(ctx, t.Persons)})
	}
	return web.Render(w, r, http.StatusOK, takenView(taken))
}

// takenAlong is what a telephone holds of a campaign.
type takenAlong struct {
	title, path string
	stops       []stop
	fields      []web.Field
}

// stop is a household on the way of a team.
type stop struct{ number, head, place, persons string }
