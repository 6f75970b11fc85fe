package registry_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/registry"
)

func TestWhatIsUsualInAVillageIsToldFromTenHouseholdsOn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.many(t, 44) // eleven in each of four villages
		scope := h.scope(t, 2, access.HouseholdRead)
		list, err := h.Registry.List(ctx, scope, registry.Filter{}, registry.Position{}, 1)
		if err != nil {
			t.Fatal(err)
		}
		norms, err := h.Registry.Norms(ctx, scope, list[0])
		if err != nil {
			t.Fatal(err)
		}
		nets, lamp := norms["household.drift_nets"], norms["household.lamp"]
		if nets.Households != 11 || nets.Median != 17 || lamp.Households != 11 || lamp.Mode != "true" || lamp.Share != 1 {
			t.Errorf("nets %+v, lamp %+v", nets, lamp)
		}
		for value, differs := range map[any]bool{int64(8): true, int64(9): false, int64(34): false, int64(35): true} {
			if nets.Differs(value) != differs {
				t.Errorf("%v nets differ: %v", value, !differs)
			}
		}
		h.followed(t)
		h.Clock.Set(h.Clock.Now().Add(11 * time.Minute)) // norms are not kept for longer
		if again, err := h.Registry.Norms(ctx, scope, list[0]); err != nil || !reflect.DeepEqual(again, norms) {
			t.Errorf("by the mirror %+v (%v), by the index %+v", again, err, norms)
		}
		if lamp.Differs(true) || !lamp.Differs(false) || nets.Differs(nil) || !nets.Differs(json.Number("99.5")) {
			t.Error("yes and no, unknown, or decimals are compared wrongly")
		}
	})
}

func TestFewHouseholdsHaveNoNorm(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.many(t, 36) // nine in each of four villages
		scope := h.scope(t, 2, access.HouseholdRead)
		list, err := h.Registry.List(ctx, scope, registry.Filter{}, registry.Position{}, 1)
		if err != nil {
			t.Fatal(err)
		}
		if norms, err := h.Registry.Norms(ctx, scope, list[0]); err != nil || len(norms) != 0 {
			t.Errorf("norms of nine households: %+v %v", norms, err)
		}
	})
}
