package page

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// coreSection is the part of the form that holds the program's own columns.
const coreSection = "core"

// editable are the fixed columns that a change can set.
var editable = map[string][]string{
	registry.SubjectHousehold:   {registry.FieldStatus},
	registry.SubjectPerson:      {registry.FieldName, registry.FieldSex, registry.FieldBirth},
	registry.SubjectIncome:      entryColumns,
	registry.SubjectExpenditure: entryColumns,
}

var entryColumns = []string{"year", "class", "amount", "basis"}

// ofDwelling names the household's present dwelling as whose record a form changes.
const ofDwelling = "dwelling"

// subject is whose record a form changes.
type subject struct {
	file   registry.File
	scope  access.Scope
	kind   string
	id     int64
	ver    int64
	page   string // address of the page that shows the record
	under  int64  // household of a record that the form opens
	of     string // number of the member, or ofDwelling; empty for the household
	title  string
	values policy.Facts // what is stored now and the reader may see
	year   int          // whose answers the form is about, 0 where its section is not yearly
}

// asked says which form an address or a form sent is about: of a member or of the household, a section, a year.
type askedForm struct{ of, section, year string }

func formOf(values url.Values) askedForm {
	return askedForm{values.Get("of"), values.Get("section"), values.Get("year")}
}

// editing finds the record that a form is about, and journals that it was opened.
func (p *pages) editing(r *http.Request, form askedForm) (subject, error) {
	id, err := number(r)
	if err != nil {
		return subject{}, err
	}
	year, err := yearOf(r.Context(), form.year)
	if err != nil {
		return subject{}, err
	}
	scope, err := p.scope(r, access.HouseholdEdit)
	if err != nil {
		return subject{}, err
	}
	f, err := p.Registry.OpenYear(r.Context(), scope, id, year)
	if err != nil {
		return subject{}, err
	}
	s := subject{file: f, scope: scope, kind: registry.SubjectHousehold, id: f.ID, ver: f.Ver, page: "/households/" + f.Number, of: form.of, title: word(r.Context(), "subject.household"), values: policy.Facts{}}
	if form.of == "" {
		s.fill(f.Facts, map[string]any{registry.FieldStatus: f.Status})
		s.setYear(form.section, f.Answered)
		return s, nil
	}
	if form.of == ofDwelling {
		s.setDwelling(r.Context(), form.section)
		return s, nil
	}
	for _, m := range f.Members {
		if m.Number != form.of {
			continue
		}
		s.kind, s.id, s.ver, s.title = registry.SubjectPerson, m.ID, m.Ver, nameOf(m)
		core := map[string]any{registry.FieldName: m.Name, registry.FieldSex: m.Sex}
		if m.Birth != nil {
			core[registry.FieldBirth] = m.Birth.String()
		}
		s.fill(m.Facts, core)
		s.setYear(form.section, m.Answered)
		return s, nil
	}
	return subject{}, fault.New(fault.NotFound, "%s", web.T(r.Context(), "error.not_found"))
}

// setDwelling makes the form one of the present dwelling; of a household without one it opens it.
func (s *subject) setDwelling(ctx context.Context, section string) {
	s.kind, s.id, s.ver, s.under, s.title = registry.SubjectDwelling, 0, 0, s.file.ID, word(ctx, "subject.dwelling")
	var answered map[string]int
	for _, d := range s.file.Dwellings {
		if d.To == nil {
			s.id, s.ver, s.under, answered = d.ID, d.Ver, 0, d.Answered
			s.fill(d.Facts, nil)
			break
		}
	}
	s.setYear(section, answered)
}

// fill takes the stored values; an empty column is unknown.
func (s *subject) fill(facts policy.Facts, core map[string]any) {
	for code, value := range facts {
		s.values[code] = value
	}
	for code, value := range core {
		if value != "" {
			s.values[code] = value
		}
	}
}

// items are the items of a section that the caller sees and a change can set. Secret ones are shown to nobody and so
// changed by nobody here.
func (s subject) items(section string) []*policy.Item {
	return visibleItems(s.file.Pack, s.kind, section, func(item *policy.Item) bool {
		class, ok := access.ParseClass(item.Class)
		if !ok || !s.scope.Sees(s.file.Area, class) {
			return false
		}
		return !item.Core || slices.Contains(editable[s.kind], item.Code)
	})
}

// sections are the sections of the subject's form that hold something to change.
func (s subject) sections() []string {
	var codes []string
	if len(s.items(coreSection)) > 0 {
		codes = append(codes, coreSection)
	}
	for _, form := range s.file.Pack.Forms {
		if form.Subject == s.kind && len(s.items(form.Code)) > 0 {
			codes = append(codes, form.Code)
		}
	}
	return codes
}

// path is the address of the form.
func (s subject) path(section string) string {
	query := url.Values{}
	if s.of != "" {
		query.Set("of", s.of)
	}
	if section != "" {
		query.Set("section", section)
	}
	if s.year != 0 {
		query.Set("year", strconv.Itoa(s.year))
	}
	return address(s.page+"/change", query)
}

// editPage is what the template of the form shows.
type editPage struct {
	subject   subject
	choices   []choiceGroup // where no section was chosen yet
	section   string
	title     string
	fields    []editField
	years     []yearLink // of a yearly section, the years to choose from
	validOn   web.Field
	reason    web.Field
	summary   web.ErrorSummary
	stale     *web.DiffColumns // the values of others against one's own
	reapply   bool
	cancel    string
	protected bool
}

// choiceGroup are the sections of one subject.
type choiceGroup struct {
	title string
	links []web.Action
}

// finder finds the record that a form is about.
type finder func(r *http.Request, form askedForm) (subject, error)

// edit shows the form of a section of a household or a member.
func (p *pages) edit(w http.ResponseWriter, r *http.Request) error {
	return p.showForm(w, r, p.editing)
}

// propose takes the form of a household or a member.
func (p *pages) propose(w http.ResponseWriter, r *http.Request) error {
	return p.answerForm(w, r, p.editing)
}

// showForm shows the form of a section, or the sections to choose from.
func (p *pages) showForm(w http.ResponseWriter, r *http.Request, find finder) error {
	ctx := r.Context()
	s, err := find(r, formOf(r.URL.Query()))
	if err != nil {
		return err
	}
	shown := editPage{subject: s, section: r.URL.Query().Get("section"), cancel: s.page}
	if shown.section == "" {
		shown.choices = choices(ctx, s)
		return p.showEdit(w, r, http.StatusOK, shown)
	}
	if !slices.Contains(s.sections(), shown.section) {
		return fault.New(fault.NotFound, "%s", web.T(ctx, "error.not_found"))
	}
	for _, item := range s.items(shown.section) {
		text := registry.CellText(item, s.values[item.Code])
		shown.fields = append(shown.fields, s.field(ctx, item, text, text))
	}
	shown.frame(ctx, "", "")
	return p.showEdit(w, r, http.StatusOK, shown)
}

// choices are the sections of the household's form and, unless one member was named, of every member's.
func choices(ctx context.Context, s subject) []choiceGroup {
	group := func(s subject) choiceGroup {
		g := choiceGroup{title: s.title}
		for _, code := range s.sections() {
			g.links = append(g.links, web.Action{Label: sectionLabel(ctx, s.file.Pack, code), Href: s.path(code)})
		}
		return g
	}
	groups := []choiceGroup{group(s)}
	if s.of != "" || s.kind != registry.SubjectHousehold {
		return groups
	}
	dwelling := s
	dwelling.of = ofDwelling
	dwelling.setDwelling(ctx, "")
	if len(dwelling.sections()) > 0 {
		groups = append(groups, group(dwelling))
	}
	for _, m := range s.file.Members {
		member := s
		member.year = 0
		member.kind, member.of, member.title = registry.SubjectPerson, m.Number, nameOf(m)
		groups = append(groups, group(member))
	}
	return groups
}

// frame adds what every form asks besides: from when, and why.
func (e *editPage) frame(ctx context.Context, validOn, reason string) {
	e.title = sectionLabel(ctx, e.subject.file.Pack, e.section)
	e.years = e.subject.years(e.section)
	e.validOn = web.Field{Name: "valid_on", Label: word(ctx, "edit.valid_on"), Help: word(ctx, "edit.valid_on_help"), Kind: web.FieldDate, Value: validOn}
	e.reason = web.Field{Name: "reason", Label: word(ctx, "edit.reason"), Help: word(ctx, "edit.reason_help"), Value: reason, Required: true, Attributes: map[string]any{"maxlength": "200"}}
	for _, item := range e.subject.items(e.section) {
		e.protected = e.protected || item.Protected
	}
}

func (p *pages) showEdit(w http.ResponseWriter, r *http.Request, status int, e editPage) error {
	ctx := r.Context()
	way, err := p.Registry.Areas().Path(ctx, e.subject.file.Area)
	if err != nil {
		return err
	}
	page := web.Page{Title: word(ctx, "edit.title", "number", e.subject.file.Number)}
	p.leadingTo(ctx, e.subject.scope, &page, way, e.subject.file.Number)
	page.Crumbs[len(page.Crumbs)-1].Href = e.cancel
	page.Crumbs = append(page.Crumbs, web.Crumb{Label: word(ctx, "edit.propose")})
	return p.show(w, r, status, page, editView(e))
}

// answerForm takes a form: what it changes is applied, waits for a second person, or is refused with reasons. When
// somebody else has changed the record meanwhile both values are shown, and one's own can be put on the new version.
func (p *pages) answerForm(w http.ResponseWriter, r *http.Request, find finder) error {
	ctx := r.Context()
	if err := web.Form(r); err != nil {
		return err
	}
	s, err := find(r, formOf(r.PostForm))
	if err != nil {
		return err
	}
	e := editPage{subject: s, section: r.PostForm.Get("section"), cancel: s.page}
	if !slices.Contains(s.sections(), e.section) {
		return fault.New(fault.NotFound, "%s", web.T(ctx, "error.not_found"))
	}
	list := s.answers(ctx, r.PostForm, e.section)
	ver, err := strconv.ParseInt(r.PostForm.Get("ver"), 10, 64)
	if err != nil {
		return fault.New(fault.Required, "%s", web.T(ctx, "error.required"))
	}
	e.frame(ctx, r.PostForm.Get("valid_on"), strings.TrimSpace(r.PostForm.Get("reason")))
	draft, ok := e.draft(ctx, list, ver)
	if !ok {
		return p.refused(w, r, e, list)
	}
	if len(draft.Rows[0].Set) == 0 {
		http.Redirect(w, r, e.cancel+"?saved="+string(change.Unchanged), http.StatusSeeOther)
		return nil
	}
	set, err := p.Registry.Changes().Submit(ctx, s.scope, draft)
	switch {
	case registry.ShutOf(err) != nil:
		e.reason.Error = shutText(ctx, registry.ShutOf(err))
		return p.refused(w, r, e, list)
	case fault.Is(err, fault.Stale):
		return p.overtaken(w, r, e, list)
	case fault.Is(err, fault.Invalid):
		if err := p.blame(ctx, s, draft, list, err); err != nil {
			return err
		}
		return p.refused(w, r, e, list)
	case err != nil:
		return err
	}
	http.Redirect(w, r, e.cancel+"?saved="+string(set.State), http.StatusSeeOther)
	return nil
}

// draft makes the submission; false where an answer cannot be taken.
func (e *editPage) draft(ctx context.Context, list []answer, ver int64) (change.Draft, bool) {
	ok := true
	row := change.Row{SubjectKind: e.subject.kind, Subject: e.subject.id, Under: e.subject.under, BaseVer: ver, Set: change.Values{}}
	for _, a := range list {
		ok = ok && a.wrong == ""
		if a.changed() {
			row.Set[a.item.Code] = a.value
		}
	}
	d := change.Draft{Source: change.Page, Title: e.title, Reason: e.reason.Value, Rows: []change.Row{row}}
	if e.reason.Value == "" || len(e.reason.Value) > 600 {
		e.reason.Error, ok = word(ctx, "edit.reason_missing"), false
	}
	if e.subject.year != 0 {
		day := registry.ReferenceDay(e.subject.year, e.subject.scope.Caller().Today)
		d.ValidOn, d.Title = &day, e.title+" "+strconv.Itoa(e.subject.year)
		return d, ok
	}
	if e.validOn.Value == "" {
		return d, ok
	}
	day, err := clock.ParseDay(e.validOn.Value)
	if err != nil || day > e.subject.scope.Caller().Today {
		e.validOn.Error, ok = word(ctx, "edit.valid_on_wrong"), false
	}
	d.ValidOn = &day
	return d, ok
}

// blame ties the problems of a refused submission to its answers, in the reader's language. A refusal that concerns
// none of them is returned.
func (p *pages) blame(ctx context.Context, s subject, draft change.Draft, list []answer, refusal error) error {
	room, on := p.Registry.Changes().Subject(s.kind), s.scope.Caller().Today
	if draft.ValidOn != nil {
		on = *draft.ValidOn
	}
	record, err := recordOf(ctx, room, s, on)
	if err != nil {
		return err
	}
	problems, err := room.Check(ctx, record, draft.Rows[0].Set)
	if err != nil {
		return err
	}
	found := false
	for i := range list {
		for _, problem := range problems {
			if problem.Item == list[i].item.Code && problem.Severity == policy.Reject {
				list[i].wrong, found = problem.Reason.In(web.Lang(ctx)), true
			}
		}
	}
	if !found {
		return refusal
	}
	return nil
}

// recordOf is the record that a form is about, blank where the form opens it.
func recordOf(ctx context.Context, room change.Subject, s subject, on clock.Day) (change.Record, error) {
	if opener, ok := room.(change.Opener); ok && s.id == 0 {
		return opener.Blank(ctx, s.scope, s.under, 0, on)
	}
	return room.Load(ctx, s.scope, s.id, on)
}

// refused shows the form again with what is wrong.
func (p *pages) refused(w http.ResponseWriter, r *http.Request, e editPage, list []answer) error {
	var fields []web.Field
	for _, a := range list {
		f := e.subject.field(r.Context(), a.item, a.text, a.base)
		f.Error = a.wrong
		e.fields, fields = append(e.fields, f), append(fields, f.Field)
	}
	if ver, err := strconv.ParseInt(r.PostForm.Get("ver"), 10, 64); err == nil {
		e.subject.ver = ver
	}
	e.summary = web.Summary(append(fields, e.validOn, e.reason)...)
	return p.showEdit(w, r, http.StatusBadRequest, e)
}

// overtaken shows what is stored now beside one's own answers; sending again puts these on the new version.
func (p *pages) overtaken(w http.ResponseWriter, r *http.Request, e editPage, list []answer) error {
	ctx := r.Context()
	e.stale = &web.DiffColumns{Caption: e.title, Left: word(ctx, "changes.stored"), Right: word(ctx, "edit.mine")}
	e.reapply = true
	for _, a := range list {
		stored := registry.CellText(a.item, e.subject.values[a.item.Code])
		if !a.changed() {
			a.text = stored
		}
		e.fields = append(e.fields, e.subject.field(ctx, a.item, a.text, stored))
		e.stale.Lines = append(e.stale.Lines, web.DiffLine{
			Label: a.item.Label.In(web.Lang(ctx)),
			Left:  sideOf(ctx, e.subject.file.Pack, a.item, e.subject.values[a.item.Code]),
			Right: sideOf(ctx, e.subject.file.Pack, a.item, parsed(a)),
		})
	}
	return p.showEdit(w, r, http.StatusPreconditionFailed, e)
}

// parsed is the value of an answer's text.
func parsed(a answer) policy.Value {
	value, err := a.item.Parse(a.text)
	if err != nil {
		return nil
	}
	return value
}

// sideOf is a value as one side of a comparison.
func sideOf(ctx context.Context, pack *policy.Pack, item *policy.Item, value policy.Value) web.DiffValue {
	return web.DiffValue{Text: valueText(ctx, pack, item, value), Missing: value == nil}
}
