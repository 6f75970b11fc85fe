package precision

import (
	"math"
	"math/rand/v2"
)

// batch is a draw by lot: the frame, what was believed of it, and who was drawn with which chance.
type batch struct {
	households []int
	raw, clear []float64 // believed likelihoods of a wrong status, by place in the frame
	drawn      []int
	chance     map[int]float64 // of those drawn
	every      []float64       // chances, by place in the frame
}

// draw draws n households with chances in proportion to the deviation of a wrong status.
func (f *batch) draw(n int, dice *rand.Rand) {
	sizes := make([]float64, len(f.households))
	for at := range sizes {
		sizes[at] = least + math.Sqrt(f.raw[at]*(1-f.raw[at]))
	}
	f.every = Chances(sizes, n)
	for _, at := range Systematic(f.every, dice) {
		f.drawn = append(f.drawn, f.households[at])
		f.chance[f.households[at]] = f.every[at]
	}
}

// Count is an estimated number of households with an interval of 95 %.
type Count struct{ Value, Error, Low, High float64 }

func count(value, variance float64) Count {
	e := math.Sqrt(max(0, variance))
	return Count{value, e, max(0, value-1.96*e), max(0, value+1.96*e)}
}

// Over is the count as a share of a whole.
func (c Count) Over(whole float64) Count {
	return Count{c.Value / whole, c.Error / whole, c.Low / whole, c.High / whole}
}

// Left are the errors that are left in the register: by the model and the draws by lot, and by the draws alone.
type Left struct{ Raw, Clear, RawByDesign, ClearByDesign Count }

// Estimate tells how many households of a status, among those that belong to the domain, stand on the wrong side.
// Each draw by lot tells how many errors there were when it was made, of which those found since are taken; the draws
// are weighted by what could be expected of each before it was made, so that the estimate stays unbiased whatever was
// believed. Errors of visits themselves are counted by what is believed of those visited, and what stays uncertain
// after a visit is part of the variance.
func (p *Planner) Estimate(registered bool, domain func(household int) bool) Left {
	var raw, clear combination
	var doubts [2]doubt
	for i, seen := range p.visited {
		if seen && p.Status[i] == registered && (domain == nil || domain(i)) {
			r, c := p.Belief.Standing(i).Wrong(registered)
			doubts[0].visit(r)
			doubts[1].visit(c)
		}
	}
	for b := range p.batches {
		f := &p.batches[b]
		var model, design [2]total
		for at, i := range f.households {
			if p.began[i] != registered || domain != nil && !domain(i) {
				continue
			}
			believed := [2]float64{f.raw[at], f.clear[at]}
			found, known := p.found(i)
			chance, drawn := f.chance[i]
			for m := range believed {
				model[m].add(believed[m], found[m], f.every[at], known, drawn, chance)
				design[m].add(0, found[m], f.every[at], known, drawn, chance)
				model[m].expect(believed[m], f.every[at])
				design[m].expect(believed[m], f.every[at])
				doubts[m].add(believed[m], found[m], known, drawn, b == len(p.batches)-1)
			}
		}
		raw.add(model[0], design[0])
		clear.add(model[1], design[1])
	}
	var left Left
	left.Raw, left.RawByDesign = raw.counts(&doubts[0])
	left.Clear, left.ClearByDesign = clear.counts(&doubts[1])
	return left
}

// doubt is what visits leave open. A finding that may err says how likely a status is wrong; whether it is differs from
// that by chance, for those visited and for those who were not.
type doubt struct {
	wrong, visited float64 // expected among those visited, and its variance
	before, after  float64 // variances of those drawn before their visit and after it
	unvisited      float64 // variance of those not visited, by what is believed
}

func (d *doubt) visit(wrong float64) {
	d.wrong += wrong
	d.visited += wrong * (1 - wrong)
}

// add adds a household of a frame; newest says whether the frame is the newest.
func (d *doubt) add(believed, found float64, known, drawn, newest bool) {
	switch {
	case known && drawn:
		d.before += believed * (1 - believed)
		d.after += found * (1 - found)
	case !known && newest:
		d.unvisited += believed * (1 - believed)
	}
}

// variance takes it that visits would leave as much open of those not visited as they did of those drawn.
func (d *doubt) variance() float64 {
	if d.before == 0 {
		return d.visited
	}
	return d.visited + d.unvisited*min(1, d.after/d.before)
}

// found is how likely the status that a household had when the campaign began was wrong, after the visits to it.
func (p *Planner) found(i int) (wrong [2]float64, known bool) {
	if !p.visited[i] {
		return wrong, false
	}
	wrong[0], wrong[1] = p.Belief.Standing(i).Wrong(p.began[i])
	return wrong, true
}

// total is what a draw tells of the errors in its frame.
type total struct {
	believed, corrected, taken float64
	foreseen                   float64
	size, sizeDrawn            float64 // households of the frame, and as the draw estimates them
	residuals                  []residual
}

type residual struct{ value, chance float64 }

// add adds a household of the frame.
func (t *total) add(believed, found, every float64, known, drawn bool, chance float64) {
	t.believed += believed
	t.size++
	if known {
		t.taken += found
	}
	if !drawn {
		return
	}
	difference := 0.0
	if known {
		difference = found - believed
	}
	t.corrected += difference / chance
	t.sizeDrawn += 1 / chance
	t.residuals = append(t.residuals, residual{difference, chance})
}

// expect adds what the household is expected to add to the variance.
func (t *total) expect(believed, chance float64) {
	t.foreseen += believed * (1 - believed) * (1 - chance) / chance
}

// left is the estimate of the errors left, with its variance.
func (t *total) left() (value, variance float64) {
	for _, r := range t.residuals {
		variance += (1 - r.chance) / (r.chance * r.chance) * r.value * r.value
	}
	return t.believed + t.corrected - t.taken, variance
}

// ratio is the estimate without a model: the share found among the drawn, by their chances.
func (t *total) ratio() (value, variance float64) {
	if t.sizeDrawn == 0 {
		return -t.taken, 0
	}
	share := t.corrected / t.sizeDrawn
	for _, r := range t.residuals {
		away := (r.value - share) * t.size / t.sizeDrawn
		variance += (1 - r.chance) / (r.chance * r.chance) * away * away
	}
	return share*t.size - t.taken, variance
}

// combination puts the draws together.
type combination struct {
	weight, value, variance, foreseen float64
	design, designVariance            float64
}

func (c *combination) add(model, design total) {
	if len(model.residuals) == 0 || model.foreseen <= 0 {
		return
	}
	weight := 1 / model.foreseen
	value, variance := model.left()
	byDesign, designVariance := design.ratio()
	c.weight += weight
	c.value += weight * value
	c.variance += weight * weight * variance
	c.foreseen += weight * weight * model.foreseen
	c.design += weight * byDesign
	c.designVariance += weight * weight * designVariance
}

// counts are the estimates by model and by design, with the errors that are left among those visited.
func (c *combination) counts(d *doubt) (model, design Count) {
	if c.weight == 0 {
		return Count{High: math.Inf(1)}, Count{High: math.Inf(1)}
	}
	// The variance seen in few draws is itself uncertain: the larger of it and the one foreseen stands.
	square, own := c.weight*c.weight, d.variance()
	model = count(max(0, c.value/c.weight)+d.wrong, max(c.variance, c.foreseen)/square+own)
	return model, count(max(0, c.design/c.weight)+d.wrong, c.designVariance/square+own)
}
