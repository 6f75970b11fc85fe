package identify

import (
	"math"

	"rightkey/precision"
)

// Measured is a share of the households of a model's survey, with the interval of 95 % of a sample of single households
// (neighbours are alike, so that the true one is somewhat wider).
type Measured struct{ Share, Low, High float64 }

// measured is a share of n households.
func measured(share, n float64) Measured {
	low, high := precision.Wilson(int(math.Round(share*n)), int(math.Round(n)))
	return Measured{share, low, high}
}

// CutAt is what a cut-off would have done to the households of a model's survey: the share of households taken in, the
// share of the poor left out, and the share of those taken in that are not poor.
type CutAt struct {
	Points               int
	Taken                float64
	Exclusion, Inclusion Measured
}

// Accuracy holds each end of a band of the card's model as a cut-off, from the fewest points up. A cut-off that takes
// nobody in is left out; so is a model without bands.
func (c *Card) Accuracy() []CutAt {
	if c.Model == nil {
		return nil
	}
	all, poor := c.Model.total()
	var list []CutAt
	rows, caught := 0.0, 0.0 // below and in the band
	for _, b := range c.Model.Bands {
		taken, hit, points := all-rows, poor-caught, b.From
		rows += float64(b.Rows)
		caught += float64(b.Rows) * b.Poor
		if !c.HighPoor {
			taken, hit, points = rows, caught, b.To
		}
		if taken > 0 && poor > 0 {
			list = append(list, CutAt{points, taken / all, measured(1-hit/poor, poor), measured(1-hit/taken, taken)})
		}
	}
	return list
}

// total is how many households of the survey are in bands, and how many of them were poor.
func (m *ModelCard) total() (all, poor float64) {
	for _, b := range m.Bands {
		all += float64(b.Rows)
		poor += float64(b.Rows) * b.Poor
	}
	return all, poor
}

// Tenth is a tenth of the households of a model's survey by their points: the share of them that was poor, and the share
// that their points let one expect.
type Tenth struct {
	Observed Measured
	Expected float64
}

// Tenths are the tenths of the households of the card's model, from those with the fewest points up. What is expected is
// the curve of a logistic regression on points through all bands: where what was observed strays from it, points mean
// something else there. Within a band households are taken as alike. A model without households or without both kinds of
// them has none.
func (c *Card) Tenths() []Tenth {
	if c.Model == nil {
		return nil
	}
	all, poor := c.Model.total()
	if all < 10 || poor == 0 || poor == all {
		return nil
	}
	expected := c.Model.curve()
	list := make([]Tenth, 10)
	before := 0.0
	for _, b := range c.Model.Bands {
		after := before + float64(b.Rows)
		for i := range list {
			part := min(after, all*float64(i+1)/10) - max(before, all*float64(i)/10)
			if part > 0 {
				list[i].Observed.Share += part * b.Poor / (all / 10)
				list[i].Expected += part * expected(b) / (all / 10)
			}
		}
		before = after
	}
	for i := range list {
		list[i].Observed = measured(list[i].Observed.Share, all/10)
	}
	return list
}

// curve is the likelihood of being poor in a band by a logistic regression on its middle, fitted by Newton's method. It
// begins where all bands are alike, and a step that leads away is halved: where nearly nobody is poor, a whole one may.
func (m *ModelCard) curve() func(ScoreBand) float64 {
	all, poor := m.total()
	f := fit{bands: m.Bands, level: math.Log(poor / (all - poor))}
	for range 50 {
		level, slope, ok := f.step()
		if !ok {
			break
		}
		now, before := f, f.loss()
		for range 30 {
			now.level, now.slope = f.level+level, f.slope+slope
			if now.loss() <= before {
				break
			}
			level, slope = level/2, slope/2
		}
		f = now
	}
	return f.likelihood
}

// fit is a logistic curve over bands.
type fit struct {
	bands        []ScoreBand
	level, slope float64
}

// flat keeps the slope finite where points part poor and not poor wholly.
const flat = 1e-6

// at is the middle of a band on a scale of -1 to 1, so that the steps are well conditioned.
func (f fit) at(b ScoreBand) float64 {
	first, last := f.bands[0], f.bands[len(f.bands)-1]
	return (float64(b.From+b.To) - float64(first.From+last.To)) / max(1, float64(last.To-first.From))
}

func (f fit) likelihood(b ScoreBand) float64 { return 1 / (1 + math.Exp(-f.level-f.slope*f.at(b))) }

// loss is how unlikely the curve makes what was observed.
func (f fit) loss() float64 {
	sum := flat / 2 * f.slope * f.slope
	for _, b := range f.bands {
		odds := f.level + f.slope*f.at(b)
		sum += float64(b.Rows) * (max(odds, 0) - odds*b.Poor + math.Log1p(math.Exp(-math.Abs(odds))))
	}
	return sum
}

// step is a step of Newton's; false where it would be too small to tell.
func (f fit) step() (level, slope float64, ok bool) {
	g0, g1, h00, h01, h11 := 0.0, -flat*f.slope, 0.0, 0.0, flat
	for _, b := range f.bands {
		n, p, x := float64(b.Rows), f.likelihood(b), f.at(b)
		g0, g1 = g0+n*(b.Poor-p), g1+n*(b.Poor-p)*x
		w := n * p * (1 - p)
		h00, h01, h11 = h00+w, h01+w*x, h11+w*x*x
	}
	det := h00*h11 - h01*h01
	if det < 1e-15 || math.Abs(g0)+math.Abs(g1) < 1e-9 {
		return 0, 0, false
	}
	return (h11*g0 - h01*g1) / det, (h00*g1 - h01*g0) / det, true
}
