package identify

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/i18n"
	"rightkey/internal/policy"
)

// Reason says the verdict in words: outcome, welfare and line or points and cut-off, and the computation with its
// figures; what is missing; what excludes, includes or moves the household; and what would change the verdict.
// p is the pack the verdict was given under.
func (v Verdict) Reason(p *policy.Pack, lang i18n.Lang) string {
	e := explaining{Verdict: v, pack: p, section: SectionOf(p), lang: lang}
	sentences := []string{e.measured()}
	if v.Category != "" {
		category, _ := e.section.Category(v.Category)
		sentences = append(sentences, e.say("category", "category", category.Label.In(lang)))
	}
	for _, found := range v.Marks {
		sentences = append(sentences, e.marked(found))
	}
	if rule, err := RuleOf(p, v.Rule); err == nil && rule.Meeting && v.Outcome != Unknown {
		sentences = append(sentences, e.say("meeting"))
	}
	sentences = append(sentences, e.change())
	if v.Outcome != Unknown && len(e.section.Objection) > 0 {
		sentences = append(sentences, e.section.Objection.In(lang))
	}
	return strings.Join(slices.DeleteFunc(sentences, func(s string) bool { return s == "" }), e.say("between"))
}

// explaining puts one verdict into words of one language.
type explaining struct {
	Verdict
	pack    *policy.Pack
	section *Section
	lang    i18n.Lang
}

// say is a sentence of the language; see Word.
func (e explaining) say(key string, args ...any) string { return Word(e.pack, e.lang, key, args...) }

// Word is a message of this room for a household: in the pack's own words, where it has some in a language that the
// program does not speak, else in the program's.
func Word(pack *policy.Pack, lang i18n.Lang, key string, args ...any) string {
	if own, ok := SectionOf(pack).Words[key][lang]; ok && !i18n.Known(lang) {
		if text, err := i18n.Fill(lang, own, args...); err == nil {
			return text
		}
	}
	return i18n.T(lang, message(key), args...)
}

// message is the key of the program's message for a word: one of this room, or one of cases by its whole key.
func message(key string) string {
	if strings.HasPrefix(key, "cases.") {
		return key
	}
	return "identify." + key
}

// measured says what welfare, points or parts gave.
func (e explaining) measured() string {
	mark, decided := e.section.Mark(e.Decided)
	switch {
	case decided && mark.Kind == Prerequisite: // nothing was measured
		return ""
	case len(e.Parts) > 0:
		return e.parted()
	case e.Score != nil:
		return e.scored()
	}
	return e.weighed()
}

func (e explaining) weighed() string {
	p := e.pack
	formula := p.Formulas[e.Formula]
	args := []any{"welfare_label", formula.Label.In(e.lang), "currency", p.Currency, "computation",
		formula.Explanation(e.lang, policy.Result{Number: major(e.Welfare, p.Digits), Unknown: e.Missing, Inputs: e.Inputs}),
		"day", i18n.Day(e.lang, e.Day), "missing", e.missingWords()}
	if e.HasWelfare {
		args = append(args, "welfare", Amount(e.lang, e.Welfare, p.Digits))
	}
	if e.HasLine {
		args = append(args, "line", Amount(e.lang, e.Line.Amount, p.Digits), "line_label", e.Line.Label.In(e.lang))
	}
	return e.say(e.reasonKey(), args...)
}

// reasonKey is the sentence about welfare and line. What a mark decided is said of the mark: here it is what the figures say.
func (e explaining) reasonKey() string {
	switch {
	case !e.HasWelfare && len(e.Missing) == 0:
		return "uncomputable"
	case !e.HasWelfare:
		return "missing"
	case !e.HasLine:
		return "no_line"
	case e.Welfare == e.Line.Amount && e.onLine():
		return "on_line"
	case e.Welfare < e.Line.Amount:
		return "poor"
	}
	return "not_poor"
}

func (e explaining) onLine() bool {
	rule, err := RuleOf(e.pack, e.Rule)
	return err == nil && rule.OnLine
}

// scored says points and cut-off, and each question's answer with its points.
func (e explaining) scored() string {
	card, ok := e.section.Card(e.Score.Card)
	if !ok {
		return ""
	}
	args := []any{"card", card.Label.In(e.lang), "points", e.Score.Points, "most", card.Most, "day", i18n.Day(e.lang, e.Day),
		"limit", e.Score.Limit, "missing", e.missingWords(), "answers", e.answers(card)}
	switch {
	case !e.Score.Known:
		return e.say("points_missing", args...)
	case e.Score.Cutoff == "":
		return e.say("points_no_cutoff", args...)
	case card.reached(float64(e.Score.Points), e.Score.Limit):
		return e.say("points_poor", args...)
	}
	return e.say("points_not_poor", args...)
}

// answers lists questions with the answers that were given and their points.
func (e explaining) answers(card *Card) string {
	var list []string
	for i, scored := range e.Score.Answers {
		if scored.Answer < 0 || i >= len(card.Questions) {
			continue
		}
		q := card.Questions[i]
		list = append(list, e.say("answer", "question", q.Label.In(e.lang), "answer", q.Answers[scored.Answer].Label.In(e.lang), "points", scored.Points))
	}
	return strings.Join(list, e.say("semicolon"))
}

// parted says what each part gave, and what they make together.
func (e explaining) parted() string {
	rule, err := RuleOf(e.pack, e.Rule)
	if err != nil {
		return ""
	}
	var list []string
	for i, part := range e.Parts {
		if i < len(rule.Parts) {
			list = append(list, e.say("part_"+string(part.Outcome), "part", rule.Parts[i].Label.In(e.lang)))
		}
	}
	text := e.say("join_"+string(rule.Join), "parts", strings.Join(list, e.say("semicolon")), "day", i18n.Day(e.lang, e.Day))
	if e.Outcome == Unknown && len(e.Missing) > 0 {
		text += e.say("between") + e.say("ask", "missing", e.missingWords())
	}
	if e.Formula != "" {
		text += e.say("between") + e.weighed()
	}
	return text
}

// marked says that the household has a mark, and what that does.
func (e explaining) marked(found Found) string {
	mark, ok := e.section.Mark(found.Mark)
	if !ok {
		return ""
	}
	args := []any{"mark", mark.Label.In(e.lang), "waiver", mark.Waiver.In(e.lang)}
	switch {
	case found.Waived:
		return e.say("mark_waived", args...)
	case found.Open:
		return e.say("mark_open", args...)
	case mark.Grade == Review:
		return e.say("mark_review", args...)
	case mark.Kind == Circumstance && mark.Shift < 0:
		return e.say("mark_better", args...)
	}
	return e.say("mark_"+string(mark.Kind), args...)
}

// change says what would change the verdict.
func (e explaining) change() string {
	if e.Outcome == Unknown {
		return ""
	}
	if mark, ok := e.section.Mark(e.Decided); ok {
		if mark.WaivedIf != nil {
			return e.say("change_waiver", "waiver", mark.Waiver.In(e.lang))
		}
		return e.say("change_mark", "mark", mark.Label.In(e.lang))
	}
	if card, ok := e.section.Card(e.scoreCard()); ok && e.Score.Cutoff != "" && len(e.Parts) == 0 {
		gap := int(math.Ceil(math.Abs(float64(e.Score.Points) - e.Score.Limit)))
		if gap == 0 || card.reached(float64(e.Score.Points), e.Score.Limit) && card.OnCutoff || !card.reached(float64(e.Score.Points), e.Score.Limit) && !card.OnCutoff {
			gap++
		}
		return e.say("change_points", "gap", gap)
	}
	if rule, err := RuleOf(e.pack, e.Rule); err == nil && len(e.Parts) > 0 {
		return e.say("change_" + string(rule.Join) + "_" + string(e.Outcome))
	}
	if e.HasWelfare && e.HasLine && e.Score == nil {
		return e.changeOfWelfare()
	}
	return ""
}

// changeOfWelfare says how far welfare is from the other side of the line.
func (e explaining) changeOfWelfare() string {
	key, gap := "change_less", e.Welfare-e.Line.Amount
	if gap < 0 || gap == 0 && e.onLine() {
		key, gap = "change_more", -gap
	}
	if (key == "change_more") == e.onLine() {
		gap++ // who is on the line stays where he is
	}
	return e.say(key, "welfare_label", e.pack.Formulas[e.Formula].Label.In(e.lang), "gap", Amount(e.lang, gap, e.pack.Digits), "currency", e.pack.Currency)
}

func (e explaining) scoreCard() string {
	if e.Score == nil {
		return ""
	}
	return e.Score.Card
}

func (e explaining) missingWords() string {
	words := make([]string, len(e.Missing))
	for i, code := range e.Missing {
		words[i] = inputLabel(e.pack, e.lang, code)
	}
	return strings.Join(words, e.say("comma"))
}

// inputLabel is what an input of the household, of its members or of its dwellings is called.
func inputLabel(p *policy.Pack, lang i18n.Lang, code string) string {
	for _, subject := range []string{"household", "person", "dwelling"} {
		if label := p.InputLabel(lang, subject, code); label != code {
			return label
		}
	}
	return code
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
