package synth

import (
	"fmt"
	"iter"
	"math"
	"slices"
)

// County is a synthetic county: its areas are made, its households are made as they are read.
type County struct {
	spec     Spec
	areas    []Area
	villages []village
	sizes    []float64 // cumulated share of households of size 1, 2, …
}

// village is what is decided of a village before its households are made.
type village struct {
	area       Area
	remote     float64 // 0 at the road to the county town, 1 at the end of the last valley
	households int
	poor       int
	first      int // number of its first household in the county, from 0
}

// serials counts the persons of each sex and birth met so far.
type serials map[serialKey]int

type serialKey struct {
	day  int64
	male bool
}

// New plans the county of a spec: names and places of its areas, households and poor of each village.
func New(spec Spec) (*County, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	c := &County{spec: spec, sizes: sizeShares(spec.MeanSize)}
	d := newDice(spec.Seed, 0)
	for i, area := range spec.Words.Places.Above {
		area.Level = i + 1
		area.Latitude, area.Longitude = spec.Words.Places.Latitude, spec.Words.Places.Longitude
		c.areas = append(c.areas, area)
	}
	c.makeVillages(d)
	c.settle(d)
	return c, nil
}

// Areas returns all areas, those around before those within.
func (c *County) Areas() []Area { return c.areas }

// Year is the calendar year of the incomes, at whose end everything else is told.
func (c *County) Year() int { return c.spec.Year }

// makeVillages names and places the townships and villages.
func (c *County) makeVillages(d dice) {
	places := c.spec.Words.Places
	county := c.areas[len(c.areas)-1]
	townNames := names(d, places.Township, c.spec.Townships)
	villageNames := names(d, places.Village, c.spec.Villages)
	weights, caps := make([]float64, c.spec.Townships), make([]int, c.spec.Townships)
	for i := range weights {
		weights[i], caps[i] = d.between(0.7, 1.5), c.spec.Villages
	}
	counts := apportion(c.spec.Villages-c.spec.Townships, weights, caps)
	next := 0
	for i := range c.spec.Townships {
		town := places.Township.area(townNames[i], county, i)
		angle := 2 * math.Pi * (float64(i) + d.between(-0.3, 0.3)) / float64(c.spec.Townships)
		distance := d.between(0.15, 0.75)
		if i == 0 {
			distance = 0.05 // the county town
		}
		town.Latitude = county.Latitude + places.Spread*distance*math.Sin(angle)
		town.Longitude = county.Longitude + places.Spread*distance*math.Cos(angle)
		c.areas = append(c.areas, town)
		for j := range counts[i] + 1 {
			v := places.Village.area(villageNames[next], town, j)
			v.Latitude = town.Latitude + places.Spread*d.between(-0.15, 0.15)
			v.Longitude = town.Longitude + places.Spread*d.between(-0.15, 0.15)
			c.areas = append(c.areas, v)
			c.villages = append(c.villages, village{area: v, remote: min(1, max(0, distance*0.8+d.normal(0.15, 0.2)))})
			next++
		}
	}
}

// settle divides households and poor among the villages: remote villages are smaller and poorer.
func (c *County) settle(d dice) {
	count := len(c.villages)
	weights, caps := make([]float64, count), make([]int, count)
	for i, v := range c.villages {
		weights[i], caps[i] = math.Exp(d.normal(0, 0.35)-0.4*v.remote), c.spec.Households
	}
	households := apportion(c.spec.Households-count, weights, caps)
	for i := range c.villages {
		households[i]++
		weights[i] = float64(households[i]) * math.Exp(2*c.villages[i].remote+d.normal(0, 0.25))
		caps[i] = households[i] - households[i]/10 // somebody in every village is not poor
	}
	poor := apportion(int(math.Round(float64(c.spec.Households)*c.spec.PoorShare)), weights, caps)
	first := 0
	for i := range c.villages {
		v := &c.villages[i]
		v.households, v.poor, v.first = households[i], poor[i], first
		first += households[i]
	}
}

// Households returns the households, village by village. Only those of one village are in memory at a time; every
// reading gives the same.
func (c *County) Households() iter.Seq[*Household] {
	return func(yield func(*Household) bool) {
		met := serials{}
		for i := range c.villages {
			for _, h := range c.makeHouseholds(i, met) {
				if !yield(h) {
					return
				}
			}
		}
	}
}

// makeHouseholds makes the households of a village: traits, then who is poor, then what follows from it.
func (c *County) makeHouseholds(number int, met serials) []*Household {
	v := c.villages[number]
	d := newDice(c.spec.Seed, uint64(number)+1)
	households := make([]*Household, v.households)
	sizes := c.drawSizes(v)
	d.Shuffle(len(sizes), func(i, j int) { sizes[i], sizes[j] = sizes[j], sizes[i] })
	scores := make(map[*Household]float64, v.households)
	for i := range households {
		h := &Household{Key: fmt.Sprintf("%s-%06d", c.county().Code, v.first+i+1), Village: v.area}
		m := maker{d: d, spec: &c.spec, village: v, h: h}
		m.family(sizes[i])
		m.lives()
		m.liveOn()
		c.number(h, met)
		scores[h] = m.score()
		households[i] = h
	}
	ranked := slices.Clone(households)
	slices.SortStableFunc(ranked, func(a, b *Household) int {
		switch {
		case scores[a] < scores[b]:
			return -1
		case scores[a] > scores[b]:
			return 1
		}
		return 0
	})
	c.register(d, ranked, v.poor)
	border := c.border(ranked, scores, v.poor)
	for _, h := range households {
		m := maker{d: d, spec: &c.spec, village: v, h: h}
		m.support()
		m.earn(scores[h] - border)
		m.explain()
	}
	// What was asked of households later has dice of its own: the households above stay who they are.
	details := newDice(c.spec.Seed, uint64(number)+1+detailStream)
	for _, h := range households {
		maker{d: details, spec: &c.spec, village: v, h: h}.detail()
	}
	return households
}

// border is the score between the poor and the others of a village.
func (c *County) border(ranked []*Household, scores map[*Household]float64, poor int) float64 {
	switch {
	case poor == 0:
		return scores[ranked[0]] - 0.3
	case poor == len(ranked):
		return scores[ranked[poor-1]] + 0.3
	}
	return (scores[ranked[poor-1]] + scores[ranked[poor]]) / 2
}

// register says who is poor and who stands on the register: some of the poor do not, and in their places some of
// those just above the line do.
func (c *County) register(d dice, ranked []*Household, poor int) {
	registered := 0
	for _, h := range ranked[:poor] {
		h.Poor = true
		h.Registered = !d.chance(c.spec.Missed)
		if h.Registered {
			registered++
		}
	}
	if c.spec.Wrong == 0 {
		return
	}
	wrong := float64(registered) * c.spec.Wrong / (1 - c.spec.Wrong)
	near := ranked[poor:min(len(ranked), poor+max(8, 3*poor))]
	for _, h := range near {
		h.Registered = d.chance(wrong / float64(len(near)))
	}
}

// ValidFrom is the day from which the areas hold, as the words say it.
func (c *County) ValidFrom() string { return c.spec.Words.Places.ValidFrom }

func (c *County) county() Area { return c.spec.Words.Places.Above[len(c.spec.Words.Places.Above)-1] }

// number gives the members their keys and identity numbers.
func (c *County) number(h *Household, met serials) {
	for i := range h.Members {
		p := &h.Members[i]
		p.Key = fmt.Sprintf("%s-%d", h.Key, i+1)
		if c.spec.Number == nil {
			continue
		}
		key := serialKey{p.Birth.Unix() / 86400, p.Male}
		p.Number = c.spec.Number(*p, h.Village, met[key])
		met[key]++
	}
}

// baseSizes are the shares of households of 1 to 8 members before they are tilted to the mean that is asked for.
var baseSizes = []float64{0.15, 0.24, 0.24, 0.20, 0.10, 0.05, 0.015, 0.005}

// sizeShares tilts the base shares exponentially so that their mean is the one asked for, and cumulates them.
func sizeShares(mean float64) []float64 {
	tilted := func(tilt float64) (shares []float64, mean float64) {
		shares = make([]float64, len(baseSizes))
		total := 0.0
		for i, share := range baseSizes {
			shares[i] = share * math.Exp(tilt*float64(i))
			total += shares[i]
		}
		for i := range shares {
			shares[i] /= total
			mean += shares[i] * float64(i+1)
		}
		return shares, mean
	}
	low, high := -5.0, 5.0
	for range 60 {
		if _, got := tilted((low + high) / 2); got < mean {
			low = (low + high) / 2
		} else {
			high = (low + high) / 2
		}
	}
	shares, _ := tilted(low)
	for i := 1; i < len(shares); i++ {
		shares[i] += shares[i-1]
	}
	return shares
}

// drawSizes draws the sizes of a village's households along the golden-section sequence of the whole county, which
// fills the distribution evenly, so that the county's mean is kept.
func (c *County) drawSizes(v village) []int {
	sizes := make([]int, v.households)
	for i := range sizes {
		_, place := math.Modf(float64(v.first+i+1) * (math.Sqrt(5) - 1) / 2)
		at, _ := slices.BinarySearch(c.sizes, place)
		sizes[i] = min(at, len(c.sizes)-1) + 1
	}
	return sizes
}
