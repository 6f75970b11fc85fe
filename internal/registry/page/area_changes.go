package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/web"
)

// mostAreaChanges is how many changes of areas are listed.
const mostAreaChanges = 200

// areaKinds are the kinds of changes of areas, in the order of the form.
var areaKinds = []area.ChangeKind{area.Renamed, area.Moved, area.Merged, area.Split}

// areaChangesPage is what the template of changes of areas shows.
type areaChangesPage struct {
	table   web.Table
	fields  []web.Field
	summary web.ErrorSummary
}

func (p *pages) registerAreaChanges(server *web.Server) {
	server.Handle("GET /area-changes", web.Needs(access.AreaEdit), p.areaChanges)
	server.Handle("POST /area-changes", web.Needs(access.AreaEdit), p.announceAreaChange)
}

// areaChanges lists areas that become others, or have, and asks for the next.
func (p *pages) areaChanges(w http.ResponseWriter, r *http.Request) error {
	return p.showAreaChanges(w, r, http.StatusOK, r.URL.Query(), nil)
}

func (p *pages) showAreaChanges(w http.ResponseWriter, r *http.Request, status int, entered url.Values, wrong map[string]string) error {
	ctx := r.Context()
	scope, err := p.scope(r, access.AreaEdit)
	if err != nil {
		return err
	}
	found, err := p.Registry.Areas().Changes(ctx, scope, mostAreaChanges)
	if err != nil {
		return err
	}
	shown := areaChangesPage{fields: areaFields(ctx, entered, wrong)}
	shown.summary = web.Summary(shown.fields...)
	if shown.table, err = p.areaChangeTable(ctx, found); err != nil {
		return err
	}
	title := word(ctx, "area_change.title")
	return p.show(w, r, status, web.Page{Title: title, Crumbs: []web.Crumb{{Label: web.T(ctx, "office.nav.areas"), Href: "/areas"}, {Label: title}}}, areaChangesView(shown))
}

func areaFields(ctx context.Context, entered url.Values, wrong map[string]string) []web.Field {
	kinds := make([]web.Option, len(areaKinds))
	for i, kind := range areaKinds {
		kinds[i] = web.Option{Value: string(kind), Label: word(ctx, "area_change.kind."+string(kind))}
	}
	fields := []web.Field{{Name: "kind", Kind: web.FieldSelect, Options: kinds, Required: true}, {Name: "from", Required: true}, {Name: "day", Kind: web.FieldDate, Required: true}, {Name: "to"}, {Name: "code"}, {Name: "name"}, {Name: "households", Kind: web.FieldArea}}
	for i := range fields {
		f := &fields[i]
		f.Label, f.Help, f.Value, f.Error, f.Autocomplete = word(ctx, "area_change."+f.Name), wordOr(ctx, "area_change.help."+f.Name, ""), entered.Get(f.Name), wrong[f.Name], "off"
	}
	fields[0].Label = word(ctx, "area_change.what")
	return fields
}

func (p *pages) areaChangeTable(ctx context.Context, found []area.Change) (web.Table, error) {
	lang := web.Lang(ctx)
	table := web.Table{Caption: word(ctx, "area_change.title"), Empty: web.Empty{Icon: "area", Title: word(ctx, "area_change.none"), Text: word(ctx, "area_change.none_text")}, Columns: []web.Column{
		{Label: word(ctx, "area_change.day")}, {Label: word(ctx, "area_change.what")}, {Label: word(ctx, "area_change.from")}, {Label: word(ctx, "area_change.becomes")}, {Label: web.T(ctx, "common.status")}}}
	var keys []int64
	for _, c := range found {
		keys = append(keys, c.From, c.To)
	}
	places, err := p.Registry.Places(ctx, keys)
	if err != nil {
		return table, err
	}
	label := func(key int64) string { return places[key].Label(lang) + " · " + places[key].Code }
	for _, c := range found {
		state := web.Badge{Tone: web.ToneInfo, Text: word(ctx, "area_change.announced")}
		if c.Done {
			state = web.Badge{Tone: web.ToneGood, Text: word(ctx, "area_change.done")}
		}
		becomes := web.Cell{Text: label(c.To), Href: areaHref(c.To)}
		if c.Kind == area.Renamed {
			becomes = web.Text(strings.Trim(c.Name+" · "+c.Code, " ·"))
		}
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{web.Text(i18n.Day(lang, c.Day)), web.Text(word(ctx, "area_change.kind."+string(c.Kind))), {Text: label(c.From), Href: areaHref(c.From)}, becomes, {View: state}}})
	}
	return table, nil
}

// areaHref is the page of an area.
func areaHref(key int64) string { return "/areas/" + strconv.FormatInt(key, 10) }

// announceAreaChange takes the form.
func (p *pages) announceAreaChange(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := web.Form(r); err != nil {
		return err
	}
	scope, err := p.scope(r, access.AreaEdit)
	if err != nil {
		return err
	}
	c, wrong, err := p.areaChangeOf(ctx, scope, r.PostForm)
	if err == nil && len(wrong) == 0 {
		_, err = p.Registry.AnnounceAreaChange(ctx, scope, c, strings.Fields(r.PostForm.Get("households")))
	}
	if known := (*fault.Error)(nil); errors.As(err, &known) && (known.Kind == fault.Invalid || known.Kind == fault.Conflict) {
		wrong = blamed(ctx, known)
	} else if err != nil {
		return err
	}
	if len(wrong) > 0 {
		return p.showAreaChanges(w, r, http.StatusBadRequest, r.PostForm, wrong)
	}
	http.Redirect(w, r, "/area-changes", http.StatusSeeOther)
	return nil
}

// blamed ties what is wrong with a change to the fields of the form.
func blamed(ctx context.Context, known *fault.Error) map[string]string {
	wrong := map[string]string{}
	for _, d := range known.Details {
		text := wordOr(ctx, "area_change.wrong."+d.Field, word(ctx, "area_change.wrong.from"))
		if d.Row > 0 {
			text = word(ctx, "area_change.wrong.household", "n", d.Row)
		}
		if _, told := wrong[d.Field]; !told {
			wrong[d.Field] = text
		}
	}
	if len(wrong) == 0 {
		wrong["from"] = word(ctx, "area_change.wrong.twice")
	}
	return wrong
}

// areaChangeOf reads the form; wrong says by field what cannot be read.
func (p *pages) areaChangeOf(ctx context.Context, scope access.Scope, form url.Values) (area.Change, map[string]string, error) {
	c := area.Change{Kind: area.ChangeKind(form.Get("kind")), Code: strings.TrimSpace(form.Get("code")), Name: strings.TrimSpace(form.Get("name"))}
	wrong := map[string]string{}
	var err error
	if c.Day, err = clock.ParseDay(form.Get("day")); err != nil {
		wrong["day"] = word(ctx, "area_change.wrong.day")
	}
	for name, key := range map[string]*int64{"from": &c.From, "to": &c.To} {
		if name == "to" && c.Kind == area.Renamed {
			continue
		}
		place, err := p.Registry.Areas().ByCode(ctx, scope, strings.TrimSpace(form.Get(name)))
		if kind := fault.KindOf(err); err != nil && kind != fault.NotFound && kind != fault.Conflict {
			return c, wrong, err
		}
		if err != nil {
			wrong[name] = word(ctx, "area_change.wrong.no_area")
		}
		*key = place.Key
	}
	return c, wrong, nil
}
