package registry

import (
	"context"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/office"
)

// ToAssign finds the households with these numbers in scope, for an assignment. A NotFound fault names none of them:
// what is out of scope is absent.
func (s *Service) ToAssign(ctx context.Context, scope access.Scope, numbers []string) ([]office.Assignment, error) {
	var found []office.Assignment
	for _, number := range numbers {
		id, ok := ParseNumber(number)
		if !ok {
			return nil, fault.New(fault.Invalid, "this is not a household number (its last digit is a check digit)").With(0, "households", "is not a household number")
		}
		h, err := s.household(ctx, scope, id)
		if err != nil {
			return nil, err
		}
		found = append(found, office.Assignment{Home: h.Home, Household: h.ID, Area: h.Area})
	}
	if len(found) == 0 {
		return nil, fault.New(fault.Invalid, "give at least one household number").With(0, "households", "is empty")
	}
	return found, nil
}

// Declare notes that the household or person with this number is the caller's own or kin; see office.Service.Declare.
// Whether there is such a record is not said.
func (s *Service) Declare(ctx context.Context, c access.Caller, o *office.Service, number, relation string) error {
	id, ok := ParseNumber(number)
	if !ok {
		return fault.New(fault.Invalid, "this is not the number of a household or person (its last digit is a check digit)").With(0, "number", "is not a number")
	}
	home, err := s.journal.Ids().Home(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return o.Declare(ctx, c, office.Declared{Home: home, SubjectKind: "record", Subject: id, Relation: relation})
}
