package precision

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The interval of a share holds the truth about as often as it says, also where little was seen and where nothing was
// found.
func TestTheIntervalOfAShareHoldsTheTruth(t *testing.T) {
	for _, one := range []struct {
		share float64
		size  int
	}{{0.3, 40}, {0.02, 60}, {0.1, 150}} {
		t.Run(fmt.Sprintf("%g of %d", one.share, one.size), func(t *testing.T) {
			const frame, rounds = 1000, 800
			held := 0
			for seed := range uint64(rounds) {
				dice := rand.New(rand.NewPCG(seed, 3))
				units, truth, wrong := someFrame(frame), make([]float64, frame), 0.0
				for i := range truth {
					if dice.Float64() < one.share {
						truth[i], wrong = 1, wrong+1
					}
				}
				drawn, err := Draw(units, map[string]int{"s0": one.size / 3, "s1": one.size / 3, "s2": one.size / 3}, seed)
				if err != nil {
					t.Fatal(err)
				}
				var sample []Observation
				for _, d := range drawn.Drawn {
					sample = append(sample, Observation{Stratum: units[d.Place].Stratum, Chance: d.Chance, Value: truth[d.Place]})
				}
				if s := Shares(sample)[""]; s.Low <= wrong/frame && wrong/frame <= s.High {
					held++
				}
			}
			if held < rounds*93/100 {
				t.Errorf("the interval holds the truth %d of %d times", held, rounds)
			}
		})
	}
}

func TestWhatWasSeenOfAllIsKnownExactlyAndADomainIsItsOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 40).Draw(t, "n")
		chance := rapid.SampledFrom([]float64{0.1, 0.5, 1}).Draw(t, "chance")
		var sample []Observation
		found := map[string]int{}
		for i := range n {
			domain := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "domain")
			value := rapid.SampledFrom([]float64{0, 1}).Draw(t, "value")
			found[domain] += int(value)
			sample = append(sample, Observation{Stratum: fmt.Sprint(i % 2), Domain: domain, Chance: chance, Value: value})
		}
		for domain, s := range Shares(sample) {
			if s.Found != found[domain] || s.Low > s.Value+1e-9 || s.High < s.Value-1e-9 || s.Low < 0 || s.High > 1 {
				t.Fatalf("%s: %+v", domain, s)
			}
			if chance == 1 && (s.Low != s.Value || s.High != s.Value) {
				t.Fatalf("all of %s was seen, and its share is %+v", domain, s)
			}
			if chance < 1 && s.Low == s.High {
				t.Fatalf("%s was seen in part, and its share has no interval: %+v", domain, s)
			}
		}
	})
}

func TestKappaIsCohens(t *testing.T) {
	verdicts := slices.Concat(slices.Repeat([][2]bool{{true, true}}, 20), slices.Repeat([][2]bool{{true, false}}, 5), slices.Repeat([][2]bool{{false, true}}, 10), slices.Repeat([][2]bool{{false, false}}, 15))
	a := Agree(verdicts)
	if a.Pairs != 50 || a.Agreed != 35 || !a.Known {
		t.Errorf("%+v", a)
	}
	near(t, "kappa", a.Kappa, 0.4, 1e-9) // en.wikipedia.org/wiki/Cohen's_kappa, "Simple example"
	if a := Agree(slices.Repeat([][2]bool{{true, true}}, 9)); a.Known {
		t.Errorf("nobody differed in anything, and kappa is %g", a.Kappa)
	}
}
