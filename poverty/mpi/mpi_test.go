package mpi_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
	"rightkey/poverty/mpi"
)

var unknown = math.NaN()

func four(missing mpi.Missing) mpi.Data {
	return mpi.Data{Missing: missing, Indicators: []mpi.Indicator{
		{Name: "water", Weight: 1, Deprived: []float64{1, 0, 1, 0}},
		{Name: "school", Weight: 1, Deprived: []float64{1, 0, unknown, 0}},
		{Name: "fuel", Weight: 2, Deprived: []float64{1, 1, 0, 0}},
	}}
}

func TestTheRuleForMissingValuesDecidesWhoIsCounted(t *testing.T) {
	cases := []struct {
		rule    mpi.Missing
		h, a    float64
		rows    int
		dropped int
	}{
		{mpi.Drop, 2.0 / 3, 0.75, 3, 1},
		{"", 2.0 / 3, 0.75, 3, 1},
		{mpi.NotDeprived, 2.0 / 4, 0.75, 4, 0},
		{mpi.Reweight, 3.0 / 4, (1 + 0.5 + 1.0/3) / 3, 4, 0},
	}
	for _, c := range cases {
		r, err := mpi.Measure(four(c.rule), 1.0/3)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(r.H.Value-c.h) > 1e-15 || math.Abs(r.A.Value-c.a) > 1e-15 || r.Rows != c.rows || r.Dropped != c.dropped {
			t.Errorf("rule %q: H %v, A %v of %d rows, %d dropped; want %+v", c.rule, r.H.Value, r.A.Value, r.Rows, r.Dropped, c)
		}
	}
}

func TestAScoreEqualToTheCutoffIsPoorInSpiteOfRounding(t *testing.T) {
	d := mpi.Data{}
	for j := range 6 {
		d.Indicators = append(d.Indicators, mpi.Indicator{Name: fmt.Sprint(j), Weight: 1.0 / 18, Deprived: []float64{1, 0}})
	}
	d.Indicators = append(d.Indicators, mpi.Indicator{Name: "rest", Weight: 2.0 / 3, Deprived: []float64{0, 0}})
	r, err := mpi.Measure(d, 1.0/3)
	if err != nil || r.H.Value != 0.5 {
		t.Errorf("headcount %v (%v), want one half", r.H.Value, err)
	}
}

func TestMeasuresHangTogetherAtEveryCutoff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 30).Draw(t, "n")
		d := mpi.Data{}
		for j := range rapid.IntRange(1, 5).Draw(t, "indicators") {
			indicator := mpi.Indicator{Name: fmt.Sprint(j), Weight: rapid.Float64Range(0.1, 2).Draw(t, "weight")}
			for range n {
				indicator.Deprived = append(indicator.Deprived, float64(rapid.IntRange(0, 1).Draw(t, "deprived")))
			}
			d.Indicators = append(d.Indicators, indicator)
		}
		before := math.Inf(1)
		for _, k := range []float64{0.1, 0.3, 0.5, 0.9, 1} {
			r, err := mpi.Measure(d, k)
			if err != nil {
				t.Fatal(err)
			}
			parts, shares := 0.0, 0.0
			for _, part := range r.Indicators {
				parts += part.Absolute.Value
				shares += part.Contribution.Value
				if part.Censored.Value > part.Raw.Value+1e-12 {
					t.Fatalf("more poor and deprived in %s than deprived", part.Name)
				}
			}
			if math.Abs(r.M0.Value-r.H.Value*r.A.Value) > 1e-12 || math.Abs(parts-r.M0.Value) > 1e-12 {
				t.Fatalf("M0 %v, H x A %v, sum of parts %v", r.M0.Value, r.H.Value*r.A.Value, parts)
			}
			if r.M0.Value > 0 && math.Abs(shares-1) > 1e-9 || r.H.Value > before+1e-12 {
				t.Fatalf("contributions add up to %v; headcount %v after %v", shares, r.H.Value, before)
			}
			before = r.H.Value
		}
	})
}

func TestAChangeIsSplitOverTheYears(t *testing.T) {
	c, err := mpi.Between(mpi.Level{Value: 0.4, SE: 0.03}, mpi.Level{Value: 0.1, SE: 0.04}, 2)
	if err != nil {
		t.Fatal(err)
	}
	for what, pair := range map[string][2]float64{
		"absolute": {c.Absolute.Value, -0.3}, "its error": {c.Absolute.SE, 0.05}, "a year": {c.AbsoluteAnnual.Value, -0.15},
		"relative": {c.Relative.Value, -0.75}, "compound": {c.RelativeAnnual.Value, -0.5}, "t": {c.T, -6},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-12 {
			t.Errorf("%s %v, want %v", what, pair[0], pair[1])
		}
	}
}

func TestBadDefinitionsAreRefused(t *testing.T) {
	wrong := four(mpi.Drop)
	wrong.Indicators[1].Deprived = []float64{1, 2, 0, 0}
	cases := map[string]func() error{
		`row 2, indicator "school": 2 is neither 0 nor 1`: func() error { _, err := mpi.Measure(wrong, 0.5); return err },
		"poverty cut-off 0 does not lie between 0 and 1":  func() error { _, err := mpi.Measure(four(mpi.Drop), 0); return err },
		`rule for missing values "zero" is not known (known are drop, reweight, not_deprived)`: func() error {
			_, err := mpi.Measure(four("zero"), 0.5)
			return err
		},
		"multidimensional measure without indicators": func() error { _, err := mpi.Measure(mpi.Data{}, 0.5); return err },
	}
	for want, run := range cases {
		if err := run(); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func ExampleMeasure() {
	r, err := mpi.Measure(mpi.Data{Indicators: []mpi.Indicator{
		{Name: "water", Weight: 1, Deprived: []float64{1, 0, 1, 0}},
		{Name: "school", Weight: 1, Deprived: []float64{1, 0, 0, 0}},
	}}, 0.5)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("H %.2f, A %.2f, M0 %.3f\n", r.H.Value, r.A.Value, r.M0.Value)
	// Output: H 0.50, A 0.75, M0 0.375
}
