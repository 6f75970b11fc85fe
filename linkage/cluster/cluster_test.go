package cluster_test

import (
	"reflect"
	"testing"

	"rightkey/linkage/cluster"
)

// graph scores pairs by a table; all others are strangers.
func graph(edges []cluster.Edge) func(int, uint32, uint32) float64 {
	table := map[[2]uint32]float64{}
	for _, e := range edges {
		table[[2]uint32{e.Left, e.Right}] = float64(e.Weight)
	}
	return func(_ int, a, b uint32) float64 {
		if w, ok := table[[2]uint32{a, b}]; ok {
			return w
		}
		return -20
	}
}

func group(n int, edges []cluster.Edge, apart func(a, b uint32) bool) []uint32 {
	o := cluster.Defaults()
	o.Score, o.Apart = graph(edges), apart
	return cluster.Group(n, edges, o)
}

func TestOneWrongLinkDoesNotChainTwoGroups(t *testing.T) {
	edges := []cluster.Edge{{0, 1, 15}, {0, 2, 15}, {1, 2, 15}, {3, 4, 15}, {3, 5, 15}, {4, 5, 15}, {2, 3, 4}}
	if got, want := group(6, edges, nil), []uint32{0, 0, 0, 3, 3, 3}; !reflect.DeepEqual(got, want) {
		t.Errorf("Group = %v, want %v", got, want)
	}
}

func TestAMemberThatSharesLittleWithSomeIsKeptByTheOthers(t *testing.T) {
	edges := []cluster.Edge{{0, 1, 15}, {0, 2, 15}, {1, 2, 15}, {2, 3, 8}, {1, 3, -2}, {0, 3, -1}}
	if got, want := group(4, edges, nil), []uint32{0, 0, 0, 0}; !reflect.DeepEqual(got, want) {
		t.Errorf("Group = %v, want %v", got, want)
	}
}

func TestRecordsThatMustStayApartAreNeverTogether(t *testing.T) {
	edges := []cluster.Edge{{0, 1, 15}, {1, 2, 14}}
	apart := func(a, b uint32) bool { return min(a, b) == 0 && max(a, b) == 2 }
	o := cluster.Defaults()
	o.Score, o.Apart = func(int, uint32, uint32) float64 { return 0 }, apart
	if got, want := cluster.Group(3, edges, o), []uint32{0, 0, 2}; !reflect.DeepEqual(got, want) {
		t.Errorf("Group = %v, want %v", got, want)
	}
}

func TestALargeComponentIsCutAtItsWeakestEdges(t *testing.T) {
	var edges []cluster.Edge
	for i := range uint32(50) {
		edges = append(edges, cluster.Edge{Left: 2 * i, Right: 2*i + 1, Weight: 15})
		if i > 0 {
			edges = append(edges, cluster.Edge{Left: 2*i - 1, Right: 2 * i, Weight: 0})
		}
	}
	o := cluster.Defaults()
	o.Score, o.Largest = graph(edges), 10
	for row, first := range cluster.Group(100, edges, o) {
		if int(first) != row/2*2 {
			t.Fatalf("row %d is with row %d", row, first)
		}
	}
}
