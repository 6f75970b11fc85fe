package registry_test

import (
	"slices"
	"sync"
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

// Layers without keys are left out for many; keys that move into one of them in the meantime are found all the same.
func TestManyAreMetWhileTheirKeysMoveIntoALayerThatWasEmpty(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fillNames(t)
		persons, err := store.All(ctx, h.Raw, "SELECT id FROM person ORDER BY id", nil, func(r store.Rows, id *int64) error { return r.Scan(id) })
		if err != nil {
			t.Fatal(err)
		}
		one, err := h.Registry.IdentitiesOf(ctx, persons)
		if err != nil {
			t.Fatal(err)
		}
		asked := slices.Repeat(one, 20)
		for i := range asked {
			asked[i].ID, asked[i].NationalID = 0, "" // as somebody new
		}
		moved := func(from, to int) {
			if err := h.Raw.Tx(ctx, func(tx store.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE find_key SET layer = $2 WHERE layer = $1", from, to)
				return err
			}); err != nil {
				t.Error(err)
			}
		}
		for range 30 {
			var moving sync.WaitGroup
			moving.Go(func() { moved(0, 1); moved(1, 2) })
			for n := range 3 {
				alike, err := h.Registry.Alike(ctx, asked, nil)
				if err != nil {
					t.Fatal(err)
				}
				for i, met := range alike {
					if !slices.ContainsFunc(met, func(other registry.Identity) bool { return other.Name == asked[i].Name }) {
						t.Fatalf("asked for the %d. time, %d meets %d others, not the one of his name", n+1, i, len(met))
					}
				}
			}
			moving.Wait()
			moved(2, 0)
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
