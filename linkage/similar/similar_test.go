package similar_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"rightkey/linkage/similar"
)

func TestJaroWinklerGivesThePublishedValues(t *testing.T) {
	// Winkler (1994), table of string comparator values.
	for _, c := range []struct {
		a, b string
		want float64
	}{
		{"martha", "marhta", .9611}, {"dixon", "dicksonx", .8133}, {"dwayne", "duane", .8400},
		{"shackleford", "shackelford", .9818}, {"jones", "johnson", .8323}, {"", "a", 0}, {"王小明", "王晓明", .8000},
	} {
		if got := similar.JaroWinkler(c.a, c.b); math.Abs(got-c.want) > 1e-4 {
			t.Errorf("JaroWinkler(%q, %q) = %.4f, want %.4f", c.a, c.b, got, c.want)
		}
	}
}

func TestTheQuickRefusalOfUnlikeWordsNeverRefusesLikeOnes(t *testing.T) {
	word := rapid.StringMatching(`[a-e]{0,9}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		bound := rapid.Float64Range(.5, 1).Draw(t, "bound")
		exact := similar.JaroWinkler(a, b)
		if got := similar.AtLeast(a, b, bound); exact >= bound && got != exact {
			t.Fatalf("AtLeast(%q, %q, %v) = %v, want %v", a, b, bound, got, exact)
		}
	})
}

func TestEditsCountsSlips(t *testing.T) {
	for _, c := range []struct {
		a, b        string
		limit, want int
	}{
		{"abc", "abc", 2, 0}, {"abc", "acb", 2, 1}, {"abc", "ab", 2, 1}, {"abc", "xbc", 2, 1}, {"abcd", "badc", 2, 2},
		{"abc", "xyz", 2, 3}, {"", "ab", 2, 2}, {"kitten", "sitting", 5, 3}, {"王小明", "王晓明", 2, 1},
	} {
		if got := similar.Edits(c.a, c.b, c.limit); got != c.want {
			t.Errorf("Edits(%q, %q, %d) = %d, want %d", c.a, c.b, c.limit, got, c.want)
		}
	}
}

func TestFewEditsAgreeWithTheFullAlignment(t *testing.T) {
	word := rapid.StringMatching(`[abc]{0,7}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		full := min(similar.Edits(a, b, 60), 3)
		if got := similar.Edits(a, b, 2); got != full {
			t.Fatalf("Edits(%q, %q, 2) = %d, the full alignment gives %d", a, b, got, full)
		}
	})
}

func TestWordsArePairedOnce(t *testing.T) {
	got := similar.CompareWords("12 high street north", "high high street", .9)
	if want := (similar.Words{Left: 4, Right: 3, Same: 2, Alike: 2}); got != want {
		t.Errorf("CompareWords = %+v, want %+v", got, want)
	}
}
