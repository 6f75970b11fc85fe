package registry

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/clock"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/table"
)

// parsed is a row in the register's terms.
type parsed struct {
	n         int
	key       string
	household string // key of the household of a person or an entry
	area      string
	day       clock.Day // from which what the row says holds; its year is that of the yearly answers
	version   int64     // 0 where the file has none
	values    policy.Facts
	dwelling  policy.Facts
	entries   []amount
	lat, lon  *float64
	problems  []Problem
}

// amount is an entry of a row.
type amount struct {
	subject, class string
	minor          int64
}

// Problem is what is wrong with a row: the column, the reason in words, and what follows from it.
type Problem struct {
	Column   string          `json:"column"`
	Reason   string          `json:"reason"`
	Words    i18n.Text       `json:"words,omitempty"` // the reason in the other languages of the program
	Severity policy.Severity `json:"severity"`
}

func (p *parsed) reject(column, key string, args ...any) {
	p.problems = append(p.problems, newProblem(column, policy.Reject, func(lang i18n.Lang) string { return i18n.T(lang, "registry.row."+key, args...) }))
}

// refuse rejects the row because a cell's text is no value of its item.
func (p *parsed) refuse(column string, err error) {
	p.problems = append(p.problems, newProblem(column, policy.Reject, func(lang i18n.Lang) string {
		var reason *policy.Reason
		if errors.As(err, &reason) {
			return withoutValue(reason).In(lang)
		}
		return err.Error()
	}))
}

// withoutValue is a reason that does not quote what the cell says: the report goes from hand to hand, and a column may
// hold something else than its name promises.
func withoutValue(reason *policy.Reason) *policy.Reason {
	if reason.Args["text"] == "" {
		return reason
	}
	free := *reason
	free.Args = maps.Clone(reason.Args)
	free.Args["text"] = "…"
	return &free
}

// Note is the severity of what a report only mentions: nothing follows from it.
const Note policy.Severity = "note"

// note mentions something about the row.
func (p *parsed) note(column, key string, args ...any) {
	p.problems = append(p.problems, newProblem(column, Note, func(lang i18n.Lang) string { return i18n.T(lang, "registry.row."+key, args...) }))
}

// newProblem keeps the reason in every language of the program: who reads the report is not known yet.
func newProblem(column string, severity policy.Severity, say func(i18n.Lang) string) Problem {
	p := Problem{Column: column, Reason: say(i18n.English), Severity: severity}
	for _, language := range i18n.Languages() {
		if text := say(language.Lang); text != p.Reason {
			if p.Words == nil {
				p.Words = i18n.Text{}
			}
			p.Words[language.Lang] = text
		}
	}
	return p
}

// In is the reason in a language.
func (p Problem) In(lang i18n.Lang) string {
	if text := p.Words[lang]; text != "" {
		return text
	}
	return p.Reason
}

// rejected says whether a problem keeps the row out.
func (p *parsed) rejected() bool {
	return slices.ContainsFunc(p.problems, func(q Problem) bool { return q.Severity == policy.Reject })
}

// maxKey is how long a row's key may be.
const maxKey = 100

// read turns cells into a parsed row; every cell that cannot be read is in problems.
func (r *reader) read(n int, cells []string) parsed {
	p := parsed{n: n, day: r.day, values: policy.Facts{}, dwelling: policy.Facts{}, key: cell(cells, r.key), household: cell(cells, r.household), area: cell(cells, r.area)}
	if r.mapping.Subject == SubjectDwelling && r.mapping.Source != RegisterSource {
		p.key = p.household // a file knows one house of a household: that in which it lives
	}
	if p.key == "" || len(p.key) > maxKey {
		p.reject(r.mapping.Key, "key", "most", strconv.Itoa(maxKey))
	}
	if r.household >= 0 && p.household == "" {
		p.reject(r.mapping.Household, "household_key")
	}
	if r.area >= 0 && p.area == "" {
		p.reject(r.mapping.areaColumn(), "area_empty")
	}
	if text := cell(cells, r.year); text != "" {
		r.readYear(&p, text)
	}
	if text := cell(cells, r.version); text != "" {
		var err error
		if p.version, err = strconv.ParseInt(text, 10, 64); err != nil || p.version < 1 {
			p.reject(r.mapping.Version, "version")
		}
	}
	for _, t := range r.targets {
		r.readTarget(&p, t, cells)
	}
	if (p.lat == nil) != (p.lon == nil) {
		p.reject("lat", "half_place")
	}
	return p
}

// readYear takes a row's own year: what it says holds on that year's last day.
func (r *reader) readYear(p *parsed, text string) {
	y, err := strconv.Atoi(text)
	if err != nil || y < 1900 || y > 2999 {
		p.reject(r.mapping.Year, "year")
		return
	}
	if of, _, _ := r.day.Civil(); of != y {
		_, p.day = year(y)
	}
}

func cell(cells []string, at int) string {
	if at < 0 || at >= len(cells) {
		return ""
	}
	return table.Unharmed(strings.TrimSpace(cells[at]))
}

func (r *reader) readTarget(p *parsed, t target, cells []string) {
	text, column := t.fixed, t.name
	if t.column >= 0 {
		text = cell(cells, t.column)
		column = r.header[t.column]
	}
	if mapped, ok := t.values[text]; ok {
		text = mapped
	}
	if text == "" {
		return // unknown
	}
	if t.item == nil {
		p.place(t.name, column, text)
		return
	}
	value, err := t.item.Parse(text)
	if err != nil {
		p.refuse(column, err)
		return
	}
	switch {
	case t.class != "":
		if minor, ok := value.(int64); ok {
			p.entries = append(p.entries, amount{t.subject, t.class, minor})
		}
	case t.subject == SubjectDwelling && r.mapping.Subject != SubjectDwelling:
		p.dwelling[t.item.Code] = value
	default:
		p.values[t.item.Code] = value
	}
}

func (p *parsed) place(name, column, text string) {
	limit, into := 90.0, &p.lat
	if name == "lon" {
		limit, into = 180, &p.lon
	}
	degrees, err := parseNumber(text)
	if err != nil || degrees < -limit || degrees > limit {
		p.reject(column, "degrees", "most", strconv.FormatFloat(limit, 'g', -1, 64))
		return
	}
	*into = &degrees
}

// given by the program or by another file: their absence in a row is no problem of the row.
var notInRow = map[string][]string{
	SubjectHousehold: {"number", "area", "head"},
}

// validate adds what the pack's dictionary has against a row's values.
func (r *reader) validate(p *parsed) {
	sets := map[string]policy.Facts{r.mapping.Subject: p.values}
	if len(p.dwelling) > 0 {
		sets[SubjectDwelling] = p.dwelling
	}
	for subject, facts := range sets {
		for _, problem := range r.pack.Validate(subject, facts) {
			if slices.Contains(notInRow[subject], problem.Item) {
				continue
			}
			p.problems = append(p.problems, newProblem(r.columnOf(subject, problem.Item), problem.Severity, withoutValue(problem.Reason).In))
		}
	}
}

// columnOf is the file's column of an item, the item's code where there is none.
func (r *reader) columnOf(subject, code string) string {
	name := code
	if subject != r.mapping.Subject {
		name = subject + "." + code
	}
	for column, to := range r.mapping.Columns {
		if to == name || to == code {
			return column
		}
	}
	return name
}
