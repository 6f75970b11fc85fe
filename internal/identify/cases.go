package identify

import (
	"context"
	"fmt"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// CaseWords are what conditions of procedures see of a case of this room besides the household: its newest assessment
// (verdict: poor, not_poor or unknown; category: of the pack), for how many whole months it has had its status, and how
// many more persons may be registered where it lives under the quota once it is.
var CaseWords = procedure.Words{Figures: []string{"quota_left", "status_months"}, Texts: []string{"verdict", "category"}, Judges: SectionName}

// caseKinds are the kinds of case that decide who is registered as poor.
var caseKinds = []string{"identification", "exit", "adjustment"}

// Decide gives the cases of this room their effects: a decided case writes the household's status.
func (s *Service) Decide(cases *procedure.Service) {
	for _, kind := range caseKinds {
		cases.Register(kind, caseEffect{s})
	}
}

// CaseSubjects returns the households in scope that cases can be about.
func CaseSubjects(r *registry.Service) func(context.Context, access.Scope, []int64) ([]procedure.Subject, error) {
	return func(ctx context.Context, scope access.Scope, ids []int64) ([]procedure.Subject, error) {
		found, err := r.Found(ctx, scope, ids)
		if err != nil {
			return nil, err
		}
		list := make([]procedure.Subject, len(found))
		for i, h := range found {
			list[i] = procedure.Subject{Home: h.Home, ID: h.ID, Area: h.Area, Number: h.Number, Closed: h.Closed != nil}
		}
		return list, nil
	}
}

// groupItem is the item of a household that says in which part of the village it lives.
const groupItem = "group_name"

type caseEffect struct{ s *Service }

// Facts gathers the households with their parts and newest assessments.
func (e caseEffect) Facts(ctx context.Context, scope access.Scope, pack *policy.Pack, ids []int64) (map[int64]procedure.Facts, error) {
	s := e.s
	found, err := s.registry.Found(ctx, scope, ids)
	if err != nil {
		return nil, err
	}
	wholes, err := s.registry.Wholes(ctx, scope, found)
	if err != nil {
		return nil, err
	}
	left, err := s.quotaLeft(ctx, scope, pack, found)
	if err != nil {
		return nil, err
	}
	places := map[int64]string{}
	facts := map[int64]procedure.Facts{}
	for _, w := range wholes {
		if _, known := places[w.Area]; !known {
			place, err := s.areas.Get(ctx, scope, w.Area)
			if err != nil {
				return nil, err
			}
			places[w.Area] = place.Label(pack.Languages[0])
		}
		inputs := caseInputs(pack, w)
		if err := s.judged(ctx, scope, w.Home, w.ID, inputs); err != nil {
			return nil, err
		}
		inputs["status_months"] = float64(monthsSince(w.Since, s.today()))
		if n, has := left[w.ID]; has {
			inputs["quota_left"] = float64(n)
		}
		public := map[string]string{"name": w.HeadName, "village": places[w.Area], "members": strconv.Itoa(w.Members)}
		public["group"], _ = w.Facts[groupItem].(string)
		if code, has := inputs["category"].(string); has {
			category, _ := SectionOf(pack).Category(code)
			public["category"] = category.Label.In(pack.Languages[0])
		}
		facts[w.ID] = procedure.Facts{Number: w.Number, Inputs: inputs, Public: public}
	}
	return facts, nil
}

// caseInputs are what conditions see of a household.
func caseInputs(pack *policy.Pack, w registry.Whole) map[string]any {
	facts := policy.Facts{"members": int64(w.Members)}
	for code, value := range w.Facts {
		facts[code] = value
	}
	inputs := pack.Inputs("household", facts)
	list := func(subject string, parts []registry.WholePart) []map[string]any {
		all := []map[string]any{}
		for _, part := range parts {
			all = append(all, pack.Inputs(subject, part.Facts))
		}
		return all
	}
	inputs["people"], inputs["dwellings"] = list("person", w.People), list("dwelling", w.Dwellings)
	return inputs
}

// monthsSince is how many whole months have passed since a day.
func monthsSince(from, to clock.Day) int {
	y, m, _ := from.Civil()
	toY, toM, _ := to.Civil()
	months := 12*(toY-y) + toM - m
	if from.AddMonths(months) > to {
		months--
	}
	return max(months, 0)
}

// judged adds what a household's newest assessment says, where there is one that counts.
func (s *Service) judged(ctx context.Context, scope access.Scope, home, household int64, inputs map[string]any) error {
	type newest struct{ verdict, category string }
	found, err := store.All(ctx, s.db.In(scope), "SELECT verdict, category FROM assessment WHERE {checked} AND home = $1 AND household = $2 AND trial = 0 ORDER BY id DESC LIMIT 1", []any{home, household},
		func(r store.Rows, n *newest) error { return r.Scan(&n.verdict, &n.category) })
	if err != nil {
		return fmt.Errorf("read the newest assessment of a household: %w", err)
	}
	for _, n := range found {
		inputs["verdict"], inputs["category"] = n.verdict, n.category
	}
	return nil
}

// Reached writes the status that a state stands for, and the assessment that it asks for.
func (e caseEffect) Reached(ctx context.Context, scope access.Scope, household int64, does procedure.Does, on clock.Day) (func(context.Context, store.Tx) error, []journal.Entry, error) {
	decided, entries, err := e.s.registry.Decided(ctx, scope, household, does.Effect, does.Answers, on)
	if err != nil {
		return nil, nil, fmt.Errorf("write the status that was decided: %w", err)
	}
	if does.Judge == "" {
		return decided, entries, nil
	}
	row, entry, err := e.s.atOnce(ctx, scope, household, does, on)
	if err != nil {
		return nil, nil, fmt.Errorf("judge a household at once: %w", err)
	}
	return func(ctx context.Context, tx store.Tx) error {
		if decided != nil {
			if err := decided(ctx, tx); err != nil {
				return err
			}
		}
		return tx.Bulk(ctx, "assessment", assessmentColumns, [][]any{row})
	}, append(entries, entry), nil
}

// atOnce judges one household outside a run, by the rule that its case asks for.
func (s *Service) atOnce(ctx context.Context, scope access.Scope, household int64, does procedure.Does, on clock.Day) ([]any, journal.Entry, error) {
	pack, known := s.packs.Get(does.Pack)
	if !known {
		return nil, journal.Entry{}, fmt.Errorf("the pack %s of a case is not installed", does.Pack)
	}
	y, _, _ := on.Civil()
	one, err := s.registry.CaseOf(ctx, scope, household, clock.Date(y, 1, 1), clock.Date(y, 12, 31))
	if err != nil {
		return nil, journal.Entry{}, err
	}
	return s.assessed(ctx, scope, one, pack, RunArgs{Day: on, Rule: does.Judge}, 0, s.journal.Clock().Now())
}
