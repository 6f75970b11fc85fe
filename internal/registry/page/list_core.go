package page

import (
	"context"
	"slices"
	"strings"

	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// sexItem is the pack's item of a person's sex; false where the reader's pack is not known.
func sexItem(pack *policy.Pack) (*policy.Item, bool) {
	if pack == nil {
		return nil, false
	}
	return pack.Item(registry.SubjectPerson, registry.FieldSex)
}

// coreFilters are the controls for what every country has: the size of a household and the sex of its head.
func coreFilters(ctx context.Context, s selection) []web.Field {
	number := map[string]any{"inputmode": "numeric"}
	fields := []web.Field{
		{Name: "members.min", Label: word(ctx, "list.min", "item", word(ctx, "household.members")), Value: s.query.Get("members.min"), Attributes: number},
		{Name: "members.max", Label: word(ctx, "list.max", "item", word(ctx, "household.members")), Value: s.query.Get("members.max"), Attributes: number},
	}
	if sex, ok := sexItem(s.pack); ok {
		fields = append(fields, web.Field{Name: "head_sex", Label: word(ctx, "look.by_head_sex"), Kind: web.FieldSelect, Value: s.query.Get("head_sex"),
			Options: options(web.Lang(ctx), word(ctx, "list.any"), sex.Options())})
	}
	return fields
}

// coreChips are those of them that are on.
func coreChips(ctx context.Context, s selection, add func(name, text string)) {
	if s.filter.NoStatus {
		add("nostatus", word(ctx, "no_status"))
	}
	if statuses := s.filter.NotStatus; len(statuses) > 0 {
		var labels []string
		for _, code := range statuses {
			labels = append(labels, statusBadge(ctx, s.pack, code).Text)
		}
		add("status.not", word(ctx, "list.status_not", "statuses", strings.Join(labels, " · ")))
	}
	if len(s.filter.Verdict) > 0 {
		var labels []string
		for _, verdict := range s.filter.Verdict {
			labels = append(labels, word(ctx, "list.verdict_is."+verdict))
		}
		add("verdict", word(ctx, "list.verdict", "verdicts", strings.Join(labels, " · ")))
	}
	for _, end := range []string{"min", "max"} {
		if value := s.query.Get("members." + end); value != "" {
			add("members."+end, word(ctx, "list."+end, "item", word(ctx, "household.members"))+" "+value)
		}
	}
	sex, ok := sexItem(s.pack)
	for _, value := range s.query["head_sex"] {
		text := web.T(ctx, "common.unknown")
		if ok && slices.ContainsFunc(sex.Options(), func(o policy.Option) bool { return o.Code == value }) {
			text = chosen(ctx, sex, value)
		}
		add("head_sex", word(ctx, "look.by_head_sex")+": "+text)
	}
}

// hiddenFilters are the filters that have no control of their own and that a form keeps.
func hiddenFilters(s selection) []string {
	names := []string{"closed", "nostatus", "status.not", "verdict", searchParameter}
	for name := range s.query {
		if strings.HasSuffix(name, ".none") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
