package identify

import (
	"fmt"
	"slices"

	"rightkey/internal/i18n"
	"rightkey/internal/policy"
)

// Rule is one way in which a pack judges a household: by its welfare against a line (Welfare is set), by the points of a
// scorecard against its cut-offs (Card is set), or by several verdicts together (Parts is set). Marks then exclude or
// include households, or move them to another category.
type Rule struct {
	Code   string
	Label  i18n.Text
	Source string
	Marks  []*Mark // in the order of the file
	// Meeting says that the verdict is what is laid before a meeting, which decides.
	Meeting bool

	Purpose string        // of the line
	Welfare string        // code of the pack's formula: welfare per Per and Period, in money
	Per     policy.Per    // the line's divisor
	Period  policy.Period // the line's period
	OnLine  bool          // a household exactly on the line is poor
	// AbsentIsNone: where a household has any entry in the period, a class without an entry is 0; else it is unknown.
	AbsentIsNone bool
	// Given names, for inputs that a formula or the roster would give, the household's item that states the figure
	// where there is nothing to compute it from (a survey's file without members).
	Given map[string]string

	Card *Card

	Join     Join
	Parts    []Part
	Category string // of who is poor by the parts; "" for that of the first part that gives one
}

// Join says how the verdicts of several parts make one.
type Join string

// The joins.
const (
	All Join = "all" // poor by every part
	Any Join = "any" // poor by one part
)

// Part is one of several verdicts: that of another rule, or a condition under which the part speaks for poor.
type Part struct {
	Code  string
	Label i18n.Text
	Rule  *Rule
	When  *policy.Condition
}

type ruleSchema struct {
	Code        string               `yaml:"code"`
	Label       map[i18n.Lang]string `yaml:"label"`
	Purpose     string               `yaml:"purpose"`
	Welfare     string               `yaml:"welfare"`
	Per         string               `yaml:"per"`
	Period      string               `yaml:"period"`
	PoorIf      string               `yaml:"poor_if"`      // below, at_or_below
	Absent      string               `yaml:"absent_class"` // none, unknown
	Given       map[string]string    `yaml:"given"`
	Scorecard   string               `yaml:"scorecard"`
	Join        string               `yaml:"join"` // all, any
	Parts       []partSchema         `yaml:"parts"`
	Category    string               `yaml:"category"`
	Marks       []string             `yaml:"marks"`
	Meeting     bool                 `yaml:"meeting"`
	Source      string               `yaml:"source"`
	Unconfirmed bool                 `yaml:"unconfirmed"`
	Pos         policy.Pos
}

type partSchema struct {
	Rule  string               `yaml:"rule"`
	Code  string               `yaml:"code"`
	Label map[i18n.Lang]string `yaml:"label"`
	When  string               `yaml:"when"`
	Pos   policy.Pos
}

func (r *reading) rule(s ruleSchema) {
	what := fmt.Sprintf("rule %q", s.Code)
	rule := Rule{Code: s.Code, Label: r.text(s.Pos, what, s.Label), Source: s.Source, Meeting: s.Meeting}
	r.decided("rule", s.Code, s.Source, s.Unconfirmed, s.Pos)
	for _, code := range s.Marks {
		mark, ok := r.section.Mark(code)
		if !ok {
			r.fail(s.Pos, "%s names the mark %q, which the pack does not have", what, code)
			continue
		}
		rule.Marks = append(rule.Marks, mark)
	}
	var err error
	switch {
	case s.Welfare != "" && s.Scorecard == "" && s.Parts == nil:
		err = s.byWelfare(r.pack, &rule)
	case s.Scorecard != "" && s.Welfare == "" && s.Parts == nil:
		var ok bool
		if rule.Card, ok = r.section.Card(s.Scorecard); !ok {
			err = fmt.Errorf("there is no scorecard %q", s.Scorecard)
		}
	case s.Parts != nil && s.Welfare == "" && s.Scorecard == "":
		err = r.parts(s, &rule)
	default:
		err = fmt.Errorf("say either welfare, scorecard or parts")
	}
	if err != nil {
		r.fail(s.Pos, "%s: %s", what, err)
		return
	}
	r.section.Rules = append(r.section.Rules, rule)
}

// byWelfare checks that the formula gives money for a household and that every line of the purpose has the rule's unit.
func (s ruleSchema) byWelfare(p *policy.Pack, rule *Rule) error {
	formula, ok := p.Formulas[s.Welfare]
	if !ok || formula.Subject != "household" || !formula.Money {
		return fmt.Errorf("welfare %q is not a formula of the household that gives money", s.Welfare)
	}
	if s.PoorIf != "below" && s.PoorIf != "at_or_below" {
		return fmt.Errorf("poor_if %q is neither below nor at_or_below", s.PoorIf)
	}
	if s.Absent != "none" && s.Absent != "unknown" {
		return fmt.Errorf("absent_class %q is neither none nor unknown", s.Absent)
	}
	for input, code := range s.Given {
		if _, ok := p.Item("household", code); !ok {
			return fmt.Errorf("given %s: households have no item %q", input, code)
		}
	}
	rule.Given, rule.Purpose, rule.Welfare = s.Given, s.Purpose, s.Welfare
	rule.Per, rule.Period = policy.Per(s.Per), policy.Period(s.Period)
	rule.OnLine, rule.AbsentIsNone = s.PoorIf == "at_or_below", s.Absent == "none"
	return rule.fits(p.Lines)
}

func (r *reading) parts(s ruleSchema, rule *Rule) error {
	rule.Join = Join(s.Join)
	if rule.Join != All && rule.Join != Any {
		return fmt.Errorf("join %q is neither all nor any", s.Join)
	}
	r.known(s.Pos, "a rule of parts", s.Category)
	rule.Category = s.Category
	for _, one := range s.Parts {
		part := Part{Code: one.Code}
		if one.Rule != "" {
			at := slices.IndexFunc(r.section.Rules, func(known Rule) bool { return known.Code == one.Rule })
			if at < 0 || one.When != "" {
				return fmt.Errorf("part %q is no rule that stands before this one, or has a condition too", one.Rule)
			}
			part.Rule = &r.section.Rules[at]
			part.Code, part.Label = part.Rule.Code, part.Rule.Label
		} else {
			part.Label = r.text(one.Pos, "part "+one.Code, one.Label)
			part.When = r.condition(one.Pos, "part "+one.Code, one.When)
		}
		if part.Code == "" || part.Rule == nil && one.When == "" {
			return fmt.Errorf("a part needs a rule, or a code with a condition")
		}
		// A copy: the list of rules may move while it grows.
		if part.Rule != nil {
			of := *part.Rule
			part.Rule = &of
		}
		rule.Parts = append(rule.Parts, part)
	}
	return nil
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
	rules := SectionOf(p).Rules
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
