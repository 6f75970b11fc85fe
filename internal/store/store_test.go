package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rightkey/internal/fault"
	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
)

var ctx = context.Background()

// quota makes a table with one row that owns an invariant.
func quota(t *testing.T, db store.DB, places int) {
	t.Helper()
	exec(t, db, "CREATE TABLE quota (id bigint NOT NULL PRIMARY KEY, places bigint NOT NULL, used bigint NOT NULL, ver bigint NOT NULL)")
	exec(t, db, "CREATE TABLE taken (quota bigint NOT NULL, who bigint NOT NULL)")
	exec(t, db, "INSERT INTO quota (id, places, used, ver) VALUES (1, $1, 0, 1)", places)
}

func exec(t *testing.T, db store.DB, sql string, args ...any) {
	t.Helper()
	if err := db.Tx(ctx, func(tx store.Tx) error { _, err := tx.Exec(ctx, sql, args...); return err }); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, q store.Querier, sql string, args ...any) int64 {
	t.Helper()
	var n int64
	if err := store.One(ctx, q, sql, args, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAQuotaOfOneIsTakenOnceByFiftyAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db store.DB) {
		quota(t, db, 1)
		var won, refused atomic.Int64
		together(50, func(i int) {
			err := db.Tx(ctx, func(tx store.Tx) error {
				var places, used, ver int64
				if err := store.One(ctx, tx, "SELECT places, used, ver FROM quota WHERE id = 1", nil, &places, &used, &ver); err != nil {
					return err
				}
				if used == places {
					return fault.New(fault.Conflict, "the quota is used up")
				}
				if err := store.Bump(ctx, tx, "quota", "id = $1", ver, 1); err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, "UPDATE quota SET used = used + 1 WHERE id = 1"); err != nil {
					return err
				}
				_, err := tx.Exec(ctx, "INSERT INTO taken (quota, who) VALUES (1, $1)", i)
				return err
			})
			switch {
			case err == nil:
				won.Add(1)
			case fault.Is(err, fault.Conflict):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
		if won.Load() != 1 || refused.Load() != 49 {
			t.Errorf("%d took the place and %d were refused, want 1 and 49", won.Load(), refused.Load())
		}
		if n := count(t, db, "SELECT count(*) FROM taken"); n != 1 {
			t.Errorf("%d rows taken, want 1", n)
		}
	})
}

// together runs work n times at once.
func together(n int, work func(i int)) {
	var group sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		group.Go(func() {
			<-start
			work(i)
		})
	}
	close(start)
	group.Wait()
}

func TestOneFailingClosureOfAGroupUndoesOnlyItself(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db store.DB) {
		quota(t, db, 100)
		failed := errors.New("refused on purpose")
		var ok, bad atomic.Int64
		together(40, func(i int) {
			err := db.Tx(ctx, func(tx store.Tx) error {
				if _, err := tx.Exec(ctx, "INSERT INTO taken (quota, who) VALUES (1, $1)", i); err != nil {
					return err
				}
				if i%4 == 0 {
					return failed
				}
				return nil
			})
			if errors.Is(err, failed) {
				bad.Add(1)
			} else if err == nil {
				ok.Add(1)
			} else {
				t.Error(err)
			}
		})
		if ok.Load() != 30 || bad.Load() != 10 {
			t.Errorf("%d closures succeeded and %d failed, want 30 and 10", ok.Load(), bad.Load())
		}
		if n := count(t, db, "SELECT count(*) FROM taken WHERE who % 4 = 0"); n != 0 {
			t.Errorf("%d rows of failed closures are stored", n)
		}
		if n := count(t, db, "SELECT count(*) FROM taken"); n != 30 {
			t.Errorf("%d rows stored, want 30", n)
		}
	})
}

func TestAStatementErrorAfterOthersInTheClosureLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db store.DB) {
		quota(t, db, 1)
		err := db.Tx(ctx, func(tx store.Tx) error {
			if _, err := tx.Exec(ctx, "INSERT INTO taken (quota, who) VALUES (1, 7)"); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "INSERT INTO quota (id, places, used, ver) VALUES (1, 1, 1, 1)")
			return err
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("a second row with the same key gives %v, want a conflict", err)
		}
		if n := count(t, db, "SELECT count(*) FROM taken"); n != 0 {
			t.Error("the first insert of the failed closure is stored")
		}
	})
}

func TestAPanicInAClosureIsAnErrorAndTheDatabaseLivesOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db store.DB) {
		quota(t, db, 1)
		err := db.Tx(ctx, func(tx store.Tx) error {
			if _, err := tx.Exec(ctx, "INSERT INTO taken (quota, who) VALUES (1, 7)"); err != nil {
				return err
			}
			panic("on purpose")
		})
		if err == nil || !strings.Contains(err.Error(), "on purpose") {
			t.Errorf("got %v, want the panic as an error", err)
		}
		exec(t, db, "INSERT INTO taken (quota, who) VALUES (1, 8)")
		if n := count(t, db, "SELECT count(*) FROM taken"); n != 1 {
			t.Errorf("%d rows, want only the one after the panic", n)
		}
	})
}

func TestTextThatOneEngineCannotStoreIsRefusedByBoth(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db store.DB) {
		for name, text := range map[string]string{"invalid UTF-8": "a\xffb", "NUL": "a\x00b"} {
			err := db.Tx(ctx, func(tx store.Tx) error {
				_, err := tx.Exec(ctx, "INSERT INTO meta (key, value) VALUES ('x', $1)", text)
				return err
			})
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: got %v, want invalid", name, err)
			}
		}
	})
}

func TestTablesThatGrowAreMeasuredAndEmptyOnesAreNot(t *testing.T) {
	db := storetest.Postgres(t)
	rows := make([][]any, 5000)
	for i := range rows {
		rows[i] = []any{fmt.Sprint("grown ", i), "x"}
	}
	if err := db.Tx(ctx, func(tx store.Tx) error { return tx.Bulk(ctx, "meta", []string{"key", "value"}, rows) }); err != nil {
		t.Fatal(err)
	}
	count := func(sql string, args ...any) (n int64) {
		if err := store.One(ctx, db, sql, args, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	size := func(table string) int64 {
		return count("SELECT CAST(reltuples AS bigint) FROM pg_class WHERE relname = $1", table)
	}
	const measuring = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE 'ANALYZE%'"
	for began := time.Now(); size("meta") < 5000 || count(measuring) > 0; time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > 30*time.Second {
			t.Fatalf("the table is thought to have %d rows", size("meta"))
		}
	}
	if n := size("household"); n != -1 {
		t.Errorf("the empty table is thought to have %d rows, want -1: unknown", n)
	}
}

func TestBulkInsertsEveryRowAcrossBatches(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db store.DB) {
		for _, n := range []int{0, 1, 63, 64, 65, 1000} {
			rows := make([][]any, n)
			for i := range rows {
				rows[i] = []any{fmt.Sprintf("%d-%d", n, i), "v"}
			}
			if err := db.Tx(ctx, func(tx store.Tx) error { return tx.Bulk(ctx, "meta", []string{"key", "value"}, rows) }); err != nil {
				t.Fatal(err)
			}
			if got := count(t, db, "SELECT count(*) FROM meta WHERE key LIKE $1", fmt.Sprintf("%d-%%", n)); got != int64(n) {
				t.Errorf("%d rows inserted, want %d", got, n)
			}
		}
	})
}

func TestIdentifiersAreUniqueAndFindTheirHome(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db store.DB) {
		now := func() int64 { return 1 }
		first, err := store.OpenIds(ctx, db, now)
		if err != nil {
			t.Fatal(err)
		}
		second, err := store.OpenIds(ctx, db, now)
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		seen := map[int64]bool{}
		together(8, func(i int) {
			source, home := first, int64(i%3)
			if i%2 == 1 {
				source = second
			}
			taken, err := source.Take(ctx, home, 500)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			for _, id := range taken {
				if seen[id] {
					t.Errorf("identifier %d given out twice", id)
				}
				seen[id] = true
				for _, ids := range []*store.Ids{first, second} {
					if got, err := ids.Home(ctx, id); err != nil || got != home {
						t.Errorf("home of %d is %d (%v), want %d", id, got, err, home)
					}
				}
				if id >= 1<<53 {
					t.Errorf("identifier %d is not exact in JSON", id)
				}
			}
		})
		if _, err := first.Home(ctx, 1<<52); !fault.Is(err, fault.NotFound) {
			t.Errorf("a number never given out has home error %v, want not found", err)
		}
	})
}

func TestASecondProcessOnTheSameFileIsRefusedWithAClearMessage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "one.db")
	storetest.Open(t, path)
	_, err := store.Open(ctx, store.Options{URL: path})
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("got %v", err)
	}
}

func TestAReopenedDatabaseKeepsItsRowsAndMigratesOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "one.db")
	db := storetest.Open(t, path)
	exec(t, db, "INSERT INTO meta (key, value) VALUES ('a', 'b')")
	db.Close()
	again := storetest.Open(t, path)
	if n := count(t, again, "SELECT count(*) FROM meta WHERE key = 'a'"); n != 1 {
		t.Error("the row is gone after reopening")
	}
}

func TestOnlyWhatIsMoreThanAReadingWaitsForTheDisk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db store.DB) {
		asked, want := "SHOW synchronous_commit", map[bool]string{false: "on", true: "off"}
		if db.Engine() == store.SQLite {
			asked, want = "PRAGMA synchronous", map[bool]string{false: "2", true: "1"}
		}
		for _, soon := range []bool{false, true, true, false, true, false} {
			in := db.Tx
			if soon {
				in = db.TxSoon
			}
			var waits string
			err := in(ctx, func(tx store.Tx) error { return store.One(ctx, tx, asked, nil, &waits) })
			if err != nil || waits != want[soon] {
				t.Errorf("soon %t: the commit is %q (%v), want %q", soon, waits, err, want[soon])
			}
		}
	})
}

func TestReadingsAndActsAtOnceAreAllStoredOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db store.DB) {
		quota(t, db, 100)
		together(60, func(i int) {
			in := db.Tx
			if i%3 > 0 {
				in = db.TxSoon
			}
			err := in(ctx, func(tx store.Tx) error {
				if err := tx.Bulk(ctx, "taken", []string{"quota", "who"}, [][]any{{1, i}, {1, 100 + i}}); err != nil {
					return err
				}
				if i%10 == 0 {
					return errors.New("undone")
				}
				return nil
			})
			if (err != nil) != (i%10 == 0) {
				t.Error(i, err)
			}
		})
		if n := count(t, db, "SELECT count(*) FROM taken"); n != 108 {
			t.Errorf("%d rows are stored, want the 108 of what was not undone", n)
		}
	})
}
