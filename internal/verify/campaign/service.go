package campaign

import (
	"context"
	"fmt"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/identify"
	"rightkey/internal/journal"
	"rightkey/internal/office"
	"rightkey/internal/policy"
	"rightkey/internal/policy/library"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
	"rightkey/internal/registry/quality"
)

// Service plans campaigns, takes in what visits found, and estimates errors.
type Service struct {
	db          *access.DB
	journal     *journal.Journal
	keys        *journal.Keys
	packs       *library.Library
	registry    *registry.Service
	changes     *change.Service
	identify    *identify.Service
	quality     *quality.Service
	cases       *procedure.Service
	assignments *office.Assignments
	caller      func(ctx context.Context, account int64) (access.Caller, error)
}

// Needs is what the service works with.
type Needs struct {
	DB          *access.DB
	Journal     *journal.Journal
	Keys        *journal.Keys
	Packs       *library.Library
	Registry    *registry.Service
	Changes     *change.Service
	Identify    *identify.Service
	Quality     *quality.Service
	Cases       *procedure.Service
	Assignments *office.Assignments
	// Caller says who an account is today, before households are given to it.
	Caller func(ctx context.Context, account int64) (access.Caller, error)
}

// NewService opens the campaigns of a database.
func NewService(n Needs) *Service {
	return &Service{db: n.DB, journal: n.Journal, keys: n.Keys, packs: n.Packs, registry: n.Registry, changes: n.Changes, identify: n.Identify, quality: n.Quality, cases: n.Cases,
		assignments: n.Assignments, caller: n.Caller}
}

// program is the scope in which a visit's answers are compared with the register: what is found is shown only to who
// may see it.
var program = access.System("what visits found is compared with the register")

func (s *Service) today() clock.Day { return s.journal.Clock().Now().Day(time.UTC) }

// Registry is the register that is verified, for pages.
func (s *Service) Registry() *registry.Service { return s.registry }

// Designs are those of the pack in use at an area today.
func (s *Service) Designs(at int64) ([]*Design, error) {
	pack, err := s.packs.At(at, s.today())
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return SectionOf(pack).Designs, nil
}

// DesignOf is the design of a campaign in the pack that held when it was planned, and that pack.
func (s *Service) DesignOf(c Campaign) (*Design, *policy.Pack, error) {
	pack, ok := s.packs.Get(c.Pack)
	if !ok {
		return nil, nil, fmt.Errorf("the pack %s of a campaign is not installed", c.Pack)
	}
	d, ok := SectionOf(pack).Design(c.Design)
	if !ok {
		return nil, nil, fmt.Errorf("the pack %s has no design %q", pack.ID, c.Design)
	}
	return d, pack, nil
}

func (s *Service) scheme() area.Scheme { return s.registry.Areas().Scheme() }

// who acts or reads in an area, for the journal.
func who(scope access.Scope, at int64) journal.Who {
	c := scope.Caller()
	return journal.Who{Account: c.Account, Role: scope.Role(at), Place: c.Place, Why: c.Purpose}
}
