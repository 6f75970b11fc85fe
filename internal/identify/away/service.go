package away

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/identify"
	"rightkey/internal/journal"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
)

// Service writes the packages of meetings and takes them in.
type Service struct{ Needs }

// Needs is what the service works with.
type Needs struct {
	Journal  *journal.Journal
	Keys     *journal.Keys
	Registry *registry.Service
	Identify *identify.Service
	Cases    *procedure.Service
}

// NewService opens the packages of the meetings of a database.
func NewService(n Needs) *Service { return &Service{n} }

// open is a meeting in scope that waits for its votes, with the cases still before it; a Conflict fault if it was held.
func (s *Service) open(ctx context.Context, scope access.Scope, id int64) (procedure.Sitting, []procedure.Case, error) {
	m, err := s.Cases.Sitting(ctx, scope, id)
	if err != nil {
		return m, nil, err
	}
	if m.Closed {
		return m, nil, fault.New(fault.Conflict, "the meeting was held and closed").Coded("procedure.package_closed")
	}
	before, err := s.Cases.Before(ctx, scope, m)
	return m, before, err
}

// carried journals whose records leave in the package of a meeting.
func (s *Service) carried(ctx context.Context, scope access.Scope, m procedure.Sitting, households []registry.Household, members map[int64][]registry.Member) error {
	var shown []int64
	for _, h := range households {
		shown = append(shown, h.ID)
		for _, one := range members[h.ID] {
			shown = append(shown, one.ID)
		}
	}
	c := scope.Caller()
	who := journal.Who{Account: c.Account, Role: scope.Role(m.Area), Place: c.Place, Why: c.Purpose}
	if err := s.Journal.Shown(ctx, who, "sitting.carried", registry.SubjectHousehold, 0, m.Area, shown); err != nil {
		return fmt.Errorf("journal that households of a meeting were downloaded: %w", err)
	}
	return nil
}

// proof is what stands in a row of the package of a meeting: of a case, or of the meeting itself (0).
func (s *Service) proof(meeting, of int64) string {
	return s.Keys.Ring().Proof("meeting.package", meeting, of)
}
