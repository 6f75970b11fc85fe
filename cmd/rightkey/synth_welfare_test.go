package main

import (
	"encoding/csv"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rightkey/poverty/pmt"
	"rightkey/poverty/targeting"
)

// told are fields of the files that say what was decided of a household, or who it is, and not how it lives.
var told = []string{"village", "head", "group", "phone", "status", "registered", "attribute", "identified", "exit_year", "cause_main", "causes_other",
	"moves", "moves_way", "resettlement", "name", "number", "birth", "allowance", "father_name", "numbered"}

// surveyOf is a synthetic population as a survey would see it: what can be seen of each household, and its consumption.
type surveyOf struct {
	welfare  []float64 // logarithm of consumption by head
	villages []string
	seen     map[string][]float64
}

func records(t *testing.T, path string) []map[string]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]map[string]string, 0, len(all))
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, cell := range cells {
			row[all[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}

// surveyed reads the files of a population.
func surveyed(t *testing.T, pack, dir string) *surveyOf {
	t.Helper()
	setting := settingOf(t, pack)
	s := &surveyOf{seen: map[string][]float64{}}
	at := map[string]int{}
	for _, row := range records(t, filepath.Join(dir, "truth", "households.csv")) {
		at[row["household"]] = len(s.welfare)
		size := number(row["size"])
		s.welfare = append(s.welfare, math.Log(number(row["consumption"])/size))
		s.villages = append(s.villages, row["village"])
		s.add("size", len(s.welfare)-1, size)
		s.add("log size", len(s.welfare)-1, math.Log(size))
	}
	for _, file := range []string{"households", "persons"} {
		for _, row := range records(t, filepath.Join(dir, file+".csv")) {
			household := row["key"]
			if file == "persons" {
				household = row["household"]
				s.age(at[household], row["birth"], setting.County.Year)
			}
			for _, column := range setting.Layout.Columns[file] {
				if column.Field != "" && !slices.Contains(told, column.Field) {
					s.see(at[household], column.Item, row[column.Item])
				}
			}
		}
	}
	return s
}

func (s *surveyOf) add(feature string, household int, value float64) {
	for len(s.seen[feature]) < household+1 {
		s.seen[feature] = append(s.seen[feature], 0)
	}
	s.seen[feature][household] += value
}

// see adds a number, or one for each word.
func (s *surveyOf) see(household int, item, cell string) {
	if value, err := strconv.ParseFloat(cell, 64); err == nil && !strings.HasPrefix(cell, "0") {
		s.add(item, household, value)
		s.add("log "+item, household, math.Log1p(math.Abs(value)))
	}
	for _, word := range strings.Split(cell, ";") {
		if word != "" && len(word) < 20 {
			s.add(item+"="+word, household, 1)
		}
	}
}

func (s *surveyOf) age(household int, birth string, year int) {
	age := year - int(number(birth[:4]))
	group := "old"
	switch {
	case age < 6:
		group = "small"
	case age < 16:
		group = "child"
	case age < 60:
		group = "grown"
	}
	s.add("age "+group, household, 1)
}

func number(text string) float64 {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return math.NaN()
	}
	return value
}

// data are the features that enough households have.
func (s *surveyOf) data() *pmt.Data {
	var m pmt.Matrix
	for _, name := range slices.Sorted(maps.Keys(s.seen)) {
		column := append(s.seen[name], make([]float64, len(s.welfare)-len(s.seen[name]))...)
		some := 0
		for _, value := range column {
			if value != column[0] {
				some++
			}
		}
		if some >= 50 {
			m.Names, m.Columns = append(m.Names, name), append(m.Columns, column)
		}
	}
	return &pmt.Data{Trees: m, Linear: m}
}

// A proxy means test on this population has to be about as good as on the household survey of 2015, on which it
// excludes .35 of the poorest fifth: with much less error the population would flatter every method that is tried on
// it.
func TestAProxyMeansTestIsAsGoodAsOnARealSurvey(t *testing.T) {
	for _, pack := range synthPacks(t) {
		t.Run(pack, func(t *testing.T) {
			dir := t.TempDir()
			if _, err := run(t, &synthCommand{}, "--pack", pack, "--out", dir, "--households", "6000", "--seed", "5"); err != nil {
				t.Fatal(err)
			}
			s := surveyed(t, pack, dir)
			folds := pmt.GroupFolds(s.villages, len(s.welfare), 5, 1)
			scores, err := pmt.CrossFit(s.data(), s.welfare, nil, folds, pmt.Options{Kind: pmt.KindOLS})
			if err != nil {
				t.Fatal(err)
			}
			poorest := poorestOf(t, s.welfare)
			chosen, err := targeting.Poorest(scores, nil, 0.2)
			if err != nil {
				t.Fatal(err)
			}
			accuracy, err := targeting.Compare(poorest, chosen, nil)
			if err != nil {
				t.Fatal(err)
			}
			fit, err := targeting.R2(s.welfare, scores)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("EER20 %.3f, R2 %.3f", accuracy.Exclusion, fit)
			if accuracy.Exclusion < 0.30 || accuracy.Exclusion > 0.40 {
				t.Errorf("the test excludes %.3f of the poorest fifth, not .30 to .40 (R2 %.3f)", accuracy.Exclusion, fit)
			}
		})
	}
}

func poorestOf(t *testing.T, welfare []float64) []bool {
	t.Helper()
	shares, err := targeting.Poorest(welfare, nil, 0.2)
	if err != nil {
		t.Fatal(err)
	}
	poorest := make([]bool, len(shares))
	for i, share := range shares {
		poorest[i] = share > 0.5
	}
	return poorest
}
