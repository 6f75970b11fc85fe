package linkage

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// conjunction is a possible rule: a set of keys, one bit each, and the number of pairs it would give.
type conjunction struct {
	keys uint64
	cost float64
}

// ruleChooser looks for the rules that find most matches for the fewest pairs.
type ruleChooser struct {
	records  *Records
	keys     []*key
	workers  int
	budget   float64 // pairs that all rules together may give
	sample   []uint32
	scale    float64 // pairs of the table per pair of the sample
	possible []conjunction
}

const (
	sampleRows      = 40_000
	sampleRowsLarge = 15_000 // of tables beyond manyRows
	manyRows        = 500_000
	rulesLarge      = 8 // rules at most for tables beyond manyRows, since each costs a pass over all rows
	looseLarge      = 6 // rules at most by which probable matches are sought there
)

func newRuleChooser(r *Records, budget float64, workers int) *ruleChooser {
	c := &ruleChooser{records: r, keys: keysOf(r), workers: workers, budget: budget}
	wanted := sampleRows
	if r.rows > manyRows {
		wanted = sampleRowsLarge
	}
	c.sample = sampleOf(r.rows, wanted)
	ratio := float64(r.rows) / float64(len(c.sample))
	c.scale = ratio * ratio
	c.list()
	return c
}

// sampleOf draws about the wanted number of rows. They are scattered, not evenly spaced: even spacing would never
// take two rows of one village from a register kept by village, and so hide its blocks.
func sampleOf(rows, wanted int) []uint32 {
	random := rand.New(rand.NewPCG(uint64(rows), 1))
	var sample []uint32
	for row := range rows {
		if rows <= wanted || random.IntN(rows) < wanted {
			sample = append(sample, uint32(row))
		}
	}
	return sample
}

// list fills possible with single keys, pairs and, where a pair gives too much, triples.
func (c *ruleChooser) list() {
	var level []uint64
	for k, key := range c.keys {
		if !key.weak {
			level = append(level, 1<<k)
		}
	}
	seen := map[uint64]bool{}
	for size := 1; size <= 3; size++ {
		costs := c.costs(level)
		var next []uint64
		for i, keys := range level {
			if costs[i] <= c.budget {
				c.possible = append(c.possible, conjunction{keys, costs[i]})
			}
			if costs[i] <= c.budget/50 {
				continue
			}
			for _, longer := range c.extend(keys) {
				if !seen[longer] {
					seen[longer] = true
					next = append(next, longer)
				}
			}
		}
		level = next
	}
}

// extend adds to a conjunction each key of a field that it does not use yet.
func (c *ruleChooser) extend(keys uint64) []uint64 {
	var used uint16
	for k, key := range c.keys {
		if keys&(1<<k) != 0 {
			used |= 1 << key.field
		}
	}
	var longer []uint64
	for k, key := range c.keys {
		if used&(1<<key.field) == 0 {
			longer = append(longer, keys|1<<k)
		}
	}
	return longer
}

func (c *ruleChooser) rule(keys uint64) *rule {
	var used []*key
	for k, key := range c.keys {
		if keys&(1<<k) != 0 {
			used = append(used, key)
		}
	}
	return newRule(used...)
}

// costs estimates the pairs of each conjunction from the blocks it makes of the sample.
func (c *ruleChooser) costs(list []uint64) []float64 {
	costs := make([]float64, len(list))
	inParallel(c.workers, len(list), func(_, i int) {
		costs[i] = c.cost(c.rule(list[i]))
	})
	return costs
}

// cost counts the pairs in a table of hashes; two blocks that fall on one slot are told apart by their hash.
func (c *ruleChooser) cost(by *rule) float64 {
	bits := bits.Len(uint(2 * len(c.sample)))
	slots := make([]uint64, 1<<bits) // hash<<32 | rows so far
	pairs := 0
	for _, row := range c.sample {
		hash := by.hash(c.records.row(int(row)))
		if hash == 0 {
			continue
		}
		at := hash >> (32 - bits)
		for slots[at] != 0 && uint32(slots[at]>>32) != hash {
			at = (at + 1) & (1<<bits - 1)
		}
		pairs += int(uint32(slots[at]))
		slots[at] = uint64(hash)<<32 | uint64(uint32(slots[at])+1)
	}
	return max(float64(pairs), .5) * c.scale
}

// positive is a probable match, by the keys it shares; the weight makes up for others that were not looked at.
type positive struct {
	keys   uint64
	weight float64
}

// choose picks rules one by one, each time the one with most worth per pair, until little is added or the budget is
// spent. A match is worth most to the first rule that finds it and a quarter as much to each further one: matches that
// several rules find stand for the unseen ones that at least one of these rules will find.
func (c *ruleChooser) choose(found []positive) []*rule {
	total := 0.0
	for _, p := range found {
		total += p.weight
	}
	var rules []*rule
	taken := make([]bool, len(c.possible))
	spent, base := 0.0, min(freePairs, 5*float64(c.records.rows))
	most := mostRules
	if c.records.rows > manyRows {
		most = rulesLarge
	}
	for len(rules) < most {
		worths := c.worths(found)
		best, value := -1, 0.0
		for i, candidate := range c.possible {
			if taken[i] || spent+candidate.cost > c.budget || worths[i] < leastWorth*total {
				continue
			}
			if rate := worths[i] / (candidate.cost + base); rate > value {
				best, value = i, rate
			}
		}
		if best < 0 {
			break
		}
		taken[best] = true
		chosen := c.possible[best]
		spent += chosen.cost
		rules = append(rules, c.rule(chosen.keys))
		for i, other := range c.possible {
			if other.keys&chosen.keys == chosen.keys {
				taken[i] = true // it would only find the same pairs again
			}
		}
		for i := range found {
			if found[i].keys&chosen.keys == chosen.keys {
				found[i].weight /= 4
			}
		}
	}
	return rules
}

// worths sums, for each conjunction, the weight of the matches that it finds.
func (c *ruleChooser) worths(found []positive) []float64 {
	worths := make([]float64, len(c.possible))
	inParallel(c.workers, len(c.possible), func(_, i int) {
		keys := c.possible[i].keys
		for _, p := range found {
			if p.keys&keys == keys {
				worths[i] += p.weight
			}
		}
	})
	return worths
}

// shared returns the bits of the keys in which two rows agree.
func (c *ruleChooser) shared(a, b []uint32) uint64 {
	var bits uint64
	for k, key := range c.keys {
		if id := key.at(a); id != 0 && id == key.at(b) {
			bits |= 1 << k
		}
	}
	return bits
}

// broadest returns the conjunctions of at most the given cost that are not contained in a broader one.
func (c *ruleChooser) broadest(cost float64) []uint64 {
	list := slices.Clone(c.possible)
	list = slices.DeleteFunc(list, func(l conjunction) bool { return l.cost > cost })
	slices.SortStableFunc(list, func(a, b conjunction) int { return cmp.Compare(bits.OnesCount64(a.keys), bits.OnesCount64(b.keys)) })
	var kept []uint64
	for _, l := range list {
		if !slices.ContainsFunc(kept, func(k uint64) bool { return l.keys&k == k }) {
			kept = append(kept, l.keys)
		}
	}
	return kept
}

// diverse picks conjunctions that have as few fields in common as possible.
func (c *ruleChooser) diverse(list []uint64, most int) []uint64 {
	var kept []uint64
	uses := make([]int, len(c.records.fields))
	for len(kept) < min(most, len(list)) {
		best, least := 0, math.MaxInt
		for _, keys := range list {
			used := 0
			for k, key := range c.keys {
				if keys&(1<<k) != 0 {
					used += 1 + uses[key.field]*uses[key.field]
				}
			}
			if used < least && !slices.Contains(kept, keys) {
				best, least = int(keys), used
			}
		}
		kept = append(kept, uint64(best))
		for k, key := range c.keys {
			if best&(1<<k) != 0 {
				uses[key.field]++
			}
		}
	}
	return kept
}

// discover finds probable matches by the broadest cheap conjunctions, looking at whole blocks of about the wanted
// number of pairs. Matches are probable from the least probability on.
func (c *ruleChooser) discover(wanted, least float64, probability func(worker int, i, j uint32) float64) []positive {
	limit := min(c.budget/4, 8*float64(c.records.rows))
	loose := c.broadest(limit)
	if c.records.rows > manyRows {
		loose = c.diverse(loose, looseLarge)
	}
	expected := 0.0
	rules := make([]*rule, len(loose))
	for i, keys := range loose {
		rules[i] = c.rule(keys)
		expected += c.cost(rules[i])
	}
	thin := 0
	for expected > wanted {
		thin++
		expected /= 2
	}
	found := make([][]positive, c.workers)
	for _, by := range rules {
		enumerate(c.records, []*rule{by}, thin, c.workers, func(worker int, i, j uint32) {
			if probability(worker, i, j) < least {
				return
			}
			keys := c.shared(c.records.row(int(i)), c.records.row(int(j)))
			times := 0
			for _, l := range loose {
				if keys&l == l {
					times++
				}
			}
			found[worker] = append(found[worker], positive{keys, 1 / float64(times)})
		})
	}
	return gather(found)
}

// gather adds up the positives with the same keys, in order of keys.
func gather(parts [][]positive) []positive {
	all := slices.Concat(parts...)
	slices.SortFunc(all, func(a, b positive) int {
		return cmp.Or(cmp.Compare(a.keys, b.keys), cmp.Compare(a.weight, b.weight))
	})
	kept := all[:0]
	for _, p := range all {
		if len(kept) > 0 && kept[len(kept)-1].keys == p.keys {
			kept[len(kept)-1].weight += p.weight
			continue
		}
		kept = append(kept, p)
	}
	return kept
}

// rulesOf finds the keys of rules written as FIELD.KEY.
func rulesOf(r *Records, written [][]string) ([]*rule, error) {
	byName := map[string]*key{}
	for _, k := range keysOf(r) {
		byName[r.fields[k.field].Name+"."+k.name] = k
	}
	var rules []*rule
	for _, names := range written {
		var keys []*key
		for _, name := range names {
			k, ok := byName[name]
			if !ok {
				return nil, fmt.Errorf("blocking rule by unknown key %q", name)
			}
			keys = append(keys, k)
		}
		rules = append(rules, newRule(keys...))
	}
	return rules, nil
}

const (
	mostRules  = 40
	leastWorth = .0005  // of all matches, for a rule to be taken
	freePairs  = 250000 // pairs that a rule may give almost for nothing
)
