package page_test

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
	"rightkey/test/stand"
)

// listener is a database that remembers what it was asked, with the arguments of one time.
type listener struct {
	store.DB
	mu    sync.Mutex
	heard map[string][]any
}

func (l *listener) Query(ctx context.Context, sql string, args ...any) (store.Rows, error) {
	l.mu.Lock()
	l.heard[sql] = args
	l.mu.Unlock()
	return l.DB.Query(ctx, sql, args...)
}

// growing are the tables whose rows number as many as households, or more.
var growing = regexp.MustCompile(`^(SCAN|SEARCH) (\w+)`)

var growingTables = []string{"household", "person", "membership", "dwelling", "entry", "facts", "fact_index", "find_key", "phone_key", "event", "event_body", "event_pos", "alias", "household_status", "id_claim", "data_key"}

// The pages that are looked at all day take as long in a register of a nation as in a small one: no question that
// they ask reads a table that grows with the register from end to end, or all rows of a county.
func TestThePagesOfTheDayReadNoTableFromEndToEnd(t *testing.T) {
	heard := &listener{DB: storetest.SQLite(t), heard: map[string][]any{}}
	h := open(t, stand.New(t, heard, "2-3-3"))
	h.fill(t)
	var number string
	if err := store.One(t.Context(), heard.DB, "SELECT h.number FROM household h WHERE h.area = 11001001", nil, &number); err != nil {
		t.Fatal(err)
	}
	heard.mu.Lock()
	clear(heard.heard)
	heard.mu.Unlock()
	h.Get(t, village, "/households/"+number).Want(t, 200)                                                        // a page of the day
	h.Get(t, village, "/households/"+number+"/handbook").Want(t, 200)                                            // a page of the day
	h.Get(t, village, "/households?area=11001001").Want(t, 200)                                                  // a page of the day
	h.Get(t, village, h.Post(t, village, "/households/search", "q", "Ana").Want(t, 303).Location()).Want(t, 200) // a page of the day
	heard.mu.Lock()
	defer heard.mu.Unlock()
	if len(heard.heard) < 10 {
		t.Fatalf("only %d questions were heard", len(heard.heard))
	}
	for _, sql := range slices.Sorted(maps.Keys(heard.heard)) {
		for _, step := range plan(t, heard.DB, sql, heard.heard[sql]) {
			if reads := wide(sql, step); reads != "" {
				t.Errorf("%s: all of %s in %s", step, reads, sql)
			}
		}
	}
}

// plan is how SQLite will answer a question.
func plan(t *testing.T, db store.DB, sql string, args []any) []string {
	t.Helper()
	steps, err := store.All(t.Context(), db, "EXPLAIN QUERY PLAN "+sql, args, func(r store.Rows, step *string) error {
		var id, parent, unused int64
		return r.Scan(&id, &parent, &unused, step)
	})
	if err != nil {
		t.Fatal(sql, ": ", err)
	}
	return steps
}

// wide is the growing table of which a step reads everything, or everything of a county; empty for none.
func wide(sql, step string) string {
	found := growing.FindStringSubmatch(step)
	if found == nil {
		return ""
	}
	table := found[2]
	if named := regexp.MustCompile(`(\w+) (?:AS )?` + table + `\b`).FindStringSubmatch(sql); named != nil && slices.Contains(growingTables, named[1]) {
		table = named[1]
	}
	if !slices.Contains(growingTables, table) {
		return ""
	}
	if found[1] == "SCAN" || strings.HasSuffix(step, "(home=?)") {
		return table
	}
	return ""
}
