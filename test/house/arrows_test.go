package house

import (
	"slices"
	"strings"
	"testing"
)

// The floor plan: engines compute on plain values and know nothing of the house; each package of the foundation may
// use those before it; each room may use the rooms before it.
var (
	engines    = strings.Fields("poverty linkage precision loan allocation synth")
	foundation = strings.Fields("fault clock money crypt i18n table store journal access policy area change job mirror procedure rest web cli")
	rooms      = strings.Fields("office registry identify verify official measure fund project livelihood relocation partner training credit monitor complaint evaluate publish field interop")
	forTests   = []string{"internal/testdata", "internal/store/storetest"} // and all of test/
)

// tableReader reads the survey files that the tests of engines compute on; engines themselves get plain values.
const tableReader = "internal/table"

// place is where a package stands in the floor plan.
type place struct {
	wing string // engine, foundation, room, packs, tests, top (commands and scripts), or empty: not in the plan
	unit string // the engine, foundation package or room
	rank int    // position among the wing's units
	door string // page or rest within a room, empty for its root
}

// locate finds the place of an import path without the module's name.
func locate(path string) place {
	if slices.Contains(forTests, path) {
		return place{wing: "tests"}
	}
	parts := strings.Split(path, "/")
	switch parts[0] {
	case "test":
		return place{wing: "tests"}
	case "cmd", "scripts":
		return place{wing: "top"}
	case "policies":
		return place{wing: "packs"}
	case "internal":
		return locateInternal(parts[1:])
	}
	if i := slices.Index(engines, parts[0]); i >= 0 {
		return place{wing: "engine", unit: parts[0], rank: i}
	}
	return place{}
}

func locateInternal(parts []string) place {
	if i := slices.Index(foundation, parts[0]); i >= 0 {
		return place{wing: "foundation", unit: parts[0], rank: i}
	}
	i := slices.Index(rooms, parts[0])
	if i < 0 {
		return place{}
	}
	room := place{wing: "room", unit: parts[0], rank: i}
	if last := parts[len(parts)-1]; len(parts) > 1 && (last == "page" || last == "rest") {
		room.door = last
	}
	return room
}

// allowed says whether a package at from may import one at to.
func allowed(from, to place) bool {
	switch {
	case from.wing == "top":
		return true
	case to.wing == "tests" || to.wing == "top" || to.wing == "":
		return false
	case from.unit == to.unit && from.wing == to.wing:
		return to.door == "" || from.door == to.door
	case from.wing == "foundation" && to.wing == "packs":
		return from.rank >= slices.Index(foundation, "policy")
	case from.wing == "foundation":
		return to.wing == "foundation" && to.rank < from.rank
	case from.wing == "room":
		return to.wing != "room" || (to.rank < from.rank && (to.door == "" || to.door == from.door))
	}
	return false
}

// allowedInTests says whether the tests of a package at from may import the package at path.
func allowedInTests(from place, path string) bool {
	to := locate(path)
	return allowed(from, to) || to.wing == "tests" || (from.wing == "engine" && path == tableReader)
}

func TestImportsFollowTheFloorPlan(t *testing.T) {
	list, err := packages()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		from := locate(p.ImportPath)
		if from.wing == "" {
			t.Errorf("package %s has no place in the floor plan", p.ImportPath)
		}
		if from.wing == "" || from.wing == "tests" {
			continue
		}
		for _, path := range p.Imports {
			if path, own := strings.CutPrefix(path, module); own && !allowed(from, locate(path)) {
				t.Errorf("%s imports %s against the floor plan", p.ImportPath, path)
			}
		}
		for _, path := range slices.Concat(p.TestImports, p.XTestImports) {
			if path, own := strings.CutPrefix(path, module); own && !allowedInTests(from, path) {
				t.Errorf("the tests of %s import %s against the floor plan", p.ImportPath, path)
			}
		}
	}
}

func TestTheFloorPlanAllowsArrowsOneWayOnly(t *testing.T) {
	cases := []struct {
		from, to string
		want     bool
	}{
		{"internal/store", "internal/clock", true},
		{"internal/clock", "internal/store", false},
		{"internal/store", "poverty", false},
		{"internal/store", "internal/registry", false},
		{"internal/store/sqlite", "internal/store", true},
		{"poverty/survey", "poverty", true},
		{"poverty", "poverty/survey", true},
		{"poverty", "linkage", false},
		{"poverty", "internal/money", false},
		{"internal/identify", "poverty/mpi", true},
		{"internal/identify", "internal/registry", true},
		{"internal/registry", "internal/identify", false},
		{"internal/registry", "internal/web", true},
		{"internal/registry/page", "internal/registry", true},
		{"internal/registry", "internal/registry/page", false},
		{"internal/registry/rest", "internal/registry/page", false},
		{"internal/identify/page", "internal/registry/page", true},
		{"internal/identify", "internal/registry/page", false},
		{"internal/policy", "policies", true},
		{"internal/store", "policies", false},
		{"policies", "internal/policy", false},
		{"cmd/rightkey", "internal/registry/page", true},
		{"internal/store", "internal/testdata", false},
		{"internal/registry", "cmd/rightkey", false},
		{"internal/registry", "internal/unknown", false},
	}
	for _, c := range cases {
		if got := allowed(locate(c.from), locate(c.to)); got != c.want {
			t.Errorf("%s may import %s: %v, want %v", c.from, c.to, got, c.want)
		}
	}
}
