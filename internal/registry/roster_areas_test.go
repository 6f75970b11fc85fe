package registry_test

import (
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/test/stand"
)

// N18: a place goes to another county; on the day the old county loses its households and the new one gains them.
func TestAPlaceThatMovesToAnotherCountyTakesItsHouseholdsAlongOnTheDay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		h.LoadAreas(t, areas+"12001002,Shoal of the South\n")
		row := h.find(t, "11001002")
		admin := stand.Scope(t, h.Caller(1, "admin", "administrator"), access.AreaEdit)
		day := h.Today + 1
		move := area.Change{From: 11001002, To: 12001002, Kind: area.Moved, Day: day}
		for name, wrong := range map[string]area.Change{
			"itself":      {From: 11001002, To: 11001002, Kind: area.Moved, Day: day},
			"a level up":  {From: 11001002, To: 12001000, Kind: area.Moved, Day: day},
			"by no kind":  {From: 11001002, To: 12001002, Kind: "vanish", Day: day},
			"from no one": {From: 11001009, To: 12001002, Kind: area.Moved, Day: day},
		} {
			if _, err := h.Areas.Announce(ctx, admin, wrong); !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.NotFound) {
				t.Errorf("to %s: %v", name, err)
			}
		}
		if _, err := h.Areas.Announce(ctx, admin, move); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Areas.Announce(ctx, admin, move); !fault.Is(err, fault.Conflict) {
			t.Errorf("announced twice: %v", err)
		}
		sees := func(account int64) bool {
			_, err := h.Registry.Open(ctx, h.scope(t, account, access.HouseholdRead), row.ID)
			return err == nil
		}
		if n, err := h.Registry.FollowAreas(ctx); err != nil || n != 0 || !sees(3) || sees(7) {
			t.Errorf("the day before: %d moved (%v), old county %v, new county %v", n, err, sees(3), sees(7))
		}
		before := h.souls(t)
		h.Clock.Set(day.Start(time.UTC))
		if n, err := h.Registry.FollowAreas(ctx); err != nil || n != 1 || sees(3) || !sees(7) {
			t.Errorf("on the day: %d moved (%v), old county %v, new county %v", n, err, sees(3), sees(7))
		}
		if n, err := h.Registry.FollowAreas(ctx); err != nil || n != 0 {
			t.Errorf("once more: %d moved (%v)", n, err)
		}
		h.sound(t)
		after := h.souls(t)
		if after["11"] != before["11"]-1 || after["12"] != before["12"]+1 || after[""] != before[""] {
			t.Errorf("counts %v became %v", before, after)
		}
		f, err := h.Registry.Open(ctx, h.scope(t, 7, access.HouseholdRead), row.ID)
		if err != nil || f.Number != row.Number || f.Home != row.Home || f.Area != 12001002 || f.HeadName != "Cy Shoal" {
			t.Errorf("the file: %+v (%v)", f.Household, err)
		}
		old, err := h.Areas.Get(ctx, admin, 11001002)
		if err != nil || old.To == nil || *old.To != day-1 {
			t.Errorf("the old area: %+v (%v)", old, err)
		}
		if _, err := h.report(t, row.ID, registry.Act{Code: "other_hamlet", Day: onDay, Area: 11001002}); !fault.Is(err, fault.Invalid) {
			t.Errorf("back to an area that has ended: %v", err)
		}
	})
}
