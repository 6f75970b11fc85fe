package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhoIsConnectedAlreadyHearsWhatThePlannerIsTold(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "register.db")
	db, err := Open(ctx, Options{URL: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	teller, listener := connection(t, path), connection(t, path)
	if _, err := teller.ExecContext(ctx, "UPDATE sqlite_stat1 SET stat = '1000000 500000 500000 1' WHERE idx = 'sqlite_autoindex_id_claim_1'"); err != nil {
		t.Fatal(err)
	}
	const reads = "SEARCH k USING PRIMARY KEY"
	if plan := firstStep(ctx, t, listener); strings.HasPrefix(plan, reads) {
		t.Fatalf("what is wrongly told makes no difference: %s", plan)
	}
	if err := tellPlanner(ctx, teller); err != nil {
		t.Fatal(err)
	}
	if plan := firstStep(ctx, t, listener); !strings.HasPrefix(plan, reads) {
		t.Errorf("after it was told: %s", plan)
	}
}

// connection is another connection to a database, the only one of its handle.
func connection(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	return db
}

// firstStep is how the holders of some national numbers are looked for.
func firstStep(ctx context.Context, t *testing.T, db *sql.DB) string {
	t.Helper()
	var id, parent, unused int64 // the plan's; first the count of a statement that is run, for to explain one does not look for news
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM meta").Scan(&unused); err != nil {
		t.Fatal(err)
	}
	var step string
	err := db.QueryRowContext(ctx, `EXPLAIN QUERY PLAN SELECT DISTINCT h.id FROM id_claim k JOIN membership m ON m.home = k.home AND m.person = k.person AND m.to_day IS NULL
		JOIN household h ON h.home = m.home AND h.id = m.household AND h.closed IS NULL
		WHERE k.id_hash IN (x'01', x'02', x'03', x'04', x'05', x'06', x'07', x'08', x'09', x'0a', x'0b', x'0c', x'0d', x'0e', x'0f', x'10', x'11', x'12', x'13', x'14', x'15', x'16', x'17', x'18', x'19', x'1a', x'1b', x'1c', x'1d', x'1e', x'1f', x'20', x'21', x'22', x'23', x'24', x'25', x'26', x'27', x'28') ORDER BY h.id`).Scan(&id, &parent, &unused, &step)
	if err != nil {
		t.Fatal(err)
	}
	return step
}
