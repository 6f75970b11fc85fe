package job_test

import (
	"testing"
	"testing/synctest"
	"time"

	"rightkey/internal/job"
)

func TestWorkStandsAsideWhileSomebodyWaitsAndGoesOnSlowlyWhereRequestsNeverEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w job.Way
		stood := func() time.Duration {
			began := time.Now()
			w.Make()
			return time.Since(began)
		}
		if w.Company() || stood() != 0 {
			t.Error("work stands aside for nobody")
		}
		leave := w.Visit()
		go func() { time.Sleep(2 * time.Millisecond); leave() }()
		if took := stood(); took < 2*time.Millisecond || took > 3*time.Millisecond {
			t.Errorf("an answer took 2 ms, work stood aside for %v", took)
		}
		if !w.Company() {
			t.Error("who was just answered is gone")
		}
		download := w.Visit()
		if took := stood(); took != 20*time.Millisecond {
			t.Errorf("work stood aside for %v while an answer did not end", took)
		}
		began := time.Now()
		if w.Give(); time.Since(began) != 200*time.Millisecond {
			t.Errorf("upkeep stood aside for %v while an answer did not end", time.Since(began))
		}
		time.Sleep(time.Second - 200*time.Millisecond)
		if took := stood(); took != 0 {
			t.Errorf("work stood aside for %v for a download", took)
		}
		download()
		if took := stood(); took != 0 {
			t.Errorf("after a download that ended late work stood aside for %v", took)
		}
		time.Sleep(3 * time.Second)
		if w.Company() {
			t.Error("nobody came for three seconds, and people are here")
		}
	})
}
