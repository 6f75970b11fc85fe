package registry_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/table"
)

// made waits until an export's file is ready and returns the file.
func (h *house) made(t *testing.T, account int64, id int64) ([]byte, registry.Export) {
	t.Helper()
	for range 4000 {
		e, err := h.Registry.GetExport(ctx, h.accounts[account], id)
		if err != nil {
			t.Fatal(err)
		}
		j, err := h.Jobs.Get(ctx, h.accounts[account], e.Job)
		if err != nil {
			t.Fatal(err)
		}
		if j.State.Ended() {
			d, err := h.Registry.Download(ctx, h.accounts[account], id)
			if err != nil {
				t.Fatalf("job %s %s: %v", j.State, j.Error, err)
			}
			var out bytes.Buffer
			if err := d.WriteTo(ctx, &out, func() error { return nil }); err != nil {
				t.Fatal(err)
			}
			return out.Bytes(), d.Export()
		}
		time.Sleep(3 * time.Millisecond)
	}
	t.Fatal("the export did not end")
	return nil, registry.Export{}
}

func (h *house) exported(t *testing.T, account int64, q registry.ExportRequest) ([]byte, registry.Export) {
	t.Helper()
	if q.Purpose == "" {
		q.Purpose, q.Reason = "review", "yearly comparison"
	}
	if q.Format == "" {
		q.Format = registry.FormatCSV
	}
	e, err := h.Registry.RequestExport(ctx, h.accounts[account], q)
	if err != nil {
		t.Fatal(err)
	}
	return h.made(t, account, e.ID)
}

func tableOf(t *testing.T, format string, file []byte) table.Reader {
	t.Helper()
	r, err := table.OpenNamed("x."+format, bytes.NewReader(file), int64(len(file)), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// again imports a file that was exported under the mapping that is guessed for it.
func (h *house) again(t *testing.T, account int64, subject, format string, file []byte, source string) registry.Import {
	t.Helper()
	scope := h.scope(t, account, access.ImportRun)
	r := tableOf(t, format, file)
	im, err := h.Registry.Upload(ctx, scope, "again."+format, r)
	if err != nil {
		t.Fatal(err)
	}
	pack, err := h.Registry.Pack(im.Area)
	if err != nil {
		t.Fatal(err)
	}
	m := registry.Guess(im.Header, subject, source, clock.Date(2014, 12, 31), pack)
	if im, err = h.Registry.Apply(ctx, scope, im.ID, im.Ver, m, registry.Skip); err != nil {
		t.Fatal(err)
	}
	im, j := h.wait(t, account, im.ID)
	if j.Counts.In == 0 || j.Counts.In != j.Counts.Unchanged {
		report, err := h.Registry.Report(ctx, scope, im.ID, 0, 5)
		t.Errorf("%s %s imported again as %+v: %+v %v", subject, format, j.Counts, report, err)
	}
	return im
}

// many registers n households with a member each, and entries of income for the first.
func (h *house) many(t *testing.T, n int) {
	t.Helper()
	var households, persons strings.Builder
	households.WriteString("key,area,status,drift_nets,boats,catch_value,tide_share,lamp,moored_on,motto\n")
	persons.WriteString("key,household,name,sex,birth,relation,national_id,salt_fever\n")
	villages := []string{"11001001", "11001002", "11002001", "12001001"}
	for i := range n {
		fmt.Fprintf(&households, "h%d,%s,stranded,%d,01;03,%d,0.25,%v,2012-05-%02d,by the sea\n", i, villages[i%4], i%40+1, i*3, i%2 == 0, i%28+1)
		name := fmt.Sprintf("Ana %d", i)
		if i == 1 {
			name = "=1+1 Reef"
		}
		fmt.Fprintf(&persons, "p%d,h%d,%s,f,1970-05-%02d,head,,yes\n", i, i, name, i%28+1)
	}
	guess := func(text, subject string) registry.Mapping {
		header := strings.Split(strings.SplitN(text, "\n", 2)[0], ",")
		pack, err := h.Registry.Pack(0)
		if err != nil {
			t.Fatal(err)
		}
		return registry.Guess(header, subject, "base", clock.Date(2013, 12, 31), pack)
	}
	for _, file := range []struct{ text, subject string }{{households.String(), "household"}, {persons.String(), "person"}} {
		if im, j := h.importCSV(t, 2, guess(file.text, file.subject), registry.Stop, file.text); im.State != registry.Imported {
			t.Fatalf("%s: %+v %+v", file.subject, im, j)
		}
	}
}

func TestWhatIsExportedIsUnchangedWhenItIsImportedAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.many(t, 30)
		for _, format := range []string{registry.FormatCSV, registry.FormatXLSX} {
			for _, subject := range []string{registry.SubjectHousehold, registry.SubjectPerson} {
				file, e := h.exported(t, 2, registry.ExportRequest{Subject: subject, Format: format})
				if e.Rows != 30 {
					t.Errorf("%s %s: %d rows", subject, format, e.Rows)
				}
				im := h.again(t, 2, subject, format, file, "")
				if im.Mapping.Source != registry.RegisterSource || im.Mapping.Year == "" || im.Mapping.Version == "" {
					t.Errorf("guessed mapping %+v", im.Mapping)
				}
			}
		}
	})
}

func TestAFileOfTheRegisterChangesRecordsAndCreatesNone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.many(t, 5)
		file, _ := h.exported(t, 2, registry.ExportRequest{Subject: registry.SubjectHousehold})
		rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		nets := 0
		for i, name := range rows[0] {
			if name == "drift_nets" {
				nets = i
			}
		}
		rows[1][nets] = "39"
		rows[2][0] = registry.Number(1 << 40)
		var changed bytes.Buffer
		if err := csv.NewWriter(&changed).WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		pack, err := h.Registry.Pack(0)
		if err != nil {
			t.Fatal(err)
		}
		_, j := h.importCSV(t, 2, registry.Guess(rows[0], "household", "", clock.Date(2014, 12, 31), pack), registry.Skip, changed.String())
		if c := j.Counts; c.In != 5 || c.Updated != 1 || c.Unchanged != 3 || c.Rejected != 1 {
			t.Errorf("counts %+v", c)
		}
	})
}

func TestAnExportHoldsTheCallersAreasAndClassesAndRunsNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.many(t, 20)
		file, e := h.exported(t, 7, registry.ExportRequest{Subject: registry.SubjectPerson, Filter: registry.Filter{Area: 12000000}})
		if e.Rows != 5 || bytes.Contains(file, []byte("=1+1")) || bytes.Contains(file, []byte("salt_fever")) || bytes.Contains(file, []byte("national_id")) {
			t.Errorf("%d rows:\n%s", e.Rows, file)
		}
		if !bytes.Contains(file, []byte("person-7 · ")) || !bytes.Contains(file, []byte(" · review · South · ")) {
			t.Errorf("no visible mark:\n%s", file)
		}
		whole, _ := h.exported(t, 2, registry.ExportRequest{Subject: registry.SubjectPerson})
		if !bytes.Contains(whole, []byte(",'=1+1 Reef,")) {
			t.Errorf("the formula has no apostrophe:\n%s", whole)
		}
		_, err := h.Registry.RequestExport(ctx, h.accounts[7], registry.ExportRequest{Subject: registry.SubjectPerson, Format: registry.FormatCSV, Purpose: "review", Reason: "x"})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("everywhere for the south: %v", err)
		}
		for account, kind := range map[int64]fault.Kind{3: fault.Forbidden, 6: fault.Forbidden} {
			_, err := h.Registry.RequestExport(ctx, h.accounts[account], registry.ExportRequest{Subject: registry.SubjectPerson, Format: registry.FormatCSV, Purpose: "review", Reason: "x"})
			if !fault.Is(err, kind) {
				t.Errorf("account %d: %v", account, err)
			}
		}
		book, _ := h.exported(t, 2, registry.ExportRequest{Subject: registry.SubjectHousehold, Format: registry.FormatXLSX})
		read, err := excelize.OpenReader(bytes.NewReader(book))
		if err != nil {
			t.Fatal(err)
		}
		if about, err := read.GetCellValue("about", "A1"); err != nil || !strings.HasPrefix(about, "# person-2") {
			t.Errorf("about %q %v", about, err)
		}
		if kind, err := read.GetCellType("household", "A2"); err != nil || kind == excelize.CellTypeNumber || kind == excelize.CellTypeFormula {
			t.Errorf("a number of a household is a %v (%v)", kind, err)
		}
	})
}

func TestALargeOrSpecialExportNeedsASecondPerson(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.many(t, 4)
		q := registry.ExportRequest{Subject: registry.SubjectPerson, Format: registry.FormatCSV, Purpose: "verification", Reason: "visits of the sick", Special: true, Filter: registry.Filter{Area: 11000000}}
		e, err := h.Registry.RequestExport(ctx, h.accounts[2], q)
		if err != nil || e.State != registry.ExportAsked || e.Approval == 0 {
			t.Fatalf("export %+v %v", e, err)
		}
		if _, err := h.Registry.MakeExport(ctx, h.accounts[2], e.ID, e.Ver); !fault.Is(err, fault.Forbidden) {
			t.Errorf("without agreement: %v", err)
		}
		if _, err := h.Registry.Download(ctx, h.accounts[2], e.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("download without agreement: %v", err)
		}
		if _, err := h.Approvals.Approve(ctx, h.accounts[2], e.Approval, 1, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("agreeing with oneself: %v", err)
		}
		if _, err := h.Approvals.Approve(ctx, h.accounts[5], e.Approval, 1, "as agreed"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Registry.MakeExport(ctx, h.accounts[5], e.ID, e.Ver); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else makes it: %v", err)
		}
		if _, err := h.Registry.MakeExport(ctx, h.accounts[2], e.ID, e.Ver); err != nil {
			t.Fatal(err)
		}
		file, e := h.made(t, 2, e.ID)
		if e.Rows != 3 || !bytes.Contains(file, []byte("salt_fever")) {
			t.Errorf("%d rows:\n%s", e.Rows, file)
		}
		if _, err := h.Registry.MakeExport(ctx, h.accounts[2], e.ID, e.Ver); !fault.Is(err, fault.Conflict) {
			t.Errorf("twice: %v", err)
		}
		if needs, err := h.Registry.ExportNeeds(0, 1001, false); err != nil || !needs {
			t.Errorf("1,001 households: %v %v", needs, err)
		}
		if needs, err := h.Registry.ExportNeeds(0, 1000, false); err != nil || needs {
			t.Errorf("1,000 households: %v %v", needs, err)
		}
	})
}

func TestAnExportBelongsToItsMakerAndIsDestroyedWhenItsTimeIsOver(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.many(t, 4)
		_, e := h.exported(t, 2, registry.ExportRequest{Subject: registry.SubjectHousehold})
		if _, err := h.Registry.Download(ctx, h.accounts[5], e.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else: %v", err)
		}
		if list, err := h.Registry.Exports(ctx, h.accounts[5], 0, 10); err != nil || len(list) != 0 {
			t.Errorf("somebody else's list %+v %v", list, err)
		}
		if n := h.count(t, "export_part", e.ID); n == 0 {
			t.Fatal("no parts are stored")
		}
		h.Clock.Set(h.Clock.Now().Add(73 * time.Hour))
		if _, err := h.Registry.Download(ctx, h.accounts[2], e.ID); !fault.Is(err, fault.Gone) {
			t.Errorf("after its time: %v", err)
		}
		if err := h.Registry.ForgetExports(ctx); err != nil {
			t.Fatal(err)
		}
		if n := h.count(t, "export_part", e.ID); n != 0 {
			t.Errorf("%d parts are left", n)
		}
		if e, err := h.Registry.GetExport(ctx, h.accounts[2], e.ID); err != nil || e.State != registry.ExportExpired {
			t.Errorf("export %+v %v", e, err)
		}
	})
}

// count counts the rows of a table that belong to an export.
func (h *house) count(t *testing.T, table string, export int64) int {
	t.Helper()
	rows, err := h.Raw.Query(ctx, "SELECT count(*) FROM "+table+" WHERE export = $1", export)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

func TestALeakedCopyIsTracedToWhoExportedIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.many(t, 80)
		var files [][]byte
		var ids []int64
		for _, account := range []int64{2, 5, 2} {
			file, e := h.exported(t, account, registry.ExportRequest{Subject: registry.SubjectHousehold})
			files, ids = append(files, file), append(ids, e.ID)
		}
		if bytes.Equal(strip(t, files[0]), strip(t, files[1])) {
			t.Error("two copies have the same order")
		}
		random := rand.New(rand.NewPCG(1, 2))
		for i, file := range files {
			rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			lost := append([][]string{rows[0]}, rows[20:60]...)
			sorted := append([][]string{rows[0]}, rows[1:]...)
			random.Shuffle(len(sorted)-1, func(a, b int) { sorted[a+1], sorted[b+1] = sorted[b+1], sorted[a+1] })
			trimmed := make([][]string, len(rows))
			for n, row := range rows {
				trimmed[n] = []string{row[0], strings.TrimSpace(row[1])}
			}
			for name, kept := range map[string][][]string{"whole": rows, "half of the rows": lost, "shuffled": sorted, "two columns, trimmed": trimmed} {
				var text bytes.Buffer
				if err := csv.NewWriter(&text).WriteAll(kept); err != nil {
					t.Fatal(err)
				}
				found, err := h.Registry.TraceFile(ctx, tableOf(t, "csv", text.Bytes()))
				if err != nil || len(found) != 1 || found[0].ID != ids[i] {
					t.Errorf("%s of export %d: %+v %v", name, ids[i], found, err)
				}
			}
		}
		var plain bytes.Buffer
		rows, err := csv.NewReader(bytes.NewReader(files[0])).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		random.Shuffle(len(rows)-1, func(a, b int) { rows[a+1], rows[b+1] = rows[b+1], rows[a+1] })
		for _, row := range rows {
			fmt.Fprintf(&plain, "%s,%s\n", row[0], strings.TrimSpace(row[1]))
		}
		if found, err := h.Registry.TraceFile(ctx, tableOf(t, "csv", plain.Bytes())); err != nil || len(found) != 0 {
			t.Errorf("a file without any mark: %+v %v", found, err)
		}
		if _, err := h.Registry.TraceFile(ctx, tableOf(t, "csv", []byte("a,b\n1,2\n"))); !fault.Is(err, fault.Invalid) {
			t.Errorf("a file without numbers: %v", err)
		}
	})
}

// strip leaves the numbers of a file in their order.
func strip(t *testing.T, file []byte) []byte {
	t.Helper()
	r := tableOf(t, "csv", file)
	var out bytes.Buffer
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out.Bytes()
		}
		if err != nil {
			t.Fatal(err)
		}
		out.WriteString(row.Cells[0] + "\n")
	}
}

func TestEntriesAndDwellingsThatAreExportedAreUnchangedWhenTheyAreImportedAgain(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		before := h.farm(t)
		for _, subject := range []string{registry.SubjectIncome, registry.SubjectExpenditure} {
			for _, format := range []string{registry.FormatCSV, registry.FormatXLSX} {
				file, e := h.exported(t, 2, registry.ExportRequest{Subject: subject, Format: format})
				if e.Rows != 1 {
					t.Errorf("%s %s: %d rows, want the one of the file", subject, format, e.Rows)
				}
				h.again(t, 2, subject, format, file, "")
			}
		}
		_, j := h.importCSV(t, 2, farms, registry.Stop, farmRows)
		if j.Counts.In != 2 || j.Counts.Unchanged != 2 {
			t.Errorf("the file of households with dwellings again: %+v", j.Counts)
		}
		after := h.of(t, before.ID, 0)
		if len(after.Entries) != 2 || len(after.Dwellings) != 1 || after.Dwellings[0].Ver != before.Dwellings[0].Ver || after.Entries[0].Ver != before.Entries[0].Ver {
			t.Errorf("after: %+v %+v", after.Entries, after.Dwellings)
		}
		_, j = h.importCSV(t, 2, farms, registry.Stop, strings.Replace(farmRows, ",reed,", ",slate,", 1))
		if after = h.of(t, before.ID, 0); len(after.Dwellings) != 1 || after.Dwellings[0].Facts["roof"] != "slate" || j.Counts.Unchanged != 1 {
			t.Errorf("another roof: %+v %+v", j.Counts, after.Dwellings)
		}
	})
}
