package registry_test

import (
	"fmt"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/table"
)

// stagedText opens all staged rows of an import.
func (e *erasing) stagedText(t *testing.T, im int64) string {
	t.Helper()
	key, err := e.Keys.Of(ctx, 0, im)
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		n    int
		body []byte
	}
	rows, err := store.All(ctx, e.Raw, "SELECT n, body FROM staging WHERE set_id = $1 ORDER BY n", []any{im}, func(r store.Rows, one *row) error { return r.Scan(&one.n, &one.body) })
	if err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, one := range rows {
		plain, err := crypt.Open(key, one.body, crypt.Place{Table: "staging", Column: fmt.Sprintf("body/%d", one.n), Row: im})
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, string(plain))
	}
	return strings.Join(text, "\n")
}

func TestAnErasedPersonGoesFromFilesOnTheirWayInAndOut(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		e := withErasures(t, h)
		m := e.personNamed(t, "11001002", "Cy Shoal")
		rows, err := table.NewCSV(strings.NewReader("key,name,birth,id\np1,Cy  Shoal,"+m.Birth.String()+",\np2,Cy Shoal,1901-01-01,\np3,Somebody,1950-02-03,9876 5432-17\np4,Otto Reef,1960-05-05,\n"), table.Options{})
		if err != nil {
			t.Fatal(err)
		}
		im, err := h.Registry.Upload(ctx, h.scope(t, 2, access.ImportRun), "again.csv", rows)
		if err != nil {
			t.Fatal(err)
		}
		file, export := h.exported(t, 2, registry.ExportRequest{Subject: registry.SubjectPerson, Filter: registry.Filter{Area: e.find(t, "11001002").Area / 1000000 * 1000000}})
		if !strings.Contains(string(file), "Cy Shoal") || !strings.Contains(e.stagedText(t, im.ID), "Cy  Shoal") {
			t.Fatal("the files do not hold him to begin with")
		}
		e.erase(t, m.ID)
		after := e.stagedText(t, im.ID)
		for text, stays := range map[string]bool{"Cy  Shoal": false, "9876": false, "Somebody": false, "1901-01-01": true, "Otto Reef": true} {
			if strings.Contains(after, text) != stays {
				t.Errorf("staged rows hold %q: %v\n%s", text, !stays, after)
			}
		}
		if _, err := h.Registry.Download(ctx, h.accounts[2], export.ID); !fault.Is(err, fault.Gone) {
			t.Errorf("the exported file: %v", err)
		}
		var words, parts int64
		if err := store.One(ctx, h.Raw, "SELECT (SELECT count(*) FROM import WHERE id = $1 AND words IS NOT NULL), (SELECT count(*) FROM export_part WHERE export = $2)", []any{im.ID, export.ID}, &words, &parts); err != nil || words+parts != 0 {
			t.Errorf("%d lists of words, %d parts of the file (%v)", words, parts, err)
		}
		for kind, subject := range map[string]int64{"import.rows-erased": im.ID, "export.destroyed": export.ID} {
			var n int64
			if err := store.One(ctx, h.Raw, "SELECT count(*) FROM event WHERE kind = $1 AND subject = $2", []any{kind, subject}, &n); err != nil || n != 1 {
				t.Errorf("%d events %s (%v)", n, kind, err)
			}
		}
		// The rest of the file is imported as if the rows had never been readable.
		mapping, err := registry.ParseMapping([]byte("subject: person\nsource: again\nkey: key\nhousehold: key\nday: \"2013-12-31\"\ncolumns: {name: name}\n"))
		if err != nil {
			t.Fatal(err)
		}
		scope := h.scope(t, 2, access.ImportRun)
		if im, err = h.Registry.GetImport(ctx, scope, im.ID); err != nil {
			t.Fatal(err)
		}
		if im, err = h.Registry.Check(ctx, scope, im.ID, im.Ver, mapping); err != nil {
			t.Fatal(err)
		}
		im, j := h.wait(t, 2, im.ID)
		if im.State != registry.Checked || j.Counts.In != 4 {
			t.Errorf("the trial of the file: %s, %+v, %s", im.State, j.Counts, j.Error)
		}
		e.settle(t)
		if r := verified(t, h.Raw, e); r.Finding != nil {
			t.Errorf("the journal: %+v", r.Finding)
		}
	})
}
