package page

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/i18n"
	"rightkey/internal/money"
	"rightkey/internal/policy"
	"rightkey/internal/web"
)

func (p *Pages) packPage(w http.ResponseWriter, r *http.Request) error {
	pack, err := p.packOf(r)
	if err != nil {
		return err
	}
	return p.showPack(w, r, pack, nil)
}

// showPack shows a whole pack: every value with its source, and those marked that nobody has confirmed.
func (p *Pages) showPack(w http.ResponseWriter, r *http.Request, pack *policy.Pack, cause error) error {
	ctx := r.Context()
	title := pack.Title.In(web.Lang(ctx))
	page := p.Frame.Page(r, title, web.Crumb{Label: web.T(ctx, "office.nav.packs"), Href: "/packs"}, web.Crumb{Label: title})
	page.Wide = true
	status := http.StatusOK
	parts := []templ.Component{panel(web.T(ctx, "office.packs.about"), p.packFacts(r, pack))}
	if s, err := scope(r, access.PackEdit); err == nil && s.Holds(0) {
		f := form{Action: packPath(pack) + "/use", Submit: web.T(ctx, "office.packs.use_submit"), Plain: true, Fields: []web.Field{
			{Name: "since", Label: web.T(ctx, "office.packs.use_since"), Help: web.T(ctx, "office.packs.use_help"), Kind: web.FieldDate, Value: p.today().String(), Required: true}}}
		if cause != nil {
			notices, err := f.wrong(ctx, cause)
			if err != nil {
				return err
			}
			page.Flash, status = notices, web.Status(cause)
		}
		parts = append(parts, panel(web.T(ctx, "office.packs.use"), f))
	}
	parts = append(parts,
		panel(web.T(ctx, "office.packs.lines"), lineTable(ctx, pack)),
		panel(web.T(ctx, "office.packs.formulas"), formulaTable(ctx, pack)),
		panel(web.T(ctx, "office.packs.values"), valueTable(ctx, pack)),
		panel(web.T(ctx, "office.packs.items"), unfolding(ctx, itemTable(ctx, pack))),
		panel(web.T(ctx, "office.packs.codes"), unfolding(ctx, codeTable(ctx, pack))),
	)
	return show(w, r, status, page, parts...)
}

// unfolding is a table of hundreds of rows, which are shown to who asks for them.
func unfolding(ctx context.Context, t web.Table) templ.Component {
	if len(t.Rows) == 0 {
		return t
	}
	return web.Folded(web.T(ctx, "office.packs.rows", "n", len(t.Rows)), false, t)
}

func (p *Pages) packFacts(r *http.Request, pack *policy.Pack) web.Facts {
	ctx := r.Context()
	lang := web.Lang(ctx)
	var levels []string
	for _, level := range pack.Levels {
		levels = append(levels, level.Label.In(lang)+" ("+strconv.Itoa(level.Width)+")")
	}
	var languages []string
	for _, l := range pack.Languages {
		languages = append(languages, string(l))
	}
	state := web.Badge{Text: web.T(ctx, "office.packs.state_installed")}
	if current, err := p.Packs.Current(p.today()); err == nil && current.Hash == pack.Hash {
		state = web.Badge{Tone: web.ToneGood, Text: web.T(ctx, "office.packs.in_use")}
	}
	return web.Facts{Items: []web.Fact{
		{Label: web.T(ctx, "office.packs.id"), Value: pack.ID},
		{Label: web.T(ctx, "office.packs.version"), Value: pack.Version},
		{Label: web.T(ctx, "common.status"), View: state},
		{Label: web.T(ctx, "office.packs.languages"), Value: strings.Join(languages, ", ")},
		{Label: web.T(ctx, "office.packs.currency"), Value: pack.Currency},
		{Label: web.T(ctx, "office.areas.levels"), Value: strings.Join(levels, " › ")},
		{Label: web.T(ctx, "office.packs.unconfirmed"), Value: number(ctx, len(pack.Unconfirmed())) + " / " + number(ctx, len(pack.Refs()))},
		{Label: web.T(ctx, "office.packs.confirmed_share"), Value: i18n.Percent(web.Lang(ctx), 1-float64(len(pack.Unconfirmed()))/float64(max(1, len(pack.Refs()))), 0)},
		{Label: web.T(ctx, "office.packs.hash"), View: code(pack.Hash)},
	}}
}

// source is where a value comes from, with its mark if nobody has confirmed it.
func source(ctx context.Context, from string, unconfirmed bool) web.Cell {
	cell := web.Text(from)
	if unconfirmed {
		cell.View = web.Badge{Tone: web.ToneWarn, Text: web.T(ctx, "common.unconfirmed")}
	}
	return cell
}

func columns(ctx context.Context, keys ...string) []web.Column {
	list := make([]web.Column, len(keys))
	for i, key := range keys {
		list[i] = web.Column{Label: web.T(ctx, key)}
	}
	return list
}

func lineTable(ctx context.Context, pack *policy.Pack) web.Table {
	table := web.Table{Caption: web.T(ctx, "office.packs.lines"), Scroll: true, Empty: web.Empty{Title: web.T(ctx, "office.packs.nothing")},
		Columns: columns(ctx, "common.name", "office.packs.purpose", "common.area", "common.from", "common.until", "office.packs.amount", "office.packs.per", "office.packs.prices", "common.source")}
	table.Columns[5].Number, table.Columns[5].Unit = true, pack.Currency
	for _, l := range pack.Lines {
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{web.Text(l.Label.In(web.Lang(ctx))), web.Text(purpose(ctx, l.Purpose)), web.Text(scopeName(ctx, l.Area)), web.Text(day(ctx, l.From)), web.Text(until(ctx, l.To)),
			web.Text(i18n.Money(web.Lang(ctx), money.Amount{Minor: l.Amount, Currency: pack.Currency})),
			web.Text(web.T(ctx, "office.packs.per_"+string(l.Per)) + ", " + web.T(ctx, "office.packs.period_"+string(l.Period))), web.Text(l.Prices), source(ctx, l.Source, l.Unconfirmed)}})
	}
	return table
}

func formulaTable(ctx context.Context, pack *policy.Pack) web.Table {
	table := web.Table{Caption: web.T(ctx, "office.packs.formulas"), Scroll: true, Empty: web.Empty{Title: web.T(ctx, "office.packs.nothing")},
		Columns: columns(ctx, "common.name", "common.code", "office.packs.cel", "common.source")}
	for _, ref := range pack.Refs() {
		if formula := pack.Formulas[ref.Code]; ref.Kind == "formula" && formula != nil {
			table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{web.Text(formula.Label.In(web.Lang(ctx))), {View: code(formula.Code)}, {View: code(formula.CEL)}, source(ctx, formula.Source, formula.Unconfirmed)}})
		}
	}
	return table
}

// purpose is what a line is for, in words where the program has them.
func purpose(ctx context.Context, code string) string {
	if key := "office.packs.purpose_" + code; i18n.Has(key) {
		return web.T(ctx, key)
	}
	return code
}

// unitName is a unit in the words of the pack, else of the program.
func unitName(ctx context.Context, pack *policy.Pack, unit string) string {
	key := "office.packs.unit_" + unit
	if _, own := pack.Terms["unit."+unit]; !own && i18n.Has(key) {
		return web.T(ctx, key)
	}
	return pack.Term(web.Lang(ctx), "unit."+unit)
}

// scopeName is where a figure holds.
func scopeName(ctx context.Context, scope policy.AreaScope) string {
	if scope.Prefix == "" {
		return web.T(ctx, "office.packs.everywhere")
	}
	return scope.String()
}

// until is a last day, or that there is none.
func until(ctx context.Context, d clock.Day) string {
	if d == policy.Forever {
		return web.T(ctx, "office.grants.open")
	}
	return day(ctx, d)
}

func valueTable(ctx context.Context, pack *policy.Pack) web.Table {
	table := web.Table{Caption: web.T(ctx, "office.packs.values"), Scroll: true, Empty: web.Empty{Title: web.T(ctx, "office.packs.nothing")},
		Columns: columns(ctx, "common.name", "common.area", "common.from", "common.until", "office.packs.amount", "common.source")}
	for _, v := range pack.Values {
		written := v.Text
		if v.Unit != "" {
			written += " " + unitName(ctx, pack, v.Unit)
		}
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{web.Text(v.Label.In(web.Lang(ctx))), web.Text(scopeName(ctx, v.Area)), web.Text(day(ctx, v.From)), web.Text(until(ctx, v.To)), web.Text(written), source(ctx, v.Source, v.Unconfirmed)}})
	}
	return table
}

func itemTable(ctx context.Context, pack *policy.Pack) web.Table {
	table := web.Table{Caption: web.T(ctx, "office.packs.items"), Scroll: true, Empty: web.Empty{Title: web.T(ctx, "office.packs.nothing")},
		Columns: columns(ctx, "common.name", "common.code", "office.packs.kind", "office.packs.class", "office.packs.codes", "office.packs.protected", "common.source")}
	for _, i := range pack.Items {
		protected := web.T(ctx, "common.no")
		if i.Protected {
			protected = web.T(ctx, "common.yes")
		}
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{web.Text(i.Label.In(web.Lang(ctx))), {View: code(i.Subject + "." + i.Code)}, web.Text(web.T(ctx, "office.packs.kind_"+string(i.Kind))), web.Text(i.Class), {View: code(i.Codes)}, web.Text(protected), source(ctx, i.Source, i.Unconfirmed)}})
	}
	return table
}

// breakable is a code that may go on in the next line behind each of its words.
func breakable(code string) string { return strings.ReplaceAll(code, "_", "_\u200b") }

func codeTable(ctx context.Context, pack *policy.Pack) web.Table {
	table := web.Table{Caption: web.T(ctx, "office.packs.codes"), Scroll: true, Empty: web.Empty{Title: web.T(ctx, "office.packs.nothing")},
		Columns: columns(ctx, "common.name", "common.code", "office.packs.options", "common.source")}
	for _, ref := range pack.Refs() {
		list := pack.Codes[ref.Code]
		if ref.Kind != "codes" || list == nil {
			continue
		}
		var options []string
		for _, o := range list.Options {
			options = append(options, breakable(o.Code)+" "+o.Label.In(web.Lang(ctx)))
		}
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{web.Text(list.Label.In(web.Lang(ctx))), {View: code(list.Code)}, web.Text(strings.Join(options, "; ")), source(ctx, list.Source, list.Unconfirmed)}})
	}
	return table
}
