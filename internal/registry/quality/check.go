package quality

import (
	"context"
	"errors"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

	"rightkey/internal/job"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// Check looks at households anew, at those that rules compare with them, and at the forms of the areas around them. It
// is what happens after a change; the whole register is looked at by a job.
func (s *Service) Check(ctx context.Context, ids []int64) error {
	_, areas, err := s.checkHouseholds(ctx, ids)
	if err != nil {
		return err
	}
	return s.checkPlaces(ctx, areas)
}

// checkHouseholds looks at households and at those that rules compare with them, and returns what changed (of
// Households only these) and the areas of the households.
func (s *Service) checkHouseholds(ctx context.Context, ids []int64) (done tally, areas []int64, err error) {
	list, err := s.registry.Found(ctx, program, ids)
	if err != nil || len(list) == 0 {
		return done, nil, err
	}
	before, err := s.fellows(ctx, list)
	if err != nil {
		return done, nil, err
	}
	if done, err = s.checkAlone(ctx, list, nil); err != nil {
		return done, nil, err
	}
	after, err := s.fellows(ctx, list)
	if err != nil {
		return done, nil, err
	}
	for rule, group := range after {
		merged := append(append(slices.Clone(ids), before[rule]...), group...)
		slices.Sort(merged)
		more, err := s.checkTogether(ctx, rule, slices.Compact(merged), everywhere, nil)
		if err != nil {
			return done, nil, err
		}
		done.Found, done.Fixed = done.Found+more.Found, done.Fixed+more.Fixed
	}
	for _, h := range list {
		areas = append(areas, h.Area)
	}
	return done, areas, nil
}

// crossRule is a rule over several households of a pack.
type crossRule struct {
	pack *policy.Pack
	rule *Rule
}

// fellows are the households that the rules of their packs compare with households, by rule.
func (s *Service) fellows(ctx context.Context, list []registry.Household) (map[crossRule][]int64, error) {
	found := map[crossRule][]int64{}
	type place struct {
		pack *policy.Pack
		home int64
	}
	groups := map[place][]int64{}
	for _, h := range list {
		e, ok, err := s.evaluator(h.Area)
		if err != nil {
			return nil, err
		}
		if ok {
			groups[place{e.pack, h.Home}] = append(groups[place{e.pack, h.Home}], h.ID)
		}
	}
	for at, ids := range groups {
		rules := RulesOf(at.pack)
		for i := range rules.List {
			rule := &rules.List[i]
			x := s.crossOf(at.pack, rule)
			if x == nil {
				continue
			}
			some, err := x.fellows(ctx, at.home, ids)
			if err != nil {
				return nil, err
			}
			key := crossRule{at.pack, rule}
			found[key] = append(found[key], some...)
		}
	}
	return found, nil
}

// saver stores how far a job got in the transaction of its work.
type saver func(ctx context.Context, tx store.Tx, done tally) error

// checkAlone decides the rules that look at one household, and stores what comes of it.
func (s *Service) checkAlone(ctx context.Context, list []registry.Household, save saver) (tally, error) {
	wholes, err := s.registry.Wholes(ctx, program, list)
	if err != nil {
		return tally{}, err
	}
	results := make([]looked, len(wholes))
	workers := min(runtime.GOMAXPROCS(0), max(1, len(wholes)/16))
	failed := make([]error, workers)
	var all sync.WaitGroup
	for n := range workers {
		all.Go(func() {
			for i := n; i < len(wholes) && failed[n] == nil; i += workers {
				store.Courtesy(ctx)
				results[i], failed[n] = s.look(wholes[i])
			}
		})
	}
	all.Wait()
	if err := errors.Join(failed...); err != nil {
		return tally{}, err
	}
	return s.settle(ctx, results, save)
}

// look decides the rules that look at one household alone.
func (s *Service) look(w registry.Whole) (looked, error) {
	one := looked{household: w.Household, covers: everything, known: everything}
	e, ok, err := s.evaluator(w.Area)
	if err != nil || !ok {
		one.covers = nothing
		return one, err
	}
	one.known = e.known
	one.covers = func(code string) bool {
		rule, found := e.rules.Find(code)
		return !found || s.crossOf(e.pack, rule) == nil
	}
	var income Welfare
	if w.Closed == nil {
		if one.findings, income, err = e.evaluate(w); err != nil {
			return one, err
		}
	}
	one.marks = s.marksOf(e.pack, e.rules, w, income)
	return one, nil
}

func nothing(string) bool { return false }

// known says whether a code is of a rule or an item that the pack still has.
func (e evaluator) known(code string) bool {
	if name, isItem := strings.CutPrefix(code, itemPrefix); isItem {
		_, err := itemOf(e.pack, name)
		return err == nil
	}
	_, ok := e.rules.Find(code)
	return ok
}

// everywhere takes every household.
func everywhere(registry.Household) bool { return true }

// checkTogether decides one rule over several households for those of ids that within takes.
func (s *Service) checkTogether(ctx context.Context, rule crossRule, ids []int64, within func(registry.Household) bool, save saver) (tally, error) {
	list, err := s.registry.Found(ctx, program, ids)
	if err != nil {
		return tally{}, err
	}
	byHome := map[int64][]int64{}
	for _, h := range list {
		byHome[h.Home] = append(byHome[h.Home], h.ID)
	}
	x := s.crossOf(rule.pack, rule.rule)
	fires := map[int64][]int64{}
	for home, some := range byHome {
		found, err := x.fires(ctx, home, some)
		if err != nil {
			return tally{}, err
		}
		maps.Copy(fires, found)
	}
	var results []looked
	for _, h := range list {
		e, ok, err := s.evaluator(h.Area)
		if err != nil {
			return tally{}, err
		}
		if !ok || e.pack != rule.pack || !within(h) {
			continue
		}
		one := looked{household: h, covers: func(code string) bool { return code == rule.rule.Code }, known: everything}
		for _, subject := range fires[h.ID] {
			kind := registry.SubjectHousehold
			if subject != 0 {
				kind = registry.SubjectPerson
			}
			if h.Closed == nil {
				one.findings = append(one.findings, rule.rule.finding(kind, subject))
			}
		}
		results = append(results, one)
	}
	if len(results) == 0 && save == nil {
		return tally{}, nil
	}
	return s.settle(ctx, results, save)
}

// counted turns what a step changed into the counts of a job: households in, those with a change, those without.
func counted(households int64, done tally) job.Counts {
	return job.Counts{In: households, Updated: done.Households, Unchanged: households - done.Households}
}
