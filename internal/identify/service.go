package identify

import (
	"context"
	"sync"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/journal"
	"rightkey/internal/mirror"
	"rightkey/internal/policy"
	"rightkey/internal/policy/library"
	"rightkey/internal/registry"
)

// Service judges the households of the register and keeps the assessments. An assessment is a snapshot: pack, rule,
// line, inputs, outcome and reason. It never changes a household's status.
type Service struct {
	db       *access.DB
	journal  *journal.Journal
	areas    *area.Service
	packs    *library.Library
	registry *registry.Service
	jobs     *job.Runner
	caller   func(ctx context.Context, account int64) (access.Caller, error)

	mirrorColumns func() []mirror.Column
}

// Needs is what the service works with.
type Needs struct {
	DB       *access.DB
	Journal  *journal.Journal
	Areas    *area.Service
	Packs    *library.Library
	Registry *registry.Service
	Jobs     *job.Runner
	Caller   func(ctx context.Context, account int64) (access.Caller, error)
}

// JobKind is the kind of the jobs that judge households.
const JobKind = "identify"

// runChunk is how many households are judged in one transaction.
const runChunk = 200

// NewService opens the room and registers its job.
func NewService(n Needs) *Service {
	s := &Service{db: n.DB, journal: n.Journal, areas: n.Areas, packs: n.Packs, registry: n.Registry, jobs: n.Jobs, caller: n.Caller}
	s.mirrorColumns = sync.OnceValue(s.columnsOfMirror)
	n.Jobs.Register(JobKind, s.work)
	return s
}

// RunArgs says which households are judged: those below Area, by the pack in use there, by Rule ("" for the pack's
// first), on what is known of the calendar year of Day.
type RunArgs struct {
	Area int64     `json:"area"`
	Day  clock.Day `json:"day"`
	Rule string    `json:"rule"`
	// Pack is the hash of an installed pack under which the households are judged for comparison, beside the one that
	// is in use: such a verdict is kept and is not the household's current one. "" for the pack in use.
	Pack string `json:"pack,omitempty"`
	// Lines is the day whose lines and other dated figures judge what is known of the year of Day: also a judgement for
	// comparison. 0 for Day itself.
	Lines clock.Day `json:"lines,omitempty"`
}

// FiguresOn is the day whose lines and other dated figures judge.
func (a RunArgs) FiguresOn() clock.Day { return Input{Day: a.Day, Lines: a.Lines}.figuresOn() }

// Trial says whether the verdicts of a run are kept for comparison, beside the current ones.
func (a RunArgs) Trial() bool { return a.Pack != "" || a.Lines != 0 && a.Lines != a.Day }

// packOf is the pack that a run judges by in an area.
func (s *Service) packOf(args RunArgs, area int64) (*policy.Pack, error) {
	if args.Pack == "" {
		return s.packs.At(area, s.today())
	}
	pack, ok := s.packs.Get(args.Pack)
	if !ok {
		return nil, fault.New(fault.Invalid, "no such policy pack is installed").With(0, "pack", "is not installed")
	}
	return pack, nil
}

// Start judges the households below an area that are in scope, as a job; the job's identifier names the run. It
// returns a NotFound fault for an area out of scope or without a policy pack, and an Invalid fault for a day to come
// and a rule that the pack does not have.
func (s *Service) Start(ctx context.Context, scope access.Scope, args RunArgs) (job.Job, error) {
	within := scope.Within(s.areas.Scheme().Range(args.Area)).Ranges()
	if len(within) == 0 {
		return job.Job{}, fault.New(fault.NotFound, "no such area")
	}
	if args.Day > s.today() {
		return job.Job{}, fault.New(fault.Invalid, "the reference day is still to come").With(0, "day", "is still to come")
	}
	concerned := access.Range{Lo: within[0].Lo, Hi: within[len(within)-1].Hi}
	if s.areas.Scheme().Range(concerned.Lo) == concerned { // of a caller with one area: that area
		args.Area = concerned.Lo
	}
	pack, err := s.packOf(args, args.Area)
	if err != nil {
		return job.Job{}, err
	}
	if _, err := RuleOf(pack, args.Rule); err != nil {
		return job.Job{}, (&fault.Error{Kind: fault.Invalid, Message: "the pack has no such rule", Cause: err}).With(0, "rule", "the pack has no such rule")
	}
	return s.jobs.Submit(ctx, scope.Caller().Account, job.Request{Kind: JobKind, Title: "identify " + args.Day.String(), Args: args, Area: args.Area, Range: concerned})
}

// PackAt is the policy pack that judges in an area today.
func (s *Service) PackAt(area int64) (*policy.Pack, error) { return s.packs.At(area, s.today()) }

// Areas is the area service, for pages.
func (s *Service) Areas() *area.Service { return s.areas }

func (s *Service) today() clock.Day { return s.journal.Clock().Now().Day(time.UTC) }
