package policy_test

import (
	"errors"
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
	if !slices.Equal(p.Unread, []string{"identify", "tides"}) {
		t.Errorf("unread sections %v, want identify and tides", p.Unread)
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
	for _, name := range []string{"pack.yaml", "lines.yaml", "tides.yaml", "identify.yaml"} {
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
		{"check over an unknown item", "pack.yaml", "drift_nets > 0.0", "drift_net > 0.0", "undeclared reference"},
		{"check mixing whole and decimal", "pack.yaml", "catch_value == 0.0", "catch_value == 0", "found no matching overload"},
		{"formula over an unknown input", "lines.yaml", "inputs: [catch_value, keel_tax]", "inputs: [catch, keel_tax]", `takes the input "catch"`},
		{"formula from itself", "lines.yaml", "inputs: [catch_value, keel_tax]", "inputs: [catch_per_head, keel_tax]", "computed from itself"},
		{"formula with an unused input", "lines.yaml", "inputs: [catch_value, keel_tax]", "inputs: [catch_value, keel_tax, members]", "does not use"},
		{"formula that is no number", "lines.yaml", "cel: catch_value - keel_tax", "cel: catch_value > keel_tax", "expected a double"},
		{"ambiguous input", "lines.yaml", "code: season", "code: catch_value", "is ambiguous: it is an item of household and a value"},
		{"anchor", "pack.yaml", "title: {en: Ostanian", "title: &a {en: Ostanian", "anchors and aliases"},
		{"two lines of one day", "lines.yaml", `from: "2005-01-01"`, `from: "2001-01-01"`, "begins on the same day"},
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
				if one.Pos.File == c.file && one.Pos.Line > 0 && strings.Contains(one.Reason, c.want) {
					return
				}
			}
			t.Errorf("no error says %q with file and line near %d:\n%v", c.want, lineOf(text, c.old), err)
		})
	}
}
