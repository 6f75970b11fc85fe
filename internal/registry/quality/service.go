package quality

import (
	"cmp"
	"context"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
	"rightkey/internal/policy/library"
	"rightkey/internal/registry"
)

// Service finds problems and keeps the list of them.
type Service struct {
	db       *access.DB
	journal  *journal.Journal
	keys     *journal.Keys
	packs    *library.Library
	registry *registry.Service
	jobs     *job.Runner
	welfare  func(one registry.Case, day clock.Day) (Welfare, error)
	caller   func(ctx context.Context, account int64) (access.Caller, error)
	many     int
}

// Needs is what the service works with.
type Needs struct {
	DB       *access.DB
	Journal  *journal.Journal
	Keys     *journal.Keys
	Packs    *library.Library
	Registry *registry.Service
	Jobs     *job.Runner
	// Welfare judges a household on a day as the identification does; nil: rules on income say nothing.
	Welfare func(one registry.Case, day clock.Day) (Welfare, error)
	// Caller says who an account is today, before problems are given to it.
	Caller func(ctx context.Context, account int64) (access.Caller, error)
	// Many is how many households change at a time before a job looks at them; 0: 300, an import or a transfer.
	Many int
}

// NewService opens the list of problems and registers its jobs.
func NewService(n Needs) *Service {
	s := &Service{db: n.DB, journal: n.Journal, keys: n.Keys, packs: n.Packs, registry: n.Registry, jobs: n.Jobs, welfare: n.Welfare, caller: n.Caller, many: cmp.Or(n.Many, bulk)}
	n.Jobs.RegisterUpkeep(JobKind, s.work)
	n.Jobs.RegisterUpkeep(ChangesKind, s.follow)
	return s
}

// program is the scope in which rules look at households: they compare households of all areas, and what they find is
// shown only to who may see it.
var program = access.System("rules of data quality look at every household")

func (s *Service) today() clock.Day { return s.journal.Clock().Now().Day(time.UTC) }

// Rules are the rules in use at an area today; those of no pack where there is none.
func (s *Service) Rules(area int64) (*policy.Pack, *Rules, error) {
	pack, err := s.packs.At(area, s.today())
	if err != nil {
		return nil, nil, err
	}
	return pack, RulesOf(pack), nil
}

// evaluator decides under the pack at an area; false where no pack is in use.
func (s *Service) evaluator(area int64) (evaluator, bool, error) {
	pack, rules, err := s.Rules(area)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
		return evaluator{}, false, nil
	}
	return evaluator{pack: pack, rules: rules, today: s.today(), welfare: s.welfare}, err == nil, err
}

// Registry is the register whose problems these are, for pages.
func (s *Service) Registry() *registry.Service { return s.registry }
