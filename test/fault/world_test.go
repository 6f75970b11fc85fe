package fault_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"rightkey/internal/testdata"
)

var ctx = context.Background()

// world is one database with its key file, and the program run on it.
type world struct {
	t      testing.TB
	data   string // folder of the key file and of the embedded database
	server string // "" for SQLite
	url    string // "" for SQLite
}

// each runs test on each engine, on the PostgreSQL server that all tests share.
func each(t *testing.T, test func(t *testing.T, server string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, "") })
	t.Run("postgres", func(t *testing.T) {
		server := os.Getenv("RIGHTKEY_TEST_POSTGRES")
		if server == "" {
			if testdata.Required() {
				t.Fatal("RIGHTKEY_TEST_POSTGRES is required: run the tests with make test")
			}
			t.Skip("1 test skipped: no PostgreSQL server (RIGHTKEY_TEST_POSTGRES)")
		}
		test(t, server)
	})
}

var counter atomic.Int64

// empty is a world without a database in it. An empty server means SQLite.
func empty(t testing.TB, server string) *world {
	t.Helper()
	w := &world{t: t, data: t.TempDir(), server: server}
	if server != "" {
		w.url = newDatabase(t, server, "template0")
	}
	return w
}

func newDatabase(t testing.TB, server, from string) string {
	t.Helper()
	name := fmt.Sprintf("rk_fault_%d_%d", os.Getpid(), counter.Add(1))
	administer(t, server, "CREATE DATABASE "+name+" TEMPLATE "+from)
	t.Cleanup(func() { administer(t, server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return named(server, name)
}

func administer(t testing.TB, server, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func named(server, database string) string {
	u, err := url.Parse(server)
	if err != nil {
		panic(err)
	}
	u.Path = "/" + database
	return u.String()
}

// copied is a world of its own with what is in w, which no program may be using.
func (w *world) copied(t testing.TB) *world {
	t.Helper()
	c := &world{t: t, data: t.TempDir(), server: w.server}
	copyFolder(t, w.data, c.data)
	if w.server != "" {
		from, err := url.Parse(w.url)
		if err != nil {
			t.Fatal(err)
		}
		c.url = newDatabase(t, w.server, strings.Trim(from.Path, "/"))
	}
	return c
}

// copyFolder copies files with their modes: a key file that others may read is refused.
func copyFolder(t testing.TB, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(to, strings.TrimPrefix(path, from))
		if d.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// flags say to the program where the world is.
func (w *world) flags(args ...string) []string {
	args = append(args, "--data", w.data)
	if w.url != "" {
		args = append(args, "--database", w.url)
	}
	return args
}

// process is a program at work.
type process struct {
	t       testing.TB
	command *exec.Cmd
	out     output
	ended   chan struct{}
	err     error
}

// output collects what a program says while others read it.
type output struct {
	sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.Lock()
	defer o.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.Lock()
	defer o.Unlock()
	return o.text.String()
}

// start starts the program; it does not outlive the test.
func (w *world) start(t testing.TB, args ...string) *process {
	t.Helper()
	return launch(t, exec.Command(binary(t), w.flags(args...)...))
}

func launch(t testing.TB, command *exec.Cmd) *process {
	t.Helper()
	p := &process{t: t, command: command, ended: make(chan struct{})}
	command.Stdout, command.Stderr = &p.out, &p.out
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.err = command.Wait(); close(p.ended) }()
	t.Cleanup(p.kill)
	return p
}

// kill is kill -9.
func (p *process) kill() {
	_ = p.command.Process.Kill()
	<-p.ended
}

// stop asks the program to stop, as a service manager does, and returns how it ended.
func (p *process) stop() error {
	p.t.Helper()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatalf("stop: %v\n%s", err, &p.out)
	}
	return p.wait(20 * time.Second)
}

// wait returns how the program ended.
func (p *process) wait(patience time.Duration) error {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		_ = p.command.Process.Signal(syscall.SIGQUIT)
		time.Sleep(200 * time.Millisecond)
		p.t.Fatalf("still at work after %v:\n%s", patience, &p.out)
	}
	return p.err
}

// run runs the program to its end, which has to be a good one, and returns what it said.
func (w *world) run(t testing.TB, args ...string) string {
	t.Helper()
	p := w.start(t, args...)
	if err := p.wait(time.Minute); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, &p.out)
	}
	return p.out.String()
}

// sql opens the database beside the program, to look and not to touch.
func (w *world) sql(t testing.TB) *sql.DB {
	t.Helper()
	driver, address := "pgx", w.url
	if w.url == "" {
		driver, address = "sqlite", "file:"+filepath.Join(w.data, "rightkey.db")+"?_pragma=query_only(1)&_pragma=busy_timeout(5000)"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// texts are all rows of a query, each value as text, NULL as "-".
func texts(t testing.TB, db *sql.DB, query string, args ...any) [][]string {
	t.Helper()
	all, err := tryTexts(db, query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return all
}

func tryTexts(db *sql.DB, query string, args ...any) ([][]string, error) {
	rows, err := db.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var all [][]string
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		row := make([]string, len(columns))
		for i, v := range values {
			row[i] = "-"
			if v.Valid {
				row[i] = v.String
			}
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

// one is the only value of a query.
func one(t testing.TB, db *sql.DB, query string, args ...any) string {
	t.Helper()
	all := texts(t, db, query, args...)
	if len(all) != 1 || len(all[0]) != 1 {
		t.Fatalf("%s: %d rows", query, len(all))
	}
	return all[0][0]
}

// later is a moment after every claim that a killed process left has run out.
func later() string { return time.Now().Add(48 * time.Hour).UTC().Format(time.RFC3339) }
