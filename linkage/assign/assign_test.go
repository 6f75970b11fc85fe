package assign_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"rightkey/linkage/assign"
)

func TestTheSumCountsNotTheBestPair(t *testing.T) {
	edges := []assign.Edge{{0, 10, 9}, {0, 11, 8}, {1, 10, 8}}
	want := []assign.Edge{{0, 11, 8}, {1, 10, 8}}
	if got := assign.OneToOne(edges); !reflect.DeepEqual(got, want) {
		t.Errorf("OneToOne = %v, want %v", got, want)
	}
}

func TestARowMayStayAlone(t *testing.T) {
	if got := assign.OneToOne([]assign.Edge{{0, 10, -1}}); len(got) != 0 {
		t.Errorf("OneToOne of a pair with negative weight = %v, want none", got)
	}
}

// bestOf tries all choices.
func bestOf(edges []assign.Edge, left, right map[uint32]bool) float64 {
	if len(edges) == 0 {
		return 0
	}
	best := bestOf(edges[1:], left, right)
	e := edges[0]
	if left[e.Left] || right[e.Right] {
		return best
	}
	left[e.Left], right[e.Right] = true, true
	best = max(best, e.Weight+bestOf(edges[1:], left, right))
	delete(left, e.Left)
	delete(right, e.Right)
	return best
}

func TestNoOtherChoiceIsBetter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seen := map[[2]uint32]bool{}
		var edges []assign.Edge
		for range rapid.IntRange(0, 9).Draw(t, "edges") {
			l, r := rapid.Uint32Range(0, 3).Draw(t, "left"), rapid.Uint32Range(0, 3).Draw(t, "right")
			if !seen[[2]uint32{l, r}] {
				seen[[2]uint32{l, r}] = true
				edges = append(edges, assign.Edge{Left: l, Right: r, Weight: float64(rapid.IntRange(-3, 9).Draw(t, "weight"))})
			}
		}
		sum := 0.0
		for _, e := range assign.OneToOne(edges) {
			sum += e.Weight
		}
		if best := bestOf(edges, map[uint32]bool{}, map[uint32]bool{}); sum != best {
			t.Fatalf("the sum is %v, the best is %v of %v", sum, best, edges)
		}
	})
}
