package page

import (
	"context"
	"net/url"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	officepage "rightkey/internal/office/page"
	"rightkey/internal/verify/crosscheck"
	"rightkey/internal/web"
)

// Centre is the verification centre's part on leads: how many wait, and how long those of each check have waited.
func Centre(service *crosscheck.Service) officepage.CentrePart {
	p := &pages{Needs{Crosschecks: service}}
	return officepage.Centre(access.CaseRead, func(ctx context.Context) string { return word(ctx, "title") },
		func(ctx context.Context, scope access.Scope, area int64, query url.Values) ([]web.Stat, templ.Component, error) {
			stats, err := p.stats(ctx, scope, area, query)
			if err != nil {
				return nil, nil, err
			}
			ages, err := p.ages(ctx, scope, crosscheck.Filter{Area: area}, query)
			return stats, ages, err
		})
}
