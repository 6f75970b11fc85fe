package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"rightkey/internal/registry"
	"rightkey/internal/web"
)

const readingPath = "/overview/reading"

// readingOf is how far the register is read, where that is why there are no figures yet.
func readingOf(err error) (registry.Reading, bool) {
	var reading registry.Reading
	return reading, errors.As(err, &reading)
}

// readingView shows how far the register is read, and asks again until the page of this address can be shown.
func readingView(ctx context.Context, reading registry.Reading, query url.Values) web.Progress {
	asked := "?" + url.Values{"area": query["area"]}.Encode()
	return web.Progress{ID: "overview-reading", Label: word(ctx, "overview.reading_so_far"), Done: reading.Read, Total: reading.Of, Unit: word(ctx, "overview.households_unit"),
		Poll: readingPath + asked, Page: "/?" + query.Encode()}
}

// reading is the piece of the overview that renews itself while the register is read, and then the whole page.
func (p *pages) reading(w http.ResponseWriter, r *http.Request) error {
	l, err := p.look(r)
	reading, waits := readingOf(err)
	if err != nil && !waits {
		return err
	}
	if !waits {
		w.Header().Set("HX-Refresh", "true")
	}
	return web.Render(w, r, http.StatusOK, readingView(r.Context(), reading, l.query))
}
