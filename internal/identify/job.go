package identify

import (
	"context"
	"encoding/json"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

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

var assessmentColumns = []string{"home", "id", "household", "area", "run", "day", "at", "account", "pack", "version", "hash", "verdict", "category", "points", "trial", "welfare", "line", "persons", "inputs", "reason"}

// assess judges a chunk and stores the assessments.
func (s *Service) assess(ctx context.Context, scope access.Scope, run *job.Run, args RunArgs, cases []registry.Case, save func(context.Context, store.Tx) error) error {
	c := scope.Caller()
	command, err := s.journal.Begin(ctx, journal.Who{Account: c.Account, Role: scope.Role(args.Area), Place: c.Place, Why: fmt.Sprintf("identification run %d", run.Job.ID)})
	if err != nil {
		return err
	}
	var rows [][]any
	for _, one := range cases {
		store.Courtesy(ctx)
		pack, err := s.packOf(args, one.Area)
		if err != nil {
			return err
		}
		row, entry, err := s.assessed(ctx, scope, one, pack, args, run.Job.ID, command.At)
		if err != nil {
			return fmt.Errorf("household %d: %w", one.ID, err)
		}
		rows = append(rows, row)
		if err := command.Note(ctx, entry); err != nil {
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

// assessed judges a household under a pack: the row of its assessment and the event of it. Run is 0 for a household that
// is judged by itself.
func (s *Service) assessed(ctx context.Context, scope access.Scope, one registry.Case, pack *policy.Pack, args RunArgs, run int64, at clock.Time) ([]any, journal.Entry, error) {
	verdict, persons, err := judge(one, pack, args)
	if err != nil {
		return nil, journal.Entry{}, err
	}
	id, err := s.journal.Ids().One(ctx, one.Home)
	if err != nil {
		return nil, journal.Entry{}, err
	}
	inputs, reason, err := snapshot(verdict, pack)
	if err != nil {
		return nil, journal.Entry{}, err
	}
	var welfare, line, points *int64
	if verdict.Score != nil && verdict.Score.Known {
		total := int64(verdict.Score.Points)
		points = &total
	}
	if verdict.HasWelfare {
		welfare = &verdict.Welfare
	}
	if verdict.HasLine {
		line = &verdict.Line.Amount
	}
	trial := int64(0)
	if args.Trial() {
		trial = 1
	}
	row := []any{one.Home, id, one.ID, one.Area, run, int64(args.Day), int64(at), scope.Caller().Account, pack.ID, pack.Version, pack.Hash,
		string(verdict.Outcome), verdict.Category, points, trial, welfare, line, persons, inputs, reason}
	return row, journal.Entry{Kind: "household.assessed", SubjectKind: registry.SubjectHousehold, Subject: one.ID, Home: one.Home, Area: one.Area,
		ValidOn: &args.Day, VerBefore: one.Ver, VerAfter: one.Ver, Body: map[string]any{"assessment": id, "run": run}}, nil
}

// judge gives a household's verdict under a pack and how many persons it is about.
func judge(one registry.Case, pack *policy.Pack, args RunArgs) (Verdict, int64, error) {
	rule, err := RuleOf(pack, args.Rule)
	if err != nil {
		return Verdict{}, 0, err
	}
	input, err := inputOf(pack, rule, one, args.Day)
	if err != nil {
		return Verdict{}, 0, err
	}
	input.Lines = args.Lines
	persons := int64(len(one.Members))
	if stated, ok := input.Inputs["members"].(float64); ok && persons == 0 {
		persons = int64(stated)
	}
	verdict, err := Judge(pack, rule, input)
	if fault.Is(err, fault.Invalid) { // what cannot be computed cannot be said
		return Verdict{PackID: pack.ID, PackVersion: pack.Version, PackHash: pack.Hash, Rule: rule.Code, Formula: rule.Welfare,
			Outcome: Unknown, Day: args.Day, Inputs: input.Inputs}, persons, nil
	}
	return verdict, persons, err
}
