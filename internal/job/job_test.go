package job_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/store"
	"rightkey/test/stand"
)

var ctx = context.Background()

// count is a worker that saves one step at a time up to 10 and calls at before each.
func count(s *stand.Stand, at func(step int64)) job.Worker {
	return func(ctx context.Context, run *job.Run) error {
		var done int64
		if run.Job.Progress != nil {
			if err := json.Unmarshal(run.Job.Progress, &done); err != nil {
				return err
			}
		}
		for ; done < 10; done++ {
			at(done)
			if err := ctx.Err(); err != nil {
				return err
			}
			err := s.DB.Tx(ctx, access.System("a worker of a test"), func(tx store.Tx) error {
				if _, err := tx.Exec(ctx, "INSERT INTO meta (key, value) VALUES ($1, 'done')", string(rune('a'+done))); err != nil {
					return err
				}
				return run.Save(ctx, tx, done+1, 10, job.Counts{In: done + 1, Created: done + 1}, done+1)
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
}

func run(t *testing.T, r *job.Runner) (stop func()) {
	t.Helper()
	working, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() { r.Run(working); close(ended) }()
	stop = func() { cancel(); <-ended }
	t.Cleanup(stop)
	return stop
}

func await(t *testing.T, r *job.Runner, c access.Caller, id int64, until func(job.Job) bool) job.Job {
	t.Helper()
	for range 2000 {
		j, err := r.Get(ctx, c, id)
		if err != nil {
			t.Fatal(err)
		}
		if until(j) {
			return j
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the job did not get there")
	return job.Job{}
}

func wait(t *testing.T, reached chan struct{}) {
	t.Helper()
	select {
	case <-reached:
	case <-time.After(20 * time.Second):
		t.Fatal("the job did not get there")
	}
}

func ended(j job.Job) bool { return j.State.Ended() }

func TestAJobIsDoneWithItsCountsAndSeenByItsOwnerAlone(t *testing.T) {
	stand.Each(t, "2-3", func(t *testing.T, s *stand.Stand) {
		r := job.NewRunner(s.DB, s.Ids, s.Clock)
		r.Register("count", count(s, func(int64) {}))
		run(t, r)
		owner, auditor := s.Caller(4, "owner", "village-official"), s.Caller(5, "auditor", "auditor@11000")
		j, err := r.Submit(ctx, 4, job.Request{Kind: "count", Title: "count", Area: 11000, Range: s.Areas.Scheme().Range(11000)})
		if err != nil {
			t.Fatal(err)
		}
		done := await(t, r, owner, j.ID, ended)
		if done.State != job.Done || done.Counts != (job.Counts{In: 10, Created: 10}) || done.Percent() != 100 {
			t.Errorf("job %+v", done)
		}
		if _, err := r.Get(ctx, auditor, j.ID); err != nil {
			t.Errorf("an auditor of the area: %v", err)
		}
		for _, stranger := range []access.Caller{s.Caller(6, "far", "auditor@12000"), s.Caller(7, "clerk", "village-official")} {
			if _, err := r.Get(ctx, stranger, j.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s sees the job: %v", stranger.Person, err)
			}
			if list, err := r.List(ctx, stranger, 0, 10); err != nil || len(list) != 0 {
				t.Errorf("%s lists %v (%v)", stranger.Person, list, err)
			}
		}
	})
}

func TestAStoppedJobGoesOnWhereItWasInTheNextProcess(t *testing.T) {
	stand.Each(t, "2-3", func(t *testing.T, s *stand.Stand) {
		first := job.NewRunner(s.DB, s.Ids, s.Clock)
		reached := make(chan struct{})
		first.Register("count", count(s, func(step int64) {
			if step == 4 {
				close(reached)
				time.Sleep(50 * time.Millisecond)
			}
		}))
		stop := run(t, first)
		j, err := first.Submit(ctx, 4, job.Request{Kind: "count"})
		if err != nil {
			t.Fatal(err)
		}
		wait(t, reached)
		stop()
		owner := s.Caller(4, "owner", "village-official")
		if now, err := first.Get(ctx, owner, j.ID); err != nil || now.State != job.Running || now.Done == 0 || now.Done == 10 {
			t.Fatalf("after the stop %+v (%v)", now, err)
		}
		s.Clock.Set(s.Clock.Now().Add(time.Minute)) // the dead process's beat is old
		second := job.NewRunner(s.DB, s.Ids, s.Clock)
		second.Register("count", count(s, func(int64) {}))
		run(t, second)
		if done := await(t, second, owner, j.ID, ended); done.State != job.Done || done.Counts.In != 10 {
			t.Errorf("job %+v", done)
		}
		var n int64
		if err := store.One(ctx, s.Raw, "SELECT count(*) FROM meta WHERE value = 'done'", nil, &n); err != nil || n != 10 {
			t.Errorf("%d steps stored (%v), want 10: each once", n, err)
		}
	})
}

func TestWhatPeopleAskForDoesNotWaitForTheUpkeepOfWhichOneGoesAfterTheOther(t *testing.T) {
	stand.Each(t, "2-3", func(t *testing.T, s *stand.Stand) {
		r := job.NewRunner(s.DB, s.Ids, s.Clock)
		begun, let := make(chan int64, 2), make(chan struct{})
		r.RegisterUpkeep("sweep", func(ctx context.Context, run *job.Run) error {
			begun <- run.Job.ID
			select {
			case <-let:
			case <-ctx.Done():
			}
			return ctx.Err()
		})
		r.Register("count", count(s, func(int64) {}))
		owner := s.Caller(4, "owner", "village-official")
		submit := func(kind string) int64 {
			j, err := r.Submit(ctx, 4, job.Request{Kind: kind})
			if err != nil {
				t.Fatal(err)
			}
			return j.ID
		}
		sweeps := []int64{submit("sweep"), submit("sweep")}
		run(t, r)
		if first := <-begun; first != sweeps[0] {
			t.Errorf("job %d begins, want %d", first, sweeps[0])
		}
		if done := await(t, r, owner, submit("count"), ended); done.State != job.Done {
			t.Errorf("what was asked for: %+v", done)
		}
		if now, err := r.Get(ctx, owner, sweeps[1]); err != nil || now.State != job.Queued {
			t.Errorf("while the first goes on the second of the upkeep is %+v (%v)", now, err)
		}
		close(let)
		for _, id := range sweeps {
			if done := await(t, r, owner, id, ended); done.State != job.Done {
				t.Errorf("of the upkeep: %+v", done)
			}
		}
	})
}

func TestAJobStandsAsideBeforeEachStatementWhileSomebodyWaits(t *testing.T) {
	stand.Each(t, "2-3", func(t *testing.T, s *stand.Stand) {
		r := job.NewRunner(s.DB, s.Ids, s.Clock)
		var alone, beside time.Duration
		took := func(ctx context.Context) time.Duration {
			began := time.Now()
			for range 5 {
				var n int64
				if err := store.One(ctx, s.DB.In(access.System("a worker of a test")), "SELECT count(*) FROM meta", nil, &n); err != nil {
					t.Error(err)
				}
			}
			return time.Since(began)
		}
		r.Register("ask", func(ctx context.Context, _ *job.Run) error {
			alone = took(context.Background())
			defer r.Way().Visit()()
			beside = took(ctx)
			return nil
		})
		run(t, r)
		j, err := r.Submit(ctx, 4, job.Request{Kind: "ask"})
		if err != nil {
			t.Fatal(err)
		}
		await(t, r, s.Caller(4, "owner", "village-official"), j.ID, ended)
		if beside < 100*time.Millisecond {
			t.Errorf("5 statements took %v while somebody waited, want 20 ms more for each than the %v without", beside, alone)
		}
	})
}

func TestFailuresTellTheUserWhatHeCanDoAndNothingMore(t *testing.T) {
	stand.Each(t, "2-3", func(t *testing.T, s *stand.Stand) {
		r := job.NewRunner(s.DB, s.Ids, s.Clock)
		r.Register("refused", func(context.Context, *job.Run) error { return fault.New(fault.Invalid, "the file has no key column") })
		r.Register("broken", func(context.Context, *job.Run) error { return errors.New("secret inner detail") })
		r.Register("panic", func(context.Context, *job.Run) error { panic("secret inner detail") })
		run(t, r)
		for kind, want := range map[string]string{"refused": "the file has no key column", "broken": "an internal error; the operator's log says more", "panic": "an internal error; the operator's log says more"} {
			j, err := r.Submit(ctx, 4, job.Request{Kind: kind})
			if err != nil {
				t.Fatal(err)
			}
			if failed := await(t, r, s.Caller(4, "owner"), j.ID, ended); failed.State != job.Failed || failed.Error != want {
				t.Errorf("%s: %s %q, want failed %q", kind, failed.State, failed.Error, want)
			}
		}
		if _, err := r.Submit(ctx, 4, job.Request{Kind: "nobody's"}); err == nil {
			t.Error("a job that nobody can do was accepted")
		}
	})
}

func TestACancelledJobStopsAndKeepsWhatItDid(t *testing.T) {
	stand.Each(t, "2-3", func(t *testing.T, s *stand.Stand) {
		r := job.NewRunner(s.DB, s.Ids, s.Clock)
		reached, goOn := make(chan struct{}), make(chan struct{})
		r.Register("count", count(s, func(step int64) {
			if step == 3 {
				close(reached)
				<-goOn
			}
		}))
		run(t, r)
		j, err := r.Submit(ctx, 4, job.Request{Kind: "count"})
		if err != nil {
			t.Fatal(err)
		}
		wait(t, reached)
		owner := s.Caller(4, "owner", "village-official")
		if err := r.Cancel(ctx, s.Caller(9, "auditor", "auditor"), j.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("cancelled by somebody else: %v", err)
		}
		if err := r.Cancel(ctx, owner, j.ID); err != nil {
			t.Fatal(err)
		}
		close(goOn)
		if c := await(t, r, owner, j.ID, ended); c.State != job.Cancelled || c.Counts.In != 3 {
			t.Errorf("job %+v", c)
		}
		if err := r.Cancel(ctx, owner, j.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("cancelled twice: %v", err)
		}
	})
}
