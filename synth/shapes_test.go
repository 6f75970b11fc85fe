package synth

import (
	"math"
	"strings"
	"testing"
)

func TestVillagesDivideTheCountyWithoutGapsAndOverlaps(t *testing.T) {
	county, err := New(someSpec())
	if err != nil {
		t.Fatal(err)
	}
	surface := map[string]float64{}
	level := map[string]int{}
	for _, o := range county.Outlines() {
		level[o.Area.Code] = o.Area.Level
		for _, polygon := range o.Polygons {
			for i, ring := range polygon {
				if ring[0] != ring[len(ring)-1] || (turn(ring) > 0) != (i == 0) {
					t.Fatalf("%s: ring %d is open or runs the wrong way", o.Area.Code, i)
				}
				surface[o.Area.Code] += turn(ring)
			}
		}
	}
	if len(surface) != county.spec.Townships+county.spec.Villages+1 {
		t.Fatalf("%d outlines of %d villages", len(surface), county.spec.Villages)
	}
	innermost := county.areas[len(county.areas)-1].Level
	for code, whole := range surface {
		sum := 0.0
		for inner, part := range surface {
			if level[inner] == innermost && strings.HasPrefix(inner, code) {
				sum += part
			}
		}
		if whole <= 0 || math.Abs(sum-whole) > whole*1e-9 {
			t.Errorf("%s: the villages cover %g of %g", code, sum, whole)
		}
	}
}
