package fault_test

import (
	"testing"
	"time"
)

func TestAServerThatIsStoppedDuringAnImportEndsWellAndGoesOnAtTheNextStart(t *testing.T) {
	t.Parallel()
	random := seeded(t)
	each(t, func(t *testing.T, server string) {
		for _, s := range scenarios {
			t.Run(s.name, func(t *testing.T) {
				p := prepare(t, s, server)
				w := p.world.copied(t)
				victim := w.start(t, importing(p.files)...)
				w.untilStarted(t, p, victim)
				victim.kill()
				w.settle(t)
				stops := 0
				for ; stops < 3; stops++ {
					at := w.serve(t, "--now", later())
					time.Sleep(time.Duration(random.Int64N(int64(p.took) / 3)))
					began := time.Now()
					if err := at.stop(); err != nil {
						t.Errorf("stopped with %v\n%s", err, &at.out)
					}
					if took := time.Since(began); took > 10*time.Second {
						t.Errorf("the server took %v to stop", took)
					}
					t.Logf("stopped at %q", w.inspect(t, p))
				}
				w.serveUntilDone(t)
				w.endsAs(t, p)
			})
		}
	})
}

// TestAJobOfAKilledProcessIsTakenOverByAnotherAfterAWhile waits for real: on PostgreSQL another process may be at work
// on it, and only a job that shows no life is taken over.
func TestAJobOfAKilledProcessIsTakenOverByAnotherAfterAWhile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, server string) {
		p := prepare(t, scenarios[1], server)
		w := p.world.copied(t)
		victim := w.start(t, importing(p.files)...)
		w.untilStarted(t, p, victim)
		victim.kill()
		w.settle(t)
		at := w.serve(t)
		w.untilIdle(t, at)
		if err := at.stop(); err != nil {
			t.Errorf("stopped with %v\n%s", err, &at.out)
		}
		w.endsAs(t, p)
	})
}
