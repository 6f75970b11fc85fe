package quality

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"rightkey/internal/clock"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/policies"
)

// caseFile is a pack's file of cases: see the head of the file.
type caseFile struct {
	Today, Line string
	Household   fixture
	Cases       []struct {
		Rule   string
		Fires  map[string]any
		Also   []string
		Misses []map[string]any
	}
	Elsewhere []string
}

type fixture struct {
	Status, Since string
	Facts         map[string]any
	People        []map[string]any
	Dwelling      map[string]any
	Income        *string
	Before        *string
	Entries       []map[string]any
}

// shippedCases are the packs that come with a file of cases.
func shippedCases(t *testing.T) map[string]caseFile {
	t.Helper()
	names, err := fs.Glob(policies.Files, "*/examples/quality-cases.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal("no pack has cases of its rules: ", err)
	}
	found := map[string]caseFile{}
	for _, name := range names {
		text, err := fs.ReadFile(policies.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		var file caseFile
		if err := yaml.Unmarshal(text, &file); err != nil {
			t.Fatal(err)
		}
		found[path.Dir(path.Dir(name))] = file
	}
	return found
}

func load(t *testing.T, dir string) *policy.Pack {
	t.Helper()
	loader := policy.NewLoader()
	Register(loader)
	pack, err := loader.Load(policies.Files, dir)
	if err != nil {
		t.Fatal(err)
	}
	return pack
}

// value is an answer as facts hold it.
func value(t *testing.T, pack *policy.Pack, subject, code string, given any) policy.Value {
	t.Helper()
	item, ok := pack.Item(subject, code)
	if !ok {
		if code == "died" {
			return given
		}
		t.Fatalf("no item %s.%s", subject, code)
	}
	switch v := given.(type) {
	case nil:
		return nil
	case string:
		parsed, err := item.Parse(v)
		if err != nil {
			t.Fatalf("%s.%s: %v", subject, code, err)
		}
		return parsed
	case []any:
		texts := make([]string, len(v))
		for i, one := range v {
			texts[i] = fmt.Sprint(one)
		}
		parsed, err := item.Parse(strings.Join(texts, ";"))
		if err != nil {
			t.Fatalf("%s.%s: %v", subject, code, err)
		}
		return parsed
	}
	return given
}

func answers(t *testing.T, pack *policy.Pack, subject string, into policy.Facts, given map[string]any) {
	t.Helper()
	for code, one := range given {
		if v := value(t, pack, subject, code, one); v == nil {
			delete(into, code)
		} else {
			into[code] = v
		}
	}
}

// scene is a household of the file with changes, and what the identification says of it.
type scene struct {
	whole          registry.Whole
	income, before *string
}

func (s *scene) change(t *testing.T, pack *policy.Pack, name string, change any) {
	t.Helper()
	group, at, _ := strings.Cut(name, ".")
	switch group {
	case "status":
		s.whole.Status = change.(string)
		s.whole.Facts[registry.FieldStatus] = s.whole.Status
	case "facts":
		answers(t, pack, registry.SubjectHousehold, s.whole.Facts, change.(map[string]any))
	case "dwelling":
		answers(t, pack, registry.SubjectDwelling, s.whole.Dwellings[0].Facts, change.(map[string]any))
	case "income", "before":
		var text *string
		if given, ok := change.(string); ok {
			text = &given
		}
		if group == "income" {
			s.income = text
		} else {
			s.before = text
		}
	case "people":
		if at == "+" {
			s.whole.People = append(s.whole.People, registry.WholePart{ID: int64(len(s.whole.People) + 1), Facts: policy.Facts{}})
			at = strconv.Itoa(len(s.whole.People) - 1)
		}
		n, err := strconv.Atoi(at)
		if err != nil {
			t.Fatal(err)
		}
		answers(t, pack, registry.SubjectPerson, s.whole.People[n].Facts, change.(map[string]any))
	case "entries":
		for _, one := range change.([]any) {
			s.enter(t, pack, one.(map[string]any))
		}
	case "no_entries": // the household's own entries were left out
	default:
		t.Fatalf("a case changes %q", name)
	}
}

func (s *scene) enter(t *testing.T, pack *policy.Pack, entry map[string]any) {
	t.Helper()
	year := entry["year"].(int)
	amount := value(t, pack, registry.SubjectIncome, "amount", entry["amount"]).(int64)
	s.whole.Entries = append(s.whole.Entries, registry.Entry{ID: int64(len(s.whole.Entries) + 1), Subject: registry.SubjectIncome, Class: entry["class"].(string),
		From: clock.Date(year, 1, 1), To: clock.Date(year, 12, 31), Minor: amount})
}

func (f caseFile) scene(t *testing.T, pack *policy.Pack, changes map[string]any) scene {
	t.Helper()
	since, err := clock.ParseDay(f.Household.Since)
	if err != nil {
		t.Fatal(err)
	}
	s := scene{income: f.Household.Income, before: f.Household.Before}
	s.whole = registry.Whole{Household: registry.Household{ID: 1, Since: since}, Facts: policy.Facts{}, Dwellings: []registry.WholePart{{ID: 9, Facts: policy.Facts{}}}}
	s.change(t, pack, "status", f.Household.Status)
	s.change(t, pack, "facts", f.Household.Facts)
	s.change(t, pack, "dwelling", f.Household.Dwelling)
	for _, person := range f.Household.People {
		s.change(t, pack, "people.+", person)
	}
	if _, ok := changes["no_entries"]; !ok {
		for _, entry := range f.Household.Entries {
			s.enter(t, pack, entry)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		s.change(t, pack, name, changes[name])
	}
	return s
}

// fires returns the rules that fire, each once.
func (f caseFile) fires(t *testing.T, pack *policy.Pack, changes map[string]any) []string {
	t.Helper()
	today, err := clock.ParseDay(f.Today)
	if err != nil {
		t.Fatal(err)
	}
	line, _ := strconv.ParseFloat(f.Line, 64)
	s := f.scene(t, pack, changes)
	years := registry.Years(s.whole.Entries)
	e := evaluator{pack: pack, rules: RulesOf(pack), today: today, welfare: func(_ registry.Case, day clock.Day) (Welfare, error) {
		text, w := s.income, Welfare{Line: line, HasLine: true}
		if y, _, _ := day.Civil(); len(years) > 0 && y < years[0] {
			text = s.before
		}
		if text != nil {
			w.Income, _ = strconv.ParseFloat(*text, 64)
			w.HasIncome = true
		}
		return w, nil
	}}
	findings, _, err := e.evaluate(s.whole)
	if err != nil {
		t.Fatal(err)
	}
	var rules []string
	for _, finding := range findings {
		rules = append(rules, finding.Rule)
	}
	slices.Sort(rules)
	return slices.Compact(rules)
}

func TestEachRuleOfAPackFiresForItsHouseholdAndNotForANearMiss(t *testing.T) {
	for dir, file := range shippedCases(t) {
		pack := load(t, dir)
		if got := file.fires(t, pack, nil); len(got) > 0 {
			t.Errorf("%s: the household without changes has %v", dir, got)
		}
		for _, c := range file.Cases {
			want := append([]string{c.Rule}, c.Also...)
			slices.Sort(want)
			if got := file.fires(t, pack, c.Fires); !slices.Equal(got, want) {
				t.Errorf("%s %s %v: fires %v, want %v", dir, c.Rule, c.Fires, got, want)
			}
			for _, miss := range c.Misses {
				if got := file.fires(t, pack, miss); slices.Contains(got, c.Rule) {
					t.Errorf("%s %s fires for the near miss %v", dir, c.Rule, miss)
				}
			}
		}
	}
}

func TestEveryRuleOfAPackWithCasesHasACase(t *testing.T) {
	for dir, file := range shippedCases(t) {
		covered := slices.Clone(file.Elsewhere)
		for _, c := range file.Cases {
			covered = append(covered, c.Rule)
		}
		for _, rule := range RulesOf(load(t, dir)).List {
			if !slices.Contains(covered, rule.Code) {
				t.Errorf("%s: rule %s has no case", dir, rule.Code)
			}
		}
		for _, code := range covered {
			if _, ok := RulesOf(load(t, dir)).Find(code); !ok {
				t.Errorf("%s: there is no rule %s", dir, code)
			}
		}
	}
}

func TestAPackAccountsForEveryRuleOfItsCatalogue(t *testing.T) {
	complete := 0
	for dir := range shippedCases(t) {
		rules := RulesOf(load(t, dir))
		for n := 1; n <= 30; n++ {
			code := fmt.Sprintf("Q%02d", n)
			found := slices.ContainsFunc(rules.List, func(r Rule) bool { return strings.HasPrefix(r.Code, code) }) ||
				slices.ContainsFunc(rules.Elsewhere, func(e Elsewhere) bool { return e.Code == code })
			if !found {
				t.Errorf("%s does not say where %s is", dir, code)
			}
		}
		complete++
		for _, e := range rules.Elsewhere {
			t.Logf("%s: %s is not listed here: %s%s", dir, e.Code, e.Item, e.Room)
		}
	}
	if complete == 0 {
		t.Error("no pack accounts for the rules Q01 to Q30")
	}
}
