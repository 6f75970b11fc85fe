package fault_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestEditsThatWereAnsweredOutliveAKillAnywhere(t *testing.T) {
	t.Parallel()
	random := seeded(t)
	each(t, func(t *testing.T, server string) {
		w := prepare(t, scenarios[1], server).world.copied(t)
		answers, readings := 0, 0
		for i := range points(26) {
			driver := w.edits(t)
			time.Sleep(time.Duration(random.Int64N(int64(400 * time.Millisecond))))
			driver.kill()
			w.settle(t)
			book := read(t, driver.out.String())
			if book.odd != "" || book.refused != "" {
				t.Errorf("point %d: %s%s", i, book.odd, book.refused)
			}
			answers += book.answers
			readings += len(book.seen)
			w.keeps(t, book)
			if t.Failed() {
				t.Fatalf("after point %d", i)
			}
		}
		t.Logf("%d kills, %d edits and %d readings answered, all of them kept", points(26), answers, readings)
		if answers < points(26) || readings < points(26) {
			t.Errorf("only %d edits and %d readings were answered: the test tests nothing", answers, readings)
		}
	})
}

// edits starts the editing driver and waits until it edits.
func (w *world) edits(t testing.TB) *process {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	address := w.url
	if address == "" {
		address = filepath.Join(w.data, "rightkey.db")
	}
	command := exec.Command(program)
	command.Env = append(os.Environ(), editorFlag+"="+address, editorFlag+"_KEYS="+filepath.Join(w.data, "keys", "rightkey.keys"))
	driver := launch(t, command)
	driver.says(t, "ready\n")
	return driver
}

// version is a household at a version that somebody based an edit on.
type version struct{ household, base string }

// tried is an edit: a field and the value it was to get.
type tried struct{ field, value string }

// seen is a reading: the purpose by which it is known and the time of its answer.
type seen struct {
	why string
	at  time.Time
}

// book is what an editing driver said.
type book struct {
	answers int
	tries   map[version][]tried
	acked   map[version]tried
	applied []string // sets whose application was answered
	waiting []string // sets whose submission was answered
	seen    []seen   // readings that were answered
	refused string   // the last "the database cannot now"
	errors  []string // all of them
	odd     string   // the last error that no client should see
}

// read reads what a driver said; its last line may be torn.
func read(t testing.TB, said string) book {
	t.Helper()
	b := book{tries: map[version][]tried{}, acked: map[version]tried{}}
	lines := strings.SplitAfter(said, "\n")
	for _, line := range lines {
		line, whole := strings.CutSuffix(line, "\n")
		words := strings.Fields(line)
		if !whole || len(words) == 0 {
			continue
		}
		switch {
		case words[0] == "err":
			b.refused = line
			b.errors = append(b.errors, line)
		case words[0] == "odd":
			b.odd = line
		case words[0] == "try" && len(words) == 5:
			v := version{words[1], words[2]}
			b.tries[v] = append(b.tries[v], tried{words[3], words[4]})
		case words[0] == "no" && len(words) == 5: // what was refused must not be found
			v := version{words[1], words[2]}
			b.tries[v] = slices.DeleteFunc(b.tries[v], func(it tried) bool { return it == tried{words[3], words[4]} })
		case words[0] == "ack" && len(words) == 6:
			b.acked[version{words[1], words[2]}] = tried{words[3], words[4]}
			b.applied = append(b.applied, words[5])
			b.answers++
		case words[0] == "wait" && len(words) == 6:
			b.waiting = append(b.waiting, words[5])
			b.answers++
		case words[0] == "seen" && len(words) == 3:
			at, err := strconv.ParseInt(words[2], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			b.seen = append(b.seen, seen{words[1], time.UnixMilli(at)})
		case words[0] != "ready":
			t.Logf("the driver says %q", line)
		}
	}
	return b
}

// settle waits until the server knows that its client is dead; what it was doing then is done or undone.
func (w *world) settle(t testing.TB) {
	t.Helper()
	if w.url == "" {
		return
	}
	db := w.sql(t)
	defer db.Close()
	for range 500 {
		if one(t, db, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'rightkey'") == "0" {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the server still serves a dead client")
}

// keeps checks that every answer of the book is in the database, and nothing that nobody tried. A break-down of the
// database may have taken the readings of its last second, and no others.
func (w *world) keeps(t testing.TB, b book, breakdowns ...breakdown) {
	t.Helper()
	db := w.sql(t)
	defer db.Close()
	checkHouse(t, db)
	states := map[string]string{}
	for _, row := range texts(t, db, "SELECT id, state FROM change_set") {
		states[row[0]] = row[1]
	}
	for _, set := range b.applied {
		if states[set] != "applied" {
			t.Errorf("set %s was answered as applied and is %q", set, states[set])
		}
	}
	for _, set := range b.waiting {
		if states[set] == "" {
			t.Errorf("set %s was answered and is not there", set)
		}
	}
	w.remembers(t, db, b, breakdowns)
	stored := valuesOf(t, db)
	reached := map[string]int{}
	for at := range b.tries {
		base, err := strconv.Atoi(at.base)
		if err != nil {
			t.Fatal(err)
		}
		reached[at.household] = max(reached[at.household], base)
	}
	for household, last := range reached {
		b.follow(t, household, last, stored[household])
	}
}

// breakdown is when a database stopped without a word, and when it served again.
type breakdown struct{ from, to time.Time }

// took says whether a break-down may have taken a reading: readings do not wait for the disk.
func (b breakdown) took(s seen) bool {
	return s.at.After(b.from.Add(-time.Second)) && s.at.Before(b.to)
}

// remembers checks that every reading that was answered is in the journal.
func (w *world) remembers(t testing.TB, db *sql.DB, b book, breakdowns []breakdown) {
	t.Helper()
	journalled := map[string]bool{}
	for _, row := range texts(t, db, "SELECT why FROM event WHERE why LIKE '"+reading+"%'") {
		journalled[row[0]] = true
	}
	kept, taken := 0, 0
	for _, reading := range b.seen {
		switch {
		case journalled[reading.why]:
			kept++
		case slices.ContainsFunc(breakdowns, func(b breakdown) bool { return b.took(reading) }):
			taken++
		default:
			t.Errorf("%s was answered and is not in the journal", reading.why)
		}
	}
	if len(breakdowns) > 0 {
		t.Logf("%d readings kept, %d taken by break-downs", kept, taken)
	}
}

// follow replays the edits of a household up to its stored version and compares each field that was edited.
func (b book) follow(t testing.TB, household string, last int, stored map[string]string) {
	t.Helper()
	ver, err := strconv.Atoi(stored["ver"])
	if err != nil {
		t.Fatalf("household %s: %v", household, err)
	}
	if ver != last && ver != last+1 {
		t.Errorf("household %s has version %d; the last edit was based on %d", household, ver, last)
	}
	if _, ok := b.acked[version{household, fmt.Sprint(ver)}]; ok {
		t.Errorf("household %s: an edit of version %d was answered and is lost", household, ver)
	}
	might := b.might(household, ver)
	if !slices.ContainsFunc(might, func(fields map[string]string) bool { return agrees(fields, stored) }) {
		t.Errorf("household %s version %d is %v, after what was answered and tried it is one of %v", household, ver, stored, might)
	}
}

// might are the fields that were edited as they can be at a version: at each version before, the edit that was
// answered was applied, or one of those whose answer was lost.
func (b book) might(household string, ver int) []map[string]string {
	all := []map[string]string{{}}
	for base := range ver {
		at := version{household, fmt.Sprint(base)}
		tries := b.tries[at]
		if done, ok := b.acked[at]; ok {
			tries = []tried{done}
		}
		var next []map[string]string
		for _, it := range tries {
			for _, fields := range all {
				fields = maps.Clone(fields)
				fields[it.field] = it.value
				next = append(next, fields)
			}
		}
		if len(next) > 0 {
			all = next
		}
	}
	return all
}

func agrees(fields, stored map[string]string) bool {
	for field, value := range fields {
		if stored[field] != value {
			return false
		}
	}
	return true
}

// valuesOf are version, status and facts of all households.
func valuesOf(t testing.TB, db *sql.DB) map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]string{}
	for _, row := range texts(t, db, "SELECT id, ver, status FROM household") {
		all[row[0]] = map[string]string{"ver": row[1], "status": row[2]}
	}
	for _, row := range texts(t, db, "SELECT subject, body FROM facts ORDER BY subject, section") {
		facts := map[string]any{}
		if err := json.Unmarshal([]byte(row[1]), &facts); err != nil {
			t.Fatal(err)
		}
		for code, value := range facts {
			if known := all[row[0]]; known != nil {
				known[code] = fmt.Sprint(value)
			}
		}
	}
	return all
}
