package registry

import (
	"context"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/fault"
)

// Reviewed is a submitted act as its reviewer sees it.
type Reviewed struct {
	Act  Act
	Rule ActRule
	// Plan is what the act would come to now; nil once it is decided, or where something speaks against it.
	Plan       *Plan
	Objections Objections
	// People are the persons whom the act names and the reviewer may see, by identifier.
	People map[int64]Person
}

// ReviewAct reads the act of a row of an opened change set and, while nobody has decided, works it out on the register
// as it is now.
func (s *Service) ReviewAct(ctx context.Context, scope access.Scope, set change.Set, d change.Detail) (Reviewed, error) {
	r := Reviewed{People: map[int64]Person{}}
	values := change.Values{}
	for _, f := range d.Fields {
		if f.Hidden {
			return r, nil
		}
		values[f.Name] = f.Mine
	}
	var err error
	if r.Act, err = actIn(values); err != nil {
		return r, err
	}
	h, err := s.household(ctx, scope, d.Record.ID)
	if err != nil {
		return r, err
	}
	pack, err := s.Pack(h.Area)
	if err != nil {
		return r, err
	}
	r.Rule, _ = RosterOf(pack).Find(r.Act.Code)
	if err := s.namesOf(ctx, scope, h, &r); err != nil || (set.State != change.Waiting && set.State != change.Conflict) {
		return r, err
	}
	if err := r.Act.open(d.Record.ID, d.Record.Key); err != nil {
		return r, err
	}
	plan, err := s.planned(ctx, scope, h, r.Act)
	if r.Objections = ObjectionsOf(err); err != nil && len(r.Objections) == 0 {
		return r, err
	}
	if err == nil {
		r.Plan = &plan
	}
	return r, nil
}

// namesOf finds the persons whom an act names, present members and former ones.
func (s *Service) namesOf(ctx context.Context, scope access.Scope, h Household, r *Reviewed) error {
	if !s.sees(scope, SubjectPerson, h.Area, FieldName) {
		return nil
	}
	roll, err := s.roll(ctx, scope, h)
	if err != nil {
		return err
	}
	for _, seat := range roll.Seats {
		r.People[seat.ID] = seat.Person
	}
	named := append([]int64{r.Act.Head, r.Act.NewHead}, r.Act.Persons...)
	for person := range r.Act.Relations {
		named = append(named, person)
	}
	for _, person := range named {
		if _, known := r.People[person]; known || person <= 0 {
			continue
		}
		last, err := s.lastSeat(ctx, scope, person)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		r.People[person] = last.person
	}
	return nil
}
