package policy

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/common/types"
	"github.com/govalues/decimal"

	"rightkey/internal/clock"
)

// Validate checks the facts of one subject against the dictionary: items the pack does not have, values of the wrong
// kind or outside their range, answers that are not on the code list, identities with a wrong length or check
// character, missing required items, and the checks of the items. With sections only the items of these sections are
// expected (facts of other sections may be given, for the checks). Core items count like others: put their values
// into facts under their codes, and the Derived figures too. No problem gives nil.
func (p *Pack) Validate(subject string, facts Facts, sections ...string) []Problem {
	problems := p.unknownItems(subject, facts)
	inputs := make(map[string]any, len(facts))
	for _, name := range Derived[subject] {
		if number, ok := derivedNumber(facts[name]); ok {
			inputs[name] = number
		}
	}
	items := p.ItemsOf(subject)
	for _, item := range items {
		value, found := item.validate(facts[item.Code])
		if inSections(item, sections) {
			problems = append(problems, found...)
		}
		if input, err := item.Input(value); err == nil && input != nil {
			inputs[item.Code] = input
		}
	}
	for _, item := range items {
		if !inSections(item, sections) {
			continue
		}
		if problem, violated := item.violated(inputs); violated {
			problems = append(problems, problem)
		}
		if facts[item.Code] == nil && item.neededBy(inputs) {
			problems = append(problems, Problem{subject, item.Code, Provisional, item.reason("missing", "")})
		}
	}
	return problems
}

func (p *Pack) unknownItems(subject string, facts Facts) []Problem {
	var problems []Problem
	for code := range facts {
		if _, known := p.Item(subject, code); known || slices.Contains(Derived[subject], code) {
			continue
		}
		problems = append(problems, Problem{subject, code, Reject, &Reason{Key: "not_an_item", Args: map[string]string{"item": code}}})
	}
	slices.SortFunc(problems, func(a, b Problem) int { return strings.Compare(a.Item, b.Item) })
	return problems
}

func derivedNumber(value Value) (float64, bool) {
	switch v := value.(type) {
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// validate checks one value and returns it in canonical form, nil where it is unknown or not usable.
func (i *Item) validate(value Value) (Value, []Problem) {
	canonical, reason := i.canonical(value)
	if reason == nil {
		canonical, reason = i.bounded(canonical)
	}
	switch {
	case reason != nil:
		return nil, []Problem{{i.Subject, i.Code, Reject, reason}}
	case canonical == nil && i.Required:
		return nil, []Problem{{i.Subject, i.Code, i.missingSeverity(), i.reason("missing", "")}}
	case canonical == nil || i.Identity == nil:
		return canonical, nil
	}
	if text := canonical.(string); !i.Identity.Valid(text) {
		return canonical, []Problem{{i.Subject, i.Code, i.Identity.CheckSeverity, i.reason("check_digit", text)}}
	}
	return canonical, nil
}

func (i *Item) missingSeverity() Severity {
	if i.Core {
		return Reject
	}
	return Provisional
}

// neededBy runs the condition under which the item is required; where it needs something unknown it says nothing.
func (i *Item) neededBy(inputs map[string]any) bool {
	if i.requiredIf == nil {
		return false
	}
	value, unknown, err := i.requiredIf.eval(inputs)
	return err == nil && len(unknown) == 0 && value == types.True
}

// violated runs the item's check over the inputs.
func (i *Item) violated(inputs map[string]any) (Problem, bool) {
	if i.Check == nil {
		return Problem{}, false
	}
	value, unknown, err := i.Check.program.eval(inputs)
	if len(unknown) > 0 || err == nil && value == types.True {
		return Problem{}, false
	}
	reason := &Reason{Key: "check", Args: map[string]string{"item": i.Code}, Own: i.Check.Text}
	if err != nil {
		reason = &Reason{Key: "check_failed", Args: map[string]string{"item": i.Code, "cause": err.Error()}}
	}
	return Problem{i.Subject, i.Code, i.Check.Severity, reason}, true
}

// canonical brings a value as it comes from JSON (numbers as float64, json.Number or int64, arrays as []any) into the
// canonical form of the item's kind.
func (i *Item) canonical(value Value) (Value, *Reason) {
	if value == nil {
		return nil, nil
	}
	switch i.Kind {
	case Int, Money, Decimal:
		return i.canonicalNumber(value)
	case Bool:
		if b, ok := value.(bool); ok {
			return b, nil
		}
	case Multi:
		return i.canonicalMulti(value)
	case Choice:
		if code, ok := value.(string); ok {
			if _, listed := i.codes.byCode[code]; listed {
				return code, nil
			}
			return nil, i.reason("not_listed", code)
		}
	case Date:
		if text, ok := value.(string); ok {
			return i.canonicalDate(text)
		}
	case Text:
		if text, ok := value.(string); ok && text != "" {
			return i.parseText(clean(text))
		}
	}
	return nil, i.reason("wrong_kind", "")
}

func (i *Item) canonicalDate(text string) (Value, *Reason) {
	if day, err := clock.ParseDay(text); err == nil {
		return day.String(), nil
	}
	return nil, i.reason("not_date", text)
}

func (i *Item) canonicalNumber(value Value) (Value, *Reason) {
	var text string
	switch v := value.(type) {
	case int:
		text = strconv.Itoa(v)
	case int64:
		text = strconv.FormatInt(v, 10)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, i.reason("not_number", "")
		}
		text = strconv.FormatFloat(v, 'f', -1, 64)
	case json.Number:
		text = v.String()
	default:
		return nil, i.reason("wrong_kind", "")
	}
	if i.Kind == Decimal {
		return i.parseDecimal(text)
	}
	return i.parseInt(text)
}

func (i *Item) canonicalMulti(value Value) (Value, *Reason) {
	var codes []string
	switch v := value.(type) {
	case []string:
		codes = v
	case []any:
		for _, element := range v {
			code, ok := element.(string)
			if !ok {
				return nil, i.reason("wrong_kind", "")
			}
			codes = append(codes, code)
		}
	default:
		return nil, i.reason("wrong_kind", "")
	}
	for _, code := range codes {
		if _, listed := i.codes.byCode[code]; !listed {
			return nil, i.reason("not_listed", code)
		}
	}
	return i.ordered(codes)
}

// bounded checks min, max, pattern and length of a canonical value.
func (i *Item) bounded(value Value) (Value, *Reason) {
	switch v := value.(type) {
	case int64:
		scale := 0
		if i.Kind == Money {
			scale = i.pack.Digits
		}
		return i.ranged(value, decimal.MustNew(v, scale))
	case json.Number:
		return i.ranged(value, decimal.MustParse(v.String()))
	case []string:
		return i.ranged(value, decimal.MustNew(int64(len(v)), 0))
	case string:
		if i.Kind == Text {
			return i.boundedText(v)
		}
	}
	return value, nil
}

func (i *Item) boundedText(text string) (Value, *Reason) {
	length := utf8.RuneCountInString(text)
	switch {
	case length > maxText:
		return nil, i.reason("too_long", text)
	case i.Identity != nil && !slices.Contains(i.Identity.Lengths, length):
		return nil, i.reason("bad_length", text)
	case i.Pattern != nil && !i.Pattern.MatchString(text):
		return nil, i.reason("bad_form", text)
	}
	return i.ranged(text, decimal.MustNew(int64(length), 0))
}

func (i *Item) ranged(value Value, size decimal.Decimal) (Value, *Reason) {
	if i.Min != nil && size.Cmp(*i.Min) < 0 {
		return nil, i.boundReason("too_small", size, *i.Min)
	}
	if i.Max != nil && size.Cmp(*i.Max) > 0 {
		return nil, i.boundReason("too_large", size, *i.Max)
	}
	return value, nil
}

func (i *Item) boundReason(key string, size, bound decimal.Decimal) *Reason {
	reason := i.reason(key, size.String())
	reason.Args["bound"] = bound.String()
	return reason
}

// reason names the item in its pack's languages and quotes the text, unless the item is special or secret.
func (i *Item) reason(key, text string) *Reason {
	if i.Class == "P3" || i.Class == "P4" {
		text = "***"
	}
	if runes := []rune(text); len(runes) > 60 {
		text = string(runes[:60]) + "…"
	}
	return &Reason{Key: key, Args: map[string]string{"item": i.Code, "text": text}, Label: i.Label}
}
