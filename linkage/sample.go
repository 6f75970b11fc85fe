package linkage

import (
	"math/rand/v2"
	"slices"
)

// counted is an agreement pattern and the number of pairs that show it. Free has a bit for each field whose levels
// these pairs were not chosen by, so that they may teach its m.
type counted struct {
	pattern uint64
	free    uint16
	pairs   int
}

type tally map[counted]int

// sorted returns the counts in order of pattern, so that sums over them are the same in every run.
func (t tally) sorted() []counted {
	all := make([]counted, 0, len(t))
	for c, n := range t {
		c.pairs = n
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b counted) int {
		switch {
		case a.pattern != b.pattern && a.pattern < b.pattern, a.pattern == b.pattern && a.free < b.free:
			return -1
		case a.pattern == b.pattern && a.free == b.free:
			return 0
		}
		return 1
	})
	return all
}

func (t tally) add(other tally) {
	for c, n := range other {
		t[c] += n
	}
}

// randomPairs counts the patterns of pairs drawn at random, or of all pairs if there are no more than wanted.
func randomPairs(r *Records, wanted int, seed uint64, workers int) []counted {
	if r.pairs() <= float64(wanted) {
		return allPairs(r, workers)
	}
	const shards = 16
	parts := make([]tally, shards)
	comparers := make([]*comparer, workers)
	inParallel(workers, shards, func(worker, shard int) {
		if comparers[worker] == nil {
			comparers[worker] = newComparer(r)
		}
		parts[shard] = drawPairs(r, comparers[worker], wanted/shards, rand.New(rand.NewPCG(seed, uint64(shard))))
	})
	return merge(parts)
}

func merge(parts []tally) []counted {
	total := tally{}
	for _, part := range parts {
		total.add(part)
	}
	return total.sorted()
}

func drawPairs(r *Records, c *comparer, wanted int, random *rand.Rand) tally {
	counts := tally{}
	for range wanted {
		var i, j uint32
		if r.split > 0 {
			i, j = random.Uint32N(uint32(r.split)), uint32(r.split)+random.Uint32N(uint32(r.rows-r.split))
		} else {
			i, j = random.Uint32N(uint32(r.rows)), random.Uint32N(uint32(r.rows-1))
			if j >= i {
				j++
			}
		}
		counts[counted{pattern: c.pattern(i, j)}]++
	}
	return counts
}

func allPairs(r *Records, workers int) []counted {
	last := r.rows - 1
	if r.split > 0 {
		last = r.split
	}
	parts := make([]tally, max(0, last))
	comparers := make([]*comparer, workers)
	inParallel(workers, len(parts), func(worker, i int) {
		if comparers[worker] == nil {
			comparers[worker] = newComparer(r)
		}
		parts[i] = tally{}
		for j := max(i+1, r.split); j < r.rows; j++ {
			parts[i][counted{pattern: comparers[worker].pattern(uint32(i), uint32(j))}]++
		}
	})
	return merge(parts)
}
