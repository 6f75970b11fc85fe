package quality

import (
	"log/slog"
	"maps"
	"math"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
)

// Welfare is what the identification's rule says of a household in a year.
type Welfare struct {
	Income, Line       float64 // per head (or as the rule divides), in major units
	HasIncome, HasLine bool
}

// Finding is a rule that fires for a household or a part of it.
type Finding struct {
	Rule        string // code; of a check of an item that no rule names: "item:subject.code"
	SubjectKind string // household, person, dwelling
	Subject     int64  // of the part; 0 for the household
	Severity    policy.Severity
	Class       access.Class
	Fields      []string
	Role        string
	Days        int
}

// itemPrefix begins the code of what a check of an item found that no rule names.
const itemPrefix = "item:"

// partLists are the lists of a household's parts in conditions, by the subject of their elements.
var partLists = map[string]string{registry.SubjectPerson: "people", registry.SubjectDwelling: "dwellings", registry.SubjectIncome: "incomes", registry.SubjectExpenditure: "expenditures"}

// evaluator decides the rules of a pack that look at one household alone.
type evaluator struct {
	pack    *policy.Pack
	rules   *Rules
	today   clock.Day
	welfare func(one registry.Case, day clock.Day) (Welfare, error)
}

// evaluate returns what fires for a household, sorted by rule and subject, and its income per head in the reference
// year. It reads nothing but its arguments.
func (e evaluator) evaluate(w registry.Whole) (findings []Finding, income Welfare, err error) {
	inputs, parts, income, err := e.inputs(w)
	if err != nil {
		return nil, income, err
	}
	for i := range e.rules.List {
		rule := &e.rules.List[i]
		if rule.Kind == Condition {
			findings = append(findings, rule.decide(inputs, parts)...)
		}
	}
	findings = append(findings, e.checks(w)...)
	slices.SortFunc(findings, func(a, b Finding) int {
		if c := strings.Compare(a.Rule, b.Rule); c != 0 {
			return c
		}
		return int(min(1, max(-1, a.Subject-b.Subject)))
	})
	return findings, income, nil
}

// finding is the rule as it fires for a subject.
func (r *Rule) finding(kind string, subject int64) Finding {
	return Finding{Rule: r.Code, SubjectKind: kind, Subject: subject, Severity: r.Severity, Class: r.Class, Fields: r.Fields, Role: r.Role, Days: r.Days}
}

// part is an element of a list that a condition looks at one by one.
type part struct {
	id     int64
	inputs map[string]any
}

func (r *Rule) decide(inputs map[string]any, parts map[string][]part) []Finding {
	if r.Each == "" {
		if r.holds(inputs) {
			return []Finding{r.finding(registry.SubjectHousehold, 0)}
		}
		return nil
	}
	var found []Finding
	for _, one := range parts[r.Each] {
		inputs[r.Each] = one.inputs
		if r.holds(inputs) {
			found = append(found, r.finding(r.Each, one.id))
		}
	}
	delete(inputs, r.Each)
	return found
}

// holds runs the condition; one that cannot be computed says nothing of the household and is the operator's matter.
func (r *Rule) holds(inputs map[string]any) bool {
	holds, known, err := r.condition.Holds(inputs)
	if err != nil {
		slog.Warn("a rule of data quality cannot be computed", "rule", r.Code, "error", err)
		return false
	}
	return holds && known
}

// inputs is what conditions see of a household.
func (e evaluator) inputs(w registry.Whole) (inputs map[string]any, parts map[string][]part, income Welfare, err error) {
	inputs = e.pack.Inputs(registry.SubjectHousehold, w.Facts)
	inputs["members"] = float64(len(w.People))
	inputs["today"], inputs["status_since"] = e.today.String(), w.Since.String()
	if item, ok := e.pack.Item(registry.SubjectHousehold, registry.FieldStatus); ok {
		for _, option := range item.Options() {
			if option.Code == w.Status {
				inputs["status_group"] = option.Group
			}
		}
	}
	parts = map[string][]part{}
	for _, person := range w.People {
		facts := e.pack.Inputs(registry.SubjectPerson, person.Facts)
		if age, ok := e.age(w, person.Facts); ok {
			facts["age"] = age
		}
		parts[registry.SubjectPerson] = append(parts[registry.SubjectPerson], part{person.ID, facts})
	}
	for _, dwelling := range w.Dwellings {
		parts[registry.SubjectDwelling] = append(parts[registry.SubjectDwelling], part{dwelling.ID, e.pack.Inputs(registry.SubjectDwelling, dwelling.Facts)})
	}
	for _, entry := range w.Entries {
		parts[entry.Subject] = append(parts[entry.Subject], part{entry.ID, e.entry(entry)})
	}
	for subject, list := range partLists {
		elements := make([]map[string]any, len(parts[subject]))
		for i, one := range parts[subject] {
			elements[i] = one.inputs
		}
		inputs[list] = elements
	}
	income, err = e.incomes(w, inputs)
	return inputs, parts, income, err
}

// age is a person's age on the day of the answers it is compared with: the end of the newest year that was asked, or
// today if that is still to come.
func (e evaluator) age(w registry.Whole, facts policy.Facts) (float64, bool) {
	on := e.today
	if w.Year > 0 {
		on = min(on, clock.Date(w.Year, 12, 31))
	}
	text, _ := facts[registry.FieldBirth].(string)
	birth, err := clock.ParseDay(text)
	if err != nil || birth > on {
		return 0, false
	}
	return float64(clock.Age(birth, on)), true
}

// entry is what conditions see of an entry: year, class, amount and basis, and what it came from.
func (e evaluator) entry(entry registry.Entry) map[string]any {
	year, _, _ := entry.To.Civil()
	inputs := map[string]any{"year": float64(year), "amount": float64(entry.Minor) / math.Pow10(e.pack.Digits)}
	for name, text := range map[string]string{"class": entry.Class, "basis": entry.Basis} {
		if text != "" {
			inputs[name] = text
		}
	}
	if name := registry.SourceItem(e.pack, entry.Subject); name != "" && entry.Source != "" {
		inputs[name] = entry.Source
	}
	return inputs
}

// incomes adds the reference year and the income per head of it and of the year before.
func (e evaluator) incomes(w registry.Whole, inputs map[string]any) (Welfare, error) {
	years := registry.Years(w.Entries)
	year, _, _ := e.today.Civil()
	if len(years) > 0 {
		year = years[0]
	}
	inputs["ref_year"] = float64(year)
	if e.welfare == nil {
		return Welfare{}, nil
	}
	now, err := e.welfare(caseOf(w, year))
	if err != nil {
		return Welfare{}, err
	}
	if now.HasIncome {
		inputs["income_head"] = now.Income
	}
	if now.HasLine {
		inputs["line"] = now.Line
	}
	if !slices.Contains(years, year-1) {
		return now, nil
	}
	before, err := e.welfare(caseOf(w, year-1))
	if before.HasIncome {
		inputs["income_head_before"] = before.Income
	}
	return now, err
}

// caseOf is a household with the entries of a year, and the last day of that year.
func caseOf(w registry.Whole, year int) (registry.Case, clock.Day) {
	one := registry.Case{Household: w.Household, Facts: w.Facts}
	for _, person := range w.People {
		one.Members = append(one.Members, person.Facts)
	}
	for _, entry := range w.Entries {
		if y, _, _ := entry.To.Civil(); y == year {
			one.Entries = append(one.Entries, entry)
		}
	}
	return one, clock.Date(year, 12, 31)
}

// checks is what the checks of items say of the stored answers.
func (e evaluator) checks(w registry.Whole) []Finding {
	household := maps.Clone(w.Facts)
	household["members"] = int64(len(w.People))
	found := e.checked(registry.SubjectHousehold, 0, household)
	for _, person := range w.People {
		facts := policy.Facts{}
		for code, value := range person.Facts {
			if _, ok := e.pack.Item(registry.SubjectPerson, code); ok {
				facts[code] = value
			}
		}
		if age, ok := e.age(w, person.Facts); ok {
			facts["age"] = age
		}
		found = append(found, e.checked(registry.SubjectPerson, person.ID, facts)...)
	}
	for _, dwelling := range w.Dwellings {
		found = append(found, e.checked(registry.SubjectDwelling, dwelling.ID, dwelling.Facts)...)
	}
	return found
}

// checked validates a subject. That a fixed column is missing or malformed is refused where it enters; columns that
// are not among the facts say nothing.
func (e evaluator) checked(kind string, subject int64, facts policy.Facts) []Finding {
	seen := map[string]bool{}
	var found []Finding
	for _, problem := range e.pack.Validate(kind, facts) {
		item, ok := e.pack.Item(kind, problem.Item)
		if !ok || (item.Core && problem.Severity == policy.Reject) || (facts[problem.Item] == nil && item.Class == "P4") {
			continue
		}
		finding := e.named(item, problem)
		finding.SubjectKind, finding.Subject = kind, subject
		if !seen[finding.Rule] {
			seen[finding.Rule] = true
			found = append(found, finding)
		}
	}
	return found
}

// named gives what a check found the code of the pack's rule for it. What would be refused today was stored under an
// earlier pack: it is a problem.
func (e evaluator) named(item *policy.Item, problem policy.Problem) Finding {
	name := item.Subject + "." + item.Code
	finding := Finding{Rule: itemPrefix + name, Class: openClass(item), Fields: []string{name}, Role: e.rules.Role, Days: e.rules.Days}
	for _, rule := range e.rules.checks[name] {
		if rule.Reason == "" || rule.Reason == problem.Reason.Key {
			finding = rule.finding("", 0)
			break
		}
	}
	if finding.Severity == "" {
		finding.Severity = problem.Severity
	}
	if finding.Severity == policy.Reject {
		finding.Severity = policy.Listed
	}
	return finding
}
