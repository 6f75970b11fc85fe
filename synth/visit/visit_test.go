package visit

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func TestVisitsAreAsReliableAsTheModelSays(t *testing.T) {
	for _, reliability := range []float64{Careful, Hurried} {
		m := Model{Seed: 7, Reliability: reliability, Deviation: 0.6, Refusal: Refusal, Absence: Absence, Enumerator: 0.2}
		if err := m.Check(); err != nil {
			t.Fatal(err)
		}
		const visits = 100_000
		d := rand.New(rand.NewPCG(1, 1))
		var outcomes [3]float64
		var n, truth, found, truth2, found2, both float64
		for i := range visits {
			welfare := 0.4 + 0.6*d.NormFloat64()
			f := m.Visit(fmt.Sprint("h", i), 0, fmt.Sprint("e", i%500), welfare)
			outcomes[f.Outcome]++
			if f.Outcome != Done {
				continue
			}
			if f.Poor != (f.Welfare < 0) {
				t.Fatal("poor is not whose welfare was found below 0")
			}
			n, truth, found, both = n+1, truth+welfare, found+f.Welfare, both+welfare*f.Welfare
			truth2, found2 = truth2+welfare*welfare, found2+f.Welfare*f.Welfare
		}
		for outcome, asked := range map[Outcome]float64{Refused: Refusal, Absent: Absence} {
			if got := outcomes[outcome] / visits; math.Abs(got-asked) > 4*math.Sqrt(asked*(1-asked)/visits) {
				t.Errorf("outcome %d in %.4f of the visits, asked were %.2f", outcome, got, asked)
			}
		}
		covariance := both/n - truth/n*found/n
		squared := covariance * covariance / (truth2/n - truth/n*truth/n) / (found2/n - found/n*found/n)
		if math.Abs(squared-reliability) > 0.01 {
			t.Errorf("reliability %.4f, asked were %.2f", squared, reliability)
		}
	}
}

func TestAnEnumeratorErrsTheSameWayAtAllVisits(t *testing.T) {
	m := Model{Seed: 3, Reliability: Hurried, Deviation: 0.6, Enumerator: 0.3}
	between, within := 0.0, 0.0
	const enumerators, visits = 400, 60
	for e := range enumerators {
		name := fmt.Sprint("e", e)
		sum, squares := 0.0, 0.0
		for v := range visits {
			x := m.Visit(fmt.Sprint(name, "h", v), 0, name, 0).Welfare
			sum, squares = sum+x, squares+x*x
		}
		mean := sum / visits
		between += mean * mean / enumerators
		within += (squares/visits - mean*mean) / enumerators
	}
	if got := between / (between + within); math.Abs(got-0.3) > 0.06 {
		t.Errorf("%.3f of the variance of errors is the enumerators', asked were .3", got)
	}
}

func TestAVisitFindsTheSameWhenItIsAskedAgainAndSomethingElseTheNextTime(t *testing.T) {
	m := Model{Seed: 3, Reliability: Careful, Deviation: 0.6}
	if m.Visit("h1", 0, "e1", 0.2) != m.Visit("h1", 0, "e1", 0.2) {
		t.Error("the same visit found two things")
	}
	if m.Visit("h1", 0, "e1", 0.2) == m.Visit("h1", 1, "e1", 0.2) || m.Visit("h1", 0, "e1", 0.2) == m.Visit("h2", 0, "e1", 0.2) {
		t.Error("two visits found the very same")
	}
	other := m
	other.Seed = 4
	if m.Visit("h1", 0, "e1", 0.2) == other.Visit("h1", 0, "e1", 0.2) {
		t.Error("another seed found the very same")
	}
}

func TestModelsThatCannotBeAreRefused(t *testing.T) {
	for name, m := range map[string]Model{"nothing": {}, "too reliable": {Reliability: 1.1, Deviation: 1}, "never at home": {Reliability: 0.9, Deviation: 1, Absence: 0.9, Refusal: 0.2}, "no number": {Reliability: math.NaN(), Deviation: 1}} {
		if m.Check() == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
