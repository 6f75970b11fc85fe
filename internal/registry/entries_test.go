package registry_test

import (
	"fmt"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/test/stand"
)

// haven runs a test in a made-up country whose forms ask for dwellings, income and expenditure.
func haven(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	stand.Each(t, "2-3-3", func(t *testing.T, s *stand.Stand) { test(t, furnish(t, s, "testdata", "havenland")) })
}

var farms = registry.Mapping{Subject: "household", Source: "farm", Key: "key", Area: "area", Day: "2013-12-31", Year: "year",
	Columns: map[string]string{"status": "status", "oats": "oat_land", "goats": "goats", "roof": "dwelling.roof", "wage": "income[wage]", "food": "expenditure[food]"}}
var souls = registry.Mapping{Subject: "person", Source: "farm", Key: "key", Household: "hh", Day: "2013-12-31",
	Columns: map[string]string{"name": "name", "sex": "sex", "rel": "relation", "days": "well_days"}}

const farmRows = "key,year,area,status,oats,goats,roof,wage,food\nf1,2013,11001001,poor,2.5,3,reed,1000,400\nf2,2013,11001002,well,,,,,\n"
const soulRows = "key,hh,name,sex,rel,days\ns1,f1,Ann Oat,f,head,300\ns2,f1,Ben Oat,m,kin,\ns3,f2,Cat Rye,f,head,\n"

// farm imports two households and returns the one that has land, a dwelling and entries.
func (h *house) farm(t *testing.T) registry.File {
	t.Helper()
	h.importCSV(t, 2, farms, registry.Stop, farmRows)
	h.importCSV(t, 2, souls, registry.Stop, soulRows)
	return h.of(t, h.find(t, "11001001").ID, 0)
}

// submit makes one row of a page.
func (h *house) submit(t *testing.T, on clock.Day, row change.Row) (change.Set, error) {
	t.Helper()
	return h.Changes.Submit(ctx, h.scope(t, 3, access.HouseholdEdit), change.Draft{Source: change.Page, Title: "entry", Reason: "visit", ValidOn: &on, Rows: []change.Row{row}})
}

func TestEntriesAreAddedCorrectedAndEnded(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		f := h.farm(t)
		on, ann := clock.Date(2013, 12, 31), f.Members[0].Number
		set, err := h.submit(t, on, change.Row{SubjectKind: "income", Under: f.ID, Set: change.Values{"year": int64(2013), "class": "farm", "amount": int64(25050), "basis": "declared", "earned_from": "oats", "person": ann}})
		if err != nil || set.State != change.Applied {
			t.Fatalf("add: %+v %v", set, err)
		}
		entry := h.entry(t, f.ID, "farm")
		if entry.Minor != 25050 || entry.Source != "oats" || entry.Basis != "declared" || registry.Number(entry.Person) != ann || entry.From != clock.Date(2013, 1, 1) || entry.Currency != "HAV" || entry.Ver != 1 {
			t.Fatalf("added %+v", entry)
		}
		if _, err := h.submit(t, on, change.Row{SubjectKind: "income", Subject: entry.ID, BaseVer: 1, Set: change.Values{"amount": int64(30000), "person": nil}}); err != nil {
			t.Fatal(err)
		}
		if entry = h.entry(t, f.ID, "farm"); entry.Minor != 30000 || entry.Person != 0 || entry.Ver != 2 {
			t.Errorf("corrected %+v", entry)
		}
		income, _ := registry.Income(h.of(t, f.ID, 0).Entries, 2013)
		if income["farm"] != 30000 || income["wage"] != 100000 {
			t.Errorf("totals %v", income)
		}
		if _, err := h.submit(t, on, change.Row{SubjectKind: "income", Subject: entry.ID, BaseVer: 2, Set: change.Values{"ended": "2013-12-31"}}); err != nil {
			t.Fatal(err)
		}
		if n := len(h.of(t, f.ID, 0).Entries); n != 2 {
			t.Errorf("%d entries after the end of one, want the two of the file", n)
		}
		if _, details, err := h.Changes.Get(ctx, h.scope(t, 2, access.ChangeRead), set.ID); err != nil || details[0].Record.Ver != 3 {
			t.Errorf("the change that opened an ended entry: %+v %v", details, err)
		}
		if _, err := h.submit(t, on, change.Row{SubjectKind: "income", Subject: entry.ID, BaseVer: 3, Set: change.Values{"ended": nil}}); err != nil || h.entry(t, f.ID, "farm").Minor != 30000 {
			t.Errorf("taking the end back: %v", err)
		}
	})
}

// entry is the household's one entry of a class.
func (h *house) entry(t *testing.T, household int64, class string) registry.Entry {
	t.Helper()
	var found []registry.Entry
	for _, e := range h.of(t, household, 0).Entries {
		if e.Class == class {
			found = append(found, e)
		}
	}
	if len(found) != 1 {
		t.Fatalf("entries of class %s: %+v", class, found)
	}
	return found[0]
}

func TestAProtectedEntryIsOpenedBySecondPerson(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		f := h.farm(t)
		row := change.Row{SubjectKind: "expenditure", Under: f.ID, Set: change.Values{"year": int64(2013), "class": "farm_cost", "amount": int64(5000)}}
		set, err := h.submit(t, clock.Date(2013, 12, 31), row)
		if err != nil || set.State != change.Waiting || len(h.of(t, f.ID, 0).Entries) != 2 {
			t.Fatalf("%+v %v", set, err)
		}
		if waiting := h.of(t, f.ID, 0).Waiting; len(waiting) != 1 || waiting[0].ID != set.ID {
			t.Errorf("the file does not name the waiting change: %+v", waiting)
		}
		_, details, err := h.Changes.Get(ctx, h.scope(t, 2, access.ChangeRead), set.ID)
		if err != nil || details[0].Record.Ver != 0 || details[0].Record.Label != f.Number {
			t.Fatalf("review %+v %v", details, err)
		}
		if _, err := h.Changes.Approve(ctx, h.scope(t, 2, access.ChangeDecide), set.ID, set.Ver, ""); err != nil {
			t.Fatal(err)
		}
		if e := h.entry(t, f.ID, "farm_cost"); e.Minor != 5000 {
			t.Errorf("%+v", e)
		}
		if set, err = h.submit(t, clock.Date(2013, 12, 31), row); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Changes.Return(ctx, h.scope(t, 2, access.ChangeDecide), set.ID, set.Ver, "twice"); err != nil {
			t.Fatal(err)
		}
		if _, details, err = h.Changes.Get(ctx, h.scope(t, 2, access.ChangeRead), set.ID); err != nil || len(details) != 1 || len(h.of(t, f.ID, 0).Entries) != 3 {
			t.Errorf("a returned opening: %+v %v", details, err)
		}
	})
}

func TestEntriesThatAreNotInOrderAreRefused(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		f := h.farm(t)
		stranger := h.of(t, h.find(t, "11001002").ID, 0).Members[0].Number
		good := change.Values{"year": int64(2013), "class": "farm", "amount": int64(1)}
		for name, bad := range map[string]change.Values{"no class": {"class": nil}, "no amount": {"amount": nil}, "unknown class": {"class": "tribute"}, "below zero": {"amount": int64(-1)},
			"a stranger": {"person": stranger}, "no person": {"person": "7"}, "no day": {"ended": "soon"}, "no evidence": {"evidence": "{"}, "unknown field": {"colour": "red"}} {
			set := change.Values{}
			for _, values := range []change.Values{good, bad} {
				for field, value := range values {
					set[field] = value
				}
			}
			if _, err := h.submit(t, clock.Date(2013, 12, 31), change.Row{SubjectKind: "income", Under: f.ID, Set: set}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v, want it refused", name, err)
			}
		}
		south := h.scope(t, 7, access.HouseholdEdit)
		if _, err := h.Changes.Submit(ctx, south, change.Draft{Source: change.Page, Title: "x", Rows: []change.Row{{SubjectKind: "income", Under: f.ID, Set: good}}}); !fault.Is(err, fault.NotFound) {
			t.Errorf("opening an entry out of scope: %v", err)
		}
		if _, err := h.submit(t, clock.Date(2013, 12, 31), change.Row{SubjectKind: "household", Under: f.ID, Set: change.Values{"bell": true}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("opening a household in a household: %v", err)
		}
	})
}

func TestDwellingsAreEditedAYearAtATimeAndOpenedOnce(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		f := h.farm(t)
		d := f.Dwellings[0]
		if _, err := h.submit(t, clock.Date(2014, 12, 31), change.Row{SubjectKind: "dwelling", Subject: d.ID, BaseVer: d.Ver, Set: change.Values{"roof": "slate", "rooms": int64(3)}}); err != nil {
			t.Fatal(err)
		}
		if now, old := h.of(t, f.ID, 0).Dwellings[0], h.of(t, f.ID, 2013).Dwellings[0]; now.Facts["roof"] != "slate" || old.Facts["roof"] != "reed" || old.Facts["rooms"] != nil || now.Ver != 2 {
			t.Errorf("2014: %+v, 2013: %+v", now, old)
		}
		h.counts(t, "i.dwelling.roof", "slate", 1)
		bare := h.find(t, "11001002")
		open := change.Row{SubjectKind: "dwelling", Under: bare.ID, Set: change.Values{"roof": "reed"}}
		if set, err := h.submit(t, clock.Date(2014, 12, 31), open); err != nil || set.State != change.Applied {
			t.Fatalf("%+v %v", set, err)
		}
		if _, err := h.submit(t, clock.Date(2014, 12, 31), open); !fault.Is(err, fault.Stale) {
			t.Errorf("opening a second dwelling: %v", err)
		}
		if list := h.of(t, bare.ID, 0).Dwellings; len(list) != 1 || list[0].Facts["roof"] != "reed" {
			t.Errorf("dwellings %+v", list)
		}
	})
}

func TestAFileOfALaterYearBringsDwellingAndEntriesOfThatYear(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		f := h.farm(t)
		const later = "key,year,area,status,oats,goats,roof,wage,food\nf1,2014,11001001,poor,4,,slate,1200,\nf1,2013,11001001,poor,2.5,3,reed,1100,\n"
		if _, j := h.importCSV(t, 2, farms, registry.Stop, later); j.Counts.Updated != 2 {
			t.Fatalf("%+v %s", j.Counts, j.Error)
		}
		for year, want := range map[int]string{2013: "2.5 reed map[wage:110000] map[food:40000]", 2014: "4 slate map[wage:120000] map[]"} {
			g := h.of(t, f.ID, year)
			income, spent := registry.Income(g.Entries, year)
			if got := fmt.Sprint(g.Facts["oat_land"], " ", g.Dwellings[0].Facts["roof"], " ", income, " ", spent); got != want {
				t.Errorf("%d: %s, want %s", year, got, want)
			}
		}
		if _, j := h.importCSV(t, 2, farms, registry.Stop, later); j.Counts.Unchanged != 2 {
			t.Errorf("again: %+v", j.Counts)
		}
	})
}
