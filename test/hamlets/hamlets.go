// Package hamlets puts up, for tests of screens on areas and accounts, a county of many villages, each recorded by an
// account of its own, under a pack of the made-up country with such screens.
package hamlets

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"rightkey/internal/access"
	"rightkey/internal/job"
	"rightkey/internal/registry"
	"rightkey/internal/table"
	"rightkey/internal/testdata"
	"rightkey/test/register"
	"rightkey/test/stand"
)

// Villages and PerVillage are how many villages the county of these tests has, and of how many households: of 30 households
// of ten accounts, an account all of whose incomes are just below the line is missed in one county of eight.
const (
	Villages   = 10
	PerVillage = 60
	Recorders  = 50 // the account of the first one: one for each village
)

// OfMany are screens on areas and accounts for the made-up country.
func OfMany(phones []byte) []byte {
	var text []byte
	for code, screen := range map[string]string{"G06": "village_rate", "G07": "copied_answer\n    within: 0", "G08": "heaped_income", "G09": "round_income\n    within: 100"} {
		text = append(text, strings.NewReplacer("code: G02", "code: "+code, "shared_phone", screen, "least: 3", "least: 10\n    beyond: \"3.5\"").Replace(string(phones))...)
	}
	return text
}

// Record registers the villages, each by an account of its own: village i by Recorders+i. planted says what is wrong in a village.
func Record(t *testing.T, r *register.Register, random *rand.Rand, planted map[int]string) {
	t.Helper()
	for village := range Villages {
		rows := "key,area,status,nets,catch,share,lamp,boat\n"
		for i := range PerVillage {
			status, nets, catch, share := "afloat", 1+random.IntN(39), 1+random.IntN(9999), random.IntN(1000)
			if random.Float64() < 0.2 || planted[village] == "rate" && random.Float64() < 0.8 {
				status = "stranded"
			}
			if planted[village] == "copies" {
				nets, catch, share = 3, 500, 250
			}
			rows += fmt.Sprintf("v%dh%d,11001%03d,%s,%d,%d,0.%03d,%v,0%d\n", village, i, village+1, status, nets, catch, share, i%2 == 0 && planted[village] != "copies", 1+share%3)
		}
		account := int64(Recorders + village)
		r.Grant(account, fmt.Sprint("person-", account), "county-office")
		mapping := register.Households
		mapping.Columns = map[string]string{"status": "status", "nets": "drift_nets", "catch": "catch_value", "share": "tide_share", "lamp": "lamp", "boat": "boats"}
		written(t, r, account, mapping, rows)
	}
}

// written brings a file in as an account.
func written(t *testing.T, r *register.Register, account int64, m registry.Mapping, text string) {
	t.Helper()
	from, err := table.NewCSV(strings.NewReader(text), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	scope := r.Scope(t, account, access.ImportRun)
	im, err := r.Registry.Upload(t.Context(), scope, "test.csv", from)
	if err == nil {
		im, err = r.Registry.Apply(t.Context(), scope, im.ID, im.Ver, m, registry.Stop)
	}
	if err != nil {
		t.Fatal(err)
	}
	if j := r.Wait(t, account, im.Job); j.State != job.Done || j.Counts.Rejected > 0 {
		t.Fatalf("import: %+v %s", j.Counts, j.Error)
	}
}

// Areas are a county with its villages.
func Areas() string {
	text := "code,name\n11,North\n11001,Cove\n12,South\n12001,Bay\n12001001,Kelp\n"
	for i := range Villages {
		text += fmt.Sprintf("11001%03d,Hamlet %d\n", i+1, i+1)
	}
	return text
}

// Phones is the check on shared telephones.
func Phones(checks []byte) string {
	return string(checks[bytes.Index(checks, []byte("  - code: G02")):bytes.Index(checks, []byte("  - code: G03"))])
}

// Under runs a test on each engine under the made-up country's pack as it was changed.
func Under(t *testing.T, files fstest.MapFS, areas string, test func(t *testing.T, r *register.Register)) {
	t.Helper()
	stand.Each(t, register.Widths, func(t *testing.T, s *stand.Stand) {
		r := register.Open(t, s, files, "ostania")
		r.LoadAreas(t, areas)
		test(t, r)
	})
}

// Country is the folder of the made-up country, to be changed.
func Country(t *testing.T) fstest.MapFS {
	t.Helper()
	folder := os.DirFS(filepath.Join(testdata.Root(), "internal", "policy", "testdata"))
	files := fstest.MapFS{}
	err := fs.WalkDir(folder, "ostania", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(folder, path)
		files[path] = &fstest.MapFile{Data: content}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
