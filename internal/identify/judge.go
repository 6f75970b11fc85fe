package identify

import (
	"maps"
	"math"
	"slices"
	"strconv"

	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
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
	// Inputs of the household's formulas by code: numbers as float64, money in major units, see policy.Item.Input.
	// Absent or nil is unknown. A figure that a formula would compute may be given instead.
	Inputs map[string]any
	// Members has the inputs of the person's formulas (age …) for each member; nil where members are not known one
	// by one. Where it is given it also gives the number of members.
	Members []map[string]any
}

// Verdict is an assessment: the outcome with all it rests on.
type Verdict struct {
	PackID, PackVersion, PackHash string

	Rule    string
	Formula string // code of the pack's formula that gave the welfare
	Outcome Outcome
	Welfare int64          // minor units per Per and Period of the rule; valid if HasWelfare
	Line    policy.Line    // valid if HasLine
	Day     clock.Day      // reference day
	Missing []string       // codes of the inputs that would have to be asked, sorted
	Inputs  map[string]any // what it was computed from: inputs, values, results of other formulas

	HasWelfare, HasLine bool
}

// Judge assesses one household under a rule of a pack. It reads nothing but its arguments and writes nothing. The
// error, of kind invalid, is an input that cannot be computed with, such as a household without members.
func Judge(p *policy.Pack, rule Rule, input Input) (Verdict, error) {
	verdict := Verdict{PackID: p.ID, PackVersion: p.Version, PackHash: p.Hash, Rule: rule.Code,
		Formula: rule.Welfare, Outcome: Unknown, Day: input.Day}
	verdict.Line, verdict.HasLine = p.LineFor(input.Area, input.Day, rule.Purpose)
	inputs := p.ValuesAt(input.Area, input.Day)
	maps.Copy(inputs, input.Inputs)
	missing, err := addMembers(p, p.Formulas[rule.Welfare], input.Members, inputs)
	if err != nil {
		return Verdict{}, fault.Wrap(fault.Invalid, err, "judge a household under %s", p.ID)
	}
	result, err := p.Formulas[rule.Welfare].Eval(inputs)
	if err != nil {
		return Verdict{}, fault.Wrap(fault.Invalid, err, "judge a household under %s", p.ID)
	}
	verdict.Inputs = result.Inputs
	addSources(p, p.Formulas[rule.Welfare], inputs, verdict.Inputs)
	verdict.Missing = asked(result.Unknown, missing)
	if !result.Known() {
		return verdict, nil
	}
	// Rounded to the minor unit, half to even, before it is compared with the line: what is written is what decides.
	minor := math.RoundToEven(result.Number * math.Pow10(p.Digits))
	if math.Abs(minor) > 1<<53 {
		return Verdict{}, fault.New(fault.Invalid, "judge a household under %s: welfare %g is too large", p.ID, result.Number)
	}
	verdict.Welfare, verdict.HasWelfare = int64(minor), true
	if verdict.HasLine {
		verdict.Outcome = rule.compare(verdict.Welfare, verdict.Line.Amount)
	}
	return verdict, nil
}

func (r Rule) compare(welfare, line int64) Outcome {
	if welfare < line || r.OnLine && welfare == line {
		return Poor
	}
	return NotPoor
}

// addMembers adds what follows from the members one by one: their number, and the sums of the person's formulas that
// the welfare formula needs. missing says for which inputs such a sum is unknown.
func addMembers(p *policy.Pack, formula *policy.Formula, members []map[string]any, inputs map[string]any) (missing map[string][]string, err error) {
	missing = map[string][]string{}
	if members == nil {
		return missing, nil
	}
	inputs["members"] = float64(len(members))
	for _, code := range personFormulas(p, formula) {
		each := make([]map[string]any, len(members))
		for i, member := range members {
			each[i] = maps.Clone(inputs)
			maps.Copy(each[i], member)
		}
		sum, err := p.Formulas[code].EvalSum(each)
		if err != nil {
			return nil, err
		}
		if !sum.Known() {
			missing[code] = sum.Unknown
			continue
		}
		inputs[code] = sum.Number
	}
	return missing, nil
}

// personFormulas lists the person's formulas among the inputs of a formula and of the formulas it uses.
func personFormulas(p *policy.Pack, formula *policy.Formula) []string {
	var codes []string
	for _, code := range formula.Inputs {
		other, ok := p.Formulas[code]
		switch {
		case !ok:
		case other.Subject == "person":
			codes = append(codes, code)
		default:
			codes = append(codes, personFormulas(p, other)...)
		}
	}
	return codes
}

// addSources adds what the formulas among a formula's inputs were computed from, so that a verdict can be traced to
// what somebody said.
func addSources(p *policy.Pack, formula *policy.Formula, inputs, to map[string]any) {
	for _, code := range formula.Inputs {
		other, computed := p.Formulas[code]
		value, given := inputs[code]
		switch {
		case given && value != nil:
			to[code] = value
		case computed:
			addSources(p, other, inputs, to)
		}
	}
}

// asked replaces sums over members among the unknown inputs by what is missing behind them.
func asked(unknown []string, behind map[string][]string) []string {
	var codes []string
	for _, code := range unknown {
		if deeper, ok := behind[code]; ok {
			codes = append(codes, deeper...)
			continue
		}
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// Reason says the verdict in words: outcome, welfare, line, and the computation with its figures; or what is missing.
// p is the pack the verdict was given under.
func (v Verdict) Reason(p *policy.Pack, lang i18n.Lang) string {
	formula := p.Formulas[v.Formula]
	args := []any{"welfare_label", formula.Label, "currency", p.Currency, "computation",
		formula.Explanation(lang, policy.Result{Number: major(v.Welfare, p.Digits), Unknown: v.Missing, Inputs: v.Inputs}),
		"day", i18n.Day(lang, v.Day), "missing", v.missingWords(p, lang, formula.Subject)}
	if v.HasWelfare {
		args = append(args, "welfare", Amount(lang, v.Welfare, p.Digits))
	}
	if v.HasLine {
		args = append(args, "line", Amount(lang, v.Line.Amount, p.Digits), "line_label", v.Line.Label)
	}
	return i18n.T(lang, "identify."+v.reasonKey(), args...)
}

func (v Verdict) reasonKey() string {
	switch {
	case !v.HasWelfare && len(v.Missing) == 0:
		return "uncomputable"
	case !v.HasWelfare:
		return "missing"
	case !v.HasLine:
		return "no_line"
	case v.Outcome == Poor && v.Welfare == v.Line.Amount:
		return "on_line"
	case v.Outcome == Poor:
		return "poor"
	}
	return "not_poor"
}

func (v Verdict) missingWords(p *policy.Pack, lang i18n.Lang, subject string) string {
	words := ""
	for i, code := range v.Missing {
		if i > 0 {
			words += i18n.T(lang, "identify.comma")
		}
		label := p.InputLabel(lang, subject, code)
		if label == code {
			label = p.InputLabel(lang, "person", code)
		}
		words += label
	}
	return words
}

// Amount writes minor units of a currency with so many minor digits as people write it in a language.
func Amount(lang i18n.Lang, minor int64, digits int) string {
	return i18n.Decimal(lang, major(minor, digits), digits)
}

func major(minor int64, digits int) float64 { return float64(minor) / math.Pow10(digits) }

// Plain writes minor units of a currency with so many minor digits for files: "2736.50".
func Plain(minor int64, digits int) string {
	return strconv.FormatFloat(major(minor, digits), 'f', digits, 64)
}
