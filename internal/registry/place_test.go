package registry_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

const reef, north = 11001001, 11000000

// answer submits answers of an area's form for a year and says what became of them.
func (h *house) answer(t *testing.T, account, key int64, year int, set change.Values) change.Set {
	t.Helper()
	scope := h.scope(t, account, access.HouseholdEdit)
	at, err := h.Registry.OpenPlace(ctx, scope, key)
	if err != nil {
		t.Fatal(err)
	}
	day := clock.Date(year, 12, 31)
	result, err := h.Changes.Submit(ctx, scope, change.Draft{Source: change.Page, Title: "form", Reason: "visit", ValidOn: &day,
		Rows: []change.Row{{SubjectKind: at.Kind, Subject: at.ID, BaseVer: at.Ver, Set: set}}})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func (h *house) formOf(t *testing.T, account, key int64, year int) registry.Place {
	t.Helper()
	at, err := h.Registry.Place(ctx, h.scope(t, account, access.AreaRead), key, year)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestTheFormOfAnAreaKeepsItsYears(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		if at := h.formOf(t, 2, reef, 0); at.Kind != "hamlet" || at.ID != 0 || len(at.Facts) != 0 {
			t.Errorf("before the first answer: %+v", at)
		}
		for year, hearths := range map[int]int64{2012: 40, 2013: 41} {
			if set := h.answer(t, 4, reef, year, change.Values{"hearths": hearths, "jetty": year == 2013}); set.State != change.Applied {
				t.Errorf("%d: %s", year, set.State)
			}
		}
		if at := h.formOf(t, 2, reef, 0); at.Facts["hearths"] != int64(41) || at.Answered["shore"] != 2013 || fmt.Sprint(at.Years) != "[2013 2012]" || at.Ver != 3 {
			t.Errorf("latest: %+v", at)
		}
		if at := h.formOf(t, 2, reef, 2012); at.Facts["hearths"] != int64(40) || at.Facts["jetty"] != false {
			t.Errorf("2012: %v", at.Facts)
		}
		if set := h.answer(t, 2, north, 2013, change.Values{"dues": int64(900)}); set.State != change.Applied {
			t.Errorf("the canton: %s", set.State)
		}
		var events int64
		everything := access.System("the test counts events")
		if err := store.One(ctx, h.DB.In(everything), "SELECT count(*) FROM event WHERE {checked} AND subject_kind = 'hamlet' AND area = $1", []any{reef}, &events); err != nil || events != 3 {
			t.Errorf("%d events of the hamlet, %v; want opened and changed twice", events, err)
		}
	})
}

func TestTheFormOfAnAreaObeysScopeClassAndSecondPerson(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.answer(t, 2, reef, 2013, change.Values{"hearths": int64(2)})
		if _, err := h.Registry.Place(ctx, h.scope(t, 7, access.AreaRead), reef, 0); !fault.Is(err, fault.NotFound) {
			t.Errorf("the other county sees the form: %v", err)
		}
		if _, err := h.Registry.OpenPlace(ctx, h.scope(t, 4, access.HouseholdEdit), north); !fault.Is(err, fault.NotFound) {
			t.Errorf("a village official opens the form of the canton: %v", err)
		}
		if _, err := h.Registry.Place(ctx, h.scope(t, 2, access.AreaRead), 11001000, 0); !fault.Is(err, fault.NotFound) {
			t.Errorf("a level without a form: %v", err)
		}
		scope := h.scope(t, 4, access.HouseholdEdit)
		at := h.formOf(t, 4, reef, 0)
		_, err := h.Changes.Submit(ctx, scope, change.Draft{Source: change.Page, Title: "form", Reason: "visit",
			Rows: []change.Row{{SubjectKind: "hamlet", Subject: at.ID, BaseVer: at.Ver, Set: change.Values{"wreck_secret": "in the cove"}}}})
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("a field that one may not see was set: %v", err)
		}
		if set := h.answer(t, 4, reef, 2013, change.Values{"stranded_share": json.Number("50")}); set.State != change.Waiting {
			t.Errorf("a protected figure: %s", set.State)
		}
		for _, kind := range []string{"boat", "canton"} {
			_, err := h.Changes.Submit(ctx, scope, change.Draft{Source: change.Page, Title: "form", Reason: "visit", Rows: []change.Row{{SubjectKind: kind, Subject: at.ID, BaseVer: 1, Set: change.Values{"dues": int64(1)}}}})
			if err == nil {
				t.Errorf("a hamlet was changed as a %s", kind)
			}
		}
	})
}

func TestStatedFiguresStandBesideTheRegistersOwn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		scope := h.scope(t, 2, access.HouseholdList)
		tally, err := h.Registry.Tally(ctx, scope, reef)
		if err != nil || tally != (registry.Tally{Households: 1, Persons: 2, PoorHouseholds: 1, PoorPersons: 2}) {
			t.Fatalf("%+v %v", tally, err)
		}
		if wide, err := h.Registry.Tally(ctx, scope, north); err != nil || wide.Households != 2 || wide.Persons != 3 || wide.PoorPersons != 2 {
			t.Errorf("the canton: %+v %v", wide, err)
		}
		h.answer(t, 2, reef, 2013, change.Values{"hearths": int64(3)})
		for _, s := range h.formOf(t, 2, reef, 0).Compare(tally) {
			switch s.Item.Code {
			case "hearths":
				if s.Value != int64(3) || s.Counted != 1 || !s.Differs(0.05) || s.Differs(2) {
					t.Errorf("%+v", s)
				}
			case "stranded_share":
				if s.Value != nil || s.Counted != 100 || s.Differs(0) {
					t.Errorf("%+v", s)
				}
			default:
				t.Errorf("%s is not counted", s.Item.Code)
			}
		}
		if none := (registry.Tally{}).Count("poor_rate"); !math.IsNaN(none) {
			t.Errorf("the rate of nobody is %v", none)
		}
	})
}

func TestARateHasThePopulationOfTheFormBelowItsLine(t *testing.T) {
	pack := &policy.Pack{Items: []*policy.Item{{Subject: "hamlet", Code: "souls", Kind: policy.Int, Counts: "persons"}, {Subject: "hamlet", Code: "share", Kind: policy.Decimal, Counts: "poor_rate"}}}
	tally := registry.Tally{Persons: 50, PoorPersons: 25}
	for _, c := range []struct {
		souls policy.Value
		rate  float64
	}{{nil, 50}, {int64(0), 50}, {int64(500), 5}} {
		for _, s := range (registry.Place{Kind: "hamlet", Pack: pack, Facts: policy.Facts{"souls": c.souls}}).Compare(tally) {
			if s.Item.Code == "share" && s.Counted != c.rate {
				t.Errorf("25 poor of 50 registered and %v souls are %v %%, want %v", c.souls, s.Counted, c.rate)
			}
		}
	}
}

func TestFormsOfAreasComeByFile(t *testing.T) {
	forms := registry.Mapping{Subject: "hamlet", Source: "forms", Key: "code", Year: "year", Day: "2013-12-31", Columns: map[string]string{"hearths": "hearths", "jetty": "jetty"}}
	const rows = "code,year,hearths,jetty\n11001001,2012,40,no\n11001001,2013,41,yes\n11001002,2013,7,\n11001,2013,5,no\n99,2013,1,no\n"
	each(t, func(t *testing.T, h *house) {
		im, j := h.importCSV(t, 3, forms, registry.Skip, rows)
		if im.State != registry.Imported || j.Counts.Created != 2 || j.Counts.Updated != 1 || j.Counts.Rejected != 2 {
			report, _ := h.Registry.Report(ctx, h.scope(t, 3, access.ImportRun), im.ID, 0, 100)
			t.Fatalf("%s %+v %s %+v", im.State, j.Counts, j.Error, report)
		}
		if at := h.formOf(t, 2, reef, 2012); at.Facts["hearths"] != int64(40) || fmt.Sprint(at.Years) != "[2013 2012]" {
			t.Errorf("%+v", at)
		}
		if _, j := h.importCSV(t, 3, forms, registry.Skip, rows); j.Counts.Unchanged != 3 {
			t.Errorf("again: %+v", j.Counts)
		}
	})
}
