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
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// entryPage is what the template of the form of an entry of income or expenditure shows.
type entryPage struct {
	subject subject
	action  string
	fields  []editField
	person  web.Field
	reason  web.Field
	summary web.ErrorSummary
	cancel  string
	stale   bool
}

// entrySections are the parts of the form of an entry: the program's own columns and the pack's.
func (s subject) entrySections() []string {
	sections := []string{coreSection}
	for _, form := range s.file.Pack.Forms {
		if form.Subject == s.kind {
			sections = append(sections, form.Code)
		}
	}
	return sections
}

// entered finds the entry that a form is about, a blank one where it names none.
func (p *pages) entered(r *http.Request, asked url.Values) (subject, error) {
	ctx := r.Context()
	id, err := number(r)
	if err != nil {
		return subject{}, err
	}
	scope, err := p.scope(r, access.HouseholdEdit)
	if err != nil {
		return subject{}, err
	}
	f, err := p.Registry.Open(ctx, scope, id)
	if err != nil {
		return subject{}, err
	}
	s := subject{file: f, scope: scope, under: f.ID, values: policy.Facts{}}
	if text := asked.Get("id"); text != "" {
		return s.ofEntry(ctx, text)
	}
	s.kind = asked.Get("subject")
	if _, ok := f.Pack.Item(s.kind, "class"); !ok || (s.kind != registry.SubjectIncome && s.kind != registry.SubjectExpenditure) {
		return subject{}, fault.New(fault.NotFound, "%s", web.T(ctx, "error.not_found"))
	}
	if s.year, err = yearOf(ctx, asked.Get("year")); err != nil {
		return subject{}, err
	}
	if s.year == 0 {
		s.year, _, _ = scope.Caller().Today.Civil()
	}
	s.values["year"] = int64(s.year)
	s.title = word(ctx, "entry.new_"+s.kind)
	return s, nil
}

// ofEntry is the form of an entry that the file shows.
func (s subject) ofEntry(ctx context.Context, text string) (subject, error) {
	for _, e := range s.file.Entries {
		if strconv.FormatInt(e.ID, 10) != text {
			continue
		}
		s.kind, s.id, s.ver, s.under = e.Subject, e.ID, e.Ver, 0
		s.year, _, _ = e.To.Civil()
		s.values = registry.EntryFields(s.file.Pack, e)
		s.title = word(ctx, "subject."+s.kind)
		return s, nil
	}
	return subject{}, fault.New(fault.NotFound, "%s", web.T(ctx, "error.not_found"))
}

// entry shows the form of a new or a stored entry.
func (p *pages) entry(w http.ResponseWriter, r *http.Request) error {
	s, err := p.entered(r, r.URL.Query())
	if err != nil {
		return err
	}
	return p.showEntry(w, r, http.StatusOK, storedEntry(r.Context(), s))
}

// storedEntry is the form with what is stored now.
func storedEntry(ctx context.Context, s subject) entryPage {
	e := newEntryPage(ctx, s)
	for _, section := range s.entrySections() {
		for _, item := range s.items(section) {
			stored := registry.CellText(item, s.values[item.Code])
			base := stored
			if s.id == 0 {
				base = ""
			}
			e.fields = append(e.fields, s.field(ctx, item, stored, base))
		}
	}
	return e
}

func newEntryPage(ctx context.Context, s subject) entryPage {
	at := "/households/" + s.file.Number
	e := entryPage{subject: s, action: at + "/entry", cancel: at + "?year=" + strconv.Itoa(s.year)}
	person, _ := s.values[registry.FieldPerson].(string)
	e.person = web.Field{Name: "person", Label: word(ctx, "entry.person"), Kind: web.FieldSelect, Value: person, Options: []web.Option{{Label: word(ctx, "entry.whole")}}}
	for _, m := range slices.Concat(s.file.Members, s.file.Former) {
		if m.To == nil || m.Number == person {
			e.person.Options = append(e.person.Options, web.Option{Value: m.Number, Label: nameOf(m)})
		}
	}
	e.reason = web.Field{Name: "reason", Label: word(ctx, "edit.reason"), Help: word(ctx, "edit.reason_help"), Required: true, Attributes: map[string]any{"maxlength": "200"}}
	return e
}

func (p *pages) showEntry(w http.ResponseWriter, r *http.Request, status int, e entryPage) error {
	ctx := r.Context()
	way, err := p.Registry.Areas().Path(ctx, e.subject.file.Area)
	if err != nil {
		return err
	}
	page := web.Page{Title: e.subject.title + " · " + e.subject.file.Number}
	p.leadingTo(ctx, e.subject.scope, &page, way, e.subject.file.Number)
	page.Crumbs[len(page.Crumbs)-1].Href = "/households/" + e.subject.file.Number
	page.Crumbs = append(page.Crumbs, web.Crumb{Label: e.subject.title})
	return p.show(w, r, status, page, entryView(e))
}

// enter takes the form of an entry: it is opened, corrected or ended, or waits for a second person.
func (p *pages) enter(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := web.Form(r); err != nil {
		return err
	}
	s, err := p.entered(r, r.PostForm)
	if err != nil {
		return err
	}
	ver, err := strconv.ParseInt(r.PostForm.Get("ver"), 10, 64)
	if err != nil {
		return fault.New(fault.Required, "%s", web.T(ctx, "error.required"))
	}
	e := newEntryPage(ctx, s)
	e.person.Value, e.reason.Value = r.PostForm.Get("person"), strings.TrimSpace(r.PostForm.Get("reason"))
	var list []answer
	for _, section := range s.entrySections() {
		list = append(list, s.answers(ctx, r.PostForm, section)...)
	}
	draft, ok := e.draft(ctx, list, ver, r.PostForm.Get("act") == "end")
	if !ok {
		return p.refusedEntry(w, r, e, list)
	}
	set, err := p.Registry.Changes().Submit(ctx, s.scope, draft)
	switch {
	case registry.ShutOf(err) != nil:
		e.reason.Error = shutText(ctx, registry.ShutOf(err))
		return p.refusedEntry(w, r, e, list)
	case fault.Is(err, fault.Stale):
		e = storedEntry(ctx, s)
		e.stale = true
		return p.showEntry(w, r, http.StatusPreconditionFailed, e)
	case fault.Is(err, fault.Invalid):
		if err := p.blame(ctx, s, draft, list, err); err != nil {
			return err
		}
		return p.refusedEntry(w, r, e, list)
	case err != nil:
		return err
	}
	year, _, _ := draft.ValidOn.Civil()
	http.Redirect(w, r, address("/households/"+s.file.Number, url.Values{"year": {strconv.Itoa(year)}, "saved": {string(set.State)}}), http.StatusSeeOther)
	return nil
}

// draft makes the submission; false where an answer cannot be taken.
func (e *entryPage) draft(ctx context.Context, list []answer, ver int64, end bool) (change.Draft, bool) {
	s := e.subject
	ok, set := true, change.Values{}
	for _, a := range list {
		ok = ok && a.wrong == ""
		if a.value != nil || a.changed() {
			set[a.item.Code] = a.value
		}
	}
	set[registry.FieldPerson] = nil
	if e.person.Value != "" {
		set[registry.FieldPerson] = e.person.Value
	}
	year := s.year
	if given, isYear := set["year"].(int64); isYear {
		year = int(given)
	}
	day := registry.ReferenceDay(year, s.scope.Caller().Today)
	title := s.title + " " + strconv.Itoa(year)
	if end {
		ok, title = true, word(ctx, "entry.end")+": "+title
		set = change.Values{registry.FieldEnded: s.scope.Caller().Today.String()}
		day = registry.ReferenceDay(s.year, s.scope.Caller().Today)
	}
	if e.reason.Value == "" || len(e.reason.Value) > 600 {
		e.reason.Error, ok = word(ctx, "edit.reason_missing"), false
	}
	return change.Draft{Source: change.Page, Title: title, Reason: e.reason.Value, ValidOn: &day,
		Rows: []change.Row{{SubjectKind: s.kind, Subject: s.id, Under: s.under, BaseVer: ver, Set: set}}}, ok
}

// refusedEntry shows the form again with what is wrong.
func (p *pages) refusedEntry(w http.ResponseWriter, r *http.Request, e entryPage, list []answer) error {
	var fields []web.Field
	for _, a := range list {
		f := e.subject.field(r.Context(), a.item, a.text, a.base)
		f.Error = a.wrong
		e.fields, fields = append(e.fields, f), append(fields, f.Field)
	}
	e.summary = web.Summary(append(fields, e.reason)...)
	return p.showEntry(w, r, http.StatusBadRequest, e)
}

// entryLinks are the ways to enter income and expenditure of a year, for who may.
func (v viewer) entryLinks() []web.Action {
	if v.edit == "" {
		return nil
	}
	year := v.f.Year
	if years := registry.Years(v.f.Entries); year == 0 && len(years) > 0 {
		year = years[0]
	}
	var links []web.Action
	for _, kind := range []string{registry.SubjectIncome, registry.SubjectExpenditure} {
		if _, ok := v.f.Pack.Item(kind, "class"); !ok {
			continue
		}
		query := url.Values{"subject": {kind}}
		if year != 0 {
			query.Set("year", strconv.Itoa(year))
		}
		links = append(links, web.Action{Label: word(v.ctx, "entry.new_"+kind), Href: address("/households/"+v.f.Number+"/entry", query)})
	}
	if len(registry.ProductsOf(v.f.Pack)) > 0 {
		query := url.Values{}
		if year != 0 {
			query.Set("year", strconv.Itoa(year))
		}
		links = append(links, web.Action{Label: word(v.ctx, "worksheet.link"), Href: address("/households/"+v.f.Number+"/worksheet", query)})
	}
	return links
}
