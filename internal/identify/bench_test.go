package identify_test

import (
	"testing"
	"time"

	"rightkey/internal/clock"
	"rightkey/internal/identify"
)

// BenchmarkJudge judges one household and says how many times longer that takes than the same three operations
// written in Go: the price of a formula that is data.
func BenchmarkJudge(b *testing.B) {
	p, rule := madeUp(b)
	input := identify.Input{Area: 7001001, Day: clock.Date(2004, 12, 31), Inputs: map[string]any{"catch_value": 302.5, "members": 3.0}}
	values := []float64{302.5, 2.5, 3}
	began := time.Now()
	poor := 0
	for b.Loop() {
		v, err := identify.Judge(p, rule, input)
		if err != nil {
			b.Fatal(err)
		}
		if v.Outcome == identify.Poor {
			poor++
		}
	}
	judged := time.Since(began) / time.Duration(b.N)
	const rounds = 1 << 20
	began = time.Now()
	for range rounds {
		if (values[0]-values[1])/values[2] <= 90 {
			poor++
		}
	}
	byHand := float64(time.Since(began)) / rounds
	b.ReportMetric(float64(judged)/byHand, "times-by-hand")
	b.ReportMetric(1e9/float64(judged), "households/s")
}
