package page

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// historyPage is what the template of a household's history shows.
type historyPage struct {
	action string
	field  web.Field
	table  web.Table
	note   string
}

// shownChanges is how many changes of fields a page of history shows.
const shownChanges = 500

// history shows every change of every field of a household, or of one field.
func (p *pages) history(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := number(r)
	if err != nil {
		return err
	}
	scope, err := p.scope(r, access.HouseholdRead)
	if err != nil {
		return err
	}
	h, all, err := p.Registry.History(ctx, scope, id, registry.HistoryFilter{})
	if err != nil {
		return err
	}
	pack, err := p.Registry.Pack(h.Area)
	if err != nil {
		return err
	}
	way, err := p.Registry.Areas().Path(ctx, h.Area)
	if err != nil {
		return err
	}
	page := web.Page{Title: word(ctx, "history.title", "number", h.Number), Wide: true}
	p.leadingTo(ctx, scope, &page, way, h.Number)
	page.Crumbs[len(page.Crumbs)-1].Href = "/households/" + h.Number
	page.Crumbs = append(page.Crumbs, web.Crumb{Label: word(ctx, "history.short")})
	chosen := r.URL.Query().Get("field")
	shown := historyPage{action: "/households/" + h.Number + "/history", field: historyFields(ctx, pack, all, chosen)}
	all = slices.DeleteFunc(all, func(c registry.FieldChange) bool { return chosen != "" && fieldName(c) != chosen })
	if len(all) > shownChanges {
		shown.note = word(ctx, "history.more", "n", shownChanges, "all", len(all))
		all = all[:shownChanges]
	}
	shown.table = p.historyTable(ctx, pack, all)
	return p.show(w, r, http.StatusOK, page, historyView(shown))
}

func fieldName(c registry.FieldChange) string { return c.SubjectKind + "." + c.Field }

// historyFields are the fields to choose from: those that have changed.
func historyFields(ctx context.Context, pack *policy.Pack, all []registry.FieldChange, chosen string) web.Field {
	f := web.Field{Name: "field", Label: word(ctx, "history.field"), Kind: web.FieldSelect, Value: chosen, Options: []web.Option{{Label: word(ctx, "history.all")}}}
	var names []string
	for _, c := range all {
		if name := fieldName(c); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, c := range all {
			if fieldName(c) == name {
				f.Options = append(f.Options, web.Option{Value: name, Label: wordOr(ctx, "subject."+c.SubjectKind, c.SubjectKind) + ": " + fieldLabel(ctx, pack, c)})
				break
			}
		}
	}
	return f
}

func fieldLabel(ctx context.Context, pack *policy.Pack, c registry.FieldChange) string {
	if item, ok := fieldItem(pack, c.SubjectKind, c.Field); ok {
		return item.Label.In(web.Lang(ctx))
	}
	return wordOr(ctx, "history.field_"+c.Field, c.Field)
}

func (p *pages) historyTable(ctx context.Context, pack *policy.Pack, all []registry.FieldChange) web.Table {
	lang := web.Lang(ctx)
	table := web.Table{Caption: word(ctx, "history.short"), Empty: web.Empty{Title: word(ctx, "history.none"), Text: word(ctx, "history.none_text")}, Columns: []web.Column{
		{Label: word(ctx, "history.when")}, {Label: word(ctx, "history.on")}, {Label: word(ctx, "history.field")}, {Label: word(ctx, "history.before")}, {Label: word(ctx, "history.after")},
		{Label: word(ctx, "history.who")}, {Label: web.T(ctx, "common.source")}, {Label: web.T(ctx, "common.reason")},
	}}
	for _, c := range all {
		whose := wordOr(ctx, "subject."+c.SubjectKind, c.SubjectKind)
		if c.Number != "" {
			whose += " " + c.Number
		}
		label := fieldLabel(ctx, pack, c)
		if c.Year != 0 {
			label += " · " + strconv.Itoa(c.Year)
		}
		source := web.Cell{Text: wordOr(ctx, "changes.source."+string(c.Source), string(c.Source)), Missing: c.Source == ""}
		if c.Set != 0 {
			source = web.Cell{View: smallLink("/changes/"+strconv.FormatInt(c.Set, 10), source.Text, word(ctx, "changes.open"))}
		}
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{
			web.Text(i18n.Moment(lang, c.At)), web.Text(i18n.Day(lang, c.On)), web.Text(whose + ": " + label), changedValue(ctx, pack, c, c.Before), changedValue(ctx, pack, c, c.After),
			web.Text(p.actor(ctx, c.Account, c.Role)), source, web.Text(c.Why),
		}})
	}
	return table
}

// changedValue is a value of a changed field in words.
func changedValue(ctx context.Context, pack *policy.Pack, c registry.FieldChange, value any) web.Cell {
	if value == nil {
		return web.Cell{Missing: true}
	}
	switch item, ok := fieldItem(pack, c.SubjectKind, c.Field); {
	case c.Field == registry.FieldEvidence:
		return web.Text(evidenceText(ctx, pack, fmt.Sprint(value)))
	case ok:
		if text := valueText(ctx, pack, item, value); text != "" {
			return web.Text(text)
		}
	}
	if act, ok := value.(map[string]any); ok {
		return web.Text(fmt.Sprint(act["code"]))
	}
	return web.Text(fmt.Sprint(value))
}

// opened opens the file that an address asks for: of today, of a year, or as it stood on a day.
func (p *pages) opened(r *http.Request, scope access.Scope, id int64) (registry.File, error) {
	ctx, query := r.Context(), r.URL.Query()
	year, err := yearOf(ctx, query.Get("year"))
	if err != nil {
		return registry.File{}, err
	}
	text := query.Get("asof")
	if text == "" {
		return p.Registry.OpenYear(ctx, scope, id, year)
	}
	on, err := clock.ParseDay(text)
	if err != nil || on > scope.Caller().Today {
		return registry.File{}, fault.New(fault.Invalid, "%s", word(ctx, "asof.wrong")).With(0, "asof", "is not a day up to today")
	}
	return p.Registry.OpenAsOf(ctx, scope, id, on)
}

// asOfForm asks for the day on which a file is to be seen.
type asOfForm struct {
	action, history string
	day             web.Field
}

func (v viewer) asOf() asOfForm {
	at := "/households/" + v.f.Number
	f := asOfForm{action: at, history: at + "/history", day: web.Field{Name: "asof", Label: word(v.ctx, "asof.label"), Kind: web.FieldDate,
		Attributes: map[string]any{"min": v.f.Opened.String(), "max": v.scope.Caller().Today.String()}}}
	if v.f.AsOf != nil {
		f.day.Value = v.f.AsOf.String()
	}
	return f
}

// banner says that a file is shown as it stood on an earlier day.
func (v viewer) banner() []web.Notice {
	if v.f.AsOf == nil {
		return nil
	}
	return []web.Notice{{Tone: web.ToneWarn, Title: word(v.ctx, "asof.banner", "day", i18n.Day(web.Lang(v.ctx), *v.f.AsOf)), Text: word(v.ctx, "asof.explain"),
		Actions: []web.Action{{Label: word(v.ctx, "asof.present"), Href: "/households/" + v.f.Number}}}}
}
