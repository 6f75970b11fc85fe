package page

import (
	"context"
	"maps"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/office"
	officepage "rightkey/internal/office/page"
	"rightkey/internal/registry/quality"
	"rightkey/internal/web"
)

// Centre is the verification centre's part on problem data: how many problems wait, and by rule how many of them nobody has
// taken and how many are past their date.
func Centre(service *quality.Service) officepage.CentrePart {
	p := &pages{Needs{Quality: service}}
	return officepage.Centre(access.HouseholdList, func(ctx context.Context) string { return word(ctx, "title") },
		func(ctx context.Context, scope access.Scope, _ int64, query url.Values) (stats []web.Stat, rules templ.Component, err error) {
			l := listing{scope: scope, query: query}
			if l.at, err = p.placeOf(ctx, scope, query.Get("area")); err != nil {
				return nil, nil, err
			}
			if l.pack, err = p.packAt(l.at.key()); err != nil {
				return nil, nil, err
			}
			if stats, err = p.stats(ctx, l); err != nil {
				return nil, nil, err
			}
			rules, err = p.byRule(ctx, l)
			return stats, rules, err
		})
}

// byRule counts the unsettled problems of each rule, each count the door to its list.
func (p *pages) byRule(ctx context.Context, l listing) (web.Table, error) {
	t := web.Table{Caption: word(ctx, "filter.rule"), ShowCaption: true, Columns: []web.Column{{Label: word(ctx, "filter.rule")}}, Empty: web.Empty{Icon: "check", Title: word(ctx, "none")}}
	kinds := []struct {
		key, name, value string
		filter           quality.Filter
	}{
		{"unsettled", "state", unsettled, quality.Filter{}},
		{"nobodys", "owner", "nobody", quality.Filter{Owner: office.Nobody}},
		{"overdue", "overdue", "yes", quality.Filter{Overdue: true}},
	}
	counts := make([]map[string]int64, len(kinds))
	for i, kind := range kinds {
		t.Columns = append(t.Columns, web.Column{Label: word(ctx, "stat."+kind.key), Number: true})
		kind.filter.Area, kind.filter.States = l.at.key(), quality.Unsettled
		var err error
		if counts[i], err = p.Quality.Facet(ctx, l.scope, kind.filter, "rule"); err != nil {
			return t, err
		}
	}
	for _, rule := range slices.Sorted(maps.Keys(counts[0])) {
		here := with(l.query, "rule", rule)
		row := web.Row{Href: web.Address("/problems", here), Cells: []web.Cell{web.Text(said(ctx, l.pack, rule))}}
		for i, kind := range kinds {
			row.Cells = append(row.Cells, web.Cell{Text: i18n.Number(web.Lang(ctx), counts[i][rule]), Href: web.Address("/problems", with(here, kind.name, kind.value))})
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}
