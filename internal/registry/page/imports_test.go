package page_test

import (
	"bytes"
	"compress/gzip"
	"strconv"
	"strings"
	"testing"

	"rightkey/internal/registry"
)

func TestAFileIsImportedInFiveSteps(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Get(t, office, "/imports").Want(t, 200, "No file has been imported yet", "/imports/new")
		h.Get(t, office, "/imports/new").Want(t, 200, `type="file"`, "Each row is")
		const rows = "key,area,Standing,drift nets,lamp\nh1,11001001,stranded,4,no\nh2,11001002,Afloat,2,no\nh3,99999999,afloat,2,no\nh4,11001001,sunk,2,maybe\n"
		sent := h.Send(t, office, "/imports", "baseline.csv", rows, "subject", "household", "source", "base", "day", "2014-06-30").Want(t, 303)
		path, _, _ := strings.Cut(sent.Location(), "?")
		columns := h.Get(t, office, sent.Location()).Want(t, 200, "baseline.csv", "What the columns are", `<option value="status" selected>Standing</option>`, `<option value="drift_nets" selected>`, `<option value="key" selected>`)
		form := []string{"ver", hidden(t, columns.Body, "ver"), "keep", "subject: household\nsource: base\nkey: key\ncolumns: {}\n", "subject", "household", "source", "base", "day", "2014-06-30",
			"key", "key", "area", "area", "column.2", "status", "column.3", "drift_nets", "column.4", "lamp"}
		h.Post(t, office, path+"/apply", "ver", "1", "on_error", "stop").Want(t, 409) // applying before the trial
		h.Post(t, office, path+"/check", form...).Want(t, 303)
		im := h.wait(t, idOf(t, path))
		h.Get(t, office, path).Want(t, 200, "What applying would do", "4 rows = 2 created + 0 updated + 0 unchanged + 2 rejected", "there is no area with code", "left out", path+"/report.csv", "Leave them out and apply the others")
		report := h.Get(t, office, path+"/report.csv").Want(t, 200).Body
		if !strings.HasPrefix(report, "row,column,reason,severity\n") || !strings.Contains(report, "\n4,lamp,") || !strings.Contains(report, "reject") {
			t.Errorf("report %q", report)
		}
		if n := h.find2(t); n != 0 {
			t.Errorf("the trial made %d households", n)
		}
		h.Post(t, office, path+"/apply", "ver", strconv.FormatInt(im.Ver, 10), "on_error", "sometimes").Want(t, 400) // neither stop nor skip
		h.Post(t, office, path+"/apply", "ver", "1", "on_error", "skip").Want(t, 412)                                // a stale version
		h.Post(t, office, path+"/apply", "ver", strconv.FormatInt(im.Ver, 10), "on_error", "skip").Want(t, 303)
		h.wait(t, idOf(t, path))
		h.Get(t, office, path).Want(t, 200, "What was done", "4 rows = 2 created + 0 updated + 0 unchanged + 2 rejected", "To the households")
		done := h.Get(t, office, path+"/progress").Want(t, 200, "ended")
		if done.Header.Get("HX-Refresh") != "true" {
			t.Error("the page is not renewed when the work has ended")
		}
		h.Get(t, office, "/imports").Want(t, 200, "baseline.csv", "applied")
	})
}

// find2 counts the households of the register.
func (h *house) find2(t *testing.T) int64 {
	t.Helper()
	n, _, err := h.Registry.Count(t.Context(), h.scope(t, office, "household.list"), registry.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAChangingImportLeadsToItsChanges(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		_, _, done := h.stages(t)
		page := h.Get(t, office, done).Want(t, 200, "1 changed record", "/changes?import=")
		_, rest, _ := strings.Cut(page.Body, `href="/changes?import=`)
		id, _, _ := strings.Cut(rest, `"`)
		h.Get(t, office, "/changes?import="+id).Want(t, 200, "import households-3.csv", "applied")
		h.Get(t, clerk, "/changes?import="+id).Want(t, 404)      // somebody else's import
		h.Get(t, clerk, done).Want(t, 404)                       // somebody else's import
		h.Get(t, clerk, done+"/report.csv").Want(t, 404)         // somebody else's report
		h.Get(t, clerk, done+"/progress").Want(t, 404)           // somebody else's progress
		h.Post(t, clerk, done+"/check", "ver", "1").Want(t, 404) // somebody else's check
		h.Post(t, clerk, done+"/apply", "ver", "1").Want(t, 404) // somebody else's application
	})
}

func TestAMappingThatDoesNotFitIsExplainedAtItsFields(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		sent := h.Send(t, office, "/imports", "x.csv", householdRows, "subject", "household", "source", "base").Location()
		path, _, _ := strings.Cut(sent, "?")
		h.Post(t, office, path+"/check", "ver", "1", "keep", "columns: {}", "subject", "household", "source", "a b", "day", "soon", "key", "", "area", "area").Want(t, 400, "needs a name of up to 60", "is not a date", "the file has no column", `href="#field-map-source"`)
		h.Post(t, office, path+"/check", "ver", "1", "use", "yaml", "yaml", "colour: red").Want(t, 400, "the mapping cannot be read")
		h.Post(t, office, path+"/check", "keep", "columns: {}").Want(t, 428)
		again := h.Post(t, office, path+"/check", "ver", "1", "use", "guess", "subject", "person", "source", "base", "day", "2014-06-30").Want(t, 303)
		h.Get(t, office, again.Location()).Want(t, 200, "Column with the key of the household")
		h.Post(t, office, path+"/check", "ver", "1", "use", "yaml", "yaml", households.YAML()).Want(t, 303)
		if im := h.wait(t, idOf(t, path)); im.State != registry.Checked {
			t.Errorf("the trial ended %s", im.State)
		}
	})
}

func TestFilesThatAreNoTablesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for name, says := range map[string]string{"x.exe": "This is not a .csv", "x.parquet": "This is not a .csv", "x.csv.gz": "not a gzip file", "x.xlsx": "", "": "Choose a file"} {
			h.Send(t, office, "/imports", name, "MZ", "subject", "household").Want(t, 400, says)
		}
		h.Send(t, office, "/imports", "x.csv", "", "subject", "household").Want(t, 400) // an empty file
		h.Send(t, village, "/imports", "x.csv", householdRows).Want(t, 403)
		h.Get(t, auditor, "/imports").Want(t, 403)
		var zipped bytes.Buffer
		w := gzip.NewWriter(&zipped)
		if _, err := w.Write([]byte(householdRows)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		h.Send(t, office, "/imports", "x.csv.gz", zipped.String(), "subject", "household", "source", "base").Want(t, 303)
	})
}
