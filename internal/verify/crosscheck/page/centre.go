package page

import (
	"context"
	"net/url"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/office"
	"rightkey/internal/verify/crosscheck"
	"rightkey/internal/web"
)

// Centre is the verification centre's part on leads: how many wait in an area (0 for all of the reader's) with this
// code, and how long those of each check have waited. It is nothing for who sees no leads.
func Centre(service *crosscheck.Service) func(ctx context.Context, c access.Caller, area int64, code string) (templ.Component, error) {
	p := &pages{Needs{Crosschecks: service}}
	return func(ctx context.Context, c access.Caller, area int64, code string) (templ.Component, error) {
		scope, err := access.Decide(c, access.CaseRead)
		if err != nil || scope.AnyIsolated() {
			return nil, nil //nolint:nilerr // who reads no leads is shown none
		}
		query := url.Values{}
		if code != "" {
			query.Set("area", code)
		}
		stats, err := p.stats(ctx, scope, area, query)
		if err != nil {
			return nil, err
		}
		ages, err := p.ages(ctx, scope, crosscheck.Filter{Area: area}, query)
		if err != nil {
			return nil, err
		}
		return web.Box(word(ctx, "title"), web.Tiles(stats...), ages), nil
	}
}

// Backlog is how many leads wait in an area, by who has them or by area; nothing for who sees no leads.
func Backlog(service *crosscheck.Service) func(context.Context, access.Caller, int64, office.BacklogBy) ([]office.Backlog, error) {
	return func(ctx context.Context, c access.Caller, area int64, by office.BacklogBy) ([]office.Backlog, error) {
		scope, err := access.Decide(c, access.CaseRead)
		if err != nil || scope.AnyIsolated() {
			return nil, nil //nolint:nilerr // who reads no leads is shown none
		}
		return service.Backlog(ctx, scope, area, by)
	}
}
