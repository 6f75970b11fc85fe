package registry

import (
	"context"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// Decided prepares the status that a procedure decided for a household in scope, from a day on, and answers that go
// with it, such as until when its card is valid; an empty status stays. It is nil where nothing changes. The write runs
// in the transaction of the decision and fails with a Stale fault if the household was changed meanwhile.
func (s *Service) Decided(ctx context.Context, scope access.Scope, household int64, status string, answers change.Values, on clock.Day) (func(context.Context, store.Tx) error, []journal.Entry, error) {
	h, err := s.household(ctx, scope, household)
	changes := status != "" && h.Status != status
	if err != nil || !changes && len(answers) == 0 {
		return nil, nil, err
	}
	pack, err := s.Pack(h.Area)
	if err != nil {
		return nil, nil, err
	}
	if item, err := itemOf(pack, SubjectHousehold, FieldStatus); err != nil {
		return nil, nil, err
	} else if list := pack.Codes[item.Codes]; changes && list != nil {
		if _, known := list.Option(status); !known {
			return nil, nil, fault.New(fault.Conflict, "the pack in use has no status %q", status)
		}
	}
	diff := map[string][2]any{}
	if changes {
		diff[FieldStatus] = [2]any{textOrNil(h.Status), status}
	}
	writeAnswers, err := s.prepareAnswers(ctx, scope, h, answers, on, diff)
	if err != nil {
		return nil, nil, err
	}
	entry := journal.Entry{Kind: "household.decided", SubjectKind: SubjectHousehold, Subject: h.ID, Home: h.Home, Area: h.Area, ValidOn: &on, VerBefore: h.Ver, VerAfter: h.Ver + 1,
		Body: map[string]any{"diff": diff}}
	at := int64(s.Now())
	return func(ctx context.Context, tx store.Tx) error {
		if err := store.Bump(ctx, tx, "household", "{checked} AND home = $1 AND id = $2", h.Ver, h.Home, h.ID); err != nil {
			return err
		}
		if changes {
			if err := setStatus(ctx, tx, h.Home, h.ID, status, on, "procedure", at); err != nil {
				return err
			}
		}
		return writeAnswers(ctx, tx)
	}, []journal.Entry{entry}, nil
}

// prepareAnswers prepares answers of a household, and adds them to a diff.
func (s *Service) prepareAnswers(ctx context.Context, scope access.Scope, h Household, answers change.Values, on clock.Day, diff map[string][2]any) (change.Write, error) {
	if len(answers) == 0 {
		return func(context.Context, store.Tx) error { return nil }, nil
	}
	r, err := householdSubject{s}.Load(ctx, scope, h.ID, on)
	if err != nil {
		return nil, err
	}
	for code, value := range answers {
		diff[code] = [2]any{r.Fields[code], value}
	}
	return s.prepareFacts(ctx, scope, r, SubjectHousehold, h.ID, answers)
}
