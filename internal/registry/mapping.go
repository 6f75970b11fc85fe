package registry

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
)

// Mapping says how the columns of a file become the register's fields. As YAML:
//
//	subject: household            # household, person, dwelling, income or expenditure: what a row is
//	source: baseline-2014         # namespace of the file's keys: a row with the same key is the same record
//	key: hh_no                    # column with the row's key
//	household: hh_no              # persons, dwellings and entries: column with their household's key
//	area: village_code            # households: column with the area's official code (or a column with target area)
//	day: "2013-12-31"             # reference day of what the file says; today where it is absent
//	year: survey_year             # optional column: the year whose answers the row holds; that of day where it is absent
//	version: ver                  # optional column: the version on which the row was based, as exported
//	columns: {hh_status: status, roof: dwelling.house_structure, wages: "income[wage]"}
//	values: {sex: {M: "1", F: "2"}}
//	constants: {status: poor}
//
// A target is an item of the row's subject, in a file of households also of the dwelling ("dwelling.CODE", or CODE
// alone where households have no such item) or a class of income or expenditure ("income[CLASS]", an amount for the
// year of day). Targets lat and lon are columns of the program. Target head is left to the file of persons.
type Mapping struct {
	// Pack names the pack that the items are of, for people; the pack in use decides.
	Pack      string                       `yaml:"pack,omitempty" json:"pack,omitempty"`
	Subject   string                       `yaml:"subject" json:"subject"`
	Source    string                       `yaml:"source" json:"source"`
	Key       string                       `yaml:"key" json:"key"`
	Household string                       `yaml:"household,omitempty" json:"household,omitempty"`
	Area      string                       `yaml:"area,omitempty" json:"area,omitempty"`
	Day       string                       `yaml:"day,omitempty" json:"day,omitempty"`
	Year      string                       `yaml:"year,omitempty" json:"year,omitempty"`
	Version   string                       `yaml:"version,omitempty" json:"version,omitempty"`
	Columns   map[string]string            `yaml:"columns" json:"columns"`
	Values    map[string]map[string]string `yaml:"values,omitempty" json:"values,omitempty"`
	Constants map[string]string            `yaml:"constants,omitempty" json:"constants,omitempty"`
}

// ParseMapping reads a mapping from YAML (or JSON, which YAML holds); unknown keys are refused.
func ParseMapping(text []byte) (Mapping, error) {
	var m Mapping
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&m); err != nil {
		return m, fault.New(fault.Invalid, "the mapping cannot be read: %v", err)
	}
	return m, nil
}

// YAML writes the mapping.
func (m Mapping) YAML() string {
	text, err := yaml.Marshal(m)
	if err != nil { // plain maps of strings always encode
		panic(err)
	}
	return string(text)
}

// target is where a column's cell goes.
type target struct {
	column  int // -1 for a constant
	name    string
	item    *policy.Item // nil for a column of the program or an entry
	subject string       // subject of the item, or of the entry
	class   string       // class of an entry
	values  map[string]string
	fixed   string // of a constant
}

// reader is a mapping resolved against a file's header and a pack.
type reader struct {
	mapping   Mapping
	header    []string // of the file
	pack      *policy.Pack
	day       clock.Day
	key       int
	household int
	area      int
	year      int
	version   int
	targets   []target
}

var importSubjects = []string{SubjectHousehold, SubjectPerson, SubjectDwelling, SubjectIncome, SubjectExpenditure}

// resolve checks the mapping against the header and the pack; the error names every wrong line.
func (m Mapping) resolve(header []string, pack *policy.Pack) (*reader, error) {
	wrong := fault.New(fault.Invalid, "the mapping does not fit the file or the pack")
	r := &reader{mapping: m, header: header, pack: pack, household: -1, area: -1, year: -1, version: -1}
	place := IsPlace(pack, m.Subject)
	if !place && !slices.Contains(importSubjects, m.Subject) {
		wrong.With(0, "subject", "is %q, not one of %s", m.Subject, strings.Join(importSubjects, ", "))
	}
	if m.Source == "" || len(m.Source) > 60 || strings.ContainsAny(m.Source, " \t\n/") {
		wrong.With(0, "source", "needs a name of up to 60 characters without blanks or slashes")
	}
	var err error
	if r.day, err = clock.ParseDay(m.Day); err != nil {
		wrong.With(0, "day", "is not a date (YYYY-MM-DD)")
	}
	find := func(field, column string, needed bool) int {
		at := slices.Index(header, column)
		if at < 0 && (needed || column != "") {
			wrong.With(0, field, "the file has no column %q", column)
		}
		return at
	}
	r.key = find("key", m.Key, true)
	r.household = find("household", m.Household, m.Subject != SubjectHousehold && !place)
	r.area = find("area", m.areaColumn(), m.Subject == SubjectHousehold)
	if place { // an area is its own key
		r.area = r.key
	}
	r.year = find("year", m.Year, false)
	r.version = find("version", m.Version, false)
	for _, column := range slices.Sorted(maps.Keys(m.Columns)) {
		at := find("columns."+column, column, true)
		if m.Subject == SubjectHousehold && (m.Columns[column] == "area" || m.Columns[column] == "head") {
			continue
		}
		r.addTarget(wrong, "columns."+column, m.Columns[column], at, "", m.Values[column])
	}
	for _, name := range slices.Sorted(maps.Keys(m.Constants)) {
		r.addTarget(wrong, "constants."+name, name, -1, m.Constants[name], nil)
	}
	for column := range m.Values {
		if _, ok := m.Columns[column]; !ok {
			wrong.With(0, "values."+column, "the column is not mapped")
		}
	}
	if len(wrong.Details) > 0 {
		slices.SortFunc(wrong.Details, func(a, b fault.Detail) int { return strings.Compare(a.Field, b.Field) })
		return nil, wrong
	}
	return r, nil
}

// areaColumn is the column of the area's code.
func (m Mapping) areaColumn() string {
	if m.Area != "" {
		return m.Area
	}
	for column, to := range m.Columns {
		if to == "area" && m.Subject == SubjectHousehold {
			return column
		}
	}
	return ""
}

func (r *reader) addTarget(wrong *fault.Error, field, name string, column int, fixed string, values map[string]string) {
	t := target{column: column, name: name, fixed: fixed, values: values, subject: r.mapping.Subject}
	code := name
	if subject, rest, dotted := strings.Cut(name, "."); dotted {
		t.subject, code = subject, rest
	}
	if _, own := r.pack.Item(t.subject, code); !own && t.subject == SubjectHousehold {
		if _, ofDwelling := r.pack.Item(SubjectDwelling, code); ofDwelling {
			t.subject = SubjectDwelling
		}
	}
	if subject, class, isEntry := entryTarget(name); isEntry {
		t.subject, t.class, code = subject, class, "amount"
	}
	switch {
	case name == "lat" || name == "lon":
		if r.mapping.Subject != SubjectHousehold {
			wrong.With(0, field, "a place belongs to a household's dwelling")
		}
	case t.subject != r.mapping.Subject && (r.mapping.Subject != SubjectHousehold || (t.subject != SubjectDwelling && t.class == "")):
		wrong.With(0, field, "a file of %s cannot hold %q", r.mapping.Subject, name)
	default:
		item, ok := r.pack.Item(t.subject, code)
		if !ok {
			wrong.With(0, field, "the pack %s has no item %q of a %s", r.pack.ID, code, t.subject)
			return
		}
		if t.subject == SubjectHousehold && (code == "number" || code == "area" || code == "head") {
			wrong.With(0, field, "%q is given by the program, not by a file", code)
		}
		if t.class != "" {
			r.checkClass(wrong, field, t)
		}
		t.item = item
	}
	r.targets = append(r.targets, t)
}

func (r *reader) checkClass(wrong *fault.Error, field string, t target) {
	item, ok := r.pack.Item(t.subject, "class")
	if !ok {
		wrong.With(0, field, "the pack %s has no classes of %s", r.pack.ID, t.subject)
		return
	}
	if _, err := item.Parse(t.class); err != nil {
		wrong.With(0, field, "%q is no class of %s in the pack %s", t.class, t.subject, r.pack.ID)
	}
}

// entryTarget reads "income[wage]".
func entryTarget(name string) (subject, class string, ok bool) {
	subject, rest, found := strings.Cut(name, "[")
	if !found || !strings.HasSuffix(rest, "]") || (subject != SubjectIncome && subject != SubjectExpenditure) {
		return "", "", false
	}
	return subject, strings.TrimSuffix(rest, "]"), true
}

// Guess proposes a mapping for a file: columns whose name is an item's code or label, in any language.
func Guess(header []string, subject, source string, day clock.Day, pack *policy.Pack) Mapping {
	m := Mapping{Subject: subject, Source: source, Day: day.String(), Columns: map[string]string{}}
	if source == "" && slices.Contains(header, numberColumn) && slices.Contains(header, versionColumn) {
		m.Source = RegisterSource
	}
	byName := map[string]string{}
	for _, item := range pack.Items {
		name := item.Code
		switch {
		case item.Subject == subject:
		case subject == SubjectHousehold && item.Subject == SubjectDwelling:
			name = item.Subject + "." + item.Code
		default:
			continue
		}
		if subject == SubjectHousehold && slices.Contains([]string{"number", "area", "head"}, item.Code) && item.Core {
			continue
		}
		byName[foldName(item.Code)] = name
		byName[foldName(item.Subject+"."+item.Code)] = name
		for _, label := range item.Label {
			byName[foldName(label)] = name
		}
	}
	if subject == SubjectHousehold {
		guessEntries(byName, pack)
		byName["lat"], byName["lon"] = "lat", "lon"
	}
	used := map[string]bool{}
	for _, column := range header {
		folded := foldName(column)
		switch {
		case m.Key == "" && slices.Contains([]string{numberColumn, "key", "id", foldName(subject) + "key", foldName(subject) + "id"}, folded):
			m.Key = column
		case m.Key == "" && IsPlace(pack, subject) && slices.Contains([]string{"area", "areacode", "code", foldName(subject), foldName(subject) + "code"}, folded):
			m.Key = column
		case m.Household == "" && subject != SubjectHousehold && slices.Contains([]string{"household", "householdkey", "householdid", "hhid"}, folded):
			m.Household = column
		case m.Area == "" && subject == SubjectHousehold && slices.Contains([]string{"area", "areacode", "village", "villagecode"}, folded):
			m.Area = column
		case column == yearColumnName && m.Source == RegisterSource && yearlyRow(subject):
			m.Year = column
		case folded == "ver" || folded == "version":
			m.Version = column
		default:
			if name, ok := byName[folded]; ok && !used[name] {
				m.Columns[column], used[name] = name, true
			}
		}
	}
	return m
}

// yearlyRow says whether a row of a subject's file holds the answers of a year.
func yearlyRow(subject string) bool {
	return subject == SubjectHousehold || subject == SubjectPerson || subject == SubjectDwelling
}

// guessEntries adds the columns that hold an amount of a class, as the register names them itself: "income[wage]".
func guessEntries(byName map[string]string, pack *policy.Pack) {
	for _, subject := range []string{SubjectIncome, SubjectExpenditure} {
		if item, ok := pack.Item(subject, "class"); ok {
			for _, option := range item.Options() {
				name := entryColumn(subject, option.Code)
				byName[foldName(name)] = name
			}
		}
	}
}

// entryColumn is the target of an amount of a class.
func entryColumn(subject, class string) string { return subject + "[" + class + "]" }

// numberColumn heads the column of a record's number, in files that the register wrote.
const numberColumn = "number"

// versionColumn heads the column of a record's version there.
const versionColumn = "version"

func foldName(text string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '_' || r == '-' || r == '.' {
			return -1
		}
		return r
	}, strings.ToLower(text))
}
