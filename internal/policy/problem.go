package policy

import (
	"strings"

	"rightkey/internal/i18n"
)

// Severity says what happens to a record that has a problem.
type Severity string

// The three severities.
const (
	Reject      Severity = "reject"      // malformed: not recorded
	Provisional Severity = "provisional" // recorded, blocks benefit until it is settled
	Listed      Severity = "problem"     // recorded and listed with an owner and a due date
)

// Reason says in words what is wrong with a value: a key of Messages with its arguments, so that a page can say it in
// the reader's language. Values of special and secret items are never quoted.
type Reason struct {
	Key   string            // e.g. "item.not_number"
	Args  map[string]string // item (code), text (what was given), bound (of a range)
	Label i18n.Text         // the item's label, for {label} in the message
	Own   i18n.Text         // words of the pack itself (of a check), used instead of the message
}

// Error is the reason in English.
func (r *Reason) Error() string { return r.In("en") }

// In is the reason in a language, in English where a message is not translated.
func (r *Reason) In(lang i18n.Lang) string {
	english := []i18n.Lang{"en"}
	template := textIn(Messages[r.Key], lang, english)
	if len(r.Own) > 0 {
		template = textIn(r.Own, lang, append(english, sortedKeys(r.Own)...))
	}
	label := r.Args["item"]
	if text := textIn(r.Label, lang, english); text != "" {
		label = text
	}
	pairs := []string{"{label}", label}
	for _, name := range sortedKeys(r.Args) {
		pairs = append(pairs, "{"+name+"}", r.Args[name])
	}
	return strings.NewReplacer(pairs...).Replace(template)
}

// Problem is a reason why a subject's facts are not in order.
type Problem struct {
	Subject  string
	Item     string // code
	Severity Severity
	Reason   *Reason
}

// Error is the problem in English: item and reason.
func (p Problem) Error() string { return p.Subject + "." + p.Item + ": " + p.Reason.Error() }

// Messages are the reasons in words. {label} is the item's label, {text} what was given, {bound} the end of a range.
var Messages = map[string]i18n.Text{
	"item.unknown":        {"en": "{item} is not an item of this policy pack", "zh": "政策包中没有指标 {item}"},
	"item.missing":        {"en": "{label} is missing", "zh": "缺少{label}"},
	"item.wrong_kind":     {"en": "{label} has a value of the wrong kind", "zh": "{label}的数据类型不对"},
	"item.bad_characters": {"en": "{label} contains characters that cannot be stored", "zh": "{label}含有不能保存的字符"},
	"item.not_whole":      {"en": "{label}: {text} is not a whole number", "zh": "{label}：{text} 不是整数"},
	"item.not_number":     {"en": "{label}: {text} is not a number", "zh": "{label}：{text} 不是数字"},
	"item.not_amount":     {"en": "{label}: {text} is not an amount of money", "zh": "{label}：{text} 不是金额"},
	"item.too_fine":       {"en": "{label}: {text} is too large or has too many decimals for the currency", "zh": "{label}：{text} 过大或小数位过多"},
	"item.not_yes_no":     {"en": "{label}: {text} is neither yes nor no", "zh": "{label}：{text} 不是“是”或“否”"},
	"item.not_listed":     {"en": "{label}: {text} is not one of the answers of the list", "zh": "{label}：{text} 不在代码表中"},
	"item.ambiguous":      {"en": "{label}: {text} means several answers, use the code", "zh": "{label}：{text} 对应多个选项，请用代码"},
	"item.twice":          {"en": "{label}: {text} names an answer twice", "zh": "{label}：{text} 有重复选项"},
	"item.not_date":       {"en": "{label}: {text} is not a date (2014-06-30)", "zh": "{label}：{text} 不是日期（2014-06-30）"},
	"item.too_small":      {"en": "{label}: {text} is below {bound}", "zh": "{label}：{text} 小于 {bound}"},
	"item.too_large":      {"en": "{label}: {text} is above {bound}", "zh": "{label}：{text} 大于 {bound}"},
	"item.too_long":       {"en": "{label} is too long", "zh": "{label}过长"},
	"item.bad_length":     {"en": "{label} has a wrong number of characters", "zh": "{label}位数不对"},
	"item.bad_form":       {"en": "{label}: {text} does not have the expected form", "zh": "{label}：{text} 格式不对"},
	"item.check_digit":    {"en": "{label} has a wrong check character", "zh": "{label}校验码不对"},
	"item.check":          {"en": "{label} contradicts another item", "zh": "{label}与其他指标矛盾"},
	"item.check_failed":   {"en": "the check of {item} could not be computed: {cause}", "zh": "{item} 的校验无法计算：{cause}"},
}
