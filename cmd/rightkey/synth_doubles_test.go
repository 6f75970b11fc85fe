package main

import (
	"path/filepath"
	"testing"

	"rightkey/linkage"
	"rightkey/policies"
)

// Where hardly anybody is written twice, neighbours are what is most alike in a register: their numbers hold the same
// district and days that look alike, or were issued one after another.
func TestWhoIsWrittenTwiceIsFoundAndHardlyAnybodyElse(t *testing.T) {
	for _, c := range []struct {
		errors string
		packs  []string
	}{{"none", []string{policies.Demonstration()}}, {"demonstration", synthPacks(t)}} {
		for _, pack := range c.packs {
			t.Run(pack+"/"+c.errors, func(t *testing.T) {
				dir := t.TempDir()
				args := []string{"--pack", pack, "--out", dir, "--households", "2500", "--seed", "7"}
				if c.errors != "none" {
					args = append(args, "--errors", c.errors)
				}
				if _, err := run(t, &synthCommand{}, args...); err != nil {
					t.Fatal(err)
				}
				people, twice := records(t, filepath.Join(dir, "persons.csv")), doublesOf(t, dir)
				found, others := 0, 0
				for _, pair := range doubles(t, dir, people) {
					if twice[[2]string{people[pair.Left]["key"], people[pair.Right]["key"]}] {
						found++
					} else {
						others++
					}
				}
				t.Logf("%d persons, %d written twice, %d of them found, %d pairs of others", len(people), len(twice), found, others)
				if float64(found) < .9*float64(len(twice)) {
					t.Errorf("%d of %d doubles found", found, len(twice))
				}
				if others > 2 {
					t.Errorf("%d pairs of strangers among %d doubles", others, len(twice))
				}
			})
		}
	}
}

// doublesOf are the persons who are written twice, by the keys of both rows in their order in the file.
func doublesOf(t *testing.T, dir string) map[[2]string]bool {
	t.Helper()
	members, at := map[string][]string{}, map[string]int{}
	for i, p := range records(t, filepath.Join(dir, "persons.csv")) {
		members[p["household"]] = append(members[p["household"]], p["key"])
		at[p["key"]] = i
	}
	twice := map[[2]string]bool{}
	both := func(a, b string) {
		if at[a] > at[b] {
			a, b = b, a
		}
		twice[[2]string{a, b}] = true
	}
	for _, r := range records(t, filepath.Join(dir, "truth", "records.csv")) {
		switch r["fault"] {
		case "twice":
			both(r["key"], r["truth"])
		case "household_twice":
			for i, key := range members[r["key"]] {
				both(key, members[r["truth"]][i])
			}
		}
	}
	return twice
}

// doubles are the pairs that are likelier one person than not, in a register of the files' persons.
func doubles(t *testing.T, dir string, people []map[string]string) []linkage.Pair {
	t.Helper()
	areas := map[string]string{}
	for _, h := range records(t, filepath.Join(dir, "households.csv")) {
		areas[h["key"]] = h["area"]
	}
	builder, err := linkage.NewBuilder([]linkage.Field{{Name: "name", Kind: linkage.Name}, {Name: "birth", Kind: linkage.Date},
		{Name: "sex", Kind: linkage.Sex}, {Name: "id", Kind: linkage.ID}, {Name: "place", Kind: linkage.Place}})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range people {
		builder.Add([]string{p["name"], p["birth"], p["sex"], p["national_id"], areas[p["household"]]}, p["household"])
	}
	groups, err := linkage.Dedupe(builder.Finish(), linkage.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	return groups.Pairs
}
