package identify

import (
	"fmt"
	"slices"
	"strings"

	"rightkey/internal/clock"
	"rightkey/internal/policy"
)

// Mapping says how the columns of a file of households, one row each, are read under a pack.
type Mapping struct {
	Rule    string                  `yaml:"rule"` // rule of the pack; empty: its first
	Date    string                  `yaml:"date"` // reference day of every row, "2015-12-31"
	DateCol string                  `yaml:"date_column"`
	Key     []string                `yaml:"key"`     // columns that together name a household; no two rows share them
	Areas   []AreaColumn            `yaml:"areas"`   // outermost first
	Weight  string                  `yaml:"weight"`  // column of the household's survey weight; empty: 1
	Members string                  `yaml:"members"` // column of the number of persons
	Missing []string                `yaml:"missing"` // cells that mean unknown, beside the empty cell and NA
	Inputs  map[string]*InputColumn `yaml:"inputs"`  // inputs of the pack's formulas
	Pos     policy.Pos
}

// AreaColumn is a column that says where a household is. A level of the pack contributes its digits to the area key,
// by which line and values are found; other names (a sampling unit) only group the report.
type AreaColumn struct {
	Level  string            `yaml:"level"`
	Column string            `yaml:"column"`
	Codes  map[string]string `yaml:"codes"` // cell → digits of the level; empty: the cell holds the digits
	Pos    policy.Pos
}

// InputColumn is where an input comes from: one column, or the sum of several (unknown if one of them is).
type InputColumn struct {
	Column  string        `yaml:"column"`
	Columns []string      `yaml:"columns"`
	Times   policy.Number `yaml:"times"` // the file's figure times this is the input; default 1
	Pos     policy.Pos
}

// ReadMapping reads a mapping file and checks it against the pack. The error is policy.LoadErrors.
func ReadMapping(p *policy.Pack, file policy.SourceFile) (*Mapping, error) {
	var m Mapping
	if err := policy.Decode(file, &m); err != nil {
		return nil, err
	}
	check := mappingCheck{pack: p, file: file.Name}
	check.all(&m)
	if len(check.errors) > 0 {
		return nil, check.errors
	}
	return &m, nil
}

type mappingCheck struct {
	pack   *policy.Pack
	file   string
	errors policy.LoadErrors
}

func (c *mappingCheck) fail(line int, format string, args ...any) {
	c.errors = append(c.errors, policy.LoadError{Pos: policy.Pos{File: c.file, Line: line}, Reason: fmt.Sprintf(format, args...)})
}

func (c *mappingCheck) all(m *Mapping) {
	rule, err := RuleOf(c.pack, m.Rule)
	if err != nil {
		c.fail(m.Pos.Line, "%s", err)
		return
	}
	if len(m.Key) == 0 {
		c.fail(m.Pos.Line, "key is missing: which columns name a household?")
	}
	if m.Members == "" {
		c.fail(m.Pos.Line, "members is missing: which column has the number of persons?")
	}
	if (m.Date == "") == (m.DateCol == "") {
		c.fail(m.Pos.Line, "either date or date_column is needed")
	} else if _, err := clock.ParseDay(m.Date); m.Date != "" && err != nil {
		c.fail(m.Pos.Line, "date: %s", err)
	}
	c.areas(m)
	c.inputs(m, rule)
}

// areas checks that the pack's levels come from the top without a gap, and that their codes have the levels' digits.
func (c *mappingCheck) areas(m *Mapping) {
	depth := 0
	for _, area := range m.Areas {
		if area.Column == "" || area.Level == "" {
			c.fail(area.Pos.Line, "an area needs a level and a column")
		}
		level := c.pack.Levels.Find(area.Level)
		if level == 0 {
			continue
		}
		if level != depth+1 {
			c.fail(area.Pos.Line, "level %q stands without the level above it", area.Level)
		}
		depth = level
		for cell, digits := range area.Codes {
			if !isDigits(digits, c.pack.Levels[level-1].Width) {
				c.fail(area.Pos.Line, "code %q of %q must have %d digits", digits, cell, c.pack.Levels[level-1].Width)
			}
		}
	}
}

func (c *mappingCheck) inputs(m *Mapping, rule Rule) {
	known := rule.inputs(c.pack)
	for code, input := range m.Inputs {
		if !slices.Contains(known, code) {
			c.fail(input.Pos.Line, "%q is no input of the rule %s; its inputs are %s", code, rule.Code, strings.Join(known, ", "))
		}
		if (input.Column == "") == (len(input.Columns) == 0) {
			c.fail(input.Pos.Line, "input %q needs either column or columns", code)
		}
	}
}

// inputs lists the figures that a rule is computed from.
func (r Rule) inputs(p *policy.Pack) []string {
	var codes []string
	if r.Welfare != "" {
		codes = formulaInputs(p, p.Formulas[r.Welfare])
	}
	for _, part := range r.Parts {
		if part.Rule != nil {
			codes = append(codes, part.Rule.inputs(p)...)
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// formulaInputs lists everything a formula is computed from, formulas on the way included.
func formulaInputs(p *policy.Pack, formula *policy.Formula) []string {
	var codes []string
	for _, code := range formula.Inputs {
		codes = append(codes, code)
		if other, ok := p.Formulas[code]; ok {
			codes = append(codes, formulaInputs(p, other)...)
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

func isDigits(text string, width int) bool {
	return len(text) == width && strings.Trim(text, "0123456789") == ""
}
