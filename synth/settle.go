package synth

import (
	"math"
	"slices"
)

// makeAreas names and places the areas of a county that does not exist.
func (c *County) makeAreas(d dice) {
	places := c.spec.Words.Places
	around := ""
	for i, area := range places.Above {
		area.Level, area.Parent = i+1, around
		area.Latitude, area.Longitude = places.Latitude, places.Longitude
		around = area.Code
		c.areas = append(c.areas, area)
	}
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
			c.villages = append(c.villages, village{area: v, county: county.Code, remote: min(1, max(0, distance*0.8+d.normal(0.15, 0.2)))})
			next++
		}
	}
}

// takeAreas takes the given areas, of which the innermost are villages.
func (c *County) takeAreas(d dice) {
	c.areas = c.spec.Areas
	deepest := c.spec.deepest()
	parents := map[string]string{}
	for _, area := range c.areas {
		if area.Level == deepest-1 {
			parents[area.Code] = area.Parent
		}
	}
	for _, area := range c.areas {
		if area.Level == deepest {
			c.villages = append(c.villages, village{area: area, county: parents[area.Parent], remote: min(1, max(0, d.normal(0.45, 0.25)))})
		}
	}
}

// settle divides households and poor among the villages: remote villages are smaller and poorer.
func (c *County) settle(d dice) {
	weights, caps := make([]float64, len(c.villages)), make([]int, len(c.villages))
	for i, v := range c.villages {
		weights[i], caps[i] = math.Exp(d.normal(0, 0.35)-0.4*v.remote), c.spec.Households
	}
	households := apportion(c.spec.Households-len(c.villages), weights, caps)
	first := 0
	for i := range c.villages {
		c.villages[i].households = households[i] + 1
		c.villages[i].first = first
		first += households[i] + 1
	}
	c.spreadWelfare(d)
	c.makePoor()
}

// The parts of the differences between villages: the county they lie in, how remote they are, and chance.
const (
	countyPart = 0.5
	remotePart = 0.6
)

// spreadWelfare sets the villages apart so that the share of the variance of welfare that lies between them is the one
// asked for. The border between poor and not poor is found from few households in each village and moves by chance;
// that much is between villages without further ado.
func (c *County) spreadWelfare(d dice) {
	part := c.spec.VillageShare
	border, counties := 0.0, 0
	for i, v := range c.villages {
		border += c.spec.borderVariance() / float64(v.households) / float64(len(c.villages))
		if i == 0 || v.county != c.villages[i-1].county {
			counties++
		}
	}
	deviation := math.Sqrt(max(0, part/(1-part)-border))
	ofCounty := countyPart
	if counties == 1 {
		ofCounty = 0
	}
	county := 0.0
	for i := range c.villages {
		v := &c.villages[i]
		if i == 0 || v.county != c.villages[i-1].county {
			county = d.NormFloat64()
		}
		own := d.NormFloat64()
		place := -remotePart*(v.remote-0.45)/0.25 + math.Sqrt(1-remotePart*remotePart)*own
		v.welfare = deviation * (ofCounty*county + math.Sqrt(1-ofCounty*ofCounty)*place)
	}
}

// borderVariance is the variance of a quantile of one household, in squares of the deviation within a village: that
// of n households is the n'th part of it.
func (s *Spec) borderVariance() float64 {
	p := min(0.5, max(0.02, s.PoorShare))
	at := math.Sqrt2 * math.Erfinv(2*p-1)
	density := math.Exp(-at*at/2) / math.Sqrt(2*math.Pi)
	return p * (1 - p) / (density * density)
}

// makePoor gives each village as many poor as its welfare makes likely, and all together as many as were asked for.
func (c *County) makePoor() {
	total := int(math.Round(float64(c.spec.Households) * c.spec.PoorShare))
	weights, caps := make([]float64, len(c.villages)), make([]int, len(c.villages))
	expected := func(line float64) (sum float64) {
		for i, v := range c.villages {
			weights[i] = float64(v.households) * cumulative(line-v.welfare)
			sum += weights[i]
		}
		return sum
	}
	low, high := -12.0, 12.0
	for range 60 {
		if middle := (low + high) / 2; expected(middle) < float64(total) {
			low = middle
		} else {
			high = middle
		}
	}
	expected(high)
	for i, v := range c.villages {
		caps[i] = v.households - v.households/10 // somebody in every village is not poor
		weights[i] = max(weights[i], 1e-9)
	}
	for i, poor := range apportion(total, weights, caps) {
		c.villages[i].poor = poor
	}
}

// cumulative is the share of a normal distribution below x.
func cumulative(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// baseSizes are the shares of households of 1 to 8 members before they are tilted to the mean that is asked for.
var baseSizes = []float64{0.15, 0.24, 0.24, 0.20, 0.10, 0.05, 0.015, 0.005}

func (s *Spec) baseSizes() []float64 {
	if len(s.Sizes) > 0 {
		return s.Sizes
	}
	return baseSizes
}

// sizeShares tilts the base shares exponentially so that their mean is the one asked for, and cumulates them.
func sizeShares(base []float64, mean float64) []float64 {
	tilted := func(tilt float64) (shares []float64, mean float64) {
		shares = make([]float64, len(base))
		total := 0.0
		for i, share := range base {
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

// drawSizes draws the sizes of a village's households along the golden-section sequence of the whole population, which
// fills the distribution evenly, so that the mean is kept.
func (c *County) drawSizes(v village) []int {
	sizes := make([]int, v.households)
	for i := range sizes {
		_, place := math.Modf(float64(v.first+i+1) * (math.Sqrt(5) - 1) / 2)
		at, _ := slices.BinarySearch(c.sizes, place)
		sizes[i] = min(at, len(c.sizes)-1) + 1
	}
	return sizes
}
