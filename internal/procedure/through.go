package procedure

import (
	"context"

	"rightkey/internal/access"
)

// Through puts a household through a procedure for another matter, such as a verdict or a lead: it returns the running
// case of it, so that a second matter joins the first, or else opens one as Open does.
func (s *Service) Through(ctx context.Context, scope access.Scope, code string, household int64) (Case, error) {
	list, err := s.List(ctx, scope, Selection{Household: household, Code: code}, Position{Due: -1}, 1)
	if err == nil && len(list) == 0 {
		list, _, err = s.Open(ctx, scope, code, []int64{household})
	}
	if err != nil {
		return Case{}, err
	}
	return list[0], nil
}

// MayOpen says whether the caller may open a procedure in an area or in a part of it.
func (s *Service) MayOpen(caller access.Caller, d *Definition, area int64) (bool, error) {
	scope, err := access.Decide(caller, access.CaseAct)
	if err != nil {
		return false, nil //nolint:nilerr // who acts in no case opens none
	}
	within := s.areas.Scheme().Range(area)
	for _, g := range caller.Holding() {
		at := area
		if within.Holds(g.Area) {
			at = g.Area
		}
		if as, err := s.capacity(scope, d.OpenedBy, at); as.Role != "" || err != nil {
			return err == nil, err
		}
	}
	return false, nil
}
