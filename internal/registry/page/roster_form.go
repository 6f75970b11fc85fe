package page

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// askAct makes the questions of an act, with what was entered and what speaks against it.
func (p *pages) askAct(ctx context.Context, page *rosterPage, entered url.Values, objections registry.Objections) error {
	q := questions{ctx: ctx, page: page, entered: entered, objections: objections}
	page.fields = append(page.fields, q.field("day", web.FieldDate, true, nil))
	kind := page.rule.Kind
	switch kind {
	case registry.ActJoin, registry.ActReopen:
		q.newPerson()
		page.asks = p.lookAtNewcomer(page)
	case registry.ActDeath, registry.ActIdentity:
		q.members(true)
	case registry.ActLeave, registry.ActMove, registry.ActSplit, registry.ActHandOver:
		q.members(false)
	}
	switch kind {
	case registry.ActMove, registry.ActMerge:
		page.fields = append(page.fields, q.field("target", web.FieldText, true, nil))
	case registry.ActIdentity:
		page.fields = append(page.fields, q.field("new.national_id", web.FieldText, true, nil))
	case registry.ActTransfer, registry.ActHandOver:
		page.fields = append(page.fields, q.field("area", web.FieldText, true, nil))
	case registry.ActRelocate, registry.ActSplit:
		places, err := p.placesToGo(ctx, page)
		if err != nil {
			return err
		}
		asks := web.FieldSelect
		if len(places) == 1 {
			asks = web.FieldText
		}
		page.fields = append(page.fields, q.field("area", asks, kind == registry.ActRelocate, places))
	}
	q.afterwards()
	page.last = append(page.last, q.field("evidence", web.FieldText, page.rule.Evidence, nil), q.field("reason", web.FieldText, true, nil))
	page.summary = web.Summary(slices.Concat(page.fields, page.after, page.last)...)
	if page.wrong != "" {
		page.summary.Errors = append(page.summary.Errors, web.FieldError{Field: "field-persons", Text: page.about + ": " + page.wrong})
	}
	for _, o := range objections {
		if !q.told[o.Field] {
			page.summary.Errors = append(page.summary.Errors, web.FieldError{Text: o.In(web.Lang(ctx))})
		}
	}
	return nil
}

// questions makes the fields of a form.
type questions struct {
	ctx        context.Context
	page       *rosterPage
	entered    url.Values
	objections registry.Objections
	told       map[string]bool // fields of the act whose objection stands at a question
}

// field is a question of the act; its label and help are messages.
func (q *questions) field(name string, kind web.FieldKind, required bool, options []web.Option) web.Field {
	f := web.Field{Name: name, Label: word(q.ctx, "roster.field."+name), Kind: kind, Required: required, Options: options, Value: q.entered.Get(name), Autocomplete: "off"}
	f.Help = wordOr(q.ctx, "roster.help."+name, "")
	if of := wordOr(q.ctx, "roster.help_of."+string(q.page.rule.Kind)+"."+name, ""); of != "" {
		f.Help = of
	}
	f.Error = q.wrong(name)
	return f
}

// wrong is what speaks against a field.
func (q *questions) wrong(name string) string {
	text := ""
	for _, o := range q.objections {
		if o.Field != name {
			continue
		}
		if q.told == nil {
			q.told = map[string]bool{}
		}
		q.told[name] = true
		if text != "" {
			text += " "
		}
		text += o.In(web.Lang(q.ctx))
	}
	return text
}

// newPerson asks for somebody who joins: new to the register, or known by number.
func (q *questions) newPerson() {
	lang := web.Lang(q.ctx)
	pack := q.page.file.Pack
	add := func(f web.Field) { q.page.fields = append(q.page.fields, f) }
	if !q.page.rule.Newborn {
		add(q.field("known", web.FieldText, false, nil))
	}
	for _, code := range []string{registry.FieldName, registry.FieldSex, registry.FieldBirth, registry.FieldNationalID} {
		item, ok := pack.Item(registry.SubjectPerson, code)
		if !ok || code == registry.FieldBirth && q.page.rule.Newborn {
			continue
		}
		f := web.Field{Name: "new." + code, Label: item.Label.In(lang), Value: q.entered.Get("new." + code), Error: q.wrong("new." + code), Autocomplete: "off"}
		switch code {
		case registry.FieldSex:
			f.Kind, f.Options = web.FieldSelect, options(lang, word(q.ctx, "edit.unknown"), item.Options())
		case registry.FieldBirth:
			f.Kind = web.FieldDate
		}
		add(f)
	}
	add(q.relation("new1", word(q.ctx, "roster.new_relation"), ""))
}

// lookAtNewcomer has the form sent to who looks at newcomers, a moment after something of the newcomer was typed.
func (p *pages) lookAtNewcomer(page *rosterPage) templ.Attributes {
	if p.Newcomers == "" {
		return nil
	}
	var typed []string
	for _, f := range page.fields {
		if strings.HasPrefix(f.Name, "new.") || f.Name == "day" {
			typed = append(typed, "input from:#"+f.ID()+" delay:600ms")
		}
	}
	return templ.Attributes{"hx-post": p.Newcomers, "hx-trigger": strings.Join(typed, ", "), "hx-include": "closest form", "hx-vals": `{"household": "` + page.file.Number + `"}`, "hx-sync": "this:replace"}
}

// relation asks for the relation of somebody to the head afterwards.
func (q *questions) relation(of, label, now string) web.Field {
	name := "r." + of
	f := web.Field{Name: name, Label: label, Kind: web.FieldSelect, Value: q.entered.Get(name)}
	if !q.entered.Has(name) {
		f.Value = now
	}
	none := word(q.ctx, "edit.unknown")
	if of != "new1" && now == "" {
		none = word(q.ctx, "roster.as_it_is")
	}
	f.Options = []web.Option{{Label: none}}
	if item, ok := q.page.file.Pack.Item(registry.SubjectPerson, registry.FieldRelation); ok {
		for _, option := range item.Options() {
			if option.Group != registry.GroupHead {
				f.Options = append(f.Options, web.Option{Value: option.Code, Label: option.Label.In(web.Lang(q.ctx))})
			}
		}
	}
	return f
}

// members asks whom the act is about.
func (q *questions) members(single bool) {
	q.page.about, q.page.wrong = word(q.ctx, "roster.about"), q.wrong("persons")
	for i, m := range q.page.file.Members {
		check := memberCheck{id: "field-persons", number: m.Number, label: q.name(m), single: single, chosen: slices.Contains(q.entered["persons"], m.Number)}
		if i > 0 {
			check.id += "-" + m.Number
		}
		q.page.members = append(q.page.members, check)
	}
}

// name is a member's name with his relation.
func (q *questions) name(m registry.Member) string {
	label := nameOf(m)
	if item, ok := q.page.file.Pack.Item(registry.SubjectPerson, registry.FieldRelation); ok && m.Relation != "" {
		label += " · " + item.Format(web.Lang(q.ctx), m.Relation)
	}
	return label
}

// afterwards asks for heads and relations, where the act can change them.
func (q *questions) afterwards() {
	kind := q.page.rule.Kind
	heads := []web.Option{{Label: word(q.ctx, "roster.as_it_is")}}
	for _, m := range q.page.file.Members {
		heads = append(heads, web.Option{Value: m.Number, Label: q.name(m)})
	}
	add := func(f web.Field) { q.page.after = append(q.page.after, f) }
	if slices.Contains([]registry.ActKind{registry.ActDeath, registry.ActLeave, registry.ActMove, registry.ActSplit, registry.ActHandOver, registry.ActHead}, kind) {
		add(q.field("head", web.FieldSelect, kind == registry.ActHead, heads))
	}
	if kind == registry.ActSplit {
		add(q.field("new_head", web.FieldSelect, false, heads))
		q.shares()
	}
	if !slices.Contains([]registry.ActKind{registry.ActDeath, registry.ActLeave, registry.ActMove, registry.ActMerge, registry.ActSplit, registry.ActHandOver, registry.ActHead, registry.ActRelation}, kind) {
		return
	}
	q.page.evenRel = kind == registry.ActRelation || kind == registry.ActHead
	for _, m := range q.page.file.Members {
		now := ""
		if kind == registry.ActRelation {
			if m.IsHead {
				continue
			}
			now = m.Relation
		}
		add(q.relation(m.Number, word(q.ctx, "roster.relation_of", "name", nameOf(m)), now))
	}
}

// shares asks what a split divides besides the members.
func (q *questions) shares() {
	add := func(f web.Field) { q.page.fields = append(q.page.fields, f) }
	house := q.field("dwelling", web.FieldSelect, false, []web.Option{{Label: word(q.ctx, "roster.house_stays")}, {Value: "goes", Label: word(q.ctx, "roster.house_goes")}})
	add(house)
	for _, code := range registry.RosterOf(q.page.file.Pack).Shares {
		item, ok := q.page.file.Pack.Item(registry.SubjectHousehold, code)
		held := q.page.file.Facts[code]
		if !ok || held == nil {
			continue
		}
		name := "share." + code
		lang := web.Lang(q.ctx)
		add(web.Field{Name: name, Label: word(q.ctx, "roster.share_of", "item", item.Label.In(lang)), Help: word(q.ctx, "roster.share_help", "held", item.Format(lang, held)),
			Value: q.entered.Get(name), Error: q.wrong("shares"), Unit: unitOf(q.ctx, q.page.file.Pack, item), Autocomplete: "off", Attributes: map[string]any{"inputmode": "decimal"}})
	}
}

// mostPlaces is from how many places on the place is asked by its code.
const mostPlaces = 800

// placesToGo are the places of the household's county at the level at which it lives.
func (p *pages) placesToGo(ctx context.Context, page *rosterPage) ([]web.Option, error) {
	list := []web.Option{{Label: word(ctx, "roster.as_it_is")}}
	places, err := p.Registry.Neighbours(ctx, page.scope, page.file.Household, mostPlaces)
	if err != nil {
		return nil, err
	}
	for _, place := range places {
		list = append(list, web.Option{Value: place.Code, Label: place.Label(web.Lang(ctx)) + " · " + place.Code})
	}
	return list, nil
}
