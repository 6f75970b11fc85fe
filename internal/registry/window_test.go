package registry_test

import (
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
)

// window stores a window of the north for 2014 (today is the last day of 2014).
func (h *house) window(t *testing.T, w registry.Window) registry.Window {
	t.Helper()
	w.Year, w.Reference = 2014, clock.Date(2014, 12, 31)
	if w.Area == 0 {
		w.Area = 11000000
	}
	saved, err := h.Registry.SaveWindow(ctx, h.scope(t, 2, access.WindowEdit), w)
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

func TestAYearIsAnsweredWithinItsWindowOnly(t *testing.T) {
	until := clock.Date(2015, 1, 31)
	haven(t, func(t *testing.T, h *house) {
		f := h.farm(t)
		edit := func(account int64, on clock.Day) (change.Set, error) {
			file := h.of(t, f.ID, 0)
			return h.Changes.Submit(ctx, h.scope(t, account, access.HouseholdEdit), change.Draft{Source: change.Page, Title: "goats", Reason: "visit", ValidOn: &on,
				Rows: []change.Row{{SubjectKind: "household", Subject: f.ID, BaseVer: file.Ver, Set: change.Values{"goats": file.Ver + 10}}}})
		}
		w := h.window(t, registry.Window{Opens: clock.Date(2014, 12, 1), Locks: clock.Date(2014, 12, 31)})
		if set, err := edit(4, clock.Date(2014, 12, 31)); err != nil || set.State != change.Applied {
			t.Errorf("within: %+v %v", set, err)
		}
		w.Opens, w.Locks = clock.Date(2015, 1, 1), clock.Date(2015, 1, 31)
		w = h.window(t, w)
		if _, err := edit(2, clock.Date(2014, 12, 31)); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "from 2015-01-01 to 2015-01-31") {
			t.Errorf("before: %v", err)
		}
		if set, err := edit(4, clock.Date(2013, 12, 31)); err != nil || set.State != change.Applied {
			t.Errorf("a year without window: %+v %v", set, err)
		}
		w.Opens, w.Locks = clock.Date(2014, 11, 1), clock.Date(2014, 12, 30)
		w = h.window(t, w)
		if _, err := edit(2, clock.Date(2014, 12, 31)); !fault.Is(err, fault.Conflict) {
			t.Errorf("locked: %v", err)
		}
		w.LateUntil = &until
		w = h.window(t, w)
		if _, err := edit(4, clock.Date(2014, 12, 31)); !fault.Is(err, fault.Conflict) {
			t.Errorf("late, by somebody who may not be: %v", err)
		}
		set, err := edit(3, clock.Date(2014, 12, 31))
		if err != nil || set.State != change.Waiting {
			t.Fatalf("late: %+v %v, want it to wait for a second person", set, err)
		}
		if _, err := h.Changes.Approve(ctx, h.scope(t, 2, access.ChangeDecide), set.ID, set.Ver, ""); err != nil {
			t.Errorf("the second person: %v", err)
		}
		income := change.Row{SubjectKind: "income", Under: f.ID, Set: change.Values{"year": int64(2014), "class": "wage", "amount": int64(1)}}
		if set, err := h.submit(t, clock.Date(2014, 12, 31), income); err != nil || set.State != change.Waiting {
			t.Errorf("a late entry: %+v %v", set, err)
		}
		h.window(t, registry.Window{Area: 11001001, Section: "earning", Opens: clock.Date(2014, 1, 1), Locks: clock.Date(2014, 12, 31)})
		if set, err := h.submit(t, clock.Date(2014, 12, 31), income); err != nil || set.State != change.Applied {
			t.Errorf("the nearer window of the section: %+v %v", set, err)
		}
		if err := h.Registry.EndWindow(ctx, h.scope(t, 2, access.WindowEdit), w.ID, w.Ver); err != nil {
			t.Fatal(err)
		}
		if set, err := edit(4, clock.Date(2014, 12, 31)); err != nil || set.State != change.Applied {
			t.Errorf("after the window was taken back: %+v %v", set, err)
		}
	})
}

func TestImportsKeepToTheWindowRowByRow(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		h.farm(t)
		h.window(t, registry.Window{Area: 11001001, Opens: clock.Date(2015, 1, 1), Locks: clock.Date(2015, 1, 31)})
		const rows = "key,year,area,status,oats,goats,roof,wage,food\nf1,2014,11001001,poor,4,,,,\nf2,2014,11001002,well,4,,,,\nf3,2014,11001001,poor,,,,7,\nf4,2014,11001001,poor,,,slate,,\nf5,2014,11001001,poor,,,,,\nf6,2013,11001001,poor,4,,,,\n"
		im, j := h.importCSV(t, 2, farms, registry.Skip, rows)
		if c := j.Counts; c.In != 6 || c.Rejected != 3 || c.Created != 2 || c.Updated != 1 {
			t.Errorf("%+v", c)
		}
		report, err := h.Registry.Report(ctx, h.scope(t, 2, access.ImportRun), im.ID, 0, 9)
		if err != nil || len(report) != 3 || !strings.Contains(report[0].Problems[0].Reason, "collected from 2015-01-01") || report[0].Problems[0].Column != "year" {
			t.Errorf("%+v %v", report, err)
		}
	})
}

func TestHouseholdsAreListedByWhetherAYearWasAnswered(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		f := h.farm(t) // f1 has answers of 2013, f2 none
		h.counts(t, "answered", "2013", 1)
		h.counts(t, "unanswered", "2013", 1)
		h.counts(t, "answered", "2014", 0)
		h.counts(t, "unanswered", "2014", 2)
		for section, n := range map[string]int64{"fields": 1, "house": 1, "health": 1, "earning": 1, "spending": 1} {
			h.counts(t, "answered", "2013."+section, n)
		}
		h.edit(t, f.ID, clock.Date(2014, 1, 1), change.Values{"goats": int64(1)})
		h.counts(t, "answered", "2014.fields", 1)
		h.counts(t, "unanswered", "2014.earning", 2)
		scope := h.scope(t, 2, access.HouseholdList)
		for _, bad := range []string{"x", "14", "2014.hearth"} {
			filter, err := h.Registry.ParseFilter(ctx, scope, map[string][]string{"unanswered": {bad}})
			if err == nil {
				_, _, err = h.Registry.Count(ctx, scope, filter)
			}
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("unanswered=%s: %v", bad, err)
			}
		}
	})
}

func TestAWindowIsCheckedAndBelongsToItsArea(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		good := registry.Window{Area: 11000000, Year: 2014, Reference: clock.Date(2014, 12, 31), Opens: clock.Date(2014, 12, 1), Locks: clock.Date(2014, 12, 31)}
		early := clock.Date(2014, 12, 31)
		scope := h.scope(t, 2, access.WindowEdit)
		for name, spoil := range map[string]func(*registry.Window){"section": func(w *registry.Window) { w.Section = "hearth" }, "year": func(w *registry.Window) { w.Year = 14 },
			"reference": func(w *registry.Window) { w.Reference = clock.Date(2013, 1, 1) }, "locks": func(w *registry.Window) { w.Locks = w.Opens - 1 }, "late_until": func(w *registry.Window) { w.LateUntil = &early }} {
			w := good
			spoil(&w)
			if _, err := h.Registry.SaveWindow(ctx, scope, w); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v, want it refused", name, err)
			}
		}
		w := h.window(t, good)
		stale := w
		h.window(t, w)
		if _, err := h.Registry.SaveWindow(ctx, scope, stale); !fault.Is(err, fault.Stale) {
			t.Errorf("a stale window: %v", err)
		}
		south := h.scope(t, 7, access.WindowEdit)
		if _, err := h.Registry.SaveWindow(ctx, south, good); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a window of another county: %v", err)
		}
		if err := h.Registry.EndWindow(ctx, south, w.ID, 2); !fault.Is(err, fault.NotFound) {
			t.Errorf("ending a window of another county: %v", err)
		}
		if list, err := h.Registry.Windows(ctx, south); err != nil || len(list) != 0 {
			t.Errorf("the south sees %+v (%v)", list, err)
		}
		if list, err := h.Registry.Windows(ctx, h.scope(t, 4, access.HouseholdList)); err != nil || len(list) != 1 {
			t.Errorf("the village sees %+v (%v)", list, err)
		}
	})
}
