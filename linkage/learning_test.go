package linkage_test

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"rightkey/linkage"
	"rightkey/linkage/accuracy"
)

// half is one of two parts of a table that share no entity.
type half struct {
	rows  [][]string
	truth []int
}

// halves splits rows by entity.
func halves(rows [][]string, truth []int) (taught, held half) {
	for i, row := range rows {
		part := &taught
		if truth[i]%2 == 1 {
			part = &held
		}
		part.rows, part.truth = append(part.rows, row), append(part.truth, truth[i])
	}
	return taught, held
}

// squaredError is the sum of the squared errors of the probabilities, per true match; pairs that are not reported have
// the probability 0.
func squaredError(pairs []linkage.Pair, truth []int) float64 {
	sum, missed := 0.0, truePairs(truth)
	for _, p := range pairs {
		if truth[p.Left] == truth[p.Right] {
			missed--
			sum += (1 - p.Probability) * (1 - p.Probability)
		} else {
			sum += p.Probability * p.Probability
		}
	}
	return (sum + missed) / truePairs(truth)
}

func truePairs(truth []int) float64 {
	sizes := map[int]int{}
	for _, entity := range truth {
		sizes[entity]++
	}
	pairs := 0
	for _, n := range sizes {
		pairs += n * (n - 1) / 2
	}
	return float64(pairs)
}

// bin is the pairs of about one probability: how many, how many matches the probabilities let expect, and how many
// there are.
type bin struct{ pairs, expected, observed float64 }

// reliability sorts pairs into ten bins and returns also the mean distance of expected and observed shares.
func reliability(pairs []linkage.Pair, truth []int) (bins [10]bin, distance float64) {
	for _, p := range pairs {
		b := &bins[min(9, int(10*p.Probability))]
		b.pairs++
		b.expected += p.Probability
		if truth[p.Left] == truth[p.Right] {
			b.observed++
		}
	}
	for _, b := range bins {
		distance += math.Abs(b.expected-b.observed) / float64(len(pairs))
	}
	return bins, distance
}

// judge answers questions by the truth.
func judge(asked []linkage.Pair, truth []int) []linkage.Decision {
	var decisions []linkage.Decision
	for _, p := range asked {
		decisions = append(decisions, linkage.Decision{Left: p.Left, Right: p.Right, Same: truth[p.Left] == truth[p.Right]})
	}
	return decisions
}

// A reviewer answers five rounds of ten questions on half of the entities; the other half, which nobody judged, must
// be grouped as well as before, with probabilities that are nearer to the truth.
func TestFiftyDecisionsMendTheProbabilitiesOfPersonsThatNobodyJudged(t *testing.T) {
	for _, c := range []struct {
		file, entity string
		most         int
	}{
		{"linkage/fake_1000.csv.gz", "cluster", 1000},
		{"linkage/historical_50k.csv.gz", "cluster", 5000},
	} {
		t.Run(c.file, func(t *testing.T) {
			header, rows := readTable(t, c.file)
			rows = rows[:min(c.most, len(rows))]
			fields := guessed(header, rows)
			taught, held := halves(rows, entities(header, rows, c.entity))
			learn := func(decisions []linkage.Decision) *linkage.Grouping {
				o := linkage.Defaults()
				o.Workers, o.Decisions, o.Ask.Count = 2, decisions, 10
				result, err := linkage.Dedupe(build(t, fields, header, taught.rows), o)
				if err != nil {
					t.Fatal(err)
				}
				return result
			}
			check := func(m *linkage.Model) (f1, error, distance float64) {
				o := linkage.Defaults()
				o.Workers, o.Model, o.AtLeast = 2, m, .01
				result, err := linkage.Dedupe(build(t, fields, header, held.rows), o)
				if err != nil {
					t.Fatal(err)
				}
				bins, distance := reliability(result.Pairs, held.truth)
				for _, b := range bins {
					t.Logf("%.0f pairs: %.2f of them expected to match, %.2f do", b.pairs, b.expected/b.pairs, b.observed/b.pairs)
				}
				return accuracy.Pairwise(groups(result.Owner), held.truth).F1(), squaredError(result.Pairs, held.truth), distance
			}
			result := learn(nil)
			before, errorBefore, distanceBefore := check(result.Model)
			var decisions []linkage.Decision
			for range 5 {
				decisions = append(decisions, judge(result.Ask, taught.truth)...)
				result = learn(decisions)
			}
			after, errorAfter, distanceAfter := check(result.Model)
			t.Logf("%d decisions: F1 %.4f, then %.4f; squared error %.4f, then %.4f; distance of expected and observed %.4f, then %.4f",
				len(decisions), before, after, errorBefore, errorAfter, distanceBefore, distanceAfter)
			if len(decisions) != 50 {
				t.Errorf("%d questions were asked, want 50", len(decisions))
			}
			if after < before-.002 {
				t.Errorf("F1 fell from %.4f to %.4f", before, after)
			}
			if errorAfter > errorBefore {
				t.Errorf("the squared error rose from %.5f to %.5f", errorBefore, errorAfter)
			}
			if distanceAfter > distanceBefore {
				t.Errorf("expected and observed shares are %.4f apart, before %.4f", distanceAfter, distanceBefore)
			}
		})
	}
}

func TestQuestionsAreNewPairsAndTheSameForTheSameSeed(t *testing.T) {
	ask := func(seed uint64, decisions []linkage.Decision) []linkage.Pair {
		records, _ := village(t, 3000)
		o := linkage.Defaults()
		o.Seed, o.Ask.Count, o.Decisions = seed, 20, decisions
		result, err := linkage.Dedupe(records, o)
		if err != nil {
			t.Fatal(err)
		}
		return result.Ask
	}
	first := ask(1, nil)
	if again := ask(1, nil); !reflect.DeepEqual(first, again) {
		t.Error("the same seed asks other questions")
	}
	if len(first) != 20 {
		t.Fatalf("%d questions, want 20", len(first))
	}
	_, truth := village(t, 3000)
	second := ask(1, judge(first, truth))
	for _, p := range second {
		if slices.ContainsFunc(first, func(q linkage.Pair) bool { return p.Left == q.Left && p.Right == q.Right }) {
			t.Errorf("rows %d and %d are asked for a second time", p.Left, p.Right)
		}
	}
}

// Of the pairs that are given a probability, about so many must be matches.
func TestProbabilitiesWithoutDecisionsAreThoseObserved(t *testing.T) {
	records, truth := village(t, 8000)
	o := linkage.Defaults()
	o.Workers, o.AtLeast = 2, .01
	result, err := linkage.Dedupe(records, o)
	if err != nil {
		t.Fatal(err)
	}
	bins, distance := reliability(result.Pairs, truth)
	for _, b := range bins {
		t.Logf("%.0f pairs: %.1f matches expected, %.0f observed", b.pairs, b.expected, b.observed)
	}
	if distance > .03 {
		t.Errorf("expected and observed shares are %.3f apart, want at most .03", distance)
	}
}
