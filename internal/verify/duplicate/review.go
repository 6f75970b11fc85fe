package duplicate

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// Judgement is what an official said about a pair.
type Judgement struct {
	N       int64
	Account int64
	Verdict Verdict
	Keep    int64
	Blind   bool // said without knowing what the first had said
	At      clock.Time
	Undone  bool

	holder string // person behind the account
}

// did is who judged.
func (j Judgement) did() access.Did {
	return access.Did{Step: access.DuplicateStep, Account: j.Account, Person: j.holder}
}

// judgements of a pair in their order.
func (s *Service) judgements(ctx context.Context, pair int64) ([]Judgement, error) {
	list, err := store.All(ctx, s.db.In(program), "SELECT n, account, holder, verdict, keep, blind, at, undone FROM duplicate_judgement WHERE {checked} AND pair = $1 ORDER BY n", []any{pair},
		func(r store.Rows, j *Judgement) error {
			var blind, undone int64
			err := r.Scan(&j.N, &j.Account, &j.holder, &j.Verdict, &j.Keep, &blind, (*int64)(&j.At), &undone)
			j.Blind, j.Undone = blind == 1, undone != 0
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("read what was said about a pair: %w", err)
	}
	return list, nil
}

// standing are judgements that were not taken back.
func standing(list []Judgement) []Judgement {
	return slices.DeleteFunc(slices.Clone(list), func(j Judgement) bool { return j.Undone })
}

// Say is what a reviewer says about a pair.
type Say struct {
	Verdict Verdict
	Keep    int64     // of a merge: the person whose number goes on
	Head    int64     // who is the head where the number that ends was the head's; 0 if nobody has to be
	Day     clock.Day // from which a merge holds; 0 for today
	Source  change.Source
}

// at returns a pair in scope at the version that the caller saw and may act on.
func (s *Service) at(ctx context.Context, scope access.Scope, id, ver int64) (Listed, error) {
	p, err := s.get(ctx, scope, id)
	switch {
	case err != nil:
		return p, err
	case p.Ver != ver:
		return p, fault.New(fault.Stale, "the pair moved on since you opened it (version %d, now %d)", ver, p.Ver)
	}
	return p, access.NotOwn(p.acting(scope), access.DuplicateStep, p.One, p.Other, p.Households[0], p.Households[1])
}

// Judge stores what the caller says about a pair at version ver. A pair of the sample then waits for somebody who says it
// once more without knowing; if the two do not agree, a third decides. A decided merge is submitted as an act of the
// roster, which waits for a second person. Faults: NotFound, Stale, Conflict for a decided pair, Forbidden for who has
// judged it before or is concerned, Invalid for a verdict that lacks something; those of the roster's act.
func (s *Service) Judge(ctx context.Context, scope access.Scope, id, ver int64, say Say) (Pair, error) {
	p, err := s.at(ctx, scope, id, ver)
	if err != nil {
		return Pair{}, err
	}
	if !p.Undecided() {
		return p.Pair, fault.New(fault.Conflict, "the pair is decided already")
	}
	if err := say.check(p.Pair); err != nil {
		return p.Pair, err
	}
	before, err := s.judgements(ctx, id)
	if err != nil {
		return p.Pair, err
	}
	said := standing(before)
	as := p.acting(scope)
	for _, j := range said {
		if err := access.Separate(as, access.DuplicateAgainStep, j.did()); err != nil {
			return p.Pair, err
		}
	}
	next := p.Pair
	next.State, err = s.after(p, said, say.Verdict)
	if err != nil {
		return p.Pair, err
	}
	if next.State == Decided {
		next.Verdict, next.Keep = say.Verdict, say.Keep
		if next.Set, err = s.merge(ctx, scope, p, say); err != nil {
			return p.Pair, err
		}
	}
	judgement := Judgement{N: int64(len(before)) + 1, Account: scope.Caller().Account, holder: as.Holder(), Verdict: say.Verdict, Keep: say.Keep, Blind: p.State == Second, At: s.now()}
	return s.change(ctx, scope, "judged", p, next, &judgement)
}

func (say Say) check(p Pair) error {
	if !slices.Contains(Verdicts, say.Verdict) {
		return fault.New(fault.Invalid, "say what the two are").With(0, "verdict", "is not one of %v", Verdicts)
	}
	if say.Verdict == OnePerson && say.Keep != p.One && say.Keep != p.Other || say.Verdict != OnePerson && say.Keep != 0 && !say.Verdict.Merges() {
		return fault.New(fault.Invalid, "say whose number goes on").With(0, "keep", "is none of the two")
	}
	return nil
}

// after is the state of a pair once a verdict is added to those that stand.
func (s *Service) after(p Listed, said []Judgement, verdict Verdict) (State, error) {
	costs, err := s.Policy(p.Areas[0])
	if err != nil {
		return "", err
	}
	switch {
	case p.State == Disputed || len(said) > 1:
		return Decided, nil
	case p.State == Second && said[0].Verdict == verdict:
		return Decided, nil
	case p.State == Second:
		return Disputed, nil
	case sampled(p.ID, costs.Second):
		return Second, nil
	}
	return Decided, nil
}

// sampled says whether a pair is one of the share that is reviewed twice: by its number, so that nobody chooses.
func sampled(pair int64, share float64) bool {
	h := fnv.New64a()
	fmt.Fprint(h, pair)
	return float64(h.Sum64()>>11)/(1<<53) < share
}

// merge submits the act by which one number goes on for both; 0 where the verdict merges nothing.
func (s *Service) merge(ctx context.Context, scope access.Scope, p Listed, say Say) (int64, error) {
	if say.Keep == 0 {
		return 0, nil
	}
	ending, household := p.Other, p.Households[1]
	if say.Keep == p.Other {
		ending, household = p.One, p.Households[0]
	}
	act := registry.Act{Code: registry.CodeDouble, Day: say.Day, Persons: []int64{ending}, Twin: say.Keep, Head: say.Head}
	return s.report(ctx, scope, household, act, say.Source)
}

// report submits an act about a household as it is now.
func (s *Service) report(ctx context.Context, scope access.Scope, household int64, act registry.Act, source change.Source) (int64, error) {
	edit, err := access.Decide(scope.Caller(), access.HouseholdEdit)
	if err != nil {
		return 0, err
	}
	found, err := s.registry.Found(ctx, edit, []int64{household})
	if err != nil {
		return 0, err
	}
	if len(found) == 0 {
		return 0, fault.New(fault.NotFound, "no such household")
	}
	if act.Day == 0 {
		act.Day = s.today()
	}
	if source == "" {
		source = change.Page
	}
	set, err := s.registry.ReportAct(ctx, edit, household, registry.Report{Source: source, Ver: found[0].Ver, Act: act})
	return set.ID, err
}

// Postpone lets a pair wait until a day.
func (s *Service) Postpone(ctx context.Context, scope access.Scope, id, ver int64, until clock.Day) (Pair, error) {
	p, err := s.at(ctx, scope, id, ver)
	if err != nil {
		return Pair{}, err
	}
	if p.State != Open && p.State != Postponed {
		return p.Pair, fault.New(fault.Conflict, "only a pair that nobody has judged can wait")
	}
	if until <= s.today() || until > s.today()+366 {
		return p.Pair, fault.New(fault.Invalid, "give a day within a year from now").With(0, "until", "is not within a year from now")
	}
	next := p.Pair
	next.State, next.Until = Postponed, until
	return s.change(ctx, scope, "postponed", p, next, nil)
}

// Undo takes the decision about a pair back: the pair is open again, what was said stays on record as taken back. A
// merge that waits is withdrawn; one that was carried out is reversed by an act that waits for a second person.
func (s *Service) Undo(ctx context.Context, scope access.Scope, id, ver int64) (Pair, error) {
	p, err := s.at(ctx, scope, id, ver)
	if err != nil {
		return Pair{}, err
	}
	if p.State != Decided {
		return p.Pair, fault.New(fault.Conflict, "nothing was decided about the pair")
	}
	next := p.Pair
	next.State, next.Verdict, next.Keep, next.Set = Open, "", 0, 0
	if p.Set != 0 {
		if next.Set, err = s.unmerge(ctx, scope, p); err != nil {
			return p.Pair, err
		}
	}
	return s.change(ctx, scope, "undone", p, next, nil)
}

// unmerge takes a merge back and returns the change set that does, 0 where nothing had been carried out.
func (s *Service) unmerge(ctx context.Context, scope access.Scope, p Listed) (int64, error) {
	read, err := access.Decide(scope.Caller(), access.ChangeRead)
	if err != nil {
		return 0, err
	}
	set, err := s.registry.Changes().Summary(ctx, read, p.Set)
	if err != nil {
		return 0, err
	}
	switch set.State {
	case change.Waiting, change.Conflict:
		edit, err := access.Decide(scope.Caller(), access.HouseholdEdit)
		if err != nil {
			return 0, err
		}
		if set.Account != scope.Caller().Account {
			return 0, fault.New(fault.Conflict, "the merge still waits for its decision: have it returned first")
		}
		_, err = s.registry.Changes().Withdraw(ctx, edit, set.ID, set.Ver, "")
		return 0, err
	case change.Applied:
		ended, household := p.Other, p.Households[1]
		if p.Keep == p.Other {
			ended, household = p.One, p.Households[0]
		}
		return s.report(ctx, scope, household, registry.Act{Code: registry.CodeUndouble, Persons: []int64{ended}}, change.Page)
	}
	return 0, nil
}

// change stores what becomes of a pair with one event for each of its persons.
func (s *Service) change(ctx context.Context, scope access.Scope, act string, before Listed, next Pair, judgement *Judgement) (Pair, error) {
	next.Changed = s.now()
	command, err := s.journal.Begin(ctx, who(scope, before.Areas[0], ""))
	if err != nil {
		return next, err
	}
	for i, person := range [2]int64{before.One, before.Other} {
		home, err := s.homeOf(ctx, person)
		if err != nil {
			return next, err
		}
		body := map[string]any{"pair": before.ID, "other": [2]int64{before.Other, before.One}[i], "state": next.State, "verdict": next.Verdict, "keep": next.Keep, "set": next.Set}
		err = command.Note(ctx, journal.Entry{Kind: "person.duplicate-" + act, SubjectKind: registry.SubjectPerson, Subject: person, Home: home, Area: before.Areas[i], Body: body})
		if err != nil {
			return next, err
		}
	}
	err = s.db.Tx(ctx, program, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE duplicate_pair SET state = $3, verdict = $4, keep = $5, set_id = $6, until = $7, changed = $8, ver = ver + 1 WHERE {checked} AND id = $1 AND ver = $2",
			next.ID, before.Ver, string(next.State), string(next.Verdict), next.Keep, next.Set, int64(next.Until), int64(next.Changed))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Stale, "the pair moved on since you opened it")
		}
		if act == "undone" {
			if _, err := tx.Exec(ctx, "UPDATE duplicate_judgement SET undone = $2 WHERE {checked} AND pair = $1 AND undone = 0", next.ID, int64(next.Changed)); err != nil {
				return err
			}
		}
		if j := judgement; j != nil {
			if _, err := tx.Exec(ctx, "INSERT INTO duplicate_judgement (pair, n, account, holder, verdict, keep, blind, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
				next.ID, j.N, j.Account, j.holder, string(j.Verdict), j.Keep, flag(j.Blind), int64(j.At)); err != nil {
				return err
			}
		}
		return command.Append(ctx, tx)
	})
	if err != nil {
		return next, fmt.Errorf("store what became of a pair: %w", err)
	}
	next.Ver = before.Ver + 1
	return next, nil
}

// homeOf is where a person's rows are now.
func (s *Service) homeOf(ctx context.Context, person int64) (int64, error) {
	home, err := s.journal.Ids().Home(ctx, person)
	if err == nil {
		home, _, err = s.journal.Ids().Moved(ctx, person, home)
	}
	return home, err
}
