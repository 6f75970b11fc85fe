package page

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// bundleView are the files of one upload.
type bundleView struct {
	table web.Table
	apply bool // all are tried: they can be applied one after another
	ver   int64
}

// bundleOf lists the files that came with an import, nil where it came alone.
func (p *pages) bundleOf(r *http.Request, scope access.Scope, im registry.Import) (*bundleView, error) {
	ctx := r.Context()
	all, err := p.Registry.Bundle(ctx, scope, im)
	if err != nil || len(all) < 2 {
		return nil, err
	}
	about := url.Values{}
	for _, name := range []string{"source", "day"} {
		if value := r.URL.Query().Get(name); value != "" {
			about.Set(name, value)
		}
	}
	if im.Mapping != nil {
		about.Set("source", im.Mapping.Source)
		about.Set("day", im.Mapping.Day)
	}
	v := &bundleView{apply: true, ver: im.Ver, table: web.Table{Caption: word(ctx, "import.bundle.title"), Columns: []web.Column{
		{Label: word(ctx, "import.file")}, {Label: word(ctx, "import.subject")}, {Label: word(ctx, "import.rows"), Number: true}, {Label: web.T(ctx, "common.status")},
	}}}
	waiting := 0
	for _, one := range all {
		row := p.bundleRow(ctx, one, about)
		if one.ID == im.ID {
			row.Href = ""
			row.Cells[0] = web.Cell{Text: fileName(one), View: hereBadge(ctx)}
		}
		v.table.Rows = append(v.table.Rows, row)
		switch one.State {
		case registry.Checked, registry.Stopped:
			waiting++
		case registry.Imported, registry.LeftOut:
		default:
			v.apply = false
		}
	}
	v.apply = v.apply && waiting > 1
	return v, nil
}

func (p *pages) bundleRow(ctx context.Context, im registry.Import, about url.Values) web.Row {
	href := importPath(im.ID)
	subject := web.Cell{Missing: true}
	if im.Mapping != nil {
		subject = web.Text(p.subjectsName(ctx, im.Area, im.Mapping.Subject))
	} else {
		href = address(href, about)
	}
	return web.Row{Href: href, Cells: []web.Cell{web.Text(fileName(im)), subject, web.Text(i18n.Number(web.Lang(ctx), im.Rows)), {View: importBadge(ctx, im.State)}}}
}

func hereBadge(ctx context.Context) web.Badge {
	return web.Badge{Tone: web.ToneInfo, Text: word(ctx, "import.bundle.here")}
}

// applyAll begins to apply the files of an upload, households first.
func (p *pages) applyAll(w http.ResponseWriter, r *http.Request) error {
	im, scope, err := p.importOf(r)
	if err != nil {
		return err
	}
	if _, err := sentVersion(r); err != nil {
		return err
	}
	if err := p.Registry.ApplyBundle(r.Context(), scope, im, registry.OnError(strings.TrimSpace(r.PostForm.Get("on_error")))); err != nil {
		return err
	}
	http.Redirect(w, r, importPath(im.ID), http.StatusSeeOther)
	return nil
}

// leaveOut takes a file away that is not wanted.
func (p *pages) leaveOut(w http.ResponseWriter, r *http.Request) error {
	im, scope, err := p.importOf(r)
	if err != nil {
		return err
	}
	ver, err := sentVersion(r)
	if err != nil {
		return err
	}
	if err := p.Registry.LeaveOut(r.Context(), scope, im.ID, ver); err != nil {
		return err
	}
	next := "/imports"
	if all, err := p.Registry.Bundle(r.Context(), scope, im); err == nil {
		if i := slices.IndexFunc(all, func(one registry.Import) bool { return one.State == registry.Uploaded }); i >= 0 {
			next = importPath(all[i].ID)
		}
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// sentVersion is the version of the import that a form was made for.
func sentVersion(r *http.Request) (int64, error) {
	if err := web.Form(r); err != nil {
		return 0, err
	}
	ver, err := strconv.ParseInt(r.PostForm.Get("ver"), 10, 64)
	if err != nil {
		return 0, fault.New(fault.Required, "%s", web.T(r.Context(), "error.required"))
	}
	return ver, nil
}
