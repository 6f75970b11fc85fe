package policy

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/govalues/decimal"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"rightkey/internal/clock"
	"rightkey/internal/i18n"
)

// maxText bounds the characters of a text without its own max.
const maxText = 4000

// maxNumber is the largest whole number that every reader of JSON holds exactly (2^53).
const maxNumber = 1 << 53

// The words for yes and no that files use, beside the pack's own terms "yes" and "no".
var (
	yesWords = []string{"true", "yes", "y", "1"}
	noWords  = []string{"false", "no", "n", "0"}
)

// Parse turns the text of a form field or of a file's cell into the canonical value of the item: money from major
// units ("2736.50"), a choice from its code or its label in any language, a date from 2014-06-30, 2014/6/30 or
// 20140630. An empty text is unknown (nil). The error is a *Reason; range, pattern and length are checked as well. A
// wrong check character is left to Validate, because the pack decides how severe it is.
func (i *Item) Parse(text string) (Value, error) {
	text = clean(text)
	if text == "" {
		return nil, nil
	}
	value, reason := i.parse(text)
	if reason == nil {
		value, reason = i.bounded(value)
	}
	if reason != nil {
		return nil, reason
	}
	return value, nil
}

// clean trims a text and brings it into Unicode's composed form.
func clean(text string) string { return norm.NFC.String(strings.TrimSpace(text)) }

// fold is the form in which words are compared: narrow, lower-case, trimmed.
func fold(text string) string { return strings.ToLower(narrow(clean(text))) }

// narrow writes wide letters and digits as narrow ones; a text of one-byte characters has none.
func narrow(text string) string {
	if strings.IndexFunc(text, func(c rune) bool { return c >= utf8.RuneSelf }) < 0 {
		return text
	}
	return width.Fold.String(text)
}

func (i *Item) parse(text string) (Value, *Reason) {
	switch i.Kind {
	case Int:
		return i.parseInt(narrow(text))
	case Decimal:
		return i.parseDecimal(narrow(text))
	case Money:
		return i.parseMoney(narrow(text))
	case Bool:
		return i.parseBool(text)
	case Choice:
		return i.parseChoice(text)
	case Multi:
		return i.parseMulti(text)
	case Date:
		return i.parseDate(narrow(text))
	default:
		return i.parseText(text)
	}
}

func (i *Item) parseText(text string) (Value, *Reason) {
	if !utf8.ValidString(text) || strings.ContainsFunc(text, forbidden) {
		return nil, i.reason("bad_characters", text)
	}
	if i.Identity != nil {
		return i.Identity.Canonical(text), nil
	}
	return text, nil
}

// forbidden are control characters other than the ends of lines, and what no database takes.
func forbidden(r rune) bool {
	return r == utf8.RuneError || unicode.IsControl(r) && r != '\n' && r != '\t'
}

func (i *Item) parseInt(text string) (Value, *Reason) {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || number > maxNumber || number < -maxNumber {
		return nil, i.reason("not_whole", text)
	}
	return number, nil
}

func (i *Item) parseDecimal(text string) (Value, *Reason) {
	if strings.ContainsAny(text, "eE") {
		return nil, i.reason("not_number", text)
	}
	number, err := decimal.Parse(text)
	if err != nil {
		return nil, i.reason("not_number", text)
	}
	return json.Number(number.Trim(0).String()), nil
}

func (i *Item) parseMoney(text string) (Value, *Reason) {
	amount, err := decimal.Parse(text)
	if err != nil || strings.ContainsAny(text, "eE") {
		return nil, i.reason("not_amount", text)
	}
	minor, ok := minorUnits(amount, i.pack.Digits)
	if !ok {
		return nil, i.reason("too_fine", text)
	}
	return minor, nil
}

// minorUnits turns an amount in major units into minor units; false if it is finer than these or too large.
func minorUnits(amount decimal.Decimal, digits int) (int64, bool) {
	whole, fraction, ok := amount.Int64(digits)
	scale := int64(math.Pow10(digits))
	if !ok || amount.MinScale() > digits || whole > maxNumber/scale || whole < -maxNumber/scale {
		return 0, false
	}
	return whole*scale + fraction, true
}

func (i *Item) parseBool(text string) (Value, *Reason) {
	word := fold(text)
	switch {
	case slices.Contains(yesWords, word) || i.pack.isTerm("yes", word):
		return true, nil
	case slices.Contains(noWords, word) || i.pack.isTerm("no", word):
		return false, nil
	}
	return nil, i.reason("not_yes_no", text)
}

// isTerm says whether a folded word is the pack's term in any language.
func (p *Pack) isTerm(code, word string) bool {
	for _, text := range p.Terms[code] {
		if fold(text) == word {
			return true
		}
	}
	return false
}

func (i *Item) parseChoice(text string) (Value, *Reason) {
	at, known := i.codes.byText[fold(text)]
	if exact, ok := i.codes.byCode[text]; ok {
		at, known = exact, true
	}
	if !known {
		return nil, i.reason("not_listed", text)
	}
	if at < 0 {
		return nil, i.reason("ambiguous", text)
	}
	return i.codes.Options[at].Code, nil
}

func (i *Item) parseMulti(text string) (Value, *Reason) {
	var codes []string
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(";,|、，；", r) }) {
		if clean(part) == "" {
			continue
		}
		code, reason := i.parseChoice(clean(part))
		if reason != nil {
			return nil, reason
		}
		codes = append(codes, code.(string))
	}
	return i.ordered(codes)
}

// ordered brings choices into the order of the code list and refuses repetition.
func (i *Item) ordered(codes []string) (Value, *Reason) {
	if len(codes) == 0 {
		return nil, nil
	}
	codes = slices.Clone(codes)
	slices.SortFunc(codes, func(a, b string) int { return i.codes.byCode[a] - i.codes.byCode[b] })
	if compact := slices.Compact(slices.Clone(codes)); len(compact) != len(codes) {
		return nil, i.reason("twice", strings.Join(codes, ";"))
	}
	return codes, nil
}

func (i *Item) parseDate(text string) (Value, *Reason) {
	day, err := clock.ParseDay(isoDate(text))
	if err != nil {
		return nil, i.reason("not_date", text)
	}
	return day.String(), nil
}

// isoDate brings 2014/6/30 and 20140630 into the form 2014-06-30.
func isoDate(text string) string {
	if len(text) == 8 && !strings.ContainsAny(text, "-/.") {
		return text[:4] + "-" + text[4:6] + "-" + text[6:]
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == '-' || r == '/' || r == '.' })
	for at, part := range parts {
		if at > 0 && len(part) == 1 {
			parts[at] = "0" + part
		}
	}
	return strings.Join(parts, "-")
}

// Format writes a value for people in a language: a choice as its label, money in major units, yes and no in the
// pack's words. Unknown, and what is not a value of the item, is empty.
func (i *Item) Format(lang i18n.Lang, value Value) string {
	canonical, reason := i.canonical(value)
	if reason != nil {
		return ""
	}
	switch v := canonical.(type) {
	case bool:
		return i.pack.yesNo(lang, v)
	case int64:
		if i.Kind == Money {
			return moneyText(v, i.pack.Digits)
		}
		return strconv.FormatInt(v, 10)
	case json.Number:
		return v.String()
	case []string:
		labels := make([]string, len(v))
		for at, code := range v {
			labels[at] = i.optionLabel(lang, code)
		}
		return strings.Join(labels, "; ")
	case string:
		return i.optionLabel(lang, v)
	}
	return ""
}

func (i *Item) optionLabel(lang i18n.Lang, text string) string {
	if i.codes == nil {
		return text
	}
	option, _ := i.codes.Option(text)
	return option.Label.In(lang)
}

func (p *Pack) yesNo(lang i18n.Lang, yes bool) string {
	if yes {
		return p.Term(lang, "yes")
	}
	return p.Term(lang, "no")
}

// moneyText writes minor units as a decimal figure of major units, "2736.50".
func moneyText(minor int64, digits int) string { return decimal.MustNew(minor, digits).String() }

// Options returns the answers of a choice or multi item, nil for other kinds.
func (i *Item) Options() []Option {
	if i.codes == nil {
		return nil
	}
	return i.codes.Options
}

// Answers are what may be written for an item with known answers, in the words of a language; nil for other kinds.
func (i *Item) Answers(lang i18n.Lang) []string {
	switch i.Kind {
	case Bool:
		return []string{i.Format(lang, true), i.Format(lang, false)}
	case Choice, Multi:
		var labels []string
		for _, option := range i.Options() {
			label := option.Label.In(lang)
			if _, err := i.Parse(label); err != nil { // two answers share the words
				label = option.Code
			}
			labels = append(labels, label)
		}
		return labels
	}
	return nil
}
