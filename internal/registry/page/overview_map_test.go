package page_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/area/shape"
	"rightkey/internal/registry"
	"rightkey/internal/testdata"
	"rightkey/test/stand"
)

// firstPage is how many bytes the first page may have (issue: a nation at once).
const firstPage = 100 << 10

// outlines loads the outlines of a file for areas that exist.
func (h *house) outlines(t *testing.T, text string, o area.Outlines) area.Report {
	t.Helper()
	report, err := h.Areas.LoadOutlines(t.Context(), stand.Scope(t, h.Caller(1, "admin", "administrator"), access.AreaEdit), strings.NewReader(text), o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestTheMapDrawsOutlinesThenPointsThenTilesAndEachAreaIsADoor(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		h.get(t, office, "/").want(t, "without places", 200, `<rect class="map-`, "each square is an area", `<a href="/?area=11">`, "<title>North: ")
		h.LoadAreas(t, "code,name,lat,lon\n11,North,10,20\n12,South,9,20.5\n")
		h.get(t, office, "/").want(t, "with places", 200, "<circle class=", "each circle is an area")
		square := `{"type":"Feature","properties":{"code":"%s"},"geometry":{"type":"Polygon","coordinates":[[[%d,0],[%d,0],[%d,1],[%d,1],[%d,0]]]}}`
		report := h.outlines(t, `{"type":"FeatureCollection","features":[`+fmt.Sprintf(square, "11", 0, 1, 1, 0, 0)+","+fmt.Sprintf(square, "12", 1, 2, 2, 1, 1)+`]}`, area.Outlines{Code: "code"})
		if report.Created != 2 {
			t.Fatalf("%+v", report)
		}
		page := h.get(t, office, "/?measure=persons&classes=round").want(t, "with outlines", 200, `<path class="map-`, `d="M`, `<a href="/?area=11&amp;classes=round&amp;measure=persons">`)
		page.without(t, "with outlines", "is an area", "<circle")
		h.get(t, office, "/?measure=beauty").want(t, "no such measure", 400)
		h.get(t, office, "/?by=household.nothing").want(t, "no such breakdown", 400)
		h.get(t, office, "/?by=household.lamp&value=never").want(t, "no such value", 400)
	})
}

func TestTheFirstPageOfManyDistrictsIsSmall(t *testing.T) {
	const file = "admin/*_adm2_geoboundaries.geojson.gz"
	each(t, func(t *testing.T, h *house) {
		var csv strings.Builder
		csv.WriteString("code,name\n11,North\n")
		n := 0
		err := shape.Read(testdata.Open(t, file), func(f shape.Feature) error {
			n++
			_, err := fmt.Fprintf(&csv, "11%03d,%s\n", n+100, f.Properties["shapeName"])
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		h.LoadAreas(t, csv.String())
		scope := stand.Scope(t, h.Caller(1, "admin", "administrator"), access.AreaEdit)
		report, err := h.Areas.LoadOutlines(t.Context(), scope, testdata.Open(t, file), area.Outlines{Name: "shapeName", Level: 2, Skip: true})
		if err != nil || report.Created < 140 {
			t.Fatalf("%+v %v", report, err)
		}
		h.fill(t)
		page := h.get(t, office, "/?area=11").want(t, "districts", 200, `<path class="map-`)
		if drawn := strings.Count(page.body, "<path class=\"map-"); drawn < 140 || len(page.body) > firstPage {
			t.Errorf("%d districts in %d bytes, want at most %d", drawn, len(page.body), firstPage)
		}
		t.Logf("%d districts in %d bytes", report.Created, len(page.body))
	})
}

// doorsOf are the doors of a page to the list, with the count that each shows.
var doorsOf = regexp.MustCompile(`<a href="(/households\?[^"]*)"[^>]*>\s*<bdi>([0-9,]+)</bdi>`)

func TestEveryNumberOfTheOverviewIsTheCountOfItsList(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		h.load(t, office, registry.Mapping{Subject: "household", Source: "more", Key: "key", Area: "area", Day: "2013-12-31", Columns: map[string]string{"status": "status", "bell": "bell"}},
			"key,area,status,bell\nm1,11001001,well,yes\nm2,11001001,poor,no\nm3,12001001,poor,yes\nm4,11002001,,\n")
		seen := 0
		for _, target := range []string{"/", "/?area=11", "/?status=poor", "/?by=household.bell", "/?area=11&by=size&measure=poor_households", "/?i.household.bell=true&by=head_sex", "/?members.min=1", "/?by=person.craft", "/?nostatus=1&by=household.bell"} {
			page := h.get(t, office, target).want(t, target, 200)
			for _, door := range doorsOf.FindAllStringSubmatch(page.body, -1) {
				seen++
				list := h.get(t, office, strings.ReplaceAll(door[1], "&amp;", "&")).want(t, door[1], 200)
				if !strings.Contains(list.body, "of "+door[2]+" household") && !strings.Contains(list.body, "with "+door[2]+" person") {
					t.Errorf("%s shows %s behind %s, whose list says otherwise", target, door[2], door[1])
				}
			}
		}
		if seen < 30 {
			t.Errorf("%d doors prove little", seen)
		}
		h.get(t, office, "/households?i.household.bell=true").want(t, "the way back", 200, `href="/?i.household.bell=true"`)
		h.get(t, office, "/?i.household.bell=true").want(t, "the way there", 200, `href="/households?i.household.bell=true"`)
		h.get(t, office, "/overview.csv?by=household.bell&measure=households").want(t, "file", 200, "code,Canton,Households,yes,no,unknown", "11,North,5,1,1,3")
	})
}

func TestFiltersAndSmallFiguresAreForThoseWhoMayReadAllRows(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		h.get(t, analyst, "/?status=stranded").want(t, "a filter of an analyst", 403)
		h.get(t, analyst, "/overview.csv?status=stranded").want(t, "its file", 403)
		both := h.Caller(20, "person-20", "analyst", "county-office@12000000")
		h.accounts[20] = both
		h.get(t, 20, "/").want(t, "an analyst who is an officer of one county", 200, "too few households").without(t, "an analyst who is an officer of one county", "/households?")
		h.get(t, 20, "/?area=12").want(t, "in the own county", 200, "/households?")
	})
}
