package crosscheck

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/office"
	"rightkey/internal/store"
)

// maxEvidence is the length of evidence in characters.
const maxEvidence = 300

// at returns a lead in one of these states that is still at the version that the caller saw.
func (s *Service) at(ctx context.Context, scope access.Scope, id, ver int64, step access.Step, states ...State) (Lead, error) {
	l, err := s.Get(ctx, scope, id)
	switch {
	case err != nil:
		return l, err
	case l.Ver != ver:
		return l, fault.New(fault.Stale, "the lead moved on since you opened it (version %d, now %d)", ver, l.Ver)
	case !slices.Contains(states, l.State):
		return l, fault.New(fault.Conflict, "the lead is %s already", l.State)
	}
	return l, access.NotOwn(scope.Acting(l.Area), step, l.Household, l.Subject)
}

// Assign gives leads to an account and says how many that changed; office.Give says what is refused.
func (s *Service) Assign(ctx context.Context, scope access.Scope, g office.Giving) (int, error) {
	before, after, err := office.Give(ctx, g, s.today(), s.caller, func(id int64) (Lead, error) { return s.Get(ctx, scope, id) })
	if err != nil {
		return 0, err
	}
	return len(after), s.change(ctx, scope, "assigned", before, after)
}

// Explain says that a hit is not what it seems, by one of the check's explanations and with evidence. The household
// keeps what it has; the waiver is kept for the look-back.
func (s *Service) Explain(ctx context.Context, scope access.Scope, id, ver int64, code, evidence string) (Lead, error) {
	return s.judge(ctx, scope, id, ver, Explained, code, evidence)
}

// Confirm says that a hit is what it seems, with evidence.
func (s *Service) Confirm(ctx context.Context, scope access.Scope, id, ver int64, evidence string) (Lead, error) {
	return s.judge(ctx, scope, id, ver, Confirmed, "", evidence)
}

func (s *Service) judge(ctx context.Context, scope access.Scope, id, ver int64, state State, code, evidence string) (Lead, error) {
	l, err := s.at(ctx, scope, id, ver, access.LeadJudgeStep, New, Assigned)
	if err != nil {
		return l, err
	}
	check, err := s.check(l.Area, l.Rule)
	if err != nil {
		return l, err
	}
	if _, ok := check.Explanation(code); state == Explained && !ok {
		return l, fault.New(fault.Invalid, "choose one of the check's explanations").With(0, "explanation", "is none of the check's")
	}
	if evidence = strings.TrimSpace(evidence); evidence == "" || utf8.RuneCountInString(evidence) > maxEvidence {
		return l, fault.New(fault.Invalid, "say in at most %d characters what shows it", maxEvidence).With(0, "evidence", "is empty or too long")
	}
	next := l
	next.State, next.Explanation, next.Evidence = state, code, evidence
	next.Judge, next.judgePerson = scope.Caller().Account, scope.Acting(l.Area).Holder()
	return s.one(ctx, scope, string(state), l, next)
}

// Return gives a judged lead back to be looked into again, by a second person.
func (s *Service) Return(ctx context.Context, scope access.Scope, id, ver int64) (Lead, error) {
	l, err := s.second(ctx, scope, id, ver)
	if err != nil {
		return l, err
	}
	next := l
	if next.State = New; l.Owner != 0 {
		next.State = Assigned
	}
	next.Explanation, next.Evidence, next.Judge, next.judgePerson = "", "", 0, ""
	return s.one(ctx, scope, "returned", l, next)
}

// Act takes over what was found, by a second person, and says by the check's codes what was done about it.
func (s *Service) Act(ctx context.Context, scope access.Scope, id, ver int64, code string) (Lead, error) {
	l, err := s.second(ctx, scope, id, ver)
	if err != nil {
		return l, err
	}
	check, err := s.check(l.Area, l.Rule)
	if err != nil {
		return l, err
	}
	act, ok := check.Act(code)
	if !ok || !slices.Contains(act.After, l.State) {
		return l, fault.New(fault.Invalid, "choose one of the check's acts").With(0, "act", "is none of the check's for what was found")
	}
	next := l
	next.State, next.Act, next.Actor = Acted, code, scope.Caller().Account
	if act.Opens != "" {
		if next.Case, err = s.through(ctx, scope.Caller(), act, l); err != nil {
			return l, err
		}
		next.Landing = act.Lands(s.today())
	}
	return s.one(ctx, scope, "acted", l, next)
}

// through is the case that an act opens, or that runs already. It is for who may open the procedure: a county that
// decides an exit at its end leaves it to the township or village to begin it.
func (s *Service) through(ctx context.Context, caller access.Caller, act Code, l Lead) (int64, error) {
	acting, err := access.Decide(caller, access.CaseAct)
	if err != nil {
		return 0, err
	}
	c, err := s.cases.Through(ctx, acting, act.Opens, l.Household)
	return c.ID, err
}

// ActsOn are the acts of a check that are left for a judged lead, and of them those that a caller may take: an act that
// opens a procedure is for who may open it.
func (s *Service) ActsOn(caller access.Caller, l Lead, check *Check) (left, may []Code, err error) {
	procedures, _, err := s.cases.At(l.Area)
	if err != nil {
		return nil, nil, err
	}
	for _, act := range check.Acts {
		if !slices.Contains(act.After, l.State) {
			continue
		}
		left = append(left, act)
		opens := true
		if d, found := procedures.Find(act.Opens); found {
			if opens, err = s.cases.MayOpen(caller, d, l.Area); err != nil {
				return nil, nil, err
			}
		}
		if opens {
			may = append(may, act)
		}
	}
	return left, may, nil
}

// second is a judged lead that the caller did not judge.
func (s *Service) second(ctx context.Context, scope access.Scope, id, ver int64) (Lead, error) {
	l, err := s.at(ctx, scope, id, ver, access.LeadActStep, Explained, Confirmed)
	if err != nil {
		return l, err
	}
	return l, access.Separate(scope.Acting(l.Area), access.LeadActStep, access.Did{Step: access.LeadJudgeStep, Account: l.Judge, Person: l.judgePerson})
}

func (s *Service) one(ctx context.Context, scope access.Scope, act string, before, after Lead) (Lead, error) {
	if err := s.change(ctx, scope, act, []Lead{before}, []Lead{after}); err != nil {
		return before, err
	}
	return s.Get(ctx, scope, before.ID)
}

// change stores what people decided, each with an event on its household, or on what else it is about.
func (s *Service) change(ctx context.Context, scope access.Scope, act string, before, after []Lead) error {
	if len(after) == 0 {
		return nil
	}
	command, err := s.journal.Begin(ctx, who(scope, after[0].Area, ""))
	if err != nil {
		return err
	}
	entries := make([]journal.Entry, len(after))
	for i, l := range after {
		kind, id := l.journalled()
		entries[i] = journal.Entry{Kind: kind + ".lead-" + act, SubjectKind: kind, Subject: id, Home: l.Home, Area: l.Area,
			Body: map[string]any{"lead": l.ID, "rule": l.Rule, "state": [2]State{before[i].State, l.State}, "owner": [2]int64{before[i].Owner, l.Owner}, "explanation": l.Explanation, "act": l.Act, "case": l.Case, "landing": l.Landing}}
	}
	if err := command.Note(ctx, entries...); err != nil {
		return err
	}
	now := int64(s.now())
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		for i, l := range after {
			if err := store.Bump(ctx, tx, "check_lead", "{checked} AND home = $1 AND id = $2", before[i].Ver, l.Home, l.ID); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `UPDATE check_lead SET state = $3, owner = $4, due = $5, explanation = $6, evidence = $7, act = $8, judge = $9, judge_person = $10, actor = $11, changed = $12, case_id = $13, landing = $14
				WHERE {checked} AND home = $1 AND id = $2`,
				l.Home, l.ID, string(l.State), l.Owner, int64(l.Due), l.Explanation, l.Evidence, l.Act, l.Judge, l.judgePerson, l.Actor, now, l.Case, int64(l.Landing))
			if err != nil {
				return err
			}
		}
		return command.Append(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("decide on leads: %w", err)
	}
	return nil
}
