package duplicate

import (
	"sync"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/journal"
	"rightkey/internal/policy/library"
	"rightkey/internal/registry"
)

// Service finds persons who may be one and keeps what was decided about them.
type Service struct {
	db       *access.DB
	journal  *journal.Journal
	keys     *journal.Keys
	packs    *library.Library
	registry *registry.Service
	jobs     *job.Runner

	mu      sync.Mutex
	judging *judge
}

// Needs is what the service works with.
type Needs struct {
	DB       *access.DB
	Journal  *journal.Journal
	Keys     *journal.Keys
	Packs    *library.Library
	Registry *registry.Service
	Jobs     *job.Runner
}

// NewService opens the room, registers its job, and looks at newcomers of the register from now on.
func NewService(n Needs) *Service {
	s := &Service{db: n.DB, journal: n.Journal, keys: n.Keys, packs: n.Packs, registry: n.Registry, jobs: n.Jobs}
	n.Jobs.RegisterUpkeep(JobKind, s.work)
	n.Registry.OnPersonWrite(s.newcomers)
	return s
}

// program is the scope in which persons are compared: those who are one may live anywhere. What is found is shown only
// to who may see it.
var program = access.System("persons are compared across all areas")

func (s *Service) now() clock.Time { return s.journal.Clock().Now() }

func (s *Service) today() clock.Day { return s.now().Day(time.UTC) }

// Registry is the register whose persons these are, for pages.
func (s *Service) Registry() *registry.Service { return s.registry }

// Policy is that of the pack in use at an area today.
func (s *Service) Policy(area int64) (Policy, error) {
	pack, err := s.packs.At(area, s.today())
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
		return unsaid, nil
	}
	if err != nil {
		return Policy{}, err
	}
	return PolicyOf(pack), nil
}
