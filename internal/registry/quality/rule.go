package quality

import (
	"fmt"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
)

// SectionName is the section of a policy pack that this package reads.
const SectionName = "quality"

// Kind is how a rule is decided.
type Kind string

// The kinds.
const (
	// Condition is decided on one household by CEL; the rule fires when the condition holds.
	Condition Kind = "condition"
	// ItemCheck gives a check of the item dictionary (format, check digit, condition, missing answer) its code.
	ItemCheck Kind = "item_check"
	// SameIdentity fires for a person whose national number a member of another active household claims too.
	SameIdentity Kind = "same_identity"
	// SharedValue fires for a household whose value of an item more than Above active households have.
	SharedValue Kind = "shared_value"
	// AreaMultiple fires for a household whose income per head is more than Above times the median of its area.
	AreaMultiple Kind = "area_multiple"
	// StatedFigure fires for an area whose form states another figure than the register counts there, by more than the
	// share Above of the counted one; for a rate Above is a hundredth of the percentage points.
	StatedFigure Kind = "stated_figure"
)

// Rule is one rule of a pack.
type Rule struct {
	Code        string
	Kind        Kind
	Each        string // of a condition: the subject of which it is about each one (person, dwelling); empty: the household
	Severity    policy.Severity
	Text        i18n.Text // what is wrong, in words
	Fix         string    // "subject.code" of the item where it is put right; may be empty
	Role        string    // who settles it
	Days        int       // within how many days
	Source      string
	Unconfirmed bool
	Class       access.Class // of the most sensitive item that it looks at
	Fields      []string     // "subject.code" of the items that it looks at
	Item        string       // of ItemCheck, SharedValue and StatedFigure: "subject.code"
	Reason      string       // of ItemCheck: only this key of policy.Reason; empty: all
	Above       float64      // of SharedValue, AreaMultiple and StatedFigure
	Level       int          // of AreaMultiple: depth of the area
	Least       int64        // of AreaMultiple: fewest households of an area that have a median

	condition *policy.Condition
}

// Elsewhere says where a rule of the catalogue is kept that is none of the Rules: with the item that refuses it on
// entry, or in a room that brings its facts.
type Elsewhere struct {
	Code string
	Item string // refuses it on entry
	Room string // brings its facts
	Text i18n.Text
}

// Rules are what a pack says about the quality of data.
type Rules struct {
	List      []Rule // in the order of the file
	Elsewhere []Elsewhere
	Role      string // who settles what a check of an item finds that no rule names
	Days      int

	byCode map[string]*Rule
	checks map[string][]*Rule // by item
}

// figures and texts are what conditions see besides items: income per head of the reference year (the newest with
// entries) and of the year before, the poverty line, the reference year, today, and the status's group and first day.
var (
	figures = []string{"income_head", "income_head_before", "line", "ref_year"}
	texts   = []string{"today", "status_group", "status_since"}
)

// Register lets packs that this loader loads have a quality section.
func Register(loader *policy.Loader) { loader.Section(SectionName, decode) }

// RulesOf are the rules of a pack; a pack without the section has the checks of its items alone.
func RulesOf(p *policy.Pack) *Rules {
	if rules, ok := policy.SectionOf[*Rules](p, SectionName); ok {
		return rules
	}
	return bare
}

// bare are the rules of a pack that has none.
var bare = &Rules{Role: "village-official", Days: 30}

// Find returns the rule with a code.
func (r *Rules) Find(code string) (*Rule, bool) {
	rule, ok := r.byCode[code]
	return rule, ok
}

type sectionSchema struct {
	Catalogue *catalogueSchema  `yaml:"catalogue"`
	Default   defaultSchema     `yaml:"default"`
	Rules     []ruleSchema      `yaml:"rules"`
	Elsewhere []elsewhereSchema `yaml:"elsewhere"`
}

// catalogueSchema names a numbered list of rules that has to be accounted for without gaps: Q01 to Q30. A rule
// may stand in parts: Q13a, Q13b.
type catalogueSchema struct {
	Prefix string `yaml:"prefix"`
	Last   int    `yaml:"last"`
	Pos    policy.Pos
}

type defaultSchema struct {
	Role string `yaml:"role"`
	Days int    `yaml:"days"`
	Pos  policy.Pos
}

type ruleSchema struct {
	Code        string               `yaml:"code"`
	Kind        string               `yaml:"kind"`
	Each        string               `yaml:"each"`
	When        string               `yaml:"when"`
	Severity    string               `yaml:"severity"`
	Text        map[i18n.Lang]string `yaml:"text"`
	Fix         string               `yaml:"fix"`
	Role        string               `yaml:"role"`
	Days        int                  `yaml:"days"`
	Source      string               `yaml:"source"`
	Unconfirmed bool                 `yaml:"unconfirmed"`
	Item        string               `yaml:"item"`
	Reason      string               `yaml:"reason"`
	Above       policy.Number        `yaml:"above"`
	Level       string               `yaml:"level"`
	Least       int                  `yaml:"least"`
	Pos         policy.Pos
}

type elsewhereSchema struct {
	Code string               `yaml:"code"`
	Item string               `yaml:"item"`
	Room string               `yaml:"room"`
	Text map[i18n.Lang]string `yaml:"text"`
	Pos  policy.Pos
}

func decode(p *policy.Pack, files []policy.SourceFile) (any, error) {
	rules := &Rules{Role: bare.Role, Days: bare.Days, byCode: map[string]*Rule{}, checks: map[string][]*Rule{}}
	var wrong policy.LoadErrors
	fail := func(pos policy.Pos, code string, err error) {
		if err != nil {
			wrong = append(wrong, policy.LoadError{Pos: pos, Reason: fmt.Sprintf("rule %q: %s", code, err)})
		}
	}
	var catalogues []catalogueSchema
	places := map[string]policy.Pos{}
	for _, file := range files {
		var found sectionSchema
		if err := policy.Decode(file, &found); err != nil {
			return nil, err
		}
		if found.Default.Role != "" {
			rules.Role, rules.Days = found.Default.Role, found.Default.Days
			fail(found.Default.Pos, "default", answered(rules.Role, rules.Days))
		}
		if found.Catalogue != nil {
			catalogues = append(catalogues, *found.Catalogue)
		}
		for _, schema := range found.Rules {
			rule, err := schema.rule(p, rules)
			fail(schema.Pos, schema.Code, err)
			fail(schema.Pos, schema.Code, once(places, schema.Code, schema.Pos))
			rules.List = append(rules.List, rule)
		}
		for _, schema := range found.Elsewhere {
			elsewhere, err := schema.elsewhere(p)
			fail(schema.Pos, schema.Code, err)
			fail(schema.Pos, schema.Code, once(places, schema.Code, schema.Pos))
			rules.Elsewhere = append(rules.Elsewhere, elsewhere)
		}
	}
	for _, c := range catalogues {
		for n := range c.Last {
			code := fmt.Sprintf("%s%02d", c.Prefix, n+1)
			if !accounted(places, code) {
				fail(c.Pos, code, fmt.Errorf("it is of the catalogue and stands neither among rules nor elsewhere"))
			}
		}
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	for i := range rules.List {
		rule := &rules.List[i]
		rules.byCode[rule.Code] = rule
		if rule.Kind == ItemCheck {
			rules.checks[rule.Item] = append(rules.checks[rule.Item], rule)
		}
	}
	return rules, nil
}

// accounted says whether a code, or a part of it with a letter (Q13a), stands somewhere.
func accounted(places map[string]policy.Pos, code string) bool {
	for place := range places {
		if letter, ok := strings.CutPrefix(place, code); ok && (letter == "" || (len(letter) == 1 && 'a' <= letter[0] && letter[0] <= 'z')) {
			return true
		}
	}
	return false
}

func once(places map[string]policy.Pos, code string, pos policy.Pos) error {
	if code == "" || strings.ContainsAny(code, ":\"' ") {
		return fmt.Errorf("it needs a code without blanks and colons")
	}
	if other, twice := places[code]; twice {
		return fmt.Errorf("it stands twice, first in %s:%d", other.File, other.Line)
	}
	places[code] = pos
	return nil
}

// answered checks that somebody answers for a problem by a date.
func answered(role string, days int) error {
	if !slices.Contains(access.Roles(), role) {
		return fmt.Errorf("role %q is not one of %s", role, strings.Join(access.Roles(), ", "))
	}
	if days < 1 || days > 366 {
		return fmt.Errorf("days must be 1 to 366")
	}
	return nil
}

func (s elsewhereSchema) elsewhere(p *policy.Pack) (Elsewhere, error) {
	text, err := p.Worded(s.Text)
	if err != nil {
		return Elsewhere{}, err
	}
	if (s.Item == "") == (s.Room == "") {
		return Elsewhere{}, fmt.Errorf("say either which item refuses it or which room brings its facts")
	}
	if s.Item != "" {
		if _, err := itemOf(p, s.Item); err != nil {
			return Elsewhere{}, err
		}
	}
	return Elsewhere{Code: s.Code, Item: s.Item, Room: s.Room, Text: text}, nil
}

// itemOf is the item "subject.code" of a pack.
func itemOf(p *policy.Pack, name string) (*policy.Item, error) {
	subject, code, _ := strings.Cut(name, ".")
	item, ok := p.Item(subject, code)
	if !ok {
		return nil, fmt.Errorf("the pack has no item %q", name)
	}
	return item, nil
}

func (s ruleSchema) rule(p *policy.Pack, all *Rules) (Rule, error) {
	rule := Rule{Code: s.Code, Kind: Kind(s.Kind), Each: s.Each, Severity: policy.Severity(s.Severity), Fix: s.Fix, Role: s.Role, Days: s.Days,
		Source: s.Source, Unconfirmed: s.Unconfirmed, Item: s.Item, Reason: s.Reason}
	if rule.Kind == "" {
		rule.Kind = Condition
	}
	if rule.Role == "" {
		rule.Role = all.Role
	}
	if rule.Days == 0 {
		rule.Days = all.Days
	}
	var err error
	if rule.Text, err = p.Worded(s.Text); err != nil {
		return rule, err
	}
	if err := answered(rule.Role, rule.Days); err != nil {
		return rule, err
	}
	if rule.Source == "" && !rule.Unconfirmed {
		return rule, fmt.Errorf("it has neither a source nor the mark unconfirmed: true")
	}
	if rule.Kind != ItemCheck && rule.Severity != policy.Provisional && rule.Severity != policy.Listed {
		return rule, fmt.Errorf("severity %q is neither provisional nor problem", rule.Severity)
	}
	if rule.Fix != "" {
		if _, err := itemOf(p, rule.Fix); err != nil {
			return rule, fmt.Errorf("fix: %w", err)
		}
	}
	if (rule.Kind == Condition) != (s.When != "") {
		return rule, fmt.Errorf("a condition, and nothing else, has a when")
	}
	return rule, s.kind(p, &rule)
}

// kind reads what the kind of the rule needs.
func (s ruleSchema) kind(p *policy.Pack, rule *Rule) error {
	switch rule.Kind {
	case Condition:
		return s.compile(p, rule)
	case ItemCheck:
		item, err := itemOf(p, s.Item)
		if err != nil {
			return err
		}
		rule.Fields, rule.Class = []string{s.Item}, openClass(item)
		if rule.Fix == "" {
			rule.Fix = s.Item
		}
		return nil
	case SameIdentity:
		rule.Class = access.P2
		return nil
	case SharedValue:
		item, err := itemOf(p, s.Item)
		if err != nil {
			return err
		}
		if item.Subject != "household" || item.Kind != policy.Text || item.Class == "P4" {
			return fmt.Errorf("a value that households share is a text of the household that is not secret")
		}
		rule.Fields, rule.Class = []string{s.Item}, openClass(item)
		return s.above(rule)
	case AreaMultiple:
		rule.Class, rule.Level, rule.Least = access.P2, p.Levels.Find(s.Level), int64(max(s.Least, 1))
		if rule.Level == 0 {
			return fmt.Errorf("level %q is not one of this pack", s.Level)
		}
		return s.above(rule)
	case StatedFigure:
		return s.decodeStated(p, rule)
	}
	return fmt.Errorf("kind %q is not one of condition, item_check, same_identity, shared_value, area_multiple, stated_figure", s.Kind)
}

// about is the subject of the rule's item.
func (r *Rule) about() string {
	subject, _, _ := strings.Cut(r.Item, ".")
	return subject
}

func (s ruleSchema) above(rule *Rule) error {
	rule.Above, _ = s.Above.Float64()
	if !s.Above.Set || rule.Above <= 0 {
		return fmt.Errorf("above must be a figure greater than 0")
	}
	return nil
}

func (s ruleSchema) compile(p *policy.Pack, rule *Rule) error {
	condition, err := p.Condition(policy.ConditionText{CEL: s.When, Each: s.Each, Figures: figures, Texts: texts})
	if err != nil {
		return fmt.Errorf("when: %w", err)
	}
	rule.condition, rule.Fields = condition, condition.Fields
	for _, name := range condition.Fields {
		item, err := itemOf(p, name)
		if err != nil {
			return err
		}
		if item.Class == "P4" && name != "person.national_id" {
			return fmt.Errorf("a rule looks at no secret item (%s)", name)
		}
		rule.Class = max(rule.Class, openClass(item))
	}
	return nil
}

// openClass is the class of knowing that an item is not in order. That a secret number is wrong is personal, not
// secret: the number is not shown.
func openClass(item *policy.Item) access.Class {
	class, ok := access.ParseClass(item.Class)
	if !ok || class == access.P4 {
		return access.P2
	}
	return class
}
