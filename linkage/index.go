package linkage

import (
	"cmp"
	"slices"
	"sort"
)

// Index finds the records of a table that may be a new person, within microseconds: each blocking rule's keys in
// order, in memory. It is safe for use by several goroutines.
type Index struct {
	matcher *Matcher
	records *Records
	rules   []ruleIndex
}

// ruleIndex holds key<<32|row of each row, in buckets by the key's top bits, each in order.
type ruleIndex struct {
	entries []uint64
	starts  [1<<bucketBits + 1]int
}

// mostCandidates is the number of records of one block that a new person is compared with.
const mostCandidates = 2000

// NewIndex indexes the records under the rules of the model that a run on them returned.
func NewIndex(r *Records, m *Model, workers int) (*Index, error) {
	matcher, err := NewMatcher(m)
	if err != nil {
		return nil, err
	}
	x := &Index{matcher: matcher, records: r}
	for rule := range matcher.rules {
		x.rules = append(x.rules, x.build(rule, workers))
	}
	return x, nil
}

// build hashes each value once where the rule uses a form of it.
func (x *Index) build(rule, workers int) ruleIndex {
	keys := x.matcher.rules[rule]
	tables := make([][]uint64, len(keys))
	for i, k := range keys {
		values := x.records.columns[k.field].values
		if k.of == nil && values.size() > mostForms {
			continue
		}
		tables[i] = make([]uint64, values.size())
		for id := range tables[i] {
			tables[i][id] = hashForm(k.of, values.value(uint32(id)))
		}
	}
	hashes, starts := hashRows(x.records.rows, workers, func(row int) uint32 {
		h := ruleStart(rule)
		cells := x.records.row(row)
		for i, k := range keys {
			var form uint64
			if tables[i] != nil {
				form = tables[i][cells[k.field]]
			} else {
				form = hashForm(k.of, x.records.columns[k.field].values.value(cells[k.field]))
			}
			if form == 0 {
				return 0
			}
			h = (h ^ form) * fnvPrime
		}
		return shortKey(h | 1)
	})
	index := ruleIndex{entries: scatter(hashes, starts, workers)}
	for b := range index.starts {
		index.starts[b] = starts[b][0]
	}
	inParallel(workers, 1<<bucketBits, func(_, b int) {
		slices.Sort(index.entries[index.starts[b]:index.starts[b+1]])
	})
	return index
}

// shortKey is the part of a key that the index keeps.
func shortKey(key uint64) uint32 { return uint32(key>>32) | 1 }

// rows returns the rows under a key, at most mostCandidates.
func (r *ruleIndex) rows(key uint32) []uint64 {
	b := key >> (32 - bucketBits)
	bucket := r.entries[r.starts[b]:r.starts[b+1]]
	from := sort.Search(len(bucket), func(i int) bool { return uint32(bucket[i]>>32) >= key })
	to := from
	for to < len(bucket) && uint32(bucket[to]>>32) == key && to-from < mostCandidates {
		to++
	}
	return bucket[from:to]
}

// Match returns the records that are the given person with a probability of at least atLeast, the likeliest first.
// The raw values are in the order of the model's fields. In the pairs, Left is the row and Right is 0.
func (x *Index) Match(raw []string, atLeast float64) []Pair {
	values := x.matcher.Normalise(raw)
	var rows []uint32
	for rule := range x.rules {
		if key := x.matcher.key(rule, values); key != 0 {
			for _, entry := range x.rules[rule].rows(shortKey(key)) {
				rows = append(rows, uint32(entry))
			}
		}
	}
	slices.Sort(rows)
	var found []Pair
	candidate := make([]string, len(values))
	for _, row := range slices.Compact(rows) {
		for f := range candidate {
			candidate[f] = x.records.Value(int(row), f)
		}
		if x.matcher.model.calibrated(x.matcher.Score(candidate, values)) < atLeast {
			continue
		}
		pair := x.matcher.Compare(candidate, values)
		pair.Left = row
		found = append(found, pair)
	}
	slices.SortStableFunc(found, func(a, b Pair) int { return cmp.Compare(b.Weight, a.Weight) })
	return found
}
