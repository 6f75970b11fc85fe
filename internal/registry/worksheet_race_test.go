package registry_test

import (
	"sync"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
)

func TestAWorksheetThatIsAcceptedByManyAtOnceIsEnteredOnce(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		f := h.farm(t)
		h.norms(t, "", registry.NormRow{Product: "oats", Yield: "30", Price: minor(100)})
		const people = 6
		var all sync.WaitGroup
		results := make(chan error, people)
		scope := h.scope(t, 2, access.HouseholdEdit)
		sheet, _ := h.worksheet(t, f.ID, 2013) // all have seen the same
		for range people {
			all.Go(func() {
				set, err := h.Registry.Prefill(ctx, scope, sheet, sheet.Ready(), "norms", "season")
				if err == nil && set.State != change.Applied {
					t.Errorf("accepted: %+v", set)
				}
				results <- err
			})
		}
		all.Wait()
		close(results)
		accepted := 0
		for err := range results {
			switch {
			case err == nil:
				accepted++
			case !fault.Is(err, fault.Stale):
				t.Errorf("too late: %v", err)
			}
		}
		if n := len(h.of(t, f.ID, 0).Entries); accepted != 1 || n != 3 {
			t.Errorf("%d acceptances went through and the household has %d entries, want 1 and 3", accepted, n)
		}
		again, _ := h.worksheet(t, f.ID, 2013)
		if set, err := h.Registry.Prefill(ctx, scope, again, sheet.Ready(), "norms", "season"); err != nil || set.State != change.Unchanged {
			t.Errorf("after it was entered: %+v %v", set, err)
		}
		h.norms(t, "", registry.NormRow{Product: "oats", Yield: "30", Price: minor(100)}, registry.NormRow{Product: "goats", Yield: "1", Price: minor(100)})
		later, _ := h.worksheet(t, f.ID, 2013)
		if set, err := h.Registry.Prefill(ctx, scope, later, later.Ready(), "norms", "season"); err != nil || set.State != change.Applied || later.Ver != 1 {
			t.Errorf("what became known later: %+v %v, version %d", set, err, later.Ver)
		}
	})
}
