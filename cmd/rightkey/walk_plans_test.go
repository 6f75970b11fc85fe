package main

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"rightkey/internal/store"
)

// statements are the different reading statements that a program made.
type statements struct {
	mu    sync.Mutex
	known map[string]bool
}

func (s *statements) add(sql string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[sql] = true
}

func (s *statements) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known = map[string]bool{}
}

func (s *statements) list() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.known))
}

// wholeTables are statements that may read a table that grows with the register from end to end, by what they begin with.
var wholeTables = map[string]string{
	"SELECT (SELECT count(*) FROM (SELECT 1 FROM household": "one row of it tells whether there is any",
	"SELECT min(h.home) FROM household":                     "the first entry of its index is enough",
	"SELECT home, person, CASE WHEN home = 0":               "of lists of late keys, of which there are 256 at the most",
}

var named = regexp.MustCompile(`(?i)\b(?:from|join)\s+(\w+)(?:\s+(?:as\s+)?(\w+))?`)

// readNoTableWhole explains what the pages asked for. The planner is told the same of every database (see package store),
// so that how it reads this small one is how it reads a nation.
func (w *walk) readNoTableWhole(t *testing.T) {
	t.Helper()
	all := w.seen.list()
	if len(all) < 200 {
		t.Errorf("the pages made %d different statements: were they opened?", len(all))
	}
	grows := growing(t, w.h.raw)
	for _, sql := range all {
		if begins(sql, wholeTables) {
			continue
		}
		for _, fault := range faultsOf(sql, planOf(t, w.h.raw, sql), grows) {
			t.Errorf("%s in: %.400s", fault, sql)
		}
	}
}

// growing are the tables that grow with the register.
func growing(t *testing.T, db store.DB) map[string]bool {
	t.Helper()
	grows := map[string]bool{"event": true}
	for _, table := range texts(t, db, "SELECT m.name FROM sqlite_master m WHERE m.type = 'table' AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name = 'home')") {
		grows[table] = true
	}
	return grows
}

func begins(sql string, with map[string]string) bool {
	for start := range with {
		if strings.HasPrefix(sql, start) {
			return true
		}
	}
	return false
}

// faultsOf are the steps of a statement that read a growing table from end to end.
func faultsOf(sql string, steps []string, grows map[string]bool) (faults []string) {
	tables := map[string]string{}
	for _, found := range named.FindAllStringSubmatch(sql, -1) {
		tables[found[1]] = found[1]
		if found[2] != "" {
			tables[found[2]] = found[1]
		}
	}
	for _, step := range steps {
		name := strings.Fields(step + " .")[1]
		if slices.Contains(steps, "CO-ROUTINE "+name) || slices.Contains(steps, "MATERIALIZE "+name) {
			continue // the rows of a part of the statement, whose own steps are there too
		}
		if strings.Contains(step, "AUTOMATIC") || strings.HasPrefix(step, "SCAN ") && grows[tables[name]] {
			faults = append(faults, step)
		}
	}
	return faults
}

func texts(t *testing.T, db store.DB, sql string) []string {
	t.Helper()
	found, err := store.All(context.Background(), db, sql, nil, func(r store.Rows, text *string) error { return r.Scan(text) })
	if err != nil {
		t.Fatal(err)
	}
	return found
}

var bound = regexp.MustCompile(`\$(\d+)`)

// planOf is how a statement is run, in steps.
func planOf(t *testing.T, db store.DB, sql string) []string {
	t.Helper()
	var args []any
	for _, found := range bound.FindAllStringSubmatch(sql, -1) {
		n, err := strconv.Atoi(found[1])
		if err != nil {
			t.Fatal(err)
		}
		for len(args) < n {
			args = append(args, int64(1))
		}
	}
	steps, err := store.All(context.Background(), db, "EXPLAIN QUERY PLAN "+sql, args, func(r store.Rows, step *string) error {
		var id, parent, unused int64
		return r.Scan(&id, &parent, &unused, step)
	})
	if err != nil {
		t.Fatalf("%v: %s", err, sql)
	}
	return steps
}
