package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

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
	keep    string      // the mapping as YAML: constants and values are kept from it
	yaml    web.Field
	summary web.ErrorSummary
}

// columnsOf makes the form of an import: its mapping, or one guessed from the names of its columns.
func (p *pages) columnsOf(r *http.Request, im registry.Import) (*columnsForm, error) {
	query := asked(r.URL.Query())
	if im.Mapping != nil && !query.Has("subject") {
		return p.columnsForm(r.Context(), im, *im.Mapping)
	}
	pack, err := p.Registry.Pack(im.Area)
	if err != nil {
		return nil, err
	}
	today := p.Caller(r.Context()).Today
	day, err := clock.ParseDay(query.Get("day"))
	if err != nil {
		day = today
	}
	subject := query.Get("subject")
	if subject == "" {
		subject = registry.SubjectHousehold
	}
	return p.columnsForm(r.Context(), im, registry.Guess(im.Header, subject, query.Get("source"), day, pack))
}

func (p *pages) columnsForm(ctx context.Context, im registry.Import, m registry.Mapping) (*columnsForm, error) {
	pack, err := p.Registry.Pack(im.Area)
	if err != nil {
		return nil, err
	}
	f := &columnsForm{keep: m.YAML(), guess: []web.Field{subjectField(ctx, m.Subject), sourceField(ctx, m.Source, ""), dayField(ctx, m.Day, "")}}
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
	if m.Subject == registry.SubjectHousehold {
		f.head = append(f.head, columns("area", m.Area, true))
	} else {
		f.head = append(f.head, columns("household", m.Household, true))
	}
	f.head = append(f.head, columns("year", m.Year, false), columns("version", m.Version, false))
	targets := targetsOf(ctx, pack, m)
	for i, column := range im.Header {
		f.columns = append(f.columns, web.Field{Name: columnName(i), IDPrefix: "map-", Label: column, Kind: web.FieldSelect, Value: m.Columns[column], Options: targets})
	}
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
func sentMapping(r *http.Request, im registry.Import) (registry.Mapping, int64, error) {
	if err := r.ParseForm(); err != nil {
		return registry.Mapping{}, 0, fault.Wrap(fault.Invalid, err, "%s", web.T(r.Context(), "error.invalid"))
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
	return chosenColumns(r.PostForm, im, m), ver, nil
}

// chosenColumns puts the choices of the lists into a mapping, whose constants and values stay where they still fit.
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
	for column := range m.Values {
		if _, ok := m.Columns[column]; !ok {
			delete(m.Values, column)
		}
	}
	return m
}

// blame ties what is wrong with a mapping to the fields of the form.
func (f *columnsForm) blame(err error) {
	var known *fault.Error
	if !errors.As(err, &known) {
		return
	}
	all := [][]web.Field{f.guess, f.head, f.columns, {f.yaml}}
	tied := map[int]bool{}
	for _, fields := range all {
		for i := range fields {
			for n, detail := range known.Details {
				if detail.Field == fields[i].Name || detail.Field == "columns."+fields[i].Label {
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
