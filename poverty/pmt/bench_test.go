package pmt_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"rightkey/poverty/pmt"
)

// households are made-up ones with numbers of few and of many values, as a survey has.
func households(n, features int) (pmt.Matrix, []float64) {
	random := rand.New(rand.NewPCG(1, 2))
	m := pmt.Matrix{}
	target := make([]float64, n)
	for j := range features {
		column := make([]float64, n)
		for i := range column {
			switch {
			case j%10 == 0:
				column[i] = random.NormFloat64()
			case j%3 == 0:
				column[i] = float64(random.IntN(12))
			default:
				column[i] = float64(random.IntN(2))
			}
			target[i] += column[i] * float64(j%7) * 0.02
		}
		m.Names, m.Columns = append(m.Names, fmt.Sprint("f", j)), append(m.Columns, column)
	}
	for i := range target {
		target[i] += 0.4 * random.NormFloat64()
	}
	return m, target
}

// The budget is 5 seconds on two cores for 700 rounds on 24,237 households and 107 features.
func BenchmarkBoosting700RoundsOn24237HouseholdsAnd107Features(b *testing.B) {
	m, target := households(24237, 107)
	for b.Loop() {
		if _, err := pmt.Boost(m, target, nil, pmt.BoostOptions{Seed: 1}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScoring(b *testing.B) {
	m, target := households(24237, 107)
	linear, err := pmt.Ridge(m, target, nil, 0.01)
	if err != nil {
		b.Fatal(err)
	}
	boosted, err := pmt.Boost(m, target, nil, pmt.BoostOptions{Seed: 1, Rounds: 700})
	if err != nil {
		b.Fatal(err)
	}
	for name, predict := range map[string]func(pmt.Matrix) ([]float64, error){"linear": linear.Predict, "boosted": boosted.Predict} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := predict(m); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(m.Rows())*float64(b.N)/b.Elapsed().Seconds(), "households/s")
		})
	}
}
