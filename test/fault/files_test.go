package fault_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rightkey/policies"
)

// The files of a made-up county on the made-up country's pack: what a survey brings in, with the faults it has.

const areaRows = "code,name\n11,North\n11001,Cove\n11001001,Reef\n11001002,Shoal\n11002,Dune\n11002001,Marram\n12,South\n12001,Bay\n12001001,Kelp\n"

var hamlets = []string{"11001001", "11001002", "11002001", "12001001"}

const (
	householdMap = "subject: household\nsource: base\nkey: key\narea: area\nday: \"2013-12-31\"\nversion: ver\ncolumns: {status: status, nets: drift_nets, boats: boats, lamp: lamp, catch: catch_value}\n"
	personMap    = "subject: person\nsource: base\nkey: key\nhousehold: hh\nday: \"2013-12-31\"\ncolumns: {name: name, sex: sex, birth: birth, id: national_id, rel: relation, fever: salt_fever}\n"
)

// householdFile is n households from key first on. Every 41st names an area that does not exist, every 53rd repeats a
// key, every 7th has a catch without nets (a problem, not a refusal).
func householdFile(first, n int) string {
	var b strings.Builder
	b.WriteString("key,area,ver,status,nets,boats,lamp,catch\n")
	for i := first; i < first+n; i++ {
		key, area, nets := fmt.Sprintf("h%05d", i), hamlets[i%len(hamlets)], i%30+1
		switch {
		case i%41 == 40:
			area = "99999999"
		case i%53 == 52:
			key = fmt.Sprintf("h%05d", i-1)
		case i%7 == 6:
			nets = 0
		}
		fmt.Fprintf(&b, "%s,%s,,%s,%d,%s,%s,%d\n", key, area, []string{"afloat", "stranded", ""}[i%3], nets, []string{"01", "02;03", ""}[i%3], []string{"yes", "no", ""}[i%3], i*10)
	}
	return b.String()
}

// revisedFile is a later file on the same households: every 2nd has another catch, every 5th another status (which
// waits for a second person), every 11th is based on a version that moved on (which is kept as a conflict), and some
// households are new.
func revisedFile(n, more int) string {
	var b strings.Builder
	b.WriteString("key,area,ver,status,nets,boats,lamp,catch\n")
	for i := range n {
		if i%41 == 40 || i%53 == 52 || i%7 == 6 {
			continue
		}
		status, version, catch := []string{"afloat", "stranded", ""}[i%3], "", i*10
		if i%2 == 0 {
			catch += 5
		}
		if i%5 == 0 {
			status = "refloated"
		}
		if i%11 == 0 {
			version, catch = "1", catch+1
		}
		fmt.Fprintf(&b, "h%05d,%s,%s,%s,%d,,,%d\n", i, hamlets[i%len(hamlets)], version, status, i%30+1, catch)
	}
	_, rows, _ := strings.Cut(householdFile(n, more), "\n")
	return b.String() + rows
}

// personFile is two persons for each of n households, the first its head. Some numbers are claimed twice, every 29th
// row names a household that does not exist, every 31st is a second head.
func personFile(n int) string {
	var b strings.Builder
	b.WriteString("key,hh,name,sex,birth,id,rel,fever\n")
	for i := range 2 * n {
		household, relation, number := fmt.Sprintf("h%05d", i/2), "head", luhn(100_000_000+i)
		if i%2 == 1 {
			relation = "kin"
		}
		switch {
		case i%29 == 28:
			household = "nowhere"
		case i%31 == 30 && i%2 == 1:
			relation = "head"
		case i%17 == 16:
			number = luhn(100_000_000 + i - 1)
		}
		fmt.Fprintf(&b, "p%05d,%s,Soul %d,%s,19%02d-03-01,%s,%s,%s\n", i, household, i, []string{"f", "m"}[i%2], i%90+10, number, relation, []string{"yes", "no", ""}[i%3])
	}
	return b.String()
}

// luhn appends the check digit to a number of nine digits.
func luhn(n int) string {
	digits, sum := fmt.Sprint(n), 0
	for i, c := range digits {
		d := int(c - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return fmt.Sprintf("%s%d", digits, (10-sum%10)%10)
}

// scenario is an import to be disturbed: the state before it, and its file.
type scenario struct {
	name   string
	before func(t testing.TB, w *world, files string)
	file   func(t testing.TB, files string) // writes import.csv and import.map.yaml
}

const herds = 900 // households of the first files

var scenarios = []scenario{
	{"new households", ostania, func(t testing.TB, files string) { write(t, files, householdFile(0, 1400), householdMap) }},
	{"persons", withHouseholds, func(t testing.TB, files string) { write(t, files, personFile(700), personMap) }},
	{"revised households", withHouseholds, func(t testing.TB, files string) { write(t, files, revisedFile(herds, 300), householdMap) }},
	{"incomes", withCounty, func(t testing.TB, files string) {
		copyFile(t, filepath.Join(files, "county", "income.csv"), filepath.Join(files, "import.csv"))
		copyFile(t, filepath.Join(files, "county", "income.map.yaml"), filepath.Join(files, "import.map.yaml"))
	}},
}

func ostania(t testing.TB, w *world, files string) {
	w.run(t, "init", "--pack", filepath.Join(root(), "internal/policy/testdata/ostania"))
	if err := os.WriteFile(filepath.Join(files, "areas.csv"), []byte(areaRows), 0o600); err != nil {
		t.Fatal(err)
	}
	w.run(t, "areas", "load", filepath.Join(files, "areas.csv"))
}

func withHouseholds(t testing.TB, w *world, files string) {
	ostania(t, w, files)
	write(t, files, householdFile(0, herds), householdMap)
	w.imports(t, files)
}

// withCounty is a small county by "rightkey synth" on the pack that has one, its households imported.
func withCounty(t testing.TB, w *world, files string) {
	county := filepath.Join(files, "county")
	w.run(t, "init", "--pack", filepath.Join(root(), "policies", policies.Demonstration()))
	p := launch(t, exec.Command(binary(t), "synth", "--out", county, "--seed", "7", "--households", "500"))
	if err := p.wait(time.Minute); err != nil {
		t.Fatalf("make a county: %v\n%s", err, &p.out)
	}
	w.run(t, "areas", "load", filepath.Join(county, "areas.csv"))
	w.run(t, "import", filepath.Join(county, "households.csv"), "--map", filepath.Join(county, "households.map.yaml"))
}

func write(t testing.TB, files, rows, mapping string) {
	t.Helper()
	for name, text := range map[string]string{"import.csv": rows, "import.map.yaml": mapping} {
		if err := os.WriteFile(filepath.Join(files, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// importing are the arguments of the import of a scenario's file.
func importing(files string) []string {
	return []string{"import", filepath.Join(files, "import.csv"), "--map", filepath.Join(files, "import.map.yaml"), "--on-error", "skip"}
}

// imports imports the file that was written last, undisturbed.
func (w *world) imports(t testing.TB, files string) string {
	t.Helper()
	return w.run(t, importing(files)...)
}
