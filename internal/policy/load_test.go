package policy_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"rightkey/internal/policy"
)

// ostania loads the country that does not exist from its folder, as a pack is added at run time.
func ostania(t testing.TB) *policy.Pack {
	t.Helper()
	p, err := policy.NewLoader().Load(os.DirFS("testdata"), "ostania")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAPackIsLoadedFromAFolderAtRunTime(t *testing.T) {
	p := ostania(t)
	if p.ID != "ostania" || p.Digits != 0 || p.Levels.Digits() != 8 || p.HomeLevel != "canton" {
		t.Fatalf("identity or levels are wrong: %+v", p)
	}
	if _, ok := p.Item("household", "drift_nets"); !ok {
		t.Error("the item drift_nets is missing")
	}
	if got := len(p.ItemsOf("household", "boats")); got != 3 {
		t.Errorf("section boats has %d items, want 3", got)
	}
	if got := len(p.Unconfirmed()); got != 2 {
		t.Errorf("%d unconfirmed values, want 2 (boat_kind, keel_tax): %v", got, p.Unconfirmed())
	}
	if !slices.Equal(p.Unread, []string{"campaigns", "checks", "identify", "procedure", "quality", "roster", "tides"}) {
		t.Errorf("unread sections %v, want campaigns, checks, identify, procedure, quality, roster and tides", p.Unread)
	}
}

type tides struct {
	Spring policy.Number `yaml:"spring"`
	Neap   policy.Number `yaml:"neap"`
}

func TestARoomReadsItsOwnTypedSection(t *testing.T) {
	loader := policy.NewLoader()
	loader.Section("tides", func(_ *policy.Pack, files []policy.SourceFile) (any, error) {
		var found tides
		if err := policy.Decode(files[0], &found); err != nil {
			return nil, err
		}
		return found, nil
	})
	p, err := loader.Load(os.DirFS("testdata"), "ostania")
	if err != nil {
		t.Fatal(err)
	}
	found, ok := policy.SectionOf[tides](p, "tides")
	if !ok || found.Spring.String() != "2.4" || found.Neap.String() != "1.1" {
		t.Errorf("section tides is %+v", found)
	}
}

func TestTheHashIsThatOfTheContentsNotOfTheLineEnds(t *testing.T) {
	files := ostanianFiles(t)
	first := mustLoad(t, files)
	for name, file := range files {
		files[name] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(file.Data), "\n", "\r\n"))}
	}
	if second := mustLoad(t, files); second.Hash != first.Hash {
		t.Error("the hash depends on the line ends")
	}
	files["tides.yaml"] = &fstest.MapFile{Data: []byte(`{spring: "2.5", neap: "1.1"}`)}
	if third := mustLoad(t, files); third.Hash == first.Hash {
		t.Error("the hash does not see a changed section")
	}
}

func mustLoad(t *testing.T, files fstest.MapFS) *policy.Pack {
	t.Helper()
	p, err := policy.NewLoader().Load(files, ".")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// ostanianFiles are the files of the made-up pack, for tests that spoil them.
func ostanianFiles(t testing.TB) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{"pack.yaml", "lines.yaml", "tides.yaml", "identify.yaml", "roster.yaml", "quality.yaml", "procedure.yaml", "checks.yaml", "campaigns.yaml"} {
		data, err := os.ReadFile("testdata/ostania/" + name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	return files
}

// lineOf is the number of the first line of a text that contains part.
func lineOf(text, part string) int {
	for i, line := range strings.Split(text, "\n") {
		if strings.Contains(line, part) {
			return i + 1
		}
	}
	return 0
}

func TestWhatIsWrongInAPackIsSaidWithFileAndLine(t *testing.T) {
	cases := []struct {
		name, file, old, new, want string
	}{
		{"unknown key", "pack.yaml", "home_level: canton", "home_levle: canton", `unknown key "home_levle"`},
		{"duplicate key", "pack.yaml", "  digits: 0", "  currency: OST", `key "currency" stands twice`},
		{"code with leading zero without quotes", "pack.yaml", `{code: "01"`, "{code: 01", "put it in quotes"},
		{"decimal without quotes", "lines.yaml", `number: "2.5"`, "number: 2.5", "must stand in quotes"},
		{"amount without quotes", "lines.yaml", `amount: "90"`, "amount: 90", "must stand in quotes"},
		{"date without quotes", "lines.yaml", `from: "2003-01-01"`, "from: 2003-01-01", "put it in quotes"},
		{"not a date", "lines.yaml", `to: "2003-12-31"`, `to: "2003-13-31"`, "to:"},
		{"to before from", "lines.yaml", `to: "2003-12-31"`, `to: "2002-12-31"`, "is before from"},
		{"finer than the currency", "lines.yaml", `amount: "90"`, `amount: "90.5"`, "with at most 0 decimals"},
		{"area inside a level", "lines.yaml", `area: "07002"`, `area: "0700"`, "ends inside a level"},
		{"no source", "lines.yaml", "label: {en: Northern line}, source: Hearth Act 12", "label: {en: Northern line}", "neither a source"},
		{"no purpose", "pack.yaml", "label: {en: Drift nets}, class: P1, purpose: [register]", "label: {en: Drift nets}, class: P1, purpose: []", "has no purpose"},
		{"missing language", "pack.yaml", "label: {en: Motto}", "label: {}", `has no text in "en"`},
		{"foreign language", "pack.yaml", "label: {en: Motto}", "label: {en: Motto, xx: Motto}", "not a language of this pack"},
		{"unknown kind", "pack.yaml", "kind: bool, label: {en: Harbour lamp}", "kind: lamp, label: {en: Harbour lamp}", `kind "lamp" is not one of`},
		{"unknown code list", "pack.yaml", "codes: boat_kind", "codes: boats", "code list"},
		{"unknown section", "pack.yaml", "section: hearth, kind: bool", "section: heart, kind: bool", "is not among forms"},
		{"unknown class", "pack.yaml", "class: P3", "class: P9", `class "P9" is not one of`},
		{"secret item in lists", "pack.yaml", "class: P3", "list: true, class: P4", "is secret (P4)"},
		{"unknown status group", "pack.yaml", "group: general", "group: lost", "group of status"},
		{"core item missing", "pack.yaml", "code: birth, subject: person", "code: born, subject: person", "core item person.birth"},
		{"required_if that is no condition", "pack.yaml", "required_if: lamp", "required_if: drift_nets", "expected a bool"},
		{"required always and if", "pack.yaml", "required_if: lamp", "required: true, required_if: lamp", "required_if is for facts"},
		{"check over an unknown item", "pack.yaml", "drift_nets > 0.0", "drift_net > 0.0", "undeclared reference"},
		{"check mixing whole and decimal", "pack.yaml", "catch_value == 0.0", "catch_value == 0", "found no matching overload"},
		{"formula over an unknown input", "lines.yaml", "inputs: [catch_value, keel_tax]", "inputs: [catch, keel_tax]", `takes the input "catch"`},
		{"formula from itself", "lines.yaml", "inputs: [catch_value, keel_tax]", "inputs: [catch_per_head, keel_tax]", "computed from itself"},
		{"formula with an unused input", "lines.yaml", "inputs: [catch_value, keel_tax]", "inputs: [catch_value, keel_tax, members]", "does not use"},
		{"formula that is no number", "lines.yaml", "cel: catch_value - keel_tax", "cel: catch_value > keel_tax", "expected a double"},
		{"ambiguous input", "lines.yaml", "code: season", "code: catch_value", "is ambiguous: it is an item of household and a value"},
		{"whole number in quotes", "pack.yaml", "width: 2", `width: "2"`, "a whole number without quotes"},
		{"whole number with leading zero", "pack.yaml", "width: 2", "width: 02", "leading zeros"},
		{"truth value in quotes", "pack.yaml", "unconfirmed: true", `unconfirmed: "true"`, "true or false without quotes"},
		{"text for a list", "pack.yaml", "languages: [en]", "languages: en", "expected a list"},
		{"list for a text", "pack.yaml", "currency: OST", "currency: [OST]", "expected text, found a list"},
		{"mapping for a figure", "lines.yaml", `amount: "90"`, `amount: {a: "90"}`, "must stand in quotes"},
		{"text for a mapping", "pack.yaml", "title: {en: Ostanian hearth register}", "title: hearths", "expected a mapping"},
		{"null for a text", "pack.yaml", "currency: OST", "currency: null", "is not text"},
		{"range of a truth value", "pack.yaml", "kind: bool, label: {en: Harbour lamp}", `kind: bool, min: "1", label: {en: Harbour lamp}`, "has no range"},
		{"max below min", "pack.yaml", `min: "0", max: "40"`, `min: "41", max: "40"`, "max below its min"},
		{"pattern of a number", "pack.yaml", `kind: int, min: "0"`, `kind: int, pattern: "[0-9]", min: "0"`, "only a text has a pattern"},
		{"unknown algorithm", "pack.yaml", "check: luhn", "check: lune", `check "lune" is not one of`},
		{"no lengths", "pack.yaml", "lengths: [10], ", "", "lengths is missing"},
		{"core item in a section", "pack.yaml", "core: true, kind: date", "core: true, section: person, kind: date", "needs no section"},
		{"item of another subject's section", "pack.yaml", "section: person, kind: bool", "section: boats, kind: bool", "which is about household"},
		{"section without its file", "pack.yaml", "tides: [tides.yaml]", "tides: [tides.yaml, moons.yaml]", "not in the folder"},
		{"a file in two sections", "pack.yaml", "tides: [tides.yaml]", "tides: [identify.yaml, tides.yaml]", "which belongs to"},
		{"sections elsewhere", "lines.yaml", "terms:", "sections: {x: [x.yaml]}\n\nterms:", "sections belong into"},
		{"unknown role", "lines.yaml", "terms:", "roles: [{code: pilot, label: {en: Pilot}}]\n\nterms:", `role "pilot" is not one of`},
		{"unknown home level", "pack.yaml", "home_level: canton", "home_level: county", "is not a level of this pack"},
		{"area key too long", "pack.yaml", "label: {en: Hamlet}, width: 3", "label: {en: Hamlet}, width: 6}\n  - {code: hut, label: {en: Hut}, width: 6", "an area key has 1 to 15"},
		{"value of both kinds", "lines.yaml", "text: spring", `text: spring, number: "1"`, "either a number or a text"},
		{"word that CEL keeps", "pack.yaml", "code: lamp", "code: import", "keeps for itself"},
		{"anchor", "pack.yaml", "title: {en: Ostanian", "title: &a {en: Ostanian", "anchors and aliases"},
		{"two lines of one day", "lines.yaml", `from: "2005-01-01"`, `from: "2001-01-01"`, "begins on the same day"},
		{"counts of no area", "pack.yaml", "counts: households", "counts: boats", `counts "boats" is not one of`},
		{"counts of a household", "pack.yaml", "kind: bool, label: {en: Harbour lamp}", "kind: int, counts: persons, label: {en: Harbour lamp}", "only a number of an area"},
		{"bad pattern", "pack.yaml", `pattern: "[a-z ]+"`, `pattern: "[a-z"`, "pattern of item"},
		{"not YAML", "lines.yaml", "values:", "values: [", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			files := ostanianFiles(t)
			text := string(files[c.file].Data)
			if !strings.Contains(text, c.old) {
				t.Fatalf("%q is not in %s", c.old, c.file)
			}
			spoiled := strings.Replace(text, c.old, c.new, 1)
			files[c.file] = &fstest.MapFile{Data: []byte(spoiled)}
			_, err := policy.NewLoader().Load(files, ".")
			var found policy.LoadErrors
			if !errors.As(err, &found) {
				t.Fatalf("error is %v, want LoadErrors", err)
			}
			for _, one := range found {
				inSections := strings.Contains(one.Reason, "section ") && one.Pos.File == "pack.yaml"
				if one.Pos.File == c.file && (one.Pos.Line > 0 || inSections) && strings.Contains(one.Reason, c.want) {
					return
				}
			}
			t.Errorf("no error says %q with file and line near %d:\n%v", c.want, lineOf(text, c.old), err)
		})
	}
}

func TestLevelsStandInOneFile(t *testing.T) {
	files := ostanianFiles(t)
	files["reefs.yaml"] = &fstest.MapFile{Data: []byte("# reefs\nlevels: [{code: reef, label: {en: Reef}, width: 1}]\n")}
	_, err := policy.NewLoader().Load(files, ".")
	if err == nil || !strings.Contains(err.Error(), "reefs.yaml:2: levels stand twice, first in pack.yaml") {
		t.Errorf("error is %v", err)
	}
}

func TestAFolderWithoutAPackIsRefused(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"no file":               {},
		"no head file":          {"lines.yaml": &fstest.MapFile{Data: []byte("lines: []")}},
		"no pack":               {"pack.yaml": &fstest.MapFile{Data: []byte("# nothing")}},
		"two packs in one file": {"pack.yaml": &fstest.MapFile{Data: []byte("terms: {}\n---\nterms: {}\n")}},
	} {
		if _, err := policy.NewLoader().Load(files, "."); err == nil {
			t.Errorf("%s: it was loaded", name)
		}
	}
}

func TestAClassIsPartOfAClassThatIsWhole(t *testing.T) {
	const text = `codes:
  gain: {label: {en: Gain}, source: Hearth Act 20, options: [{code: sea, label: {en: Sea}}, {code: eels, group: %s, label: {en: Eels}}, {code: elvers, group: %s, label: {en: Elvers}}]}
forms: [{code: gains, subject: income, label: {en: Gains}}]
items: [{code: class, subject: income, core: true, kind: choice, codes: gain, label: {en: Gain}, class: P1, purpose: [register], source: Hearth Act 20}]
`
	for _, c := range []struct {
		eels, elvers string
		sound        bool
	}{{"sea", "sea", true}, {"land", "sea", false}, {"sea", "eels", false}} {
		files := ostanianFiles(t)
		files["gains.yaml"] = &fstest.MapFile{Data: fmt.Appendf(nil, text, c.eels, c.elvers)}
		_, err := policy.NewLoader().Load(files, ".")
		if (err == nil) != c.sound || (err != nil && !strings.Contains(err.Error(), "is part of")) {
			t.Errorf("eels part of %s, elvers of %s: %v", c.eels, c.elvers, err)
		}
	}
}
