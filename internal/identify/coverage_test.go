package identify

import (
	"math"
	"math/rand/v2"
	"testing"
)

// modelled is a simulation by a scorecard with a model.
func modelled(bands ...ScoreBand) *simulation {
	card := &Card{HighPoor: true, OnCutoff: true, Model: &ModelCard{Bands: bands}}
	return &simulation{rule: Rule{Card: card}, measure: measure{MirrorPoints, true, true, card}}
}

// By hand: of 100 households in a band where the survey found 80 % poor 60 are registered, of 100 where it found 20 % 10
// are: of 100 truly poor 48 + 2 are reached. Who lies outside the model's bands, or has no points, tells nothing.
func TestCoverageIsWhomOfThePoorTheRegisterHas(t *testing.T) {
	household := func(n, from int64, poor, registered bool) cell {
		return cell{Heads: Heads{n, 3 * n}, from: from, ranked: true, poor: poor, registered: registered}
	}
	two := []ScoreBand{{0, 9, 1000, 0.2}, {10, 19, 1000, 0.8}}
	cases := map[string]struct {
		model        []ScoreBand
		cells        []cell
		unregistered int64
		reached      float64 // negative: nothing is expected
	}{
		"two bands":                   {two, []cell{household(60, 10, true, true), household(40, 12, true, false), household(10, 0, false, true), household(90, 9, false, false)}, 40, 0.5},
		"everybody is registered":     {two, []cell{household(5, 19, true, true), household(5, 0, false, true)}, 0, 1},
		"nobody is registered":        {two, []cell{household(5, 19, true, false)}, 5, -1},
		"no model":                    {nil, []cell{household(7, 19, true, false), household(3, 19, true, true)}, 7, -1},
		"registered and not poor":     {two, []cell{household(10, 10, false, true), household(30, 10, true, false)}, 30, 0.25},
		"outside the model's bands":   {two, []cell{household(10, 10, true, true), household(99, 20, true, false), household(99, -5, true, false)}, 198, 1},
		"poor without known points":   {two, []cell{household(10, 10, true, true), {Heads: Heads{4, 4}, poor: true}}, 4, 1},
		"a band where nobody is poor": {[]ScoreBand{{0, 9, 50, 0}, {10, 19, 50, 1}}, []cell{household(8, 3, false, true), household(1, 11, true, true), household(3, 11, true, false)}, 3, 0.25},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := modelled(c.model...)
			if c.model == nil {
				s.rule.Card.Model = nil
			}
			got := s.coverage(c.cells)
			if got.Unregistered.Households != c.unregistered {
				t.Errorf("%d are poor and not registered, want %d", got.Unregistered.Households, c.unregistered)
			}
			switch {
			case got.Reached == nil:
				if c.reached >= 0 {
					t.Errorf("nothing is expected, want %g", c.reached)
				}
			case math.Abs(got.Reached.Estimate-c.reached) > 1e-12 || got.Reached.Low > got.Reached.Estimate || got.Reached.Estimate > got.Reached.High:
				t.Errorf("reached %+v, want %g", *got.Reached, c.reached)
			}
		})
	}
}

// Surveys are drawn again and again from a country whose poor are known: about nineteen of twenty intervals hold the truth.
func TestTheIntervalOfCoverageHoldsTheTruthAboutAsOftenAsItSays(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	truth := []float64{0.05, 0.2, 0.45, 0.7, 0.9}
	registered, others := []int64{20, 150, 500, 900, 700}, []int64{3000, 1500, 800, 350, 90}
	var cells []cell
	reached, poor := 0.0, 0.0
	for i, share := range truth {
		from := int64(10 * i)
		cells = append(cells, cell{Heads: Heads{registered[i], 0}, from: from, ranked: true, registered: true}, cell{Heads: Heads{others[i], 0}, from: from, ranked: true})
		reached += share * float64(registered[i])
		poor += share * float64(registered[i]+others[i])
	}
	const surveys, rows = 400, 80
	held := 0
	for range surveys {
		var bands []ScoreBand
		for i, share := range truth {
			found := 0
			for range rows {
				if random.Float64() < share {
					found++
				}
			}
			bands = append(bands, ScoreBand{10 * i, 10*i + 9, rows, float64(found) / rows})
		}
		if c := modelled(bands...).coverage(cells); c.Reached.Low <= reached/poor && reached/poor <= c.Reached.High {
			held++
		}
	}
	if share := float64(held) / surveys; share < 0.91 || share > 0.985 {
		t.Errorf("%.3f of the intervals hold the truth, 0.95 are to", share)
	}
}
