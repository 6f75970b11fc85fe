package registry_test

import (
	"slices"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// inLayers is how many keys lie in each layer.
func (h *house) inLayers(t *testing.T) [3]int64 {
	t.Helper()
	var n [3]int64
	for layer := range n {
		if err := store.One(ctx, h.Raw, "SELECT count(*) FROM find_key WHERE layer = $1", []any{layer}, &n[layer]); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

func TestWhileKeysAreSweptFromLayerToLayerEverybodyIsFoundAndNoKeyIsLost(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fillNames(t)
		before, found := h.keysToFindBy(t), h.search(t, 2, "王小明")
		if n := h.inLayers(t); len(found) == 0 || n[0] == 0 || n[1]+n[2] != 0 {
			t.Fatalf("%d keys in layers, %q found", n, found)
		}
		registry.SmallLayers(t, [2]int64{2, 5}, 7)
		var met [3]bool
		for range 200 {
			if err := h.Registry.SweepKeys(ctx); err != nil {
				t.Fatal(err)
			}
			for layer, n := range h.inLayers(t) {
				met[layer] = met[layer] || n > 0
			}
			if after := h.keysToFindBy(t); after != before {
				t.Fatalf("swept, the keys are\n%s\nthey were\n%s", after, before)
			}
			if again := h.search(t, 2, "王小明"); !slices.Equal(again, found) {
				t.Fatalf("found %q, before %q", again, found)
			}
		}
		if n := h.inLayers(t); n[0] > 2 || n[1] > 5 || n[2] == 0 || met != [3]bool{true, true, true} {
			t.Errorf("in the end %d keys lie in layers; met %v", n, met)
		}
	})
}

func TestASweptPersonIsRenamedWithoutLeavingAKeyBehind(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fillNames(t)
		registry.SmallLayers(t, [2]int64{0, 0}, 1000)
		for range 10 {
			if err := h.Registry.SweepKeys(ctx); err != nil {
				t.Fatal(err)
			}
		}
		swept := h.keysToFindBy(t)
		if n := h.inLayers(t); n[0]+n[1] != 0 {
			t.Fatalf("%d keys in layers", n)
		}
		row := h.find(t, "11001001")
		renamed := func(version int64, to string) {
			t.Helper()
			set, err := h.Changes.Submit(ctx, h.scope(t, 4, access.HouseholdEdit), change.Draft{Source: change.Page, Title: "name", Reason: "misspelt",
				Rows: []change.Row{{SubjectKind: "person", Subject: row.Head, BaseVer: version, Set: change.Values{"name": to}}}})
			if err != nil || set.State != change.Applied {
				t.Fatalf("%+v %v", set, err)
			}
		}
		was := row.HeadName
		renamed(1, "欧阳修远")
		if got := h.search(t, 4, was); len(got) != 0 {
			t.Errorf("found under the old name: %q", got)
		}
		if got := h.search(t, 4, "欧阳修远"); len(got) != 1 {
			t.Errorf("found under the new name: %q", got)
		}
		renamed(2, was)
		if after := h.keysToFindBy(t); after != swept {
			t.Errorf("renamed there and back, the keys are\n%s\nthey were\n%s", after, swept)
		}
	})
}
