package main

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"rightkey/internal/store"
)

// wholeWork are statements of work that may read a table from end to end, by what they begin with.
var wholeWork = map[string]string{
	"SELECT block, home FROM id_block":        "a block is of a million numbers",
	"SELECT id, home FROM moved":              "once at a start: who moved to another county",
	"SELECT count(*) FROM household WHERE":    "once before the mirror is read",
	"SELECT count(*), CAST(coalesce(sum(h.me": "of lists, until the register is in the mirror",
	"SELECT e.rowid FROM event_pos p":         "one row of it, the last",
}

// Work on a whole register goes through it portion by portion: a portion that reads or sorts all that is left takes square
// time.
func TestWorkOnAWholeRegisterTakesPortionsFromAnIndex(t *testing.T) {
	t.Parallel()
	seen := &statements{known: map[string]bool{}}
	ctx, halt := context.WithCancel(t.Context())
	c := demoCommand{place: place{Data: t.TempDir(), seen: seen.add}, Seed: 2014, Households: 300}
	h, err := c.open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	ended := h.work(ctx, halt)
	t.Cleanup(func() { halt(); ended(); h.close() })
	if _, err := c.load(ctx, h, io.Discard); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	stop, err := h.mirrorRegister(ctx, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	_, api, err := h.doors(log, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	h.keepUp(ctx, log, api)
	untilAllIsDone(t, h)
	all := seen.list()
	if len(all) < 150 {
		t.Errorf("the work made %d different statements: was it done?", len(all))
	}
	grows := growing(t, h.raw)
	for _, sql := range all {
		if begins(sql, wholeTables) || begins(sql, wholeWork) {
			continue
		}
		steps := planOf(t, h.raw, sql)
		inOrder := strings.Contains(sql, "LIMIT") && !slices.Contains(steps, "USE TEMP B-TREE FOR ORDER BY")
		for _, fault := range faultsOf(sql, steps, grows) {
			if inOrder && strings.Contains(fault, "USING INDEX") {
				continue // the first portion
			}
			t.Errorf("%s in: %.600s", fault, sql)
		}
		if strings.Contains(sql, "LIMIT") && !inOrder && strings.Contains(steps[0], "(area>? AND area<?)") {
			t.Errorf("%s, sorted for each portion, in: %.600s", steps[0], sql)
		}
	}
}

// untilAllIsDone waits until the followers have begun nothing more for a while and all jobs have ended.
func untilAllIsDone(t *testing.T, h *house) {
	t.Helper()
	quiet := 0
	for began := time.Now(); quiet < 20; time.Sleep(50 * time.Millisecond) {
		var n int
		if err := store.One(t.Context(), h.raw, "SELECT count(*) FROM job WHERE state IN ('queued', 'running')", nil, &n); err != nil {
			t.Fatal(err)
		}
		if quiet++; n > 0 {
			quiet = 0
		}
		if time.Since(began) > 3*time.Minute {
			t.Fatal("there is still work to do")
		}
	}
}
