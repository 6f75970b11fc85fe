package procedure

import (
	"context"
	"fmt"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
	"rightkey/internal/policy/library"
	"rightkey/internal/store"
)

// Service runs the cases of one database.
type Service struct {
	db      *access.DB
	journal *journal.Journal
	keys    *journal.Keys
	areas   *area.Service
	packs   *library.Library
	find    func(ctx context.Context, scope access.Scope, ids []int64) ([]Subject, error)
	kin     func(ctx context.Context, household int64) ([]Relative, error)
	jobs    *job.Runner
	caller  func(ctx context.Context, account int64) (access.Caller, error)
	effects map[string]Effect
}

// Needs is what the service works with.
type Needs struct {
	DB      *access.DB
	Journal *journal.Journal
	Keys    *journal.Keys
	Areas   *area.Service
	Packs   *library.Library
	// Subjects returns the households in scope with their places; what is absent or out of scope is left out.
	Subjects func(ctx context.Context, scope access.Scope, ids []int64) ([]Subject, error)
	// Kin lists the officials who declared a household or one of its members as their own or as kin; nil: nobody did.
	Kin  func(ctx context.Context, household int64) ([]Relative, error)
	Jobs *job.Runner
	// Caller says who an account is today, for jobs.
	Caller func(ctx context.Context, account int64) (access.Caller, error)
}

// Relative is an official who is related to a household, with the roles that hold today.
type Relative struct {
	Person   string
	Relation string
	Grants   []access.Grant
}

// NewService opens the engine and registers its job; rooms register the effects of their kinds of case before use.
func NewService(n Needs) *Service {
	s := &Service{db: n.DB, journal: n.Journal, keys: n.Keys, areas: n.Areas, packs: n.Packs, find: n.Subjects, kin: n.Kin, jobs: n.Jobs, caller: n.Caller, effects: map[string]Effect{}}
	n.Jobs.Register(JobKind, s.work)
	return s
}

// Effect is what a room knows of its kinds of case, and does when one has come somewhere.
type Effect interface {
	// Facts returns what is known of the subjects of cases, by subject. It is work of the program: what a notice shows
	// of it goes through its list of fields.
	Facts(ctx context.Context, scope access.Scope, pack *policy.Pack, subjects []int64) (map[int64]Facts, error)
	// Reached prepares what reaching a state with an effect does to a subject, from a day on: the returned write runs in
	// the transaction of the step, its events are journalled with it.
	Reached(ctx context.Context, scope access.Scope, subject int64, does Does, on clock.Day) (func(context.Context, store.Tx) error, []journal.Entry, error)
}

// Does is what reaching a state does to a subject.
type Does struct {
	Effect  string         // of a household the code of its new status; empty: it stays
	Answers map[string]any // to items of the subject that are written with it; texts, days as 2006-01-02
	Judge   string         // code of the rule by which the subject is judged at once; empty: it is not
	Pack    string         // hash of the pack whose rule it is
}

func (d Does) nothing() bool { return d.Effect == "" && d.Answers == nil && d.Judge == "" }

// Subject is a household that a case is about.
type Subject struct {
	Home, ID, Area int64
	Number         string // as people know it; never a name
	Closed         bool   // it has left the register
}

// Facts are what a room knows of a subject.
type Facts struct {
	Number string
	Inputs map[string]any    // of conditions, by name
	Public map[string]string // by fields of PublicFields, unmasked
}

// Register says what cases of a kind do.
func (s *Service) Register(kind string, e Effect) { s.effects[kind] = e }

func (s *Service) effect(kind string) (Effect, error) {
	if e, ok := s.effects[kind]; ok {
		return e, nil
	}
	return nil, fmt.Errorf("no room does what cases of kind %q do", kind)
}

// Now is the present moment.
func (s *Service) Now() clock.Time { return s.journal.Clock().Now() }

// Today is the present day.
func (s *Service) Today() clock.Day { return s.Now().Day(time.UTC) }

// Areas is the area service, for pages.
func (s *Service) Areas() *area.Service { return s.areas }

// pinned is the definition of a pack that is installed, and the pack.
func (s *Service) pinned(hash, code string) (*Definition, *policy.Pack, error) {
	pack, ok := s.packs.Get(hash)
	if !ok {
		return nil, nil, fmt.Errorf("the pack %s of a case is not installed", hash)
	}
	d, ok := Of(pack).Find(code)
	if !ok {
		return nil, nil, fmt.Errorf("pack %s has no procedure %q", hash, code)
	}
	return d, pack, nil
}

// Definition is the one under which a case runs.
func (s *Service) Definition(c Case) (*Definition, error) {
	d, _, err := s.pinned(c.Pack, c.Code)
	return d, err
}

// DefinitionIn is a procedure of an installed pack; a NotFound fault where there is none.
func (s *Service) DefinitionIn(hash, code string) (*Definition, error) {
	d, _, err := s.pinned(hash, code)
	if err != nil {
		return nil, fault.Wrap(fault.NotFound, err, "no such procedure")
	}
	return d, nil
}

// BoardOf is the kind of a notice.
func (s *Service) BoardOf(n Notice) (*Board, error) {
	d, _, err := s.pinned(n.Pack, n.Code)
	if err != nil {
		return nil, err
	}
	return d.Board(n.Board), nil
}

// MeetingOf is the kind of a sitting.
func (s *Service) MeetingOf(m Sitting) (*Meeting, error) {
	d, _, err := s.pinned(m.Pack, m.Code)
	if err != nil {
		return nil, err
	}
	return d.Meeting(m.Meeting), nil
}

// At returns the procedures in use in an area today, and their pack.
func (s *Service) At(key int64) (*Procedures, *policy.Pack, error) {
	pack, err := s.packs.At(key, s.Today())
	if err != nil {
		return nil, nil, err
	}
	return Of(pack), pack, nil
}

// refuse is a fault whose message stands in the reader's language under fault.procedure.CODE.
func refuse(kind fault.Kind, code, format string, args ...any) *fault.Error {
	return fault.New(kind, format, args...).Coded("procedure." + code)
}

// who is the author of an act in an area.
func who(scope access.Scope, as access.Capacity, why string) journal.Who {
	c := scope.Caller()
	return journal.Who{Account: c.Account, Role: as.String(), Place: c.Place, Why: why}
}
