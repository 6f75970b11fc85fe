package shape

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rightkey/internal/testdata"
)

func read(t testing.TB, text string) []Feature {
	t.Helper()
	var all []Feature
	if err := Read(strings.NewReader(text), func(f Feature) error { all = append(all, f); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

func collection(kind, coordinates string) string {
	return fmt.Sprintf(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"Reef","n":7},"geometry":{"type":%q,"coordinates":%s}}]}`, kind, coordinates)
}

func TestABadGeometryIsRefusedWithItsReason(t *testing.T) {
	for _, c := range []struct{ kind, coordinates, want string }{
		{"Point", `[1,2]`, `"Point", not a Polygon`},
		{"Polygon", `[]`, "no ring"},
		{"MultiPolygon", `[]`, "no polygon"},
		{"Polygon", `[[[0,0],[1,0],[0,0]]]`, "ring 1: it has 3 positions"},
		{"Polygon", `[[[0,0],[1,0],[1,1],[0,1]]]`, "not closed"},
		{"Polygon", `[[[0,0],[1,1],[2,2],[0,0]]]`, "encloses no surface"},
		{"Polygon", `[[[0,0],[200,0],[1,1],[0,0]]]`, "position 2: the longitude 200"},
		{"Polygon", `[[[0,0],[1,0],[1,91],[0,0]]]`, "position 3: the latitude 91"},
		{"Polygon", `[[[0,0],[1],[1,1],[0,0]]]`, "position 2: it has 1 numbers"},
		{"Polygon", `[[[0,0],[2,2],[2,0],[0,1],[0,0]]]`, "crosses itself near"},
		{"Polygon", `[[[0,80],[120,80],[-120,80],[0,80]]]`, "around a pole"},
		{"Polygon", `[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[8,8],[9,8],[9,9],[8,8]]]`, "ring 2: the hole lies outside"},
		{"MultiPolygon", `[[[[0,0],[1,0],[1,1],[0,0]]],[[[0,0],[1,0]]]]`, "polygon 2: ring 1"},
		{"Polygon", `"no"`, "not lists of positions"},
	} {
		f := read(t, collection(c.kind, c.coordinates))[0]
		if f.Err == nil || !strings.Contains(f.Err.Error(), c.want) || f.Shape != nil {
			t.Errorf("%s %s: %v, want %q", c.kind, c.coordinates, f.Err, c.want)
		}
	}
	f := read(t, `{"features":[{"type":"Feature","id":"r1","properties":null,"geometry":null}],"type":"FeatureCollection"}`)[0]
	if f.Err == nil || f.Properties["id"] != "r1" {
		t.Errorf("a feature without geometry: %+v", f)
	}
}

func TestAFileThatIsNoCollectionIsRefused(t *testing.T) {
	for _, text := range []string{"", "[]", "{}", `{"type":"FeatureCollection"}`, `{"type":"Feature","features":[]}`, `{"type":"FeatureCollection","features":{}}`,
		`{"type":"FeatureCollection","features":[{"type":"Feature"`, `{"type":"FeatureCollection","features":[7]}`} {
		if err := Read(strings.NewReader(text), func(Feature) error { return nil }); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func TestAHoleIsNotPartOfTheArea(t *testing.T) {
	s := read(t, collection("Polygon", `[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[1,1],[3,1],[3,3],[1,3],[1,1]]]`))[0].Shape
	if s.Holds(2, 2) || !s.Holds(0.5, 2) || s.Holds(5, 5) {
		t.Error("the hole counts as area, or the area does not")
	}
	if lat, lon := s.Middle(); !s.Holds(lat, lon) {
		t.Errorf("the middle %g %g lies outside", lat, lon)
	}
	if path := SheetOf(100, []Shape{s}).Paths([]Shape{s}, 1000)[0]; strings.Count(path, "M") != 2 {
		t.Errorf("path %s, want two rings", path)
	}
}

func TestAnAreaAcrossTheAntimeridianStaysInOnePiece(t *testing.T) {
	for name, text := range map[string]string{
		"one ring":               collection("Polygon", `[[[178,-20],[-178,-20],[-178,-16],[178,-16],[178,-20]]]`),
		"two polygons, cut":      collection("MultiPolygon", `[[[[178,-20],[180,-20],[180,-16],[178,-16],[178,-20]]],[[[-180,-20],[-178,-20],[-178,-16],[-180,-16],[-180,-20]]]]`),
		"the eastern side first": collection("Polygon", `[[[-178,-20],[-178,-16],[178,-16],[178,-20],[-178,-20]]]`),
	} {
		f := read(t, text)[0]
		if f.Err != nil {
			t.Fatalf("%s: %v", name, f.Err)
		}
		sheet := SheetOf(200, []Shape{f.Shape})
		if ratio := float64(sheet.Width) / float64(sheet.Height); ratio < 0.8 || ratio > 1.2 {
			t.Errorf("%s: the sheet is %d by %d, want about a square", name, sheet.Width, sheet.Height)
		}
		west, _ := sheet.At(Place{-18, 178.5})
		east, _ := sheet.At(Place{-18, -178.5})
		if west < 0 || west >= east || east > sheet.Width {
			t.Errorf("%s: places at %d and %d of %d", name, west, east, sheet.Width)
		}
	}
}

func TestSharedBordersStaySharedWhenThinnedOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 30).Draw(t, "points of the border")
		border := make(Ring, n)
		for i := range border {
			border[i] = Point{int32(rapid.IntRange(-900, 900).Draw(t, "x")), int32(i * 100)}
		}
		west := append(Ring{{-5000, int32((n - 1) * 100)}, {-5000, 0}}, border...)
		east := Ring{{5000, 0}, {5000, int32((n - 1) * 100)}}
		for i := range border {
			east = append(east, border[n-1-i])
		}
		grid := int32(rapid.IntRange(1, 400).Draw(t, "grid"))
		a, b := Shape{{west}}.Thin(grid), Shape{{east}}.Thin(grid)
		whole := Shape{{{{-5000, 0}, {5000, 0}, {5000, int32((n - 1) * 100)}, {-5000, int32((n - 1) * 100)}}}}.Thin(grid)
		if got, want := a[0][0].surface()+b[0][0].surface(), whole[0][0].surface(); len(a) == 1 && len(b) == 1 && math.Abs(got-want) > 1e-6 && (n-1)*100 > int(grid) {
			t.Fatalf("surfaces add up to %g of %g: a gap or an overlap", got, want)
		}
	})
}

func TestAStoredOutlineIsReadAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Shape{}
		for range rapid.IntRange(1, 3).Draw(t, "polygons") {
			var p Polygon
			for range rapid.IntRange(1, 3).Draw(t, "rings") {
				r := Ring{}
				for range rapid.IntRange(3, 20).Draw(t, "points") {
					r = append(r, Point{rapid.Int32Range(-farthest, farthest).Draw(t, "x"), rapid.Int32Range(-90*perDegree, 90*perDegree).Draw(t, "y")})
				}
				p = append(p, r)
			}
			s = append(s, p)
		}
		got, err := Decode(s.Encode())
		if err != nil || !reflect.DeepEqual(got, s) {
			t.Fatalf("%v %v", got, err)
		}
	})
}

func TestRealDistrictsAreReadDrawnAndFoundAgain(t *testing.T) {
	for _, c := range []struct {
		file string
		want int
	}{{"admin/*_adm1_geoboundaries.geojson.gz", 18}, {"admin/*_adm2_geoboundaries.geojson.gz", 148}} {
		var shapes []Shape
		err := Read(testdata.Open(t, c.file), func(f Feature) error {
			if f.Err != nil {
				t.Errorf("feature %d (%s): %v", f.N, f.Properties["shapeName"], f.Err)
			} else {
				shapes = append(shapes, f.Shape)
			}
			return nil
		})
		if err != nil || len(shapes) != c.want {
			t.Fatalf("%d shapes, want %d: %v", len(shapes), c.want, err)
		}
		grid, before, bytesOf := Grid(shapes), 0, 0
		for i, s := range shapes {
			before += s.Points()
			shapes[i] = s.Thin(grid)
			bytesOf += len(shapes[i].Encode())
			if lat, lon := shapes[i].Middle(); !shapes[i].Holds(lat, lon) {
				t.Errorf("the middle of shape %d lies outside", i+1)
			}
		}
		after := 0
		for _, s := range shapes {
			after += s.Points()
		}
		sheet, size := SheetOf(640, shapes), 0
		for _, path := range sheet.Paths(shapes, 40_000) {
			if !strings.HasPrefix(path, "M") {
				t.Errorf("path %q", path)
			}
			size += len(path)
		}
		t.Logf("%d shapes: %d points, %d thinned out to grid %d, %d bytes stored, %d bytes drawn on %d x %d", len(shapes), before, after, grid, bytesOf, size, sheet.Width, sheet.Height)
		if size > 40_000 || after > before {
			t.Errorf("%d bytes drawn, %d points of %d", size, after, before)
		}
	}
}

func FuzzReadingNeverFailsOtherThanByError(f *testing.F) {
	f.Add([]byte(collection("Polygon", `[[[178,-20],[-178,-20],[-178,-16],[178,-16],[178,-20]]]`)))
	f.Add([]byte(collection("MultiPolygon", `[[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[1,1],[3,1],[3,3],[1,3],[1,1]]]]`)))
	f.Add([]byte(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":null,"geometry":{"type":"Polygon","coordinates":[[[0,0,5]]]}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var shapes []Shape
		err := Read(bytes.NewReader(text), func(f Feature) error {
			if (f.Err == nil) != (f.Shape != nil) {
				t.Fatalf("feature %d has shape %v and error %v", f.N, f.Shape, f.Err)
			}
			if f.Shape == nil {
				return nil
			}
			again, err := Decode(f.Shape.Encode())
			if err != nil || !reflect.DeepEqual(again, f.Shape) {
				t.Fatalf("stored and read again it is another: %v", err)
			}
			shapes = append(shapes, f.Shape.Thin(Grid([]Shape{f.Shape})))
			return nil
		})
		if err != nil || len(shapes) == 0 {
			return
		}
		sheet := SheetOf(300, shapes)
		if sheet.Width > 310 || sheet.Height > 310 {
			t.Fatalf("a sheet of %d by %d", sheet.Width, sheet.Height)
		}
		for _, path := range sheet.Paths(shapes, 2000) {
			if !strings.HasPrefix(path, "M") {
				t.Fatalf("path %q", path)
			}
		}
	})
}

func FuzzStoredOutlinesAreReadOrRefused(f *testing.F) {
	f.Add(Shape{{{{0, 0}, {10, 0}, {10, 10}}}}.Encode())
	f.Fuzz(func(t *testing.T, stored []byte) {
		s, err := Decode(stored)
		if err != nil {
			return
		}
		if again, err := Decode(s.Encode()); err != nil || !reflect.DeepEqual(again, s) {
			t.Fatalf("%v %v", again, err)
		}
	})
}
