package synth

import (
	"errors"
	"fmt"
	"math"
)

// Trait is something that a household has or lacks and that a form asks: one of its levels, from that of the poorest
// to that of the richest. Traits hang together by the wealth that they show.
type Trait struct {
	Name    string    `yaml:"name"`
	Levels  []string  `yaml:"levels"`
	Shares  []float64 `yaml:"shares"`  // of the levels among all households, about
	Loading float64   `yaml:"loading"` // correlation with wealth of what decides the level, -1 to 1
	Remote  float64   `yaml:"remote"`  // what a remote village takes from it, in deviations
}

func (t Trait) check() []error {
	var wrong []error
	if len(t.Levels) == 0 || len(t.Shares) != len(t.Levels) {
		wrong = append(wrong, fmt.Errorf("trait %q has %d levels and %d shares", t.Name, len(t.Levels), len(t.Shares)))
	}
	if !(math.Abs(t.Loading) <= 1) {
		wrong = append(wrong, fmt.Errorf("trait %q: loading %g is not between -1 and 1", t.Name, t.Loading))
	}
	for _, share := range t.Shares {
		if !(share >= 0) {
			wrong = append(wrong, errors.New("a share is below 0"))
		}
	}
	return wrong
}

// wealthMean and wealthDeviation are those of the wealth that traits show, as liveOn draws it.
const (
	wealthMean      = 0.2
	wealthDeviation = 0.66
)

// own draws the traits that the spec asks.
func (m maker) own(wealth float64) {
	for _, t := range m.spec.Traits {
		shown := t.Loading*(wealth-wealthMean)/wealthDeviation + math.Sqrt(1-t.Loading*t.Loading)*m.d.NormFloat64() - t.Remote*(m.village.remote-0.45)
		m.h.Traits = append(m.h.Traits, t.Levels[t.level(cumulative(shown))])
	}
}

// level is the level of a household that stands at a place among all, from 0 to 1.
func (t Trait) level(place float64) int {
	total := 0.0
	for _, share := range t.Shares {
		total += share
	}
	below := 0.0
	for i, share := range t.Shares {
		if below += share / total; place < below {
			return i
		}
	}
	return len(t.Levels) - 1
}

// TraitNames are the names of the traits, in their order.
func (c *County) TraitNames() []string {
	names := make([]string, len(c.spec.Traits))
	for i, trait := range c.spec.Traits {
		names[i] = trait.Name
	}
	return names
}
