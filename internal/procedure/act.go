package procedure

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/fault"
)

// Act is a step that somebody takes in cases.
type Act struct {
	Transition string
	Reason     string // code of a reason of the definition
	Said       Said
	// Batch is the draw whose cases were opened before, for a step with a sample taken in more than one case; see Draw.
	Batch int64
}

// Seen is a case at the version that the caller saw.
type Seen struct{ ID, Ver int64 }

// Take takes a step in a case. It returns a Stale fault if the case has moved on since it was seen, a Forbidden fault
// where the step is not the caller's (role, part, kin), a Conflict fault where the case is not ready for it: a notice
// still hangs, a guard does not hold. Where several persons take the step together, it waits for the others.
func (s *Service) Take(ctx context.Context, scope access.Scope, seen Seen, act Act) (Case, error) {
	if _, err := s.TakeMany(ctx, scope, []Seen{seen}, act); err != nil {
		return Case{}, err
	}
	return s.Case(ctx, access.System("a case after a step in it"), seen.ID)
}

// TakeMany takes the same step in many cases, each by itself: few at once, all of them or none with the fault of the
// first in which it cannot be taken; more as a job, whose number it returns.
func (s *Service) TakeMany(ctx context.Context, scope access.Scope, seen []Seen, act Act) (int64, error) {
	if len(seen) == 0 || len(seen) > Most {
		return 0, fault.New(fault.Invalid, "no case was named, or too many")
	}
	if err := s.sampled(ctx, scope, seen, act); err != nil {
		return 0, err
	}
	ids := make([]int64, len(seen))
	for i, one := range seen {
		ids[i] = one.ID
	}
	cases, err := s.Some(ctx, scope, ids)
	if err != nil {
		return 0, err
	}
	lines := linesOf(cases)
	for i := range lines {
		lines[i].ver = seen[i].Ver
	}
	return s.carried(ctx, scope, Bulk{Deed: deedTake, Transition: act.Transition, Reason: act.Reason}, act, lines, s.Around(cases))
}

// taking takes a step in some cases.
func (s *Service) taking(act Act) func(context.Context, *writer, []Case) error {
	return func(ctx context.Context, w *writer, cases []Case) error {
		done, err := s.acts(ctx, w.scope, cases)
		if err != nil {
			return err
		}
		told, err := s.told(ctx, cases)
		if err != nil {
			return err
		}
		for _, c := range cases {
			if err := w.takes(ctx, c, act, done[c.ID], told[c.ID]); err != nil {
				return err
			}
		}
		return nil
	}
}

// takes adds a step in one case, of which is known what was done in it and what its facts are.
func (w *writer) takes(ctx context.Context, c Case, act Act, done []Done, told map[string]any) error {
	d, err := w.s.Definition(c)
	if err != nil {
		return err
	}
	t := d.Transition(act.Transition)
	if t == nil || !slices.Contains(t.From, c.State) || t.automatic() {
		return notNow()
	}
	as, err := w.s.takes(ctx, w.scope, d, c, t, done)
	if err != nil {
		return err
	}
	if err := w.s.ready(ctx, d, c, t, act, told); err != nil {
		return err
	}
	return w.step(ctx, d, c, t, as, act, done)
}

func notNow() error {
	return refuse(fault.Conflict, "not_now", "this step cannot be taken in the state in which the case is")
}

// told are the facts of cases by case, with the figures of the engine.
func (s *Service) told(ctx context.Context, cases []Case) (map[int64]map[string]any, error) {
	facts, err := s.facts(ctx, cases)
	if err != nil {
		return nil, err
	}
	all := map[int64]map[string]any{}
	for _, c := range cases {
		inputs := map[string]any{}
		for name, value := range facts[c.ID].Inputs {
			inputs[name] = value
		}
		v, err := s.vote(ctx, access.System("the votes on a case in scope"), c)
		if err != nil {
			return nil, err
		}
		if v != nil {
			for name, n := range map[string]int64{"votes_for": v.For, "votes_against": v.Against, "votes_abstain": v.Abstain, "votes_present": v.Present, "votes_eligible": v.Eligible} {
				inputs[name] = float64(n)
			}
		}
		raised, upheld, err := s.countObjections(ctx, c)
		if err != nil {
			return nil, err
		}
		inputs["objections"], inputs["objections_upheld"] = float64(raised), float64(upheld)
		all[c.ID] = inputs
	}
	return all, nil
}

// facts are what the rooms know of the subjects of cases, by case.
func (s *Service) facts(ctx context.Context, cases []Case) (map[int64]Facts, error) {
	type group struct{ kind, pack, code string }
	groups := map[group][]Case{}
	for _, c := range cases {
		g := group{c.Kind, c.Pack, c.Code}
		groups[g] = append(groups[g], c)
	}
	all := map[int64]Facts{}
	for g, some := range groups {
		effect, err := s.effect(g.kind)
		if err != nil {
			return nil, err
		}
		_, pack, err := s.pinned(g.pack, g.code)
		if err != nil {
			return nil, err
		}
		subjects := make([]int64, len(some))
		for i, c := range some {
			subjects[i] = c.Household
		}
		found, err := effect.Facts(ctx, access.System("what rules look at in cases that were found in scope"), pack, subjects)
		if err != nil {
			return nil, err
		}
		for _, c := range some {
			all[c.ID] = found[c.Household]
		}
	}
	return all, nil
}

// ready says whether everything that a step needs is there.
func (s *Service) ready(ctx context.Context, d *Definition, c Case, t *Transition, act Act, inputs map[string]any) error {
	if err := s.hung(ctx, d, c, t); err != nil {
		return err
	}
	if err := s.answers(ctx, c, t); err != nil {
		return err
	}
	for _, code := range t.Evidence {
		if strings.TrimSpace(act.Said.Evidence[code]) == "" {
			return refuse(fault.Invalid, "evidence", "a paper is missing that this step needs").With(0, "evidence."+code, "%s", d.PaperTitle("en", code))
		}
	}
	needed := t.Reason != ""
	if t.reasonIf != nil {
		holds, known, err := t.reasonIf.Holds(inputs)
		if err != nil {
			return fmt.Errorf("case %d: reason_if of %s: %w", c.ID, t.Code, err)
		}
		needed = needed || holds && known
	}
	if known := slices.ContainsFunc(d.Reasons, func(r Reason) bool { return r.Code == act.Reason }); act.Reason != "" && !known || needed && act.Reason == "" {
		return refuse(fault.Invalid, "reason", "this step needs one of the reasons that the procedure has").With(0, "reason", "choose a reason")
	}
	if t.Guard == nil {
		return nil
	}
	holds, known, err := t.Guard.condition.Holds(inputs)
	if err != nil {
		return fmt.Errorf("case %d: guard of %s: %w", c.ID, t.Code, err)
	}
	if !holds || !known {
		return refuse(fault.Conflict, "guard", "what has to hold for this step does not hold: %s", t.Guard.Text.In("en"))
	}
	return nil
}

// answers says whether a step that leads back to a notice is taken in a case that hung on that one.
func (s *Service) answers(ctx context.Context, c Case, t *Transition) error {
	if t.back(nil) {
		return nil
	}
	var on *Notice
	if c.Notice != 0 {
		n, err := s.notice(ctx, access.System("the notice of a case in scope"), "n.id = $1", c.Notice)
		if err != nil {
			return err
		}
		on = &n
	}
	if !t.back(on) {
		return notNow()
	}
	return nil
}

// back says whether a transition is one of a case that hung on a notice last; nil: on none.
func (t *Transition) back(n *Notice) bool {
	answers := t.On == Dismissed || t.On == Upheld
	return !answers && t.Notice == "" || n != nil && (t.Notice == "" || t.Notice == n.Board)
}
