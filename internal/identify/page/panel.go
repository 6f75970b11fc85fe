package page

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/identify"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	registrypage "rightkey/internal/registry/page"
	"rightkey/internal/web"
)

// panelRows is how many assessments of a household its page shows.
const panelRows = 4

// Panel is the part of a household's page that says why it was found poor or not: its latest assessment with inputs,
// line and rule in words, and the ones before. The reading is journalled with that of the household.
func Panel(service *identify.Service) registrypage.Panel {
	return registrypage.Panel{First: true, Show: func(ctx context.Context, scope access.Scope, f registry.File) (templ.Component, error) {
		list, err := service.Of(ctx, scope, f.Household, panelRows)
		if err != nil || len(list) == 0 {
			return nil, err
		}
		runs := access.May(scope.Caller(), access.Statistics)
		parts := make([]templ.Component, 0, len(list))
		for i, a := range list {
			pack, known := service.Pack(a.Hash)
			if !known {
				continue
			}
			part := assessed(ctx, a, pack, runs)
			if i > 0 {
				part = web.Folded(word(ctx, "panel.before", "day", i18n.Day(web.Lang(ctx), a.Day), "verdict", word(ctx, "verdict."+string(a.Outcome)), "at", i18n.Moment(web.Lang(ctx), a.At)), false, part)
			}
			parts = append(parts, part)
		}
		return web.Box(word(ctx, "panel.title"), parts...), nil
	}}
}

// assessed is one assessment: verdict and reason in words, then the figures.
func assessed(ctx context.Context, a identify.Stored, pack *policy.Pack, runs bool) templ.Component {
	lang := web.Lang(ctx)
	verdict := web.Fact{Label: word(ctx, "verdict.title"), View: badge(ctx, a.Outcome), Note: word(ctx, "panel.on", "day", i18n.Day(lang, a.Day), "at", i18n.Moment(lang, a.At))}
	facts := []web.Fact{verdict}
	if a.Welfare != nil {
		facts = append(facts, web.Fact{Label: word(ctx, "welfare"), Value: amount(ctx, *a.Welfare, pack)})
	}
	if a.Line != nil {
		facts = append(facts, lineOf(ctx, a, pack))
	}
	rule := web.Fact{Label: word(ctx, "rule"), Value: a.Basis.Rule, Note: a.Pack + " " + a.Version}
	if known, err := identify.RuleOf(pack, a.Basis.Rule); err == nil {
		rule.Value = known.Label.In(lang)
		rule.Note = known.Source + " · " + rule.Note
	}
	if runs && a.Run != 0 {
		rule.Href = runPath(a.Run)
	}
	parts := []templ.Component{web.Facts{Items: append(facts, rule)}}
	if words := a.Reason.In(lang); words != "" {
		parts = append([]templ.Component{reason(words)}, parts...)
	}
	if len(a.Basis.Inputs)+len(a.Basis.Missing) > 0 {
		parts = append(parts, web.Folded(word(ctx, "panel.inputs"), false, inputs(ctx, a.Basis, pack)))
	}
	return web.Parts(parts...)
}

// lineOf is the line that the verdict was given by, as the pack has it.
func lineOf(ctx context.Context, a identify.Stored, pack *policy.Pack) web.Fact {
	for _, line := range pack.Lines {
		if line.Code == a.Basis.Line {
			return lineFact(ctx, pack, line)
		}
	}
	return web.Fact{Label: word(ctx, "line"), Value: amount(ctx, *a.Line, pack)}
}

// inputs are the figures that the verdict rests on and those that were missing.
func inputs(ctx context.Context, basis identify.Basis, pack *policy.Pack) web.Facts {
	lang := web.Lang(ctx)
	var facts web.Facts
	for _, code := range slices.Sorted(maps.Keys(basis.Inputs)) {
		facts.Items = append(facts.Items, web.Fact{Label: inputLabel(lang, pack, code), Value: figure(ctx, pack, basis.Inputs[code])})
	}
	for _, code := range basis.Missing {
		facts.Items = append(facts.Items, web.Fact{Label: inputLabel(lang, pack, code), Missing: true})
	}
	return facts
}

// inputLabel is what an input of the household, or of its members, is called.
func inputLabel(lang i18n.Lang, pack *policy.Pack, code string) string {
	if name := pack.InputLabel(lang, registry.SubjectHousehold, code); name != code {
		return name
	}
	return pack.InputLabel(lang, registry.SubjectPerson, code)
}

// figure writes an input with at most two decimals, in the pack's own words where the program does not speak the language.
func figure(ctx context.Context, pack *policy.Pack, value any) string {
	switch v := value.(type) {
	case float64:
		text := strconv.FormatFloat(v, 'f', 2, 64)
		_, decimals, _ := strings.Cut(strings.TrimRight(text, "0"), ".")
		return i18n.Decimal(web.Lang(ctx), v, len(decimals))
	case bool:
		code := map[bool]string{true: "yes", false: "no"}[v]
		if own, ok := pack.Terms[code][web.Lang(ctx)]; ok {
			return own
		}
		return web.T(ctx, "common."+code)
	case string:
		return v
	}
	return identify.Word(pack, web.Lang(ctx), "panel.several")
}
