package files

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rightkey/synth"
)

// memory keeps written files by name.
type memory map[string]*bytes.Buffer

type memoryFile struct{ *bytes.Buffer }

func (memoryFile) Close() error { return nil }

func (m memory) create(name string) (io.WriteCloser, error) {
	if m[name] != nil {
		return nil, errors.New(name + " was written twice")
	}
	m[name] = &bytes.Buffer{}
	return memoryFile{m[name]}, nil
}

func (m memory) rows(t testing.TB, name string) []map[string]string {
	t.Helper()
	records, err := csv.NewReader(bytes.NewReader(m[name].Bytes())).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, cell := range record {
			row[records[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}

func smallCounty(t testing.TB, seed uint64) *synth.County {
	t.Helper()
	county, err := synth.New(smallSpec(seed))
	if err != nil {
		t.Fatal(err)
	}
	return county
}

func smallSpec(seed uint64) synth.Spec {
	part := []synth.Syllable{{Text: "a", Latin: "A"}, {Text: "b", Latin: "B"}, {Text: "c", Latin: "C"}}
	name := synth.PlaceName{First: part, Second: part, Endings: part, From: 1, Digits: 2}
	words := synth.Words{
		Names:   synth.Names{Surnames: synth.Lexicon{Words: "Ash", Exponent: 1}, Male: synth.Lexicon{Words: "Jo", Exponent: 1}, Female: synth.Lexicon{Words: "An", Exponent: 1}},
		Places:  synth.Places{Above: []synth.Area{{Code: "9", Name: "County", Latin: "County"}}, Township: name, Village: name, ValidFrom: "2000-01-01"},
		Sources: map[string][]string{},
	}
	for _, source := range []string{"wage", "crops", "livestock", "trade", "rent", "pension", "allowance", "subsidy", "support", "inputs", "feed", "medical", "schooling", "food", "utilities", "services", "insurance"} {
		words.Sources[source] = []string{"from, " + source}
	}
	return synth.Spec{Seed: seed, Households: 400, Townships: 2, Villages: 5, PoorShare: 0.2, VillageShare: 0.2, Luck: 0.75, LuckSeen: 0.56, Spread: 0.6, MeanSize: 3,
		Errors: synth.Errors{Wrong: 0.1, Missed: 0.1, Inclusion: map[string]float64{"near": 1}, Exclusion: map[string]float64{"near": 1}},
		Year:   2013, Measure: synth.MeasureIncome, Child: 1, Line: 273_600, Round: 1, Basket: []synth.Good{{Kind: "food", Share: 1}}, Words: words}
}

func smallLayout() Layout {
	entries := []Column{{Item: "year", Const: "2013"}, {Item: "class", Field: "class"}, {Item: "amount", Field: "amount"}, {Item: "from", Field: "source"}}
	return Layout{Pack: "made-up", Digits: 2,
		Codes: map[string]map[string]string{
			"sex":   {"male": "m", "female": "f"},
			"cause": {"illness": "1", "disability": "2", "schooling": "3", "disaster": "4", "land": "5", "water": "6", "technique": "7", "labour": "8", "capital": "9", "transport": "10", "drive": "11"},
		},
		Columns: map[string][]Column{
			"households":  {{Item: "area", Field: "village"}, {Item: "causes", Field: "causes_other", Codes: "cause"}, {Item: "built", Field: "house_built"}},
			"persons":     {{Item: "sex", Field: "sex", Codes: "sex"}, {Item: "kin", Field: "relation"}, {Item: "born", Field: "birth"}},
			"income":      entries,
			"expenditure": entries,
		}}
}

func written(t testing.TB, seed uint64) (memory, Counts) {
	t.Helper()
	files := memory{}
	done := 0
	counts, err := Write(smallCounty(t, seed), smallLayout(), files.create, func(n int) { done = n })
	if err != nil {
		t.Fatal(err)
	}
	if done != 400 || counts.Households != 400 {
		t.Errorf("%d households of which progress saw %d", counts.Households, done)
	}
	return files, counts
}

func TestEqualSeedsGiveEqualBytes(t *testing.T) {
	first, _ := written(t, 7)
	second, _ := written(t, 7)
	other, _ := written(t, 8)
	for name, data := range first {
		if !bytes.Equal(data.Bytes(), second[name].Bytes()) {
			t.Errorf("%s differs", name)
		}
	}
	if bytes.Equal(first[Households].Bytes(), other[Households].Bytes()) {
		t.Error("another seed gave the same households")
	}
}

func TestTheFilesBelongTogetherByTheirKeysAndAddUpToTheTruth(t *testing.T) {
	files, counts := written(t, 7)
	net, size := map[string]int64{}, map[string]int{}
	minor := func(amount string) (n int64) {
		for _, digit := range strings.Replace(amount, ".", "", 1) {
			n = n*10 + int64(digit-'0')
		}
		return n
	}
	for _, row := range files.rows(t, Income) {
		net[row["household"]] += minor(row["amount"])
	}
	for _, row := range files.rows(t, Expenditure) {
		if row["class"] == "production_cost" {
			net[row["household"]] -= minor(row["amount"])
		}
	}
	keys := map[string]bool{}
	for _, row := range files.rows(t, Persons) {
		size[row["household"]]++
		if keys[row["key"]] || row["sex"] != "m" && row["sex"] != "f" || len(row["born"]) != 10 {
			t.Errorf("person %v", row)
		}
		keys[row["key"]] = true
	}
	poor := 0
	for i, row := range files.rows(t, Truth) {
		household := files.rows(t, Households)[i]["key"]
		if row["household"] != household || minor(row["net_income"]) != net[household] || row["size"] != string(rune('0'+size[household])) {
			t.Fatalf("truth %v; entries give %d, persons %d", row, net[household], size[household])
		}
		if row["poor"] == "true" {
			poor++
		}
	}
	if poor != counts.Poor || poor != 80 {
		t.Errorf("%d poor, counted %d", poor, counts.Poor)
	}
}

func TestAMappingStandsBesideEachFileOfSubjects(t *testing.T) {
	files, _ := written(t, 7)
	want := "# How income.csv is read by the import.\npack: made-up\nsubject: income\nsource: synth\nkey: key\nhousehold: household\nday: \"2013-12-31\"\n" +
		"columns:\n  year: year\n  class: class\n  amount: amount\n  from: from\n"
	if diff := cmp.Diff(want, files["income.map.yaml"].String()); diff != "" {
		t.Error(diff)
	}
	if len(files) != 5+4+2 {
		t.Errorf("%d files", len(files))
	}
}

func TestLayoutsThatCannotBeFilledAreRefused(t *testing.T) {
	for want, change := range map[string]func(*Layout){
		`no field "sox"`:       func(l *Layout) { l.Columns["persons"] = []Column{{Item: "sex", Field: "sox"}} },
		`no code list "sexes"`: func(l *Layout) { l.Columns["persons"] = []Column{{Item: "sex", Field: "sex", Codes: "sexes"}} },
		`sex has no "female"`:  func(l *Layout) { delete(l.Codes["sex"], "female") },
	} {
		layout := smallLayout()
		change(&layout)
		if _, err := Write(smallCounty(t, 1), layout, memory{}.create, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestAFileThatCannotBeMadeIsAnError(t *testing.T) {
	full := errors.New("no space left")
	create := func(name string) (io.WriteCloser, error) {
		if name == Persons {
			return nil, full
		}
		return memory{}.create(name)
	}
	if _, err := Write(smallCounty(t, 1), smallLayout(), create, nil); !errors.Is(err, full) {
		t.Errorf("error %v", err)
	}
}

func TestAmountsAreWrittenInMajorUnits(t *testing.T) {
	for _, c := range []struct {
		minor  int64
		digits int
		want   string
	}{{123450, 2, "1234.50"}, {5, 2, "0.05"}, {-5, 2, "-0.05"}, {7, 0, "7"}, {-1234, 3, "-1.234"}, {0, 2, "0.00"}} {
		if got := amount(c.minor, c.digits); got != c.want {
			t.Errorf("%d: %q, want %q", c.minor, got, c.want)
		}
	}
}
