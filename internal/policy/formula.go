package policy

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"

	"rightkey/internal/clock"
	"rightkey/internal/i18n"
)

// Derived are figures about a subject that the program itself computes and offers to formulas and checks beside the
// items: the number of registered members of a household, the completed years of age of a person on the day of
// reference. A pack that uses them names them in its terms ("input.members").
var Derived = map[string][]string{"household": {"members"}, "person": {"age"}}

// Totals are the subjects whose entries are summed by class for the household: each option of the code list of the
// item "class" (wage, transfer …) is an input of the household's formulas, the total of its entries in the period.
var Totals = []string{"income", "expenditure"}

// Formula is a computed figure of the pack: net income per head, adult equivalents.
type Formula struct {
	Code        string
	Subject     string // what it is computed for
	Label       i18n.Text
	Unit        string    // term code of the unit
	Money       bool      // the result is an amount in major units of the pack's currency
	Inputs      []string  // items of the subject, Derived, classes of Totals, values, other formulas; see Eval
	CEL         string    // over the inputs; gives a double
	Explain     i18n.Text // the computation in words, with {input} where the figures stand
	Source      string
	Unconfirmed bool
	Pos         Pos

	program *program
	uses    []*Formula
	pack    *Pack
	state   int // of compiling: see compileFormula
}

// Result is what a formula gives: a number, or unknown with the inputs that would have to be asked.
type Result struct {
	Number  float64
	Unknown []string       // codes of the missing inputs, sorted; empty: Number is valid
	Inputs  map[string]any // what it was computed from, results of other formulas included
}

// Known says whether the result is a number.
func (r Result) Known() bool { return len(r.Unknown) == 0 }

// Eval computes the formula. inputs are by code: numbers as float64 (money in major units), else string, bool or
// []string, see Item.Input; what is absent or nil is unknown. Formulas of the same subject among the inputs are
// computed unless given. A person's formula among a household's inputs means its sum over the members (EvalSum), which
// has to be given.
// The error is a result that is not a finite number, such as a division by zero.
func (f *Formula) Eval(inputs map[string]any) (Result, error) {
	bound := make(map[string]any, len(f.Inputs))
	for _, code := range f.Inputs {
		if value, given := inputs[code]; given && value != nil {
			bound[code] = value
		}
	}
	behind := map[string][]string{} // formula → the inputs for whose lack it is unknown
	for _, other := range f.uses {
		if _, given := bound[other.Code]; given {
			continue
		}
		result, err := other.Eval(inputs)
		if err != nil {
			return Result{}, err
		}
		if !result.Known() {
			behind[other.Code] = result.Unknown
			continue
		}
		bound[other.Code] = result.Number
	}
	number, unknown, err := f.program.number(bound)
	if err != nil {
		return Result{}, fmt.Errorf("formula %s of %s: %w", f.Code, f.Subject, err)
	}
	return Result{Number: number, Unknown: askable(unknown, behind), Inputs: bound}, nil
}

// askable replaces formulas among unknown names by the inputs behind them.
func askable(unknown []string, behind map[string][]string) []string {
	seen := map[string]bool{}
	for _, name := range unknown {
		names, isFormula := behind[name]
		if !isFormula {
			names = []string{name}
		}
		for _, n := range names {
			seen[n] = true
		}
	}
	names := sortedKeys(seen)
	if len(names) == 0 {
		return nil
	}
	return names
}

// EvalSum computes the formula for each of several subjects (the members of a household) and adds the results up. It
// is unknown if one of them is; an empty list gives 0.
func (f *Formula) EvalSum(each []map[string]any) (Result, error) {
	sum, unknown := 0.0, map[string]bool{}
	for _, inputs := range each {
		result, err := f.Eval(inputs)
		if err != nil {
			return Result{}, err
		}
		sum += result.Number
		for _, name := range result.Unknown {
			unknown[name] = true
		}
	}
	if len(unknown) > 0 {
		return Result{Unknown: sortedKeys(unknown)}, nil
	}
	return Result{Number: sum}, nil
}

// ValuesAt returns the pack's dated figures that are valid at an area on a day, as inputs of formulas.
func (p *Pack) ValuesAt(area int64, day clock.Day) map[string]any {
	inputs := map[string]any{}
	for _, value := range p.Values {
		if !value.IsNumber || inputs[value.Code] != nil {
			continue
		}
		if valid, ok := p.Value(value.Code, area, day); ok && valid.IsNumber {
			inputs[value.Code] = valid.Number
		}
	}
	return inputs
}

// InputLabel names an input of a subject's formulas in words.
func (p *Pack) InputLabel(lang i18n.Lang, subject, code string) string {
	if item, ok := p.Item(subject, code); ok {
		return item.Label.In(lang)
	}
	if option, ok := p.totalOption(subject, code); ok {
		return option.Label.In(lang)
	}
	if formula, ok := p.Formulas[code]; ok {
		return formula.Label.In(lang)
	}
	for _, value := range p.Values {
		if value.Code == code {
			return value.Label.In(lang)
		}
	}
	if text := p.Terms["input."+code].In(lang); text != "" {
		return text
	}
	return code
}

// totalOption finds the class of income or expenditure that a code of a household's formula names.
func (p *Pack) totalOption(subject, code string) (Option, bool) {
	if subject != "household" {
		return Option{}, false
	}
	for _, total := range Totals {
		if item, ok := p.Item(total, "class"); ok && item.codes != nil {
			if option, ok := item.codes.Option(code); ok {
				return option, true
			}
		}
	}
	return Option{}, false
}

// Explanation is the computation in words with the figures of a result in their places, "?" where one is unknown.
func (f *Formula) Explanation(lang i18n.Lang, result Result) string {
	var pairs []string
	for _, code := range append([]string{f.Code}, f.Inputs...) {
		text := "?"
		if value, ok := result.Inputs[code]; ok {
			text = inputText(value)
		} else if code == f.Code && result.Known() {
			text = inputText(result.Number)
		}
		pairs = append(pairs, "{"+code+"}", text)
	}
	return strings.NewReplacer(pairs...).Replace(f.Explain.In(lang))
}

// inputText writes a figure with at most two decimals, without trailing zeros.
func inputText(value any) string {
	number, ok := value.(float64)
	if !ok {
		return fmt.Sprint(value)
	}
	text := fmt.Sprintf("%.2f", number)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// The states of compiling a formula.
const (
	formulaNew = iota
	formulaOpen
	formulaDone
)

// compileFormula resolves the formula's inputs, those that are formulas first, and compiles it.
func (b *builder) compileFormula(f *Formula) {
	if f.state == formulaOpen {
		b.fail(f.Pos, "formula %q is computed from itself", f.Code)
	}
	if f.state != formulaNew {
		return
	}
	f.state = formulaOpen
	variables := map[string]*cel.Type{}
	for _, code := range f.Inputs {
		kind, known := b.inputType(f, code)
		if !known {
			b.fail(f.Pos, "formula %q takes the input %q, which is no item of %s, class of income or expenditure, "+
				"value or formula of this pack", f.Code, code, f.Subject)
			kind = cel.DoubleType
		}
		variables[code] = kind
	}
	f.state = formulaDone
	compiled, err := compile(f.CEL, variables, cel.DoubleType)
	if err != nil {
		b.fail(f.Pos, "formula %q: %s", f.Code, err)
		return
	}
	f.program = compiled
	if len(compiled.uses) != len(variables) {
		b.fail(f.Pos, "formula %q declares inputs its expression does not use: it uses %s", f.Code,
			strings.Join(compiled.uses, ", "))
	}
}

// inputType finds what an input of a formula is; a code that means several things is refused.
func (b *builder) inputType(f *Formula, code string) (*cel.Type, bool) {
	if meanings := b.meanings(f, code); len(meanings) > 1 {
		b.fail(f.Pos, "input %q of formula %q is ambiguous: it is %s", code, f.Code, strings.Join(meanings, " and "))
	}
	if other, ok := b.pack.Formulas[code]; ok && other.Subject == f.Subject {
		b.compileFormula(other)
		f.uses = append(f.uses, other)
		return cel.DoubleType, true
	}
	if other, ok := b.pack.Formulas[code]; ok && other.Subject == "person" && f.Subject == "household" {
		return cel.DoubleType, true
	}
	if kind, ok := b.pack.variables(f.Subject)[code]; ok {
		return kind, true
	}
	if _, ok := b.pack.totalOption(f.Subject, code); ok {
		return cel.DoubleType, true
	}
	isValue := slices.ContainsFunc(b.pack.Values, func(v DatedValue) bool { return v.Code == code && v.IsNumber })
	return cel.DoubleType, isValue
}

// meanings lists what a code could be as an input of a formula.
func (b *builder) meanings(f *Formula, code string) []string {
	var found []string
	if other, ok := b.pack.Formulas[code]; ok && (other.Subject == f.Subject || other.Subject == "person") {
		found = append(found, "a formula")
	}
	if _, ok := b.pack.variables(f.Subject)[code]; ok {
		found = append(found, "an item of "+f.Subject)
	}
	for _, total := range Totals {
		item, ok := b.pack.Item(total, "class")
		if !ok || item.codes == nil || f.Subject != "household" {
			continue
		}
		if _, ok := item.codes.Option(code); ok {
			found = append(found, "a class of "+total)
		}
	}
	if slices.ContainsFunc(b.pack.Values, func(v DatedValue) bool { return v.Code == code }) {
		found = append(found, "a value")
	}
	return found
}
