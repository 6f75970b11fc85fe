package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
	"rightkey/synth/files"
)

// imported is the size of the benchmark's county: as many households as RIGHTKEY_BENCH_HOUSEHOLDS says.
func imported(b *testing.B) int { return benchHouseholds(b, "RIGHTKEY_BENCH_HOUSEHOLDS", 10_000) }

// benchHouseholds is a number of households that a variable of the environment says.
func benchHouseholds(b *testing.B, variable string, usual int) int {
	text := os.Getenv(variable)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// BenchmarkImportAgainstABareInsert imports a county's households and persons with all checks, sealing of fields,
// events, name keys and indexes, then inserts the rows that stand in the database at the end into an empty one with
// the same tables and indexes, by the same path, in transactions of the same size. The ratio is bare time by import
// time.
func BenchmarkImportAgainstABareInsert(b *testing.B) {
	folder := b.TempDir()
	n := imported(b)
	county := synthCommand{Out: folder, Seed: 2014, Households: n, Poor: -1}
	if _, err := county.makeFiles(io.Discard); err != nil {
		b.Fatal(err)
	}
	b.Run("sqlite", func(b *testing.B) { // in files: the baseline needs a disk as the import does
		importAgainstBare(b, folder, n, func() place { return place{Data: b.TempDir()} })
	})
	b.Run("postgres", func(b *testing.B) {
		importAgainstBare(b, folder, n, func() place { return place{Data: b.TempDir(), Database: storetest.EmptyPostgresURL(b)} })
	})
}

func importAgainstBare(b *testing.B, folder string, households int, fresh func() place) {
	ctx := context.Background()
	var whole, bare time.Duration
	stages := map[string]time.Duration{}
	persons := 0
	for b.Loop() {
		h := benchHouse(b, fresh())
		if _, err := h.loadAreas(ctx, filepath.Join(folder, files.Areas), area.Load{Day: clock.Date(2000, 1, 1)}, io.Discard); err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		households := timedImport(b, h, folder, "households", stages)
		persons = timedImport(b, h, folder, "persons", stages)
		whole += time.Since(began)
		empty, err := (&demoCommand{place: fresh()}).open(ctx)
		if err != nil {
			b.Fatal(err)
		}
		bare += bareInsert(ctx, b, h.raw, empty.raw, 1+(households+persons)/200)
		weigh(ctx, b, empty.raw, persons)
		empty.close()
	}
	b.ReportMetric(float64(bare)/float64(whole), "bare/import")
	b.ReportMetric(float64(persons*b.N)/whole.Seconds(), "persons/s")
	for stage, took := range stages {
		b.ReportMetric(took.Seconds()/float64(b.N), stage+"-s")
	}
	b.ReportMetric(float64(households), "households")
}

// benchHouse opens an empty register under the demonstration's pack, with its jobs at work and nothing else.
func benchHouse(b *testing.B, p place) *house {
	b.Helper()
	h, close := openBench(b, p)
	b.Cleanup(close)
	return h
}

// openBench is benchHouse for who closes it before the benchmark ends; closing twice does no harm.
func openBench(b *testing.B, p place) (*house, func()) {
	b.Helper()
	ctx, halt := context.WithCancel(context.Background())
	c := demoCommand{place: p}
	h, err := c.open(ctx)
	if err != nil {
		b.Fatal(err)
	}
	ended := h.work(ctx, halt)
	return h, sync.OnceFunc(func() { halt(); ended(); h.close() })
}

// timedImport imports a file of the county and returns how many rows it held; stages takes how long it was read,
// checked and written.
func timedImport(b *testing.B, h *house, folder, name string, stages map[string]time.Duration) int {
	b.Helper()
	ctx := context.Background()
	text, err := os.ReadFile(filepath.Join(folder, name+".map.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	mapping, err := registry.ParseMapping(text)
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	im, err := h.upload(ctx, filepath.Join(folder, name+".csv"))
	if err != nil {
		b.Fatal(err)
	}
	stages["read"] += time.Since(began)
	began = time.Now()
	if im, err = h.start(ctx, im, mapping, false, registry.Stop); err != nil {
		b.Fatal(err)
	}
	checked := h.untilHalf(b, im.Job)
	stages["check"] += checked.Sub(began)
	im, j, err := h.follow(ctx, im, io.Discard, name)
	if err != nil || im.State != registry.Imported {
		b.Fatalf("%s: %s %s %v", name, im.State, j.Error, err)
	}
	stages["write"] += time.Since(checked)
	return int(j.Counts.In)
}

// untilHalf waits until a job has done half of its work and returns when that was: imports check, then write.
func (h *house) untilHalf(b *testing.B, id int64) time.Time {
	b.Helper()
	for {
		j, err := h.jobs.Get(context.Background(), h.console(), id)
		if err != nil {
			b.Fatal(err)
		}
		if j.State.Ended() || j.Percent() >= 50 {
			return time.Now()
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// bareInsert copies all rows of a database into an empty one, with as many transactions as an import of so many rows
// has, and returns how long the inserts took.
func bareInsert(ctx context.Context, b *testing.B, from, to store.DB, transactions int) time.Duration {
	b.Helper()
	tables := tablesOf(ctx, b, from)
	total := 0
	for i := range tables {
		clear(ctx, b, to, tables[len(tables)-1-i].name)
		total += tables[i].rows
	}
	var took time.Duration
	for _, t := range tables {
		t.each(ctx, b, from, 1+total/transactions, func(rows [][]any) {
			began := time.Now()
			if err := to.Tx(ctx, func(tx store.Tx) error { return tx.Bulk(ctx, t.name, t.columns, rows) }); err != nil {
				b.Fatal(t.name, ": ", err)
			}
			took += time.Since(began)
		})
	}
	return took
}

func clear(ctx context.Context, b *testing.B, db store.DB, table string) {
	b.Helper()
	err := db.Tx(ctx, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM "+table)
		return err
	})
	if err != nil {
		b.Fatal(table, ": ", err)
	}
}

// weigh logs the rows and bytes of each table and its indexes by person.
func weigh(ctx context.Context, b *testing.B, db store.DB, persons int) {
	b.Helper()
	sizes := "SELECT s.name, coalesce(m.tbl_name, s.name), sum(s.pgsize), 0 FROM dbstat s LEFT JOIN sqlite_master m ON m.name = s.name GROUP BY s.name, m.tbl_name"
	if db.Engine() == store.Postgres {
		sizes = `SELECT CAST(c.relname AS text), CAST(coalesce(t.relname, c.relname) AS text), pg_relation_size(c.oid), 0 FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid
			LEFT JOIN pg_class t ON t.oid = i.indrelid WHERE c.relkind IN ('r', 'i') AND c.relnamespace = 'public'::regnamespace`
	}
	type part struct {
		name, table string
		bytes, rows int64
	}
	parts, err := store.All(ctx, db, sizes, nil, func(r store.Rows, p *part) error { return r.Scan(&p.name, &p.table, &p.bytes, &p.rows) })
	if err != nil {
		b.Fatal(err)
	}
	rows := map[string]int{}
	for _, t := range tablesOf(ctx, b, db) {
		rows[t.name] = t.rows
	}
	slices.SortFunc(parts, func(a, z part) int { return int(z.bytes - a.bytes) })
	var total int64
	for _, p := range parts {
		total += p.bytes
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%-26s %6.0f bytes by person", "all", float64(total)/float64(persons))
	for _, p := range parts {
		if p.bytes > int64(persons) {
			fmt.Fprintf(&text, "\n%-26s %6.0f bytes %6.2f rows", p.name, float64(p.bytes)/float64(persons), float64(rows[p.name])/float64(persons))
		}
	}
	b.Log(text.String())
}

// benchTable is a table with rows.
type benchTable struct {
	name    string
	columns []string
	rows    int
}

// tablesOf lists the tables with rows in the order in which they were made: what is referred to comes first.
func tablesOf(ctx context.Context, b *testing.B, db store.DB) []benchTable {
	b.Helper()
	names := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'goose%' ORDER BY rowid"
	columns := "SELECT name FROM pragma_table_info($1)"
	if db.Engine() == store.Postgres {
		names = "SELECT CAST(relname AS text) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'goose%' ORDER BY oid"
		columns = "SELECT CAST(column_name AS text) FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1 AND udt_name <> 'xid8' ORDER BY ordinal_position"
	}
	text := func(rows store.Rows, into *string) error { return rows.Scan(into) }
	list, err := store.All(ctx, db, names, nil, text)
	if err != nil {
		b.Fatal(err)
	}
	var found []benchTable
	for _, name := range list {
		t := benchTable{name: name}
		if err := store.One(ctx, db, "SELECT COUNT(*) FROM "+name, nil, &t.rows); err != nil {
			b.Fatal(err)
		}
		if t.rows == 0 {
			continue
		}
		if t.columns, err = store.All(ctx, db, columns, []any{name}, text); err != nil {
			b.Fatal(err)
		}
		found = append(found, t)
	}
	return found
}

// each reads the table's rows and gives them to insert by portions.
func (t benchTable) each(ctx context.Context, b *testing.B, db store.DB, portion int, insert func([][]any)) {
	b.Helper()
	rows, err := db.Query(ctx, "SELECT "+strings.Join(t.columns, ", ")+" FROM "+t.name)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	var gathered [][]any
	for rows.Next() {
		values, into := make([]any, len(t.columns)), make([]any, len(t.columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			b.Fatal(err)
		}
		if gathered = append(gathered, values); len(gathered) == portion {
			insert(gathered)
			gathered = nil
		}
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	if len(gathered) > 0 {
		insert(gathered)
	}
}
