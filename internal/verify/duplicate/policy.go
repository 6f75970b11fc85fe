package duplicate

import (
	"fmt"

	"rightkey/internal/policy"
)

// SectionName is the section of a policy pack that says what errors about duplicates cost.
const SectionName = "duplicates"

// Measure is what happens to a newcomer who may be registered already.
type Measure string

// The measures.
const (
	Warn   Measure = "warn"   // he enters; the pair waits for review
	Hold   Measure = "hold"   // he enters, and his household gets no benefit until the pair is decided
	Refuse Measure = "refuse" // he does not enter
)

// Policy is what a pack says about duplicates. Costs are in a unit of the pack's own, such as a review.
type Policy struct {
	WrongMerge float64 // taking two persons for one
	Missed     float64 // leaving one person registered twice
	Review     float64 // somebody's looking at a pair
	Act        Measure // of acts of a roster, by page or API
	Import     Measure // of rows of files
	Second     float64 // share of decided pairs that a second person reviews blindly
	Source     string
}

// unsaid is the policy of a pack without the section.
var unsaid = Policy{WrongMerge: 200, Missed: 20, Review: 1, Act: Warn, Import: Warn, Second: .05}

// PolicyOf is the policy of a pack.
func PolicyOf(pack *policy.Pack) Policy {
	if p, ok := policy.SectionOf[Policy](pack, SectionName); ok {
		return p
	}
	return unsaid
}

// Zone is where a pair falls by the cost of being wrong about it.
type Zone string

// The zones.
const (
	Same      Zone = "same"      // taking the two for one costs less than having it reviewed
	Doubtful  Zone = "review"    // a review costs less than either error
	Different Zone = "different" // leaving the two apart costs less than having it reviewed
)

// Zone is the zone of a pair that is one person with probability p: each error is as dear as it is likely.
func (p Policy) Zone(probability float64) Zone {
	switch {
	case (1-probability)*p.WrongMerge <= p.Review:
		return Same
	case probability*p.Missed >= p.Review:
		return Doubtful
	}
	return Different
}

// Bounds are the probabilities from which a pair is reviewed and from which it is taken for one person.
func (p Policy) Bounds() (review, same float64) {
	return p.Review / p.Missed, 1 - p.Review/p.WrongMerge
}

// Stake is what the cheaper error about a pair is expected to cost: the queue begins with the dearest.
func (p Policy) Stake(probability float64) float64 {
	return min(probability*p.Missed, (1-probability)*p.WrongMerge)
}

// Register lets packs that this loader loads have the section.
func Register(loader *policy.Loader) { loader.Section(SectionName, decode) }

type schema struct {
	Costs *struct {
		WrongMerge policy.Number `yaml:"wrong_merge"`
		Missed     policy.Number `yaml:"missed"`
		Review     policy.Number `yaml:"review"`
		Pos        policy.Pos
	} `yaml:"costs"`
	Entry *struct {
		Act    string `yaml:"act"`
		Import string `yaml:"import"`
		Pos    policy.Pos
	} `yaml:"entry"`
	Second *policy.Number `yaml:"second"`
	Source string         `yaml:"source"`
	Pos    policy.Pos
}

func decode(_ *policy.Pack, files []policy.SourceFile) (any, error) {
	p := unsaid
	for _, file := range files {
		var found schema
		if err := policy.Decode(file, &found); err != nil {
			return nil, err
		}
		if err := found.into(&p); err != nil {
			return nil, policy.LoadErrors{{Pos: policy.Pos{File: file.Name, Line: found.Pos.Line}, Reason: err.Error()}}
		}
	}
	return p, nil
}

func (s schema) into(p *Policy) error {
	if s.Costs != nil {
		for _, one := range []struct {
			name string
			from policy.Number
			to   *float64
		}{{"wrong_merge", s.Costs.WrongMerge, &p.WrongMerge}, {"missed", s.Costs.Missed, &p.Missed}, {"review", s.Costs.Review, &p.Review}} {
			if *one.to, _ = one.from.Float64(); !one.from.Set || *one.to <= 0 {
				return fmt.Errorf("costs: %s must be a figure greater than 0", one.name)
			}
		}
		if p.Review >= p.Missed || p.Review >= p.WrongMerge {
			return fmt.Errorf("costs: a review that costs as much as an error would never be made")
		}
	}
	if s.Entry != nil {
		for _, one := range []struct {
			from string
			to   *Measure
		}{{s.Entry.Act, &p.Act}, {s.Entry.Import, &p.Import}} {
			if *one.to = Measure(one.from); *one.to != Warn && *one.to != Hold && *one.to != Refuse {
				return fmt.Errorf("entry: %q is not one of warn, hold, refuse", one.from)
			}
		}
	}
	if s.Second != nil {
		if p.Second, _ = s.Second.Float64(); p.Second < 0 || p.Second > 1 {
			return fmt.Errorf("second must be a share from 0 to 1")
		}
	}
	if s.Source != "" {
		p.Source = s.Source
	}
	return nil
}
