package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rightkey/internal/fault"
)

// readAll reads the rest of r; rows that are wrong are listed with their number and no cells.
func readAll(t testing.TB, r Reader) (rows []Row, wrong []string, final error) {
	t.Helper()
	for {
		row, err := r.Next()
		var bad *fault.Error
		switch {
		case errors.Is(err, io.EOF):
			return rows, wrong, nil
		case errors.As(err, &bad) && len(bad.Details) > 0 && bad.Details[0].Row > 0:
			wrong = append(wrong, err.Error())
		case err != nil:
			return rows, wrong, err
		default:
			rows = append(rows, row)
		}
	}
}

func TestTextTablesAreReadAsRFC4180SaysAndWrongRowsAreNamed(t *testing.T) {
	cases := []struct {
		name, text string
		rows       []Row
		wrong      []string
	}{
		{"plain", "a,b\n1,2\n3,4\n", []Row{{Number: 1, Cells: []string{"1", "2"}}, {Number: 2, Cells: []string{"3", "4"}}}, nil},
		{"CRLF and no last line end", "a,b\r\n1,2\r\n3,4", []Row{{Number: 1, Cells: []string{"1", "2"}}, {Number: 2, Cells: []string{"3", "4"}}}, nil},
		{"byte order mark", "\xef\xbb\xbfa,b\n1,\n", []Row{{Number: 1, Cells: []string{"1", ""}}}, nil},
		{"quoted", "a,b\n\"x, \"\"y\"\"\",\"two\r\nlines\"\n", []Row{{Number: 1, Cells: []string{`x, "y"`, "two\nlines"}}}, nil},
		{"blank lines are skipped", "a\n\n1\n\"\"\n\n", []Row{{Number: 1, Cells: []string{"1"}}, {Number: 2, Cells: []string{""}}}, nil},
		{"ragged", "a,b\n1\n1,2,3\n5,6\n", []Row{{Number: 3, Cells: []string{"5", "6"}}},
			[]string{"row 1: it has 1 cells, the header has 2", "row 2: it has 3 cells, the header has 2"}},
		{"not UTF-8", "a,b\n1,\xd6\xd0\n1,2\n", []Row{{Number: 2, Cells: []string{"1", "2"}}},
			[]string{`row 1, column "b": the text is not UTF-8 (it may be GB18030 or another older encoding): save the table as UTF-8`}},
		{"NUL", "a,b\n1,x\x00\n", nil, []string{`row 1, column "b": the text holds a NUL character`}},
		{"bare quote", "a,b\n1,5\"\n1,2\n", []Row{{Number: 2, Cells: []string{"1", "2"}}},
			[]string{`row 1, column "b": a quotation mark inside a cell that is not quoted (write "" inside quotes)`}},
		{"text after quote", "a,b\n\"1\"x,2\n", nil, []string{`row 1, column "a": text after the closing quotation mark`}},
		{"open quote", "a,b\n1,\"2\n3,4", nil, []string{`row 1, column "b": the quotation mark is never closed`}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r, err := NewCSV(strings.NewReader(c.text), Options{})
			if err != nil {
				t.Fatal(err)
			}
			rows, wrong, final := readAll(t, r)
			if final != nil {
				t.Fatal(final)
			}
			if diff := cmp.Diff(c.rows, rows); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.wrong, wrong); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHeadersThatCannotBeUsedAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "empty",
		"\n\n":                   "empty",
		"a,b,a\n":                `"a" twice (columns 1 and 3)`,
		"a, a \n":                `"a" twice`,
		"\xff\xfea\x00,\x00b":    "UTF-16",
		"\xd0\xd5\xc3\xfb,b\n":   "column 1: the text is not UTF-8",
		"a,\"b":                  "never closed",
		"a,b\r1,2\r3,4\r":        "CR alone",
		"a,b\"\n":                "column 2: a quotation mark",
		"\xef\xbb\xbf":           "empty",
		"a,\x00\n":               "NUL",
		"\"a\"b\n":               "text after",
		"\xfe\xff\x00a\x00,\x00": "UTF-16",
	} {
		_, err := NewCSV(strings.NewReader(text), Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("header %q: error %v, want one with %q", text, err, want)
		}
	}
}

func TestLimitsEndReadingForGood(t *testing.T) {
	cases := []struct {
		name, text string
		o          Options
		want       string
	}{
		{"rows", "a\n1\n2\n3\n", Options{MaxRows: 2}, "more than 2 data rows"},
		{"cell", "a,b\n1,2\n1,12345\n", Options{MaxCell: 4}, `row 2, column "b": the cell is longer than 4 bytes`},
		{"open quote", "a,b\n1,\"" + strings.Repeat("x\n", 100), Options{MaxCell: 50}, "longer than 50 bytes"},
		{"bytes", "a,b\n" + strings.Repeat("1,2\n", 100), Options{MaxBytes: 100}, "larger than 100 bytes"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r, err := NewCSV(strings.NewReader(c.text), c.o)
			if err == nil {
				_, _, err = readAll(t, r)
				if _, again := r.Next(); !errors.Is(again, err) {
					t.Errorf("after the final error %v came %v", err, again)
				}
			}
			if !fault.Is(err, fault.TooLarge) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestALineLongerThanTheBufferIsReadWhole(t *testing.T) {
	long := strings.Repeat("x", 300_000)
	r, err := NewCSV(strings.NewReader("a,b\n"+long+",1\n2,\""+long+"\"\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows, wrong, err := readAll(t, r)
	if err != nil || len(wrong) > 0 || len(rows) != 2 || rows[0].Cells[0] != long || rows[1].Cells[1] != long {
		t.Fatalf("%d rows, wrong %v, %v", len(rows), wrong, err)
	}
}

func TestWhatIsWrittenIsReadBackExceptTheApostropheBeforeFormulas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(1, 5).Draw(t, "columns")
		cell := rapid.OneOf(rapid.StringMatching(`[-=+@'",x1\n .]{0,6}`), rapid.SampledFrom([]string{"", "中文", "-12.5", "＝1", "\ufeff"}))
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, columns, columns), 0, 6).Draw(t, "rows")
		header := strings.Split("a,b,c,d,e", ",")[:columns]
		var out bytes.Buffer
		w, err := NewCSVWriter(&out, header)
		for _, row := range rows {
			err = errors.Join(err, w.Write(row))
		}
		if err = errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		r, err := NewCSV(&out, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range rows {
			row, err := r.Next()
			if err != nil || row.Number != i+1 {
				t.Fatalf("row %d: number %d, %v", i+1, row.Number, err)
			}
			for j, cell := range want {
				if row.Cells[j] != Harmless(cell) {
					t.Fatalf("row %d cell %d: wrote %q, read %q", i+1, j, cell, row.Cells[j])
				}
			}
		}
		if _, err := r.Next(); !errors.Is(err, io.EOF) {
			t.Fatalf("after the last row: %v", err)
		}
	})
}

func TestFormulasGetAnApostropheAndNumbersDoNot(t *testing.T) {
	for cell, want := range map[string]string{
		"=1+1": "'=1+1", "+8613": "+8613", "-2.5e3": "-2.5e3", "-x": "'-x", "@SUM(A1)": "'@SUM(A1)", "\tx": "'\tx",
		"\r=1": "'\r=1", "＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠a": "'＠a", "": "", "a=1": "a=1", "-": "'-", "+1 2": "'+1 2",
	} {
		if got := Harmless(cell); got != want {
			t.Errorf("Harmless(%q) = %q, want %q", cell, got, want)
		}
	}
}

func FuzzCSVReadsLikeTheStandardLibrary(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "a\r\n\"x\"\"y\"\r\n", "a,b\n\"1\n2\",3", "a;b\n1", "\xef\xbb\xbfa\n", "a\n\"", "a,b\n1,\"2\"x\n3,4"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := NewCSV(bytes.NewReader(data), Options{})
		if err != nil {
			return
		}
		rows, wrong, err := readAll(t, r)
		if err != nil {
			t.Fatalf("reading bytes failed: %v", err)
		}
		if len(wrong) > 0 {
			return
		}
		standard := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
		want, err := standard.ReadAll()
		if err != nil {
			t.Fatalf("the standard library refuses what we read: %v", err)
		}
		if len(want) != len(rows)+1 {
			t.Fatalf("%d records, the standard library reads %d", len(rows)+1, len(want))
		}
		for i, row := range rows {
			if diff := cmp.Diff(want[i+1], row.Cells); diff != "" {
				t.Fatalf("row %d: %s", i+1, diff)
			}
		}
	})
}
