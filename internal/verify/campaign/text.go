package campaign

import (
	"context"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
)

// VisitText is a visit as people and programs write it.
type VisitText struct {
	Number  string
	Day     clock.Day
	Outcome Outcome
	Verdict Verdict
	Welfare string            // in units of the pack's currency; empty: not said
	Answers map[string]string // by code of the item; an empty one was not asked
	Key     string
	Way     Way
}

// RecordText is Record of what somebody wrote.
func (s *Service) RecordText(ctx context.Context, scope access.Scope, campaign int64, text VisitText) (Task, error) {
	c, team, err := s.going(ctx, scope, campaign)
	if err != nil {
		return Task{}, err
	}
	d, pack, err := s.DesignOf(c)
	if err != nil {
		return Task{}, err
	}
	v, err := text.read(d, pack)
	if err != nil {
		return Task{}, err
	}
	return s.record(ctx, scope, c, team, v)
}

// read turns what was written into a visit; what cannot be read is an Invalid fault that names the field.
func (t VisitText) read(d *Design, pack *policy.Pack) (Visit, error) {
	v := Visit{Number: t.Number, Day: t.Day, Outcome: t.Outcome, Verdict: t.Verdict, Answers: policy.Facts{}, Key: t.Key, Way: t.Way}
	if strings.TrimSpace(t.Welfare) != "" {
		amount, ok := registry.ParseAmount(pack, t.Welfare)
		if !ok {
			return v, invalid("welfare", "welfare", "this is no amount")
		}
		v.Welfare = amount
	}
	for code, answer := range t.Answers {
		at := slices.IndexFunc(d.Items, func(i *policy.Item) bool { return i.Code == code })
		if at < 0 {
			return v, invalid(code, "item", "this is not asked in the campaign")
		}
		if strings.TrimSpace(answer) == "" {
			continue
		}
		value, err := d.Items[at].Parse(answer)
		if err != nil {
			return v, invalid(code, "answer", "this is no answer to the question")
		}
		v.Answers[code] = value
	}
	return v, nil
}
