package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// columnsForm is step 2: what a row is, and where each column goes.
type columnsForm struct {
	guess   []web.Field // subject, source and day, by which the columns are guessed anew
	head    []web.Field // key, household, area, version
	columns []web.Field // one per column of the file
	keep    string      // the mapping as YAML: what the lists do not show is kept from it

	saved     *savedMappings // nil where none fits
	words     []translation
	constants []constant
	yaml      web.Field
	summary   web.ErrorSummary
}

// columnsOf makes the form of an import: its mapping, one saved for such files, or one guessed from the names of its
// columns.
func (p *pages) columnsOf(r *http.Request, scope access.Scope, im registry.Import) (*columnsForm, error) {
	ctx := r.Context()
	query := asked(r.URL.Query())
	saved, chosen, err := p.offered(ctx, scope, im, query.Get("template"))
	if err != nil {
		return nil, err
	}
	var m registry.Mapping
	switch {
	case im.Mapping != nil && !query.Has("subject") && !query.Has("template"):
		m = *im.Mapping
		saved = nil
	case chosen != nil:
		m = p.fromTemplate(r, *chosen)
		if err := p.Registry.UsedTemplate(ctx, scope, chosen.ID); err != nil {
			return nil, err
		}
	default:
		if m, err = p.guessed(r, im); err != nil {
			return nil, err
		}
		if saved != nil {
			saved.used, saved.choose.Value = "", "none"
		}
	}
	f, err := p.columnsForm(ctx, scope, im, m)
	if err == nil {
		f.saved = saved
	}
	return f, err
}

// dayAsked is the reference day that the address names, else today.
func (p *pages) dayAsked(r *http.Request) clock.Day {
	if day, err := clock.ParseDay(r.URL.Query().Get("day")); err == nil {
		return day
	}
	return p.Caller(r.Context()).Today
}

// fromTemplate is a saved mapping for a file, with the source and the day that were given with it.
func (p *pages) fromTemplate(r *http.Request, t registry.Template) registry.Mapping {
	m := t.Mapping
	m.Day = p.dayAsked(r).String()
	if source := r.URL.Query().Get("source"); source != "" {
		m.Source = source
	}
	return m
}

// guessed is a mapping from the names of the columns.
func (p *pages) guessed(r *http.Request, im registry.Import) (registry.Mapping, error) {
	pack, err := p.Registry.Pack(im.Area)
	if err != nil {
		return registry.Mapping{}, err
	}
	query := asked(r.URL.Query())
	subject := query.Get("subject")
	if subject == "" {
		subject = registry.GuessSubject(im.Header, pack)
	}
	return registry.Guess(im.Header, subject, query.Get("source"), p.dayAsked(r), pack), nil
}

func (p *pages) columnsForm(ctx context.Context, scope access.Scope, im registry.Import, m registry.Mapping) (*columnsForm, error) {
	pack, err := p.Registry.Pack(im.Area)
	if err != nil {
		return nil, err
	}
	words, err := p.Registry.Words(ctx, scope, im)
	if err != nil {
		return nil, err
	}
	f := &columnsForm{keep: m.YAML(), guess: []web.Field{p.subjectField(ctx, im.Area, m.Subject), sourceField(ctx, m.Source, ""), dayField(ctx, m.Day, "")}}
	for i := range f.guess {
		f.guess[i].IDPrefix = "map-"
	}
	columns := func(name, value string, required bool) web.Field {
		field := web.Field{Name: name, IDPrefix: "map-", Label: word(ctx, "import.map."+name), Help: word(ctx, "import.map."+name+"_help"), Kind: web.FieldSelect, Value: value, Required: required,
			Options: []web.Option{{Label: word(ctx, "import.map.none")}}}
		for _, column := range im.Header {
			field.Options = append(field.Options, web.Option{Value: column, Label: column})
		}
		return field
	}
	f.head = append(f.head, columns("key", m.Key, true))
	switch {
	case m.Subject == registry.SubjectHousehold:
		f.head = append(f.head, columns("area", m.Area, true))
	case !registry.IsPlace(pack, m.Subject):
		f.head = append(f.head, columns("household", m.Household, true))
	}
	f.head = append(f.head, columns("year", m.Year, false), columns("version", m.Version, false))
	targets := targetsOf(ctx, pack, m)
	for i, column := range im.Header {
		f.columns = append(f.columns, web.Field{Name: columnName(i), IDPrefix: "map-", Label: column, Kind: web.FieldSelect, Value: m.Columns[column], Options: targets})
	}
	f.words, f.constants = translationsOf(ctx, pack, im, m, words), constantsOf(ctx, targets, m)
	f.yaml = web.Field{Name: "yaml", IDPrefix: "map-", Label: word(ctx, "import.map.yaml"), Help: word(ctx, "import.map.yaml_help"), Kind: web.FieldArea, Value: m.YAML(), Attributes: map[string]any{"spellcheck": "false"}}
	return f, nil
}

func columnName(i int) string { return "column." + strconv.Itoa(i) }

// targetsOf are the fields that a column can go to, with those that the mapping names already.
func targetsOf(ctx context.Context, pack *policy.Pack, m registry.Mapping) []web.Option {
	lang := web.Lang(ctx)
	targets := []web.Option{{Label: word(ctx, "import.map.ignore")}}
	add := func(value, label string) {
		if !slices.ContainsFunc(targets, func(o web.Option) bool { return o.Value == value }) {
			targets = append(targets, web.Option{Value: value, Label: label})
		}
	}
	for _, item := range pack.Items {
		switch {
		case item.Subject == m.Subject && !slices.Contains([]string{"number", "area", "head"}, item.Code):
			add(item.Code, item.Label.In(lang))
		case m.Subject == registry.SubjectHousehold && item.Subject == registry.SubjectDwelling:
			add(item.Subject+"."+item.Code, word(ctx, "subject.dwelling")+": "+item.Label.In(lang))
		}
	}
	if m.Subject == registry.SubjectHousehold {
		for _, subject := range []string{registry.SubjectIncome, registry.SubjectExpenditure} {
			if item, ok := pack.Item(subject, "class"); ok {
				for _, option := range item.Options() {
					add(subject+"["+option.Code+"]", word(ctx, "subject."+subject)+": "+option.Label.In(lang))
				}
			}
		}
		add("lat", word(ctx, "import.map.lat"))
		add("lon", word(ctx, "import.map.lon"))
	}
	for _, target := range m.Columns {
		add(target, target)
	}
	return targets
}

// sentMapping reads the mapping of a form, and the version of the import that it was made for: the YAML where that
// button was pressed, else the lists.
func (p *pages) sentMapping(r *http.Request, scope access.Scope, im registry.Import) (registry.Mapping, int64, error) {
	if err := web.Form(r); err != nil {
		return registry.Mapping{}, 0, err
	}
	ver, err := strconv.ParseInt(r.PostForm.Get("ver"), 10, 64)
	if err != nil {
		return registry.Mapping{}, 0, fault.New(fault.Required, "%s", web.T(r.Context(), "error.required"))
	}
	if r.PostForm.Get("use") == "yaml" {
		m, err := registry.ParseMapping([]byte(r.PostForm.Get("yaml")))
		return m, ver, err
	}
	m, err := registry.ParseMapping([]byte(r.PostForm.Get("keep")))
	if err != nil {
		return m, ver, err
	}
	words, err := p.Registry.Words(r.Context(), scope, im)
	if err != nil {
		return m, ver, err
	}
	m = chosenColumns(r.PostForm, im, m)
	sentWords(r.PostForm, im, &m, words)
	forgetUnmapped(&m)
	return m, ver, nil
}

// chosenColumns puts the choices of the lists into a mapping.
func chosenColumns(form url.Values, im registry.Import, m registry.Mapping) registry.Mapping {
	get := func(name string) string { return strings.TrimSpace(form.Get(name)) }
	m.Subject, m.Source, m.Day = get("subject"), get("source"), get("day")
	m.Key, m.Household, m.Area, m.Year, m.Version = get("key"), get("household"), get("area"), get("year"), get("version")
	m.Columns = map[string]string{}
	for i, column := range im.Header {
		if target := get(columnName(i)); target != "" {
			m.Columns[column] = target
		}
	}
	if form.Has("constant.0") {
		m.Constants = sentConstants(form)
	}
	return m
}

// forgetUnmapped drops the translations of columns that go nowhere any more.
func forgetUnmapped(m *registry.Mapping) {
	for column := range m.Values {
		if _, ok := m.Columns[column]; !ok || len(m.Values[column]) == 0 {
			delete(m.Values, column)
		}
	}
}

// blame ties what is wrong with a mapping to the fields of the form.
func (f *columnsForm) blame(err error) {
	var known *fault.Error
	if !errors.As(err, &known) {
		return
	}
	all := [][]web.Field{f.guess, f.head, f.columns, {f.yaml}}
	for i := range f.constants {
		all = append(all, []web.Field{f.constants[i].target})
	}
	tied := map[int]bool{}
	for _, fields := range all {
		for i := range fields {
			for n, detail := range known.Details {
				if detail.Field == fields[i].Name || detail.Field == "columns."+fields[i].Label || (fields[i].Value != "" && detail.Field == "constants."+fields[i].Value) {
					fields[i].Error, tied[n] = detail.Reason, true
				}
			}
		}
	}
	f.summary = web.Summary(slices.Concat(all...)...)
	for n, detail := range known.Details {
		if !tied[n] {
			f.summary.Errors = append(f.summary.Errors, web.FieldError{Text: detail.Field + ": " + detail.Reason})
		}
	}
	if len(known.Details) == 0 {
		f.summary.Errors = append(f.summary.Errors, web.FieldError{Field: f.yaml.ID(), Text: known.Message})
	}
}
