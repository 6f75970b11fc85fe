package quality

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/office"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// maxReason is the length of a reason in characters.
const maxReason = 300

// Get returns a problem in scope, or a NotFound fault.
func (s *Service) Get(ctx context.Context, scope access.Scope, id int64) (Problem, error) {
	home, err := s.journal.Ids().Home(ctx, id)
	if err != nil {
		return Problem{}, err
	}
	q := &query{scope: scope}
	q.visible()
	q.parts = append(q.parts, "p.home = "+q.bind(home), "p.id = "+q.bind(id))
	found, err := s.read(ctx, q, "")
	if err != nil {
		return Problem{}, err
	}
	if len(found) == 0 {
		return Problem{}, fault.New(fault.NotFound, "no such problem")
	}
	return found[0], nil
}

// Open is Get for people and programs: it journals that the household's problem was read.
func (s *Service) Open(ctx context.Context, scope access.Scope, id int64) (Problem, error) {
	p, err := s.Get(ctx, scope, id)
	if err != nil {
		return p, err
	}
	return p, s.shown(ctx, scope, p.Area, []Problem{p})
}

// unsettledAt returns a problem that may be acted on and is still at the version that the caller saw.
func (s *Service) unsettledAt(ctx context.Context, scope access.Scope, id, ver int64) (Problem, error) {
	p, err := s.Get(ctx, scope, id)
	switch {
	case err != nil:
		return p, err
	case p.Ver != ver:
		return p, fault.New(fault.Stale, "the problem moved on since you opened it (version %d, now %d)", ver, p.Ver)
	case !p.Unsettled():
		return p, fault.New(fault.Conflict, "the problem is settled already (%s)", p.State)
	}
	return p, nil
}

// Claim makes the caller answer for a problem at version ver.
func (s *Service) Claim(ctx context.Context, scope access.Scope, id, ver int64) (Problem, error) {
	p, err := s.unsettledAt(ctx, scope, id, ver)
	if err != nil {
		return p, err
	}
	if p.State == Proposed {
		return p, fault.New(fault.Conflict, "the problem waits for a second person")
	}
	next := p
	next.State, next.Owner = Claimed, scope.Caller().Account
	return s.act(ctx, scope, "claimed", "", p, next)
}

// Accept lets a problem stand with a reason. One that blocks benefit waits for a second person.
func (s *Service) Accept(ctx context.Context, scope access.Scope, id, ver int64, reason string) (Problem, error) {
	p, err := s.unsettledAt(ctx, scope, id, ver)
	if err != nil {
		return p, err
	}
	if reason = strings.TrimSpace(reason); reason == "" || utf8.RuneCountInString(reason) > maxReason {
		return p, fault.New(fault.Invalid, "say in at most %d characters why it may stand", maxReason).With(0, "reason", "is empty or too long")
	}
	if p.State == Proposed {
		return p, fault.New(fault.Conflict, "the problem waits for a second person")
	}
	next := p
	next.Reason, next.Proposer, next.proposerPerson = reason, scope.Caller().Account, scope.Acting(p.Area).Holder()
	if next.State = Accepted; p.Severity == policy.Provisional {
		next.State = Proposed
	}
	return s.act(ctx, scope, string(next.State), reason, p, next)
}

// Confirm is the second person's word on an acceptance: agreed, or given back to be put right.
func (s *Service) Confirm(ctx context.Context, scope access.Scope, id, ver int64, agreed bool) (Problem, error) {
	p, err := s.unsettledAt(ctx, scope, id, ver)
	if err != nil {
		return p, err
	}
	if p.State != Proposed {
		return p, fault.New(fault.Conflict, "nobody proposed to accept the problem")
	}
	if err := access.Separate(scope.Acting(p.Area), access.ProblemConfirmStep, access.Did{Step: access.ProblemProposeStep, Account: p.Proposer, Person: p.proposerPerson}); err != nil {
		return p, err
	}
	next, act := p, "accepted"
	if next.State = Accepted; !agreed {
		act, next.State, next.Reason, next.Proposer, next.proposerPerson = "refused", Open, "", 0, ""
		if p.Owner != 0 {
			next.State = Claimed
		}
	}
	return s.act(ctx, scope, act, "", p, next)
}

// Assign gives problems to an account and says how many that changed; office.Give says what is refused.
func (s *Service) Assign(ctx context.Context, scope access.Scope, g office.Giving) (int, error) {
	before, after, err := office.Give(ctx, g, s.today(), s.caller, func(id int64) (Problem, error) { return s.Get(ctx, scope, id) })
	if err != nil {
		return 0, err
	}
	return len(after), s.change(ctx, scope, "assigned", "", before, after)
}

func (s *Service) act(ctx context.Context, scope access.Scope, act, why string, before, after Problem) (Problem, error) {
	if err := s.change(ctx, scope, act, why, []Problem{before}, []Problem{after}); err != nil {
		return before, err
	}
	return s.Get(ctx, scope, before.ID)
}

// change stores what people decided, each with an event on its household.
func (s *Service) change(ctx context.Context, scope access.Scope, act, why string, before, after []Problem) error {
	if len(after) == 0 {
		return nil
	}
	command, err := s.journal.Begin(ctx, who(scope, after[0].Area, why))
	if err != nil {
		return err
	}
	for i, p := range after {
		key, err := s.keys.Of(ctx, p.Home, p.Household)
		if err != nil {
			return fmt.Errorf("open the record of problem %d: %w", p.ID, err)
		}
		err = command.Note(ctx, journal.Entry{Kind: p.owner() + ".problem-" + act, SubjectKind: p.owner(), Subject: p.Household, Home: p.Home, Area: p.Area, Key: &key,
			Body: map[string]any{"problem": p.ID, "rule": p.Rule, "state": [2]State{before[i].State, p.State}, "owner": [2]int64{before[i].Owner, p.Owner}, "due": [2]string{before[i].Due.String(), p.Due.String()}}})
		if err != nil {
			return err
		}
	}
	now := int64(s.journal.Clock().Now())
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		for i, p := range after {
			if err := store.Bump(ctx, tx, "problem_item", "{checked} AND home = $1 AND id = $2", before[i].Ver, p.Home, p.ID); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "UPDATE problem_item SET state = $3, owner = $4, due = $5, reason = $6, proposer = $7, proposer_person = $8, changed = $9 WHERE {checked} AND home = $1 AND id = $2",
				p.Home, p.ID, string(p.State), p.Owner, int64(p.Due), p.Reason, p.Proposer, p.proposerPerson, now)
			if err != nil {
				return err
			}
		}
		return command.Append(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("decide on problems: %w", err)
	}
	return nil
}
