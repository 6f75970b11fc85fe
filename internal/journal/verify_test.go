package journal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rightkey/internal/journal"
	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
	"rightkey/test/stand"
)

func storetestPostgres(t testing.TB) store.DB { return storetest.Postgres(t) }

func storetestSQLite(t testing.TB) store.DB { return storetest.SQLite(t) }

// at is the condition that finds the event at a position in a table that has home and id.
func at(table string, pos int) string {
	return fmt.Sprintf("(%s.home, %s.id) IN (SELECT home, id FROM event_pos WHERE pos = %d)", table, table, pos)
}

func TestEveryKindOfTamperingIsFoundAtItsPosition(t *testing.T) {
	swap := []string{"UPDATE event_pos SET pos = 900 WHERE pos = 4", "UPDATE event_pos SET pos = 4 WHERE pos = 6", "UPDATE event_pos SET pos = 6 WHERE pos = 900"}
	cases := []struct {
		name string
		sql  []string
		pos  int64
		what string
	}{
		{"who of an event is changed", []string{"UPDATE event SET account = 9 WHERE " + at("event", 3)}, 3, "was changed"},
		{"why of an event is changed", []string{"UPDATE event SET why = 'other' WHERE " + at("event", 7)}, 7, "was changed"},
		{"when of an event is changed", []string{"UPDATE event SET at = at - 1 WHERE " + at("event", 12)}, 12, "was changed"},
		{"the commitment of an event is changed", []string{"UPDATE event SET commitment = (SELECT commitment FROM event WHERE " + at("event", 2) + ") WHERE " + at("event", 5)}, 5, "commitment was changed"},
		{"a body is changed", []string{"UPDATE event_body SET body = salt WHERE " + at("event_body", 5)}, 5, "body"},
		{"a salt is changed", []string{"UPDATE event_body SET salt = body WHERE " + at("event_body", 1)}, 1, "body"},
		{"a body is deleted", []string{"DELETE FROM event_body WHERE " + at("event_body", 8)}, 8, "no erasure"},
		{"an event is deleted", []string{"DELETE FROM event WHERE " + at("event", 6)}, 6, "was deleted"},
		{"an event and its body are deleted", []string{"DELETE FROM event_body WHERE " + at("event_body", 6), "DELETE FROM event WHERE " + at("event", 6)}, 6, "was deleted"},
		{"an event and its position are deleted", []string{"DELETE FROM event WHERE " + at("event", 6), "DELETE FROM event_pos WHERE pos = 6"}, 6, "missing"},
		{"a position is deleted", []string{"DELETE FROM event_pos WHERE pos = 9"}, 9, "missing"},
		{"the first position is deleted", []string{"DELETE FROM event_pos WHERE pos = 1"}, 1, "missing"},
		{"a position is deleted and the others move up", []string{"DELETE FROM event_pos WHERE pos = 9", "UPDATE event_pos SET pos = pos + 5000 WHERE pos > 9", "UPDATE event_pos SET pos = pos - 5001 WHERE pos > 5000"}, 9, "order was changed"},
		{"two events are exchanged", swap, 4, "position 6 stands here"},
		{"the end is cut off", []string{"DELETE FROM event_pos WHERE pos > 10", "UPDATE log_state SET size = 10"}, 11, "cut off"},
		{"the end is cut off with its checkpoints", []string{"DELETE FROM event_pos WHERE pos > 10", "DELETE FROM log_checkpoint WHERE size > 10", "UPDATE log_state SET size = 10"}, 11, "the witness"},
		{"the end is cut off and the state stays", []string{"DELETE FROM event_pos WHERE pos > 18", "DELETE FROM log_checkpoint"}, 19, "cut off"},
		{"the hashes are deleted", []string{"DELETE FROM log_page"}, 1, "hash"},
		{"a position is put in behind the end", []string{"INSERT INTO event_pos (pos, home, id) VALUES (21, 5, 1)"}, 21, "behind the end"},
		{"a position below the first is put in", []string{"INSERT INTO event_pos (pos, home, id) VALUES (0, 5, 1)"}, 0, "count from 1"},
		{"a checkpoint is changed", []string{"UPDATE log_checkpoint SET size = 19 WHERE size = 20"}, 11, "not one that was signed"},
		{"the log is given another number", []string{"UPDATE log_state SET log = 'another'"}, 1, "not one that was signed"},
		{"the log is given another number and its checkpoints are deleted", []string{"UPDATE log_state SET log = 'another'", "DELETE FROM log_checkpoint"}, 1, "another database"},
	}
	stand.Each(t, "2-3", func(t *testing.T, base *stand.Stand) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				s := fresh(t, base)
				for _, sql := range c.sql {
					exec(t, s.Stand, sql)
				}
				f := s.verify(t).Finding
				if f == nil || f.Pos != c.pos || !strings.Contains(f.What, c.what) {
					t.Errorf("found %v, want position %d: …%s…", f, c.pos, c.what)
				}
			})
		}
	})
}

// fresh is a log of 20 events with checkpoints at 10 and 20, in a database of its own of the same engine.
func fresh(t *testing.T, like *stand.Stand) *sealing {
	t.Helper()
	db := storetestSQLite
	if like.DB.Engine() == store.Postgres {
		db = storetestPostgres
	}
	s := sealed(t, stand.New(t, db(t), "2-3"))
	s.write(t, 10)
	s.settle(t)
	s.write(t, 10)
	s.settle(t)
	if r := s.verify(t); r.Finding != nil || r.Size != 20 || r.Witnessed.Size != 20 {
		t.Fatalf("an untouched log: %+v %v", r, r.Finding)
	}
	return s
}

func TestALogThatIsWrittenAnewWithItsHashesIsFoundBetweenTwoCheckpoints(t *testing.T) {
	stand.Each(t, "2-3", func(t *testing.T, base *stand.Stand) {
		s := fresh(t, base)
		// Whoever can write the database seals the changed events again; he has no key and tells no witness.
		exec(t, s.Stand, "UPDATE event SET account = 9 WHERE "+at("event", 14))
		exec(t, s.Stand, "DELETE FROM event_pos")
		exec(t, s.Stand, "DELETE FROM log_page")
		exec(t, s.Stand, "UPDATE log_state SET size = 0, floor = '0', incarnation = '', ver = ver + 1")
		forger := journal.NewSealer(s.Journal, s.notary)
		for range 100 {
			if _, err := forger.Step(ctx); err != nil {
				t.Fatal(err)
			}
			if end, _ := s.Journal.End(ctx); end == 20 {
				break
			}
			s.Clock.Set(s.Clock.Now().Add(time.Minute))
		}
		f := s.verify(t).Finding
		if f == nil || f.Pos != 11 || f.To != 20 || !strings.Contains(f.What, "written anew") {
			t.Errorf("found %v, want a position between 11 and 20", f)
		}
		s.Clock.Set(s.Clock.Now().Add(time.Minute)) // the forger is gone
		if _, err := s.sealer.Step(ctx); err != nil {
			t.Fatal(err)
		}
		if s.sealer.Status().Refused == "" {
			t.Error("the sealer signs a log that is not the one the witness saw")
		}
	})
}

func TestAnEventPutInBehindTheSealIsFound(t *testing.T) {
	const columns = "home, id, cmd, at, account, role, place, why, kind, subject_kind, subject, area, valid_on, ver_before, ver_after, commitment"
	forge := "SELECT home, id + 500, cmd, at, account, role, place, why, kind, subject_kind, subject, area, valid_on, ver_before, ver_after, commitment"
	for engine, sql := range map[store.Engine]string{
		store.SQLite:   "INSERT INTO event (rowid, " + columns + ") " + strings.Replace(forge, "SELECT", "SELECT -1,", 1) + " FROM event WHERE " + at("event", 4),
		store.Postgres: "INSERT INTO event (" + columns + ", xid) " + forge + ", CAST('3' AS xid8) FROM event WHERE " + at("event", 4),
	} {
		t.Run(string(engine), func(t *testing.T) {
			db := storetestSQLite
			if engine == store.Postgres {
				db = storetestPostgres
			}
			s := fresh(t, stand.New(t, db(t), "2-3"))
			exec(t, s.Stand, sql)
			if f := s.verify(t).Finding; f == nil || f.Pos != 1 || !strings.Contains(f.What, "put in") {
				t.Errorf("found %v, want an event put in before position 1", f)
			}
		})
	}
}

func TestAnOlderDatabaseIsFoundAndAcceptedOnlyByTheOperator(t *testing.T) {
	stand.Each(t, "2-3", func(t *testing.T, base *stand.Stand) {
		s := fresh(t, base)
		// What a copy from the time of ten events holds.
		for _, sql := range []string{"DELETE FROM event WHERE (home, id) IN (SELECT home, id FROM event_pos WHERE pos > 10)", "DELETE FROM event_pos WHERE pos > 10",
			"DELETE FROM log_checkpoint WHERE size > 10", "UPDATE log_state SET size = 10, ver = ver + 1"} {
			exec(t, s.Stand, sql)
		}
		s.write(t, 4)
		s.sealer = journal.NewSealer(s.Journal, s.notary, s.witness)
		s.Clock.Set(s.Clock.Now().Add(time.Hour))
		s.settle(t)
		if f := s.verify(t).Finding; f == nil || f.Pos != 15 || !strings.Contains(f.What, "older database") {
			t.Errorf("found %v, want that the log ends at 14", f)
		}
		s.write(t, 10)
		s.settle(t)
		if f := s.verify(t).Finding; f == nil || f.Pos != 11 || f.To != 20 {
			t.Errorf("found %v, want that what lies behind 10 is another log", f)
		}
		if s.sealer.Status().Refused == "" || s.sealer.Status().Checkpoint.Size != 10 {
			t.Errorf("status %+v, want no new checkpoint", s.sealer.Status())
		}
		kept, now, err := s.sealer.AcceptRestored(ctx)
		if err != nil || kept.Size != 10 || now.Size != 24 {
			t.Fatalf("kept %d, signed %d (%v), want 10 and 24", kept.Size, now.Size, err)
		}
		if r := s.verify(t); r.Finding != nil || r.Witnessed.Size != 24 {
			t.Errorf("after it was accepted %+v %v", r, r.Finding)
		}
		exec(t, s.Stand, "UPDATE event SET account = 9 WHERE "+at("event", 2))
		if f := s.verify(t).Finding; f == nil || f.Pos != 2 {
			t.Errorf("found %v after the acceptance, want position 2", f)
		}
	})
}

func TestARestoredLogIsAcceptedAndGoesOn(t *testing.T) {
	stand.Each(t, "2-3", func(t *testing.T, base *stand.Stand) {
		s := fresh(t, base)
		for _, sql := range []string{"DELETE FROM event WHERE (home, id) IN (SELECT home, id FROM event_pos WHERE pos > 10)", "DELETE FROM event_pos WHERE pos > 10",
			"DELETE FROM log_checkpoint WHERE size > 10", "UPDATE log_state SET size = 10, ver = ver + 1"} {
			exec(t, s.Stand, sql)
		}
		// The page of hashes of a backup ends where its log ends.
		cut(t, s, 10)
		s.sealer = journal.NewSealer(s.Journal, s.notary, s.witness)
		s.Clock.Set(s.Clock.Now().Add(time.Hour))
		kept, now, err := s.sealer.AcceptRestored(ctx)
		if err != nil || kept.Size != 10 || now.Size != 10 || !now.Restored {
			t.Fatalf("kept %+v, signed %+v (%v)", kept, now, err)
		}
		s.write(t, 15)
		s.settle(t)
		if r := s.verify(t); r.Finding != nil || r.Size != 25 || r.Witnessed.Size != 25 {
			t.Errorf("report %+v %v", r, r.Finding)
		}
	})
}

// cut shortens the stored hashes to those of a log of size.
func cut(t *testing.T, s *sealing, size int64) {
	t.Helper()
	var page []byte
	if err := store.One(ctx, s.Raw, "SELECT hashes FROM log_page WHERE page = 0", nil, &page); err != nil {
		t.Fatal(err)
	}
	exec(t, s.Stand, "UPDATE log_page SET hashes = $1 WHERE page = 0", page[:32*(2*size-2)]) // ten leaves complete eight parents
}

func TestTheWitnessIsNotBelievedBlindly(t *testing.T) {
	s := fresh(t, stand.New(t, storetestSQLite(t), "2-3"))
	content, err := os.ReadFile(s.witness.Path())
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(content), "\n")
	for name, c := range map[string]struct {
		content, what string
		pos           int64
	}{
		"its end is cut off":              {lines[0], "cut off", 11},
		"it is empty":                     {"", "cut off", 1},
		"a line is changed":               {lines[0] + strings.Replace(lines[1], `\n20\n`, `\n19\n`, 1), "not signed", 1},
		"a crash left half a line behind": {lines[0] + lines[1] + lines[1][:40], "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(s.witness.Path(), []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			f := s.verify(t).Finding
			if c.what == "" && f != nil || c.what != "" && (f == nil || f.Pos != c.pos || !strings.Contains(f.What, c.what)) {
				t.Errorf("found %v, want position %d: …%s…", f, c.pos, c.what)
			}
		})
	}
}

func TestBodiesOfErasedPersonsMayBeMissing(t *testing.T) {
	stand.Each(t, "2-3", func(t *testing.T, base *stand.Stand) {
		s := fresh(t, base)
		events, err := s.Journal.Since(ctx, 4, 1)
		if err != nil {
			t.Fatal(err)
		}
		exec(t, s.Stand, "DELETE FROM event_body WHERE "+at("event_body", 5))
		s.erased[events[0].Subject] = true
		if r := s.verify(t); r.Finding != nil || r.Erased != 1 {
			t.Errorf("report %+v %v, want one erased body", r, r.Finding)
		}
	})
}

func TestNoChangeOfASealedLogGoesUnseen(t *testing.T) {
	s := fresh(t, stand.New(t, storetestSQLite(t), "2-3"))
	changes := []string{
		"UPDATE event SET %s = %[1]s + 1 WHERE ",
	}
	numbers := []string{"cmd", "at", "account", "subject", "area", "valid_on", "ver_before", "ver_after"}
	texts := []string{"role", "place", "why", "kind", "subject_kind"}
	undone := fmt.Errorf("undo")
	rapid.Check(t, func(r *rapid.T) {
		pos := rapid.IntRange(1, 20).Draw(r, "position")
		var sql string
		switch rapid.IntRange(0, 4).Draw(r, "kind") {
		case 0:
			sql = fmt.Sprintf(changes[0], rapid.SampledFrom(numbers).Draw(r, "column")) + at("event", pos)
		case 1:
			sql = fmt.Sprintf("UPDATE event SET %s = %[1]s || 'x' WHERE ", rapid.SampledFrom(texts).Draw(r, "column")) + at("event", pos)
		case 2:
			sql = "DELETE FROM " + rapid.SampledFrom([]string{"event", "event_body"}).Draw(r, "table")
			sql += " WHERE " + at(strings.Fields(sql)[2], pos)
		case 3:
			sql = "UPDATE event_body SET body = CAST('{}' AS blob) WHERE " + at("event_body", pos)
		case 4:
			sql = fmt.Sprintf("DELETE FROM event_pos WHERE pos = %d", pos)
		}
		var found *journal.Finding
		err := s.Raw.Tx(ctx, func(tx store.Tx) error {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
			report, err := journal.Verify(ctx, inside{s.Raw, tx}, s.notary, nil, s.witness)
			found = report.Finding
			if err != nil {
				return err
			}
			return undone
		})
		if !errors.Is(err, undone) {
			r.Fatalf("%s: %v", sql, err)
		}
		if found == nil || found.Pos != int64(pos) {
			r.Errorf("%s: found %v, want position %d", sql, found, pos)
		}
	})
}

// inside reads what a transaction sees.
type inside struct {
	store.DB
	tx store.Tx
}

func (i inside) Query(ctx context.Context, sql string, args ...any) (store.Rows, error) {
	return i.tx.Query(ctx, sql, args...)
}
