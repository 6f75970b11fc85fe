package page

import (
	"context"
	"math"
	"slices"
	"strconv"

	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// tones are the colours that packs give to a status.
var tones = map[string]web.Tone{
	"red": web.TonePoor, "green": web.ToneExited, "yellow": web.ToneReturned, "orange": web.ToneMonitored, "blue": web.ToneInfo,
}

// statusBadge is a status in the pack's word and colour.
func statusBadge(ctx context.Context, pack *policy.Pack, code string) web.Badge {
	if code == "" {
		return web.Badge{Tone: web.ToneNeutral, Text: word(ctx, "no_status")}
	}
	for _, option := range statusOptions(pack) {
		if option.Code == code {
			return web.Badge{Tone: toneOf(option), Text: option.Label.In(web.Lang(ctx))}
		}
	}
	return web.Badge{Tone: web.ToneNeutral, Text: code}
}

func toneOf(option policy.Option) web.Tone {
	if tone, ok := tones[option.Color]; ok {
		return tone
	}
	return web.ToneNeutral
}

// statusOptions are the statuses of a pack, none for no pack.
func statusOptions(pack *policy.Pack) []policy.Option {
	if pack == nil {
		return nil
	}
	item, ok := pack.Item(registry.SubjectHousehold, registry.FieldStatus)
	if !ok {
		return nil
	}
	return item.Options()
}

// label is an item's name in the reader's language, its code where the pack has none.
func label(ctx context.Context, pack *policy.Pack, subject, code string) string {
	if item, ok := pack.Item(subject, code); ok {
		if text := item.Label.In(web.Lang(ctx)); text != "" {
			return text
		}
	}
	return code
}

// fieldItem is the item of a field: the pack's, or for the program's own fields of an entry one of plain text.
func fieldItem(pack *policy.Pack, subject, code string) (*policy.Item, bool) {
	if item, ok := pack.Item(subject, code); ok {
		return item, true
	}
	entry := subject == registry.SubjectIncome || subject == registry.SubjectExpenditure
	if !entry || !slices.Contains([]string{registry.FieldPerson, registry.FieldEnded, registry.FieldEvidence}, code) {
		return nil, false
	}
	label := i18n.Text{}
	for _, language := range i18n.Languages() {
		label[language.Lang] = i18n.T(language.Lang, "registry.entry."+code)
	}
	return &policy.Item{Subject: subject, Code: code, Kind: policy.Text, Label: label}, true
}

// sectionLabel is a form section's name in the reader's language.
func sectionLabel(ctx context.Context, pack *policy.Pack, code string) string {
	for _, section := range pack.Forms {
		if section.Code == code {
			return section.Label.In(web.Lang(ctx))
		}
	}
	return word(ctx, "section.core")
}

// unitOf is what a value of the item is counted in.
func unitOf(ctx context.Context, pack *policy.Pack, item *policy.Item) string {
	if item.Kind == policy.Money {
		return pack.Currency
	}
	if item.Unit == "" {
		return ""
	}
	if item.Unit == "year" {
		return ""
	}
	key := "unit." + item.Unit
	if term := pack.Term(web.Lang(ctx), key); term != key {
		return term
	}
	return item.Unit
}

// valueText writes a value for people: numbers grouped, days and choices in words. Unknown is empty.
func valueText(ctx context.Context, pack *policy.Pack, item *policy.Item, value policy.Value) string {
	lang := web.Lang(ctx)
	switch v := value.(type) {
	case nil:
		return ""
	case int64:
		if item.Kind == policy.Money {
			return amount(lang, v, pack)
		}
		if item.Unit == "year" {
			return strconv.FormatInt(v, 10) // a year is a name, not a quantity
		}
		return i18n.Number(lang, v)
	case string:
		if item.Kind != policy.Date {
			break
		}
		if day, err := clock.ParseDay(v); err == nil {
			return i18n.Day(lang, day)
		}
	}
	if text := item.Format(lang, value); text != "" {
		return text
	}
	if text, ok := value.(string); ok {
		return text // the last characters of a secret number
	}
	return ""
}

// amount writes minor units of the pack's currency as major units.
func amount(lang i18n.Lang, minor int64, pack *policy.Pack) string {
	return i18n.Decimal(lang, float64(minor)/math.Pow10(pack.Digits), pack.Digits)
}

// placeLabel is an area with the one around it: "Reef, Cove".
func placeLabel(ctx context.Context, places map[int64]area.Area, key int64) string {
	place, ok := places[key]
	if !ok {
		return strconv.FormatInt(key, 10)
	}
	text := place.Label(web.Lang(ctx))
	if around, ok := places[place.Parent]; ok {
		text += ", " + around.Label(web.Lang(ctx))
	}
	return text
}

// options turns answers of the pack into answers of a form, after one for none.
func options(lang i18n.Lang, none string, list []policy.Option) []web.Option {
	answers := []web.Option{{Label: none}}
	for _, option := range list {
		answers = append(answers, web.Option{Value: option.Code, Label: option.Label.In(lang)})
	}
	return answers
}

// visibleItems are the items of a subject's section that the reader may see.
func visibleItems(pack *policy.Pack, subject, section string, sees func(*policy.Item) bool) []*policy.Item {
	return slices.DeleteFunc(pack.ItemsOf(subject, section), func(item *policy.Item) bool { return !sees(item) })
}

// current is the value of aria-current of a link to the present page.
func current(here bool) string {
	if here {
		return "page"
	}
	return "false"
}
