package linkage_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"rightkey/linkage"
)

func TestHouseholdsRegisteredTwiceAreTold(t *testing.T) {
	b, err := linkage.NewBuilder([]linkage.Field{{Name: "name", Kind: linkage.Name}})
	if err != nil {
		t.Fatal(err)
	}
	for _, household := range []string{"a", "a", "a", "b", "b", "b", "c", "c"} {
		b.Add([]string{"x"}, household)
	}
	pairs := []linkage.Pair{
		{Left: 0, Right: 3, Probability: 1}, {Left: 1, Right: 4, Probability: .9}, {Left: 1, Right: 5, Probability: .6},
		{Left: 2, Right: 5, Probability: .9}, {Left: 0, Right: 6, Probability: .8}, {Left: 0, Right: 1, Probability: 1},
	}
	found := linkage.Households(b.Finish(), pairs)
	if len(found) != 2 {
		t.Fatalf("%d pairs of households, want 2", len(found))
	}
	if h := found[0]; h.Left != "a" || h.Right != "b" || h.Overlap != linkage.SameHousehold || len(h.Members) != 3 {
		t.Errorf("the first pair is %+v", h)
	}
	if h := found[1]; h.Right != "c" || h.Overlap != linkage.SharedMember {
		t.Errorf("the second pair is %+v", h)
	}
}

func TestEntitiesKeepTheirNumbers(t *testing.T) {
	got := linkage.KeepNumbers([]uint32{0, 0, 2, 3, 4, 4}, []int64{7, 8, 7, 0, 0, 9}, 100)
	want := linkage.Renumbering{
		Entity: []int64{7, 7, 100, 101, 9, 9},
		Merged: []linkage.Merge{{Ended: 8, Into: 7}},
		Split:  []linkage.Part{{New: 100, From: 7}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("KeepNumbers = %+v, want %+v", got, want)
	}
}

func TestNumbersAreOnePerGroup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "rows")
		owner, former := make([]uint32, n), make([]int64, n)
		for i := range owner {
			owner[i] = owner[rapid.IntRange(0, i).Draw(t, "with")]
			if rapid.Bool().Draw(t, "alone") {
				owner[i] = uint32(i)
			}
			former[i] = rapid.Int64Range(0, 4).Draw(t, "former")
		}
		r := linkage.KeepNumbers(owner, former, 50)
		groupOf := map[int64]uint32{}
		for row, number := range r.Entity {
			if group, ok := groupOf[number]; ok && group != owner[row] || number == 0 {
				t.Fatalf("number %d of row %d: groups %v, numbers %v", number, row, owner, r.Entity)
			}
			groupOf[number] = owner[row]
			if other := r.Entity[owner[row]]; other != number {
				t.Fatalf("rows %d and %d of one group have numbers %d and %d", row, owner[row], number, other)
			}
		}
	})
}
