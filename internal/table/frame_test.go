package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rightkey/internal/fault"
	"rightkey/internal/testdata"
)

func load(t testing.TB, text string) *Frame {
	t.Helper()
	r, err := NewCSV(strings.NewReader(text), Options{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := Load(r)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestNumbersAreReadByColumnAndMissingOnesAreNaN(t *testing.T) {
	f := load(t, "id,income\n1, 12.5\n2,NA\n3,\n4,-1e3\n")
	got, err := f.Numbers("income")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float64{12.5, math.NaN(), math.NaN(), -1000}, got, cmpopts.EquateNaNs()); diff != "" {
		t.Error(diff)
	}
	if i, ok := f.Index("income"); i != 1 || !ok || f.Len() != 4 {
		t.Errorf("index %d %v, length %d", i, ok, f.Len())
	}
	if _, err = f.Numbers("expenditure"); err == nil || !strings.Contains(err.Error(), `no column "expenditure" (it has "id", "income")`) {
		t.Errorf("a column that is not there: %v", err)
	}
}

func TestCellsThatAreNotNumbersAreNamedByRowAndColumn(t *testing.T) {
	for _, cell := range []string{"twelve", "1.2.3", "Inf", "NaN", "0x1p4", "1_000", "1e999", "１２", "-"} {
		_, err := load(t, "id,income\n1,1\n2,"+cell+"\n").Numbers("income")
		var bad *fault.Error
		if !errors.As(err, &bad) || len(bad.Details) != 1 || bad.Details[0].Row != 2 || bad.Details[0].Field != "income" {
			t.Errorf("cell %q: %v", cell, err)
		}
	}
}

func TestFilesAreOpenedByTheirEnding(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.csv": "a,b\n1,2\n", "a.TSV": "a\tb\n1\t2\n"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		row, err := r.Next()
		if err = errors.Join(err, r.Close()); err != nil || len(row.Cells) != 2 {
			t.Errorf("%s: %v, %v", name, row, err)
		}
	}
	for _, name := range []string{"a.xls", "a.xlsx.gz", "a", "a.gz"} {
		if _, err := OpenNamed(name, strings.NewReader("a"), 1, Options{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := OpenNamed("a.csv.gz", strings.NewReader("a,b\n"), 4, Options{}); err == nil {
		t.Error("a file that is not gzip was opened as .csv.gz")
	}
	if _, err := Open(filepath.Join(dir, "absent.csv")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an absent file: %v", err)
	}
}

func TestTheNationalAreaListIsReadWhole(t *testing.T) {
	r, err := Open(testdata.Path(t, "admin/*_admin_2021_l1to5.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := Load(r)
	if err = errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	if f.Len() != 663_131 {
		t.Errorf("%d areas, want 663131", f.Len())
	}
}

// areaList is a table like the national list of areas: a code and a short name, 663,131 rows.
func areaList() []byte {
	var out bytes.Buffer
	out.WriteString("code,name\n")
	for range 663_131 {
		out.WriteString("520424017002,某某村民委员会\n")
	}
	return out.Bytes()
}

func BenchmarkReadingTheNationalAreaListAgainstTheStandardLibrary(b *testing.B) {
	list := areaList()
	var own, standard time.Duration
	for b.Loop() {
		start := time.Now()
		r, err := NewCSV(bytes.NewReader(list), Options{})
		for err == nil {
			_, err = r.Next()
		}
		own += time.Since(start)
		start = time.Now()
		baseline := csv.NewReader(bytes.NewReader(list))
		for err = nil; err == nil; {
			_, err = baseline.Read()
		}
		standard += time.Since(start)
		if !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
	}
	b.ReportMetric(own.Seconds()/float64(b.N), "s/table")
	b.ReportMetric(own.Seconds()/standard.Seconds(), "x-encoding/csv")
}
