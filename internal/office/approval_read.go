package office

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/store"
)

// Get returns an approval that the caller asked for or may decide, else a NotFound fault.
func (s *Approvals) Get(ctx context.Context, c access.Caller, id int64) (Approval, error) {
	found, err := s.read(ctx, "id = $1", id)
	if err != nil {
		return Approval{}, err
	}
	if len(found) == 0 || (found[0].Account != c.Account && !s.decides(c, found[0])) {
		return Approval{}, refuse(ctx, fault.NotFound, "no_approval")
	}
	return found[0], nil
}

// Decides says whether the caller may agree to an act: it is another's and lies in the caller's area.
func (s *Approvals) Decides(c access.Caller, a Approval) bool {
	scope, err := access.Decide(c, s.kinds[a.Kind].Decide)
	return err == nil && a.State == Asked && within(scope, a.rng) && a.barred(scope.Acting(a.rng.Lo)) == nil
}

// barred says why somebody does not decide an act though their role does: they asked for it, or it is their own matter.
func (a Approval) barred(as access.Capacity) error {
	if err := access.Separate(as, access.ApprovalDecideStep, access.Did{Step: access.ApprovalAskStep, Account: a.Account, Person: a.Person}); err != nil {
		return err
	}
	return access.NotOwn(as, access.ApprovalDecideStep, a.concerns...)
}

func (s *Approvals) decides(c access.Caller, a Approval) bool {
	scope, err := access.Decide(c, s.kinds[a.Kind].Decide)
	return err == nil && within(scope, a.rng)
}

// List returns the approvals that the caller asked for or may decide, newest first, older than before (0 for the
// newest).
func (s *Approvals) List(ctx context.Context, c access.Caller, before int64, limit int) ([]Approval, error) {
	if before == 0 {
		before = 1 << 62
	}
	var list []Approval
	add := func(condition string, args ...any) error {
		found, err := s.read(ctx, condition+" ORDER BY id DESC LIMIT "+fmt.Sprintf("$%d", len(args)+1), append(args, limit)...)
		list = append(list, found...)
		return err
	}
	if err := add("account = $1 AND id < $2", c.Account, before); err != nil {
		return nil, err
	}
	for _, name := range s.Kinds() {
		scope, err := access.Decide(c, s.kinds[name].Decide)
		if err != nil {
			continue
		}
		for _, r := range scope.Ranges() {
			if err := add("kind = $1 AND lo >= $2 AND hi <= $3 AND account <> $4 AND id < $5", name, r.Lo, r.Hi, c.Account, before); err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(list, func(a, b Approval) int { return int(min(1, max(-1, b.ID-a.ID))) })
	return list[:min(limit, len(list))], nil
}

// Waiting counts what waits for the caller to decide.
func (s *Approvals) Waiting(ctx context.Context, c access.Caller) (int, error) {
	list, err := s.List(ctx, c, 0, 200)
	n := 0
	for _, a := range list {
		if s.Decides(c, a) {
			n++
		}
	}
	return n, err
}

func (s *Approvals) read(ctx context.Context, condition string, args ...any) ([]Approval, error) {
	now := s.journal.Clock().Now()
	found, err := store.All(ctx, s.db.In(system), `SELECT id, kind, state, area, lo, hi, subject, what, concerns, title, reason, account, person, asked, expires,
		coalesce(decided_by, 0), coalesce(decided_person, ''), coalesce(decided, 0), comment, coalesce(used, 0), ver FROM approval WHERE {checked} AND `+condition, args,
		func(r store.Rows, a *Approval) error {
			var what, concerns string
			err := r.Scan(&a.ID, &a.Kind, &a.State, &a.Area, &a.rng.Lo, &a.rng.Hi, &a.Subject, &what, &concerns, &a.Title, &a.Reason, &a.Account, &a.Person, &a.Asked, &a.Expires,
				&a.DecidedBy, &a.decidedPerson, &a.Decided, &a.Comment, &a.Used, &a.Ver)
			a.What = json.RawMessage(what)
			if (a.State == Asked || a.State == Approved) && a.Expires <= now {
				a.State = Expired
			}
			if err != nil {
				return err
			}
			return json.Unmarshal([]byte(concerns), &a.concerns)
		})
	if err != nil {
		return nil, fmt.Errorf("read approvals: %w", err)
	}
	return found, nil
}

func (s *Approvals) rangeOf(key int64) access.Range {
	if key == 0 {
		return access.Everywhere
	}
	return s.scheme.Range(key)
}

// ReadAct reads what an approval says is to be done, as the room that asked for it wrote it.
func ReadAct[T any](a Approval) (what T, err error) {
	if err := json.Unmarshal(a.What, &what); err != nil {
		return what, fmt.Errorf("read an act of kind %s: %w", a.Kind, err)
	}
	return what, nil
}
