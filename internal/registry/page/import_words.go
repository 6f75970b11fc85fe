package page

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// freeConstants is how many empty lines for constants the form offers.
const freeConstants = 2

// constant is a line of the form: a field of the register and the value that every row gets.
type constant struct{ target, value web.Field }

// constantsOf makes the lines of the constants that a mapping has, and empty ones.
func constantsOf(ctx context.Context, targets []web.Option, m registry.Mapping) []constant {
	names := make([]string, 0, len(m.Constants)+freeConstants)
	for name := range m.Constants {
		names = append(names, name)
	}
	slices.Sort(names)
	names = append(names, make([]string, freeConstants)...)
	lines := make([]constant, len(names))
	none := append([]web.Option{{Label: word(ctx, "import.map.none")}}, targets[1:]...)
	for i, name := range names {
		n := strconv.Itoa(i)
		lines[i] = constant{
			web.Field{Name: "constant." + n, IDPrefix: "map-", Label: word(ctx, "import.constant.field", "n", i+1), Kind: web.FieldSelect, Value: name, Options: none},
			web.Field{Name: "constant-value." + n, IDPrefix: "map-", Label: word(ctx, "import.constant.value", "n", i+1), Value: m.Constants[name]},
		}
	}
	return lines
}

// sentConstants reads the lines of constants from a form.
func sentConstants(form url.Values) map[string]string {
	constants := map[string]string{}
	for name, values := range form {
		n, ok := strings.CutPrefix(name, "constant.")
		target := strings.TrimSpace(values[0])
		if value := strings.TrimSpace(form.Get("constant-value." + n)); ok && target != "" && value != "" {
			constants[target] = value
		}
	}
	return constants
}

// translation is a column whose words are not those of the pack, and what each stands for.
type translation struct {
	column string
	item   string
	words  []web.Field
}

// translationsOf asks, for each column that goes to a list of answers, what those of the file's words mean that the
// pack does not know, and shows those that were translated before.
func translationsOf(ctx context.Context, pack *policy.Pack, im registry.Import, m registry.Mapping, words map[string][]string) []translation {
	lang := web.Lang(ctx)
	var list []translation
	for at, column := range im.Header {
		to, mapped := m.Columns[column]
		item, coded := m.Coded(pack, to)
		if !mapped || !coded {
			continue
		}
		t := translation{column: column, item: item.Label.In(lang)}
		for i, text := range words[column] {
			value, translated := m.Values[column][text]
			if _, err := item.Parse(text); err == nil && !translated {
				continue
			}
			t.words = append(t.words, web.Field{Name: wordName(at, i), IDPrefix: "map-", Label: text, Kind: web.FieldSelect, Value: value, Options: answersOf(ctx, item)})
		}
		if len(t.words) > 0 {
			list = append(list, t)
		}
	}
	return list
}

func wordName(column, i int) string { return "word." + strconv.Itoa(column) + "." + strconv.Itoa(i) }

// answersOf are the answers of an item as choices.
func answersOf(ctx context.Context, item *policy.Item) []web.Option {
	lang := web.Lang(ctx)
	none := word(ctx, "import.words.none")
	if item.Kind == policy.Bool {
		return []web.Option{{Label: none}, {Value: "true", Label: item.Format(lang, true)}, {Value: "false", Label: item.Format(lang, false)}}
	}
	return options(lang, none, item.Options())
}

// sentWords puts the translations of a form into a mapping.
func sentWords(form url.Values, im registry.Import, m *registry.Mapping, words map[string][]string) {
	for at, column := range im.Header {
		for i, text := range words[column] {
			if !form.Has(wordName(at, i)) {
				continue
			}
			value := strings.TrimSpace(form.Get(wordName(at, i)))
			if value == "" {
				delete(m.Values[column], text)
				continue
			}
			if m.Values == nil {
				m.Values = map[string]map[string]string{}
			}
			if m.Values[column] == nil {
				m.Values[column] = map[string]string{}
			}
			m.Values[column][text] = value
		}
	}
}
