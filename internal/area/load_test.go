package area_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/table"
	"rightkey/internal/testdata"
	"rightkey/test/stand"
)

var ctx = context.Background()

func load(t *testing.T, s *stand.Stand, csv string, o area.Load) (area.Report, error) {
	t.Helper()
	r, err := table.NewCSV(strings.NewReader(csv), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if o.Day == 0 {
		o.Day = clock.Date(2014, 1, 1)
	}
	scope := stand.Scope(t, s.Caller(1, "administrator", "administrator"), access.AreaEdit)
	return s.Areas.LoadFile(ctx, scope, r, o)
}

const small = "code,name,name_en\n52,Gui,Gui\n5204,Anshun,\n520424,Guanling,\n520424017,Huawu,Huawu town\n520424017001,One,\n520424017002,Two,\n"

func TestLoadingTheSameFileAgainChangesNothing(t *testing.T) {
	stand.Each(t, "2-2-2-3-3", func(t *testing.T, s *stand.Stand) {
		first, err := load(t, s, small, area.Load{})
		if err != nil || first.Created != 6 || !first.Applied {
			t.Fatalf("first load: %+v, %v", first, err)
		}
		again, err := load(t, s, small, area.Load{})
		if err != nil || again.Unchanged != 6 || again.Created+again.Updated+again.Rejected != 0 {
			t.Fatalf("second load: %+v, %v", again, err)
		}
	})
}

func TestEveryWrongRowIsNamedWithColumnAndReason(t *testing.T) {
	cases := map[string]struct{ csv, column, reason string }{
		"empty code":        {"code,name\n52,Gui\n,X\n", "code", "empty"},
		"empty name":        {"code,name\n52,Gui\n5204,\n", "name", "empty"},
		"orphan":            {"code,name\n52,Gui\n5304,X\n", "code", "orphan"},
		"twin":              {"code,name\n52,Gui\n52,Other\n", "code", "row 1"},
		"odd length":        {"code,name\n52,Gui\n520,X\n", "code", "fits no level"},
		"unknown parent":    {"code,name,parent\n52,Gui,\nX1,X,zz\n", "parent", "no area with code"},
		"own ancestor":      {"code,name,parent\n52,Gui,\nA,X,B\n", "parent", "no area with code"},
		"bad latitude":      {"code,name,lat,lon\n52,Gui,,\n5204,X,91,5\n", "lat", "between -90 and 90"},
		"NaN latitude":      {"code,name,lat,lon\n52,Gui,,\n5204,X,NaN,5\n", "lat", "between -90 and 90"},
		"half a place":      {"code,name,lat,lon\n52,Gui,,\n5204,X,9,\n", "lat", "both"},
		"bad date":          {"code,name,valid_from\n52,Gui,\n5204,X,2014-13-01\n", "valid_from", "not a date"},
		"ends before":       {"code,name,valid_from,valid_to\n52,Gui,,\n5204,X,2014-02-01,2014-01-01\n", "valid_to", "before it begins"},
		"level too deep":    {"code,name,level\n52,Gui,1\n5204,X,9\n", "level", "no level 9"},
		"level not number":  {"code,name,level\n52,Gui,1\n5204,X,two\n", "level", "not a level"},
		"parent at a wrong": {"code,name,level\n52,Gui,1\n5204,X,3\n", "code", "orphan"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			stand.Each(t, "2-2-2-3-3", func(t *testing.T, s *stand.Stand) {
				report, err := load(t, s, c.csv, area.Load{})
				if err != nil {
					t.Fatal(err)
				}
				if report.Applied || report.Rejected != 1 || report.Rows != 2 || report.Created != 1 {
					t.Fatalf("report %+v", report)
				}
				r := report.Rejects[0]
				if r.Row != 2 || r.Column != c.column || !strings.Contains(r.Reason, c.reason) {
					t.Errorf("rejected %+v, want row 2, column %s, reason with %q", r, c.column, c.reason)
				}
				scope := stand.Scope(t, s.Caller(1, "a", "administrator"), access.AreaRead)
				if n, err := s.Areas.Count(ctx, scope); err != nil || len(n) != 0 {
					t.Errorf("a rejected row stops the load, but areas are stored: %v %v", n, err)
				}
				if report, err = load(t, s, c.csv, area.Load{Skip: true}); err != nil || !report.Applied || report.Created != 1 {
					t.Errorf("skipping: %+v %v", report, err)
				}
			})
		})
	}
}

func TestAFileWithoutTheNeededColumnsSaysWhichIsMissing(t *testing.T) {
	stand.Each(t, "2-2", func(t *testing.T, s *stand.Stand) {
		_, err := load(t, s, "kode,name\n1,x\n", area.Load{})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), `"code"`) || !strings.Contains(err.Error(), "kode") {
			t.Errorf("got %v", err)
		}
	})
}

func TestAChangedNameKeepsTheOldOneInTheHistory(t *testing.T) {
	stand.Each(t, "2-2-2-3-3", func(t *testing.T, s *stand.Stand) {
		if _, err := load(t, s, small, area.Load{}); err != nil {
			t.Fatal(err)
		}
		report, err := load(t, s, "code,name\n520424,Guanling New\n", area.Load{Day: clock.Date(2016, 5, 1)})
		if err != nil || report.Updated != 1 {
			t.Fatalf("%+v %v", report, err)
		}
		scope := stand.Scope(t, s.Caller(1, "a", "administrator"), access.AreaRead)
		now, err := s.Areas.ByCode(ctx, scope, "520424")
		if err != nil || now.Name != "Guanling New" || now.From != clock.Date(2016, 5, 1) {
			t.Errorf("now %+v %v", now, err)
		}
		past, err := s.Areas.History(ctx, scope, now.Key)
		if err != nil || len(past) != 1 || past[0].Name != "Guanling" || past[0].To != clock.Date(2016, 4, 30) || past[0].From != clock.Date(2014, 1, 1) {
			t.Errorf("history %+v %v", past, err)
		}
	})
}

func TestAreasOutsideTheScopeAreAbsent(t *testing.T) {
	stand.Each(t, "2-2-2-3-3", func(t *testing.T, s *stand.Stand) {
		if _, err := load(t, s, small+"53,Yun,\n5301,Kunming,\n", area.Load{}); err != nil {
			t.Fatal(err)
		}
		village := stand.Scope(t, s.Caller(7, "village", "village-official@520424017001"), access.AreaRead)
		if found, err := s.Areas.Search(ctx, village, "o", 10); err != nil || len(found) != 1 || found[0].Name != "One" {
			t.Errorf("search finds %+v %v, want only the own village", found, err)
		}
		if _, err := s.Areas.Get(ctx, village, 520424017002); !fault.Is(err, fault.NotFound) {
			t.Errorf("the neighbour village: %v, want not found", err)
		}
		for parent, want := range map[int64]string{0: "Gui", 520000000000: "Anshun", 520424017000: "One", 530000000000: ""} {
			names := ""
			children, err := s.Areas.Children(ctx, village, parent, 0, 10)
			for _, c := range children {
				names += c.Name
			}
			if err != nil || names != want {
				t.Errorf("children of %d are %q (%v), want %q", parent, names, err, want)
			}
		}
		edit := stand.Scope(t, s.Caller(8, "limited", "administrator@520000000000"), access.AreaEdit)
		r, _ := table.NewCSV(strings.NewReader("code,name\n54,Elsewhere\n"), table.Options{})
		if report, err := s.Areas.LoadFile(ctx, edit, r, area.Load{Day: 1}); err != nil || report.Rejected != 1 {
			t.Errorf("loading outside the own area: %+v %v", report, err)
		}
	})
}

func TestACodeWithoutAUsableNumberStillGetsAKeyBelowItsParent(t *testing.T) {
	stand.Each(t, "2-2-2-3-3", func(t *testing.T, s *stand.Stand) {
		csv := "code,name\n44,Guang\n4419,Dong\n441900,Direct\n441900003,Town\n441900003001,V\n"
		if report, err := load(t, s, csv, area.Load{}); err != nil || report.Created != 5 {
			t.Fatalf("%+v %v", report, err)
		}
		scope := stand.Scope(t, s.Caller(1, "a", "administrator"), access.AreaRead)
		village, err := s.Areas.ByCode(ctx, scope, "441900003001")
		if err != nil || village.Level != 5 {
			t.Fatalf("%+v %v", village, err)
		}
		path, err := s.Areas.Path(ctx, village.Key)
		if err != nil || len(path) != 5 || path[2].Code != "441900" || path[2].Key == path[1].Key {
			t.Errorf("path %+v %v", path, err)
		}
	})
}

// The two national lists: every unit loads, none is an orphan, the levels have the published numbers of units
// (sources in the data folder's SOURCES.md).
func TestNationalListsLoadWithoutOrphans(t *testing.T) {
	cases := []struct {
		file, widths string
		levels       []int64
	}{
		{"admin/*_admin_2021_l1to5.csv.gz", "2-2-2-3-3", []int64{31, 342, 3270, 41355, 618133}},
		{"admin/*_wilayah_*.csv.gz", "2-2-2-4", []int64{38, 514, 7285, 83762}},
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(len(c.levels), " levels"), func(t *testing.T) {
			path := testdata.Path(t, c.file)
			stand.Each(t, c.widths, func(t *testing.T, s *stand.Stand) {
				r, err := table.Open(path)
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				scope := stand.Scope(t, s.Caller(1, "a", "administrator"), access.AreaEdit)
				report, err := s.Areas.LoadFile(ctx, scope, r, area.Load{Day: clock.Date(2021, 1, 1)})
				if err != nil || report.Rejected != 0 || !report.Applied {
					t.Fatalf("%d rejected, first %+v, %v", report.Rejected, report.Rejects, err)
				}
				counts, err := s.Areas.Count(ctx, scope)
				if err != nil {
					t.Fatal(err)
				}
				for i, want := range c.levels {
					if counts[i+1] != want {
						t.Errorf("level %d has %d areas, want %d", i+1, counts[i+1], want)
					}
				}
			})
		})
	}
}
