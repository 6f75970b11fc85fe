package pmt_test

import (
	"runtime"
	"testing"

	"rightkey/poverty/pmt"
)

// allocated is how many bytes work asks for, all told.
func allocated(t *testing.T, work func() error) float64 {
	t.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	if err := work(); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc - before.TotalAlloc)
}

func TestMemoryGrowsWithTheRowsAndNotFaster(t *testing.T) {
	small, smallTarget := households(20_000, 30)
	large, largeTarget := households(80_000, 30)
	boosted, err := pmt.Boost(small, smallTarget, nil, pmt.BoostOptions{Seed: 1, Rounds: 20})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		work func(m pmt.Matrix, target []float64) error
	}{
		{"least squares", func(m pmt.Matrix, target []float64) error { _, err := pmt.OLS(m, target, nil); return err }},
		{"boosting", func(m pmt.Matrix, target []float64) error {
			_, err := pmt.Boost(m, target, nil, pmt.BoostOptions{Seed: 1, Rounds: 20})
			return err
		}},
		{"scoring", func(m pmt.Matrix, _ []float64) error { _, err := boosted.Predict(m); return err }},
	} {
		t.Run(c.name, func(t *testing.T) {
			once := allocated(t, func() error { return c.work(small, smallTarget) })
			fourfold := allocated(t, func() error { return c.work(large, largeTarget) })
			if fourfold > 4.4*once+1<<20 {
				t.Errorf("four times the rows take %.1f times the memory (%.1f MB, %.1f MB)", fourfold/once, fourfold/1e6, once/1e6)
			}
			t.Logf("%.0f bytes a row", fourfold/float64(large.Rows()))
		})
	}
}
