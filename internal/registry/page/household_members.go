package page

import (
	"context"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// mostChips is how many answers of a member stand in the table; the others are below it.
const mostChips = 5

func (v viewer) members(list []registry.Member) web.Table {
	lang := web.Lang(v.ctx)
	pack := v.f.Pack
	table := web.Table{Caption: word(v.ctx, "household.members"), Empty: web.Empty{Text: word(v.ctx, "household.no_members")}, Columns: []web.Column{
		{Label: label(v.ctx, pack, registry.SubjectPerson, registry.FieldName), Short: true}, {Label: label(v.ctx, pack, registry.SubjectPerson, registry.FieldRelation)},
		{Label: label(v.ctx, pack, registry.SubjectPerson, registry.FieldSex)}, {Label: label(v.ctx, pack, registry.SubjectPerson, registry.FieldBirth), Short: true},
		{Label: word(v.ctx, "household.age"), Number: true}, {Label: word(v.ctx, "household.situation")}, {Label: word(v.ctx, "household.identity")}, {Label: word(v.ctx, "household.person_number")},
	}}
	today := v.scope.Caller().Today
	for _, m := range list {
		row := web.Row{Cells: []web.Cell{
			{Text: nameOf(m), View: anchor("member-" + m.Number)}, v.coded(registry.FieldRelation, m.Relation), v.coded(registry.FieldSex, m.Sex),
			{Missing: true}, {Missing: true}, v.chips(m), {Text: m.IDTail, Missing: m.IDTail == ""}, web.Text(m.Number),
		}}
		if m.Birth != nil {
			row.Cells[3], row.Cells[4] = web.Text(i18n.Day(lang, *m.Birth)), web.Text(strconv.Itoa(clock.Age(*m.Birth, today)))
		}
		if m.IDTail != "" {
			row.Cells[6] = web.Cell{Text: "…" + m.IDTail, View: identityBadge(v.ctx, m.IDState)}
		}
		if m.Erased != 0 {
			row.Cells[0].Text = eword(v.ctx, "erased")
			table.Rows = append(table.Rows, row)
			continue
		}
		if v.edit != "" && m.To == nil {
			row.Cells[7] = web.Cell{Text: m.Number, View: smallLink(v.edit+"?of="+m.Number, word(v.ctx, "edit.propose_short"), word(v.ctx, "edit.for", "name", nameOf(m)))}
		}
		if access.May(v.scope.Caller(), access.PersonErase) {
			link := smallLink(erasePath(m.Number), eword(v.ctx, "link"), eword(v.ctx, "link_of", "name", nameOf(m)))
			row.Cells[6].View = templ.Join(slices.DeleteFunc([]templ.Component{row.Cells[6].View, link}, func(c templ.Component) bool { return c == nil })...)
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

// identityBadge says how sure the national number is.
func identityBadge(ctx context.Context, state string) templ.Component {
	if state == "provisional" {
		return web.Badge{Tone: web.ToneWarn, Text: word(ctx, "household.provisional")}
	}
	return web.Badge{Tone: web.ToneGood, Text: word(ctx, "household.confirmed")}
}

// coded is a cell with a choice of a person's core item.
func (v viewer) coded(code, value string) web.Cell {
	if value == "" {
		return web.Cell{Missing: true}
	}
	if item, ok := v.f.Pack.Item(registry.SubjectPerson, code); ok {
		if text := item.Format(web.Lang(v.ctx), value); text != "" {
			return web.Text(text)
		}
	}
	return web.Text(value)
}

// chips are the answers of a member that lists know, in a word each: school, health, labour, as the pack asks them.
func (v viewer) chips(m registry.Member) web.Cell {
	var chips []templ.Component
	for _, item := range v.f.Pack.ItemsOf(registry.SubjectPerson) {
		value := m.Facts[item.Code]
		if item.Core || !item.List || value == nil || !v.sees(item) || len(chips) == mostChips {
			continue
		}
		switch item.Kind {
		case policy.Choice, policy.Multi:
			chips = append(chips, web.Badge{Tone: web.ToneNeutral, Text: valueText(v.ctx, v.f.Pack, item, value)})
		case policy.Bool:
			if value == true {
				chips = append(chips, web.Badge{Tone: web.ToneNeutral, Text: item.Label.In(web.Lang(v.ctx))})
			}
		}
	}
	if len(chips) == 0 {
		return web.Cell{Missing: true}
	}
	return web.Cell{View: templ.Join(chips...)}
}
