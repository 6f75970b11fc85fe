package registry_test

import (
	"reflect"
	"slices"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// lists is how many lists of late keys there are.
func (h *house) lists(t *testing.T) int64 {
	t.Helper()
	var n int64
	if err := store.One(ctx, h.Raw, "SELECT count(*) FROM find_late WHERE home > 0", nil, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (h *house) makeLate(t *testing.T, each int) {
	t.Helper()
	registry.LateLists(t)
	if err := h.Registry.MakeLate(ctx, each); err != nil {
		t.Fatal(err)
	}
	if n := h.inLayers(t); n != [3]int64{} || h.lists(t) == 0 {
		t.Fatalf("%d keys in layers, %d lists", n, h.lists(t))
	}
}

// writeLate writes some late keys at a time, and all there are; between is called after each time.
func (h *house) writeLate(t *testing.T, rows int, between func()) {
	t.Helper()
	for more := true; more; {
		var err error
		if more, err = h.Registry.WriteLate(ctx, rows); err != nil {
			t.Fatal(err)
		}
		if between != nil {
			between()
		}
	}
	if n := h.lists(t); n != 0 {
		t.Errorf("%d lists are left", n)
	}
}

// searched is what accounts find under names, with and without a mistake, and who is alike to everybody.
func (h *house) searched(t *testing.T) [][]string {
	t.Helper()
	var all [][]string
	for _, text := range []string{"王小明", "王小名", "wang xiaoming", "Aslam Khan", "Mohammad Aslm", "اسلم"} {
		for _, account := range []int64{2, 4} {
			all = append(all, h.search(t, account, text))
		}
	}
	persons, err := store.All(ctx, h.Raw, "SELECT id FROM person ORDER BY id", nil, func(r store.Rows, id *int64) error { return r.Scan(id) })
	if err != nil {
		t.Fatal(err)
	}
	asked, err := h.Registry.IdentitiesOf(ctx, persons)
	if err != nil {
		t.Fatal(err)
	}
	for i := range asked {
		asked[i].ID, asked[i].NationalID = 0, "" // as somebody new
	}
	alike, err := h.Registry.Alike(ctx, asked, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, others := range alike {
		names := []string{"alike to " + asked[i].Name}
		for _, other := range others {
			names = append(names, other.Name)
		}
		all = append(all, names)
	}
	return all
}

func TestWhoseKeysAreLateIsFoundLikeEverybodyAndNoKeyIsLost(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fillNames(t)
		before, found := h.keysToFindBy(t), h.searched(t)
		if len(found[0]) == 0 || len(found[len(found)-1]) < 2 {
			t.Fatalf("found are only %q", found)
		}
		h.makeLate(t, 2)
		same := func() {
			t.Helper()
			if again := h.searched(t); !reflect.DeepEqual(again, found) {
				t.Fatalf("found\n%q, before\n%q", again, found)
			}
		}
		same()
		h.writeLate(t, 5, same)
		if after := h.keysToFindBy(t); after != before {
			t.Errorf("written late, the keys are\n%s\nthey were\n%s", after, before)
		}
	})
}

func TestAWritingOfLateKeysThatWasInterruptedBeginsAnewAndWritesEachOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fillNames(t)
		before := h.keysToFindBy(t)
		h.makeLate(t, 3)
		for range 3 {
			if more, err := h.Registry.WriteLate(ctx, 5); err != nil || !more {
				t.Fatal(more, err)
			}
		}
		h.Registry.Anew()
		h.writeLate(t, 4, nil)
		if after := h.keysToFindBy(t); after != before {
			t.Errorf("the keys are\n%s\nthey were\n%s", after, before)
		}
	})
}

func TestAnImportLeavesNoKeysLate(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		registry.LateLists(t)
		h.fillNames(t)
		if n := h.inLayers(t); n[0] == 0 || h.lists(t) != 0 {
			t.Errorf("%d keys in layers, %d lists", n, h.lists(t))
		}
		if got := h.search(t, 2, "王小明"); len(got) == 0 {
			t.Error("nobody is found")
		}
	})
}

// rename gives the head of a household a name.
func (h *house) rename(t *testing.T, household string, version int64, to string) (was string) {
	t.Helper()
	row := h.find(t, household)
	set, err := h.Changes.Submit(ctx, h.scope(t, 4, access.HouseholdEdit), change.Draft{Source: change.Page, Title: "name", Reason: "misspelt",
		Rows: []change.Row{{SubjectKind: "person", Subject: row.Head, BaseVer: version, Set: change.Values{"name": to}}}})
	if err != nil || set.State != change.Applied {
		t.Fatalf("%+v %v", set, err)
	}
	return row.HeadName
}

func TestWhoseKeysAreLateIsRenamedWithoutAKeyThatComesBack(t *testing.T) {
	for when, written := range map[string]int{"before they are written": 0, "while they are written": 3} {
		t.Run(when, func(t *testing.T) {
			each(t, func(t *testing.T, h *house) {
				h.fillNames(t)
				before := h.keysToFindBy(t)
				h.makeLate(t, 3)
				h.searched(t) // the lists are read
				for range written {
					if more, err := h.Registry.WriteLate(ctx, 6); err != nil || !more {
						t.Fatal(more, err)
					}
				}
				was := h.rename(t, "11001001", 1, "欧阳修远")
				onlyNew := func() {
					t.Helper()
					if got := h.search(t, 4, was); slices.Contains(got, "same "+was) {
						t.Errorf("found under the old name: %q", got)
					}
					if got := h.search(t, 4, "欧阳修远"); len(got) != 1 {
						t.Errorf("found under the new name: %q", got)
					}
				}
				onlyNew()
				h.writeLate(t, 6, onlyNew)
				h.rename(t, "11001001", 2, was)
				if after := h.keysToFindBy(t); after != before {
					t.Errorf("renamed there and back, the keys are\n%s\nthey were\n%s", after, before)
				}
			})
		})
	}
}

func TestKeysThatAnotherProcessHasWrittenAreNotWrittenAgainForWhoIsRenamedSince(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fillNames(t)
		before := h.keysToFindBy(t)
		h.makeLate(t, 3)
		if more, err := h.Registry.WriteLate(ctx, 1); err != nil || !more {
			t.Fatal(more, err)
		}
		back := h.Registry.Anew()
		h.writeLate(t, 6, nil)
		was := h.rename(t, "11001001", 1, "欧阳修远")
		back()
		h.writeLate(t, 6, nil)
		h.rename(t, "11001001", 2, was)
		if after := h.keysToFindBy(t); after != before {
			t.Errorf("the keys are\n%s\nthey were\n%s", after, before)
		}
	})
}
