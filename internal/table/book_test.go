package table

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/xuri/excelize/v2"

	"rightkey/internal/fault"
)

func book(t testing.TB, fill func(*excelize.File)) *bytes.Reader {
	t.Helper()
	file := excelize.NewFile()
	fill(file)
	var out bytes.Buffer
	if err := errors.Join(file.Write(&out), file.Close()); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(out.Bytes())
}

// content is the whole of a file in memory.
func content(t testing.TB, file *bytes.Reader) []byte {
	t.Helper()
	data, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func set(t testing.TB, file *excelize.File, sheet string, rows map[string][]any) {
	t.Helper()
	for place, row := range rows {
		if err := file.SetSheetRow(sheet, place, &row); err != nil {
			t.Fatal(err)
		}
	}
}

func TestASpreadsheetGivesValuesDatesAndCachedFormulaResults(t *testing.T) {
	data := book(t, func(file *excelize.File) {
		set(t, file, "Sheet1", map[string][]any{
			"A2": {"name", " income ", "born", "at", "poor", "code"},
			"A3": {"张三", 2736.5, time.Date(1968, 2, 29, 0, 0, 0, 0, time.UTC), time.Date(2014, 12, 31, 8, 30, 0, 0, time.UTC), true, "007"},
			"A6": {"李 四", 0.3, nil, nil, false, 123456789012},
			"A7": {"x", 1, 2, 3, 4, 5, "surplus"},
			"A8": {"last"},
		})
		if err := file.SetCellFormula("Sheet1", "B8", "1+1"); err != nil {
			t.Fatal(err)
		}
	})
	r, err := OpenXLSX(data, data.Size(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if diff := cmp.Diff([]string{"name", "income", "born", "at", "poor", "code"}, r.Header()); diff != "" {
		t.Error(diff)
	}
	rows, wrong, err := readAll(t, r)
	if err != nil {
		t.Fatal(err)
	}
	want := []Row{
		{Number: 1, Cells: []string{"张三", "2736.5", "1968-02-29", "2014-12-31 08:30:00", "true", "007"}},
		{Number: 4, Cells: []string{"李 四", "0.3", "", "", "false", "123456789012"}},
		{Number: 6, Cells: []string{"last", "", "", "", "", ""}, Formulas: []int{1}},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"row 5: it has a value in column 7, the header has 6 columns"}, wrong); diff != "" {
		t.Error(diff)
	}
}

func TestTheNamedWorksheetIsRead(t *testing.T) {
	data := book(t, func(file *excelize.File) {
		if _, err := file.NewSheet("households"); err != nil {
			t.Fatal(err)
		}
		set(t, file, "households", map[string][]any{"A1": {"a"}, "A2": {"x"}})
	})
	r, err := OpenXLSX(data, data.Size(), Options{Sheet: "households"})
	if err != nil {
		t.Fatal(err)
	}
	rows, _, err := readAll(t, r)
	if err = errors.Join(err, r.Close()); err != nil || len(rows) != 1 || rows[0].Cells[0] != "x" {
		t.Errorf("rows %v, %v", rows, err)
	}
	if _, err = OpenXLSX(data, data.Size(), Options{Sheet: "persons"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a worksheet that is not there: %v", err)
	}
	if _, err = OpenXLSX(data, data.Size(), Options{}); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Errorf("an empty worksheet: %v", err)
	}
}

func TestSpreadsheetsThatExpandTooMuchAreRefused(t *testing.T) {
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	part, err := archive.Create("xl/workbook.xml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = part.Write(make([]byte, 4<<20)); err != nil {
		t.Fatal(err)
	}
	if err = archive.Close(); err != nil {
		t.Fatal(err)
	}
	data := bytes.NewReader(out.Bytes())
	if _, err = OpenXLSX(data, data.Size(), Options{}); !fault.Is(err, fault.TooLarge) {
		t.Errorf("a part that expands a thousand times: %v", err)
	}
	if _, err = OpenXLSX(data, data.Size(), Options{MaxBytes: 1000}); !fault.Is(err, fault.TooLarge) {
		t.Errorf("a file over the limit: %v", err)
	}
}

func TestWhatIsWrittenAsASpreadsheetIsReadBack(t *testing.T) {
	var out bytes.Buffer
	w, err := NewXLSXWriter(&out, []string{"id", "amount", "note"})
	rows := [][]string{{"522424199001011234", "-12.5", "=1+1"}, {"007", "1e5", ""}, {"7", "0.10", "中文 <b>"}}
	for _, row := range rows {
		err = errors.Join(err, w.Write(row))
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	r, err := OpenXLSX(bytes.NewReader(out.Bytes()), int64(out.Len()), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, wrong, err := readAll(t, r)
	if err != nil || len(wrong) > 0 {
		t.Fatal(err, wrong)
	}
	for i, row := range rows {
		if diff := cmp.Diff(row, got[i].Cells); diff != "" {
			t.Error(diff)
		}
	}
}

type survey struct {
	Household string   `parquet:"hh"`
	Income    *float64 `parquet:"income,optional"`
	Size      int32    `parquet:"size"`
	Visited   int32    `parquet:"visited,date"`
	Cost      int64    `parquet:"cost,decimal(2:18)"`
	At        int64    `parquet:"at,timestamp(microsecond)"`
	Poor      bool     `parquet:"poor"`
}

func parquetFile(t testing.TB, rows int) *bytes.Reader {
	t.Helper()
	var out bytes.Buffer
	w := parquet.NewGenericWriter[survey](&out, parquet.MaxRowsPerRowGroup(300))
	for i := range rows {
		row := survey{Household: "h" + strconv.Itoa(i), Size: int32(i % 7), Visited: 16435, Cost: -int64(i), At: 1e12, Poor: i%2 == 0}
		if i%3 > 0 {
			income := float64(i) * 1000.5
			row.Income = &income
		}
		if _, err := w.Write([]survey{row}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(out.Bytes())
}

func TestAParquetFileGivesTextOfEveryTypeAcrossRowGroups(t *testing.T) {
	data := parquetFile(t, 1000)
	r, err := OpenNamed("survey.parquet", data, data.Size(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows, wrong, err := readAll(t, r)
	if err = errors.Join(err, r.Close()); err != nil || len(wrong) > 0 {
		t.Fatal(err, wrong)
	}
	if len(rows) != 1000 {
		t.Fatalf("%d rows, want 1000", len(rows))
	}
	for _, want := range []Row{
		{Number: 1, Cells: []string{"h0", "", "0", "2014-12-31", "0.00", "1970-01-12T13:46:40Z", "true"}},
		{Number: 1000, Cells: []string{"h999", "", "5", "2014-12-31", "-9.99", "1970-01-12T13:46:40Z", "false"}},
		{Number: 999, Cells: []string{"h998", "998499", "4", "2014-12-31", "-9.98", "1970-01-12T13:46:40Z", "true"}},
	} {
		if diff := cmp.Diff(want, rows[want.Number-1]); diff != "" {
			t.Error(diff)
		}
	}
	r, err = OpenParquet(data, data.Size(), Options{MaxRows: 999})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err = readAll(t, r); !fault.Is(err, fault.TooLarge) {
		t.Errorf("more rows than the limit: %v", err)
	}
}

// readOrRefused reads what was opened; whatever is wrong with it must be told as a fault of the file.
func readOrRefused(t *testing.T, r Reader, err error) {
	t.Helper()
	if err == nil {
		_, _, err = readAll(t, r)
		err = errors.Join(err, r.Close())
	}
	if err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
		t.Fatalf("not told as a fault of the file: %v", err)
	}
}

func FuzzDamagedSpreadsheetsAreErrorsAndNeverPanics(f *testing.F) {
	data := content(f, book(f, func(file *excelize.File) { set(f, file, "Sheet1", map[string][]any{"A1": {"a", "b"}, "A2": {"x", 1}}) }))
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := OpenXLSX(bytes.NewReader(data), int64(len(data)), Options{MaxBytes: 1 << 22, MaxRows: 1000})
		readOrRefused(t, r, err)
	})
}

func FuzzAWorksheetIsReadOrRefusedAndNeverPanics(f *testing.F) {
	f.Add(`<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="2"><c r="B2"><v>1</v></c></row>`)
	f.Add(`<row><c t="s"><v>7</v></c></row><row r="0"/><c/>`)
	f.Fuzz(func(t *testing.T, rows string) {
		var out bytes.Buffer
		archive := zip.NewWriter(&out)
		for name, text := range map[string]string{
			"xl/workbook.xml": `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">` +
				`<sheets><sheet name="s" r:id="r1"/></sheets></workbook>`,
			"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="x/worksheet" Target="s.xml"/></Relationships>`,
			"xl/s.xml":                   `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`,
		} {
			part, err := archive.Create(name)
			if err == nil {
				_, err = part.Write([]byte(text))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := archive.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := OpenXLSX(bytes.NewReader(out.Bytes()), int64(out.Len()), Options{MaxRows: 1000})
		readOrRefused(t, r, err)
	})
}

func FuzzDamagedParquetIsAnErrorAndNeverPanics(f *testing.F) {
	data := content(f, parquetFile(f, 20))
	f.Add(data)
	f.Add(data[:len(data)-9])
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := OpenParquet(bytes.NewReader(data), int64(len(data)), Options{MaxRows: 1000})
		readOrRefused(t, r, err)
	})
}

func TestALargeSpreadsheetLeavesNothingOnTheDisk(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	var out bytes.Buffer
	w, err := NewBookWriter(&out, Book{Sheet: "person", Header: []string{"number", "name"}, About: "about", Lines: []string{"# about"}})
	if err != nil {
		t.Fatal(err)
	}
	// In memory excelize keeps up to StreamChunkSize; more than that would go to the disk.
	var text strings.Builder
	for i := range 4000 {
		text.WriteString(strconv.Itoa(i*i) + " ")
	}
	long := text.String()[:16_000]
	rows := excelize.StreamChunkSize/len(long) + 100
	for i := range rows {
		if err := w.Write([]string{strconv.Itoa(i), long}); err != nil {
			t.Fatal(err)
		}
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 0 {
		t.Errorf("while it is written: %v %v", left, err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := OpenXLSX(bytes.NewReader(out.Bytes()), int64(out.Len()), Options{MaxBytes: 1 << 30, Sheet: "person"})
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for ; ; read++ {
		if _, err := r.Next(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil || read != rows {
		t.Errorf("%d rows, want %d: %v", read, rows, err)
	}
}
