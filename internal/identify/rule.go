package identify

import (
	"fmt"
	"slices"

	"rightkey/internal/i18n"
	"rightkey/internal/policy"
)

// SectionName is the section of a policy pack that this room reads.
const SectionName = "identify"

// Rule is one way in which a pack judges a household by its welfare.
type Rule struct {
	Code    string
	Label   i18n.Text
	Purpose string        // of the line
	Welfare string        // code of the pack's formula: welfare per Per and Period, in money
	Per     policy.Per    // the line's divisor
	Period  policy.Period // the line's period
	OnLine  bool          // a household exactly on the line is poor
	// AbsentIsNone: where a household has any entry in the period, a class without an entry is 0; else it is unknown.
	AbsentIsNone bool
	// Given names, for inputs that a formula or the roster would give, the household's item that states the figure
	// where there is nothing to compute it from (a survey's file without members).
	Given  map[string]string
	Source string
}

// Rules are a pack's rules in the order of its file; the first is the one that applies when none is named.
type Rules []Rule

type rulesSchema struct {
	Rules []ruleSchema `yaml:"rules"`
}

type ruleSchema struct {
	Code    string               `yaml:"code"`
	Label   map[i18n.Lang]string `yaml:"label"`
	Purpose string               `yaml:"purpose"`
	Welfare string               `yaml:"welfare"`
	Per     string               `yaml:"per"`
	Period  string               `yaml:"period"`
	PoorIf  string               `yaml:"poor_if"`      // below, at_or_below
	Absent  string               `yaml:"absent_class"` // none, unknown
	Given   map[string]string    `yaml:"given"`
	Source  string               `yaml:"source"`
	Pos     policy.Pos
}

// Register lets packs that this loader loads have an identify section.
func Register(loader *policy.Loader) { loader.Section(SectionName, decodeRules) }

func decodeRules(p *policy.Pack, files []policy.SourceFile) (any, error) {
	var rules Rules
	for _, file := range files {
		var found rulesSchema
		if err := policy.Decode(file, &found); err != nil {
			return nil, err
		}
		for _, schema := range found.Rules {
			rule, err := schema.rule(p)
			if err != nil {
				return nil, policy.LoadErrors{{Pos: schema.Pos, Reason: fmt.Sprintf("rule %q: %s", schema.Code, err)}}
			}
			rules = append(rules, rule)
		}
	}
	return rules, nil
}

// rule checks that the formula gives money for a household and that every line of the purpose has the rule's unit.
func (s ruleSchema) rule(p *policy.Pack) (Rule, error) {
	formula, ok := p.Formulas[s.Welfare]
	if !ok || formula.Subject != "household" || !formula.Money {
		return Rule{}, fmt.Errorf("welfare %q is not a formula of the household that gives money", s.Welfare)
	}
	if s.PoorIf != "below" && s.PoorIf != "at_or_below" {
		return Rule{}, fmt.Errorf("poor_if %q is neither below nor at_or_below", s.PoorIf)
	}
	if s.Absent != "none" && s.Absent != "unknown" {
		return Rule{}, fmt.Errorf("absent_class %q is neither none nor unknown", s.Absent)
	}
	if s.Source == "" {
		return Rule{}, fmt.Errorf("it has no source")
	}
	for _, language := range p.Languages {
		if s.Label[language] == "" {
			return Rule{}, fmt.Errorf("it has no label in %q", language)
		}
	}
	for input, code := range s.Given {
		if _, ok := p.Item("household", code); !ok {
			return Rule{}, fmt.Errorf("given %s: households have no item %q", input, code)
		}
	}
	rule := Rule{Given: s.Given, Code: s.Code, Label: s.Label, Purpose: s.Purpose, Welfare: s.Welfare, Per: policy.Per(s.Per),
		Period: policy.Period(s.Period), OnLine: s.PoorIf == "at_or_below",
		AbsentIsNone: s.Absent == "none", Source: s.Source}
	return rule, rule.fits(p.Lines)
}

func (r Rule) fits(lines []policy.Line) error {
	found := false
	for _, line := range lines {
		if line.Purpose != r.Purpose {
			continue
		}
		found = true
		if line.Per != r.Per || line.Period != r.Period {
			return fmt.Errorf("line %q is per %s and %s, the rule per %s and %s", line.Code, line.Per, line.Period, r.Per, r.Period)
		}
	}
	if !found {
		return fmt.Errorf("the pack has no line for the purpose %q", r.Purpose)
	}
	return nil
}

// RuleOf returns the rule of a pack with a code, its first rule for the empty code.
func RuleOf(p *policy.Pack, code string) (Rule, error) {
	rules, _ := policy.SectionOf[Rules](p, SectionName)
	if len(rules) == 0 {
		return Rule{}, fmt.Errorf("pack %s has no rule of identification", p.ID)
	}
	if code == "" {
		return rules[0], nil
	}
	at := slices.IndexFunc(rules, func(r Rule) bool { return r.Code == code })
	if at < 0 {
		return Rule{}, fmt.Errorf("pack %s has no rule of identification %q", p.ID, code)
	}
	return rules[at], nil
}
