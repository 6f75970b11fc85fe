package translit_test

import (
	"bufio"
	"strconv"
	"strings"
	"testing"

	"rightkey/internal/testdata"
	"rightkey/linkage/script"
	"rightkey/linkage/translit"
)

// readPairs reads a table of native word, Latin word and count, in the given columns.
func readPairs(t *testing.T, file string, native, latin int) []translit.Pair {
	t.Helper()
	var pairs []translit.Pair
	lines := bufio.NewScanner(testdata.Open(t, file))
	for lines.Scan() {
		cells := strings.Split(lines.Text(), "\t")
		count := 1.0
		if len(cells) > 2 {
			count, _ = strconv.ParseFloat(cells[2], 64)
		}
		word := script.SpokenOrder(script.Joined(script.Fold(strings.ReplaceAll(cells[native], " ", ""))))
		pairs = append(pairs, translit.Pair{Native: word, Latin: script.Joined(script.Fold(cells[latin])), Count: count})
	}
	return pairs
}

func TestAWordFindsItsOwnSpellingAmongManyOthers(t *testing.T) {
	for _, c := range []struct {
		file           string
		native, latin  int
		folds, queries int
		train          int
		least          float64
	}{
		{"linkage/l*_place_pairs.tsv.gz", 0, 1, 2, 1000, 1000, .95},
		{"linkage/ur.translit.sampled.dev.tsv.gz", 0, 1, 5, 30, 3000, .93},
		{"linkage/wd_arabic_80.tsv.gz", 1, 0, 5, 30, 3000, .88},
	} {
		t.Run(c.file, func(t *testing.T) {
			pairs := readPairs(t, c.file, c.native, c.latin)
			v := translit.CrossValidate(pairs, c.folds, translit.Limits{Train: c.train, Candidates: 500, Queries: c.queries})
			low, high := v.Interval()
			t.Logf("hit@1 %.3f (%.3f to %.3f) of %d among %d", v.Rate(), low, high, v.Asked, v.Candidates)
			if v.Rate() < c.least {
				t.Errorf("hit@1 %.3f, want at least %.2f", v.Rate(), c.least)
			}
		})
	}
}

func TestASavedModelScoresLikeTheTrainedOne(t *testing.T) {
	pairs := []translit.Pair{{"αβ", "ab", 3}, {"βα", "ba", 2}, {"αα", "aa", 1}, {"γα", "ga", 1}}
	trained := translit.Train(pairs)
	saved := translit.FromList(trained.List())
	for _, latin := range []string{"ab", "ba", "gaga", "x"} {
		a := trained.Score(trained.Native("αβ"), trained.Latin(latin))
		b := saved.Score(saved.Native("αβ"), saved.Latin(latin))
		if diff := a - b; diff > 1e-9 || diff < -1e-9 {
			t.Errorf("score of %q: trained %v, saved %v", latin, a, b)
		}
	}
}
