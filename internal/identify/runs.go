package identify

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// Run is one identification: what was asked for, by whom, and how far it is.
type Run struct {
	RunArgs
	ID       int64
	Account  int64
	State    job.State
	Percent  int // of the households, -1 while nobody knows how many there are
	Error    string
	Created  clock.Time
	Finished clock.Time // 0 if not yet
}

// Runs lists the runs that concern areas in scope, newest first, older than before (0 for the newest).
func (s *Service) Runs(ctx context.Context, scope access.Scope, before int64, limit int) ([]Run, error) {
	if before == 0 {
		before = 1 << 62
	}
	return s.runs(ctx, scope, "id < $1 AND kind = $2 AND (%s) ORDER BY id DESC LIMIT $3", before, JobKind, limit)
}

// GetRun returns a run that concerns areas in scope, or a NotFound fault.
func (s *Service) GetRun(ctx context.Context, scope access.Scope, id int64) (Run, error) {
	found, err := s.runs(ctx, scope, "id = $1 AND kind = $2 AND (%s)", id, JobKind)
	if err != nil {
		return Run{}, err
	}
	if len(found) == 0 {
		return Run{}, fault.New(fault.NotFound, "no such run")
	}
	return found[0], nil
}

// runs reads runs that reach into the scope: one run of a province is the county's run too. What of its results is
// seen is decided when they are read.
func (s *Service) runs(ctx context.Context, scope access.Scope, condition string, args ...any) ([]Run, error) {
	reaching := []string{"1 = 0"}
	for _, r := range scope.Ranges() {
		args = append(args, r.Hi, r.Lo)
		reaching = append(reaching, fmt.Sprintf("(lo <= $%d AND hi >= $%d)", len(args)-1, len(args)))
	}
	sql := "SELECT id, account, state, args, done, total, error, created, coalesce(finished, 0) FROM job WHERE {checked} AND " + fmt.Sprintf(condition, strings.Join(reaching, " OR "))
	found, err := store.All(ctx, s.db.In(scope), sql, args, func(r store.Rows, run *Run) error {
		j := job.Job{}
		var asked string
		if err := r.Scan(&run.ID, &run.Account, &j.State, &asked, &j.Done, &j.Total, &run.Error, &run.Created, &run.Finished); err != nil {
			return err
		}
		run.State, run.Percent = j.State, j.Percent()
		return json.Unmarshal([]byte(asked), &run.RunArgs)
	})
	if err != nil {
		return nil, fmt.Errorf("read runs: %w", err)
	}
	return found, nil
}

// Ground is what verdicts of a run rest on: a pack, its rule, and the lines that decided.
type Ground struct {
	Pack  *policy.Pack
	Rule  Rule
	Lines []policy.Line
}

// Grounds lists what the verdicts of a run in scope below an area rest on, one entry for each pack.
func (s *Service) Grounds(ctx context.Context, scope access.Scope, run Run, areaKey int64) ([]Ground, error) {
	below := s.areas.Scheme().Range(areaKey)
	hashes, err := store.All(ctx, s.db.In(scope.Within(below)), "SELECT DISTINCT a.hash FROM assessment a WHERE a.run = $1 AND {scope a.area} ORDER BY a.hash",
		[]any{run.ID}, func(r store.Rows, hash *string) error { return r.Scan(hash) })
	if err != nil {
		return nil, fmt.Errorf("read the packs of a run: %w", err)
	}
	var grounds []Ground
	for _, hash := range hashes {
		pack, ok := s.packs.Get(hash)
		if !ok {
			return nil, fmt.Errorf("the pack %s of a run is not installed", hash)
		}
		rule, err := RuleOf(pack, run.Rule)
		if err != nil {
			return nil, err
		}
		grounds = append(grounds, Ground{Pack: pack, Rule: rule, Lines: linesWithin(pack, rule, below, run.FiguresOn())})
	}
	return grounds, nil
}

// linesWithin lists the lines that decide somewhere in a range of areas on a day: those of areas in it, and of those
// around it the nearest.
func linesWithin(pack *policy.Pack, rule Rule, within access.Range, day clock.Day) []policy.Line {
	newest := map[string]policy.Line{} // by area
	for _, line := range pack.Lines {
		valid := line.Purpose == rule.Purpose && line.From <= day && day <= line.To && line.Area.Lo <= within.Hi && line.Area.Hi >= within.Lo
		if known, ok := newest[line.Area.Prefix]; valid && (!ok || line.From > known.From) {
			newest[line.Area.Prefix] = line
		}
	}
	var lines []policy.Line
	var nearest *policy.Line
	for _, line := range newest {
		around := line.Area.Lo <= within.Lo && line.Area.Hi >= within.Hi
		switch {
		case !around:
			lines = append(lines, line)
		case nearest == nil || len(line.Area.Prefix) > len(nearest.Area.Prefix):
			nearest = &line
		}
	}
	if nearest != nil {
		lines = append(lines, *nearest)
	}
	slices.SortFunc(lines, func(a, b policy.Line) int { return strings.Compare(a.Area.Prefix, b.Area.Prefix) })
	return lines
}

// Packs are the installed policy packs.
func (s *Service) Packs() []*policy.Pack { return s.packs.All() }

// Pack is an installed policy pack by its hash.
func (s *Service) Pack(hash string) (*policy.Pack, bool) { return s.packs.Get(hash) }
