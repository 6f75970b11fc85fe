package files

import (
	"bytes"
	"runtime"
	"slices"
	"testing"

	"rightkey/synth"
)

func TestTheBytesDoNotDependOnTheNumberOfThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	alone, _ := written(t, 7)
	for _, threads := range []int{2, 7} {
		runtime.GOMAXPROCS(threads)
		together, _ := written(t, 7)
		for name, data := range alone {
			if !bytes.Equal(data.Bytes(), together[name].Bytes()) {
				t.Errorf("%s differs with %d threads", name, threads)
			}
		}
	}
}

func TestResultsComeInTheOrderOfTheItemsAndNobodyWorksOnWhenTheReaderStops(t *testing.T) {
	square := func(i int) int { return i * i }
	got := slices.Collect(inOrder(4, slices.Values([]int{5, 1, 4, 2, 3}), square))
	if !slices.Equal(got, []int{25, 1, 16, 4, 9}) {
		t.Errorf("results %v", got)
	}
	before := runtime.NumGoroutine()
	for range inOrder(4, slices.Values(make([]int, 1000)), square) {
		break
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines before, %d after the reader stopped", before, after)
	}
}

// Who is on a department's list, and who only bears the name, is known; what the department does not know yet is not
// on its list.
func TestTheRowsOfDepartmentsAreThoseWhoseTruthIsTold(t *testing.T) {
	spec := smallSpec(7)
	spec.Lists = []synth.List{
		{Name: "vehicles", Kinds: []string{"car"}, Base: -1, Slope: 1, Value: 5, Stale: 0.2, Late: 0.1, Namesakes: 0.3, NoNumber: 0.1},
		{Name: "deaths", Deaths: true, Late: 0.3},
	}
	spec.Errors.Records.Dead = 0.05
	county, err := synth.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	out := memory{}
	if _, err := Write(county, smallLayout(), out.create, nil); err != nil {
		t.Fatal(err)
	}
	persons, dead := map[string]bool{}, 0
	for _, row := range out.rows(t, Persons) {
		persons[row["key"]] = true
	}
	for _, row := range out.rows(t, TruthRecords) {
		if row["fault"] == synth.FaultDead {
			dead++
		}
	}
	listed := map[string]bool{}
	for _, name := range []string{"vehicles", "deaths"} {
		for _, row := range out.rows(t, Departments+name+".csv") {
			listed[row["key"]] = true
		}
	}
	count := map[string]int{}
	for _, row := range out.rows(t, TruthLists) {
		count[row["list"]+" "+row["truth"]]++
		if listed[row["key"]] == (row["truth"] == synth.RowLate) {
			t.Errorf("%v stands in the list and should not, or the reverse", row)
		}
		if stranger := row["truth"] == synth.RowStranger; stranger == persons[row["owner"]] || stranger != persons[row["namesake"]] {
			t.Errorf("%v is nobody's, or somebody's who is a stranger", row)
		}
	}
	cars := count["vehicles true"] + count["vehicles stale"] + count["vehicles late"]
	for truth, share := range map[string]float64{"vehicles stale": 0.2 * 0.9, "vehicles late": 0.1, "vehicles stranger": 0.3} {
		if got := float64(count[truth]) / float64(cars); got < share-0.1 || got > share+0.1 {
			t.Errorf("%s: %.3f of %d, about %.2f were asked", truth, got, cars, share)
		}
	}
	if got := count["deaths true"] + count["deaths late"]; dead == 0 || got == 0 || got > dead || got < dead*8/10 {
		t.Errorf("%d deaths in the list or late, %d died", got, dead)
	}
}

func TestVillagesMayBeGiven(t *testing.T) {
	spec := smallSpec(7)
	spec.Areas = []synth.Area{{Code: "1", Name: "Land", Level: 1}, {Code: "11", Name: "County", Level: 2, Parent: "1"}, {Code: "12", Name: "Other county", Level: 2, Parent: "1"},
		{Code: "111", Name: "Town", Level: 3, Parent: "11"}, {Code: "121", Name: "Town", Level: 3, Parent: "12"},
		{Code: "1111", Name: "One", Level: 4, Parent: "111"}, {Code: "1211", Name: "Two", Level: 4, Parent: "121"}}
	county, err := synth.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	out := memory{}
	counts, err := Write(county, smallLayout(), out.create, nil)
	if err != nil || counts.Households != 400 || counts.Areas != 7 || counts.Poor != 80 {
		t.Fatalf("%+v, %v", counts, err)
	}
	in := map[string]int{}
	for _, row := range out.rows(t, Households) {
		in[row["area"]]++
	}
	if len(in) != 2 || in["1111"] == 0 || in["1211"] == 0 {
		t.Errorf("households by village: %v", in)
	}
}
