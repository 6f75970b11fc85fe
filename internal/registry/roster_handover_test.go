package registry_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// ask has somebody ask another county to take over.
func (h *house) ask(t *testing.T, account, household int64, act registry.Act) change.Set {
	t.Helper()
	row, err := h.Registry.Open(ctx, h.scope(t, account, access.HouseholdRead), household)
	if err != nil {
		t.Fatal(err)
	}
	set, err := h.Registry.ReportAct(ctx, h.scope(t, account, access.HouseholdEdit), household, registry.Report{Source: change.Page, Reason: "told", Ver: row.Ver, Act: act})
	if err != nil || set.State != change.Waiting {
		t.Fatalf("asking: %+v %v %v", set, err, registry.ObjectionsOf(err))
	}
	return set
}

// knows says whether an account can open a person.
func (h *house) knows(t *testing.T, account, person int64) bool {
	t.Helper()
	_, _, err := h.Registry.OpenPerson(ctx, h.scope(t, account, access.HouseholdRead), person)
	if err != nil && !fault.Is(err, fault.NotFound) {
		t.Fatal(err)
	}
	return err == nil
}

// transferred reads the state of a transfer as its sender sees it.
func (h *house) transferred(t *testing.T, set int64) registry.Transfer {
	t.Helper()
	list, err := h.Registry.SentTransfers(ctx, h.scope(t, 2, access.ChangeRead), 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range list {
		if one.Set == set {
			return one
		}
	}
	t.Fatalf("transfer %d is not listed in %+v", set, list)
	return registry.Transfer{}
}

func TestOnePersonMarriesIntoAnotherCountyAndComesBack(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef, kelp := h.find(t, "11001001"), h.find(t, "12001001")
		bo := member(t, h.file(t, reef.ID), "Bo Reef")
		before := h.souls(t)
		set := h.ask(t, 3, reef.ID, registry.Act{Code: "wed_afar", Day: onDay, Persons: []int64{bo.ID}, Area: 12001001})
		if !h.knows(t, 3, bo.ID) || h.knows(t, 7, bo.ID) {
			t.Error("until it is accepted he stays where he is")
		}
		decide := h.scope(t, 7, access.ChangeDecide)
		_, _, reviewed, err := h.Registry.OpenTransfer(ctx, decide, set.ID)
		if err != nil || reviewed.Plan == nil || len(reviewed.Plan.Before[0].Seats) != 1 || len(reviewed.People) != 1 || reviewed.People[bo.ID].Name != "Bo Reef" {
			t.Fatalf("the receiving county sees %+v (%v), want the one who goes alone", reviewed, err)
		}
		for name, into := range map[string]*registry.Into{"nowhere": nil, "a household out of scope": {Target: reef.ID}, "no household": {Target: 1 << 40}} {
			_, err := h.Registry.AcceptTransfer(ctx, decide, set.ID, set.Ver, registry.Acceptance{Into: into})
			if found := registry.ObjectionsOf(err); !fault.Is(err, fault.Invalid) || len(found) != 1 || found[0].Field != "target" {
				t.Errorf("into %s: %v %v", name, err, found)
			}
		}
		if _, err := h.Registry.AcceptTransfer(ctx, decide, set.ID, set.Ver, registry.Acceptance{Into: &registry.Into{Target: kelp.ID, Relations: map[int64]string{bo.ID: "kin"}}}); err != nil {
			t.Fatal(err, registry.ObjectionsOf(err))
		}
		h.sound(t)
		if h.knows(t, 3, bo.ID) || !h.knows(t, 7, bo.ID) {
			t.Error("the old county still sees him, or the new one does not")
		}
		after := h.souls(t)
		if after["11"] != before["11"]-1 || after["12"] != before["12"]+1 || after[""] != before[""] {
			t.Errorf("counts %v became %v", before, after)
		}
		now := member(t, h.file(t, kelp.ID), "Bo Reef")
		if now.Number != bo.Number || now.Relation != "kin" || now.Home != kelp.Home {
			t.Errorf("in his new household %+v", now)
		}
		if found, err := h.Registry.Find(ctx, h.scope(t, 7, access.HouseholdList), registry.Query{Text: "Bo Reef"}, 5); err != nil || len(found) == 0 {
			t.Errorf("by name in the new county: %+v %v", found, err)
		}
		found, err := h.Registry.Find(ctx, h.scope(t, 3, access.HouseholdList), registry.Query{Text: "Bo Reef"}, 5)
		if err != nil || slices.ContainsFunc(found, func(hit registry.Hit) bool { return hit.Person != nil && hit.Person.ID == bo.ID }) {
			t.Errorf("by name in the old county: %+v %v", found, err)
		}
		if one := h.transferred(t, set.ID); one.State != registry.TransferDone || one.Persons != 1 {
			t.Errorf("the request: %+v", one)
		}
		back := h.ask(t, 7, kelp.ID, registry.Act{Code: "wed_afar", Day: onDay + 10, Persons: []int64{bo.ID}, Area: 11001001})
		if _, err := h.Registry.AcceptTransfer(ctx, h.scope(t, 2, access.ChangeDecide), back.ID, back.Ver, registry.Acceptance{Into: &registry.Into{Target: reef.ID}}); err != nil {
			t.Fatal(err)
		}
		h.sound(t)
		if again := member(t, h.file(t, reef.ID), "Bo Reef"); again.Number != bo.Number || again.Home != reef.Home || !h.knows(t, 3, bo.ID) || h.knows(t, 7, bo.ID) {
			t.Errorf("back again %+v", again)
		}
		var spells int64
		if err := store.One(ctx, h.Raw, "SELECT count(*) FROM membership WHERE person = $1", []any{bo.ID}, &spells); err != nil || spells != 3 {
			t.Errorf("his history has %d memberships (%v), want 3", spells, err)
		}
	})
}

func TestNobodySubmitsTheAnswerOfTheReceivingCounty(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.find(t, "11001001")
		_, err := h.Changes.Submit(ctx, h.scope(t, 2, access.HouseholdEdit), change.Draft{Source: change.Page, Title: "x", Reason: "x",
			Rows: []change.Row{{SubjectKind: registry.SubjectRoster, Subject: reef.ID, BaseVer: reef.Ver, Set: change.Values{registry.FieldInto: `{"target": 1}`, registry.FieldAct: `{"code": "wed_afar"}`}}}})
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("the sender answers himself: %v", err)
		}
	})
}

func TestAnAcceptedTransferWaitsForItsDay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.find(t, "11001001")
		day := h.Today + 20
		set := h.ask(t, 3, reef.ID, registry.Act{Code: "other_canton", Day: day, Area: 12001001})
		sees := func(account int64) bool {
			_, err := h.Registry.Open(ctx, h.scope(t, account, access.HouseholdRead), reef.ID)
			return err == nil
		}
		carry := func(want int) {
			t.Helper()
			if n, err := h.Registry.CarryOutTransfers(ctx); err != nil || n != want {
				t.Fatalf("carried out %d (%v), want %d", n, err, want)
			}
		}
		decide := h.scope(t, 7, access.ChangeDecide)
		accepted, err := h.Registry.AcceptTransfer(ctx, decide, set.ID, set.Ver, registry.Acceptance{Comment: "welcome"})
		if err != nil || accepted.State != change.Waiting {
			t.Fatalf("accepting before the day: %+v %v", accepted, err)
		}
		if _, err := h.Registry.AcceptTransfer(ctx, decide, set.ID, accepted.Ver, registry.Acceptance{}); !fault.Is(err, fault.Conflict) {
			t.Errorf("accepting twice: %v", err)
		}
		if _, err := h.Changes.Approve(ctx, h.scope(t, 5, access.ChangeDecide), set.ID, accepted.Ver, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("applying it before its day: %v", err)
		}
		if carry(0); !sees(3) || sees(7) || h.transferred(t, set.ID).State != registry.TransferAccepted {
			t.Errorf("before the day: %+v", h.transferred(t, set.ID))
		}
		h.act(t, reef.ID, registry.Act{Code: "born", Day: onDay, New: []registry.NewPerson{{Name: "Eve Reef", Birth: &onDay}}}) // what happens meanwhile goes along
		h.Clock.Set(day.Start(time.UTC))
		var all sync.WaitGroup // several processes come to the day at once
		for range 3 {
			all.Go(func() {
				if _, err := h.Registry.CarryOutTransfers(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if carry(0); sees(3) || !sees(7) {
			t.Error("on the day the old county still sees it, or the new one does not")
		}
		if one := h.transferred(t, set.ID); one.State != registry.TransferDone || one.Reopened != "" {
			t.Errorf("carried out at once by several: %+v", one)
		}
		h.sound(t)
		if f := h.file(t, reef.ID); f.Area != 12001001 || len(f.Members) != 3 {
			t.Errorf("the file %+v", f.Household)
		}
		var events int64
		if err := store.One(ctx, h.Raw, "SELECT count(*) FROM event WHERE kind = 'roster.changed' AND subject = $1", []any{reef.ID}, &events); err != nil || events != 2 {
			t.Errorf("%d changes in the journal (%v), want the birth and one transfer", events, err)
		}
	})
}

func TestAnAcceptanceThatIsNoLongerPossibleOnItsDayIsAskedForAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef, kelp := h.find(t, "11001001"), h.find(t, "12001001")
		bo := member(t, h.file(t, reef.ID), "Bo Reef")
		day := h.Today + 5
		set := h.ask(t, 3, reef.ID, registry.Act{Code: "wed_afar", Day: day, Persons: []int64{bo.ID}, Area: 12001001})
		decide := h.scope(t, 7, access.ChangeDecide)
		into := registry.Acceptance{Into: &registry.Into{Target: kelp.ID}}
		if _, err := h.Registry.AcceptTransfer(ctx, decide, set.ID, set.Ver, registry.Acceptance{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("accepting without a household: %v", err)
		}
		if _, err := h.Registry.AcceptTransfer(ctx, decide, set.ID, set.Ver, into); err != nil {
			t.Fatal(err)
		}
		h.act(t, reef.ID, registry.Act{Code: "drowned", Day: onDay, Evidence: "paper", Persons: []int64{bo.ID}})
		h.Clock.Set(day.Start(time.UTC))
		if n, err := h.Registry.CarryOutTransfers(ctx); err != nil || n != 0 {
			t.Fatalf("carried out %d (%v)", n, err)
		}
		one := h.transferred(t, set.ID)
		if one.State != registry.TransferAsked || one.Reopened != "impossible" {
			t.Errorf("the transfer of somebody who died: %+v", one)
		}
		h.Clock.Set((*one.Expires + 1).Start(time.UTC))
		if _, err := h.Registry.CarryOutTransfers(ctx); err != nil {
			t.Fatal(err)
		}
		if one := h.transferred(t, set.ID); one.State != registry.TransferExpired {
			t.Errorf("after its last day: %+v", one)
		}
		if _, err := h.Registry.AcceptTransfer(ctx, decide, set.ID, set.Ver, into); !fault.Is(err, fault.NotFound) {
			t.Errorf("accepting what has expired: %v", err)
		}
		if n, err := h.Registry.CarryOutTransfers(ctx); err != nil || n != 0 {
			t.Errorf("once more: %d %v", n, err)
		}
	})
}

func TestWhoMayNoLongerDecideOnTheDayHasNotAccepted(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.find(t, "11001001")
		day := h.Today + 5
		set := h.ask(t, 3, reef.ID, registry.Act{Code: "other_canton", Day: day, Area: 12001001})
		if _, err := h.Registry.AcceptTransfer(ctx, h.scope(t, 7, access.ChangeDecide), set.ID, set.Ver, registry.Acceptance{}); err != nil {
			t.Fatal(err)
		}
		south := h.accounts[7]
		h.accounts[7] = h.Caller(7, "person-7", "analyst@12000000")
		h.Clock.Set(day.Start(time.UTC))
		if n, err := h.Registry.CarryOutTransfers(ctx); err != nil || n != 0 || h.transferred(t, set.ID).Reopened != "nobody" {
			t.Errorf("carried out %d (%v): %+v", n, err, h.transferred(t, set.ID))
		}
		h.accounts[7] = south
		now, err := h.Changes.Summary(ctx, h.scope(t, 2, access.ChangeRead), set.ID)
		if err != nil {
			t.Fatal(err)
		}
		if done, err := h.Registry.AcceptTransfer(ctx, h.scope(t, 7, access.ChangeDecide), set.ID, now.Ver, registry.Acceptance{}); err != nil || done.State != change.Applied {
			t.Errorf("accepted on the day itself: %+v %v", done, err)
		}
	})
}
