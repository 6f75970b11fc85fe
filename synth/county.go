package synth

import (
	"fmt"
	"iter"
	"slices"
)

// County is a synthetic population: a county that is made, or the areas of a whole country that were given. Its
// villages are planned when it is made; households are made when they are read, each village from dice of its own.
type County struct {
	spec     Spec
	names    namer
	areas    []Area
	villages []village
	sizes    []float64 // cumulated shares of households of size 1, 2, …
	sources  tilt
}

// village is what is decided of a village before its households are made.
type village struct {
	area       Area
	county     string  // code of the area two levels above
	remote     float64 // 0 at the road to the county town, 1 at the end of the last valley
	welfare    float64 // above the mean of all villages, in deviations of households within a village
	households int
	poor       int
	first      int // number of its first household in the population, from 0
}

// New plans the population of a spec: its areas, the households and the poor of each village.
func New(spec Spec) (*County, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	c := &County{spec: spec, sizes: sizeShares(spec.baseSizes(), spec.MeanSize), sources: tilt{1, 1, 1}}
	var err error
	if c.names, err = spec.Words.Names.namer(); err != nil {
		return nil, fmt.Errorf("synthetic county: %w", err)
	}
	d := newDice(spec.Seed, 0)
	if len(spec.Areas) > 0 {
		c.takeAreas(d)
	} else {
		c.makeAreas(d)
	}
	if spec.Households < len(c.villages) {
		return nil, fmt.Errorf("synthetic county: %d households in %d villages: every village needs one", spec.Households, len(c.villages))
	}
	c.settle(d)
	c.calibrate()
	return c, nil
}

// Areas returns all areas, those around before those within.
func (c *County) Areas() []Area { return c.areas }

// Year is the calendar year of the incomes, at whose end everything else is told.
func (c *County) Year() int { return c.spec.Year }

// ValidFrom is the day from which the areas hold, as the words say it.
func (c *County) ValidFrom() string { return c.spec.Words.Places.ValidFrom }

// Villages is the number of villages.
func (c *County) Villages() int { return len(c.villages) }

// Households returns the households, village by village, numbered. Only those of one village are in memory at a time;
// every reading gives the same.
func (c *County) Households() iter.Seq[*Household] {
	return func(yield func(*Household) bool) {
		numbers := c.Numbers()
		for i := range c.villages {
			households := c.Make(i)
			numbers.Number(households)
			for _, h := range households {
				if !yield(h) {
					return
				}
			}
		}
	}
}

// Make makes the households of a village, from 0, without identity numbers: traits, then who is poor, then what
// follows from it. It may be called for several villages at once.
func (c *County) Make(number int) []*Household {
	v := c.villages[number]
	d := newDice(c.spec.Seed, uint64(number)+1)
	households, scores := c.people(d, v)
	ranked := make([]int, len(households))
	for i := range ranked {
		ranked[i] = i
	}
	slices.SortStableFunc(ranked, func(a, b int) int {
		switch {
		case scores[a] < scores[b]:
			return -1
		case scores[a] > scores[b]:
			return 1
		}
		return 0
	})
	border := border(ranked, scores, v.poor)
	for rank, i := range ranked {
		h := households[i]
		h.Poor = rank < v.poor
		h.welfare(c.maker(d, v, h), scores[i]-border)
	}
	c.register(d, households)
	for _, h := range households {
		m := c.maker(d, v, h)
		m.support()
		m.earn()
		m.explain()
	}
	// What was asked of households later has dice of its own: the households above stay who they are.
	details := newDice(c.spec.Seed, uint64(number)+1+detailStream)
	for _, h := range households {
		m := c.maker(details, v, h)
		m.detail()
		m.fit()
	}
	return c.blot(number, v, households)
}

func (c *County) maker(d dice, v village, h *Household) maker {
	return maker{d: d, spec: &c.spec, names: &c.names, sources: c.sources, village: v, h: h}
}

// people makes the families of a village with what they have, and their scores.
func (c *County) people(d dice, v village) ([]*Household, []float64) {
	households, scores := make([]*Household, v.households), make([]float64, v.households)
	sizes := c.drawSizes(v)
	d.Shuffle(len(sizes), func(i, j int) { sizes[i], sizes[j] = sizes[j], sizes[i] })
	for i := range households {
		h := &Household{Key: fmt.Sprintf("%s-%04d", v.area.Code, i+1), Village: v.area, County: v.county}
		m := c.maker(d, v, h)
		m.luck = d.normal(0, c.spec.Luck)
		m.family(sizes[i])
		m.lives()
		m.liveOn()
		scores[i] = m.score()
		for k := range h.Members {
			h.Members[k].Key = fmt.Sprintf("%s-%d", h.Key, k+1)
		}
		households[i] = h
	}
	return households, scores
}

// border is the score between the poor and the others of a village.
func border(ranked []int, scores []float64, poor int) float64 {
	switch {
	case poor == 0:
		return scores[ranked[0]] - 0.3
	case poor == len(ranked):
		return scores[ranked[poor-1]] + 0.3
	}
	return (scores[ranked[poor-1]] + scores[ranked[poor]]) / 2
}
