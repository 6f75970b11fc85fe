package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"rightkey/internal/testdata"
	"rightkey/policies"
)

// run runs a command with these arguments and returns what it prints.
func run(t testing.TB, command any, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	parser, err := kong.New(command, kong.Name("rightkey"), kong.Writers(&out, &out), kong.Exit(func(int) {}))
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

// madeUpPack copies the pack of the country that does not exist and replaces a text in one of its files.
func madeUpPack(t testing.TB, file, old, new string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "pack")
	if err := os.CopyFS(dir, os.DirFS("../../internal/policy/testdata/ostania")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, file)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(text, []byte(old), []byte(new), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestPolicyCheckCountsWhatAPackHolds(t *testing.T) {
	out, err := run(t, &policyCommand{}, "check", "--unconfirmed", madeUpPack(t, "pack.yaml", "", ""))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"3 levels, 23 items, 5 code lists with 11 options, 4 lines, 3 other values, 2 formulas",
		"49 decided values: 46 with a source, 3 unconfirmed", "unconfirmed lines.yaml:9 value keel_tax (no source)", "does not read: tides"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

func TestPolicyCheckPrintsEveryErrorWithFileAndLineAndFails(t *testing.T) {
	dir := madeUpPack(t, "lines.yaml", `amount: "90"`, "amount: 0090")
	out, err := run(t, &policyCommand{}, "check", dir)
	if err == nil || !strings.Contains(out, dir+"/lines.yaml:4: figure 0090 must stand in quotes") {
		t.Errorf("error %v, output\n%s", err, out)
	}
}

func TestACodeOfAnotherSectionThatIsNotThereIsRefusedWithFileAndLine(t *testing.T) {
	for _, c := range []struct{ file, old, fresh, want string }{
		{"campaigns.yaml", "remove: stranding", "remove: sinking", `campaigns.yaml:3: design "rounds" removes by "sinking", which the section procedure does not have`},
		{"campaigns.yaml", "add: stranding", "add: floating", `campaigns.yaml:3: design "rounds" adds by "floating", which`},
		{"checks.yaml", "after: [confirmed]}", "after: [confirmed], opens: sinking}", `checks.yaml:7: act "case" opens "sinking", which`},
		{"procedure.yaml", "{code: canton, title: {en: Before the canton}", "{code: canton, judge: mermaids, title: {en: Before the canton}", `procedure.yaml:19: state canton is judged by "mermaids", which the section identify does not have`},
	} {
		out, err := run(t, &policyCommand{}, "check", madeUpPack(t, c.file, c.old, c.fresh))
		if err == nil || !strings.Contains(out, c.want) {
			t.Errorf("error %v, want %q in\n%s", err, c.want, out)
		}
	}
}

func TestEveryPackThatComesWithTheProgramPassesTheCheckWithAllItsSectionsRead(t *testing.T) {
	heads, err := fs.Glob(policies.Files, "*/pack.yaml")
	if err != nil || len(heads) == 0 {
		t.Fatalf("%d packs, %v", len(heads), err)
	}
	for _, head := range heads {
		out, err := run(t, &policyCommand{}, "check", filepath.Dir(head))
		if err != nil || strings.Contains(out, "does not read") {
			t.Errorf("%v\n%s", err, out)
		}
	}
}

func TestIdentifyWritesAssessmentsAndSaysWhatItRejected(t *testing.T) {
	in := writeFile(t, "hearths.csv", "hearth,souls,fish\n1,3,302.5\n2,2,1000\n3,2,NA\n4,0,10\n")
	mapping := writeFile(t, "map.yaml", "date: \"2004-12-31\"\nkey: [hearth]\nmembers: souls\ninputs: {catch_value: {column: fish}}\n")
	out, rejects := filepath.Join(t.TempDir(), "out.csv"), filepath.Join(t.TempDir(), "rejects.csv")
	printed, err := run(t, &identifyCommand{}, "--pack", madeUpPack(t, "pack.yaml", "", ""), "--in", in, "--map", mapping, "--out", out, "--rejects", rejects)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"rows 4 = assessed 3 (poor 1, not poor 1, cannot say 1) + rejected 1", `rejected row 4, column souls: "0" is not a number of persons`} {
		if !strings.Contains(printed, want) {
			t.Errorf("%q is not in\n%s", want, printed)
		}
	}
	written, err := os.ReadFile(out)
	if err != nil || strings.Count(string(written), "\n") != 4 || !strings.Contains(string(written), "1,ostania@1,catch,2004-12-31,1,3,100,120,island,poor,,") {
		t.Errorf("output %v\n%s", err, written)
	}
	refused, err := os.ReadFile(rejects)
	if err != nil || string(refused) != "row,column,reason\n4,souls,\"\"\"0\"\" is not a number of persons\"\n" {
		t.Errorf("rejects %v\n%s", err, refused)
	}
}

func TestIdentifyLeavesNoHalfWrittenFile(t *testing.T) {
	in := writeFile(t, "hearths.csv", "hearth,souls,fish\n1,3,302.5\n")
	mapping := writeFile(t, "map.yaml", "date: \"2004-12-31\"\nkey: [hearth]\nmembers: crew\ninputs: {catch_value: {column: fish}}\n")
	dir := t.TempDir()
	_, err := run(t, &identifyCommand{}, "--pack", madeUpPack(t, "pack.yaml", "", ""), "--in", in, "--map", mapping, "--out", filepath.Join(dir, "out.csv"))
	if err == nil || !strings.Contains(err.Error(), `"crew"`) {
		t.Errorf("error %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("files are left: %v", left)
	}
}

func TestIdentifyGivesTheHeadcountOfTheHouseholdSurveyOf2015(t *testing.T) {
	in := testdata.Path(t, "p*_pslm_hies_2015.csv.gz")
	examples, err := filepath.Glob("../../policies/*/examples/pslm-hies-2015.yaml")
	if err != nil || len(examples) != 1 {
		t.Fatalf("%d example mappings, %v", len(examples), err)
	}
	pack := filepath.Base(filepath.Dir(filepath.Dir(examples[0])))
	out := filepath.Join(t.TempDir(), "out.csv")
	printed, err := run(t, &identifyCommand{}, "--pack", pack, "--in", in, "--map", examples[0], "--out", out)
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`all +24237 +7501 +0 +30\.95 % +157635 +57706 +36\.61 %`).MatchString(printed) {
		t.Errorf("the whole is not 36.6 %% of persons:\n%s", printed)
	}
}
