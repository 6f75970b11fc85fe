package crosscheck

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// drawn are counts of groups that differ by more than chance: each has a share of its own about the common one.
func drawn(random *rand.Rand, groups, of int, share, differ float64) []tally {
	list := make([]tally, groups)
	for i := range list {
		own := min(0.95, max(0.01, share+differ*random.NormFloat64()))
		list[i].of = of
		for range of {
			if random.Float64() < own {
				list[i].seen++
			}
		}
	}
	return list
}

// beyondHigh are the groups of which more is counted than usual.
func beyondHigh(groups []tally) map[int]bool {
	usual(groups)
	_, high := interval(groups, 3.5)
	found := map[int]bool{}
	for i, g := range groups {
		if float64(g.seen) > high[i] {
			found[i] = true
		}
	}
	return found
}

// Of clean groups fewer than 2 % are flagged, however much they differ among themselves; what was planted in a tenth of
// them is found.
func TestFewCleanGroupsAreUnusualAndPlantedOnesAre(t *testing.T) {
	for _, c := range []struct{ share, differ, planted float64 }{{0.1, 0, 0.45}, {0.1, 0.03, 0.45}, {0.5, 0.05, 0.95}, {0.02, 0.01, 0.3}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			random := rand.New(rand.NewPCG(7, 7))
			clean, flagged, planted, found := 0, 0, 0, 0
			for range 200 {
				groups := drawn(random, 40, 60, c.share, c.differ)
				clean, flagged = clean+len(groups), flagged+len(beyondHigh(groups))
				copy(groups, drawn(random, 4, 60, c.planted, 0))
				unusual := beyondHigh(groups)
				for i := range 4 {
					if planted++; unusual[i] {
						found++
					}
				}
			}
			t.Logf("%.2f %% of clean groups flagged, %.1f %% of planted ones found", 100*float64(flagged)/float64(clean), 100*float64(found)/float64(planted))
			if flagged*50 >= clean || found*10 < planted*9 {
				t.Errorf("%d of %d clean groups flagged, %d of %d planted ones found", flagged, clean, found, planted)
			}
		})
	}
}

// missed is in which share of counties of ten accounts one of which every income near the line lies just below it, and of
// the others half, that account is not found.
func missed(of int) float64 {
	random := rand.New(rand.NewPCG(1, 1))
	const counties = 1000
	n := 0
	for range counties {
		groups := drawn(random, 10, of, 0.5, 0)
		if groups[3].seen = of; !beyondHigh(groups)[3] {
			n++
		}
	}
	return float64(n) / counties
}

// What is usual near the line is a half, so that an account cannot lie further from it than chance allows a small one.
func TestHeapedIncomesAreFoundOnceAnAccountHasSixtyOfThemNearTheLine(t *testing.T) {
	if few, enough := missed(30), missed(60); few < 0.05 || enough > 0.02 {
		t.Errorf("missed %.1f %% with 30 incomes, %.1f %% with 60", 100*few, 100*enough)
	}
}

func TestAnInterviewHasATwinWhereHardlyAnAnswerDiffers(t *testing.T) {
	interview := func(answers ...string) map[question]string {
		given := map[question]string{}
		for i, a := range answers {
			given[question{item: int64(i)}] = a
		}
		return given
	}
	place := []map[question]string{interview("1", "2", "3", "4", "5"), interview("1", "2", "3", "4", "6"), interview("9", "8", "7", "6", "5"), interview("1", "2", "3", "4", "5", "6")}
	for within, want := range map[int]int{0: 0, 1: 3, 5: 4} {
		if n := twins(place, within); n != want {
			t.Errorf("within %d answers %d have a twin, want %d", within, n, want)
		}
	}
}
