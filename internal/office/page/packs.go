package page

import (
	"io/fs"
	"net/http"
	"path"
	"regexp"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/web"
)

func packPath(p *policy.Pack) string { return "/packs/" + p.Hash }

// packsPage lists the installed packs, which of them is in use, and those that come with the program.
func (p *Pages) packsPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	table := web.Table{Caption: web.T(ctx, "office.packs.installed"), Empty: web.Empty{Icon: "pack", Title: web.T(ctx, "office.packs.none"), Text: web.T(ctx, "office.packs.none_help")}, Columns: []web.Column{
		{Label: web.T(ctx, "common.name")}, {Label: web.T(ctx, "office.packs.id")}, {Label: web.T(ctx, "office.packs.version")}, {Label: web.T(ctx, "office.packs.unconfirmed"), Number: true}, {Label: web.T(ctx, "common.status")}}}
	current, err := p.Packs.Current(p.today())
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	for _, pack := range p.Packs.All() {
		state := web.Badge{Text: web.T(ctx, "office.packs.state_installed")}
		if current != nil && current.Hash == pack.Hash {
			state = web.Badge{Tone: web.ToneGood, Text: web.T(ctx, "office.packs.in_use")}
		}
		table.Rows = append(table.Rows, web.Row{Href: packPath(pack), Cells: []web.Cell{web.Text(pack.Title.In(web.Lang(ctx))), {View: code(pack.ID)}, web.Text(pack.Version), web.Text(number(ctx, len(pack.Unconfirmed()))), {View: state}}})
	}
	shipped, err := p.shippedTable(r)
	if err != nil {
		return err
	}
	return show(w, r, http.StatusOK, p.Frame.Page(r, web.T(ctx, "office.nav.packs")),
		panel(web.T(ctx, "office.packs.installed"), table), panel(web.T(ctx, "office.packs.shipped"), text(web.T(ctx, "office.packs.shipped_help")), shipped))
}

// shippedTable lists the packs that come with the program and are not installed.
func (p *Pages) shippedTable(r *http.Request) (web.Table, error) {
	ctx := r.Context()
	packs, err := p.Loader.LoadAll(p.Shipped)
	if err != nil {
		return web.Table{}, err
	}
	_, err = scope(r, access.PackEdit)
	may := err == nil
	table := web.Table{Caption: web.T(ctx, "office.packs.shipped"), Empty: web.Empty{Icon: "check", Title: web.T(ctx, "office.packs.shipped_none")}, Columns: []web.Column{
		{Label: web.T(ctx, "common.name")}, {Label: web.T(ctx, "office.packs.id")}, {Label: web.T(ctx, "office.packs.version")}, {Label: web.T(ctx, "office.areas.levels")}, {Label: web.T(ctx, "common.status")}}}
	for _, pack := range packs {
		if _, installed := p.Packs.Get(pack.Hash); installed {
			continue
		}
		last := web.Cell{View: web.Badge{Text: web.T(ctx, "office.packs.not_installed")}}
		switch {
		case widths(pack) != p.Areas.Scheme().String():
			last = web.Cell{View: web.Badge{Tone: web.ToneWarn, Text: web.T(ctx, "office.packs.other_levels")}}
		case may:
			last = web.Cell{View: web.Action{Label: web.T(ctx, "office.packs.install"), Href: "/packs/install", Post: true, Hidden: []web.Pair{{Name: "pack", Value: pack.ID}}}}
		}
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{web.Text(pack.Title.In(web.Lang(ctx))), {View: code(pack.ID)}, web.Text(pack.Version), web.Text(widths(pack)), last}})
	}
	return table, nil
}

// widths are the digits of a pack's levels, written as "2-2-2-3-3".
func widths(pack *policy.Pack) string {
	text := ""
	for i, level := range pack.Levels {
		if i > 0 {
			text += "-"
		}
		text += string(rune('0' + level.Width))
	}
	return text
}

// packName is the name of a pack's folder.
var packName = regexp.MustCompile(`^[a-z0-9-]{1,60}$`)

func (p *Pages) installPack(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	name := r.PostForm.Get("pack")
	missing := fault.New(fault.NotFound, "%s", web.T(r.Context(), "error.not_found"))
	if !packName.MatchString(name) {
		return missing
	}
	if _, err := fs.Stat(p.Shipped, path.Join(name, policy.HeadFile)); err != nil {
		return missing
	}
	s, err := scope(r, access.PackEdit)
	if err != nil {
		return err
	}
	pack, err := p.Loader.Load(p.Shipped, name)
	if err != nil {
		return err
	}
	if widths(pack) != p.Areas.Scheme().String() {
		return fault.New(fault.Conflict, "%s", web.T(r.Context(), "office.fault.pack_levels"))
	}
	if pack, err = p.Packs.Install(r.Context(), s, p.Shipped, name); err != nil {
		return err
	}
	return seeOther(w, r, packPath(pack), "installed")
}

func (p *Pages) packOf(r *http.Request) (*policy.Pack, error) {
	pack, ok := p.Packs.Get(r.PathValue("hash"))
	if !ok {
		return nil, fault.New(fault.NotFound, "%s", web.T(r.Context(), "error.not_found"))
	}
	return pack, nil
}

// usePack puts a pack in use everywhere from a day on.
func (p *Pages) usePack(w http.ResponseWriter, r *http.Request) error {
	if err := web.Form(r); err != nil {
		return err
	}
	pack, err := p.packOf(r)
	if err != nil {
		return err
	}
	s, err := scope(r, access.PackEdit)
	if err != nil {
		return err
	}
	since, err := clock.ParseDay(r.PostForm.Get("since"))
	if err != nil {
		return p.showPack(w, r, pack, fault.New(fault.Invalid, "%s", web.T(r.Context(), "office.fault.day")).With(0, "since", "%s", web.T(r.Context(), "office.fault.day")))
	}
	if !s.Holds(0) {
		return fault.New(fault.Forbidden, "%s", web.T(r.Context(), "office.fault.everywhere"))
	}
	if err := p.Packs.Use(r.Context(), s, 0, since, pack); err != nil {
		return err
	}
	return seeOther(w, r, packPath(pack), "used")
}
