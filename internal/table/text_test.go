package table

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

func encode(t testing.TB, e encoding.Encoding, text string) string {
	t.Helper()
	out, err := e.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheEncodingAndTheSeparatorOfATextTableAreFoundOut(t *testing.T) {
	const names = "户编号,姓名\nh1,张三\nh2,\"欧阳, 娜娜\"\n"
	want := []Row{{Number: 1, Cells: []string{"h1", "张三"}}, {Number: 2, Cells: []string{"h2", "欧阳, 娜娜"}}}
	late := strings.Repeat("h,ascii only\n", 10_000)
	for name, c := range map[string]struct {
		file   string
		header []string
		skip   int
	}{
		"UTF-8":                            {file: names},
		"UTF-8 with a mark":                {file: "\ufeff" + names},
		"GB18030":                          {file: encode(t, simplifiedchinese.GB18030, names)},
		"UTF-16 little endian":             {file: encode(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), names)},
		"UTF-16 big endian":                {file: encode(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), names)},
		"tabs":                             {file: "户编号\t姓名\nh1\t张三\nh2\t欧阳, 娜娜\n"},
		"semicolons":                       {file: "户编号;姓名\nh1;张三\nh2;欧阳, 娜娜\n"},
		"bars":                             {file: "户编号|姓名\nh1|张三\nh2|欧阳, 娜娜\n"},
		"a name after 130,000 ASCII bytes": {file: encode(t, simplifiedchinese.GB18030, "id,name\n"+late+"h1,张三\nh2,\"欧阳, 娜娜\"\n"), header: []string{"id", "name"}, skip: 10_000},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := OpenText(iotest.HalfReader(strings.NewReader(c.file)), Options{})
			if err != nil {
				t.Fatal(err)
			}
			header := c.header
			if header == nil {
				header = []string{"户编号", "姓名"}
			}
			if diff := cmp.Diff(header, r.Header()); diff != "" {
				t.Errorf("header: %s", diff)
			}
			rows, wrong, final := readAll(t, r)
			if final != nil || len(wrong) > 0 || len(rows) != c.skip+2 {
				t.Fatalf("%d rows, wrong %v, final %v", len(rows), wrong, final)
			}
			for i, row := range rows[c.skip:] {
				if diff := cmp.Diff(want[i].Cells, row.Cells); diff != "" {
					t.Errorf("row %d: %s", i, diff)
				}
			}
		})
	}
}

func TestTextInAnUnknownEncodingIsRefusedByRowAndColumn(t *testing.T) {
	r, err := OpenText(strings.NewReader("id,name\n1,Ana\n2,\xe9t\xff\xff\n3,Bo\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows, wrong, final := readAll(t, r)
	if len(rows) != 2 || len(wrong) != 1 || final != nil || !strings.Contains(wrong[0], `row 2, column "name"`) {
		t.Errorf("%d rows, wrong %v, final %v", len(rows), wrong, final)
	}
}

func TestTheWorksheetsThatAPersonSeesAreNamedAndFormulasAreMarked(t *testing.T) {
	file := book(t, func(b *excelize.File) {
		set(t, b, "Sheet1", map[string][]any{"A1": {"key", "sum"}, "A2": {"h1", 1}, "A3": {"h2", 2}})
		for _, name := range []string{"Persons", "Lists"} {
			if _, err := b.NewSheet(name); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.SetSheetVisible("Lists", false); err != nil {
			t.Fatal(err)
		}
		if err := b.SetCellFormula("Sheet1", "B3", "1+1"); err != nil {
			t.Fatal(err)
		}
	})
	data := content(t, file)
	names, err := Sheets(bytes.NewReader(data), int64(len(data)), Options{})
	if diff := cmp.Diff([]string{"Sheet1", "Persons"}, names); diff != "" || err != nil {
		t.Errorf("sheets %v: %s", err, diff)
	}
	r, err := OpenXLSX(bytes.NewReader(data), int64(len(data)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows, _, final := readAll(t, r)
	if final != nil || len(rows) != 2 || len(rows[0].Formulas) != 0 || !cmp.Equal(rows[1].Formulas, []int{1}) {
		t.Errorf("rows %+v, %v", rows, final)
	}
}

func FuzzTextTablesAreReadOrRefusedAndNeverPanic(f *testing.F) {
	f.Add([]byte("a,b\n1,2\n"))
	f.Add([]byte("\xff\xfea\x00,\x00b\x00\n\x00"))
	f.Add([]byte("\xc4\xe3;x\n1;2\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := OpenText(bytes.NewReader(data), Options{MaxBytes: 1 << 16, MaxRows: 1000})
		readOrRefused(t, r, err)
		whole, err := io.ReadAll(decoded(iotest.OneByteReader(bytes.NewReader(data))))
		if again, e := io.ReadAll(decoded(bytes.NewReader(data))); err == nil && e == nil && !bytes.Equal(whole, again) {
			t.Errorf("read by bytes %q, at once %q", whole, again)
		}
	})
}
