package community_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
	"rightkey/poverty/community"
)

func TestMeanPercentilesAreTakenOverTheRankersWhoKnowAHousehold(t *testing.T) {
	got, err := community.Borda([]community.Ranking{
		{"a", []string{"x", "y", "z"}}, {"b", []string{"y", "x"}}, {"c", []string{"z"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for household, want := range map[string]float64{"x": 0.5, "y": 0.25, "z": 1} {
		if got[household] != want {
			t.Errorf("%s at %v, want %v", household, got[household], want)
		}
	}
}

func TestRankingsOfOneMindGiveTheirOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 12).Draw(t, "households")
		order := make([]string, n)
		for k := range order {
			order[k] = fmt.Sprint(k)
		}
		rankings := make([]community.Ranking, rapid.IntRange(1, 4).Draw(t, "rankers"))
		for k := range rankings {
			rankings[k] = community.Ranking{Ranker: fmt.Sprint(k), Order: order}
		}
		welfare, err := community.PlackettLuce(rankings)
		if err != nil {
			t.Fatal(err)
		}
		for k := 1; k < n; k++ {
			if welfare[order[k]] <= welfare[order[k-1]] {
				t.Fatalf("%s at %v is not above %s at %v", order[k], welfare[order[k]], order[k-1], welfare[order[k-1]])
			}
		}
	})
}

func TestPlackettLuceFindsTheWelfareThatPicksWereMadeFrom(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	truth := []float64{-2, -1, -0.5, 0, 0.3, 1, 2.2}
	var rankings []community.Ranking
	for r := range 600 {
		type pick struct {
			k  int
			at float64
		}
		picks := make([]pick, len(truth))
		for k, w := range truth {
			picks[k] = pick{k, random.ExpFloat64() / math.Exp(-w)}
		}
		slices.SortFunc(picks, func(a, b pick) int { return map[bool]int{true: -1, false: 1}[a.at < b.at] })
		ranking := community.Ranking{Ranker: fmt.Sprint(r)}
		for _, p := range picks {
			ranking.Order = append(ranking.Order, fmt.Sprint(p.k))
		}
		rankings = append(rankings, ranking)
	}
	welfare, err := community.PlackettLuce(rankings)
	if err != nil {
		t.Fatal(err)
	}
	for k, w := range truth {
		if got := welfare[fmt.Sprint(k)]; math.Abs(got-w) > 0.25 {
			t.Errorf("household %d at %v, want %v", k, got, w)
		}
	}
}

func TestARankerWhoSaysTheOppositeAgreesWithNobody(t *testing.T) {
	got, err := community.Agreement([]community.Ranking{
		{"a", []string{"w", "x", "y", "z"}}, {"b", []string{"w", "x", "y", "z"}}, {"c", []string{"z", "y", "x", "w"}},
		{"d", []string{"w", "x", "z", "y"}},
	})
	if err != nil || got["c"] > -0.9 || got["a"] < 0.5 {
		t.Errorf("agreement %v (%v)", got, err)
	}
}

func TestTheShortlistSurveysOnlyTheLowestRanked(t *testing.T) {
	rank := []float64{1, 2, 3, 4, 5, 6}
	score := []float64{9, 1, 5, 0, 0, 0}
	selected, err := community.Shortlist(rank, score, 2, 1.5)
	if err != nil || !slices.Equal(selected, []bool{false, true, true, false, false, false}) {
		t.Errorf("selected %v (%v)", selected, err)
	}
}

func TestATiltTowardsTheConnectedIsFoundAndTakenOut(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 9))
	const n = 3000
	truth, connected := make([]float64, n), make([]bool, n)
	meeting, score := make([]float64, n), make([]float64, n)
	for i := range truth {
		truth[i] = random.NormFloat64()
		connected[i] = random.Float64() < 0.3
		meeting[i] = truth[i] + 0.5*random.NormFloat64()
		if connected[i] {
			meeting[i] -= 0.8 // leaders call their kin poorer than they are
		}
		score[i] = 3 + 0.5*truth[i] + 0.4*random.NormFloat64()
	}
	third := make([]float64, n)
	for i := range third {
		third[i] = truth[i] + random.NormFloat64()
	}
	welfare, readings, err := community.Latent([]community.Signal{{"meeting", meeting}, {"score", score}, {"third", third}}, connected, "score", "third")
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(readings[0].Tilt+0.8) > 0.15 {
		t.Errorf("tilt %v, want -0.8", readings[0].Tilt)
	}
	mean, people := 0.0, 0.0
	for i := range welfare {
		if connected[i] {
			mean += welfare[i] - truth[i]
			people++
		}
	}
	if math.Abs(mean/people) > 0.1 {
		t.Errorf("the connected are taken for poorer by %v", -mean/people)
	}
}

func TestARankingThatNamesAHouseholdTwiceIsRefused(t *testing.T) {
	bad := []community.Ranking{{"a", []string{"x", "x"}}}
	if _, err := community.Borda(bad); err == nil {
		t.Error("mean rank accepted it")
	}
	if _, err := community.PlackettLuce(bad); err == nil {
		t.Error("the model accepted it")
	}
}

func ExampleBorda() {
	ranks, err := community.Borda([]community.Ranking{{"headman", []string{"Ali", "Bano", "Chand"}}})
	fmt.Println(ranks["Bano"], err)
	// Output: 0.5 <nil>
}
