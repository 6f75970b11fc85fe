package page

import (
	"net/http"
	"slices"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// shownWork is how many things of a kind that wait are shown one by one.
const shownWork = 5

// work is what waits for the reader: changes to decide, and imports that run, wait for a decision or have ended.
func (p *pages) work(r *http.Request) (web.Table, error) {
	ctx := r.Context()
	lang := web.Lang(ctx)
	t := web.Table{Caption: word(ctx, "overview.work"), Columns: []web.Column{{Label: word(ctx, "overview.work_what")}, {Label: web.T(ctx, "common.status")}, {Label: web.T(ctx, "common.time")}},
		Empty: web.Empty{Icon: "check", Title: word(ctx, "overview.no_work")}}
	if scope, err := p.scope(r, access.ChangeDecide); err == nil {
		sets, n, err := p.Registry.ToDecide(ctx, scope, shownWork)
		if err != nil {
			return t, err
		}
		for _, set := range sets {
			t.Rows = append(t.Rows, web.Row{Href: "/changes/" + strconv.FormatInt(set.ID, 10), Cells: []web.Cell{
				web.Text(word(ctx, "overview.change", "title", set.Title, "person", set.Person)), {View: stateBadge(ctx, set.State)}, web.Text(i18n.Moment(lang, set.Submitted)),
			}})
		}
		transfers, err := p.transferWork(ctx, scope)
		if err != nil {
			return t, err
		}
		t.Rows = append(t.Rows, transfers...)
		if n > int64(len(sets)) {
			t.Rows = append(t.Rows, web.Row{Href: "/changes", Cells: []web.Cell{web.Text(word(ctx, "overview.more_changes", "n", n-int64(len(sets)))), {}, {}}})
		}
	}
	for _, work := range p.Work {
		rows, err := work(ctx, p.Caller(ctx))
		if err != nil {
			return t, err
		}
		t.Rows = append(t.Rows, rows...)
	}
	scope, err := p.scope(r, access.ImportRun)
	if err != nil {
		return t, nil //nolint:nilerr // who may not import has no imports to wait for
	}
	imports, err := p.Registry.Imports(ctx, scope, 0, 4*shownWork)
	if err != nil {
		return t, err
	}
	imports = slices.DeleteFunc(imports, func(im registry.Import) bool { return im.Account != scope.Caller().Account })
	for _, im := range imports[:min(len(imports), shownWork)] {
		t.Rows = append(t.Rows, web.Row{Href: importPath(im.ID), Cells: []web.Cell{
			web.Text(word(ctx, "overview.import", "name", im.Name)), {View: importBadge(ctx, im.State)}, web.Text(i18n.Moment(lang, im.Created)),
		}})
	}
	return t, nil
}
