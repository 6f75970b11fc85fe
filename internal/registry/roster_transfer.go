package registry

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/store"
)

// Transfer is a household that its county hands over to another and that the other has not accepted yet. Until then
// the household stays where it is, under the eyes of its old county alone; the receiving county sees of it what it
// needs in order to decide.
type Transfer struct {
	Set      int64 // the change set that waits
	Home     int64
	ID       int64 // of the household
	Number   string
	Members  int
	From, To int64 // areas
	Asked    clock.Time
}

const transferColumns = `SELECT t.set_id, t.home, t.household, h.number, h.members, t.from_area, t.to_area, t.asked
	FROM transfer t JOIN change_set c ON c.id = t.set_id JOIN household h ON h.home = t.home AND h.id = t.household
	WHERE c.state IN ('waiting', 'conflict') AND {scope t.to_area}`

func scanTransfer(r store.Rows, t *Transfer) error {
	return r.Scan(&t.Set, &t.Home, &t.ID, &t.Number, &t.Members, &t.From, &t.To, (*int64)(&t.Asked))
}

// Transfers lists the households that wait to be accepted into the scope, oldest first.
func (s *Service) Transfers(ctx context.Context, scope access.Scope, limit int) ([]Transfer, error) {
	found, err := store.All(ctx, s.db.In(scope), transferColumns+" ORDER BY t.set_id LIMIT $1", []any{limit}, scanTransfer)
	if err != nil {
		return nil, fmt.Errorf("list transfers: %w", err)
	}
	return found, nil
}

// transfer finds a transfer that waits to be accepted into the scope, and the scope with which to decide on it.
func (s *Service) transfer(ctx context.Context, scope access.Scope, set int64) (Transfer, access.Scope, error) {
	found, err := store.All(ctx, s.db.In(scope), transferColumns+" AND t.set_id = $1", []any{set}, scanTransfer)
	if err != nil {
		return Transfer{}, scope, fmt.Errorf("read a transfer: %w", err)
	}
	if len(found) == 0 {
		return Transfer{}, scope, fault.New(fault.NotFound, "no such transfer")
	}
	t := found[0]
	return t, scope.Receiving(s.areas.Scheme().Range(t.From), t.To), nil
}

// OpenTransfer returns a transfer with its change set and what the act comes to, and journals that it was read. It
// returns a NotFound fault for one that is not for the scope or is decided.
func (s *Service) OpenTransfer(ctx context.Context, scope access.Scope, id int64) (Transfer, change.Set, Reviewed, error) {
	t, wide, err := s.transfer(ctx, scope, id)
	if err != nil {
		return t, change.Set{}, Reviewed{}, err
	}
	set, details, err := s.OpenChange(ctx, wide, t.Set)
	if err != nil {
		return t, set, Reviewed{}, err
	}
	if len(details) != 1 {
		return t, set, Reviewed{}, fault.New(fault.Internal, "a transfer is about one household")
	}
	reviewed, err := s.ReviewAct(ctx, wide, set, details[0])
	return t, set, reviewed, err
}

// AcceptTransfer takes the household over: from then on the receiving county sees it with its history, and the old one
// no longer does. ver is the version of the set that was read. The caller is another person than who asked.
func (s *Service) AcceptTransfer(ctx context.Context, scope access.Scope, id, ver int64, comment string) (change.Set, error) {
	t, wide, err := s.transfer(ctx, scope, id)
	if err != nil {
		return change.Set{}, err
	}
	set, err := s.changes.Summary(ctx, wide, t.Set)
	if err != nil {
		return set, err
	}
	if set.State == change.Conflict {
		// The household was changed since; who accepts has seen it as it is now.
		return s.changes.Resolve(ctx, wide, t.Set, ver, map[int]map[string]change.Choice{0: {FieldAct: change.Mine}}, comment)
	}
	return s.changes.Approve(ctx, wide, t.Set, ver, comment)
}

// RefuseTransfer returns the household to the county that asked, with a comment.
func (s *Service) RefuseTransfer(ctx context.Context, scope access.Scope, id, ver int64, comment string) (change.Set, error) {
	t, wide, err := s.transfer(ctx, scope, id)
	if err != nil {
		return change.Set{}, err
	}
	return s.changes.Return(ctx, wide, t.Set, ver, comment)
}

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
