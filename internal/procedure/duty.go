package procedure

import (
	"context"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/fault"
)

// steps are what the parts of a case are called in the table of duties.
var steps = map[Part]access.Step{Record: access.CaseRecordStep, Review: access.CaseReviewStep, Approve: access.CaseApproveStep}

// waits are the roles that can take a case further from a state: by hand, by holding its sitting or hanging its notice.
func (d *Definition) waits(state string) []string {
	var roles []string
	add := func(list []Actor) {
		for _, a := range list {
			if !slices.Contains(roles, a.Role) {
				roles = append(roles, a.Role)
			}
		}
	}
	for _, t := range d.Leaving(state) {
		if end := d.State(t.To).End; end != Withdrawn {
			add(t.By)
		}
	}
	if s := d.State(state); s.Sitting != "" {
		add(d.Meeting(s.Sitting).By)
	} else if s.Notice != "" {
		add(d.Board(s.Notice).By)
	}
	return roles
}

// role is the role by which a caller may act as one of some in an area: that of a grant that holds there, at the level
// that is asked for. Empty: none.
func (s *Service) role(scope access.Scope, as []Actor, area int64) (string, error) {
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
				return g.Role, err
			}
		}
	}
	return "", nil
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

// acts as: who may take a step in a case, raised by a level where one of those who could decide has kin of the first
// degree in it.
func (s *Service) actors(ctx context.Context, d *Definition, c Case, by []Actor) ([]Actor, error) {
	if s.kin == nil {
		return by, nil
	}
	relatives, err := s.kin(ctx, c.Household)
	if err != nil {
		return nil, err
	}
	return raised(d, c, by, relatives), nil
}

func raised(d *Definition, c Case, by []Actor, relatives []Relative) []Actor {
	list := slices.Clone(by)
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

// takes says by which role the caller may take a transition of a case in which others acted before.
func (s *Service) takes(ctx context.Context, scope access.Scope, d *Definition, c Case, t *Transition, done []Done) (string, error) {
	by := t.By
	if t.Part == Review || t.Part == Approve || t.On == Dismissed || t.On == Upheld {
		var err error
		if by, err = s.actors(ctx, d, c, t.By); err != nil {
			return "", err
		}
	}
	role, err := s.role(scope, by, c.Area)
	if err != nil {
		return "", err
	}
	if role == "" {
		return "", refuse(fault.Forbidden, "role", "this step is not one of your role in this place")
	}
	step, has := steps[t.Part]
	if !has {
		step = access.CaseRecordStep
	}
	if err := access.NotOwn(scope.Caller(), step, c.Household); err != nil {
		return "", err
	}
	if has {
		if err := access.Separate(scope.Caller(), step, d.parts(c, done)...); err != nil {
			return "", err
		}
	}
	for _, one := range done {
		if slices.Contains(t.NotBy, one.Transition) && same(scope, one) {
			return "", refuse(fault.Forbidden, "not_by", "who took part in %s does not take this step", one.Transition)
		}
	}
	return role, nil
}

// same says whether the caller is who acted, by person whatever the account.
func same(scope access.Scope, one Done) bool {
	c := scope.Caller()
	return c.Account != 0 && c.Account == one.Account || c.Person != "" && c.Person == one.Holder
}

// parts are the parts that were taken in a case: opening it is recording.
func (d *Definition) parts(c Case, done []Done) []access.Did {
	list := []access.Did{{Step: access.CaseRecordStep, Account: c.Account, Person: c.Holder}}
	for _, one := range done {
		if t := d.Transition(one.Transition); t != nil && t.Part != "" {
			list = append(list, access.Did{Step: steps[t.Part], Account: one.Account, Person: one.Holder})
		}
	}
	return list
}
