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
		h.Get(t, office, "/").Want(t, 200, `<rect class="map-`, "each square is an area", `<a href="/?area=11">`, "<title>North: ")
		h.LoadAreas(t, "code,name,lat,lon\n11,North,10,20\n12,South,9,20.5\n")
		h.Get(t, office, "/").Want(t, 200, "<circle class=", "each circle is an area")
		square := `{"type":"Feature","properties":{"code":"%s"},"geometry":{"type":"Polygon","coordinates":[[[%d,0],[%d,0],[%d,1],[%d,1],[%d,0]]]}}`
		report := h.outlines(t, `{"type":"FeatureCollection","features":[`+fmt.Sprintf(square, "11", 0, 1, 1, 0, 0)+","+fmt.Sprintf(square, "12", 1, 2, 2, 1, 1)+`]}`, area.Outlines{Code: "code"})
		if report.Created != 2 {
			t.Fatalf("%+v", report)
		}
		page := h.Get(t, office, "/?measure=persons&classes=round").Want(t, 200, `<path class="map-`, `d="M`, `<a href="/?area=11&amp;classes=round&amp;measure=persons">`)
		page.Without(t, "is an area", "<circle")
		h.Get(t, office, "/?measure=beauty").Want(t, 400)                // no such measure
		h.Get(t, office, "/?by=household.nothing").Want(t, 400)          // no such breakdown
		h.Get(t, office, "/?by=household.lamp&value=never").Want(t, 400) // no such value
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
		page := h.Get(t, office, "/?area=11").Want(t, 200, `<path class="map-`)
		if drawn := strings.Count(page.Body, "<path class=\"map-"); drawn < 140 || len(page.Body) > firstPage {
			t.Errorf("%d districts in %d bytes, want at most %d", drawn, len(page.Body), firstPage)
		}
		t.Logf("%d districts in %d bytes", report.Created, len(page.Body))
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
			page := h.Get(t, office, target).Want(t, 200)
			for _, door := range doorsOf.FindAllStringSubmatch(page.Body, -1) {
				seen++
				list := h.Get(t, office, strings.ReplaceAll(door[1], "&amp;", "&")).Want(t, 200)
				if !strings.Contains(list.Body, "of "+door[2]+" household") && !strings.Contains(list.Body, "with "+door[2]+" person") {
					t.Errorf("%s shows %s behind %s, whose list says otherwise", target, door[2], door[1])
				}
			}
		}
		if seen < 30 {
			t.Errorf("%d doors prove little", seen)
		}
		h.Get(t, office, "/households?i.household.bell=true").Want(t, 200, `href="/?i.household.bell=true"`) // the way back
		h.Get(t, office, "/?i.household.bell=true").Want(t, 200, `href="/households?i.household.bell=true"`) // the way there
		h.Get(t, office, "/overview.csv?by=household.bell&measure=households").Want(t, 200, "code,Canton,Households,yes,no,unknown", "11,North,5,1,1,3")
	})
}

func TestFiltersAndSmallFiguresAreForThoseWhoMayReadAllRows(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		h.Get(t, analyst, "/?status=stranded").Want(t, 403) // a filter of an analyst
		h.Get(t, analyst, "/overview.csv?status=stranded").Want(t, 403)
		both := h.Caller(20, "person-20", "analyst", "county-office@12000000")
		h.accounts[20] = both
		h.Get(t, 20, "/").Want(t, 200, "too few households").Without(t, "/households?") // an analyst who is an officer of one county
		h.Get(t, 20, "/?area=12").Want(t, 200, "/households?")                          // in the own county
	})
}
