package procedure

import (
	"context"
	"errors"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/fault"
)

// steps are what the parts of a case are called in the table of duties.
var steps = map[Part]access.Step{Record: access.CaseRecordStep, Review: access.CaseReviewStep, Approve: access.CaseApproveStep}

// waits are the roles that can take a case further from its state: by hand, by holding its sitting or hanging its notice;
// one level higher where relatives of its household would decide.
func (d *Definition) waits(c Case, relatives []Relative) []string {
	var roles []string
	add := func(list []Actor) {
		for _, a := range list {
			if !slices.Contains(roles, a.Role) {
				roles = append(roles, a.Role)
			}
		}
	}
	for _, t := range d.Leaving(c.State) {
		if end := d.State(t.To).End; end != Withdrawn {
			add(raised(d, c, t, relatives))
		}
	}
	if s := d.State(c.State); s.Sitting != "" {
		add(d.Meeting(s.Sitting).By)
	} else if s.Notice != "" {
		add(d.Board(s.Notice).By)
	}
	return roles
}

// capacity is how a caller may act as one of some in an area: by a grant that holds there, at the level that is asked
// for, an own one before that of somebody who is away. Its role is empty where none does.
func (s *Service) capacity(scope access.Scope, as []Actor, area int64) (access.Capacity, error) {
	for _, g := range scope.Caller().Holding() {
		if !g.Holds(area) || !scope.Holds(area) {
			continue
		}
		for _, a := range as {
			if a.Role != g.Role {
				continue
			}
			at, err := s.atLevel(g.Area, a.Level, area)
			if at || err != nil {
				return scope.Caller().As(g), err
			}
		}
	}
	return access.Capacity{}, nil
}

// atLevel says whether a grant's area is of a level of the pack in use, or no level is asked for.
func (s *Service) atLevel(granted int64, level string, area int64) (bool, error) {
	if level == "" {
		return true, nil
	}
	_, pack, err := s.At(area)
	if err != nil || granted == 0 {
		return false, err
	}
	depth := s.areas.Scheme().Level(granted)
	return depth >= 1 && depth <= len(pack.Levels) && pack.Levels[depth-1].Code == level, nil
}

// relatives are the officials who are related to a household.
func (s *Service) relatives(ctx context.Context, household int64) ([]Relative, error) {
	if s.kin == nil {
		return nil, nil
	}
	return s.kin(ctx, household)
}

// raised is who may take a transition of a case: where it decides, and one of those who could take it has kin of the first
// degree in the case, the role above.
func raised(d *Definition, c Case, t *Transition, relatives []Relative) []Actor {
	list := slices.Clone(t.By)
	if t.Part != Review && t.Part != Approve && t.On != Dismissed && t.On != Upheld {
		return list
	}
	for i, a := range list {
		for above, known := d.Kin.Above[list[i].Role]; known && decides(d, c, list[i].Role, relatives); above, known = d.Kin.Above[list[i].Role] {
			list[i] = Actor{Role: above, Pos: a.Pos}
		}
	}
	return list
}

// decides says whether kin of the first degree hold the role over the case.
func decides(d *Definition, c Case, role string, relatives []Relative) bool {
	return slices.ContainsFunc(relatives, func(r Relative) bool {
		return slices.Contains(d.Kin.First, r.Relation) && slices.ContainsFunc(r.Grants, func(g access.Grant) bool { return g.Role == role && g.Holds(c.Area) })
	})
}

// Offer is a step that a role of the caller's takes from where a case is.
type Offer struct {
	*Transition
	Barred *fault.Error // why the caller does not take it all the same; nil: nothing is in the way
}

// Offers are the steps by hand that roles of the caller's take from where a case is, in the order of the definition.
func (s *Service) Offers(ctx context.Context, scope access.Scope, f File) ([]Offer, error) {
	d, err := s.Definition(f.Case)
	if err != nil {
		return nil, err
	}
	relatives, err := s.relatives(ctx, f.Household)
	if err != nil {
		return nil, err
	}
	var offers []Offer
	for _, t := range d.Leaving(f.State) {
		as, err := s.capacity(scope, raised(d, f.Case, t, relatives), f.Area)
		if err != nil {
			return nil, err
		}
		if as.Role == "" || t.automatic() || !t.back(f.Hangs) {
			continue
		}
		offer := Offer{Transition: t}
		if err := barred(as, d, f.Case, t, f.Acts); err != nil && !errors.As(err, &offer.Barred) {
			return nil, err
		}
		offers = append(offers, offer)
	}
	return offers, nil
}

// takes says how the caller may take a transition of a case in which others acted before.
func (s *Service) takes(ctx context.Context, scope access.Scope, d *Definition, c Case, t *Transition, done []Done) (access.Capacity, error) {
	relatives, err := s.relatives(ctx, c.Household)
	if err != nil {
		return access.Capacity{}, err
	}
	as, err := s.presides(scope, raised(d, c, t, relatives), c.Area)
	if err != nil {
		return access.Capacity{}, err
	}
	return as, barred(as, d, c, t, done)
}

// barred says why a caller with the role for a transition does not take it in this case: it is their own, or their part
// in it was another, or they took it already.
func barred(as access.Capacity, d *Definition, c Case, t *Transition, done []Done) error {
	step, has := steps[t.Part]
	if !has {
		step = access.CaseRecordStep
	}
	if err := access.NotOwn(as, step, c.Household); err != nil {
		return err
	}
	taken := d.taken(c, done)
	if has {
		if err := access.Separate(as, step, taken...); err != nil {
			return err
		}
	}
	for _, one := range done {
		if slices.Contains(t.NotBy, one.Transition) && access.Took(as, d.did(one), taken...) {
			return refuse(fault.Forbidden, "not_by", "who took part in %s does not take this step", one.Transition)
		}
	}
	if slices.ContainsFunc(agreed(t, done), func(one Done) bool { return access.Took(as, d.did(one), taken...) }) {
		return refuse(fault.Forbidden, "twice", "another person has to take this step too")
	}
	return nil
}

// agreed are the acts by which others took a step that waits for more of them.
func agreed(t *Transition, done []Done) []Done {
	var found []Done
	for i := len(done) - 1; i >= 0 && done[i].To == ""; i-- {
		if done[i].Transition == t.Code {
			found = append(found, done[i])
		}
	}
	return found
}

// taken are the steps that were taken in a case: opening it is recording.
func (d *Definition) taken(c Case, done []Done) []access.Did {
	list := []access.Did{{Step: access.CaseRecordStep, Account: c.Account, Person: c.Holder}}
	for _, one := range done {
		list = append(list, d.did(one))
	}
	return list
}

// did is who took a step, and as which part of the case, none for steps that go with every part.
func (d *Definition) did(one Done) access.Did {
	by := access.Did{Account: one.Account, Person: one.Holder}
	if t := d.Transition(one.Transition); t != nil {
		by.Step = steps[t.Part]
	}
	return by
}
