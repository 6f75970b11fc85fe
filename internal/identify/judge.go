package identify

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
)

// Outcome is what an assessment says.
type Outcome string

// The outcomes.
const (
	Poor    Outcome = "poor"
	NotPoor Outcome = "not_poor"
	Unknown Outcome = "unknown" // cannot say: an input is missing, or the pack has no line
)

// Input is what is known about one household.
type Input struct {
	Area int64     // area key, for line and values
	Day  clock.Day // reference day: the last day of the income period
	// Lines is the day whose lines and other dated figures hold; 0 for Day.
	Lines clock.Day
	// Inputs of the household's formulas and conditions by code: numbers as float64, money in major units, see
	// policy.Item.Input. Absent or nil is unknown. A figure that a formula would compute may be given instead.
	Inputs map[string]any
	// Members has the inputs of the person's formulas (age …) for each member; nil where members are not known one
	// by one. Where it is given it also gives the number of members.
	Members []map[string]any
	// Dwellings has the items of each dwelling the household lives in.
	Dwellings []map[string]any
}

// figuresOn is the day whose lines and other dated figures hold.
func (i Input) figuresOn() clock.Day {
	if i.Lines != 0 {
		return i.Lines
	}
	return i.Day
}

// Verdict is an assessment: the outcome with all it rests on.
type Verdict struct {
	PackID, PackVersion, PackHash string

	Rule     string
	Formula  string // code of the pack's formula that gave the welfare
	Outcome  Outcome
	Category string         // code of the pack's category; "" where it has none or nobody can say
	Welfare  int64          // minor units per Per and Period of the rule; valid if HasWelfare
	Line     policy.Line    // valid if HasLine
	Day      clock.Day      // reference day
	Missing  []string       // codes of the inputs that would have to be asked, sorted
	Inputs   map[string]any // what it was computed from: inputs, values, results of other formulas

	HasWelfare, HasLine bool

	Score   *Score  // of a scorecard
	Marks   []Found // what excludes, includes or moves the household
	Parts   []Parted
	Decided string // mark that decided against welfare or points; "" for none
}

// Score is what a household's answers add up to, as it is kept. Points are only those of known answers.
type Score struct {
	Card    string   `json:"card"`
	Points  int      `json:"points"`
	Cutoff  string   `json:"cutoff,omitempty"` // value of the cut-off that decided
	Limit   float64  `json:"limit"`            // its number
	Answers []Scored `json:"answers"`
	Known   bool     `json:"known"` // every question is answered
}

// Parted is the verdict of one of several parts, as it is kept.
type Parted struct {
	Part    string  `json:"part"`
	Outcome Outcome `json:"outcome"`
}

// Judge assesses one household under a rule of a pack. It reads nothing but its arguments and writes nothing. The
// error, of kind invalid, is an input that cannot be computed with, such as a household without members.
func Judge(p *policy.Pack, rule Rule, input Input) (Verdict, error) {
	j := judging{pack: p, section: SectionOf(p), rule: rule, input: input}
	j.verdict = Verdict{PackID: p.ID, PackVersion: p.Version, PackHash: p.Hash, Rule: rule.Code, Formula: rule.Welfare, Outcome: Unknown, Day: input.Day}
	j.inputs = p.ValuesAt(input.Area, input.figuresOn())
	maps.Copy(j.inputs, input.Inputs)
	barred, err := j.barred()
	if err == nil && !barred {
		err = errors.Join(j.measure(), j.mark())
	}
	if err != nil {
		return Verdict{}, fault.Wrap(fault.Invalid, err, "judge a household under %s", p.ID)
	}
	slices.Sort(j.verdict.Missing)
	j.verdict.Missing = slices.Compact(j.verdict.Missing)
	return j.verdict, nil
}

// judging is one household on its way to a verdict.
type judging struct {
	pack    *policy.Pack
	section *Section
	rule    Rule
	input   Input
	inputs  map[string]any
	verdict Verdict
}

// barred says whether a prerequisite is not met: then nothing is weighed or scored.
func (j *judging) barred() (bool, error) {
	for _, m := range j.rule.Marks {
		if m.Kind != Prerequisite {
			continue
		}
		j.see()
		f, there, err := m.find(j.inputs)
		if err != nil {
			return false, err
		}
		if !there {
			continue
		}
		j.verdict.Inputs, j.verdict.Missing, j.verdict.Decided = map[string]any{}, f.missing, m.Code
		j.verdict.Marks = append(j.verdict.Marks, f.found)
		return true, nil
	}
	return false, nil
}

// measure gives the verdict of the rule's welfare, points or parts, before any mark.
func (j *judging) measure() error {
	if j.rule.Welfare != "" {
		return j.byWelfare()
	}
	j.see()
	if j.rule.Card != nil {
		return j.byPoints()
	}
	return j.byParts()
}

// see adds what conditions see beside items and figures.
func (j *judging) see() {
	if j.input.Members != nil {
		j.inputs["members"] = float64(len(j.input.Members))
	}
	j.inputs[today] = j.input.Day.String()
	for name, list := range map[string][]map[string]any{"people": j.input.Members, "dwellings": j.input.Dwellings} {
		if list != nil {
			j.inputs[name] = list
		}
	}
}

func (j *judging) byWelfare() error {
	p, v := j.pack, &j.verdict
	v.Line, v.HasLine = p.LineFor(j.input.Area, j.input.figuresOn(), j.rule.Purpose)
	missing, err := addMembers(p, p.Formulas[j.rule.Welfare], j.input.Members, j.inputs)
	if err != nil {
		return err
	}
	result, err := p.Formulas[j.rule.Welfare].Eval(j.inputs)
	if err != nil {
		return err
	}
	v.Inputs = result.Inputs
	addSources(p, p.Formulas[j.rule.Welfare], j.inputs, v.Inputs)
	v.Missing = asked(result.Unknown, missing)
	if !result.Known() {
		return nil
	}
	// Rounded to the minor unit, half to even, before it is compared with the line: what is written is what decides.
	minor := math.RoundToEven(result.Number * math.Pow10(p.Digits))
	if math.Abs(minor) > 1<<53 {
		return fmt.Errorf("welfare %g is too large", result.Number)
	}
	v.Welfare, v.HasWelfare = int64(minor), true
	if v.HasLine {
		v.Outcome = j.rule.compare(v.Welfare, v.Line.Amount)
	}
	return nil
}

// byPoints scores the household and finds its category.
func (j *judging) byPoints() error {
	card := j.rule.Card
	total, answers, missing, err := card.points(j.pack, j.inputs)
	if err != nil {
		return err
	}
	v := &j.verdict
	v.Inputs = map[string]any{}
	v.Missing = missing
	v.Score = &Score{Card: card.Code, Points: total, Answers: answers, Known: !slices.ContainsFunc(answers, func(s Scored) bool { return s.Answer < 0 })}
	if !v.Score.Known {
		return nil
	}
	category, cut, limit, known, lacking := card.category(total, j.inputs)
	v.Missing = append(v.Missing, lacking...)
	v.Score.Cutoff, v.Score.Limit = cut.Value, limit
	if known {
		j.settle(category)
	}
	return nil
}

// settle puts the household into a category.
func (j *judging) settle(category string) {
	if c, ok := j.section.Category(category); ok {
		j.verdict.Category, j.verdict.Outcome = c.Code, c.Outcome
	}
}

// byParts joins the verdicts of the parts. What is unknown of a part matters only where the known parts leave it open.
func (j *judging) byParts() error {
	v := &j.verdict
	v.Inputs = map[string]any{}
	decisive := map[Join]Outcome{All: NotPoor, Any: Poor}[j.rule.Join] // one part is enough for it
	v.Outcome = map[Outcome]Outcome{NotPoor: Poor, Poor: NotPoor}[decisive]
	var missing []string
	for _, part := range j.rule.Parts {
		outcome, lacking, err := j.part(part)
		if err != nil {
			return err
		}
		v.Parts = append(v.Parts, Parted{part.Code, outcome})
		switch {
		case outcome == decisive:
			v.Outcome = decisive
		case outcome == Unknown && v.Outcome != decisive:
			v.Outcome = Unknown
		}
		missing = append(missing, lacking...)
	}
	switch {
	case v.Outcome == Unknown:
		v.Missing = missing
	case v.Outcome == Poor && j.rule.Category != "":
		v.Category = j.rule.Category
	case v.Outcome == NotPoor:
		v.Category = ""
	}
	return nil
}

// part judges by one part. What another rule's verdict rests on is part of this verdict.
func (j *judging) part(part Part) (Outcome, []string, error) {
	v := &j.verdict
	if part.Rule == nil {
		holds, known, err := part.When.Holds(j.inputs)
		switch {
		case err != nil:
			return Unknown, nil, err
		case !known:
			return Unknown, part.When.Missing(j.inputs), nil
		case holds:
			return Poor, nil, nil
		}
		return NotPoor, nil, nil
	}
	of, err := Judge(j.pack, *part.Rule, j.input)
	if err != nil {
		return Unknown, nil, err
	}
	maps.Copy(v.Inputs, of.Inputs)
	if of.HasWelfare && !v.HasWelfare {
		v.Formula, v.Welfare, v.HasWelfare = of.Formula, of.Welfare, true
		v.Line, v.HasLine = of.Line, of.HasLine
	}
	if of.Score != nil && v.Score == nil {
		v.Score = of.Score
	}
	if of.Outcome == Poor && v.Category == "" {
		v.Category = of.Category
	}
	v.Marks = append(v.Marks, of.Marks...)
	return of.Outcome, of.Missing, nil
}

// mark lets the rule's marks act: circumstances move, inclusions take in, exclusions put out, in this order, so that an
// exclusion is the last word. A mark that depends on something unknown leaves the verdict open where it could turn it.
func (j *judging) mark() error {
	if len(j.rule.Marks) == 0 {
		return nil
	}
	j.see()
	for _, kind := range []MarkKind{Circumstance, Inclusion, Exclusion} {
		for _, m := range j.rule.Marks {
			if m.Kind != kind {
				continue
			}
			f, there, err := m.find(j.inputs)
			if err != nil {
				return err
			}
			if there {
				j.act(f)
			}
		}
	}
	if j.verdict.Outcome != Unknown && j.verdict.Decided != "" {
		j.verdict.Missing = nil // whatever is missing, it would change nothing
	}
	return nil
}

// act lets one mark act on the verdict.
func (j *judging) act(f finding) {
	v := &j.verdict
	if f.unknown {
		if turns := map[MarkKind]Outcome{Exclusion: Poor, Inclusion: NotPoor}[f.mark.Kind]; f.mark.Grade != Review && v.Outcome == turns {
			v.Outcome, v.Category = Unknown, ""
			v.Missing = append(v.Missing, f.missing...)
		}
		return
	}
	v.Marks = append(v.Marks, f.found)
	if !f.counts() {
		return
	}
	switch f.mark.Kind {
	case Circumstance:
		j.move(f.mark.Shift)
	case Inclusion:
		v.Outcome, v.Decided = Poor, f.mark.Code
		if f.mark.Category != "" {
			v.Category = f.mark.Category
		} else if len(j.section.Categories) > 0 {
			v.Category = j.section.Categories[0].Code
		}
	case Exclusion:
		v.Outcome, v.Decided, v.Category = NotPoor, f.mark.Code, ""
		if n := len(j.section.Categories); n > 0 {
			v.Category = j.section.Categories[n-1].Code
		}
	}
}

// move moves the household some categories to the poorer side, as far as there are.
func (j *judging) move(shift int) {
	if at := j.section.rank(j.verdict.Category); at >= 0 {
		j.settle(j.section.Categories[min(max(at-shift, 0), len(j.section.Categories)-1)].Code)
	}
}

func (r Rule) compare(welfare, line int64) Outcome {
	if welfare < line || r.OnLine && welfare == line {
		return Poor
	}
	return NotPoor
}
