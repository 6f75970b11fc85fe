package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"rightkey/internal/testdata"
)

// runPoverty runs "rightkey poverty" with these arguments and returns what it prints.
func runPoverty(t testing.TB, args ...string) (string, error) {
	t.Helper()
	var cli povertyCommands
	var out bytes.Buffer
	parser, err := kong.New(&cli, kong.Name("rightkey poverty"), kong.Writers(&out, &out), kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	context, err := parser.Parse(args)
	if err != nil {
		return out.String(), err
	}
	err = context.Run()
	return out.String(), err
}

// writeFile writes a small file for a test and returns its path.
func writeFile(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMeasureGivesTheReferenceHeadcountGapAndSquaredGap(t *testing.T) {
	path := testdata.Path(t, "eusilc_synthetic_laeken.csv.gz")
	out, err := runPoverty(t, "measure", "--in", path, "--welfare", "eqIncome", "--line", "10000",
		"--weight", "rb050", "--strata", "db040", "--psu", "rb030", "--by", "db040", "--format", "json")
	if err != nil {
		t.Fatal(err)
	}
	var m measurement
	if err := json.Unmarshal([]byte(out), &m); err != nil {
		t.Fatal(err)
	}
	want := map[string][2]float64{
		"fgt0": {.114440129198526, .00267678716346154},
		"fgt1": {.0320854179632806, .00105019040873712},
		"fgt2": {.0161893529592889, .000735424342526078},
	}
	if len(m.Results) != 3*10 {
		t.Errorf("%d results, want 3 indices of the whole and 9 regions", len(m.Results))
	}
	for _, r := range m.Results {
		if r.Group != "" {
			continue
		}
		if w := want[r.Index]; math.Abs(*r.Estimate-w[0]) > 1e-13 || math.Abs(*r.SE-w[1]) > 1e-14 {
			t.Errorf("%s = %v ± %v, want %v ± %v", r.Index, *r.Estimate, *r.SE, w[0], w[1])
		}
	}
}

func TestMeasureCountsWhatIsMissingAndLeavesItOut(t *testing.T) {
	path := writeFile(t, "s.csv", "income,w,line\n5,1,10\n,1,10\n20,NA,10\n30,1,\n40,1,10\n")
	out, err := runPoverty(t, "measure", "--in", path, "--welfare", "income", "--weight", "w", "--line", "line")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"5 rows, 3 left out for missing values", "fgt0", "0.5"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

func TestMeasureSaysWhatIsWrong(t *testing.T) {
	path := writeFile(t, "s.csv", "income,area\n5,a\nx,b\n")
	cases := map[string][]string{
		`welfare: row 2, column "income": "x" is not a number`: {"--welfare", "income", "--line", "3"},
		`index fgt0 needs --line`:                              {"--welfare", "1+1"},
		`index "poor" is not known`:                            {"--welfare", "1", "--line", "3", "--indices", "poor"},
		`has no column "village"`:                              {"--welfare", "1", "--line", "3", "--psu", "village"},
	}
	for want, args := range cases {
		_, err := runPoverty(t, append([]string{"measure", "--in", path}, args...)...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
