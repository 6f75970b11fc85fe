package quality_test

import (
	"context"
	"fmt"
	"os"
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

// halting lets through some new problems and then calls halt from within the transaction of the next.
type halting struct {
	store.DB
	left atomic.Int64
	halt func()
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
		tx.db.halt()
		<-ctx.Done() // the process ends within this transaction
		return 0, ctx.Err()
	}
	return tx.Tx.Exec(ctx, sql, args...)
}

func TestARunThatWasInterruptedEndsWithTheSameProblems(t *testing.T) {
	const n = 450 // three steps of a run; none of the households has a keeper
	storetest.Each(t, func(t *testing.T, db store.DB) {
		h := &halting{DB: db}
		r := register.Open(t, stand.New(t, h, register.Widths), os.DirFS("../../policy/testdata/ostania"), ".")
		r.LoadAreas(t, register.Areas)
		var rows strings.Builder
		rows.WriteString("key,area,status,nets,catch,lamp,motto\n")
		for i := range n {
			fmt.Fprintf(&rows, "k%d,11001001,afloat,3,100,,\n", i)
		}
		r.ImportCSV(t, hearths, rows.String())
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
