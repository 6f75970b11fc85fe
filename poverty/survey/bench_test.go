package survey_test

import (
	"strconv"
	"testing"

	"rightkey/poverty"
	"rightkey/poverty/survey"
)

// The budget for headcount, gap and squared gap with standard errors on a million rows is one second.
func BenchmarkPovertyWithStandardErrorsOnAMillionRows(b *testing.B) {
	const n = 1_000_000
	s := poverty.Sample{Welfare: make([]float64, n), Weight: make([]float64, n)}
	strata, psu := make([]string, n), make([]string, n)
	for i := range n {
		s.Welfare[i], s.Weight[i] = float64(i%997), 1+float64(i%7)
		strata[i], psu[i] = strconv.Itoa(i/40%50), strconv.Itoa(i/40)
	}
	for b.Loop() {
		design, err := survey.New(n, survey.Options{Weights: s.Weight, Strata: strata, PSU: psu})
		if err != nil {
			b.Fatal(err)
		}
		for alpha := range 3 {
			e, err := poverty.FGT(s, poverty.FixedLine(300), float64(alpha))
			if err != nil {
				b.Fatal(err)
			}
			if _, err := design.SE(e.Influence); err != nil {
				b.Fatal(err)
			}
		}
	}
}
