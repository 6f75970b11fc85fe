package fault_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
)

// patience is how long an import that goes on may take to its end.
const patience = 60 * time.Second

func TestAnImportThatIsKilledAnywhereGoesOnAndEndsAsIfNothingHappened(t *testing.T) {
	t.Parallel()
	random := seeded(t)
	each(t, func(t *testing.T, server string) {
		met := map[string]int{}
		for i := range points(26) {
			s := scenarios[i%len(scenarios)]
			p := prepare(t, s, server)
			compareEngines(t, s.name, p.after.register)
			after := time.Duration(random.Int64N(int64(p.took * 11 / 10)))
			t.Run(strconv.Itoa(i), func(t *testing.T) { killImport(t, p, after, random, met) })
		}
		t.Logf("the imports were killed at: %v", met)
	})
}

// killImport kills an import at a moment, perhaps what goes on with it too, and lets it end.
func killImport(t *testing.T, p *prepared, after time.Duration, random *rand.Rand, met map[string]int) {
	w := p.world.copied(t)
	victim := w.start(t, importing(p.files)...)
	time.Sleep(after)
	victim.kill()
	w.settle(t)
	at := w.inspect(t, p)
	met[at]++
	t.Logf("%s killed after %v at %q", p.name, after.Round(time.Millisecond), at)
	for at != "no import" && at != "uploading" && random.IntN(3) == 0 {
		again := w.start(t, "serve", "--second-factor", "offered", "--listen", "127.0.0.1:0", "--now", later())
		time.Sleep(time.Duration(random.Int64N(int64(p.took))))
		again.kill()
		w.settle(t)
		at = w.inspect(t, p)
		met[at]++
		t.Logf("killed again at %q", at)
	}
	w.goOn(t, p)
}

// inspect asks what must be true after a kill, and says how far the import had come.
func (w *world) inspect(t *testing.T, p *prepared) string {
	t.Helper()
	db := w.sql(t)
	defer db.Close()
	checkHouse(t, db)
	jobs := importsOf(t, db)
	created := p.records(t, db) - p.before
	if len(jobs) == p.earlier() {
		if created != 0 {
			t.Errorf("%d records are there without an import", created)
		}
		return "no import"
	}
	im := jobs[len(jobs)-1]
	counted := im.counts.Created
	if im.phase == "check" || im.phase == "" {
		counted = 0
	}
	if created != counted {
		t.Errorf("%s %s: %d records were created, the job counts %d", im.state, im.phase, created, counted)
	}
	switch {
	case im.state == "uploading", im.jobState == "done":
		return im.state
	}
	return im.state + " " + im.phase
}

// earlier is how many imports were there before.
func (p *prepared) earlier() int {
	if p.name == "new households" {
		return 0
	}
	return 1
}

// goOn lets the import end: by itself when the program starts again, or, where it had not been taken in, by the same
// command once more.
func (w *world) goOn(t *testing.T, p *prepared) {
	t.Helper()
	db := w.sql(t)
	jobs := importsOf(t, db)
	db.Close()
	if len(jobs) == p.earlier() || jobs[len(jobs)-1].job == 0 {
		w.run(t, append(importing(p.files), "--now", later())...)
	} else {
		w.serveUntilDone(t)
	}
	w.endsAs(t, p)
}

// serveUntilDone serves until no job is left, and stops.
func (w *world) serveUntilDone(t *testing.T) {
	t.Helper()
	server := w.serve(t, "--now", later())
	w.untilIdle(t, server)
	if err := server.stop(); err != nil {
		t.Errorf("the server stopped with %v\n%s", err, &server.out)
	}
}

// serve starts the server and waits until it answers.
func (w *world) serve(t testing.TB, args ...string) *process {
	t.Helper()
	server := w.start(t, append([]string{"serve", "--second-factor", "offered", "--listen", "127.0.0.1:0"}, args...)...)
	server.says(t, "Serving at")
	return server
}

// says waits until the program says something.
func (p *process) says(t testing.TB, what string) {
	t.Helper()
	for began := time.Now(); !strings.Contains(p.out.String(), what); time.Sleep(5 * time.Millisecond) {
		select {
		case <-p.ended:
			t.Fatalf("the program ended: %v\n%s", p.err, &p.out)
		default:
		}
		if time.Since(began) > patience {
			t.Fatalf("the program does not say %q:\n%s", what, &p.out)
		}
	}
}

// untilIdle waits until no job waits or is at work.
func (w *world) untilIdle(t testing.TB, server *process) {
	t.Helper()
	db := w.sql(t)
	defer db.Close()
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		left, err := tryTexts(db, "SELECT id, state, progress, error FROM job WHERE state IN ('queued', 'running')")
		if err == nil && len(left) == 0 {
			return
		}
		select {
		case <-server.ended:
			t.Fatalf("the program ended: %v\n%s", server.err, &server.out)
		default:
		}
		if time.Since(began) > patience {
			t.Fatalf("jobs do not end: %v %v\n%s", left, err, &server.out)
		}
	}
}

// endsAs compares the end with that of an undisturbed import.
func (w *world) endsAs(t *testing.T, p *prepared) {
	t.Helper()
	db := w.sql(t)
	defer db.Close()
	checkHouse(t, db)
	jobs := importsOf(t, db)
	last := jobs[len(jobs)-1]
	if last.state != "imported" || last.counts != p.after.counts {
		t.Errorf("the import ended %s (%s) with %+v, undisturbed with %+v", last.state, last.failure, last.counts, p.after.counts)
	}
	sameRegister(t, register(t, db), p.after.register)
	if left := texts(t, db, "SELECT id FROM import WHERE state = 'uploading'"); len(left) > 0 {
		t.Errorf("broken uploads %v were not cleared", left)
	}
}
