package journal_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rightkey/internal/journal"
	"rightkey/internal/store"
	"rightkey/test/stand"
)

// sealing is a stand with its sealer and a witness in the test's folder.
type sealing struct {
	*stand.Stand
	sealer  *journal.Sealer
	notary  *journal.Notary
	witness *journal.Witness
	erased  map[int64]bool
}

func sealed(t testing.TB, s *stand.Stand) *sealing {
	t.Helper()
	notary, err := journal.NewNotary(s.Keys.Ring())
	if err != nil {
		t.Fatal(err)
	}
	w := journal.NewWitness(journal.NewLedger(filepath.Join(t.TempDir(), "witness"), notary))
	return &sealing{Stand: s, notary: notary, witness: w, sealer: journal.NewSealer(s.Journal, notary, w), erased: map[int64]bool{}}
}

func (s *sealing) verify(t testing.TB) journal.Report {
	t.Helper()
	report, err := journal.Verify(ctx, s.Raw, s.notary, func(_, subject int64) bool { return s.erased[subject] }, s.witness)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// write records n events of one subject each in transactions of their own.
func (s *sealing) write(t testing.TB, n int) {
	t.Helper()
	for range n {
		id, err := s.Ids.One(ctx, 5)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Journal.Record(ctx, journal.Who{Account: 3, Role: "clerk", Place: "desk", Why: "test"},
			journal.Entry{Kind: "thing.changed", SubjectKind: "thing", Subject: id, Home: 5, Area: 11001, Body: map[string]any{"n": n}})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// settle seals until every event has its position: on a shared server other databases' transactions hold it up.
func (s *sealing) settle(t testing.TB) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		if err := s.sealer.Finish(ctx); err != nil {
			t.Fatal(err)
		}
		var left int64
		err := store.One(ctx, s.Raw, "SELECT count(*) FROM event e WHERE NOT EXISTS (SELECT 1 FROM event_pos p WHERE p.home = e.home AND p.id = e.id)", nil, &left)
		if err != nil {
			t.Fatal(err)
		}
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d events are not sealed", left)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestEventsGetDensePositionsInTheOrderOfTheirCommits(t *testing.T) {
	stand.Each(t, "2-3", func(t *testing.T, base *stand.Stand) {
		s := sealed(t, base)
		var writers sync.WaitGroup
		for range 4 {
			writers.Go(func() { s.write(t, 25) })
		}
		for range 10 {
			if _, err := s.sealer.Step(ctx); err != nil {
				t.Fatal(err)
			}
		}
		writers.Wait()
		s.settle(t)
		events, err := s.Journal.Since(ctx, 0, 1000)
		if err != nil || len(events) != 100 {
			t.Fatalf("%d events (%v), want 100", len(events), err)
		}
		seen := map[int64]bool{}
		for i, e := range events {
			if e.Pos != int64(i+1) || seen[e.ID] {
				t.Fatalf("event %d has position %d, want %d, each once", e.ID, e.Pos, i+1)
			}
			seen[e.ID] = true
		}
		if rest, err := s.Journal.Since(ctx, 98, 10); err != nil || len(rest) != 2 || rest[0].ID != events[98].ID {
			t.Errorf("since 98: %v (%v)", rest, err)
		}
		if r := s.verify(t); r.Finding != nil || r.Size != 100 || r.Checkpoint.Size != 100 || r.Witnessed.Size != 100 {
			t.Errorf("report %+v, finding %v", r, r.Finding)
		}
	})
}

func TestOnlyWhatNoRunningTransactionCanPrecedeIsSealed(t *testing.T) {
	s := sealed(t, stand.New(t, storetestPostgres(t), "2-3"))
	s.write(t, 1)
	s.settle(t)
	begun, goOn := make(chan struct{}), make(chan struct{})
	slow, err := s.Journal.Begin(ctx, journal.Who{})
	if err != nil {
		t.Fatal(err)
	}
	if err := slow.Note(ctx, journal.Entry{Kind: "slow", SubjectKind: "thing", Subject: 1, Home: 5}); err != nil {
		t.Fatal(err)
	}
	var done sync.WaitGroup
	done.Go(func() {
		err := s.Raw.Tx(ctx, func(tx store.Tx) error {
			if err := slow.Append(ctx, tx); err != nil {
				return err
			}
			close(begun)
			<-goOn
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-begun
	s.write(t, 1) // committed, and younger than the slow one
	if err := s.sealer.Finish(ctx); err != nil {
		t.Fatal(err)
	}
	if end, err := s.Journal.End(ctx); err != nil || end != 1 {
		t.Errorf("sealed up to %d (%v) while an older transaction runs, want 1", end, err)
	}
	close(goOn)
	done.Wait()
	s.settle(t)
	events, err := s.Journal.Since(ctx, 1, 10)
	if err != nil || len(events) != 2 || events[0].Kind != "slow" {
		t.Errorf("events %v (%v), want the slow one first", events, err)
	}
}

func TestAWaiterLearnsOfTheSealAndAnotherSealerTakesOver(t *testing.T) {
	stand.Each(t, "2-3", func(t *testing.T, base *stand.Stand) {
		s := sealed(t, base)
		running, stop := context.WithCancel(ctx)
		var ended sync.WaitGroup
		ended.Go(func() { s.sealer.Run(running) })
		c, err := s.Journal.Begin(ctx, journal.Who{})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Note(ctx, journal.Entry{Kind: "a", SubjectKind: "thing", Subject: 1, Home: 5}, journal.Entry{Kind: "b", SubjectKind: "thing", Subject: 2, Home: 6}); err != nil {
			t.Fatal(err)
		}
		if err := s.Raw.Tx(ctx, func(tx store.Tx) error { return c.Append(ctx, tx) }); err != nil {
			t.Fatal(err)
		}
		waiting, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		pos, err := s.Journal.Settled(waiting, c)
		if err != nil || pos != 2 {
			t.Fatalf("settled at %d (%v), want 2", pos, err)
		}
		if err := s.Journal.WaitFor(waiting, 2); err != nil {
			t.Error(err)
		}
		stop()
		ended.Wait()
		if r := s.verify(t); r.Finding != nil || r.Checkpoint.Size != 2 {
			t.Errorf("after a graceful stop %+v %v, want a checkpoint of 2", r, r.Finding)
		}
		s.write(t, 3)
		s.sealer = journal.NewSealer(s.Journal, s.notary, s.witness)
		s.settle(t)
		if r := s.verify(t); r.Finding != nil || r.Size != 5 {
			t.Errorf("the next process sealed %+v %v, want 5", r, r.Finding)
		}
	})
}

func TestOfTwoProcessesOneSeals(t *testing.T) {
	s := sealed(t, stand.New(t, storetestPostgres(t), "2-3"))
	second := journal.NewSealer(s.Journal, s.notary, s.witness)
	if _, err := s.sealer.Step(ctx); err != nil {
		t.Fatal(err)
	}
	s.write(t, 3)
	if n, err := second.Step(ctx); n != 0 || err != nil || !second.Status().Idle {
		t.Errorf("the second sealed %d (%v) while the first holds the lease", n, err)
	}
	s.Clock.Set(s.Clock.Now().Add(time.Minute)) // the first has fallen silent
	s.write(t, 2)
	first := s.sealer
	s.sealer = second
	s.settle(t)
	s.Clock.Set(s.Clock.Now().Add(time.Minute))
	s.sealer = first
	s.write(t, 1)
	s.settle(t)
	if r := s.verify(t); r.Finding != nil || r.Size != 6 {
		t.Errorf("report %+v %v, want 6 positions", r, r.Finding)
	}
}

func TestCheckpointsAreSignedAfterTimeAndAfterManyEvents(t *testing.T) {
	stand.Each(t, "2-3", func(t *testing.T, base *stand.Stand) {
		s := sealed(t, base)
		s.write(t, 2)
		s.settle(t)
		s.write(t, 2)
		for range 50 { // other databases of the server may hold it up
			if _, err := s.sealer.Step(ctx); err != nil {
				t.Fatal(err)
			}
			if end, _ := s.Journal.End(ctx); end == 4 {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		if at := s.sealer.Status().Checkpoint.Size; at != 2 {
			t.Errorf("checkpoint at %d two events after the last, want 2 still", at)
		}
		s.Clock.Set(s.Clock.Now().Add(5 * time.Minute))
		if _, err := s.sealer.Step(ctx); err != nil {
			t.Fatal(err)
		}
		if at := s.sealer.Status().Checkpoint.Size; at != 4 {
			t.Errorf("checkpoint at %d after five minutes, want 4", at)
		}
	})
}

func TestACheckpointIsReadAsItWasSignedAndByNobodyElse(t *testing.T) {
	s := sealed(t, stand.New(t, storetestSQLite(t), "2-3"))
	s.write(t, 3)
	s.settle(t)
	c := s.sealer.Status().Checkpoint
	signed, err := s.notary.Sign(c.Text())
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.notary.Checkpoint(signed); err != nil || again != c {
		t.Errorf("read %+v (%v), want %+v", again, err, c)
	}
	if _, err := s.notary.Checkpoint(strings.Replace(signed, "\n3\n", "\n4\n", 1)); err == nil {
		t.Error("a changed checkpoint was believed")
	}
	other := sealed(t, stand.New(t, storetestSQLite(t), "2-3"))
	if _, err := other.notary.Checkpoint(signed); err == nil {
		t.Error("a checkpoint of other keys was believed")
	}
}
