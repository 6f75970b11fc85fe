package journal_test

import (
	"fmt"
	"testing"
	"time"

	"rightkey/internal/journal"
	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
	"rightkey/test/stand"
)

// BenchmarkSeal compares sealing with the bare insert of the same events, in commands of 200 as an import makes them.
func BenchmarkSeal(b *testing.B) {
	for name, db := range map[string]func(testing.TB) store.DB{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			const events = 20_000
			var inserting, sealing time.Duration
			for b.Loop() {
				s := sealed(b, stand.New(b, db(b), "2-3"))
				insert, seal := insertThenSeal(b, s, events)
				inserting, sealing = inserting+insert, sealing+seal
			}
			done := float64(events * b.N)
			b.ReportMetric(done/inserting.Seconds(), "inserted/s")
			b.ReportMetric(done/sealing.Seconds(), "sealed/s")
		})
	}
}

func insertThenSeal(b *testing.B, s *sealing, events int) (inserting, sealing time.Duration) {
	b.Helper()
	const each = 200
	for i := range events / each {
		c, err := s.Journal.Begin(ctx, journal.Who{Account: 3, Role: "clerk", Place: "desk", Why: "import 7"})
		if err != nil {
			b.Fatal(err)
		}
		entries := make([]journal.Entry, each)
		for k := range entries {
			entries[k] = journal.Entry{Kind: "household.created", SubjectKind: "household", Subject: int64(i*each + k), Home: 5, Area: 11001, VerAfter: 1,
				Body: map[string]any{"import": 7, "row": k, "set": map[string]any{"status": "poor", "name": fmt.Sprint("household ", k)}}}
		}
		if err := c.Note(ctx, entries...); err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		if err := s.Raw.Tx(ctx, func(tx store.Tx) error { return c.Append(ctx, tx) }); err != nil {
			b.Fatal(err)
		}
		inserting += time.Since(start)
	}
	for end := int64(0); end < int64(events); {
		start := time.Now()
		n, err := s.sealer.Step(ctx)
		if err != nil {
			b.Fatal(err)
		}
		if n > 0 {
			sealing += time.Since(start) // an empty step waits for other databases of the server
			end += int64(n)
		}
	}
	return inserting, sealing
}
