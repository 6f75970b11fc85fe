package identify

import (
	"context"
	"encoding/json"
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
	"rightkey/internal/registry"
	"rightkey/internal/store"
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

const (
	jobKind  = "identify"
	runChunk = 200
)

// NewService opens the room and registers its job.
func NewService(n Needs) *Service {
	s := &Service{db: n.DB, journal: n.Journal, areas: n.Areas, packs: n.Packs, registry: n.Registry, jobs: n.Jobs, caller: n.Caller}
	n.Jobs.Register(jobKind, s.work)
	return s
}

// RunArgs says which households are judged: those below Area, by the pack in use there, by Rule ("" for the pack's
// first), for the calendar year that ends on Day.
type RunArgs struct {
	Area int64     `json:"area"`
	Day  clock.Day `json:"day"`
	Rule string    `json:"rule"`
}

// Start judges the households below an area as a job; the job's identifier names the run.
func (s *Service) Start(ctx context.Context, scope access.Scope, args RunArgs) (job.Job, error) {
	within := s.areas.Scheme().Range(args.Area)
	if len(scope.Within(within).Ranges()) == 0 {
		return job.Job{}, fault.New(fault.NotFound, "no such area")
	}
	pack, err := s.packs.At(args.Area, s.today())
	if err != nil {
		return job.Job{}, err
	}
	if _, err := RuleOf(pack, args.Rule); err != nil {
		return job.Job{}, fault.Wrap(fault.Invalid, err, "the pack has no such rule")
	}
	return s.jobs.Submit(ctx, scope.Caller().Account, job.Request{Kind: jobKind, Title: "identify " + args.Day.String(), Args: args, Area: args.Area, Range: within})
}

func (s *Service) today() clock.Day { return s.journal.Clock().Now().Day(time.UTC) }

// runProgress is how far a run got.
type runProgress struct {
	After registry.Position `json:"after"`
	Done  int64             `json:"done"`
}

func (s *Service) work(ctx context.Context, run *job.Run) error {
	var args RunArgs
	if err := json.Unmarshal(run.Job.Args, &args); err != nil {
		return err
	}
	caller, err := s.caller(ctx, run.Job.Account)
	if err != nil {
		return err
	}
	caller.Purpose = access.Registration
	scope, err := access.Decide(caller, access.AssessRun)
	if err != nil {
		return err
	}
	total, _, err := s.registry.Count(ctx, scope, registry.Filter{Area: args.Area})
	if err != nil {
		return err
	}
	var at runProgress
	if run.Job.Progress != nil {
		if err := json.Unmarshal(run.Job.Progress, &at); err != nil {
			return err
		}
	}
	counts := run.Job.Counts
	y, _, _ := args.Day.Civil()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		cases, err := s.registry.Cases(ctx, scope, args.Area, clock.Date(y, 1, 1), clock.Date(y, 12, 31), at.After, runChunk)
		if err != nil || len(cases) == 0 {
			return err
		}
		last := cases[len(cases)-1]
		at = runProgress{After: registry.Position{Area: last.Area, ID: last.ID}, Done: at.Done + int64(len(cases))}
		counts.In += int64(len(cases))
		counts.Created += int64(len(cases))
		if err := s.assess(ctx, scope, run, args, cases, func(ctx context.Context, tx store.Tx) error {
			return run.Save(ctx, tx, at.Done, total, counts, at)
		}); err != nil {
			return err
		}
	}
}

var assessmentColumns = []string{"home", "id", "household", "area", "run", "day", "at", "account", "pack", "version", "hash", "verdict", "welfare", "line", "persons", "inputs", "reason"}

// assess judges a chunk and stores the assessments.
func (s *Service) assess(ctx context.Context, scope access.Scope, run *job.Run, args RunArgs, cases []registry.Case, save func(context.Context, store.Tx) error) error {
	c := scope.Caller()
	command, err := s.journal.Begin(ctx, journal.Who{Account: c.Account, Role: scope.Role(args.Area), Place: c.Place, Why: fmt.Sprintf("identification run %d", run.Job.ID)})
	if err != nil {
		return err
	}
	var rows [][]any
	for _, one := range cases {
		verdict, pack, persons, err := s.judge(one, args)
		if err != nil {
			return fmt.Errorf("household %d: %w", one.ID, err)
		}
		id, err := s.journal.Ids().One(ctx, one.Home)
		if err != nil {
			return err
		}
		inputs, reason, err := snapshot(verdict, pack)
		if err != nil {
			return err
		}
		var welfare, line *int64
		if verdict.HasWelfare {
			welfare = &verdict.Welfare
		}
		if verdict.HasLine {
			line = &verdict.Line.Amount
		}
		rows = append(rows, []any{one.Home, id, one.ID, one.Area, run.Job.ID, int64(args.Day), int64(command.At), c.Account, pack.ID, pack.Version, pack.Hash,
			string(verdict.Outcome), welfare, line, persons, inputs, reason})
		if err := command.Note(ctx, journal.Entry{Kind: "household.assessed", SubjectKind: registry.SubjectHousehold, Subject: one.ID, Home: one.Home, Area: one.Area,
			ValidOn: &args.Day, VerBefore: one.Ver, VerAfter: one.Ver, Body: map[string]any{"assessment": id, "run": run.Job.ID}}); err != nil {
			return err
		}
	}
	return s.db.Tx(ctx, scope, func(tx store.Tx) error {
		if err := tx.Bulk(ctx, "assessment", assessmentColumns, rows); err != nil {
			return err
		}
		if err := command.Append(ctx, tx); err != nil {
			return err
		}
		return save(ctx, tx)
	})
}

// judge gives a household's verdict under the pack in use where it lives, and how many persons it is about.
func (s *Service) judge(one registry.Case, args RunArgs) (Verdict, *policy.Pack, int64, error) {
	pack, err := s.packs.At(one.Area, s.today())
	if err != nil {
		return Verdict{}, nil, 0, err
	}
	rule, err := RuleOf(pack, args.Rule)
	if err != nil {
		return Verdict{}, nil, 0, err
	}
	input, err := inputOf(pack, rule, one, args.Day)
	if err != nil {
		return Verdict{}, nil, 0, err
	}
	persons := int64(len(one.Members))
	if stated, ok := input.Inputs["members"].(float64); ok && persons == 0 {
		persons = int64(stated)
	}
	verdict, err := Judge(pack, rule, input)
	if fault.Is(err, fault.Invalid) { // what cannot be computed cannot be said
		return Verdict{PackID: pack.ID, PackVersion: pack.Version, PackHash: pack.Hash, Rule: rule.Code, Formula: rule.Welfare, Outcome: Unknown, Day: args.Day}, pack, persons, nil
	}
	return verdict, pack, persons, err
}

// inputOf gathers what the register knows of a household as inputs of the pack's formulas.
func inputOf(pack *policy.Pack, rule Rule, one registry.Case, day clock.Day) (Input, error) {
	input := Input{Area: one.Area, Day: day}
	entries := make([]Entry, 0, len(one.Entries))
	for _, e := range one.Entries {
		entries = append(entries, Entry{Subject: e.Subject, Class: e.Class, Amount: e.Minor})
	}
	input.Inputs = rule.Totals(pack, entries)
	if err := itemInputs(pack, registry.SubjectHousehold, one.Facts, input.Inputs); err != nil {
		return Input{}, err
	}
	for _, member := range one.Members {
		inputs := map[string]any{}
		if err := itemInputs(pack, registry.SubjectPerson, member, inputs); err != nil {
			return Input{}, err
		}
		if text, ok := member[registry.FieldBirth].(string); ok {
			if birth, err := clock.ParseDay(text); err == nil {
				inputs["age"] = float64(clock.Age(birth, day))
			}
		}
		input.Members = append(input.Members, inputs)
	}
	for name, code := range rule.Given {
		if len(one.Members) == 0 || len(entries) == 0 {
			if stated, ok := input.Inputs[code]; ok {
				input.Inputs[name] = stated
			}
		}
	}
	return input, nil
}

// itemInputs adds a subject's facts as formula inputs.
func itemInputs(pack *policy.Pack, subject string, facts policy.Facts, into map[string]any) error {
	for code, value := range facts {
		item, ok := pack.Item(subject, code)
		if !ok || value == nil {
			continue
		}
		number, err := item.Input(value)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", subject, code, err)
		}
		into[code] = number
	}
	return nil
}
