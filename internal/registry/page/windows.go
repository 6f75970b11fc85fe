package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// windowsPage is what the template of the list of collection windows shows.
type windowsPage struct {
	table web.Table
	form  *windowForm // nil for who may not edit
}

// windowForm is the form of a new or a stored window.
type windowForm struct {
	id, ver int64
	title   string
	fields  []web.Field
	summary web.ErrorSummary
}

// windows lists the collection windows with how many households have answered.
func (p *pages) windows(w http.ResponseWriter, r *http.Request) error {
	scope, err := p.scope(r, access.HouseholdList)
	if err != nil {
		return err
	}
	list, err := p.Registry.Windows(r.Context(), scope)
	if err != nil {
		return err
	}
	var form *windowForm
	if access.May(p.Caller(r.Context()), access.WindowEdit) {
		id, err := number64(r.URL.Query().Get("id"), "id")
		if err != nil {
			return err
		}
		if form, err = p.windowForm(r.Context(), list, id); err != nil {
			return err
		}
	}
	return p.showWindows(w, r, http.StatusOK, scope, list, form)
}

func (p *pages) showWindows(w http.ResponseWriter, r *http.Request, status int, scope access.Scope, list []registry.Window, form *windowForm) error {
	ctx := r.Context()
	table := web.Table{Caption: word(ctx, "window.title"), Empty: web.Empty{Title: word(ctx, "window.none"), Text: word(ctx, "window.none_text")}, Columns: []web.Column{
		{Label: web.T(ctx, "common.year")}, {Label: web.T(ctx, "common.area")}, {Label: word(ctx, "window.section")}, {Label: word(ctx, "window.reference")}, {Label: word(ctx, "window.span")},
		{Label: word(ctx, "window.late_until")}, {Label: web.T(ctx, "common.status")}, {Label: word(ctx, "window.answered"), Number: true}, {Label: word(ctx, "window.unanswered"), Number: true},
	}}
	for _, one := range list {
		row, err := p.windowRow(ctx, scope, one)
		if err != nil {
			return err
		}
		table.Rows = append(table.Rows, row)
	}
	return p.show(w, r, status, web.Page{Title: word(ctx, "window.title"), Wide: true}, windowsView(windowsPage{table, form}))
}

func (p *pages) windowRow(ctx context.Context, scope access.Scope, one registry.Window) (web.Row, error) {
	lang := web.Lang(ctx)
	pack, err := p.Registry.Pack(one.Area)
	if err != nil {
		return web.Row{}, err
	}
	places, err := p.Registry.Places(ctx, []int64{one.Area})
	if err != nil {
		return web.Row{}, err
	}
	section := word(ctx, "window.all")
	if one.Section != "" {
		section = sectionLabel(ctx, pack, one.Section)
	}
	until := web.Cell{Missing: true}
	if one.LateUntil != nil {
		until = web.Text(i18n.Day(lang, *one.LateUntil))
	}
	year := web.Text(strconv.Itoa(one.Year))
	if access.May(scope.Caller(), access.WindowEdit) {
		year = web.Cell{View: smallLink("/windows?id="+strconv.FormatInt(one.ID, 10), year.Text, word(ctx, "window.change"))}
	}
	row := web.Row{Cells: []web.Cell{year, web.Text(placeLabel(ctx, places, one.Area)), web.Text(section), web.Text(i18n.Day(lang, one.Reference)),
		web.Text(i18n.Day(lang, one.Opens) + " – " + i18n.Day(lang, one.Locks)), until, {View: windowBadge(ctx, one.State(scope.Caller().Today))}}}
	if one.Area == 0 {
		row.Cells[1] = web.Text(word(ctx, "everywhere"))
	}
	for _, name := range []string{"answered", "unanswered"} {
		filter := registry.YearFilter{Year: one.Year, Section: one.Section}
		f := registry.Filter{Area: one.Area}
		if name == "answered" {
			f.Answered = filter
		} else {
			f.Unanswered = filter
		}
		n, _, err := p.Registry.Count(ctx, scope, f)
		if err != nil {
			return row, err
		}
		query := url.Values{name: {filter.String()}}
		if code := places[one.Area].Code; code != "" {
			query.Set("area", code)
		}
		row.Cells = append(row.Cells, web.Cell{View: smallLink(address("/households", query), i18n.Number(lang, n), word(ctx, "window."+name))})
	}
	return row, nil
}

// windowBadge is the state of a window in a word.
func windowBadge(ctx context.Context, state registry.WindowState) web.Badge {
	tones := map[registry.WindowState]web.Tone{registry.WindowBefore: web.ToneInfo, registry.WindowOpen: web.ToneGood, registry.WindowLate: web.ToneWarn, registry.WindowLocked: web.ToneNeutral}
	return web.Badge{Tone: tones[state], Text: word(ctx, "window.state_"+string(state))}
}

// windowForm is the form of a stored window, or of a new one.
func (p *pages) windowForm(ctx context.Context, list []registry.Window, id int64) (*windowForm, error) {
	if id == 0 {
		return p.windowFields(ctx, 0, 0, func(string) string { return "" }), nil
	}
	for _, one := range list {
		if one.ID != id {
			continue
		}
		places, err := p.Registry.Places(ctx, []int64{one.Area})
		if err != nil {
			return nil, err
		}
		values := map[string]string{"area": places[one.Area].Code, "section": one.Section, "year": strconv.Itoa(one.Year), "reference": one.Reference.String(), "opens": one.Opens.String(), "locks": one.Locks.String()}
		if one.LateUntil != nil {
			values["late_until"] = one.LateUntil.String()
		}
		return p.windowFields(ctx, one.ID, one.Ver, func(name string) string { return values[name] }), nil
	}
	return nil, fault.New(fault.NotFound, "%s", web.T(ctx, "error.not_found"))
}

func (p *pages) windowFields(ctx context.Context, id, ver int64, value func(name string) string) *windowForm {
	f := &windowForm{id: id, ver: ver, title: word(ctx, "window.new")}
	if id != 0 {
		f.title = word(ctx, "window.change")
	}
	for _, name := range []string{"area", "year", "section", "reference", "opens", "locks", "late_until"} {
		field := web.Field{Name: name, IDPrefix: "window-", Label: word(ctx, "window."+name), Value: value(name), Required: name != "section" && name != "late_until" && name != "area"}
		switch name {
		case "area":
			field.Help = word(ctx, "window.area_help")
		case "year":
			field.Attributes = map[string]any{"inputmode": "numeric"}
		case "section":
			field.Kind, field.Options = web.FieldSelect, []web.Option{{Label: word(ctx, "window.all")}}
			if pack, err := p.Registry.Pack(0); err == nil {
				for _, form := range pack.Forms {
					if form.Yearly {
						field.Options = append(field.Options, web.Option{Value: form.Code, Label: form.Label.In(web.Lang(ctx))})
					}
				}
			}
		default:
			field.Kind = web.FieldDate
		}
		f.fields = append(f.fields, field)
	}
	return f
}

// saveWindow takes the form of a window: it is stored, or taken back.
func (p *pages) saveWindow(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := web.Form(r); err != nil {
		return err
	}
	scope, err := p.scope(r, access.WindowEdit)
	if err != nil {
		return err
	}
	id, err := number64(r.PostForm.Get("id"), "id")
	if err != nil {
		return err
	}
	ver, err := strconv.ParseInt(r.PostForm.Get("ver"), 10, 64)
	if err != nil {
		return fault.New(fault.Required, "%s", web.T(ctx, "error.required"))
	}
	if r.PostForm.Get("act") == "end" {
		err = p.Registry.EndWindow(ctx, scope, id, ver)
	} else {
		err = p.storeWindow(ctx, scope, r.PostForm, id, ver)
	}
	if fault.Is(err, fault.Invalid) {
		form := p.windowFields(ctx, id, ver, func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) })
		form.blame(ctx, err)
		list, err := p.Registry.Windows(ctx, scope)
		if err != nil {
			return err
		}
		return p.showWindows(w, r, http.StatusBadRequest, scope, list, form)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/windows", http.StatusSeeOther)
	return nil
}

// storeWindow reads the form and stores the window.
func (p *pages) storeWindow(ctx context.Context, scope access.Scope, form url.Values, id, ver int64) error {
	get := func(name string) string { return strings.TrimSpace(form.Get(name)) }
	wrong := fault.New(fault.Invalid, "the collection window is not in order")
	window := registry.Window{ID: id, Ver: ver, Section: get("section")}
	if code := get("area"); code != "" {
		a, err := p.Registry.Areas().ByCode(ctx, scope, code)
		if err != nil {
			wrong.With(0, "area", "is no area of yours")
		}
		window.Area = a.Key
	}
	var err error
	if window.Year, err = strconv.Atoi(get("year")); err != nil {
		wrong.With(0, "year", "is not a year")
	}
	for name, into := range map[string]*clock.Day{"reference": &window.Reference, "opens": &window.Opens, "locks": &window.Locks} {
		if *into, err = clock.ParseDay(get(name)); err != nil {
			wrong.With(0, name, "is not a day")
		}
	}
	if text := get("late_until"); text != "" {
		until, err := clock.ParseDay(text)
		if err != nil {
			wrong.With(0, "late_until", "is not a day")
		}
		window.LateUntil = &until
	}
	if len(wrong.Details) > 0 {
		return wrong
	}
	_, err = p.Registry.SaveWindow(ctx, scope, window)
	return err
}

// blame ties what is wrong with a window to the fields of the form, in the reader's language.
func (f *windowForm) blame(ctx context.Context, err error) {
	var known *fault.Error
	if !errors.As(err, &known) {
		return
	}
	for i := range f.fields {
		for _, detail := range known.Details {
			if detail.Field == f.fields[i].Name {
				f.fields[i].Error = word(ctx, "window.wrong_"+detail.Field)
			}
		}
	}
	f.summary = web.Summary(f.fields...)
}
