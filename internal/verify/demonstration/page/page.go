package page

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/verify/demonstration"
	"rightkey/internal/web"
)

type pages struct{ web.Desk }

// Register adds the page to a server.
func Register(server *web.Server, desk web.Desk) {
	p := &pages{desk}
	server.Handle("GET /verification/demonstration", web.Needs(access.Statistics), p.show)
}

func word(ctx context.Context, key string, args ...any) string {
	return web.T(ctx, "demonstration."+key, args...)
}

// show shows the curves of every mechanism, for visits without error or careful ones.
func (p *pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	query, err := web.Asked(r, "visits")
	if err != nil {
		return err
	}
	kept, err := demonstration.Read()
	if err != nil {
		return err
	}
	careful := query.Get("visits") != "exact"
	other := web.Action{Label: word(ctx, "exact"), Href: "/verification/demonstration?visits=exact"}
	kind := "careful"
	if !careful {
		other = web.Action{Label: word(ctx, "careful"), Href: "/verification/demonstration"}
		kind = "exact"
	}
	page := web.Page{Title: word(ctx, "title"), Wide: true, Crumbs: []web.Crumb{{Label: web.T(ctx, "campaign.nav"), Href: "/verification"}, {Label: word(ctx, "title")}}, Actions: []web.Action{other}}
	parts := []templ.Component{web.Note(word(ctx, "text", "households", kept.Households, "seed", int64(kept.Seed))), web.Note(word(ctx, kind+"_text"))}
	for _, c := range kept.Curves {
		if c.Careful == careful {
			parts = append(parts, mechanism(ctx, c))
		}
	}
	return p.Show(w, r, http.StatusOK, page, parts...)
}

// mechanism shows the two errors of a mechanism's register, and what the visits take.
func mechanism(ctx context.Context, c demonstration.Curve) templ.Component {
	name := word(ctx, "mechanism."+c.Mechanism)
	return web.Box(name,
		web.Side(
			curveOf(word(ctx, "inclusion"), c.Marks, func(m demonstration.Mark) demonstration.Shown { return m.Inclusion }).view(),
			curveOf(word(ctx, "missing"), c.Marks, func(m demonstration.Mark) demonstration.Shown { return m.Missing }).view(),
		),
		figures(ctx, name, c))
}

// figures is the table behind the curves.
func figures(ctx context.Context, name string, c demonstration.Curve) web.Table {
	t := web.Table{Caption: name, Scroll: true}
	for _, key := range []string{"visits", "inclusion", "estimated", "missing", "estimated", "team_days", "cases", "meetings"} {
		t.Columns = append(t.Columns, web.Column{Label: word(ctx, key), Number: true})
	}
	lang := web.Lang(ctx)
	for _, m := range c.Marks {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{web.Text(times(ctx, m.Times)), web.Text(percent(ctx, m.Inclusion.True)), web.Text(interval(ctx, m.Inclusion.Estimated)),
			web.Text(percent(ctx, m.Missing.True)), web.Text(interval(ctx, m.Missing.Estimated)),
			web.Text(i18n.Number(lang, int64(m.TeamDays))), web.Text(i18n.Number(lang, int64(m.Cases))), web.Text(i18n.Number(lang, int64(m.Meetings)))}})
	}
	return t
}

func percent(ctx context.Context, share float64) string { return i18n.Percent(web.Lang(ctx), share, 2) }

func times(ctx context.Context, n float64) string { return i18n.Decimal(web.Lang(ctx), n, 2) + " ×" }

// interval is an estimate as written.
func interval(ctx context.Context, e *demonstration.Interval) string {
	if e == nil {
		return i18n.Unknown
	}
	return word(ctx, "interval", "value", percent(ctx, e.Value), "low", percent(ctx, e.Low), "high", percent(ctx, e.High))
}
