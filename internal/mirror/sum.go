package mirror

import (
	"fmt"
	"runtime"
	"slices"
)

// Term is what a column adds to a sum for each of its values; a row with another value, or none, has no sum.
type Term struct {
	Column string
	Adds   map[int64]int64
}

// mostTerms is how many terms a sum has at most, so that rows without a sum are known by it; each adds less than 2^48.
const (
	mostTerms = 64
	lacking   = 1 << 56
)

// With returns the table with one more column of numbers, the sum of the terms. The other columns are shared; the new
// one lasts as long as the table that is returned.
func (t *Table) With(name string, terms []Term) (*Table, error) {
	if len(terms) > mostTerms {
		return nil, fmt.Errorf("a sum of %d columns, more than %d", len(terms), mostTerms)
	}
	columns := make([]int, len(terms))
	for i, term := range terms {
		at, err := t.column(term.Column)
		if err != nil {
			return nil, err
		}
		columns[i] = at
	}
	with := *t
	with.columns = append(slices.Clone(t.columns), Column{Name: name, Kind: Number})
	for _, list := range []*[]*chunk{&with.sorted, &with.tail} {
		chunks := slices.Clone(*list)
		share(min(runtime.GOMAXPROCS(0), len(chunks)), len(chunks), func(_, n int) {
			copied := *chunks[n]
			copied.vectors = append(slices.Clone(copied.vectors), copied.sum(columns, terms))
			copied.kept = &kept{}
			chunks[n] = &copied
		})
		*list = chunks
	}
	return &with, nil
}

// sum adds up what the terms of columns add for each row.
func (c *chunk) sum(columns []int, terms []Term) vector {
	sums := make([]int64, c.rows())
	var scratch [chunkRows]uint8
	for i, term := range terms {
		adds := func(value int64) int64 {
			if n, ok := term.Adds[value]; ok {
				return n
			}
			return lacking
		}
		v := &c.vectors[columns[i]]
		if v.bits > 8 {
			for row := range sums {
				sums[row] += adds(v.get(row))
			}
			continue
		}
		var listed [256]int64
		for stored := range 1 << v.bits {
			listed[stored] = adds(v.value(uint64(stored)))
		}
		for row, stored := range v.bytes(0, c.rows(), &scratch) {
			sums[row] += listed[stored]
		}
	}
	for row, sum := range sums {
		if sum >= lacking/2 {
			sums[row] = Unknown
		}
	}
	return newVector(sums)
}
