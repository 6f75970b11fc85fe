package linkage

import (
	"math"
	"sort"
)

// Equality on a rare value tells more than equality on a common one. In theory a value that half as many bear tells
// one bit more. Data deviate: a name that clerks write for "unknown" is common among strangers and tells nothing; a
// rare spelling may be an error that the true match does not share. How much more or less each class of rarity tells
// is learnt from how often probable matches are equal on values of the class, compared with how often they would be
// if matches were as common as their values.

// Knot is a point of the curve from a value's rarity to the bits that equality on it adds to the average equality.
type Knot struct {
	Rarity float64 `json:"rarity"` // bits, by frequency alone
	Bits   float64 `json:"bits"`   // bits, as learnt; never falls with rarity
}

const (
	rarityClasses = 24 // of one bit each
	commonClass   = -8 // rarity of the first class
	believed      = 40 // matches of a class by which theory still speaks
	rarityRounds  = 2  // of learning, each judged by the curve of the one before
	oneMatch      = 1 << 20
)

// rarityOf is the evidence that equality on a value with n occurrences among the known adds to the average equality.
func (f *FieldModel) rarityOf(n, known float64) float64 {
	return f.curve(math.Log2(f.U[same] * known / n))
}

// curve goes straight from knot to knot, and beyond the ends bit for bit.
func (f *FieldModel) curve(rarity float64) float64 {
	knots := f.Frequency
	if len(knots) == 0 {
		return rarity
	}
	at := sort.Search(len(knots), func(i int) bool { return knots[i].Rarity > rarity })
	if at == 0 || at == len(knots) {
		end := knots[max(0, at-1)]
		return end.Bits + rarity - end.Rarity
	}
	from, to := knots[at-1], knots[at]
	return from.Bits + (rarity-from.Rarity)*(to.Bits-from.Bits)/(to.Rarity-from.Rarity)
}

// rarityClass numbers the classes of rarity from the commonest, 0.
func rarityClass(f *FieldModel, n, known float64) int {
	class := int(math.Round(math.Log2(f.U[same]*known/max(n, 1)))) - commonClass
	return max(0, min(rarityClasses-1, class))
}

// perClass counts matches with equal values by class of rarity, for each field.
type perClass [mostFields][rarityClasses]float64

// learnFrequency learns the curves of all fields.
func (e *run) learnFrequency() {
	borne := e.borne()
	for range rarityRounds {
		matches := e.matchesByClass()
		for f := range e.model.Fields {
			e.model.Fields[f].Frequency = rarityCurve(matches[f], borne[f])
		}
		e.scoring = newScoring(e.records, e.model)
	}
}

// borne is the share of bearers of a value whose value is of each class.
func (e *run) borne() *perClass {
	shares := new(perClass)
	for f, c := range e.records.columns {
		total := 0.0
		for _, n := range c.counts[1:] {
			if n > 0 {
				shares[f][rarityClass(&e.model.Fields[f], float64(n), float64(c.known))] += float64(n)
				total += float64(n)
			}
		}
		for class := range shares[f] {
			shares[f][class] /= max(1, total)
		}
	}
	return shares
}

// matchesByClass counts the expected matches among the pairs that the rules give, for each field those found without
// its help. The counts are kept in whole parts of a match, so that their sum does not depend on who adds them up. In
// a table of rows a match adds one row to the bearers of its value, which is taken off.
func (e *run) matchesByClass() *perClass {
	parts := make([][mostFields][rarityClasses]uint64, e.workers())
	enumerate(e.records, e.rules, e.thin, e.workers(), func(worker int, i, j uint32) {
		pattern, row := e.comparers[worker].pattern(i, j), e.records.row(int(i))
		match := uint64(oneMatch * sigmoid2(e.scoring.of(pattern, row)))
		if match < oneMatch/1000 {
			return
		}
		free := e.freeFields(i, j)
		for f, c := range e.records.columns {
			if free&(1<<f) == 0 || levelOf(pattern, f) != same {
				continue
			}
			n := float64(c.counts[row[f]])
			if !c.entities {
				n--
			}
			parts[worker][f][rarityClass(&e.model.Fields[f], n, float64(c.known))] += match
		}
	})
	sums := new(perClass)
	for _, part := range parts {
		for f := range e.records.columns {
			for class := range part[f] {
				sums[f][class] += float64(part[f][class]) / oneMatch
			}
		}
	}
	return sums
}

// rarityCurve compares the matches of each class with those expected and makes the bits rise with rarity (pool
// adjacent violators).
func rarityCurve(matches, borne [rarityClasses]float64) []Knot {
	total := 0.0
	for _, n := range matches {
		total += n
	}
	type pool struct {
		knots        []Knot
		bits, weight float64
	}
	var pools []pool
	for class, share := range borne {
		if share == 0 && matches[class] == 0 {
			continue
		}
		rarity := float64(class + commonClass)
		bits := rarity + math.Log2((matches[class]+believed)/(total*share+believed))
		p := pool{[]Knot{{Rarity: rarity}}, bits, total*share + believed}
		for len(pools) > 0 && pools[len(pools)-1].bits > p.bits {
			last := pools[len(pools)-1]
			p.bits = (last.bits*last.weight + p.bits*p.weight) / (last.weight + p.weight)
			p.weight += last.weight
			p.knots = append(last.knots, p.knots...)
			pools = pools[:len(pools)-1]
		}
		pools = append(pools, p)
	}
	var curve []Knot
	for _, p := range pools {
		for _, k := range p.knots {
			curve = append(curve, Knot{k.Rarity, p.bits})
		}
	}
	return curve
}
