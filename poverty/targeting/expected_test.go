package targeting_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"rightkey/poverty/targeting"
)

// By hand: 100 selected with 80 % poor and 100 others with 10 % poor leave out 10 of 90 and take in 20 of 100.
func TestExpectedErrorsAreThoseOfTheBands(t *testing.T) {
	bands := []targeting.Band{{Selected: 100, Surveyed: 500, Poor: 0.8}, {Others: 100, Surveyed: 500, Poor: 0.1}}
	exclusion, inclusion, err := targeting.ExpectedErrors(bands, 1)
	if err != nil || math.Abs(exclusion.Estimate-10.0/90) > 1e-12 || math.Abs(inclusion.Estimate-0.2) > 1e-12 {
		t.Fatalf("%+v %+v %v", exclusion, inclusion, err)
	}
	if exclusion.Low >= exclusion.Estimate || inclusion.High <= inclusion.Estimate || inclusion.High-inclusion.Low > 0.1 {
		t.Errorf("intervals %+v %+v", exclusion, inclusion)
	}
	if _, _, err := targeting.ExpectedErrors([]targeting.Band{{Others: 5, Surveyed: 9, Poor: 0.5}}, 1); err == nil {
		t.Error("a selection of nobody has an inclusion error")
	}
}

// A larger survey leaves less open, and estimates lie in their intervals.
func TestALargerSurveyGivesNarrowerExpectations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bands := make([]targeting.Band, rapid.IntRange(2, 8).Draw(t, "bands"))
		for i := range bands {
			bands[i] = targeting.Band{Selected: float64(rapid.IntRange(1, 900).Draw(t, "in")), Others: float64(rapid.IntRange(1, 900).Draw(t, "out")),
				Surveyed: rapid.IntRange(20, 60).Draw(t, "surveyed"), Poor: rapid.Float64Range(0.1, 0.9).Draw(t, "poor")}
		}
		small, _, err := targeting.ExpectedErrors(bands, 1)
		if err != nil {
			t.Fatal(err)
		}
		for i := range bands {
			bands[i].Surveyed *= 100
		}
		large, _, _ := targeting.ExpectedErrors(bands, 1)
		if large.High-large.Low >= small.High-small.Low || small.Low > small.Estimate || small.High < small.Estimate {
			t.Fatalf("%+v with a small survey, %+v with a large one", small, large)
		}
	})
}
