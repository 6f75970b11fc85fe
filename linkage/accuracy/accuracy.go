// Package accuracy compares a grouping of records with the truth: pairwise precision and recall (of all pairs of
// records put together, how many belong together) and B-cubed (the same for the average record; Bagga & Baldwin
// 1998).
package accuracy

// Score holds precision and recall, each from 0 to 1.
type Score struct {
	Precision, Recall float64
}

// F1 is the harmonic mean of precision and recall.
func (s Score) F1() float64 {
	if s.Precision+s.Recall == 0 {
		return 0
	}
	return 2 * s.Precision * s.Recall / (s.Precision + s.Recall)
}

// overlap counts, for two labelings of the same records, the size of each group and of each intersection.
func overlap(found, truth []int) (foundSize, truthSize map[int]int, both map[[2]int]int) {
	foundSize, truthSize, both = map[int]int{}, map[int]int{}, map[[2]int]int{}
	for i := range found {
		foundSize[found[i]]++
		truthSize[truth[i]]++
		both[[2]int{found[i], truth[i]}]++
	}
	return foundSize, truthSize, both
}

// Pairwise scores the pairs that found puts together against those that truth does; both give each record's group.
func Pairwise(found, truth []int) Score {
	foundSize, truthSize, both := overlap(found, truth)
	pairs := func(n int) float64 { return float64(n) * float64(n-1) / 2 }
	var hit, claimed, real float64
	for _, n := range both {
		hit += pairs(n)
	}
	for _, n := range foundSize {
		claimed += pairs(n)
	}
	for _, n := range truthSize {
		real += pairs(n)
	}
	return ratio(hit, claimed, real)
}

// BCubed scores the average record: the share of its found group that belongs with it, and of its true group that
// was found with it.
func BCubed(found, truth []int) Score {
	foundSize, truthSize, both := overlap(found, truth)
	var precision, recall float64
	for key, n := range both {
		square := float64(n) * float64(n)
		precision += square / float64(foundSize[key[0]])
		recall += square / float64(truthSize[key[1]])
	}
	total := float64(len(found))
	return Score{Precision: precision / total, Recall: recall / total}
}

// Links scores claimed links (left row, right row) against the true ones; want gives the number of true links.
func Links(claimed [][2]int, isTrue func(left, right int) bool, want int) Score {
	hit := 0
	for _, link := range claimed {
		if isTrue(link[0], link[1]) {
			hit++
		}
	}
	return ratio(float64(hit), float64(len(claimed)), float64(want))
}

func ratio(hit, claimed, real float64) Score {
	var s Score
	if claimed > 0 {
		s.Precision = hit / claimed
	}
	if real > 0 {
		s.Recall = hit / real
	}
	return s
}
