package job

import (
	"context"
	"encoding/json"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/store"
)

// State is where a job is.
type State string

// The states.
const (
	Queued    State = "queued"
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Ended says that nothing more will happen.
func (s State) Ended() bool { return s == Done || s == Failed || s == Cancelled }

// Counts are what a job did with what came in. In = Created + Updated + Unchanged + Rejected when it is done.
type Counts struct {
	In        int64 `json:"in"`
	Created   int64 `json:"created"`
	Updated   int64 `json:"updated"`
	Unchanged int64 `json:"unchanged"`
	Rejected  int64 `json:"rejected"`
}

// Add returns the sum.
func (c Counts) Add(d Counts) Counts {
	return Counts{c.In + d.In, c.Created + d.Created, c.Updated + d.Updated, c.Unchanged + d.Unchanged, c.Rejected + d.Rejected}
}

// Job is long work.
type Job struct {
	ID      int64
	Kind    string
	State   State
	Title   string
	Args    json.RawMessage
	Account int64 // who asked for it
	Area    int64
	// Done and Total are in the work's own units (rows, households); Total is 0 while unknown.
	Done, Total int64
	Counts      Counts
	// Progress is what the worker needs to go on after a restart.
	Progress json.RawMessage
	Error    string
	Created  clock.Time
	Started  clock.Time // 0 if not yet
	Finished clock.Time // 0 if not yet
	Ver      int64
}

// Percent is how much is done, 0 to 100, -1 while unknown.
func (j Job) Percent() int {
	if j.State == Done {
		return 100
	}
	if j.Total == 0 {
		return -1
	}
	return int(min(99, j.Done*100/j.Total))
}

const columns = "id, kind, state, title, args, account, area, done, total, counts, progress, error, created, coalesce(started, 0), coalesce(finished, 0), ver"

func scan(r store.Rows, j *Job) error {
	var args, counts, progress string
	err := r.Scan(&j.ID, &j.Kind, &j.State, &j.Title, &args, &j.Account, &j.Area, &j.Done, &j.Total, &counts, &progress, &j.Error,
		&j.Created, &j.Started, &j.Finished, &j.Ver)
	if err != nil {
		return err
	}
	j.Args = json.RawMessage(args)
	if progress != "" {
		j.Progress = json.RawMessage(progress)
	}
	if counts == "" {
		return nil
	}
	return json.Unmarshal([]byte(counts), &j.Counts)
}

// Get returns a job that the caller asked for or, with job.read, one in the caller's areas; else a NotFound fault.
func (r *Runner) Get(ctx context.Context, caller access.Caller, id int64) (Job, error) {
	found, err := r.list(ctx, caller, "id = $2", id)
	if err != nil {
		return Job{}, err
	}
	if len(found) == 0 {
		return Job{}, fault.New(fault.NotFound, "no such job")
	}
	return found[0], nil
}

// List returns the newest jobs that the caller may see, older than before (0 for the newest).
func (r *Runner) List(ctx context.Context, caller access.Caller, before int64, limit int) ([]Job, error) {
	if before == 0 {
		before = 1 << 62
	}
	return r.list(ctx, caller, "id < $2 ORDER BY id DESC LIMIT $3", before, limit)
}

func (r *Runner) list(ctx context.Context, caller access.Caller, condition string, args ...any) ([]Job, error) {
	scope, err := access.Decide(caller, access.JobRead)
	if err != nil { // without job.read one still sees one's own
		scope = access.Scope{}
	}
	sql := "SELECT " + columns + " FROM job WHERE (account = $1 OR ({scope area} AND {scope hi})) AND " + condition
	found, err := store.All(ctx, r.db.In(scope), sql, append([]any{caller.Account}, args...), scan)
	if err != nil {
		return nil, fmt.Errorf("read jobs: %w", err)
	}
	return found, nil
}
