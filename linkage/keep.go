package linkage

import (
	"cmp"
	"slices"
)

// mostCommon is the number of values of a field whose frequency a model keeps; others count as occurring once.
const mostCommon = 20_000

// keepValues stores in the model what of the table's values later records are judged by: the frequencies of the
// common ones, the variants, and which fields only repeat the name.
func (m *Model) keepValues(r *Records, whole []bool) {
	for f, c := range r.columns {
		field := &m.Fields[f]
		field.Known, field.Whole, field.Single = c.known, whole[f], c.single
		field.Common, field.Variants = c.common(), c.variantPairs()
	}
}

// common returns the occurrences of the values that occur most.
func (c *column) common() map[string]int {
	var ids []uint32
	for id := 1; id < len(c.counts); id++ {
		if c.counts[id] > 1 {
			ids = append(ids, uint32(id))
		}
	}
	slices.SortFunc(ids, func(a, b uint32) int { return cmp.Or(cmp.Compare(c.counts[b], c.counts[a]), cmp.Compare(a, b)) })
	table := map[string]int{}
	for _, id := range ids[:min(len(ids), mostCommon)] {
		table[c.values.value(id)] = int(c.counts[id])
	}
	return table
}

// variantPairs returns the values that stand for each other, in order.
func (c *column) variantPairs() [][2]string {
	var pairs [][2]string
	for pair := range c.variants {
		a, b := c.values.value(uint32(pair>>32)), c.values.value(uint32(pair))
		pairs = append(pairs, [2]string{min(a, b), max(a, b)})
	}
	slices.SortFunc(pairs, func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	return pairs
}

// restoreValues gives a table the variants of a model.
func (m *Model) restoreValues(r *Records) {
	for f, c := range r.columns {
		if len(m.Fields[f].Variants) == 0 {
			continue
		}
		known := pairSet(m.Fields[f].Variants)
		ids := map[string]uint32{}
		for id := 1; id < c.values.size(); id++ {
			ids[c.values.value(uint32(id))] = uint32(id)
		}
		c.variants = map[uint64]bool{}
		for pair := range known {
			a, b := ids[pair[0]], ids[pair[1]]
			if a != 0 && b != 0 {
				c.variants[uint64(min(a, b))<<32|uint64(max(a, b))] = true
			}
		}
	}
}
