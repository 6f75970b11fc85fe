package precision

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s is %v, not %v ± %v", what, got, want, within)
	}
}

// The county of 200,000: with 24 missed of 3,000 it passes the limit of 2 %, with 31 it does not.
func TestTheComprehensiveRateIsThatOfTheEvaluationOfCounties(t *testing.T) {
	for missed, want := range map[float64]float64{24: 0.0184, 31: 0.02015} {
		e := Exit{Rural: 200_000, Registered: 2_000, Others: 150_000, Exited: 48_000, Missing: missed / 3_000, WrongExit: 24.0 / 2_400}
		near(t, fmt.Sprintf("F6 with %g missed", missed), e.Comprehensive(), want, 1e-9)
	}
}

// The interval is that of the sum of independent estimates: with one of them exact it is that of the other.
func TestTheComprehensiveRateHasTheIntervalOfWhatItIsMadeOf(t *testing.T) {
	e := Exit{Rural: 200_000, Registered: 2_000, Others: 150_000, Exited: 48_000}
	missing, wrong := Share{Value: 0.008, Low: 0.005, High: 0.012, Seen: 3_000}, Share{Value: 0.01, Low: 0.01, High: 0.01, Seen: 2_400}
	s := e.Estimated(missing, wrong)
	near(t, "F6", s.Value, 0.0184, 1e-9)
	near(t, "its lower bound", s.Low, 0.0184-0.003*0.75, 1e-9)
	near(t, "its upper bound", s.High, 0.0184+0.004*0.75, 1e-9)
	wrong.Low, wrong.High = 0.005, 0.02
	s = e.Estimated(missing, wrong)
	near(t, "the lower bound of both", s.Low, 0.0184-math.Hypot(0.003*0.75, 0.005*0.24), 1e-9)
	near(t, "the upper bound of both", s.High, 0.0184+math.Hypot(0.004*0.75, 0.01*0.24), 1e-9)
	if s.Seen != 5_400 {
		t.Errorf("it rests on %d households", s.Seen)
	}
}

func TestErrorsAreCountedRawAndClearInHouseholdsAndInPersons(t *testing.T) {
	registered := []bool{true, true, true, false, false, false}
	welfare := []float64{-0.5, 0.05, 0.5, -0.05, -0.5, 0.5}
	persons := []float64{1, 2, 3, 4, 5, 6}
	for _, c := range []struct {
		weight                                  []float64
		inclusion, clearInc, missing, clearMiss float64
	}{{nil, 2. / 3, 1. / 3, 2. / 3, 1. / 3}, {persons, 5. / 6, 3. / 6, 9. / 15, 5. / 15}} {
		e := Judge(registered, welfare, c.weight, DefaultBand)
		inclusion, clearInc := e.Inclusion()
		missing, clearMiss := e.Missing()
		got, want := []float64{inclusion, clearInc, missing, clearMiss}, []float64{c.inclusion, c.clearInc, c.missing, c.clearMiss}
		for i := range got {
			near(t, "rate", got[i], want[i], 1e-12)
		}
	}
}

func TestAVerdictNeedsTwoEnumeratorsOrTheMeeting(t *testing.T) {
	for _, c := range []struct {
		a    Adjudication
		want Verdict
	}{
		{Adjudication{First: Poor, Second: Poor, FirstEnumerator: 1, SecondEnumerator: 2}, Poor},
		{Adjudication{First: Poor, Second: Poor, FirstEnumerator: 1, SecondEnumerator: 1}, Open},
		{Adjudication{First: Poor, FirstEnumerator: 1, SecondEnumerator: 2}, Open},
		{Adjudication{First: Poor, Second: NotPoor, FirstEnumerator: 1, SecondEnumerator: 2}, Open},
		{Adjudication{First: Poor, Second: NotPoor, FirstEnumerator: 1, SecondEnumerator: 2, Meeting: NotPoor}, NotPoor},
	} {
		if got := c.a.Verdict(); got != c.want {
			t.Errorf("%+v: %v, want %v", c.a, got, c.want)
		}
	}
}

// The figures are those of Brown, Cai and DasGupta 2001 and of R's binom.test for 10 of 100.
func TestIntervalsOfSharesAreThoseOfTheTables(t *testing.T) {
	low, high := Wilson(10, 100)
	near(t, "Wilson low", low, 0.05522914, 1e-7)
	near(t, "Wilson high", high, 0.17436566, 1e-7)
	low, high = ClopperPearson(10, 100, 0.95)
	near(t, "exact low", low, 0.04900469, 1e-7)
	near(t, "exact high", high, 0.17622260, 1e-7)
	if low, high = ClopperPearson(0, 10, 0.95); low != 0 || math.Abs(high-0.30849710) > 1e-7 {
		t.Errorf("none of ten: %g to %g", low, high)
	}
}

// The bound is exact: with one error more in the frame, finding so few has at most the chance that is left.
func TestTheBoundOfAnAuditIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frame := rapid.IntRange(1, 300).Draw(t, "frame")
		sampled := rapid.IntRange(1, frame).Draw(t, "sampled")
		a := Audit{frame, sampled, rapid.IntRange(0, sampled).Draw(t, "found")}
		most := a.AtMost(0.95)
		if most < a.Found || most > frame-sampled+a.Found {
			t.Fatalf("%+v: %d errors cannot be", a, most)
		}
		if most < frame-sampled+a.Found && a.chance(most+1) > 0.05+1e-9 {
			t.Fatalf("%+v: %d errors cannot be excluded", a, most+1)
		}
		if most > a.Found && a.chance(most) <= 0.05-1e-9 {
			t.Fatalf("%+v: %d errors are excluded", a, most)
		}
	})
}

func TestUnderTwoPerCentIsSaidOnlyWhenTheBoundSaysSo(t *testing.T) {
	n := SampleFor(3000, 0, 0.02, 0.95)
	if !(Audit{3000, n, 0}).Under(0.02, 0.95) || (Audit{3000, n - 1, 0}).Under(0.02, 0.95) {
		t.Errorf("%d without an error is not the smallest sample that proves less than 2 %%", n)
	}
	if (Audit{3000, n, 1}).Under(0.02, 0.95) {
		t.Error("one error in that sample still proves it")
	}
	if (Audit{3000, 100, 0}).Under(0.02, 0.95) {
		t.Error("none of a hundred proves less than 2 %")
	}
}

func someFrame(n int) []Unit {
	frame := make([]Unit, n)
	for i := range frame {
		frame[i] = Unit{Key: fmt.Sprint("h", i), Stratum: fmt.Sprint("s", i%3)}
	}
	return frame
}

func TestASampleIsDrawnAgainFromItsSeedAndFrame(t *testing.T) {
	frame, sizes := someFrame(90), map[string]int{"s0": 5, "s1": 7, "s2": 40}
	first, err := Draw(frame, sizes, 4)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := Draw(frame, sizes, 4)
	if !slices.Equal(first.Drawn, again.Drawn) || first.Frame != again.Frame {
		t.Error("the same seed drew something else")
	}
	count := map[string]float64{}
	for _, d := range first.Drawn {
		count[frame[d.Place].Stratum] += 1 / d.Chance
	}
	for _, stratum := range []string{"s0", "s1", "s2"} {
		near(t, "the expanded size of "+stratum, count[stratum], 30, 1e-9)
	}
	other := slices.Clone(frame)
	other[7].Key = "h7a"
	if Hash(other) == Hash(frame) {
		t.Error("another frame has the same hash")
	}
	if _, err := Draw(frame, map[string]int{"no": 1}, 4); err == nil {
		t.Error("a stratum that does not exist is drawn from")
	}
}

func TestChancesSumToTheNumberDrawnAndArePassedOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.Float64Range(0.01, 10), 1, 60).Draw(t, "sizes")
		n := rapid.IntRange(1, len(sizes)).Draw(t, "n")
		sum := 0.0
		for _, c := range Chances(sizes, n) {
			if c > 1 || c <= 0 {
				t.Fatalf("a chance of %g", c)
			}
			sum += c
		}
		if math.Abs(sum-float64(n)) > 1e-9 {
			t.Fatalf("chances sum to %g, not %d", sum, n)
		}
	})
	sizes, dice := []float64{1, 2, 3, 4, 10}, rand.New(rand.NewPCG(1, 1))
	chances, drawn := Chances(sizes, 3), make([]float64, 5)
	const rounds = 20_000
	for range rounds {
		for _, place := range Systematic(chances, dice) {
			drawn[place]++
		}
	}
	for i := range chances {
		near(t, "the share drawn", drawn[i]/rounds, chances[i], 0.015)
	}
}

// The difference estimate is right on average whatever the predictions are, and more certain the better they are.
func TestEstimatesAreRightOnAverage(t *testing.T) {
	dice := rand.New(rand.NewPCG(5, 5))
	frame, truth := someFrame(600), make([]float64, 600)
	total := 0.0
	for i := range truth {
		if dice.Float64() < 0.3 {
			truth[i], total = 1, total+1
		}
	}
	good, bad := make([]float64, 600), make([]float64, 600)
	goodSum, badSum := 0.0, 0.0
	for i := range truth {
		good[i], bad[i] = 0.1+0.8*truth[i], dice.Float64()
		goodSum, badSum = goodSum+good[i], badSum+bad[i]
	}
	const rounds = 600
	var means, widths [4]float64
	held := 0
	for seed := range uint64(rounds) {
		s, err := Draw(frame, map[string]int{"s0": 30, "s1": 30, "s2": 30}, seed)
		if err != nil {
			t.Fatal(err)
		}
		observe := func(predicted []float64) (sample []Observation) {
			for _, d := range s.Drawn {
				sample = append(sample, Observation{Stratum: frame[d.Place].Stratum, Chance: d.Chance, Value: truth[d.Place], Predicted: predicted[d.Place]})
			}
			return sample
		}
		for i, e := range []Estimate{Total(observe(good)), Difference(observe(good), goodSum), Difference(observe(bad), badSum), Regression(observe(good), goodSum, 600)} {
			means[i] += e.Value / rounds
			widths[i] += (e.High - e.Low) / rounds
			if i == 0 && e.Low <= total && total <= e.High {
				held++
			}
		}
	}
	for i, mean := range means {
		near(t, fmt.Sprint("the mean of estimate ", i), mean, total, 4)
	}
	if widths[1] > widths[0]/3 || widths[3] > widths[0]/3 {
		t.Errorf("good predictions narrow the interval from %.1f to %.1f and %.1f only", widths[0], widths[1], widths[3])
	}
	if held < rounds*92/100 {
		t.Errorf("the interval holds the truth %d of %d times", held, rounds)
	}
}

func TestTheBootstrapIsAsWideAsTheFormulaAndTheDomainsSumToTheWhole(t *testing.T) {
	dice := rand.New(rand.NewPCG(9, 9))
	var sample []Observation
	for i := range 200 {
		sample = append(sample, Observation{Stratum: fmt.Sprint(i % 2), Domain: fmt.Sprint("official ", i%5), Chance: 0.1, Value: float64(dice.IntN(2))})
	}
	whole, again := Total(sample), Bootstrap(sample, 2000, 3)
	near(t, "the bootstrap's error", again.Error/whole.Error, 1, 0.1)
	sum := 0.0
	for _, e := range ByDomain(sample) {
		sum += e.Value
	}
	near(t, "the sum of the domains", sum, whole.Value, 1e-9)
	allocated := Allocate(100, map[string]int{"a": 1000, "b": 1000, "c": 1}, map[string]float64{"a": 3, "b": 1, "c": 1})
	if allocated["a"] != 75 || allocated["b"] != 25 || allocated["c"] != 1 {
		t.Errorf("allocated %v", allocated)
	}
}
