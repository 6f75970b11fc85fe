package area_test

import (
	"fmt"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/area/shape"
	"rightkey/internal/fault"
	"rightkey/internal/testdata"
	"rightkey/test/stand"
)

// square is a feature of a property and a square of one degree from a corner.
func square(property, value string, x, y int) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{%q:%q},"geometry":{"type":"Polygon","coordinates":[[[%d,%d],[%d,%d],[%d,%d],[%d,%d],[%d,%d]]]}}`,
		property, value, x, y, x+1, y, x+1, y+1, x, y+1, x, y)
}

func outlines(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

func TestOutlinesAreLoadedOnceAndSeenInScopeOnly(t *testing.T) {
	stand.Each(t, "2-2", func(t *testing.T, s *stand.Stand) {
		s.LoadAreas(t, "code,name,name_en\n11,Nord,North\n12,Sud,South\n1101,Cove,\n1201,Cove,\n")
		edit := stand.Scope(t, s.Caller(1, "a", "administrator"), access.AreaEdit)
		by := area.Outlines{Code: "code", Name: "name", File: "f.geojson"}
		load := func(text string, o area.Outlines) area.Report {
			report, err := s.Areas.LoadOutlines(ctx, edit, strings.NewReader(text), o)
			if err != nil {
				t.Fatal(err)
			}
			return report
		}
		good := outlines(square("code", "11", 0, 0), square("name", "south", 1, 0))
		bad := outlines(square("code", "11", 0, 0), square("code", "99", 0, 0), square("name", "cove", 0, 0), square("name", "nowhere", 0, 0), square("x", "y", 0, 0), square("name", "NORTH", 0, 0),
			`{"type":"Feature","properties":{"code":"12"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}}`)
		report := load(bad, by)
		var reasons []string
		for _, r := range report.Rejects {
			reasons = append(reasons, fmt.Sprint(r.Row, " ", r.Column, " ", r.Code, ": ", r.Reason))
		}
		want := []string{"2 code 99: no area has this code", "3 name cove: several areas have this name; give a level, or a property with the code", "4 name nowhere: no area has this name",
			`5 code : it has neither a property "code" with a code nor "name" with a name`, "6 name NORTH: feature 1 is the same area", "7 geometry 12: polygon 1: ring 1: it is not closed: the last position is not the first"}
		if strings.Join(reasons, "\n") != strings.Join(want, "\n") || report.Applied || report.Rows != 7 || report.Created != 1 {
			t.Errorf("%+v\n%s", report, strings.Join(reasons, "\n"))
		}
		if report := load(good, area.Outlines{Code: "code", Name: "name", DryRun: true}); report.Created != 2 || report.Applied {
			t.Errorf("dry run %+v", report)
		}
		if report := load(good, by); report.Created != 2 || !report.Applied {
			t.Errorf("first %+v", report)
		}
		if report := load(good, by); report.Unchanged != 2 || report.Created+report.Updated != 0 {
			t.Errorf("again %+v", report)
		}
		if report := load(outlines(square("code", "11", 3, 3)), by); report.Updated != 1 {
			t.Errorf("changed %+v", report)
		}
		own := stand.Scope(t, s.Caller(2, "b", "analyst@1100"), access.AreaRead)
		found, err := s.Areas.Outline(ctx, own, []int64{1100, 1200})
		if err != nil || len(found) != 1 || !found[1100].Holds(3.5, 3.5) {
			t.Errorf("in scope %v %v", found, err)
		}
		outside := stand.Scope(t, s.Caller(3, "c", "administrator@1200"), access.AreaEdit)
		if report, err := s.Areas.LoadOutlines(ctx, outside, strings.NewReader(good), by); err != nil || report.Rejected != 1 {
			t.Errorf("outside the own area: %+v %v", report, err)
		}
		if _, err := s.Areas.LoadOutlines(ctx, edit, strings.NewReader("[]"), by); !fault.Is(err, fault.Invalid) {
			t.Errorf("no collection: %v", err)
		}
	})
}

// Provinces and districts as published: each district lies in the province around its middle.
func TestPublishedDistrictsFindTheirProvinces(t *testing.T) {
	provinces, err := features(t, "admin/*_adm1_geoboundaries.geojson.gz")
	if err != nil {
		t.Fatal(err)
	}
	districts, err := features(t, "admin/*_adm2_geoboundaries.geojson.gz")
	if err != nil {
		t.Fatal(err)
	}
	stand.Each(t, "2-2", func(t *testing.T, s *stand.Stand) {
		var csv strings.Builder
		csv.WriteString("code,name\n")
		inside := make([]int, len(provinces))
		for i, p := range provinces {
			fmt.Fprintf(&csv, "%02d,%s\n", i+1, p.Properties["shapeName"])
		}
		for _, d := range districts {
			lat, lon := d.Shape.Middle()
			for i, p := range provinces {
				if p.Shape.Holds(lat, lon) {
					inside[i]++
					fmt.Fprintf(&csv, "%02d%02d,%s\n", i+1, inside[i], d.Properties["shapeName"])
					break
				}
			}
		}
		if report := s.LoadAreas(t, csv.String()); report.Created != len(provinces)+len(districts) {
			t.Fatalf("%+v", report)
		}
		scope := stand.Scope(t, s.Caller(1, "a", "administrator"), access.AreaEdit)
		for level, pattern := range map[int]string{1: "admin/*_adm1_geoboundaries.geojson.gz", 2: "admin/*_adm2_geoboundaries.geojson.gz"} {
			report, err := s.Areas.LoadOutlines(ctx, scope, testdata.Open(t, pattern), area.Outlines{Name: "shapeName", Level: level, Skip: true})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range report.Rejects {
				if r.Column == "geometry" || !strings.HasPrefix(r.Reason, "several") {
					t.Errorf("level %d, feature %d (%s): %s", level, r.Row, r.Code, r.Reason)
				}
			}
			if report.Created < report.Rows*9/10 {
				t.Errorf("level %d: %+v", level, report)
			}
		}
	})
}

func features(t *testing.T, pattern string) (all []shape.Feature, err error) {
	err = shape.Read(testdata.Open(t, pattern), func(f shape.Feature) error { all = append(all, f); return f.Err })
	return all, err
}
