package registry

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/fault"
	"rightkey/internal/store"
)

// Report is an act that somebody reports about a household.
type Report struct {
	Source change.Source
	Title  string // in words, without personal data; the act's label if empty
	Reason string // why, in words, without personal data
	Ver    int64  // version of the household that the reporter saw
	Act    Act
}

// planned works an act out on the register as it is, or returns an Invalid fault with its Objections.
func (s *Service) planned(ctx context.Context, scope access.Scope, h Household, act Act) (Plan, error) {
	p, err := s.planner(ctx, scope, h, act)
	if err != nil {
		return Plan{}, err
	}
	if len(p.objections) > 0 {
		return Plan{}, p.objections.fault()
	}
	plan, objections := p.plan()
	if len(objections) > 0 {
		return plan, objections.fault()
	}
	return plan, s.newcomersOf(ctx, scope, &plan)
}

// PreviewAct says what an act about a household would come to; nothing is stored. It returns a NotFound fault for a
// household out of scope and an Invalid fault with Objections for an act that cannot be taken. Who sees the preview
// reads the household: open its file first.
func (s *Service) PreviewAct(ctx context.Context, scope access.Scope, household int64, act Act) (Plan, error) {
	h, err := s.household(ctx, scope, household)
	if err != nil {
		return Plan{}, err
	}
	return s.planned(ctx, scope, h, act)
}

// ReportAct submits an act as a change set: it is applied, or waits for a second person where the pack asks for one
// (a transfer for somebody of the receiving county). Faults are those of PreviewAct and of change.Service.Submit.
func (s *Service) ReportAct(ctx context.Context, scope access.Scope, household int64, r Report) (change.Set, error) {
	h, err := s.household(ctx, scope, household)
	if err != nil {
		return change.Set{}, err
	}
	if h.Ver != r.Ver {
		return change.Set{}, overtaken(r.Ver, h.Ver)
	}
	plan, err := s.planned(ctx, scope, h, r.Act)
	if err != nil {
		return change.Set{}, s.unlessOvertaken(ctx, scope, h, err)
	}
	key, err := s.keys.Of(ctx, h.Home, h.ID)
	if err != nil {
		return change.Set{}, fmt.Errorf("open household %d: %w", h.ID, err)
	}
	text, err := r.Act.encode(h.ID, key)
	if err != nil {
		return change.Set{}, err
	}
	if r.Title == "" {
		pack, err := s.Pack(h.Area)
		if err != nil {
			return change.Set{}, err
		}
		r.Title = plan.Rule.Label.In(pack.Languages[0])
	}
	draft := change.Draft{Source: r.Source, Title: r.Title, Reason: r.Reason, ValidOn: &r.Act.Day,
		Rows: []change.Row{{SubjectKind: SubjectRoster, Subject: h.ID, BaseVer: r.Ver, Set: change.Values{fieldOf(plan.Rule): text}}}}
	prepared, err := s.changes.Prepare(ctx, scope, draft)
	if err != nil {
		return change.Set{}, s.unlessOvertaken(ctx, scope, h, err)
	}
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		if err := prepared.Store(ctx, tx); err != nil {
			return err
		}
		if !plan.Rule.Kind.BetweenCounties() {
			return nil
		}
		return s.askCounty(ctx, tx, prepared.Set, h, plan)
	})
	if err != nil {
		return change.Set{}, fmt.Errorf("report a change of a roster: %w", err)
	}
	return prepared.Set, nil
}

// unlessOvertaken is why an act is refused: what speaks against it may be what somebody else has just done.
func (s *Service) unlessOvertaken(ctx context.Context, scope access.Scope, seen Household, refusal error) error {
	if now, err := s.household(ctx, scope, seen.ID); err == nil && now.Ver != seen.Ver {
		return overtaken(seen.Ver, now.Ver)
	}
	return refusal
}

func overtaken(seen, now int64) error {
	return fault.New(fault.Stale, "the household was changed by somebody else since you opened it (version %d, now %d)", seen, now)
}
