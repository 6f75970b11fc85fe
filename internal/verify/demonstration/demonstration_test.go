package demonstration

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"rightkey/internal/verify/demonstration/world"
	"rightkey/precision"
	"rightkey/synth/visit"
)

// population is a made-up population; the truth of it is shuffled among the households where asked.
func population(t *testing.T, n int, shuffled bool) *world.World {
	t.Helper()
	dice := rand.New(rand.NewPCG(3, 3))
	households, welfare := make([]precision.Household, n), make([]float64, n)
	for i := range households {
		welfare[i] = 0.75 + 0.6*dice.NormFloat64()
		chance := 0.033
		if welfare[i] < 0 {
			chance = 0.7
		}
		households[i] = precision.Household{Village: i / 100, Persons: 1 + i%6, Score: welfare[i] + 0.25*dice.NormFloat64(), Registered: dice.Float64() < chance}
	}
	if shuffled {
		dice.Shuffle(n, func(i, j int) { welfare[i], welfare[j] = welfare[j], welfare[i] })
	}
	w := world.FromData(households, welfare, 0.25, 0.005)
	if err := w.Field(1, world.Visits{}); err != nil {
		t.Fatal(err)
	}
	return w
}

// Two worlds that look the same and differ in the truth get the same first plan: nothing but visits tells of it.
func TestNobodyButTheScorerReadsTheTruth(t *testing.T) {
	true1, other := population(t, 3000, false), population(t, 3000, true)
	if !reflect.DeepEqual(true1.Households, other.Households) {
		t.Fatal("the worlds do not look the same")
	}
	first, second := NewCampaign(true1.Households, true1, Settings(true1), 5), NewCampaign(other.Households, nowhere{}, Settings(true1), 5)
	plan, blind := first.Planner.Next(100), second.Planner.Next(100)
	if !slices.Equal(plan.Lot, blind.Lot) || !slices.Equal(plan.Chosen, blind.Chosen) {
		t.Error("the plan depends on the truth before anybody was visited")
	}
	// Whatever a world tells without a visit or the scorer is the same for both.
	for _, of := range []reflect.Type{reflect.TypeFor[*world.World](), reflect.TypeFor[world.World]()} {
		for i := range of.NumMethod() {
			if name := of.Method(i).Name; !slices.Contains([]string{"Field", "Noise", "Visit", "Pass", "Judge"}, name) {
				t.Errorf("a world has a method %s: does it tell the truth?", name)
			}
		}
	}
}

// nowhere is where nobody can be visited.
type nowhere struct{}

func (nowhere) Visit(int) (int, visit.Finding) { return 0, visit.Finding{Outcome: visit.Absent} }

func TestErrorsFallWithVisitsAndTheSimplerPlansNeedMore(t *testing.T) {
	w := population(t, 6000, false)
	points := Follow(w, []float64{0, 0.5, 1}, 2)
	for i := 1; i < len(points); i++ {
		if points[i].Households.Total() > 0.8*points[i-1].Households.Total() {
			t.Errorf("%g× leaves %g errors, %g× left %g", points[i].Times, points[i].Households.Total(), points[i-1].Times, points[i-1].Households.Total())
		}
	}
	last := points[len(points)-1]
	if last.Wrong.Raw.Low > last.Households.Wrong || last.Wrong.Raw.High < last.Households.Wrong {
		t.Errorf("%g wrong, estimated %+v", last.Households.Wrong, last.Wrong.Raw)
	}
	if last.Costs.Visits == 0 || last.Costs.Cases == 0 || last.Costs.Meetings == 0 || last.Costs.TeamDays != float64(last.Costs.Visits)/visitsPerDay {
		t.Errorf("costs %+v", last.Costs)
	}
	for _, order := range Orders {
		if err := w.Field(1, world.Visits{}); err != nil {
			t.Fatal(err)
		}
		if n := Needed(w, order, last.Households.Total(), 4); n < last.Costs.Visits*5/4 {
			t.Errorf("%s needs %d visits for what the planner reached with %d", order.Name, n, last.Costs.Visits)
		}
	}
}

func TestTargetsAreThoseOfTheWorstMechanism(t *testing.T) {
	point := func(times, wrong, missed float64) Point {
		return Point{Times: times, Households: precision.Errors{Registered: 100, Others: 100, Wrong: wrong, Missed: missed, ClearlyWrong: wrong, ClearlyMissed: missed}}
	}
	curves := [][]Point{{point(1, 5, 1), point(1.5, 2, 1), point(2, 1, 1)}, {point(1, 7, 2), point(1.5, 2, 1), point(2, 1, 1)}}
	targets := WithoutError(curves)
	if targets[0].Met() || targets[0].Measured != 0.07 || !targets[1].Met() {
		t.Errorf("%+v", targets[:2])
	}
	rising := [][]Point{{point(1, 3, 1), point(1.5, 4, 1)}}
	if all := Careful(rising); all[len(all)-1].Met() || all[len(all)-1].Measured != 1 {
		t.Errorf("a rising error: %+v", all[len(all)-1])
	}
}

func TestWhoNeedNotLearnIsNoWorseThanThePlannerAndWhoKnowsTheTruthIsBest(t *testing.T) {
	w := population(t, 6000, false)
	before := Follow(w, []float64{0, 0.5, 1}, 2)
	if err := w.Field(1, world.Visits{}); err != nil {
		t.Fatal(err)
	}
	informed := Informed(w, []float64{0.5, 1}, precision.DefaultRandom, 2)
	for k, p := range before[1:] {
		knowing := Knowing(before[0].Households, float64(p.Costs.Visits), precision.DefaultRandom)
		if least := informed[k].Households.Total(); least > 1.1*p.Households.Total() || knowing > least {
			t.Errorf("at %g× the planner leaves %g, who need not learn %g, who knows %g", p.Times, p.Households.Total(), least, knowing)
		}
	}
}

func TestVisitsEveryYearKeepARegisterMorePreciseThanNone(t *testing.T) {
	w := population(t, 6000, false)
	if err := w.Field(1, world.Visits{Reliability: visit.Careful}); err != nil {
		t.Fatal(err)
	}
	years := Drift(w, 1.5, 0.3, 3, 2)
	if len(years) != 4 || years[0].Visited.Households != years[0].Alone.Households {
		t.Fatalf("%d years; first %+v", len(years), years[0])
	}
	for i, year := range years[1:] {
		if year.Visited.Households.Total() >= year.Alone.Households.Total() || year.Alone.Households.Total() <= years[i].Alone.Households.Total() {
			t.Errorf("year %d: %g errors with visits, %g without, %g the year before", i+1, year.Visited.Households.Total(), year.Alone.Households.Total(), years[i].Alone.Households.Total())
		}
	}
}

func TestASurveysRegisterIsWrongAboutThreeInTen(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 1))
	villages, welfare, score := make([]string, 4000), make([]float64, 4000), make([]float64, 4000)
	for i := range welfare {
		villages[i], welfare[i] = fmt.Sprint(i%40), 8+0.5*dice.NormFloat64()
		score[i] = welfare[i] + 0.3*dice.NormFloat64()
	}
	w, err := world.FromSurvey(villages, welfare, score, 3)
	if err != nil {
		t.Fatal(err)
	}
	e := Follow(w, []float64{0}, 1)[0].Households
	if e.Registered != 400 || e.PoorPopulation != 400 || math.Abs(e.Wrong-120) > 1 || e.Missed != e.Wrong {
		t.Errorf("%+v", e)
	}
}

func TestTheCurvesThatComeWithTheProgramAreOfEveryMechanismAndBothKindsOfVisits(t *testing.T) {
	kept, err := Read()
	if err != nil {
		t.Fatal(err)
	}
	if len(kept.Curves) != 6 {
		t.Fatalf("%d curves", len(kept.Curves))
	}
	for _, c := range kept.Curves {
		first, last := c.Marks[0], c.Marks[len(c.Marks)-1]
		if len(c.Marks) != len(Times) || first.Inclusion.Estimated != nil || last.Inclusion.Estimated == nil || last.Inclusion.True >= first.Inclusion.True || last.Missing.True >= first.Missing.True {
			t.Errorf("%s, careful %v: from %+v to %+v", c.Mechanism, c.Careful, first, last)
		}
	}
}
