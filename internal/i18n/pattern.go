package i18n

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"

	"rightkey/internal/clock"
	"rightkey/internal/money"
)

// pattern is a parsed message: text and places in order.
type pattern []part

// part is text (name is ""), the number sign of a plural ("#"), a plain place, or a place that chooses.
type part struct {
	text    string
	name    string
	choice  string // "", "plural" or "select"
	options []option
}

// option is one case of a choice: a plural category, an exact number "=0", or a value of a select.
type option struct {
	when string
	then pattern
}

const maxDepth = 8 // choices inside choices

// parsePattern reads the syntax of ICU MessageFormat as far as used here: {name}, {n, plural, =0 {…} one {…} other
// {…}} with # for the number, {x, select, a {…} other {…}}; an apostrophe quotes the braces up to the next one, and a
// doubled one is itself.
func parsePattern(text string) (pattern, error) {
	p := &patternParser{rest: text}
	message, err := p.sequence(0)
	if err == nil && p.rest != "" {
		err = fmt.Errorf("a } closes nothing before %q", clip(p.rest))
	}
	return message, err
}

type patternParser struct {
	rest string
}

// sequence parses up to the end or an unmatched }.
func (p *patternParser) sequence(depth int) (pattern, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("choices are nested deeper than %d", maxDepth)
	}
	var parts pattern
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			parts = append(parts, part{text: text.String()})
			text.Reset()
		}
	}
	for p.rest != "" {
		switch c := p.rest[0]; {
		case c == '}':
			flush()
			return parts, nil
		case c == '{':
			flush()
			place, err := p.place(depth)
			if err != nil {
				return nil, err
			}
			parts = append(parts, place)
		case c == '#' && depth > 0:
			flush()
			parts = append(parts, part{name: "#"})
			p.rest = p.rest[1:]
		case c == '\'':
			text.WriteString(p.quoted(depth))
		default:
			text.WriteByte(c)
			p.rest = p.rest[1:]
		}
	}
	flush()
	return parts, nil
}

// quoted reads an apostrophe: doubled it is one, before a sign of the syntax it quotes up to the next one, and
// otherwise it is itself.
func (p *patternParser) quoted(depth int) string {
	after := p.rest[1:]
	switch {
	case strings.HasPrefix(after, "'"):
		p.rest = after[1:]
		return "'"
	case after != "" && (after[0] == '{' || after[0] == '}' || after[0] == '#' && depth > 0):
		text, rest, _ := strings.Cut(after, "'")
		p.rest = rest
		return text
	}
	p.rest = after
	return "'"
}

// place parses {name} or {name, plural|select, options}.
func (p *patternParser) place(depth int) (part, error) {
	p.rest = p.rest[1:]
	name := p.word()
	if name == "" {
		return part{}, fmt.Errorf("a place has no name before %q", clip(p.rest))
	}
	if p.accept("}") {
		return part{name: name}, nil
	}
	if !p.accept(",") {
		return part{}, fmt.Errorf("place %s: want , or } before %q", name, clip(p.rest))
	}
	choice := p.word()
	if choice != "plural" && choice != "select" || !p.accept(",") {
		return part{}, fmt.Errorf("place %s: %q is neither plural nor select", name, choice)
	}
	options, err := p.options(depth)
	if err != nil {
		return part{}, fmt.Errorf("place %s: %w", name, err)
	}
	return part{name: name, choice: choice, options: options}, nil
}

// options parses the cases of a choice and its closing brace.
func (p *patternParser) options(depth int) ([]option, error) {
	var options []option
	other := false
	for !p.accept("}") {
		when := p.word()
		if when == "" || !p.accept("{") {
			return nil, fmt.Errorf("want a case before %q", clip(p.rest))
		}
		then, err := p.sequence(depth + 1)
		if err != nil {
			return nil, err
		}
		if !p.accept("}") {
			return nil, fmt.Errorf("case %s is not closed", when)
		}
		other = other || when == "other"
		options = append(options, option{when, then})
	}
	if !other {
		return nil, fmt.Errorf("there is no case other")
	}
	return options, nil
}

// word reads a name, a category or an exact number between blanks.
func (p *patternParser) word() string {
	p.rest = strings.TrimLeft(p.rest, " \n\t")
	end := strings.IndexAny(p.rest, " \n\t,{}")
	if end < 0 {
		end = len(p.rest)
	}
	word := p.rest[:end]
	p.rest = strings.TrimLeft(p.rest[end:], " \n\t")
	return word
}

// accept reads sign after blanks. Text inside a case starts right behind its brace, so blanks there are kept.
func (p *patternParser) accept(sign string) bool {
	trimmed := strings.TrimLeft(p.rest, " \n\t")
	if !strings.HasPrefix(trimmed, sign) {
		return false
	}
	p.rest = trimmed[len(sign):]
	return true
}

func clip(text string) string { return text[:min(len(text), 20)] }

// collect adds the names of all places to seen.
func (m pattern) collect(seen map[string]bool) {
	for _, p := range m {
		if p.name != "" && p.name != "#" {
			seen[p.name] = true
		}
		for _, o := range p.options {
			o.then.collect(seen)
		}
	}
}

// arguments pairs names with values.
func arguments(args []any) map[string]any {
	values := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		values[fmt.Sprint(args[i])] = args[i+1]
	}
	return values
}

// render writes the message; number is what # stands for.
func (m pattern) render(out *strings.Builder, b *book, values map[string]any, number string) {
	for _, p := range m {
		value, given := values[p.name]
		switch {
		case p.name == "":
			out.WriteString(p.text)
		case p.name == "#":
			out.WriteString(number)
		case !given:
			out.WriteString("⟦" + p.name + "⟧")
		case p.choice == "":
			out.WriteString(b.isolated(value))
		default:
			p.choose(b, value).render(out, b, values, b.value(value))
		}
	}
}

// choose returns the case of a plural or select that value takes.
func (p part) choose(b *book, value any) pattern {
	word := fmt.Sprint(value)
	category := word
	if p.choice == "plural" {
		category = b.category(word)
	}
	var other pattern
	var chosen *option
	for i, o := range p.options {
		switch o.when {
		case "=" + word:
			if p.choice == "plural" {
				return o.then
			}
		case category:
			chosen = &p.options[i]
		case "other":
			other = o.then
		}
	}
	if chosen != nil {
		return chosen.then
	}
	return other
}

var categories = [...]string{plural.Other: "other", plural.Zero: "zero", plural.One: "one", plural.Two: "two",
	plural.Few: "few", plural.Many: "many"}

// category is the CLDR plural category of a number written in ASCII.
func (b *book) category(number string) string {
	value, err := strconv.ParseFloat(strings.TrimPrefix(number, "-"), 64)
	if err != nil || math.Abs(value) > 1e9 {
		return "other"
	}
	_, fraction, _ := strings.Cut(number, ".")
	trimmed := strings.TrimRight(fraction, "0")
	f, _ := strconv.Atoi(clip(fraction))
	t, _ := strconv.Atoi(clip(trimmed))
	return categories[plural.Cardinal.MatchPlural(b.tag, int(value), len(fraction), len(trimmed), f, t)]
}

// isolated writes an argument so that its direction does not disturb the message around it: in a language that runs
// from the right, a number or a Latin name stands between the Unicode signs of a first strong isolate.
func (b *book) isolated(value any) string {
	text := b.value(value)
	if b.info.Dir != "rtl" || text == "" {
		return text
	}
	return "\u2068" + text + "\u2069"
}

// value writes an argument in the language of b.
func (b *book) value(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case Text:
		return v.In(b.info.Lang)
	case int:
		return b.integer(int64(v))
	case int64:
		return b.integer(v)
	case int32:
		return b.integer(int64(v))
	case clock.Day:
		return b.day(v)
	case money.Amount:
		return b.localize(v.Plain())
	case float64:
		return b.localize(strconv.FormatFloat(v, 'f', -1, 64))
	}
	return fmt.Sprint(value)
}
