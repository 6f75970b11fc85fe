package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"rightkey/internal/table"
	"rightkey/internal/testdata"
)

const twoYears = `
name: ten deprivations
cutoffs: [0.33]
weight: weight
strata: stratum
psu: psu
by: [region]
dimensions:
  - {name: health, indicators: [{name: nutrition, deprived: d_nutr == 1}, {name: mortality, deprived: d_cm == 1}]}
  - {name: schooling, indicators: [{name: attendance, deprived: d_satt == 1}, {name: years, deprived: d_educ == 1}]}
  - {name: living, indicators: [{name: water, deprived: d_wtr == 1}, {name: housing, deprived: d_hsg == 1}]}
`

func TestTheYearsOfOneFileAreMeasuredAsFilesOfTheirOwn(t *testing.T) {
	path := testdata.Path(t, "mpitb_syn_cdta.csv.gz")
	frame, err := loadTable(path)
	if err != nil {
		t.Fatal(err)
	}
	together := runMPI(t, "--in", path, "--spec", writeFile(t, "column.yaml", twoYears+"year: year\n"))
	first, second := yearOf(t, frame, "2010"), yearOf(t, frame, "2018.5")
	apart := runMPI(t, "--in", second, "--year", "2018.5", "--in", first, "--year", "2010", "--spec", writeFile(t, "files.yaml", twoYears))
	if len(together) != len(apart) || len(together) < 100 {
		t.Fatalf("%d lines from one file, %d from two", len(together), len(apart))
	}
	changed := 0
	for i, a := range together {
		b := apart[i]
		if a.Change != "" {
			changed++
		}
		if a.when() != b.when() || a.Change != b.Change || a.Measure != b.Measure || a.Indicator != b.Indicator || a.Group != b.Group ||
			!near(a.Estimate, b.Estimate) || !near(a.SE, b.SE) || a.Rows != b.Rows {
			t.Errorf("line %d: %+v, of its own file %+v", i, a, b)
		}
	}
	if changed == 0 {
		t.Error("no change between the years was printed")
	}
}

func TestAChangeIsTheDifferenceOfTheLevelsWithBothErrors(t *testing.T) {
	lines := runMPI(t, "--in", testdata.Path(t, "mpitb_syn_cdta.csv.gz"), "--spec", writeFile(t, "column.yaml", twoYears+"year: year\n"))
	found := map[string]countedLine{}
	for _, l := range lines {
		if l.By == "" && l.Measure == "M0" {
			found[l.Change+l.when()] = l
		}
	}
	a, b := found["2010"], found["2018.5"]
	change, relative := found["absolute2010–2018.5"], found["relative a year2010–2018.5"]
	if a.Estimate == nil || b.Estimate == nil || change.Estimate == nil || relative.Estimate == nil {
		t.Fatalf("levels and changes %+v", found)
	}
	if got, want := *change.Estimate, *b.Estimate-*a.Estimate; math.Abs(got-want) > 1e-15 {
		t.Errorf("change %v, want %v", got, want)
	}
	if got, want := *change.SE, math.Sqrt(*a.SE**a.SE+*b.SE**b.SE); math.Abs(got-want) > 1e-15 {
		t.Errorf("standard error %v, want %v", got, want)
	}
	if got, want := *relative.Estimate, math.Pow(*b.Estimate / *a.Estimate, 1.0/8.5)-1; math.Abs(got-want) > 1e-15 {
		t.Errorf("relative change a year %v, want %v", got, want)
	}
}

func TestYearsThatDoNotFitTheFilesAreRefused(t *testing.T) {
	in, spec := writeFile(t, "s.csv", "d,y\n1,2010\n0,2012\n"), "cutoffs: [1]\ndimensions: [{name: one, indicators: [{name: d, deprived: d == 1}]}]\n"
	for _, c := range []struct {
		name, spec, want string
		args             []string
	}{
		{"two files without years", spec, "give a --year for each --in", []string{"--in", in, "--in", in}},
		{"a year too many", spec, "1 files and 2 years", []string{"--in", in, "--year", "2010", "--year", "2012"}},
		{"the same year twice", spec, "two surveys of the year 2010", []string{"--in", in, "--in", in, "--year", "2010", "--year", "2010"}},
		{"a column and a year", spec + "year: y\n", "one of them", []string{"--in", in, "--year", "2010"}},
		{"a column that is not there", spec + "year: z\n", "year", []string{"--in", in}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := runPoverty(t, append([]string{"mpi", "--spec", writeFile(t, "i.yaml", c.spec)}, c.args...)...)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestAPovertyMapFindsTheTruthOfEveryVillage(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var survey, census strings.Builder
	survey.WriteString("village,size,rooms,income\n")
	census.WriteString("village,size,rooms\n")
	poor, persons := map[string]float64{}, map[string]float64{}
	for v := range 60 {
		village, effect := fmt.Sprint("v", v), 0.25*random.NormFloat64()
		for k := range 400 {
			size, rooms := 1+random.IntN(7), 1+random.IntN(5)
			income := math.Exp(6 + 0.3*float64(rooms) + effect + 0.4*random.NormFloat64())
			fmt.Fprintf(&census, "%s,%d,%d\n", village, size, rooms)
			if k < 15 {
				fmt.Fprintf(&survey, "%s,%d,%d,%.4f\n", village, size, rooms, income)
			}
			persons[village] += float64(size)
			if income <= 800 {
				poor[village] += float64(size)
			}
		}
	}
	in, all := writeFile(t, "survey.csv", survey.String()), writeFile(t, "census.csv", census.String())
	errors := map[string]float64{}
	for _, method := range []string{methodELL, methodEBP} {
		spec := writeFile(t, "map.yaml", "area: village\nwelfare: income\nweight: size\ncovariates: [rooms]\nline: 800\nseed: 7\nmethod: "+method+"\n")
		out, err := runPoverty(t, "smallarea", "--in", in, "--census", all, "--spec", spec, "--format", "json")
		if err != nil {
			t.Fatal(err)
		}
		var result struct{ Areas []mapLine }
		if err := json.Unmarshal([]byte(out), &result); err != nil {
			t.Fatal(err)
		}
		covered := 0
		for _, a := range result.Areas {
			truth := poor[a.Area] / persons[a.Area]
			errors[method] += (*a.Headcount - truth) * (*a.Headcount - truth) / 60
			if math.Abs(*a.Headcount-truth) <= 1.96**a.HeadcountSE {
				covered++
			}
		}
		if len(result.Areas) != 60 || covered < 50 {
			t.Errorf("%s: %d of %d villages within their 95 %% interval", method, covered, len(result.Areas))
		}
	}
	if errors[methodEBP] > errors[methodELL]/2 {
		t.Errorf("mean squared error %.5f with what the survey saw of the villages, %.5f without", errors[methodEBP], errors[methodELL])
	}
}

func TestABootstrapAgreesWithLinearisation(t *testing.T) {
	in := writeFile(t, "survey.csv", surveyCSV())
	args := []string{"measure", "--in", in, "--welfare", "income", "--line", "900", "--weight", "size", "--strata", "area", "--psu", "village", "--by", "area", "--format", "json"}
	var se [2][]measuredLine
	for i, more := range [][]string{nil, {"--bootstrap", "400", "--seed", "5"}} {
		out, err := runPoverty(t, append(args, more...)...)
		if err != nil {
			t.Fatal(err)
		}
		var m measurement
		if err := json.Unmarshal([]byte(out), &m); err != nil {
			t.Fatal(err)
		}
		se[i] = m.Results
	}
	for i, line := range se[0] {
		if ratio := *se[1][i].SE / *line.SE; *line.Estimate != *se[1][i].Estimate || ratio < 0.85 || ratio > 1.2 {
			t.Errorf("%s %s: bootstrap %.5f, linearised %.5f", line.Index, line.Group, *se[1][i].SE, *line.SE)
		}
	}
}

func near(a, b *float64) bool {
	return a == nil && b == nil || a != nil && b != nil && math.Abs(*a-*b) <= 1e-12
}

func runMPI(t *testing.T, args ...string) []countedLine {
	t.Helper()
	out, err := runPoverty(t, append([]string{"mpi", "--format", "json"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	var lines []countedLine
	if err := json.Unmarshal([]byte(out), &lines); err != nil {
		t.Fatal(err)
	}
	return lines
}

// yearOf writes the rows of one year into a file of its own.
func yearOf(t *testing.T, frame *table.Frame, year string) string {
	t.Helper()
	years, err := frame.Strings("year")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	text.WriteString(strings.Join(frame.Header(), ",") + "\n")
	columns := make([][]string, len(frame.Header()))
	for j, name := range frame.Header() {
		if columns[j], err = frame.Strings(name); err != nil {
			t.Fatal(err)
		}
	}
	for i := range years {
		if years[i] != year {
			continue
		}
		for j := range columns {
			if j > 0 {
				text.WriteByte(',')
			}
			text.WriteString(columns[j][i])
		}
		text.WriteByte('\n')
	}
	return writeFile(t, year+".csv", text.String())
}
