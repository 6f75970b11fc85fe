package registry

import (
	"context"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// Decided prepares the status that a procedure decided for a household in scope, from a day on; nil where it has it
// already. The write runs in the transaction of the decision and fails with a Stale fault if the household was changed
// meanwhile.
func (s *Service) Decided(ctx context.Context, scope access.Scope, household int64, status string, on clock.Day) (func(context.Context, store.Tx) error, []journal.Entry, error) {
	h, err := s.household(ctx, scope, household)
	if err != nil || h.Status == status {
		return nil, nil, err
	}
	pack, err := s.Pack(h.Area)
	if err != nil {
		return nil, nil, err
	}
	if item, err := itemOf(pack, SubjectHousehold, FieldStatus); err != nil {
		return nil, nil, err
	} else if list := pack.Codes[item.Codes]; list != nil {
		if _, known := list.Option(status); !known {
			return nil, nil, fault.New(fault.Conflict, "the pack in use has no status %q", status)
		}
	}
	entry := journal.Entry{Kind: "household.decided", SubjectKind: SubjectHousehold, Subject: h.ID, Home: h.Home, Area: h.Area, ValidOn: &on, VerBefore: h.Ver, VerAfter: h.Ver + 1,
		Body: map[string]any{"diff": map[string][2]any{FieldStatus: {textOrNil(h.Status), status}}}}
	at := int64(s.Now())
	return func(ctx context.Context, tx store.Tx) error {
		if err := store.Bump(ctx, tx, "household", "{checked} AND home = $1 AND id = $2", h.Ver, h.Home, h.ID); err != nil {
			return err
		}
		return setStatus(ctx, tx, h.Home, h.ID, status, on, "procedure", at)
	}, []journal.Entry{entry}, nil
}
