package page

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/change"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// filePage is what the template of a household's file shows.
type filePage struct {
	head      web.Facts
	years     []yearLink // to see the answers of one year
	asOf      asOfForm
	reasons   []templ.Component // of later rooms, above: why poor …
	main      []templ.Component // of later rooms, in the main column
	side      []templ.Component // of later rooms, in the side column
	members   web.Table
	about     []memberFacts
	former    web.Table
	facts     []section // of the household
	dwellings []section
	incomes   []*web.Stacked // income and expenditure by year
	entries   web.Table
	enter     []web.Action // to enter income and expenditure
	statuses  web.Table
	timeline  web.Timeline
	readers   web.Timeline // who opened the file
}

// memberFacts is what is known of a member besides the table.
type memberFacts struct {
	name  string
	parts []section
}

// section is a part of a form with its values.
type section struct {
	title string
	about string // whose facts they are, where it is a member
	facts web.Facts
	href  string // of the form that proposes a change
}

// household shows a household's file.
func (p *pages) household(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := number(r)
	if err != nil {
		return err
	}
	scope, err := p.scope(r, access.HouseholdRead)
	if err != nil {
		return err
	}
	f, err := p.opened(r, scope, id)
	if err != nil {
		return err
	}
	way, err := p.Registry.Areas().Path(ctx, f.Area)
	if err != nil {
		return err
	}
	page := web.Page{Title: word(ctx, "household.title", "number", f.Number), Wide: true, Flash: append(saved(r), p.waiting(r, f)...)}
	p.leadingTo(ctx, scope, &page, way, f.Number)
	v := viewer{ctx: ctx, scope: scope.In(f.State()), f: f}
	if p.may(r, access.HouseholdEdit, f.Area) && f.Closed == nil && f.AsOf == nil {
		v.edit = "/households/" + f.Number + "/change"
		page.Actions = []web.Action{{Label: word(ctx, "edit.propose"), Href: v.edit, Icon: "change", Style: web.StylePrimary}}
	}
	if p.may(r, access.HouseholdEdit, f.Area) && f.AsOf == nil {
		page.Actions = append(page.Actions, web.Action{Label: word(ctx, "roster.change"), Href: "/households/" + f.Number + "/roster", Icon: "change"})
	}
	page.Flash = append(v.banner(), page.Flash...)
	if f.AsOf == nil {
		page.Actions = append(page.Actions, web.Action{Label: word(ctx, "handbook.print"), Href: "/households/" + f.Number + "/handbook", Icon: "download"})
	}
	if f.AsOf == nil {
		if v.norms, err = p.Registry.Norms(ctx, scope, f.Household); err != nil {
			return err
		}
	}
	content := v.page()
	content.timeline, content.readers = p.events(ctx, f)
	if err := p.fillPanels(ctx, scope, f, &content); err != nil {
		return err
	}
	return p.show(w, r, http.StatusOK, page, fileView(content))
}

// fillPanels puts what later rooms add into its column.
func (p *pages) fillPanels(ctx context.Context, scope access.Scope, f registry.File, content *filePage) error {
	if secrets := p.secretsPanel(ctx, scope, f); secrets != nil {
		content.side = append(content.side, secrets)
	}
	attachments, err := p.attachmentsPanel(ctx, scope, f)
	if err != nil {
		return err
	}
	if attachments != nil {
		content.main = append(content.main, attachments)
	}
	responsible := false
	for _, panel := range p.Panels {
		part, err := panel.Show(ctx, scope, f)
		switch {
		case err != nil:
			return err
		case part == nil:
			continue
		case panel.First:
			content.reasons = append(content.reasons, part)
		case panel.Column == Side:
			content.side = append(content.side, part)
		default:
			content.main = append(content.main, part)
		}
		responsible = responsible || panel.Responsible
	}
	if !responsible {
		content.side = append([]templ.Component{nobodyYet()}, content.side...)
	}
	return nil
}

// leadingTo makes the breadcrumb of a household: the areas in scope as links to their lists.
func (p *pages) leadingTo(ctx context.Context, scope access.Scope, page *web.Page, way []area.Area, last string) {
	scheme := p.Registry.Areas().Scheme()
	for _, a := range way {
		crumb := web.Crumb{Label: a.Label(web.Lang(ctx)), Href: "/households"}
		if !scope.HoldsAll(scheme.Range(a.Key)) {
			continue
		}
		crumb.Href += "?area=" + a.Code
		page.Crumbs = append(page.Crumbs, crumb)
	}
	page.Crumbs = append(page.Crumbs, web.Crumb{Label: last})
	if len(way) > 0 {
		page.Area = &web.Choice{Label: way[len(way)-1].Label(web.Lang(ctx))}
	}
}

// saved says what became of a change that was just proposed.
func saved(r *http.Request) []web.Notice {
	ctx := r.Context()
	switch change.State(r.URL.Query().Get("saved")) {
	case change.Applied:
		return []web.Notice{{Tone: web.ToneGood, Title: word(ctx, "edit.applied")}}
	case change.Unchanged:
		return []web.Notice{{Tone: web.ToneInfo, Title: word(ctx, "edit.unchanged")}}
	}
	return nil
}

// waiting names the changes of the household that nobody has decided.
func (p *pages) waiting(r *http.Request, f registry.File) []web.Notice {
	ctx := r.Context()
	var notices []web.Notice
	for _, set := range f.Waiting {
		notice := web.Notice{Tone: web.ToneInfo, Title: word(ctx, "household."+string(set.State)),
			Text: word(ctx, "changes.by", "title", set.Title, "person", set.Person, "when", i18n.Moment(web.Lang(ctx), set.Submitted))}
		if p.may(r, access.ChangeRead, f.Area) {
			notice.Actions = []web.Action{{Label: word(ctx, "changes.open"), Href: "/changes/" + strconv.FormatInt(set.ID, 10)}}
		}
		notices = append(notices, notice)
	}
	return notices
}

// viewer turns a file into what is shown to one reader.
type viewer struct {
	ctx   context.Context
	scope access.Scope
	f     registry.File
	edit  string // address of the form that proposes changes; empty for who may not
	norms map[string]registry.Norm
}

func (v viewer) page() filePage {
	page := filePage{head: v.head(), members: v.members(v.f.Members), entries: v.entries(), statuses: v.statuses()}
	if len(v.f.Former) > 0 {
		page.former = v.members(v.f.Former)
		page.former.Caption = word(v.ctx, "household.former")
	}
	for _, m := range v.f.Members {
		if parts := v.sections(registry.SubjectPerson, m.Facts, m.Answered, m.Number); len(parts) > 0 {
			page.about = append(page.about, memberFacts{nameOf(m), parts})
		}
	}
	page.facts = v.sections(registry.SubjectHousehold, v.f.Facts, v.f.Answered, "")
	page.dwellings = v.dwellings()
	page.enter = v.entryLinks()
	page.incomes = v.incomes()
	page.years, page.asOf = v.years(), v.asOf()
	return page
}

// yearShown is the year whose answers a section shows, empty for a section that is not yearly or never answered.
func (v viewer) yearShown(form policy.FormSection, answered map[string]int) string {
	switch {
	case form.Yearly && v.f.Year != 0:
		return strconv.Itoa(v.f.Year)
	case form.Yearly && answered[form.Code] != 0:
		return strconv.Itoa(answered[form.Code])
	}
	return ""
}

// years are links to the answers of each year, after one to the latest of each section.
func (v viewer) years() []yearLink {
	at := "/households/" + v.f.Number
	links := []yearLink{{label: word(v.ctx, "year.latest"), href: at, here: v.f.Year == 0}}
	for _, y := range v.f.Years {
		links = append(links, yearLink{label: strconv.Itoa(y), href: at + "?year=" + strconv.Itoa(y), here: y == v.f.Year})
	}
	return links
}

func (v viewer) head() web.Facts {
	lang := web.Lang(v.ctx)
	head := web.Fact{Label: word(v.ctx, "household.head"), Missing: v.f.Head == 0}
	for _, m := range v.f.Members {
		if m.IsHead {
			head.Value = nameOf(m)
		}
	}
	badge := statusBadge(v.ctx, v.f.Pack, v.f.Status)
	facts := []web.Fact{
		{Label: web.T(v.ctx, "common.status"), View: badge, Note: word(v.ctx, "since_day", "day", i18n.Day(lang, v.f.Since))},
		head,
		{Label: word(v.ctx, "household.members"), Value: i18n.Number(lang, int64(v.f.Household.Members))},
		{Label: word(v.ctx, "household.opened"), Value: i18n.Day(lang, v.f.Opened)},
	}
	if v.f.Closed != nil {
		facts = append(facts, web.Fact{Label: word(v.ctx, "household.closed"), Value: i18n.Day(lang, *v.f.Closed)})
	}
	return web.Facts{Items: facts}
}

// nameOf is a member's name, masked where the reader may not see it.
func nameOf(m registry.Member) string {
	if m.Name == "" {
		return "***"
	}
	return m.Name
}

// sees says whether the reader may see an item, of a secret one its last characters.
func (v viewer) sees(item *policy.Item) bool {
	class, ok := access.ParseClass(item.Class)
	if !ok {
		return false
	}
	return v.scope.Sees(v.f.Area, class) || (class == access.P4 && v.scope.Sees(v.f.Area, access.P2))
}

// sections are the facts of a subject by form section; person is the number of the member they are of.
func (v viewer) sections(subject string, facts policy.Facts, answered map[string]int, person string) []section {
	var list []section
	for _, form := range v.f.Pack.Forms {
		items := visibleItems(v.f.Pack, subject, form.Code, v.sees)
		if form.Subject != subject || len(items) == 0 {
			continue
		}
		s := section{title: form.Label.In(web.Lang(v.ctx)), facts: web.Facts{Items: v.factsOf(items, facts)}}
		if v.edit != "" {
			s.href = v.edit + "?section=" + form.Code
		}
		if year := v.yearShown(form, answered); year != "" {
			s.title += " · " + year
			if s.href != "" {
				s.href += "&year=" + year
			}
		}
		if person != "" {
			s.about = v.memberName(person)
			if s.href != "" {
				s.href += "&of=" + person
			}
		}
		list = append(list, s)
	}
	return list
}

// dwellings are the sections of the dwellings, the present one first; who may change a household without one can
// open it by answering.
func (v viewer) dwellings() []section {
	var list []section
	present := false
	for _, d := range v.f.Dwellings {
		parts := v.sections(registry.SubjectDwelling, d.Facts, d.Answered, "")
		for i := range parts {
			if d.To != nil || present {
				parts[i].href = ""
			} else if parts[i].href != "" {
				parts[i].href += "&of=" + ofDwelling
			}
		}
		present = present || d.To == nil
		list = append(list, parts...)
	}
	if present || v.edit == "" {
		return list
	}
	parts := v.sections(registry.SubjectDwelling, nil, nil, "")
	for i := range parts {
		parts[i].href += "&of=" + ofDwelling
	}
	return append(parts, list...)
}

func (v viewer) memberName(number string) string {
	for _, m := range v.f.Members {
		if m.Number == number {
			return nameOf(m)
		}
	}
	return number
}

func (v viewer) factsOf(items []*policy.Item, facts policy.Facts) []web.Fact {
	list := make([]web.Fact, len(items))
	for i, item := range items {
		value, known := facts[item.Code]
		text := valueText(v.ctx, v.f.Pack, item, value)
		if unit := unitOf(v.ctx, v.f.Pack, item); text != "" && unit != "" {
			text += " " + unit
		}
		list[i] = web.Fact{Label: item.Label.In(web.Lang(v.ctx)), Value: text, Missing: !known || value == nil}
		if norm, usual := v.norms[item.Subject+"."+item.Code]; usual && known && norm.Differs(value) {
			list[i].Strong, list[i].Note = true, word(v.ctx, "household.norm", "value", v.usual(norm))
		}
	}
	return list
}

func (v viewer) statuses() web.Table {
	lang := web.Lang(v.ctx)
	table := web.Table{Caption: word(v.ctx, "household.statuses"), Columns: []web.Column{
		{Label: web.T(v.ctx, "common.status")}, {Label: web.T(v.ctx, "common.from")}, {Label: web.T(v.ctx, "common.source")},
	}}
	for _, s := range slices.Backward(v.f.Statuses) {
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{
			{View: statusBadge(v.ctx, v.f.Pack, s.Status)}, web.Text(i18n.Day(lang, s.From)), web.Text(wordOr(v.ctx, "status_source."+s.Source, s.Source)),
		}})
	}
	return table
}
