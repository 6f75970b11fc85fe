package files

import (
	"slices"
	"strconv"
	"testing"
)

// layoutOfForms asks for the forms of villages and of the county.
func layoutOfForms() Layout {
	layout := smallLayout()
	layout.Places = PlaceForms{Village: "hamlet", County: "canton", PoorFrom: "25", Units: []string{"post office"}}
	layout.Columns["households"] = append(layout.Columns["households"], Column{Item: "water", Field: "water_safe"}, Column{Item: "grade", Field: "house_grade"})
	layout.Columns["persons"] = append(layout.Columns["persons"], Column{Item: "insured", Field: "insured"})
	var all []Column
	for _, name := range []string{"kind", "households", "persons", "poor_households", "poor_persons", "rate", "unsafe_water", "dangerous_houses", "insured", "funds", "unit", "unpaved_township"} {
		all = append(all, Column{Item: name, Field: name})
	}
	layout.Columns["villages"] = all
	layout.Columns["counties"] = []Column{{Item: "households", Field: "households"}, {Item: "persons", Field: "persons"}, {Item: "poor_villages", Field: "poor_villages"}, {Item: "with_road", Field: "with_road"},
		{Item: "central", Field: "central"}, {Item: "provincial", Field: "provincial"}, {Item: "city", Field: "city"},
		{Item: "development", Field: "development"}, {Item: "work_relief", Field: "work_relief"}, {Item: "ethnic", Field: "ethnic"}, {Item: "farms", Field: "farms"}, {Item: "fee", Field: "fee"}}
	return layout
}

func formsWritten(t testing.TB, seed uint64) memory {
	t.Helper()
	files := memory{}
	if _, err := Write(smallCounty(t, seed), layoutOfForms(), files.create, nil); err != nil {
		t.Fatal(err)
	}
	return files
}

func TestTheFormOfAVillageCountsItsHouseholds(t *testing.T) {
	files := formsWritten(t, 7)
	count := map[string]map[string]int{} // village → what → how many
	village := map[string]string{}
	add := func(at, what string, is bool) {
		if count[at] == nil {
			count[at] = map[string]int{}
		}
		if is {
			count[at][what]++
		}
	}
	registered := map[string]bool{}
	for _, row := range files.rows(t, Truth) {
		registered[row["household"]] = row["registered"] == "true"
	}
	for _, row := range files.rows(t, Households) {
		at := row["area"]
		village[row["key"]] = at
		add(at, "households", true)
		add(at, "poor_households", registered[row["key"]])
		add(at, "unsafe_water", row["water"] == "false")
		add(at, "dangerous_houses", row["grade"] >= "C")
	}
	for _, row := range files.rows(t, Persons) {
		at := village[row["household"]]
		add(at, "persons", true)
		add(at, "poor_persons", registered[row["household"]])
		add(at, "insured", row["insured"] == "true")
	}
	rows := files.rows(t, Villages)
	if len(rows) != len(count) || len(rows) != 5 {
		t.Fatalf("%d forms of %d villages", len(rows), len(count))
	}
	for _, row := range rows {
		of := count[row["key"]]
		for _, what := range []string{"households", "poor_households", "unsafe_water", "dangerous_houses", "persons", "poor_persons", "insured"} {
			if row[what] != strconv.Itoa(of[what]) {
				t.Errorf("%s: the form says %s %s, the households %d", row["key"], row[what], what, of[what])
			}
		}
		rate := 100 * float64(of["poor_persons"]) / float64(of["persons"])
		if row["rate"] != strconv.FormatFloat(rate, 'f', 2, 64) || (row["kind"] == "poor") != (rate >= 25) {
			t.Errorf("%s: %s with a rate of %s, want %.2f", row["key"], row["kind"], row["rate"], rate)
		}
		if row["kind"] == "poor" && row["unit"] != "post office" {
			t.Errorf("%s: a poor village without a unit", row["key"])
		}
	}
}

func TestTheFormOfACountySumsUpItsVillagesAndItsFunds(t *testing.T) {
	files := formsWritten(t, 7)
	rows := files.rows(t, Counties)
	if len(rows) != 1 || rows[0]["key"] != "9" {
		t.Fatalf("%v", rows)
	}
	county := rows[0]
	sums := map[string]int{}
	for _, row := range files.rows(t, Villages) {
		for _, what := range []string{"households", "persons"} {
			n, err := strconv.Atoi(row[what])
			if err != nil {
				t.Fatal(err)
			}
			sums[what] += n
		}
		if row["kind"] == "poor" {
			sums["poor_villages"]++
		}
		if row["unpaved_township"] == "0.0" {
			sums["with_road"]++
		}
	}
	for what, n := range sums {
		if county[what] != strconv.Itoa(n) {
			t.Errorf("the county says %s %s, its villages %d", county[what], what, n)
		}
	}
	total := func(names ...string) (sum float64) {
		for _, name := range names {
			n, err := strconv.ParseFloat(county[name], 64)
			if err != nil || n < 0 {
				t.Errorf("%s is %q", name, county[name])
			}
			sum += n
		}
		return sum
	}
	if from, to := total("central", "provincial", "city"), total("development", "work_relief", "ethnic", "farms", "fee"); from != to || from == 0 {
		t.Errorf("funds of %v are used for %v", from, to)
	}
}

func TestFormsOfEqualSeedsAreEqualAndOthersAreNot(t *testing.T) {
	first, second, other := formsWritten(t, 7), formsWritten(t, 7), formsWritten(t, 8)
	for _, name := range []string{Villages, Counties} {
		if first[name].String() != second[name].String() || first[name].String() == other[name].String() {
			t.Errorf("%s", name)
		}
	}
}

func TestNoFormIsWrittenWhereTheLayoutNamesNoLevel(t *testing.T) {
	files, _ := written(t, 7)
	for name := range files {
		if slices.Contains([]string{Villages, Counties}, name) {
			t.Error(name)
		}
	}
	layout := layoutOfForms()
	layout.Places.PoorFrom = "many"
	if _, err := Write(smallCounty(t, 1), layout, memory{}.create, nil); err == nil {
		t.Error("a share that is no number was taken")
	}
}
