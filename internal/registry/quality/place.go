package quality

import (
	"context"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// placeChunk is how many areas one transaction of a run is about.
const placeChunk = 50

// form is the record of an area with a form, as far as the rules need it. Its problems bear its identifier in the
// place of a household's.
type form struct{ home, id, area, ver int64 }

func scanForm(r store.Rows, f *form) error { return r.Scan(&f.home, &f.id, &f.area, &f.ver) }

// AboutPlace says whether a problem is about an area and what its form states, not about a household or a part of one.
func (p Problem) AboutPlace() bool {
	return p.SubjectKind != registry.SubjectHousehold && p.Subject == 0
}

// owner is the kind of subject to whose history the problem belongs.
func (p Problem) owner() string {
	if p.AboutPlace() {
		return p.SubjectKind
	}
	return registry.SubjectHousehold
}

// around are areas and all that lie around them, each once.
func around(scheme area.Scheme, keys []int64) []int64 {
	var all []int64
	for _, key := range keys {
		for ; key != 0; key = scheme.Parent(key) {
			all = append(all, key)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// checkPlaces looks at the forms of areas and of those around them.
func (s *Service) checkPlaces(ctx context.Context, keys []int64) error {
	all := around(s.registry.Areas().Scheme(), keys)
	for chunk := range slices.Chunk(all, crossChunk) {
		args := store.Padded(chunk)
		forms, err := store.All(ctx, s.db.In(program), "SELECT home, id, area, ver FROM place WHERE {checked} AND area IN ("+store.In(1, len(args))+") ORDER BY id", args, scanForm)
		if err != nil {
			return fmt.Errorf("read forms of areas: %w", err)
		}
		if _, err := s.compareForms(ctx, forms, nil); err != nil {
			return err
		}
	}
	return nil
}

// compareForms decides the rules that look at what the forms of areas state, and stores what comes of it.
func (s *Service) compareForms(ctx context.Context, forms []form, save saver) (tally, error) {
	var results []looked
	for _, f := range forms {
		one, ok, err := s.compareForm(ctx, f)
		if err != nil {
			return tally{}, err
		}
		if ok {
			results = append(results, one)
		}
	}
	if len(results) == 0 && save == nil {
		return tally{}, nil
	}
	return s.settle(ctx, results, save)
}

// compareForm decides the rules on the newest answers of an area's form and on what the register counts there now;
// false where no pack is in use or its levels changed, so that nothing can be said.
func (s *Service) compareForm(ctx context.Context, f form) (looked, bool, error) {
	e, ok, err := s.evaluator(f.area)
	if err != nil || !ok {
		return looked{}, false, err
	}
	one := looked{household: registry.Household{Home: f.home, ID: f.id, Area: f.area, Ver: f.ver}, covers: everything, known: e.known}
	at, err := s.registry.Place(ctx, program, f.area, 0)
	if fault.Is(err, fault.NotFound) {
		return one, false, nil
	}
	if err != nil {
		return one, false, err
	}
	one.kind = at.Kind
	rules := e.rules.stating(at.Kind)
	if len(rules) == 0 {
		return one, true, nil
	}
	counted, err := s.registry.Tally(ctx, program, f.area)
	if err != nil {
		return one, false, err
	}
	for _, stated := range at.Compare(counted) {
		for _, rule := range rules {
			if rule.Item == at.Kind+"."+stated.Item.Code && stated.Differs(rule.Above) {
				one.findings = append(one.findings, rule.finding(at.Kind, 0))
			}
		}
	}
	return one, true, nil
}

// stating are the rules on figures that the forms of a level state.
func (r *Rules) stating(kind string) []*Rule {
	var found []*Rule
	for i := range r.List {
		if rule := &r.List[i]; rule.Kind == StatedFigure && rule.about() == kind {
			found = append(found, rule)
		}
	}
	return found
}

// OfPlace returns the problems of an area's form that are not over, for who may list its households: a problem tells
// something of what the register counts.
func (s *Service) OfPlace(ctx context.Context, scope access.Scope, at registry.Place) ([]Problem, error) {
	if at.ID == 0 {
		return nil, nil
	}
	q := s.condition(scope, Filter{Household: at.ID, States: append(slices.Clone(Unsettled), Accepted)}, "")
	q.parts = append(q.parts, "p.home = "+q.bind(at.Home))
	return s.read(ctx, q, " ORDER BY p.due, p.id")
}

// places looks at the next forms of areas in a run's scope.
func (r *runner) places(ctx context.Context) (bool, error) {
	forms, err := store.All(ctx, r.s.db.In(r.scope), "SELECT home, id, area, ver FROM place WHERE {place area} AND id > $1 ORDER BY id LIMIT $2", []any{r.at.Last, placeChunk}, scanForm)
	if err != nil || len(forms) == 0 {
		return false, err
	}
	next := r.at
	next.Last = forms[len(forms)-1].id
	done, err := r.s.compareForms(ctx, forms, r.save(&next, 0))
	if err == nil {
		r.step(next, 0, done)
	}
	return true, err
}

// decodeStated reads what a rule on a stated figure needs.
func (s ruleSchema) decodeStated(p *policy.Pack, rule *Rule) error {
	item, err := itemOf(p, s.Item)
	switch {
	case err != nil:
		return err
	case item.Counts == "" || !registry.IsPlace(p, item.Subject):
		return fmt.Errorf("item %q is not a figure of an area's form that the register counts itself", s.Item)
	case rule.Severity != policy.Listed:
		return fmt.Errorf("what an area's form states blocks nobody's benefit: severity must be problem")
	}
	rule.Fields, rule.Class = []string{s.Item}, openClass(item)
	if rule.Fix == "" {
		rule.Fix = s.Item
	}
	return s.above(rule)
}
