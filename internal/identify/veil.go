package identify

import "slices"

// Veil says what of an area's figures is not shown to who may not read its households. Published figures of few
// households tell of persons, so that (security notes, section 3.5, threshold of 10 households)
//
//   - an area of 1 to 9 households shows nothing;
//   - an area of which 1 to 9 households are poor, not poor or unjudged shows how many households there are and not
//     how they divide;
//   - what is hidden cannot be computed from what is shown: beside a total that is shown either nothing is hidden or
//     at least two areas are, of 10 or more households together; the smallest others are hidden with them.
type Veil int

// The veils, from none to all.
const (
	Clear     Veil = iota
	Undivided      // households and persons are shown, not how they divide
	Hidden         // nothing is shown
)

// fewest is the number of households from which on a figure tells of no one.
const fewest = 10

// counted are the figures of an area and of the areas directly below it, which add up to it.
type counted struct {
	total AreaCount
	areas []AreaCount
}

func few(n int64) bool { return 0 < n && n < fewest }

// own is the veil that an area needs by itself.
func (c AreaCount) own() Veil {
	switch {
	case few(c.Households):
		return Hidden
	case few(c.Poor), few(c.Unknown), few(c.Households - c.Poor - c.Unknown):
		return Undivided
	}
	return Clear
}

// under is the count with no more than the veil lets through.
func (c AreaCount) under(v Veil) AreaCount {
	switch v {
	case Hidden:
		return AreaCount{Area: c.Area, Veil: v}
	case Undivided:
		return AreaCount{Area: c.Area, Households: c.Households, Persons: c.Persons, Veil: v}
	}
	return c
}

// protect veils figures; above is the veil of the total in the table around this one, open says of which areas the
// reader may read the households, and so knows the figures.
func (t counted) protect(above Veil, open func(area int64) bool) counted {
	total := max(above, t.total.own())
	veils := make([]Veil, len(t.areas))
	known := make([]bool, len(t.areas))
	for i, c := range t.areas {
		if known[i] = open(c.Area.Key); !known[i] {
			veils[i] = max(total, c.own())
		}
	}
	for _, v := range []Veil{Hidden, Undivided} {
		for total < v && t.tells(veils, v) {
			i := t.smallest(veils, known, v)
			if i < 0 {
				total = v
				break
			}
			veils[i] = v
		}
	}
	hidden := counted{total: t.total.under(total), areas: make([]AreaCount, len(t.areas))}
	for i, c := range t.areas {
		hidden.areas[i] = c.under(veils[i])
	}
	return hidden
}

// tells says whether the total less the areas that are shown gives the figures of one area or of few households.
func (t counted) tells(veils []Veil, v Veil) bool {
	n := 0
	var sum AreaCount
	for i, c := range t.areas {
		if veils[i] >= v {
			n++
			sum.Households, sum.Poor, sum.Unknown = sum.Households+c.Households, sum.Poor+c.Poor, sum.Unknown+c.Unknown
		}
	}
	return n == 1 || (n > 0 && sum.own() >= v)
}

// smallest is the area with the fewest households that is not yet under the veil, -1 if there is none.
func (t counted) smallest(veils []Veil, known []bool, v Veil) int {
	best := -1
	for i, c := range t.areas {
		if !known[i] && veils[i] < v && c.Households > 0 && (best < 0 || c.Households < t.areas[best].Households) {
			best = i
		}
	}
	return best
}

// veil is that of an area of the table; an area without households needs none.
func (t counted) veil(area int64) Veil {
	i := slices.IndexFunc(t.areas, func(c AreaCount) bool { return c.Area.Key == area })
	if i < 0 {
		return Clear
	}
	return t.areas[i].Veil
}
