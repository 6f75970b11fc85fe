package crosscheck

import (
	"context"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
	"rightkey/internal/policy/library"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
	"rightkey/internal/verify/duplicate"
)

// Service compares lists of departments with the register and keeps the leads.
type Service struct {
	db         *access.DB
	journal    *journal.Journal
	keys       *journal.Keys
	packs      *library.Library
	registry   *registry.Service
	duplicates *duplicate.Service
	cases      *procedure.Service
	jobs       *job.Runner
	caller     func(ctx context.Context, account int64) (access.Caller, error)
}

// Needs is what the service works with.
type Needs struct {
	DB       *access.DB
	Journal  *journal.Journal
	Keys     *journal.Keys
	Packs    *library.Library
	Registry *registry.Service
	// Duplicates says how alike two records of persons are.
	Duplicates *duplicate.Service
	// Cases are those through which acts on leads go.
	Cases *procedure.Service
	Jobs  *job.Runner
	// Caller says who an account is today, before leads are given to it.
	Caller func(ctx context.Context, account int64) (access.Caller, error)
}

// NewService opens the room and registers its jobs.
func NewService(n Needs) *Service {
	s := &Service{db: n.DB, journal: n.Journal, keys: n.Keys, packs: n.Packs, registry: n.Registry, duplicates: n.Duplicates, cases: n.Cases, jobs: n.Jobs, caller: n.Caller}
	n.Jobs.Register(JobKind, s.work)
	n.Jobs.Register(ScreenJobKind, s.screen)
	return s
}

// program is the scope in which lists are compared with the register: what is found is shown only to who may see it.
var program = access.System("lists of departments are compared with the register")

func (s *Service) now() clock.Time { return s.journal.Clock().Now() }

func (s *Service) today() clock.Day { return s.now().Day(time.UTC) }

// Registry is the register with which lists are compared, for pages.
func (s *Service) Registry() *registry.Service { return s.registry }

// Checks are the checks in use at an area today; none where no pack is in use.
func (s *Service) Checks(area int64) (*policy.Pack, *Checks, error) {
	pack, err := s.packs.At(area, s.today())
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
		return nil, &Checks{}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return pack, ChecksOf(pack), nil
}

// check is a check in use at an area, or an Invalid fault.
func (s *Service) check(area int64, code string) (*Check, error) {
	_, checks, err := s.Checks(area)
	if err != nil {
		return nil, err
	}
	check, ok := checks.Find(code)
	if !ok {
		return nil, fault.New(fault.Invalid, "the pack has no check %q", code).With(0, "rule", "is no check of the pack")
	}
	return check, nil
}
