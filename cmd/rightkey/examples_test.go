package main

import (
	"encoding/csv"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/registry"
	"rightkey/internal/testdata"
)

// exampleFolder is the only folder of examples that holds a file of the name.
func exampleFolder(t *testing.T, file string) (folder, pack string) {
	t.Helper()
	found, err := filepath.Glob("../../policies/*/examples/" + file)
	if err != nil || len(found) != 1 {
		t.Fatalf("%d examples %s, %v", len(found), file, err)
	}
	folder = filepath.Dir(found[0])
	return folder, filepath.Base(filepath.Dir(folder))
}

// begin makes a database of a pack with a file of areas and returns where it is.
func begin(t *testing.T, pack, areas string) string {
	t.Helper()
	data := t.TempDir()
	if out, err := run(t, &initCommand{}, "--data", data, "--pack", pack); err != nil {
		t.Fatal(out, err)
	}
	if out, err := run(t, &areasCommand{}, "load", areas, "--data", data); err != nil || !strings.Contains(out, "0 rejected") {
		t.Fatal(out, err)
	}
	return data
}

func TestTheFamilyUnitsOfTheExampleAreRegistered(t *testing.T) {
	folder, pack := exampleFolder(t, "units.households.csv")
	data := begin(t, pack, filepath.Join(folder, "units.areas.csv"))
	for _, file := range []struct{ name, want string }{{"households", "4 rows: 4 created"}, {"persons", "11 rows: 11 created"}, {"expenditure", "created, 0 updated, 0 unchanged, 0 rejected"}} {
		name := filepath.Join(folder, "units."+file.name)
		out, err := run(t, &importCommand{}, name+".csv", "--map", name+".import.yaml", "--data", data)
		if err != nil || !strings.Contains(out, file.want) {
			t.Fatalf("%s: %v\n%s", file.name, err, out)
		}
	}
	h, err := openHouse(t.Context(), place{Data: data}, "")
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()
	scope, err := h.decide(access.HouseholdRead)
	if err != nil {
		t.Fatal(err)
	}
	sharing := map[any]int{}
	list, err := h.registry.List(t.Context(), scope, registry.Filter{}, registry.Position{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, unit := range list {
		file, err := h.registry.Open(t.Context(), scope, unit.ID)
		if err != nil {
			t.Fatal(err)
		}
		sharing[file.Facts["dwelling_number"]]++
		if len(file.Dwellings) != 1 || file.Dwellings[0].Facts["toilet"] != "flush_pit" {
			t.Errorf("unit %s: %+v", unit.Number, file.Dwellings)
		}
		women := 0
		for _, m := range file.Members {
			if m.Facts["relation_woman"] == "self" {
				women++
			}
		}
		if women != 1 {
			t.Errorf("unit %s has %d women of the unit", unit.Number, women)
		}
	}
	if sharing["D-0001"] != 3 || sharing["D-0002"] != 1 {
		t.Errorf("units by dwelling: %v", sharing)
	}
}

func TestTheExampleMappingReadsTheHouseholdSurvey(t *testing.T) {
	const rows = 400
	folder, pack := exampleFolder(t, "pslm-hies-2015.import.yaml")
	reader := csv.NewReader(testdata.Open(t, "p*_pslm_hies_2015.csv.gz"))
	header, err := reader.Read()
	if err != nil {
		t.Fatal(err)
	}
	psu := -1
	for i, column := range header {
		if column == "psu" {
			psu = i
		}
	}
	var survey, areas strings.Builder
	w := csv.NewWriter(&survey)
	_ = w.Write(header)
	areas.WriteString("code,name,level,parent\n1,One,1,\n101,One,2,1\n10101,One,3,101\n1010101,One,4,10101\n")
	met := map[string]bool{}
	for range rows {
		row, err := reader.Read()
		if err != nil {
			t.Fatal(err)
		}
		_ = w.Write(row)
		if !met[row[psu]] {
			met[row[psu]] = true
			fmt.Fprintf(&areas, "%s,Unit %s,5,1010101\n", row[psu], row[psu])
		}
	}
	w.Flush()
	data := begin(t, pack, writeFile(t, "areas.csv", areas.String()))
	out, err := run(t, &importCommand{}, writeFile(t, "survey.csv", survey.String()), "--map", filepath.Join(folder, "pslm-hies-2015.import.yaml"), "--data", data)
	if err != nil || !strings.Contains(out, fmt.Sprintf("%d created, 0 updated, 0 unchanged, 0 rejected", rows)) {
		t.Errorf("%v\n%s", err, out)
	}
}
