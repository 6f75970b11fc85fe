package page

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// editField is one question with the value that was shown, which the form sends along: only what differs from it is
// changed.
type editField struct {
	web.Field
	multi []multiOption // of a question with several answers
	base  string
}

// multiOption is one answer of several.
type multiOption struct {
	web.Option
	chosen bool
}

// field is the question of an item.
func (s subject) field(ctx context.Context, item *policy.Item, text, base string) editField {
	lang := web.Lang(ctx)
	f := editField{base: base, Field: web.Field{Name: "f." + item.Code, Label: item.Label.In(lang), Help: item.Help.In(lang), Value: text, Unit: unitOf(ctx, s.file.Pack, item), Autocomplete: "off"}}
	if item.Protected {
		f.Help = strings.TrimSpace(f.Help + " " + word(ctx, "edit.second_person"))
	}
	f.Field.Required = item.Required && item.Core
	switch item.Kind {
	case policy.Choice:
		f.Kind, f.Options = web.FieldSelect, options(lang, word(ctx, "edit.unknown"), item.Options())
	case policy.Bool:
		f.Kind, f.Options = web.FieldRadio, []web.Option{{Value: "true", Label: item.Format(lang, true)}, {Value: "false", Label: item.Format(lang, false)}, {Label: web.T(ctx, "common.unknown")}}
	case policy.Date:
		f.Kind = web.FieldDate
	case policy.Int:
		f.Attributes = map[string]any{"inputmode": "numeric"}
	case policy.Decimal, policy.Money:
		f.Attributes = map[string]any{"inputmode": "decimal"}
	case policy.Multi:
		for _, option := range item.Options() {
			chosen := slices.Contains(strings.Split(text, ";"), option.Code)
			f.multi = append(f.multi, multiOption{web.Option{Value: option.Code, Label: option.Label.In(lang)}, chosen})
		}
	}
	return f
}

// multiID is the identifier of answer i of several; the first has the field's own, to which error summaries link.
func multiID(f editField, i int) string {
	if i == 0 {
		return f.ID()
	}
	return f.ID() + "-" + strconv.Itoa(i)
}

// multiDescribed ties the error of several answers to each of them.
func multiDescribed(f editField) templ.Attributes {
	if f.Error == "" {
		return nil
	}
	return templ.Attributes{"aria-describedby": f.ID() + "-error", "aria-invalid": "true"}
}

// answer is what a form says about one item.
type answer struct {
	item       *policy.Item
	text, base string
	value      policy.Value
	wrong      string
}

// changed says whether the answer differs from what was shown.
func (a answer) changed() bool { return a.text != a.base }

// answers reads the form.
func (s subject) answers(ctx context.Context, form url.Values, section string) []answer {
	var list []answer
	for _, item := range s.items(section) {
		name := "f." + item.Code
		if !form.Has(name) && !form.Has("b."+item.Code) {
			continue
		}
		a := answer{item: item, text: strings.TrimSpace(strings.Join(asked(form)[name], ";")), base: form.Get("b." + item.Code)}
		value, err := item.Parse(a.text)
		var reason *policy.Reason
		switch {
		case errors.As(err, &reason):
			a.wrong = reason.In(web.Lang(ctx))
		case err != nil:
			a.wrong = err.Error()
		default:
			a.value = value
			a.text = registry.CellText(item, value)
		}
		if a.wrong == "" && a.value == nil && item.Core && item.Required {
			a.wrong = (&policy.Reason{Key: "missing", Label: item.Label, Args: map[string]string{"item": item.Code}}).In(web.Lang(ctx))
		}
		list = append(list, a)
	}
	return list
}
