package fault_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// private is a PostgreSQL server of the test's own, to be restarted at will.
type private struct{ address, control string }

// startPrivate starts a server by the script that also serves the whole test suite.
func startPrivate(t *testing.T) private {
	t.Helper()
	command := exec.Command(filepath.Join(root(), "scripts", "with-postgres"))
	command.Env = append(os.Environ(), "RIGHTKEY_POSTGRES_FSYNC=off") // the machine keeps its power
	said, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		_ = command.Wait()
	})
	var p private
	for lines := bufio.NewScanner(said); p.control == "" && lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), "=")
		switch name {
		case "RIGHTKEY_TEST_POSTGRES":
			p.address = value
		case "RIGHTKEY_TEST_POSTGRES_CTL":
			p.control = strings.Trim(value, `"`)
		}
	}
	if p.control == "" {
		t.Fatal("no PostgreSQL server of the test's own could be started")
	}
	return p
}

// restart is what a crash of the server is to its clients.
func (p private) restart(t *testing.T) {
	t.Helper()
	if said, err := exec.Command("bash", "-c", p.control+" restart -m immediate >/dev/null 2>&1 </dev/null").CombinedOutput(); err != nil {
		t.Fatalf("restart the server: %v\n%s", err, said)
	}
}

// clear is what people read when the database does not answer.
var clear = regexp.MustCompile(`the database cannot be reached, try again|the database is (stopping or starting|busy), try again`)

func TestARestartOfPostgresDuringAnImportIsWaitedFor(t *testing.T) {
	t.Parallel()
	random, server := seeded(t), startPrivate(t)
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			p := prepare(t, s, server.address)
			w := p.world.copied(t)
			importer := w.start(t, importing(p.files)...)
			w.untilStarted(t, p, importer)
			restarts := 0
			for ; restarts < 3 && !importer.over(); restarts++ {
				time.Sleep(time.Duration(random.Int64N(int64(p.took) / 2)))
				server.restart(t)
			}
			if err := importer.wait(patience); err != nil {
				t.Fatalf("the import did not outlive the restart: %v\n%s", err, &importer.out)
			}
			t.Logf("%d restarts", restarts)
			w.endsAs(t, p)
		})
	}
}

// over says whether a process has ended.
func (p *process) over() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// untilStarted waits until the file is taken in and its import is a job.
func (w *world) untilStarted(t *testing.T, p *prepared, importer *process) {
	t.Helper()
	db := w.sql(t)
	defer db.Close()
	for began := time.Now(); time.Since(began) < patience && !importer.over(); time.Sleep(5 * time.Millisecond) {
		if jobs, err := tryTexts(db, "SELECT i.id FROM import i JOIN job j ON j.id = i.job"); err == nil && len(jobs) > p.earlier() {
			return
		}
	}
	t.Fatalf("the import did not start:\n%s", &importer.out)
}

func TestARestartOfPostgresDuringAnUploadIsAClearErrorAndTheSameCommandBringsItIn(t *testing.T) {
	t.Parallel()
	random, server := seeded(t), startPrivate(t)
	for range 3 {
		p := prepare(t, scenarios[0], server.address)
		w := p.world.copied(t)
		importer := w.start(t, importing(p.files)...)
		time.Sleep(time.Duration(random.Int64N(int64(200 * time.Millisecond))))
		server.restart(t)
		if err := importer.wait(patience); err == nil {
			w.endsAs(t, p)
			continue
		}
		if said := importer.out.String(); !clear.MatchString(said) || strings.Contains(said, "panic") {
			t.Errorf("no clear error:\n%s", said)
		}
		w.goOn(t, p)
	}
}

func TestARestartOfPostgresLosesNoAnsweredEditAndEditingGoesOn(t *testing.T) {
	t.Parallel()
	random, server := seeded(t), startPrivate(t)
	w := prepare(t, scenarios[1], server.address).world.copied(t)
	driver := w.edits(t)
	var breakdowns []breakdown
	for range 4 {
		time.Sleep(1300*time.Millisecond + time.Duration(random.Int64N(int64(300*time.Millisecond))))
		from := time.Now()
		server.restart(t)
		breakdowns = append(breakdowns, breakdown{from, time.Now()})
	}
	before := read(t, driver.out.String()).answers
	time.Sleep(1500 * time.Millisecond)
	driver.kill()
	w.settle(t)
	b := read(t, driver.out.String())
	if b.odd != "" {
		t.Errorf("an error that says nothing to a client: %s", b.odd)
	}
	for _, line := range b.errors {
		if !clear.MatchString(line) {
			t.Errorf("no clear error: %s", line)
		}
	}
	if b.answers <= before {
		t.Errorf("%d answers until the last restart, none after it", before)
	}
	t.Logf("%d answers, %d after the last of 4 restarts; %d clear errors", b.answers, b.answers-before, len(b.errors))
	w.keeps(t, b, breakdowns...)
}
