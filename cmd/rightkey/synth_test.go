package main

import (
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/table"
	"rightkey/policies"
)

// synthPacks are the packs that have a synthetic county.
func synthPacks(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("../../policies/*/examples/synth.yaml")
	if err != nil || len(found) == 0 {
		t.Fatalf("%d packs with a synthetic county, %v", len(found), err)
	}
	for i, path := range found {
		found[i] = filepath.Base(filepath.Dir(filepath.Dir(path)))
	}
	return found
}

// facts reads the cells of a row as the pack's items of a subject; dwelling items stand in the household's row.
func facts(t *testing.T, pack *policy.Pack, subjects []string, header []string, row table.Row) map[string]policy.Facts {
	t.Helper()
	bySubject := map[string]policy.Facts{}
	for i, column := range header {
		if column == "key" || column == "household" {
			continue
		}
		found := false
		for _, subject := range subjects {
			item, ok := pack.Item(subject, column)
			if !ok {
				continue
			}
			found = true
			value, err := item.Parse(row.Cells[i])
			if err != nil {
				t.Fatalf("row %d: %v", row.Number, err)
			}
			if bySubject[subject] == nil {
				bySubject[subject] = policy.Facts{}
			}
			if value != nil {
				bySubject[subject][column] = value
			}
		}
		if !found {
			t.Fatalf("the pack has no item %q of %v", column, subjects)
		}
	}
	return bySubject
}

func TestEveryValueOfASyntheticCountyIsValidInItsPack(t *testing.T) {
	for _, name := range synthPacks(t) {
		pack, err := policy.NewLoader().Load(policies.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		printed, err := run(t, &synthCommand{}, "--pack", name, "--out", dir, "--households", "2000", "--poor", "0.1", "--seed", "3")
		if err != nil || !strings.Contains(printed, "2000 households (200 poor") {
			t.Fatalf("%s: %s, %v", name, printed, err)
		}
		subjectsOf := map[string][]string{"households.csv": {"household", "dwelling"}, "persons.csv": {"person"},
			"income.csv": {"income"}, "expenditure.csv": {"expenditure"}}
		for file, kind := range formFiles(t, pack, name) {
			subjectsOf[file] = []string{kind}
		}
		for file, subjects := range subjectsOf {
			t.Run(file, func(t *testing.T) { checkAgainstPack(t, pack, filepath.Join(dir, file), subjects) })
		}
	}
}

// settingOf is what the population of a pack is made of.
func settingOf(t *testing.T, name string) synthSetting {
	t.Helper()
	data, err := synthCommand{Pack: name}.read()
	if err != nil {
		t.Fatal(err)
	}
	setting, err := readSynthSetting(data)
	if err != nil {
		t.Fatal(err)
	}
	return setting
}

// formFiles are the files of forms of areas that a pack's county comes with, and the levels that they are of.
func formFiles(t *testing.T, pack *policy.Pack, name string) map[string]string {
	t.Helper()
	setting := settingOf(t, name)
	kinds := map[string]string{}
	for file, level := range map[string]string{"villages.csv": setting.Layout.Places.Village, "counties.csv": setting.Layout.Places.County} {
		if level == "" {
			continue
		}
		if !registry.IsPlace(pack, level) {
			t.Errorf("%s: the pack has no form of a %s", name, level)
		}
		kinds[file] = level
	}
	return kinds
}

func TestASyntheticCountyAnswersEveryItemOfItsAreasForms(t *testing.T) {
	for _, name := range synthPacks(t) {
		pack, err := policy.NewLoader().Load(policies.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if _, err := run(t, &synthCommand{}, "--pack", name, "--out", dir, "--households", "400"); err != nil {
			t.Fatal(err)
		}
		for file, kind := range formFiles(t, pack, name) {
			r, err := table.Open(filepath.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range pack.ItemsOf(kind) {
				if !slices.Contains(r.Header(), item.Code) {
					t.Errorf("%s of %s has no column %s", file, name, item.Code)
				}
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// checkAgainstPack validates each row. What a household off the register has no value for may be missing.
func checkAgainstPack(t *testing.T, pack *policy.Pack, path string, subjects []string) {
	r, err := table.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		for subject, values := range facts(t, pack, subjects, r.Header(), row) {
			registered := values["identified_on"] != nil
			for _, problem := range pack.Validate(subject, values) {
				if problem.Severity == policy.Provisional && subject == "household" && !registered && problem.Reason.Key == "missing" {
					continue
				}
				t.Fatalf("row %d: %v", row.Number, problem)
			}
		}
	}
}

func TestTheAreasOfASyntheticCountyFollowTheLevelsOfItsPack(t *testing.T) {
	for _, name := range synthPacks(t) {
		pack, err := policy.NewLoader().Load(policies.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if _, err = run(t, &synthCommand{}, "--pack", name, "--out", dir, "--households", "200"); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(filepath.Join(dir, "areas.csv"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		rows, err := csv.NewReader(file).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		widths := map[int]bool{}
		total := 0
		for _, level := range pack.Levels {
			total += level.Width
			widths[total] = true
		}
		for _, row := range rows[1:] {
			if !widths[len(row[0])] {
				t.Errorf("%s: code %s has the width of no level", name, row[0])
			}
		}
		setting := settingOf(t, name)
		if want := len(setting.Words.Places.Above) + setting.County.Townships + setting.County.Villages; len(rows) != 1+want {
			t.Errorf("%s: %d areas, want %d", name, len(rows)-1, want)
		}
	}
}

func TestASyntheticCountyThatCannotBeMadeIsAnErrorWithTheReason(t *testing.T) {
	dir := t.TempDir()
	spec := filepath.Join(dir, "spec.yaml")
	if err := os.WriteFile(spec, []byte("county: {households: 5, hoseholds: 6}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	areas, nameless := filepath.Join(dir, "areas.csv"), filepath.Join(dir, "nameless.csv")
	if err := os.WriteFile(nameless, []byte("code\n99\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(areas, []byte("code,name\n9,A\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"has the length of no level":             {"--areas", areas, "--out", dir},
		"has no synthetic county":                {"--pack", "no-such-pack", "--out", dir},
		"field hoseholds not found":              {"--spec", spec, "--out", dir},
		"poor share 0.9":                         {"--poor", "0.9", "--out", dir},
		"every village needs one":                {"--households", "3", "--out", dir},
		"no specification of mistakes is called": {"--errors", "no-such", "--out", dir},
		"need the columns code and name":         {"--areas", nameless, "--out", dir},
	} {
		if _, err := run(t, &synthCommand{}, args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want %q", args, err, want)
		}
	}
}

func TestAPopulationOverGivenAreasLivesInTheirVillages(t *testing.T) {
	dir := t.TempDir()
	areas := filepath.Join(dir, "given.csv")
	given := "code,name\n99,A\n9901,B\n990124,C\n990124101,D\n990124101201,E\n990124101202,F\n"
	if err := os.WriteFile(areas, []byte(given), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, &synthCommand{}, "--pack", policies.Demonstration(), "--areas", areas, "--out", dir, "--households", "60", "--errors", "mixed"); err != nil {
		t.Fatal(err)
	}
	in := map[string]int{}
	for _, row := range records(t, filepath.Join(dir, "households.csv")) {
		in[row["area"]]++
	}
	if len(in) != 2 || in["990124101201"]+in["990124101202"] != 60 {
		t.Errorf("households by village: %v", in)
	}
}
