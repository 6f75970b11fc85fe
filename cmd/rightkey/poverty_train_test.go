package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rightkey/internal/testdata"
	"rightkey/poverty/pmt"
)

const featuresYAML = `
village: village
area: area
features:
  - {name: size}
  - {name: rooms}
  - {name: roof, category: true}
  - {name: crowding, formula: size/rooms}
`

// surveyCSV is a made-up survey of 40 villages.
func surveyCSV() string {
	random := rand.New(rand.NewPCG(1, 2))
	var text strings.Builder
	text.WriteString("id,village,area,size,rooms,roof,income\n")
	for village := range 40 {
		effect := 0.3 * random.NormFloat64()
		for k := range 20 {
			size, rooms := 1+random.IntN(8), 1+random.IntN(4)
			roof := []string{"grass", "tin", "tile"}[random.IntN(3)]
			income := math.Exp(7 - 0.5*math.Log(float64(size)) + 0.3*float64(rooms) + effect + 0.2*float64(len(roof)%4) + 0.3*random.NormFloat64())
			fmt.Fprintf(&text, "h%d-%d,v%d,a%d,%d,%d,%s,%.4f\n", village, k, village, village%4, size, rooms, roof, income)
		}
	}
	return text.String()
}

func TestAScoreIsTrainedAppliedAndEvaluated(t *testing.T) {
	survey, features := writeFile(t, "survey.csv", surveyCSV()), writeFile(t, "features.yaml", featuresYAML)
	dir := t.TempDir()
	for _, kind := range []string{"ols", "ridge", "quantile", "logit", "boost", "mean", "scorecard"} {
		model, oof, scores := filepath.Join(dir, kind+".json"), filepath.Join(dir, kind+"-oof.csv"), filepath.Join(dir, kind+".csv")
		out, err := runPoverty(t, "train", "--in", survey, "--target", "income", "--log", "--features", features, "--model", kind,
			"--line", "900", "--rounds", "50", "--questions", "3", "--folds", "3", "--out", model, "--oof", oof)
		if err != nil || !strings.Contains(out, "800 households (0 left out)") {
			t.Fatalf("%s: %s %v", kind, out, err)
		}
		if out, err = runPoverty(t, "predict", "--model", model, "--in", survey, "--id", "id", "--out", scores); err != nil {
			t.Fatalf("%s: %s %v", kind, out, err)
		}
		written, err := os.ReadFile(scores)
		if err != nil || strings.Count(string(written), "\n") != 801 || !strings.Contains(string(written), "h39-19,") {
			t.Fatalf("%s: %d lines of scores (%v)", kind, strings.Count(string(written), "\n"), err)
		}
		if out, err = runPoverty(t, "evaluate", "--in", oof, "--truth", "target", "--score", "score", "--by", "fold", "--plots", filepath.Join(dir, kind), "--format", "json"); err != nil {
			t.Fatalf("%s: %s %v", kind, out, err)
		}
		var e evaluation
		if err := json.Unmarshal([]byte(out), &e); err != nil {
			t.Fatal(err)
		}
		if whole := e.Results[0]; *whole.Exclusion > 0.6 || *whole.AUC < 0.75 || math.Abs(*whole.Exclusion-*whole.Inclusion) > 1e-9 {
			t.Errorf("%s: exclusion %v, inclusion %v, area under the curve %v", kind, *whole.Exclusion, *whole.Inclusion, *whole.AUC)
		}
		for _, name := range []string{"roc.svg", "calibration.svg", "areas.svg"} {
			if drawn, err := os.ReadFile(filepath.Join(dir, kind, name)); err != nil || !strings.HasPrefix(string(drawn), "<svg") || !strings.HasSuffix(string(drawn), "</svg>\n") {
				t.Errorf("%s: %s is no drawing (%v)", kind, name, err)
			}
		}
	}
}

func TestTrainingTwiceWritesTheSameFile(t *testing.T) {
	survey, features := writeFile(t, "survey.csv", surveyCSV()), writeFile(t, "features.yaml", featuresYAML)
	var files [2]string
	for k := range files {
		path := filepath.Join(t.TempDir(), "m.json")
		if out, err := runPoverty(t, "train", "--in", survey, "--target", "income", "--log", "--features", features, "--rounds", "30", "--village-effect", "--line", "900", "--out", path); err != nil {
			t.Fatal(out, err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[k] = string(text)
	}
	if files[0] != files[1] {
		t.Error("the files differ")
	}
	model, err := pmt.Read(strings.NewReader(files[0]))
	if err != nil || model.Card.Villages != 40 || len(model.Card.Limits) != 4 || model.Card.Performance.R2 < 0.5 {
		t.Errorf("card %+v (%v)", model.Card, err)
	}
}

func TestADefinitionWithAnUnknownKeyIsRefused(t *testing.T) {
	survey, features := writeFile(t, "survey.csv", surveyCSV()), writeFile(t, "features.yaml", "feature: [size]\n")
	_, err := runPoverty(t, "train", "--in", survey, "--target", "income", "--features", features, "--out", filepath.Join(t.TempDir(), "m.json"))
	if err == nil || !strings.Contains(err.Error(), "field feature not found") {
		t.Errorf("error %v", err)
	}
}

func TestAnIndexDefinedInAFileIsMeasuredByGroup(t *testing.T) {
	in := writeFile(t, "s.csv", "w,region,water,school\n1,n,1,1\n1,n,1,0\n2,s,0,0\n,s,1,1\n")
	spec := writeFile(t, "index.yaml", `
name: two indicators
cutoffs: [0.5]
weight: w
by: [region]
dimensions:
  - {name: services, indicators: [{name: water, deprived: water == 1}]}
  - {name: people, indicators: [{name: school, deprived: school == 1}]}
`)
	out, err := runPoverty(t, "mpi", "--in", in, "--spec", spec, "--format", "json")
	if err != nil {
		t.Fatal(err)
	}
	var lines []countedLine
	if err := json.Unmarshal([]byte(out), &lines); err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"M0": 0.375, "H": 0.5, "A": 0.75, "M0 n": 0.75, "M0 s": 0}
	for _, l := range lines {
		key := strings.TrimSpace(l.Measure + " " + l.Group)
		if value, asked := want[key]; asked && l.Indicator == "" && math.Abs(*l.Estimate-value) > 1e-12 {
			t.Errorf("%s = %v, want %v", key, *l.Estimate, value)
		}
	}
}

func TestSmallAreasAreEstimatedAsTheReferenceSoftwareDoes(t *testing.T) {
	spec := writeFile(t, "areas.yaml", `
area: SmallArea
direct: yi
variance: SD*SD
covariates: [MajorArea == 2, MajorArea == 3, MajorArea == 4]
`)
	out, err := runPoverty(t, "smallarea", "--in", testdata.Path(t, "sae_milk.csv.gz"), "--spec", spec)
	if err != nil || !strings.Contains(out, "variance of area effects 0.0185502") || !strings.Contains(out, "1.02197") {
		t.Errorf("%s %v", out, err)
	}
}

func TestCheckPrintsOursBesideTheirs(t *testing.T) {
	testdata.Path(t, "eusilc_synthetic_laeken.csv.gz")
	out, err := runPoverty(t, "check", "--no-benchmarks", "--data", testdata.Dir())
	if err != nil || !strings.Contains(out, "small areas: Fay-Herriot") {
		t.Errorf("%s %v", out, err)
	}
}
