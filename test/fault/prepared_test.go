package fault_test

import (
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"
)

// prepared is a scenario ready to be copied and disturbed.
type prepared struct {
	scenario
	files  string // folder of import.csv and its mapping
	world  *world // as it is before the import
	before int    // records of the file's subject before the import
	after  end    // how an import that nobody disturbed ends
	took   time.Duration
}

// end is how an import ended: its exact counts and what the register holds.
type end struct {
	counts   counts
	register string
}

// counts are those of a job.
type counts struct{ In, Created, Updated, Unchanged, Rejected int }

func (c counts) sum() int { return c.Created + c.Updated + c.Unchanged + c.Rejected }

var templates = struct {
	sync.Mutex
	known map[string]*prepared
	drop  []func()
}{known: map[string]*prepared{}}

// dropTemplates takes the databases away that tests copied.
func dropTemplates() {
	for _, drop := range templates.drop {
		drop()
	}
}

// prepare makes the state before a scenario's import, and imports a copy of it undisturbed.
func prepare(t *testing.T, s scenario, server string) *prepared {
	t.Helper()
	templates.Lock()
	defer templates.Unlock()
	name := s.name + server
	if known := templates.known[name]; known != nil {
		return known
	}
	folder := filepath.Join(workshop, strconv.Itoa(len(templates.known)))
	p := &prepared{scenario: s, files: filepath.Join(folder, "files"), world: &world{data: filepath.Join(folder, "data"), server: server}}
	for _, dir := range []string{p.files, p.world.data} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if server != "" {
		p.world.url = databaseFor(t, server)
	}
	s.before(t, p.world, p.files)
	s.file(t, p.files)
	db := p.world.sql(t)
	p.before = p.records(t, db)
	db.Close()

	calm := p.world.copied(t)
	started := time.Now()
	calm.imports(t, p.files)
	p.took = time.Since(started)
	db = calm.sql(t)
	defer db.Close()
	checkHouse(t, db)
	jobs := importsOf(t, db)
	p.after = end{jobs[len(jobs)-1].counts, register(t, db)}
	t.Logf("%s: undisturbed in %v: %+v", s.name, p.took.Round(time.Millisecond), p.after.counts)
	templates.known[name] = p
	return p
}

// databaseFor makes a database that lives until all tests have ended.
func databaseFor(t testing.TB, server string) string {
	t.Helper()
	name := "rk_fault_" + strconv.Itoa(os.Getpid()) + "_t" + strconv.FormatInt(counter.Add(1), 10)
	administer(t, server, "CREATE DATABASE "+name+" TEMPLATE template0")
	templates.drop = append(templates.drop, func() {
		if db, err := sql.Open("pgx", server); err == nil {
			_, _ = db.Exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)")
			db.Close()
		}
	})
	return named(server, name)
}

// records counts the records of the kind that the scenario's file brings.
func (p *prepared) records(t testing.TB, db *sql.DB) int {
	t.Helper()
	kind := map[string]string{"new households": "household", "persons": "person", "revised households": "household", "incomes": "income"}[p.name]
	n, err := strconv.Atoi(one(t, db, "SELECT count(*) FROM alias WHERE kind = $1", kind))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// imported is an import with its last job.
type imported struct {
	id, job                int64
	state, jobState, phase string
	counts                 counts
	failure                string
}

// importsOf lists the imports, oldest first.
func importsOf(t testing.TB, db *sql.DB) []imported {
	t.Helper()
	var all []imported
	for _, row := range texts(t, db, `SELECT i.id, i.job, i.state, coalesce(j.state, ''), coalesce(j.counts, ''), coalesce(j.progress, ''), coalesce(j.error, '')
		FROM import i LEFT JOIN job j ON j.id = i.job ORDER BY i.id`) {
		im := imported{state: row[2], jobState: row[3], failure: row[6]}
		im.id, _ = strconv.ParseInt(row[0], 10, 64)
		im.job, _ = strconv.ParseInt(row[1], 10, 64)
		var progress struct{ Phase string }
		for text, into := range map[string]any{row[4]: &im.counts, row[5]: &progress} {
			if text == "" {
				continue
			}
			if err := json.Unmarshal([]byte(text), into); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
		}
		im.phase = progress.Phase
		all = append(all, im)
	}
	return all
}
