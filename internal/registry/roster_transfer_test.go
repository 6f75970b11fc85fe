package registry_test

import (
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/test/stand"
)

// handOver has the north's clerk ask the south to take a household over.
func (h *house) handOver(t *testing.T, row registry.Household) change.Set {
	t.Helper()
	set, err := h.Registry.ReportAct(ctx, h.scope(t, 3, access.HouseholdEdit), row.ID, registry.Report{Source: change.Page, Reason: "moved", Ver: row.Ver,
		Act: registry.Act{Code: "other_canton", Day: onDay, Area: 12001001}})
	if err != nil || set.State != change.Waiting {
		t.Fatalf("asking: %+v %v", set, err)
	}
	return set
}

func TestAHouseholdIsHandedOverByTwoPeopleOfTwoCounties(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row := h.find(t, "11001001")
		ana := member(t, h.file(t, row.ID), "Ana Reef")
		set := h.handOver(t, row)
		sees := func(account int64) bool {
			_, err := h.Registry.Open(ctx, h.scope(t, account, access.HouseholdRead), row.ID)
			if err != nil && !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
			return err == nil
		}
		if !sees(3) || sees(7) {
			t.Error("until it is accepted the household stays with its old county")
		}
		if list, err := h.Registry.Transfers(ctx, h.scope(t, 3, access.ChangeDecide), 10); err != nil || len(list) != 0 {
			t.Errorf("the old county is asked to accept: %+v %v", list, err)
		}
		decide := h.scope(t, 7, access.ChangeDecide)
		list, err := h.Registry.Transfers(ctx, decide, 10)
		if err != nil || len(list) != 1 || list[0].Set != set.ID || list[0].Number != row.Number || list[0].Members != 2 {
			t.Fatalf("transfers of the receiving county: %+v %v", list, err)
		}
		_, opened, reviewed, err := h.Registry.OpenTransfer(ctx, decide, set.ID)
		if err != nil || reviewed.Plan == nil || reviewed.Plan.After[0].Area != 12001001 || len(reviewed.Plan.After[0].Seats) != 2 {
			t.Fatalf("opened %+v %+v %v", opened, reviewed, err)
		}
		north := h.Caller(8, "person-8", "county-office@11000000")
		if _, err := h.Changes.Approve(ctx, stand.Scope(t, north, access.ChangeDecide), set.ID, set.Ver, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the old county decides for the new one: %v", err)
		}
		twin := h.Caller(9, "person-3", "county-office@12000000")
		if _, err := h.Registry.AcceptTransfer(ctx, stand.Scope(t, twin, access.ChangeDecide), set.ID, set.Ver, registry.Acceptance{}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the same person accepts with an account of the other county: %v", err)
		}
		if _, err := h.Registry.AcceptTransfer(ctx, decide, set.ID, set.Ver, registry.Acceptance{Comment: "welcome"}); err != nil {
			t.Fatal(err)
		}
		h.sound(t)
		if sees(3) || !sees(7) {
			t.Error("once it is accepted the household belongs to its new county alone")
		}
		f, err := h.Registry.Open(ctx, h.scope(t, 7, access.HouseholdRead), row.ID)
		if err != nil || f.Number != row.Number || f.Home != row.Home || f.Area != 12001001 || member(t, f, "Ana Reef").Number != ana.Number {
			t.Errorf("the file in its new county: %+v %v", f.Household, err)
		}
		if len(f.Statuses) != 1 || len(f.Events) < 3 {
			t.Errorf("its history: %+v, %d events", f.Statuses, len(f.Events))
		}
		var covered int64
		if err := store.One(ctx, h.Raw, "SELECT count(*) FROM home_area WHERE home = $1 AND lo <= $2 AND hi >= $2", []any{row.Home, int64(12001001)}, &covered); err != nil || covered != 1 {
			t.Errorf("the home is bound to the new area %d times (%v)", covered, err)
		}
		if _, err := h.Changes.Summary(ctx, h.scope(t, 3, access.ChangeRead), set.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the old county still reads how it was decided: %v", err)
		}
		if list, err := h.Registry.Transfers(ctx, decide, 10); err != nil || len(list) != 0 {
			t.Errorf("transfers that wait: %+v %v", list, err)
		}
	})
}

func TestATransferIsReturnedOrWithdrawnAndNothingMoves(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row := h.find(t, "11001001")
		before := h.souls(t)
		set := h.handOver(t, row)
		if _, err := h.Registry.RefuseTransfer(ctx, h.scope(t, 7, access.ChangeDecide), set.ID, set.Ver, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("returned without a word: %v", err)
		}
		if _, err := h.Registry.RefuseTransfer(ctx, h.scope(t, 7, access.ChangeDecide), set.ID, set.Ver, "not here"); err != nil {
			t.Fatal(err)
		}
		set = h.handOver(t, row)
		if _, err := h.Changes.Withdraw(ctx, h.scope(t, 3, access.ChangeRead), set.ID, set.Ver, "they stay"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Registry.AcceptTransfer(ctx, h.scope(t, 7, access.ChangeDecide), set.ID, set.Ver+1, registry.Acceptance{}); !fault.Is(err, fault.NotFound) {
			t.Errorf("accepting what was withdrawn: %v", err)
		}
		if after := h.souls(t); after["11"] != before["11"] || after["12"] != before["12"] {
			t.Errorf("counts %v became %v", before, after)
		}
	})
}

func TestATransferOfAHouseholdThatMovedOnIsLookedAtAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row := h.find(t, "11001001")
		set := h.handOver(t, row)
		h.act(t, row.ID, registry.Act{Code: "born", Day: onDay, New: []registry.NewPerson{{Name: "Eve Reef", Birth: &onDay}}})
		decide := h.scope(t, 7, access.ChangeDecide)
		if _, err := h.Registry.AcceptTransfer(ctx, decide, set.ID, set.Ver, registry.Acceptance{}); !fault.Is(err, fault.Stale) {
			t.Fatalf("accepting at once: %v", err)
		}
		_, now, reviewed, err := h.Registry.OpenTransfer(ctx, decide, set.ID)
		if err != nil || len(reviewed.Plan.After[0].Seats) != 3 {
			t.Fatalf("opened again: %+v %v", reviewed, err)
		}
		if _, err := h.Registry.AcceptTransfer(ctx, decide, set.ID, now.Ver, registry.Acceptance{}); err != nil {
			t.Fatal(err)
		}
		h.sound(t)
		if souls := h.souls(t); souls["11"] != 1 || souls["12"] != 4 {
			t.Errorf("counts %v", souls)
		}
	})
}

func TestWhatIsOutOfScopeIsAbsentFromActs(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		near, far := h.find(t, "12001001"), h.find(t, "11001001")
		bo := member(t, h.file(t, far.ID), "Bo Reef")
		di := member(t, h.file(t, near.ID), "Di Kelp")
		edit := h.scope(t, 7, access.HouseholdEdit)
		never := registry.Act{Code: "wed", Day: onDay, Persons: []int64{di.ID}, Target: 1 << 40}
		there := never
		there.Target = far.ID
		_, unknown := h.Registry.PreviewAct(ctx, edit, near.ID, never)
		_, hidden := h.Registry.PreviewAct(ctx, edit, near.ID, there)
		if unknown == nil || hidden == nil || unknown.Error() != hidden.Error() {
			t.Errorf("a household out of scope is told from one that never was: %v, %v", hidden, unknown)
		}
		_, err := h.Registry.PreviewAct(ctx, edit, near.ID, registry.Act{Code: "washed_in", Day: onDay, Persons: []int64{bo.ID}})
		if found := registry.ObjectionsOf(err); len(found) != 1 || found[0].Code != "no_person" {
			t.Errorf("a person out of scope: %v", err)
		}
		if _, err := h.Registry.PreviewAct(ctx, edit, far.ID, registry.Act{Code: "gone_out", Day: onDay}); !fault.Is(err, fault.NotFound) {
			t.Errorf("an act on a household out of scope: %v", err)
		}
	})
}

func TestOfTwoActsAtOnceOnAHouseholdOneIsStale(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row := h.find(t, "11001001")
		bo := member(t, h.file(t, row.ID), "Bo Reef")
		to := h.find(t, "11001002")
		acts := []registry.Act{
			{Code: "sailed_off", Day: onDay, Persons: []int64{bo.ID}},
			{Code: "wed", Day: onDay, Persons: []int64{bo.ID}, Target: to.ID},
		}
		results := make(chan error, len(acts))
		for _, act := range acts {
			scope := h.scope(t, 2, access.HouseholdEdit)
			go func() {
				_, err := h.Registry.ReportAct(ctx, scope, row.ID, registry.Report{Source: change.Page, Reason: "visit", Ver: row.Ver, Act: act})
				results <- err
			}()
		}
		first, second := <-results, <-results
		if (first == nil) == (second == nil) || !fault.Is(first, fault.Stale) && !fault.Is(second, fault.Stale) {
			t.Errorf("two acts at once: %v and %v, want one stored and one stale", first, second)
		}
		h.sound(t)
	})
}
