package register

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rightkey/internal/registry"
	"rightkey/internal/table"
	"rightkey/internal/testdata"
)

// Survey is the real household survey of 2015: the pack that judges it and the files that bring it in.
type Survey struct {
	Pack    string // folder of the pack
	File    string // path of the survey, one row per household
	Mapping registry.Mapping
	// AreasCSV registers the survey's provinces and, five levels down, its sampling units.
	AreasCSV string
}

// OpenSurvey finds the survey, or skips the test where its file is absent.
func OpenSurvey(t testing.TB) Survey {
	t.Helper()
	s := Survey{File: testdata.Path(t, "p*_pslm_hies_2015.csv.gz")}
	examples, err := filepath.Glob(filepath.Join(testdata.Root(), "policies/*/examples/pslm-hies-2015.import.yaml"))
	if err != nil || len(examples) != 1 {
		t.Fatalf("%d example mappings, %v", len(examples), err)
	}
	s.Pack = filepath.Base(filepath.Dir(filepath.Dir(examples[0])))
	text, err := os.ReadFile(examples[0])
	if err != nil {
		t.Fatal(err)
	}
	if s.Mapping, err = registry.ParseMapping(text); err != nil {
		t.Fatal(err)
	}
	in := s.Reader(t, 0)
	province, unit := slices.Index(in.Header(), "province"), slices.Index(in.Header(), "psu")
	var b strings.Builder
	b.WriteString("code,name,level,parent\n")
	seen := map[string]bool{}
	for {
		row, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		area(&b, seen, row.Cells[province], row.Cells[unit])
	}
	s.AreasCSV = b.String()
	return s
}

// area writes a province with one division, district and tehsil, and a sampling unit in it.
func area(b *strings.Builder, seen map[string]bool, province, unit string) {
	around := ""
	for level, code := range []string{province, province + "-1", province + "-1-1", province + "-1-1-1", unit} {
		if !seen[code] {
			fmt.Fprintf(b, "%s,%s,%d,%s\n", code, code, level+1, around)
		}
		seen[code], around = true, code
	}
}

// Reader reads the first rows of the survey, all for 0.
func (s Survey) Reader(t testing.TB, rows int) table.Reader {
	t.Helper()
	in, err := table.Open(s.File)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close() })
	if rows == 0 {
		return in
	}
	return &first{in, rows}
}

// first reads the first rows of a table.
type first struct {
	table.Reader
	left int
}

func (f *first) Next() (table.Row, error) {
	if f.left == 0 {
		return table.Row{}, io.EOF
	}
	f.left--
	return f.Reader.Next()
}
