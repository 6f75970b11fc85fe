package linkage

import "slices"

// A second look uses what the first grouping has shown: how many entities, not rows, bear each value; which values
// stand for each other in several entities, such as a name and its short form or a village and its township; and
// what pairs of records look like that only a third record connects.

const (
	secondLookRows = 250_000 // beyond, duplicates are too rare for a second look to pay
	leastEntities  = 3       // that must show two values together before they count as variants
	mostValues     = 40      // of a field in one entity, beyond which it teaches nothing
	pairsPerEntity = 10      // taken as examples for choosing the rules
)

// learnFromGroups counts values by entity and finds variants.
func (r *Records) learnFromGroups(owner []uint32) {
	order := make([]uint32, r.rows)
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortStableFunc(order, func(a, b uint32) int { return int(owner[a]) - int(owner[b]) })
	for f, c := range r.columns {
		c.countEntities(r, f, order, owner)
	}
}

func (c *column) countEntities(r *Records, f int, order, owner []uint32) {
	entities := make([]uint32, c.values.size())
	together := map[uint64]int{}
	known, several := 0, 0
	var values []uint32
	for start := 0; start < len(order); {
		end := start
		values = values[:0]
		for end < len(order) && owner[order[end]] == owner[order[start]] {
			if v := r.row(int(order[end]))[f]; v != 0 {
				values = append(values, v)
			}
			end++
		}
		if end-start > 1 {
			several++
		}
		start = end
		slices.Sort(values)
		values = slices.Compact(values)
		if len(values) > 0 {
			known++
		}
		for i, v := range values {
			entities[v]++
			if len(values) > mostValues || c.field.Kind.variant() == same {
				continue
			}
			for _, w := range values[i+1:] {
				together[uint64(v)<<32|uint64(w)]++
			}
		}
	}
	c.counts, c.known, c.entities = entities, known, true
	c.findVariants(together, several)
	c.single = singleOccurrences(entities[1:])
	c.equal = 0
	for _, n := range entities[1:] {
		others := float64(n) - .5
		if n == 1 {
			others = c.single / 2
		}
		c.equal += float64(n) * others / float64(known) / float64(known)
	}
}

// bearers is what n occurrences of a value that two rows share count as. Of rows, not entities, one is the other row's
// own if the two are one person.
func (c *column) bearers(n int) float64 {
	if !c.entities {
		n--
	}
	if n <= 1 {
		return c.single
	}
	return float64(n)
}

// singleOccurrences is the number of occurrences in as many further entities that is to be expected of a value seen in
// one: twice the values seen in two to those seen in one (Good 1953). Where no value is seen twice, as with numbers of
// identity or in a table of ten rows, once is hardly ever again.
func singleOccurrences(entities []uint32) float64 {
	ones, twos := 0.0, 0.0
	for _, n := range entities {
		switch n {
		case 1:
			ones++
		case 2:
			twos++
		}
	}
	return min(1, (2*twos+1)/(ones+1))
}

// findVariants keeps the pairs of values that come together in several entities, in one of twenty entities of the
// rarer value, and more often than chance.
func (c *column) findVariants(together map[uint64]int, entities int) {
	c.variants = map[uint64]bool{}
	for pair, n := range together {
		a, b := float64(c.counts[pair>>32]), float64(c.counts[uint32(pair)])
		if n >= leastEntities && 20*float64(n) >= min(a, b) && float64(n)*float64(entities) > 1.5*a*b {
			c.variants[pair] = true
		}
	}
}

// examples takes pairs of rows inside the groups, by the keys they share.
func (c *ruleChooser) examples(owner []uint32) []positive {
	members := map[uint32][]uint32{}
	for row, group := range owner {
		if len(members[group]) < 2*pairsPerEntity {
			members[group] = append(members[group], uint32(row))
		}
	}
	var found []positive
	for row, group := range owner {
		rows := members[group]
		if uint32(row) != group || len(rows) < 2 {
			continue
		}
		all := len(rows) * (len(rows) - 1) / 2
		step := max(1, all/pairsPerEntity)
		at := 0
		for x, i := range rows {
			for _, j := range rows[x+1:] {
				if at%step == 0 {
					keys := c.shared(c.records.row(int(i)), c.records.row(int(j)))
					found = append(found, positive{keys, float64(step)})
				}
				at++
			}
		}
	}
	return gather([][]positive{found})
}
