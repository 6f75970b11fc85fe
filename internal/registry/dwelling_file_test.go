package registry_test

import (
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/registry"
)

var houses = registry.Mapping{Subject: "dwelling", Source: "farm", Key: "key", Household: "hh", Day: "2013-12-31", Columns: map[string]string{"roof": "roof"}}

// roofs are the roofs of the houses in which the households of the farm live, "" for a household without a house.
func (h *house) roofs(t *testing.T) (list []string) {
	t.Helper()
	for _, code := range []string{"11001001", "11001002"} {
		f := h.of(t, h.find(t, code).ID, 0)
		roof := ""
		for _, d := range f.Dwellings {
			roof, _ = d.Facts["roof"].(string)
		}
		list = append(list, roof)
	}
	return list
}

func TestDwellingsComeByAFileOfTheirOwn(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		h.farm(t)
		const rows = "key,hh,roof\na,f1,slate\nb,f2,reed\nc,f2,slate\nd,f9,reed\ne,f2,straw\n"
		im, j := h.importCSV(t, 2, houses, registry.Skip, rows)
		if c := j.Counts; im.State != registry.Imported || c.Updated != 1 || c.Created != 1 || c.Rejected != 3 {
			report, err := h.Registry.Report(ctx, h.scope(t, 2, access.ImportRun), im.ID, 0, 10)
			t.Fatalf("%s %+v %+v %v", im.State, j.Counts, report, err)
		}
		if got := strings.Join(h.roofs(t), " "); got != "slate reed" {
			t.Errorf("the roofs are %s", got)
		}
		if _, j := h.importCSV(t, 2, houses, registry.Skip, "key,hh,roof\na,f1,slate\nb,f2,reed\n"); j.Counts.Unchanged != 2 {
			t.Errorf("again: %+v", j.Counts)
		}
	})
}

func TestDwellingsAndEntriesThatLeaveByFileChangeNothingWhenTheyComeBack(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		h.farm(t)
		for _, format := range []string{registry.FormatCSV, registry.FormatXLSX} {
			for _, subject := range []string{registry.SubjectDwelling, registry.SubjectIncome, registry.SubjectExpenditure} {
				file, e := h.exported(t, 2, registry.ExportRequest{Subject: subject, Format: format})
				if e.Rows != 1 {
					t.Errorf("%s %s: %d rows", subject, format, e.Rows)
				}
				if im := h.again(t, 2, subject, format, file, ""); im.Mapping.Source != registry.RegisterSource {
					t.Errorf("guessed mapping %+v", im.Mapping)
				}
			}
		}
		file, _ := h.exported(t, 2, registry.ExportRequest{Subject: registry.SubjectDwelling, Format: registry.FormatCSV})
		text := strings.Replace(string(file), "reed", "slate", 1)
		pack, err := h.Registry.Pack(0)
		if err != nil {
			t.Fatal(err)
		}
		header := strings.Split(strings.SplitN(text, "\n", 2)[0], ",")
		if got := registry.GuessSubject(header, pack); got != registry.SubjectDwelling {
			t.Errorf("the file is taken for one of %s", got)
		}
		if _, j := h.importCSV(t, 2, registry.Guess(header, registry.SubjectDwelling, "", 0, pack), registry.Skip, text); j.Counts.Updated != 1 || h.roofs(t)[0] != "slate" {
			t.Errorf("a changed file: %+v, %v", j.Counts, h.roofs(t))
		}
	})
}
