package identify_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rightkey/internal/identify"
	"rightkey/internal/policy"
	"rightkey/internal/table"
	"rightkey/internal/testdata"
	"rightkey/policies"
)

const mapText = `
date: "2004-12-31"
key: [hearth]
areas:
  - {level: canton, column: shore, codes: {North: "07", South: "03"}}
  - {level: bay, column: bay}
weight: w
members: souls
missing: ["-9"]
inputs:
  catch_value: {columns: [fish, eels], times: "10"}
`

func mapping(t testing.TB, p *policy.Pack, text string) *identify.Mapping {
	t.Helper()
	m, err := identify.ReadMapping(p, policy.SourceFile{Name: "map.yaml", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// run assesses a CSV text and returns counts, tally by the first area column, rejections and the output.
func run(t testing.TB, p *policy.Pack, m *identify.Mapping, text string) (identify.Counts, *identify.Tally, []identify.Rejection, string) {
	t.Helper()
	in, err := table.NewCSV(strings.NewReader(text), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	survey, err := identify.NewSurvey(p, m, in.Header())
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	languages := identify.ReasonLanguages(p)
	to, err := table.NewCSVWriter(&out, identify.OutputHeader(m, languages))
	if err != nil {
		t.Fatal(err)
	}
	output, tally := identify.NewOutput(p, languages, to), identify.NewTally(min(0, len(m.Areas)-1))
	var rejections []identify.Rejection
	counts, err := survey.Each(in, func(a identify.Assessment) error {
		tally.Add(a)
		return output.Write(a)
	}, func(r identify.Rejection) error {
		rejections = append(rejections, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	return counts, tally, rejections, out.String()
}

func TestAFileIsAssessedRowByRowAndWhatIsWrongIsNamed(t *testing.T) {
	p, _ := madeUp(t)
	counts, tally, rejections, out := run(t, p, mapping(t, p, mapText), `hearth,shore,bay,w,souls,fish,eels
1,South,Gull,2,3,20,10.25
2,South,Gull,1,2,100,50
3,North,Tern,1,4,NA,5
4,North,Tern,1,1,-9,5
5,West,Tern,1,4,3,5
6,North,Tern,1,0,3,5
6,North,Tern,1,2.5,3,5
7,North,Tern,-1,2,3,5
8,North,Tern,1,2,many,5
1,South,Gull,1,2,3,5
,South,Gull,1,2,3,5
9,,Gull,1,2,3,5
10,North,Tern,3,1,20,0.125
`)
	want := identify.Counts{In: 13, Judged: 5, Poor: 1, NotPoor: 2, Unknown: 2, Rejected: 8}
	if counts != want {
		t.Errorf("counts %+v, want %+v", counts, want)
	}
	var told []string
	for _, r := range rejections {
		told = append(told, fmt.Sprintf("%d %s", r.Row, r.Column))
	}
	if got, want := strings.Join(told, ", "), "5 shore, 6 souls, 7 souls, 8 w, 9 fish, 10 hearth, 11 hearth, 12 shore"; got != want {
		t.Errorf("rejected %s, want %s", got, want)
	}
	south, north := tally.Areas()[1], tally.Areas()[0]
	rate, ok := south.PersonRate() // (2 x 3 poor) of (2 x 3 + 1 x 2)
	if !ok || rate != 0.75 || south.Households != 2 || south.PoorPersons != 3 {
		t.Errorf("south %+v, rate %g; want .75 weighted", south, rate)
	}
	if rate, ok := north.PersonRate(); !ok || rate != 0 || north.OpenHouseholds != 2 || north.OpenPersons != 5 {
		t.Errorf("north %+v, rate %g", north, rate)
	}
	wantOut := `hearth,area_canton,area_bay,pack,rule,date,weight,members,welfare,line,line_code,verdict,missing,reason_en
1,South,Gull,ostania@1,catch,2004-12-31,2,3,100,120,island,poor,,Catch per soul 100 OST`
	if !strings.HasPrefix(out, wantOut) {
		t.Errorf("output is\n%s", out)
	}
}

func TestRowsInAreRowsAssessedAndRejected(t *testing.T) {
	p, _ := madeUp(t)
	m := mapping(t, p, mapText)
	cell := rapid.SampledFrom([]string{"1", "2", "30", "NA", "", "-9", "x", "0", "0.5", "North", "South"})
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, 7, 7), 0, 30).Draw(rt, "rows")
		text := "hearth,shore,bay,w,souls,fish,eels\n"
		for _, row := range rows {
			text += strings.Join(row, ",") + "\n"
		}
		counts, tally, rejections, out := run(t, p, m, text)
		if counts.In != len(rows) || counts.In != counts.Judged+counts.Rejected || counts.Judged != counts.Poor+counts.NotPoor+counts.Unknown {
			rt.Fatalf("counts %+v of %d rows", counts, len(rows))
		}
		if len(rejections) != counts.Rejected || tally.All.Households != counts.Judged || strings.Count(out, "\n") != counts.Judged+1 {
			rt.Fatalf("%d rejections, %d tallied, counts %+v", len(rejections), tally.All.Households, counts)
		}
	})
}

func TestAMappingThatDoesNotFitThePackIsRefusedWithItsLine(t *testing.T) {
	p, _ := madeUp(t)
	cases := []struct{ name, old, new, want string }{
		{"unknown key", "weight: w", "wait: w", `unknown key "wait"`},
		{"unknown input", "catch_value:", "catch_volume:", `"catch_volume" is no input`},
		{"no key", "key: [hearth]", "key: []", "key is missing"},
		{"no members", "members: souls", "", "members is missing"},
		{"two dates", "key: [hearth]", "key: [hearth]\ndate_column: d", "either date or date_column"},
		{"code of a wrong width", `"07"`, `"7"`, "must have 2 digits"},
		{"code without quotes", `"07"`, "07", "put it in quotes"},
		{"level without the one above", "level: canton", "level: parish", "without the level above"},
		{"unknown rule", "weight: w", "weight: w\nrule: nets", "no rule of identification"},
		{"bad date", `date: "2004-12-31"`, `date: "2004-12-32"`, "date:"},
		{"input without column", "{columns: [fish, eels], times", "{times", "either column or columns"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(mapText, c.old, c.new, 1)
			_, err := identify.ReadMapping(p, policy.SourceFile{Name: "map.yaml", Data: []byte(text)})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "map.yaml:") {
				t.Errorf("error %v, want %q with the line", err, c.want)
			}
		})
	}
}

func TestEachRowMayHaveItsOwnReferenceDay(t *testing.T) {
	p, _ := madeUp(t)
	m := mapping(t, p, "date_column: day\nkey: [hearth]\nmembers: souls\ninputs: {catch_value: {column: fish}}\n")
	counts, tally, rejections, _ := run(t, p, m, "hearth,day,souls,fish\n1,2004-12-31,1,132.5\n2,2005-12-31,1,132.5\n3,31.12.2005,1,132.5\n")
	if counts.Poor != 1 || counts.NotPoor != 1 || len(rejections) != 1 || rejections[0].Column != "day" {
		t.Errorf("counts %+v, rejections %v", counts, rejections)
	}
	if rate, ok := tally.All.HouseholdRate(); !ok || rate != 0.5 {
		t.Errorf("rate of households %g", rate)
	}
}

func TestAMappingThatNamesAnAbsentColumnIsRefused(t *testing.T) {
	p, _ := madeUp(t)
	_, err := identify.NewSurvey(p, mapping(t, p, mapText), []string{"hearth", "shore", "bay", "w", "souls", "fish"})
	if err == nil || !strings.Contains(err.Error(), `"eels"`) {
		t.Errorf("error %v", err)
	}
}

// The share of persons under 3,250 per adult equivalent and month in the household survey of 2015, without weights:
// 36.6 %, measurement notes section 7.
func TestTheHeadcountOfTheHouseholdSurveyOf2015(t *testing.T) {
	path := testdata.Path(t, "p*_pslm_hies_2015.csv.gz")
	examples, err := filepath.Glob("../../policies/*/examples/pslm-hies-2015.yaml")
	if err != nil || len(examples) != 1 {
		t.Fatalf("%d example mappings, %v", len(examples), err)
	}
	p, err := loader().Load(policies.Files, filepath.Base(filepath.Dir(filepath.Dir(examples[0]))))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(examples[0])
	if err != nil {
		t.Fatal(err)
	}
	in, err := table.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	survey, err := identify.NewSurvey(p, mapping(t, p, string(text)), in.Header())
	if err != nil {
		t.Fatal(err)
	}
	tally, units := identify.NewTally(0), identify.NewTally(1)
	counts, err := survey.Each(in, func(a identify.Assessment) error {
		tally.Add(a)
		units.Add(a)
		return nil
	}, func(r identify.Rejection) error {
		return fmt.Errorf("row %d, column %s: %s", r.Row, r.Column, r.Reason)
	})
	if err != nil {
		t.Fatal(err)
	}
	rate, _ := tally.All.PersonRate()
	if counts.In != 24237 || counts.Rejected != 0 || counts.Unknown != 0 || math.Abs(rate-57706.0/157635) > 1e-12 {
		t.Errorf("counts %+v, headcount %g, want 36.6 %%", counts, rate)
	}
	if len(tally.Areas()) != 4 || len(units.Areas()) != 1605 {
		t.Errorf("%d provinces and %d sampling units, want 4 and 1,605", len(tally.Areas()), len(units.Areas()))
	}
}

func FuzzReadMapping(f *testing.F) {
	p, _ := madeUp(f)
	f.Add([]byte(mapText))
	f.Add([]byte("inputs: {catch_value: {}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := identify.ReadMapping(p, policy.SourceFile{Name: "map.yaml", Data: data})
		if err == nil {
			_, err = identify.NewSurvey(p, m, []string{"hearth"})
		}
		if err != nil && err.Error() == "" {
			t.Fatal("an error without words")
		}
	})
}
