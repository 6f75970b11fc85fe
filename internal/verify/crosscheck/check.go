package crosscheck

import (
	"fmt"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/procedure"
)

// SectionName is the section of a policy pack that this package reads.
const SectionName = "checks"

// Effect is what a hit of a check would mean for the household if it is confirmed.
type Effect string

// The effects, the heaviest first.
const (
	Veto      Effect = "veto"      // who has it is not poor by the pack's rules
	Correct   Effect = "correct"   // the roster is wrong: a death, a move
	Review    Effect = "review"    // the household is to be looked at again
	Attribute Effect = "attribute" // the household or member gets an attribute
	Risk      Effect = "risk"      // a sign of a risk of falling back
)

// Effects are all effects, the heaviest first.
var Effects = []Effect{Veto, Correct, Review, Attribute, Risk}

// ColumnKind is the kind of a column of a list.
type ColumnKind string

// The kinds of columns.
const (
	TextColumn   ColumnKind = "text"
	NumberColumn ColumnKind = "number" // a decimal number, in major units where it is money
	DayColumn    ColumnKind = "date"   // 2014-12-31
)

// Column is what a list says of each thing, besides whose it is.
type Column struct {
	Code  string
	Kind  ColumnKind
	Label i18n.Text
}

// Code is an explanation of a hit, or an act on one.
type Code struct {
	Code  string
	Label i18n.Text
	After []State // of an act: the states after which it is taken
	// Opens is the procedure through which an act goes, as every change of status does; empty for other acts.
	Opens string
	// Landing is for how many days from such an act a household that is to leave keeps what it gets at least.
	Landing int
}

// Lands is the landing day of an act that is taken today, 0 for an act without.
func (c Code) Lands(today clock.Day) clock.Day {
	if c.Landing == 0 {
		return 0
	}
	return today + clock.Day(c.Landing)
}

// Check is a comparison with one list, or (without a department) with what the register itself knows.
type Check struct {
	Code         string
	List         string    // name of the list in files of departments
	Text         i18n.Text // what a hit says
	Department   i18n.Text
	Basis        i18n.Text // legal basis for asking
	Effect       Effect
	Class        access.Class // of knowing of a hit
	Days         int          // after so many days what the list says is deleted
	Role         string       // who looks into a hit
	Due          int          // within how many days
	Columns      []Column
	Explanations []Code
	Acts         []Code
	Source       string
	Unconfirmed  bool
	Screen       Screen   // what of the register itself is looked at; empty for a department's list
	Least        int      // of a screen: from how many households on a shared thing is a sign, or an area or account looked at
	Months       int      // of Kin: up to how far back a move of a member is late
	Within       int      // of SamePoint: metres; of SamePhoto: in how many of 64 signs two pictures may differ; of CopiedAnswer: in how many answers twins do; of RoundIncome: whole multiples of so much are round
	Apart        int      // of SamePoint: metres from which on houses are no neighbours, and a photo was not taken at its house; 0 to leave photos out
	Beyond       float64  // of screens on areas and accounts: from how many standard deviations on a count is unusual
	Item         string   // of SharedAnswer: code of a sealed item of households
	Groups       []string // of a screen: groups of statuses in which a household is looked at

	condition *policy.Condition // nil: every match is a hit
}

// Checks are what a pack compares.
type Checks struct {
	List   []Check
	byCode map[string]*Check
}

// Register lets packs that this loader loads have the section.
func Register(loader *policy.Loader) { loader.Section(SectionName, decode) }

// ChecksOf are the checks of a pack, none of a pack without the section.
func ChecksOf(p *policy.Pack) *Checks {
	if checks, ok := policy.SectionOf[*Checks](p, SectionName); ok {
		return checks
	}
	return &Checks{}
}

// Find returns the check with a code.
func (c *Checks) Find(code string) (*Check, bool) {
	check, ok := c.byCode[code]
	return check, ok
}

// Explanation is the check's explanation with a code.
func (c *Check) Explanation(code string) (Code, bool) { return coded(c.Explanations, code) }

// Act is the check's act with a code.
func (c *Check) Act(code string) (Code, bool) { return coded(c.Acts, code) }

func coded(list []Code, code string) (Code, bool) {
	at := slices.IndexFunc(list, func(one Code) bool { return one.Code == code })
	if at < 0 {
		return Code{}, false
	}
	return list[at], true
}

// figures and texts are what rules see besides the list's columns: the member's age in whole years, the day of the
// list, and today.
var (
	figures = []string{"member_age"}
	texts   = []string{"list_day", "today"}
)

type sectionSchema struct {
	Explanations []codeSchema  `yaml:"explanations"`
	Acts         []codeSchema  `yaml:"acts"`
	Checks       []checkSchema `yaml:"checks"`
}

type codeSchema struct {
	Code    string               `yaml:"code"`
	Label   map[i18n.Lang]string `yaml:"label"`
	After   []string             `yaml:"after"`
	Opens   string               `yaml:"opens"`
	Landing int                  `yaml:"landing"`
	Pos     policy.Pos
}

type columnSchema struct {
	Code  string               `yaml:"code"`
	Kind  string               `yaml:"kind"`
	Label map[i18n.Lang]string `yaml:"label"`
	Pos   policy.Pos
}

type checkSchema struct {
	Code         string               `yaml:"code"`
	List         string               `yaml:"list"`
	Text         map[i18n.Lang]string `yaml:"text"`
	Department   map[i18n.Lang]string `yaml:"department"`
	Basis        map[i18n.Lang]string `yaml:"basis"`
	Effect       string               `yaml:"effect"`
	Class        string               `yaml:"class"`
	Days         int                  `yaml:"keep_days"`
	Role         string               `yaml:"role"`
	Due          int                  `yaml:"due_days"`
	Columns      []columnSchema       `yaml:"columns"`
	When         string               `yaml:"when"`
	Explanations []string             `yaml:"explanations"`
	Acts         []string             `yaml:"acts"`
	Source       string               `yaml:"source"`
	Unconfirmed  bool                 `yaml:"unconfirmed"`
	Screen       string               `yaml:"screen"`
	Least        int                  `yaml:"least"`
	Months       int                  `yaml:"months"`
	Within       int                  `yaml:"within"`
	Apart        int                  `yaml:"apart"`
	Beyond       policy.Number        `yaml:"beyond"`
	Item         string               `yaml:"item"`
	Groups       []string             `yaml:"groups"`
	Pos          policy.Pos
}

func decode(p *policy.Pack, files []policy.SourceFile) (any, error) {
	all := &Checks{byCode: map[string]*Check{}}
	var wrong policy.LoadErrors
	fail := func(pos policy.Pos, code string, err error) {
		if err != nil {
			wrong = append(wrong, policy.LoadError{Pos: pos, Reason: fmt.Sprintf("%q: %s", code, err)})
		}
	}
	for _, file := range files {
		var found sectionSchema
		if err := policy.Decode(file, &found); err != nil {
			return nil, err
		}
		read := func(list []codeSchema) map[string]Code {
			codes := map[string]Code{}
			for _, one := range list {
				code, err := one.code(p)
				fail(one.Pos, one.Code, err)
				codes[one.Code] = code
			}
			return codes
		}
		explanations, acts := read(found.Explanations), read(found.Acts)
		for _, schema := range found.Checks {
			check, err := schema.check(p)
			fail(schema.Pos, schema.Code, err)
			check.Explanations, err = chosen(explanations, schema.Explanations)
			fail(schema.Pos, schema.Code, err)
			check.Acts, err = chosen(acts, schema.Acts)
			fail(schema.Pos, schema.Code, err)
			if check.ofMany() && slices.ContainsFunc(check.Acts, func(act Code) bool { return act.Opens != "" }) {
				fail(schema.Pos, schema.Code, fmt.Errorf("an act on an area or an account opens no case of a household"))
			}
			all.List = append(all.List, check)
		}
	}
	for i := range all.List {
		if all.byCode[all.List[i].Code] != nil {
			wrong = append(wrong, policy.LoadError{Reason: fmt.Sprintf("check %q stands twice", all.List[i].Code)})
		}
		all.byCode[all.List[i].Code] = &all.List[i]
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return all, nil
}

func (s codeSchema) code(p *policy.Pack) (Code, error) {
	label, err := p.Worded(s.Label)
	if err != nil {
		return Code{}, err
	}
	if s.Landing < 0 || s.Landing > 0 && s.Opens == "" {
		return Code{}, fmt.Errorf("landing is how many days an act that opens a procedure leaves a household what it gets")
	}
	p.Refer(policy.Reference{Section: procedure.SectionName, Code: s.Opens, By: fmt.Sprintf("act %q opens", s.Code), Pos: s.Pos})
	code := Code{Code: s.Code, Label: label, Opens: s.Opens, Landing: s.Landing}
	for _, after := range s.After {
		if after != string(Explained) && after != string(Confirmed) {
			return code, fmt.Errorf("an act is taken after %s or %s, not after %q", Explained, Confirmed, after)
		}
		code.After = append(code.After, State(after))
	}
	return code, nil
}

// chosen are the codes that a check names; a check that names none could never be settled.
func chosen(all map[string]Code, names []string) ([]Code, error) {
	if len(names) == 0 {
		return nil, fmt.Errorf("it needs explanations and acts")
	}
	list := make([]Code, 0, len(names))
	for _, name := range names {
		code, ok := all[name]
		if !ok {
			return nil, fmt.Errorf("there is no explanation or act %q", name)
		}
		list = append(list, code)
	}
	return list, nil
}

func (s checkSchema) check(p *policy.Pack) (Check, error) {
	check := Check{Code: s.Code, List: s.List, Effect: Effect(s.Effect), Days: s.Days, Role: s.Role, Due: s.Due, Source: s.Source, Unconfirmed: s.Unconfirmed,
		Screen: Screen(s.Screen), Least: s.Least, Months: s.Months, Within: s.Within, Apart: s.Apart, Item: s.Item, Groups: s.Groups}
	check.Beyond, _ = s.Beyond.Float64()
	var err error
	if check.Text, err = p.Worded(s.Text); err != nil {
		return check, err
	}
	if check.Department, err = p.Worded(s.Department); err != nil {
		return check, fmt.Errorf("department: %w", err)
	}
	if check.Basis, err = p.Worded(s.Basis); err != nil {
		return check, fmt.Errorf("basis: %w", err)
	}
	class, known := access.ParseClass(s.Class)
	switch {
	case s.Code == "" || strings.ContainsAny(s.Code, ":\"' "):
		return check, fmt.Errorf("it needs a code without blanks")
	case !slices.Contains(Effects, check.Effect):
		return check, fmt.Errorf("effect %q is not one of %v", s.Effect, Effects)
	case !known || class < access.P2 || class > access.P3:
		return check, fmt.Errorf("class %q is neither P2 nor P3", s.Class)
	case s.Days < 1 || s.Days > 3660:
		return check, fmt.Errorf("keep_days must be 1 to 3660")
	case s.Due < 1 || s.Due > 366:
		return check, fmt.Errorf("due_days must be 1 to 366")
	case !slices.Contains(access.RolesWith(access.HouseholdEdit), s.Role):
		return check, fmt.Errorf("role %q looks into nothing", s.Role)
	case s.Source == "" && !s.Unconfirmed:
		return check, fmt.Errorf("it has neither a source nor the mark unconfirmed: true")
	}
	check.Class = class
	if check.Screen != "" {
		return check, check.screens(p)
	}
	return check, s.rule(p, &check)
}

// rule reads the columns and compiles the rule over them.
func (s checkSchema) rule(p *policy.Pack, check *Check) error {
	sees := policy.ConditionText{CEL: s.When, Figures: slices.Clone(figures), Texts: slices.Clone(texts)}
	for _, c := range s.Columns {
		label, err := p.Worded(c.Label)
		if err != nil {
			return fmt.Errorf("column %q: %w", c.Code, err)
		}
		switch kind := ColumnKind(c.Kind); {
		case slices.Contains(personColumns, c.Code):
			return fmt.Errorf("every list has the column %q", c.Code)
		case kind == NumberColumn:
			sees.Figures = append(sees.Figures, c.Code)
		case kind == TextColumn || kind == DayColumn:
			sees.Texts = append(sees.Texts, c.Code)
		default:
			return fmt.Errorf("column %q: kind %q is not one of text, number, date", c.Code, c.Kind)
		}
		check.Columns = append(check.Columns, Column{Code: c.Code, Kind: ColumnKind(c.Kind), Label: label})
	}
	if s.When == "" {
		return nil
	}
	var err error
	if check.condition, err = p.Condition(sees); err != nil {
		return fmt.Errorf("when: %w", err)
	}
	if len(check.condition.Fields) > 0 {
		return fmt.Errorf("when looks at the list alone, not at %s", strings.Join(check.condition.Fields, ", "))
	}
	return nil
}

// Fires says whether a thing on a list matters. What cannot be decided, because the list does not say enough, is looked
// into by people.
func (c *Check) Fires(row Row, born *clock.Day, on, today clock.Day) (bool, error) {
	if c.condition == nil {
		return true, nil
	}
	inputs := map[string]any{"list_day": on.String(), "today": today.String()}
	if born != nil {
		inputs["member_age"] = float64(clock.Age(*born, on))
	}
	for _, column := range c.Columns {
		value, ok := row.Values[column.Code]
		if !ok {
			continue
		}
		if column.Kind == NumberColumn {
			number, err := parseNumber(value)
			if err != nil {
				return false, err
			}
			inputs[column.Code] = number
			continue
		}
		inputs[column.Code] = value
	}
	holds, known, err := c.condition.Holds(inputs)
	return holds || !known, err
}
