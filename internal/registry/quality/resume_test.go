package quality_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/job"
	"rightkey/internal/registry/quality"
	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
	"rightkey/test/register"
	"rightkey/test/stand"
)

// halting lets through some new problems and then calls halt from within the transaction of the next, or lets it fail.
type halting struct {
	store.DB
	left    atomic.Int64
	halt    func()
	failure error
}

func (h *halting) Tx(ctx context.Context, work func(store.Tx) error) error {
	return h.DB.Tx(ctx, func(tx store.Tx) error { return work(haltingTx{tx, h}) })
}

type haltingTx struct {
	store.Tx
	db *halting
}

func (tx haltingTx) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	if strings.HasPrefix(sql, "INSERT INTO problem_item") && tx.db.left.Add(-1) == 0 {
		if tx.db.failure != nil {
			return 0, tx.db.failure
		}
		tx.db.halt()
		<-ctx.Done() // the process ends within this transaction
		return 0, ctx.Err()
	}
	return tx.Tx.Exec(ctx, sql, args...)
}

// afloat is a file of n households, none of which has a keeper.
func afloat(from, n int) string {
	var rows strings.Builder
	rows.WriteString("key,area,status,nets,catch,lamp,motto\n")
	for i := range n {
		fmt.Fprintf(&rows, "k%d,11001001,afloat,3,100,,\n", from+i)
	}
	return rows.String()
}

func TestARunThatWasInterruptedEndsWithTheSameProblems(t *testing.T) {
	const n = 450 // three steps of a run; none of the households has a keeper
	storetest.Each(t, func(t *testing.T, db store.DB) {
		h := &halting{DB: db}
		r := register.Open(t, stand.New(t, h, register.Widths), os.DirFS("../../policy/testdata/ostania"), ".")
		r.LoadAreas(t, register.Areas)
		r.ImportCSV(t, hearths, afloat(0, n))
		state(t, r, reef, 1)

		h.halt = func() { go r.Stop() }
		h.left.Store(250) // within the second step
		j, err := r.Quality.Start(t.Context(), r.Scope(t, register.County, access.AssessRun), quality.RunArgs{})
		if err != nil {
			t.Fatal(err)
		}
		for h.left.Load() > 0 {
			time.Sleep(time.Millisecond)
		}
		r.Stop()
		half, err := r.Jobs.Get(t.Context(), r.Who(register.County), j.ID)
		if err != nil || half.State != job.Running || half.Done != 200 || len(problems(t, r)) != 200 {
			t.Fatalf("after the interruption: %+v, %v", half, err)
		}
		r.Clock.Set(r.Clock.Now().Add(60_000_000_000)) // after a minute a process without a sign of life counts as dead
		r.Rooms()
		r.Start(t)
		if j = r.Wait(t, register.County, j.ID); j.State != job.Done || j.Counts.In != n {
			t.Fatalf("after the restart: %+v", j)
		}
		if found, fixed, err := quality.ResultOf(j); err != nil || found != n+1 || fixed != 0 || len(problems(t, r)) != n {
			t.Errorf("found %d, fixed %d, %d of households, %v", found, fixed, len(problems(t, r)), err)
		}
		if len(ofForms(t, r, register.County)) != 1 {
			t.Error("the form of the hamlet has no problem")
		}
		if found, fixed, err := quality.ResultOf(run(t, r)); err != nil || found != 0 || fixed != 0 {
			t.Errorf("a run from the beginning found %d and fixed %d: %v", found, fixed, err)
		}
	})
}

func TestALookAtManyChangesThatWasInterruptedOrFailedLosesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db store.DB) {
		h := &halting{DB: db}
		r := register.Open(t, stand.New(t, h, register.Widths), os.DirFS("../../policy/testdata/ostania"), ".")
		r.LoadAreas(t, register.Areas)
		met := 0
		more := func(n int) {
			r.ImportCSV(t, hearths, afloat(met, n))
			met += n
			r.Seal(t)
		}
		more(1500)
		catch(t, r)

		h.halt = func() { go r.Stop() }
		h.left.Store(105) // within the second step
		more(120)
		r.Jobs.Way().Visit()() // while people are here steps are small
		if err := r.Quality.Catch(t.Context()); err != nil {
			t.Fatal(err)
		}
		for h.left.Load() > 0 {
			time.Sleep(time.Millisecond)
		}
		r.Stop()
		r.Clock.Set(r.Clock.Now().Add(60_000_000_000)) // after a minute a process without a sign of life counts as dead
		r.Rooms()
		r.Start(t)
		catch(t, r)
		if n := len(problems(t, r)); n != met {
			t.Errorf("after the restart %d problems of %d households", n, met)
		}

		h.failure = errors.New("the disk is full")
		h.left.Store(5)
		more(60)
		catch(t, r)
		if got := looks(t, r); got[len(got)-1] != "quality-changes 0 failed" {
			t.Fatalf("nothing failed: %v", got)
		}
		catch(t, r)
		if n := len(problems(t, r)); n != met {
			t.Errorf("after the failure %d problems of %d households", n, met)
		}
		if got := looks(t, r); !slices.Equal(got, []string{"quality 1500 done", "quality-changes 120 done", "quality-changes 0 failed", "quality 1680 done"}) {
			t.Errorf("what was looked at: %v", got)
		}
	})
}
