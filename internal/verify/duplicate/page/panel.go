package page

import (
	"context"
	"slices"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/registry"
	registrypage "rightkey/internal/registry/page"
	"rightkey/internal/verify/duplicate"
	"rightkey/internal/web"
)

// Panel is the part of a household's page that says which of its members may be registered twice, and whether benefit
// waits for a decision.
func Panel(service *duplicate.Service) registrypage.Panel {
	return registrypage.Panel{Column: registrypage.Side, First: true, Show: func(ctx context.Context, scope access.Scope, f registry.File) (templ.Component, error) {
		list, err := service.Of(ctx, scope, f.Household)
		if err != nil {
			return nil, err
		}
		held, err := service.Held(ctx, scope, f.ID)
		if err != nil || len(list) == 0 && held == 0 {
			return nil, err
		}
		var parts []templ.Component
		if held > 0 {
			parts = append(parts, web.Notice{Tone: web.ToneWarn, Text: word(ctx, "panel.held", "n", held)})
		}
		return web.Box(word(ctx, "panel.title"), append(parts, asides(ofHousehold(ctx, scope.Caller(), f, list)))...), nil
	}}
}

// ofHousehold says of each pair whose it is, and leads to its review who may decide it.
func ofHousehold(ctx context.Context, c access.Caller, f registry.File, list []duplicate.Listed) []aside {
	var lines []aside
	for _, one := range list {
		mine, other := one.One, one.Other
		if one.Households[0] != f.ID {
			mine, other = other, mine
		}
		name := registry.Number(mine)
		if at := slices.IndexFunc(f.Members, func(m registry.Member) bool { return m.ID == mine && m.Name != "" }); at >= 0 {
			name = f.Members[at].Name
		}
		line := aside{text: word(ctx, "panel.line", "name", name, "number", registry.Number(other), "state", word(ctx, "state."+string(one.State))), href: "/persons/" + registry.Number(other)}
		if access.May(c, access.ChangeDecide) {
			line.href = pairPath(one.ID)
		}
		lines = append(lines, line)
	}
	return lines
}

// waitingRows is how many pairs the overview shows one by one.
const waitingRows = 3

// Waiting are the pairs and the questions of other counties that wait for the reader of the overview.
func Waiting(service *duplicate.Service) registrypage.Work {
	return func(ctx context.Context, c access.Caller) ([]web.Row, error) {
		scope, err := access.Decide(c, access.ChangeDecide)
		if err != nil {
			return nil, nil //nolint:nilerr // for who decides nothing nothing waits
		}
		list, n, err := service.Due(ctx, scope, waitingRows)
		if err != nil {
			return nil, err
		}
		var rows []web.Row
		for _, one := range list {
			rows = append(rows, web.Row{Href: pairPath(one.ID), Cells: []web.Cell{
				web.Text(word(ctx, "work.pair", "one", registry.Number(one.One), "other", registry.Number(one.Other))), {View: stateBadge(ctx, one.State)}, web.Text(i18n.Moment(web.Lang(ctx), one.Found))}})
		}
		if n > int64(len(list)) {
			rows = append(rows, web.Row{Href: "/duplicates", Cells: []web.Cell{web.Text(word(ctx, "work.more", "n", n-int64(len(list)))), {}, {}}})
		}
		asked, err := service.Unanswered(ctx, scope)
		if asked > 0 {
			rows = append(rows, web.Row{Href: "/duplicates#asked", Cells: []web.Cell{web.Text(word(ctx, "work.asked", "n", asked)), {}, {}}})
		}
		return rows, err
	}
}
