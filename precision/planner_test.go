package precision

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// county is a small population in which a score tells a part of welfare, and a register that is wrong about three in
// ten.
func county(n int, seed uint64) (households []Household, welfare []float64) {
	dice := rand.New(rand.NewPCG(seed, 2))
	for i := range n {
		w := 0.7 + 0.55*dice.NormFloat64()
		h := Household{Village: i % 20, Persons: 1 + i%5, Score: w + 0.25*dice.NormFloat64()}
		switch {
		case w < 0:
			h.Registered = dice.Float64() < 0.7
		default:
			h.Registered = dice.Float64() < 0.035
		}
		households, welfare = append(households, h), append(welfare, w)
	}
	return households, welfare
}

func setting(noise float64) Setting {
	return Setting{Noise: noise, Band: DefaultBand, Spread: 0.25, Between: 0.005, Cost: EvenCost}
}

// visitAll makes visits in batches and returns the planner.
func visitAll(households []Household, welfare []float64, s Setting, visits int, seed uint64) *Planner {
	p := NewPlanner(NewBelief(households, s), DefaultRandom, seed)
	dice := rand.New(rand.NewPCG(seed, 3))
	for range 6 {
		plan := p.Next(visits / 6)
		met := append(plan.Lot, plan.Chosen...)
		for _, i := range met {
			p.Observe(Visit{Household: i, Enumerator: i % 3, Welfare: welfare[i] + s.Noise*dice.NormFloat64()})
		}
		p.Belief.Learn(2)
		p.Decide(met)
	}
	return p
}

func TestPlannedVisitsLowerErrorsMoreThanRandomOnes(t *testing.T) {
	households, welfare := county(4000, 1)
	for _, noise := range []float64{0, 0.12} {
		p := visitAll(households, welfare, setting(noise), 600, 1)
		before := make([]bool, len(households))
		for i, h := range households {
			before[i] = h.Registered
		}
		first, after := Judge(before, welfare, nil, DefaultBand), Judge(p.Status, welfare, nil, DefaultBand)
		if after.Total() > 0.6*first.Total() {
			t.Errorf("noise %g: 600 planned visits leave %g of %g errors", noise, after.Total(), first.Total())
		}
		// Visits to everybody alike would correct as many errors as the share that is visited.
		if random := first.Total() * (1 - 600.0/4000); after.Total() > random {
			t.Errorf("noise %g: random visits would leave %g, planned ones leave %g", noise, random, after.Total())
		}
	}
}

// What is believed is right on average: of those visited next, as many are wrong as was expected.
func TestTheLikelihoodOfAnErrorIsWhatIsFound(t *testing.T) {
	expected, found := 0.0, 0.0
	for seed := range uint64(6) {
		households, welfare := county(4000, seed)
		p := visitAll(households, welfare, setting(0), 420, seed)
		for _, i := range p.Next(150).Chosen {
			raw, _ := p.Belief.Standing(i).Wrong(p.Status[i])
			expected += raw
			if (welfare[i] < 0) != p.Status[i] {
				found++
			}
		}
	}
	if found < 0.8*expected || found > 1.25*expected {
		t.Errorf("%.0f errors were expected, %.0f found", expected, found)
	}
}

func TestTheIntervalOfWhatIsLeftHoldsTheTruth(t *testing.T) {
	held, byDesign, seeds := 0, 0, 60
	for seed := range uint64(seeds) {
		households, welfare := county(3000, seed)
		p := visitAll(households, welfare, setting(0), 300, seed)
		truth := Judge(p.Status, welfare, nil, DefaultBand)
		left := p.Estimate(true, nil)
		if left.Raw.Low <= truth.Wrong && truth.Wrong <= left.Raw.High {
			held++
		}
		if left.Raw.Value > 0 && left.RawByDesign.High > 0 {
			byDesign++
		}
	}
	if held < seeds*88/100 || byDesign == 0 {
		t.Errorf("the interval held the truth %d of %d times", held, seeds)
	}
}

func TestAVisitNeverRaisesTheExpectedErrorAndIsNeverExpectedTo(t *testing.T) {
	households, _ := county(300, 4)
	rapid.Check(t, func(t *rapid.T) {
		noise := rapid.SampledFrom([]float64{0, 0.05, 0.2, 0.6}).Draw(t, "noise")
		b := NewBelief(households, setting(noise))
		i := rapid.IntRange(0, len(households)-1).Draw(t, "household")
		now := rapid.Bool().Draw(t, "status")
		if gain := b.Gain(i, now); gain < -1e-9 {
			t.Fatalf("a visit is expected to gain %g", gain)
		}
		for range rapid.IntRange(1, 4).Draw(t, "visits") {
			b.Observe(Visit{Household: i, Welfare: rapid.Float64Range(-2, 2).Draw(t, "found")})
		}
		s, cost := b.Standing(i), b.Setting.Cost
		if s.Poor < -1e-9 || s.Poor > 1+1e-9 || s.ClearlyPoor > s.Poor+1e-9 || s.ClearlyNot > 1-s.Poor+1e-9 {
			t.Fatalf("%+v is no likelihood", s)
		}
		if after := cost.Loss(s, b.Proposed(i, now)); after > cost.Loss(s, now)+1e-12 {
			t.Fatalf("the proposal costs %g, the status %g", after, cost.Loss(s, now))
		}
	})
}

func TestAFindingWithoutErrorDecidesAndLosesCertaintyWithTheYears(t *testing.T) {
	households, _ := county(50, 4)
	s := setting(0)
	s.Drift = 0.3
	households[3].Score = 0.1
	b := NewBelief(households, s)
	b.Observe(Visit{Household: 3, Welfare: -0.2})
	if got := b.Standing(3); got.Poor != 1 || got.ClearlyPoor != 1 {
		t.Errorf("%+v after a visit that found it clearly poor", got)
	}
	b.Age(2)
	if got := b.Standing(3); got.Poor > 0.999 || got.Poor < 0.2 {
		t.Errorf("%+v two years after", got)
	}
	b.Change(3, Household{Village: 1, Score: 2}, true)
	if got := b.Standing(3); got.Poor > 0.01 || b.Visited(3) {
		t.Errorf("%+v of a household that moved in since", got)
	}
	b.Change(4, Household{Village: 1, Score: 2, Signals: 1 << 1}, true) // nobody had these signals before
	if got := b.Standing(4); !(got.Poor >= 0 && got.Poor < 0.05) {
		t.Errorf("%+v of a household whose signals are new", got)
	}
}

func TestThePlanIsTheSameForTheSameSeedAndAbsentHouseholdsStayInTheDraw(t *testing.T) {
	households, _ := county(500, 6)
	one, other := NewPlanner(NewBelief(households, setting(0)), 0.2, 7), NewPlanner(NewBelief(households, setting(0)), 0.2, 7)
	plan, again := one.Next(50), other.Next(50)
	if !slices.Equal(plan.Lot, again.Lot) || !slices.Equal(plan.Chosen, again.Chosen) {
		t.Error("equal seeds plan differently")
	}
	if len(plan.Lot) != 10 || len(plan.Chosen) != 40 {
		t.Errorf("%d by lot, %d chosen of 50", len(plan.Lot), len(plan.Chosen))
	}
	one.Absent(plan.Lot[0])
	one.Refused(plan.Chosen[0])
	next := one.Next(50)
	if !slices.Contains(next.Lot, plan.Lot[0]) {
		t.Error("who was drawn and absent is not visited again")
	}
	if slices.Contains(next.Lot, plan.Chosen[0]) || slices.Contains(next.Chosen, plan.Chosen[0]) {
		t.Error("who refused is visited again")
	}
}
