package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/store"
)

// Worker does the jobs of a kind. It starts or goes on from run.Job.Progress, calls run.Save in each of its
// transactions, and returns when ctx is done. A returned fault is shown to the user; another error is logged and
// shown as an internal one.
type Worker func(ctx context.Context, run *Run) error

const (
	beat  = 2 * time.Second  // how often a running job says that it lives
	stale = 15 * time.Second // after how long without a beat another process takes it over
	poll  = time.Second      // how often waiting jobs are looked for
)

// Runner runs jobs in the background: in each process one of those that people ask for at a time, and beside it one of
// the upkeep, so that nobody's import waits until the register has been looked through.
type Runner struct {
	db      *access.DB
	ids     *store.Ids
	clock   clock.Clock
	holder  string
	workers map[string]Worker
	upkeep  []string // kinds of it
	wakes   [2]chan struct{}
	way     Way

	mu      sync.Mutex
	cancels map[int64]context.CancelFunc
}

// system is the runner's own scope: which jobs wait is not a person's question.
var system = access.System("the job runner works for those who asked")

// NewRunner makes the runner of this process.
func NewRunner(db *access.DB, ids *store.Ids, c clock.Clock) *Runner {
	holder, _ := crypt.NewToken()
	return &Runner{db: db, ids: ids, clock: c, holder: holder, workers: map[string]Worker{}, wakes: [2]chan struct{}{make(chan struct{}, 1), make(chan struct{}, 1)}, cancels: map[int64]context.CancelFunc{}}
}

// Way is where this process's jobs make way for people.
func (r *Runner) Way() *Way { return &r.way }

// Kinds lists the kinds of job that can be done.
func (r *Runner) Kinds() []string { return slices.Sorted(maps.Keys(r.workers)) }

// Register says who does jobs of a kind; call it before Run.
func (r *Runner) Register(kind string, w Worker) { r.workers[kind] = w }

// RegisterUpkeep is Register for jobs that go through the whole register without anybody waiting for their end.
func (r *Runner) RegisterUpkeep(kind string, w Worker) {
	r.Register(kind, w)
	r.upkeep = append(r.upkeep, kind)
}

// Request is a job to be done. Range is what it concerns; those with job.read there may watch it.
type Request struct {
	Kind, Title string
	Args        any
	Area        int64
	Range       access.Range
}

// Prepare makes the row of a job; Insert stores it in the transaction that makes it necessary, Wake starts it after.
func (r *Runner) Prepare(ctx context.Context, account int64, q Request) (Job, error) {
	if r.workers[q.Kind] == nil {
		return Job{}, fmt.Errorf("no worker for jobs of kind %q", q.Kind)
	}
	args, err := json.Marshal(q.Args)
	if err != nil {
		return Job{}, err
	}
	id, err := r.ids.One(ctx, 0)
	if err != nil {
		return Job{}, err
	}
	return Job{ID: id, Kind: q.Kind, State: Queued, Title: q.Title, Args: args, Account: account, Area: q.Area, Created: r.clock.Now(), Ver: 1}, nil
}

// Insert stores a prepared job.
func (r *Runner) Insert(ctx context.Context, tx store.Tx, j Job, within access.Range) error {
	_, err := tx.Exec(ctx, "INSERT INTO job (id, kind, state, title, args, account, area, lo, hi, created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		j.ID, j.Kind, string(j.State), j.Title, string(j.Args), j.Account, j.Area, within.Lo, within.Hi, int64(j.Created))
	return err
}

// Submit stores a job and starts it as soon as its turn comes.
func (r *Runner) Submit(ctx context.Context, account int64, q Request) (Job, error) {
	j, err := r.Prepare(ctx, account, q)
	if err != nil {
		return Job{}, err
	}
	if err := r.db.Tx(ctx, system, func(tx store.Tx) error { return r.Insert(ctx, tx, j, q.Range) }); err != nil {
		return Job{}, fmt.Errorf("store a job: %w", err)
	}
	r.Wake()
	return j, nil
}

// Wake looks for waiting jobs now.
func (r *Runner) Wake() {
	for _, wake := range r.wakes {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

// Run does waiting jobs until ctx is done; then the running ones stop after their present transactions.
func (r *Runner) Run(ctx context.Context) {
	var both sync.WaitGroup
	both.Go(func() { r.runEach(ctx, false, r.wakes[0]) })
	if len(r.upkeep) > 0 {
		both.Go(func() { r.runEach(ctx, true, r.wakes[1]) })
	}
	both.Wait()
}

// runEach does waiting jobs of the upkeep, or those that are not, one after the other.
func (r *Runner) runEach(ctx context.Context, upkeep bool, wake chan struct{}) {
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for {
		j, err := r.claim(ctx, upkeep)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			if !r.do(ctx, j) {
				continue
			}
		case !errors.Is(err, store.ErrNoRows):
			slog.Error("claim a job", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-ticker.C:
		}
	}
}

// claim takes the oldest waiting job of the upkeep, or that is not, or one whose process has died, or one that this process left when the database
// could not serve.
func (r *Runner) claim(ctx context.Context, upkeep bool) (Job, error) {
	now := r.clock.Now()
	dead := int64(now) - stale.Microseconds()
	if r.db.Engine() == store.SQLite {
		dead = int64(now) + 1 // no other process can hold a job of this file
	}
	args := []any{r.holder, dead}
	kinds := ""
	if len(r.upkeep) > 0 {
		kinds = " AND " + store.OneOf("kind", r.upkeep, func(v any) string { args = append(args, v); return fmt.Sprintf("$%d", len(args)) })
		if !upkeep {
			kinds = " AND NOT" + strings.TrimPrefix(kinds, " AND")
		}
	}
	var j Job
	err := r.db.Tx(ctx, system, func(tx store.Tx) error {
		waiting, err := store.All(ctx, tx, "SELECT "+columns+` FROM job WHERE {checked} AND (state = 'queued' OR (state = 'running' AND (holder = $1 OR beat < $2)))`+kinds+` ORDER BY id LIMIT 1`,
			args, scan)
		if err != nil {
			return err
		}
		if len(waiting) == 0 {
			return store.ErrNoRows
		}
		j = waiting[0]
		if err := store.Bump(ctx, tx, "job", "{checked} AND id = $1", j.Ver, j.ID); err != nil {
			return err
		}
		j.Ver++
		_, err = tx.Exec(ctx, "UPDATE job SET state = 'running', holder = $2, beat = $3, started = coalesce(started, $3) WHERE {checked} AND id = $1", j.ID, r.holder, int64(now))
		return err
	})
	return j, err
}

// do works on a claimed job. It returns true if the job has to wait for the database: it is claimed again and goes on
// from what it stored last.
func (r *Runner) do(ctx context.Context, j Job) (waits bool) {
	working, cancel := context.WithCancel(ctx)
	defer cancel()
	r.mu.Lock()
	r.cancels[j.ID] = cancel
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		delete(r.cancels, j.ID)
		r.mu.Unlock()
	}()
	go r.keepAlive(working, cancel, j.ID)

	run := &Run{Job: j, runner: r}
	stand := r.way.Make
	if slices.Contains(r.upkeep, j.Kind) {
		stand = r.way.Give
	}
	err := r.guard(store.Courteous(working, stand), run)
	if kind := fault.KindOf(err); ctx.Err() != nil && (kind == fault.Internal || kind == fault.Unavailable) {
		r.release(context.WithoutCancel(ctx), j.ID)
		return false // the process stops, which databases report in many ways; the job goes on when it starts again
	}
	if !store.Passing(err) {
		err = r.finish(context.WithoutCancel(ctx), run, err)
	}
	if err != nil {
		slog.Error("a job waits for the database", "job", j.ID, "kind", j.Kind, "error", err)
	}
	return err != nil
}

// release lets the next process take a job over at once.
func (r *Runner) release(ctx context.Context, id int64) {
	err := r.db.Tx(ctx, system, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE job SET beat = 0 WHERE {checked} AND id = $1 AND holder = $2 AND state = 'running'", id, r.holder)
		return err
	})
	if err != nil {
		slog.Warn("release a job; another process takes it over a little later", "job", id, "error", err)
	}
}

func (r *Runner) guard(ctx context.Context, run *Run) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a job: %v\n%s", p, debug.Stack())
		}
	}()
	work := r.workers[run.Job.Kind]
	if work == nil {
		return fault.New(fault.Unavailable, "this version cannot do jobs of kind %q", run.Job.Kind)
	}
	return work(ctx, run)
}

// keepAlive says that the job lives, and stops it when it was cancelled or taken over.
func (r *Runner) keepAlive(ctx context.Context, stop context.CancelFunc, id int64) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		var held int64
		err := r.db.Tx(ctx, system, func(tx store.Tx) (err error) {
			held, err = tx.Exec(ctx, "UPDATE job SET beat = $3 WHERE {checked} AND id = $1 AND holder = $2 AND state = 'running'", id, r.holder, int64(r.clock.Now()))
			return err
		})
		if err == nil && held == 0 {
			stop()
			return
		}
	}
}

func (r *Runner) finish(ctx context.Context, run *Run, failure error) error {
	state, text := Done, ""
	if failure != nil {
		state, text = Failed, "an internal error; the operator's log says more"
		var known *fault.Error
		if errors.As(failure, &known) && known.Kind != fault.Internal {
			text = known.Message
		}
		slog.Error("job failed", "job", run.Job.ID, "kind", run.Job.Kind, "error", failure)
	}
	return r.db.Tx(ctx, system, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE job SET state = $3, error = $4, finished = $5, ver = ver + 1 WHERE {checked} AND id = $1 AND holder = $2 AND state = 'running'",
			run.Job.ID, r.holder, string(state), text, int64(r.clock.Now()))
		return err
	})
}

// Cancel stops a job that the caller asked for; what it stored stays.
func (r *Runner) Cancel(ctx context.Context, caller access.Caller, id int64) error {
	j, err := r.Get(ctx, caller, id)
	if err != nil {
		return err
	}
	if j.Account != caller.Account {
		return fault.New(fault.Forbidden, "only who started a job may cancel it")
	}
	err = r.db.Tx(ctx, system, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE job SET state = 'cancelled', finished = $2, ver = ver + 1 WHERE {checked} AND id = $1 AND state IN ('queued', 'running')", id, int64(r.clock.Now()))
		if err == nil && n == 0 {
			return fault.New(fault.Conflict, "the job has already ended")
		}
		return err
	})
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if stop := r.cancels[id]; stop != nil {
		stop()
	}
	return nil
}

// Run is a job at work.
type Run struct {
	Job    Job
	runner *Runner
}

// Way is where the job makes way for people.
func (r *Run) Way() *Way { return &r.runner.way }

// Save stores how far the job got, in the same transaction as the work itself; if the job was cancelled or taken over
// in the meantime the transaction fails with a Conflict fault. progress is what the worker needs to go on.
func (r *Run) Save(ctx context.Context, tx store.Tx, done, total int64, counts Counts, progress any) error {
	countsText, err := json.Marshal(counts)
	if err != nil {
		return err
	}
	progressText, err := json.Marshal(progress)
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, "UPDATE job SET done = $3, total = $4, counts = $5, progress = $6, beat = $7 WHERE {checked} AND id = $1 AND holder = $2 AND state = 'running'",
		r.Job.ID, r.runner.holder, done, total, string(countsText), string(progressText), int64(r.runner.clock.Now()))
	if err != nil {
		return err
	}
	if n != 1 {
		return fault.New(fault.Conflict, "the job was cancelled")
	}
	return nil
}
