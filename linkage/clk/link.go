package clk

import (
	"math"
	"math/bits"
	"runtime"
	"sync"

	"rightkey/linkage/assign"
)

// Pair is a left and a right record of likeness at least the bound.
type Pair struct {
	Left, Right int
	Likeness    float64
}

// Link pairs the records of two lists one to one so that the sum of likenesses above the bound is largest. It compares
// every left with every right key: for large lists let both owners send them in blocks under a keyed hash, such as
// that of sound and year of birth.
func Link(left, right []Key, least float64) []Pair {
	edges := candidates(left, right, least)
	list := make([]assign.Edge, len(edges))
	for i, p := range edges {
		list[i] = assign.Edge{Left: uint32(p.Left), Right: uint32(p.Right), Weight: p.Likeness - least + 1e-9}
	}
	chosen := assign.OneToOne(list)
	pairs := make([]Pair, len(chosen))
	for i, e := range chosen {
		pairs[i] = Pair{int(e.Left), int(e.Right), e.Weight + least - 1e-9}
	}
	return pairs
}

// candidates compares all keys on all processors. The result is in order of left and right.
func candidates(left, right []Key, least float64) []Pair {
	counts := make([]int, len(right))
	for j := range right {
		counts[j] = right[j].Count()
	}
	found := make([][]Pair, len(left))
	var wait sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for worker := range workers {
		wait.Go(func() {
			for i := worker; i < len(left); i += workers {
				found[i] = matches(i, &left[i], right, counts, least)
			}
		})
	}
	wait.Wait()
	var all []Pair
	for _, some := range found {
		all = append(all, some...)
	}
	return all
}

// matches are the right keys alike to one left key. A key with too few or too many bits cannot be alike enough.
func matches(i int, key *Key, right []Key, counts []int, least float64) []Pair {
	own := key.Count()
	if own == 0 {
		return nil
	}
	var some []Pair
	for j := range right {
		need := int(math.Ceil(least * float64(own+counts[j]) / 2))
		if min(own, counts[j]) < need {
			continue
		}
		other, common := &right[j], 0
		for w, word := range key {
			common += bits.OnesCount64(word & other[w])
		}
		if common >= need {
			some = append(some, Pair{i, j, 2 * float64(common) / float64(own+counts[j])})
		}
	}
	return some
}
