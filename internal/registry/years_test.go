package registry_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
)

// edit submits values of a household that hold from a day, as an edit of a page at the stored version.
func (h *house) edit(t *testing.T, household int64, on clock.Day, set change.Values) change.Set {
	t.Helper()
	scope := h.scope(t, 2, access.HouseholdEdit)
	record, err := h.Changes.Subject(registry.SubjectHousehold).Load(ctx, scope, household, on)
	if err != nil {
		t.Fatal(err)
	}
	got, err := h.Changes.Submit(ctx, scope, change.Draft{Source: change.Page, Title: "edit", Reason: "visit", ValidOn: &on,
		Rows: []change.Row{{SubjectKind: registry.SubjectHousehold, Subject: household, BaseVer: record.Ver, Set: set}}})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// of opens a household's file with the answers of a year, 0 for the latest.
func (h *house) of(t *testing.T, household int64, year int) registry.File {
	t.Helper()
	f, err := h.Registry.OpenYear(ctx, h.scope(t, 2, access.HouseholdRead), household, year)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAnEditOfOneYearLeavesTheOthersAlone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t) // answers of 2013: 3 nets, a catch of 100
		id := h.find(t, "11001001").ID
		h.edit(t, id, clock.Date(2014, 6, 30), change.Values{"drift_nets": int64(5)})
		if f := h.of(t, id, 2013); f.Facts["drift_nets"] != int64(3) || f.Facts["catch_value"] != int64(100) {
			t.Errorf("the answers of 2013 became %v", f.Facts)
		}
		f := h.of(t, id, 2014)
		if _, copied := f.Facts["catch_value"]; copied || f.Facts["drift_nets"] != int64(5) {
			t.Errorf("the answers of 2014 are %v, want 5 nets and nothing else of the yearly section", f.Facts)
		}
		if f.Facts["lamp"] != true || fmt.Sprint(f.Years) != "[2014 2013]" || f.Answered["boats"] != 2014 {
			t.Errorf("file of 2014: %v, years %v, answered %v", f.Facts, f.Years, f.Answered)
		}
		h.edit(t, id, clock.Date(2013, 12, 31), change.Values{"drift_nets": int64(4)})
		if f := h.of(t, id, 2014); f.Facts["drift_nets"] != int64(5) {
			t.Errorf("correcting 2013 changed 2014 to %v", f.Facts)
		}
		if f := h.of(t, id, 0); f.Facts["drift_nets"] != int64(5) {
			t.Errorf("the file shows %v, want the latest year", f.Facts)
		}
		h.counts(t, "i.household.drift_nets.min", "5", 1)
		h.counts(t, "i.household.drift_nets.min", "4", 1)
		h.counts(t, "i.household.catch_value.min", "50", 0)
		h.edit(t, id, clock.Date(2014, 6, 30), change.Values{"drift_nets": nil}) // nobody was asked in 2014 after all
		h.counts(t, "i.household.catch_value.min", "50", 1)
	})
}

// counts expects a filter to select n households.
func (h *house) counts(t *testing.T, name, value string, n int64) {
	t.Helper()
	scope := h.scope(t, 2, access.HouseholdList)
	f, err := h.Registry.ParseFilter(ctx, scope, map[string][]string{name: {value}})
	if err != nil {
		t.Fatal(err)
	}
	if got, _, err := h.Registry.Count(ctx, scope, f); err != nil || got != n {
		t.Errorf("%s=%s selects %d households (%v), want %d", name, value, got, err, n)
	}
}

func TestAReviewedChangeIsAppliedToTheYearItWasSubmittedFor(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row := h.find(t, "11001001")
		on := clock.Date(2013, 12, 31)
		set, err := h.Changes.Submit(ctx, h.scope(t, 3, access.HouseholdEdit), change.Draft{Source: change.Page, Title: "status and nets", Reason: "visit", ValidOn: &on,
			Rows: []change.Row{{SubjectKind: "household", Subject: row.ID, BaseVer: row.Ver, Set: change.Values{"status": "refloated", "drift_nets": int64(9)}}}})
		if err != nil || set.State != change.Waiting {
			t.Fatalf("%+v %v", set, err)
		}
		decide := h.scope(t, 2, access.ChangeDecide)
		_, details, err := h.Changes.Get(ctx, decide, set.ID)
		if err != nil || details[0].Record.On != on || details[0].Fields[0].Stored != int64(3) {
			t.Fatalf("the review shows %+v (%v), want the answers of 2013", details, err)
		}
		if _, err := h.Changes.Approve(ctx, decide, set.ID, set.Ver, ""); err != nil {
			t.Fatal(err)
		}
		if f := h.of(t, row.ID, 2013); f.Facts["drift_nets"] != int64(9) || fmt.Sprint(f.Years) != "[2013]" {
			t.Errorf("after approval: %v of %v", f.Facts, f.Years)
		}
	})
}

func TestAStaleEditOfAnotherYearIsRefusedToo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row := h.find(t, "11001001")
		h.edit(t, row.ID, clock.Date(2014, 6, 30), change.Values{"drift_nets": int64(5)})
		on := clock.Date(2013, 12, 31)
		_, err := h.Changes.Submit(ctx, h.scope(t, 2, access.HouseholdEdit), change.Draft{Source: change.Page, Title: "edit", Reason: "visit", ValidOn: &on,
			Rows: []change.Row{{SubjectKind: "household", Subject: row.ID, BaseVer: row.Ver, Set: change.Values{"drift_nets": int64(1)}}}})
		if !fault.Is(err, fault.Stale) {
			t.Errorf("%v, want the edit refused as stale", err)
		}
	})
}

func TestAFileHoldsSeveralYearsOfAHousehold(t *testing.T) {
	m := households
	m.Year, m.Source = "year", "panel"
	const rows = "key,year,area,status,nets,lamp,catch\nk1,2012,11001001,stranded,1,yes,10\nk1,2013,11001001,stranded,2,yes,\nk1,2014,11001001,stranded,3,yes,30\nk2,,11001002,afloat,4,no,40\n"
	each(t, func(t *testing.T, h *house) {
		im, j := h.importCSV(t, 2, m, registry.Stop, rows)
		if c := j.Counts; im.State != registry.Imported || c.In != 4 || c.Created != 2 || c.Updated != 2 {
			report, _ := h.Registry.Report(ctx, h.scope(t, 2, access.ImportRun), im.ID, 0, 9)
			t.Fatalf("%s %+v %v", im.State, c, report)
		}
		id := h.find(t, "11001001").ID
		for year, want := range map[int]string{2012: "1 10", 2013: "2 <nil>", 2014: "3 30", 2011: "<nil> <nil>"} {
			f := h.of(t, id, year)
			if got := fmt.Sprint(f.Facts["drift_nets"], " ", f.Facts["catch_value"]); got != want {
				t.Errorf("the answers of %d are %s, want %s", year, got, want)
			}
		}
		if f := h.of(t, h.find(t, "11001002").ID, 0); f.Answered["boats"] != 2013 {
			t.Errorf("without a year the row is of %v, want that of the mapping's day", f.Answered)
		}
		if _, j := h.importCSV(t, 2, m, registry.Stop, rows); j.Counts.Unchanged != 4 {
			t.Errorf("again: %+v", j.Counts)
		}
		const wrong = "key,year,area,status,nets,lamp,catch\nk1,2012,11001001,stranded,1,yes,10\nk1,2012,11001001,stranded,1,yes,10\nk1,MMXII,11001001,stranded,1,yes,10\n"
		if _, j := h.importCSV(t, 2, m, registry.Skip, wrong); j.Counts.Rejected != 2 {
			t.Errorf("a year twice and a year that is none: %+v", j.Counts)
		}
	})
}

// Whatever is answered for whichever year, each year holds what was last said of it, and the file and the lists show
// the latest year that has an answer.
func TestEditsOfSeveralYearsEqualAMapOfMaps(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		id := h.find(t, "11001001").ID
		yearly := map[int]policy.Facts{2013: {"drift_nets": int64(3), "catch_value": int64(100)}}
		always := policy.Facts{"lamp": true}
		rapid.Check(t, func(r *rapid.T) {
			year := rapid.IntRange(2010, 2014).Draw(r, "year")
			set := change.Values{}
			for _, code := range []string{"drift_nets", "catch_value", "boats", "tide_share", "lamp"} {
				if !rapid.Bool().Draw(r, "sets "+code) {
					continue
				}
				var value any
				if rapid.IntRange(0, 3).Draw(r, "known") > 0 {
					value = map[string]any{"drift_nets": int64(rapid.IntRange(0, 40).Draw(r, "n")), "catch_value": int64(rapid.IntRange(0, 999).Draw(r, "n")),
						"boats": []string{"01"}, "tide_share": json.Number("0.5"), "lamp": rapid.Bool().Draw(r, "lamp")}[code]
				}
				set[code] = value
				into := always
				if code != "lamp" && code != "tide_share" {
					if yearly[year] == nil {
						yearly[year] = policy.Facts{}
					}
					into = yearly[year]
				}
				if into[code] = value; value == nil {
					delete(into, code)
				}
			}
			if len(set) == 0 {
				return
			}
			h.edit(t, id, clock.Date(year, rapid.IntRange(1, 12).Draw(r, "month"), 1), set)
			latest := 0
			for y, facts := range yearly {
				want := maps.Clone(always)
				maps.Copy(want, facts)
				if got := h.of(t, id, y).Facts; fmt.Sprint(got) != fmt.Sprint(want) {
					r.Fatalf("%d holds %v, want %v", y, got, want)
				}
				if len(facts) > 0 {
					latest = max(latest, y)
				}
			}
			want := maps.Clone(always)
			maps.Copy(want, yearly[latest])
			f := h.of(t, id, 0)
			if fmt.Sprint(f.Facts) != fmt.Sprint(want) {
				r.Fatalf("the file shows %v, want %v of %d", f.Facts, want, latest)
			}
			listed, err := h.Registry.ListedFacts(ctx, h.scope(t, 2, access.HouseholdList), []registry.Household{f.Household}, f.Pack.ItemsOf("household"))
			if err != nil {
				r.Fatal(err)
			}
			for code, value := range want {
				if got := listed[id]["household."+code]; fmt.Sprint(got) != fmt.Sprint(value) {
					r.Fatalf("lists show %s = %v, want %v", code, got, value)
				}
			}
			if n := len(slices.Collect(maps.Keys(listed[id]))); n != len(want) {
				r.Fatalf("lists show %v, want %v", listed[id], want)
			}
		})
	})
}
