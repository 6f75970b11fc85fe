package page

import (
	"context"
	"net/url"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/web"
)

// CentrePart is what waits of a kind of work in an area (0 for all of the reader's) with this code, as a part of the
// verification centre; nil for who may not see it.
type CentrePart func(ctx context.Context, c access.Caller, area int64, code string) (templ.Component, error)

// CentreFigures reads the figures and the table of such a part; query selects the area in addresses of lists.
type CentreFigures func(ctx context.Context, scope access.Scope, area int64, query url.Values) ([]web.Stat, templ.Component, error)

// Centre is the part for who may do the verb and does not judge anew what others judged.
func Centre(verb access.Verb, title func(context.Context) string, read CentreFigures) CentrePart {
	return func(ctx context.Context, c access.Caller, area int64, code string) (templ.Component, error) {
		scope, err := access.Decide(c, verb)
		if err != nil || scope.AnyIsolated() {
			return nil, nil //nolint:nilerr // who may not see the work is shown none
		}
		query := url.Values{}
		if code != "" {
			query.Set("area", code)
		}
		stats, table, err := read(ctx, scope, area, query)
		if err != nil {
			return nil, err
		}
		return web.Box(title(ctx), web.Tiles(stats...), table), nil
	}
}
