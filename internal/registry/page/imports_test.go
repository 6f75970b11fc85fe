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
		h.get(t, office, "/imports").want(t, "empty list", 200, "No file has been imported yet", "/imports/new")
		h.get(t, office, "/imports/new").want(t, "step 1", 200, `type="file"`, "Each row is")
		const rows = "key,area,Standing,drift nets,lamp\nh1,11001001,stranded,4,no\nh2,11001002,Afloat,2,no\nh3,99999999,afloat,2,no\nh4,11001001,sunk,2,maybe\n"
		sent := h.send(t, office, "baseline.csv", rows, "subject", "household", "source", "base", "day", "2014-06-30").want(t, "send", 303)
		path, _, _ := strings.Cut(sent.location(), "?")
		columns := h.get(t, office, sent.location()).want(t, "step 2", 200, "baseline.csv", "What the columns are", `<option value="status" selected>Standing</option>`, `<option value="drift_nets" selected>`, `<option value="key" selected>`)
		form := []string{"ver", hidden(t, columns.body, "ver"), "keep", "subject: household\nsource: base\nkey: key\ncolumns: {}\n", "subject", "household", "source", "base", "day", "2014-06-30",
			"key", "key", "area", "area", "column.2", "status", "column.3", "drift_nets", "column.4", "lamp"}
		h.post(t, office, path+"/apply", "ver", "1", "on_error", "stop").want(t, "applying before the trial", 409)
		h.post(t, office, path+"/check", form...).want(t, "check", 303)
		im := h.wait(t, idOf(t, path))
		h.get(t, office, path).want(t, "step 3", 200, "What applying would do", "4 rows = 2 created + 0 updated + 0 unchanged + 2 rejected", "there is no area with code", "left out", path+"/report.csv", "Leave them out and apply the others")
		report := h.get(t, office, path+"/report.csv").want(t, "report", 200).body
		if !strings.HasPrefix(report, "row,column,reason,severity\n") || !strings.Contains(report, "\n4,lamp,") || !strings.Contains(report, "reject") {
			t.Errorf("report %q", report)
		}
		if n := h.find2(t); n != 0 {
			t.Errorf("the trial made %d households", n)
		}
		h.post(t, office, path+"/apply", "ver", strconv.FormatInt(im.Ver, 10), "on_error", "sometimes").want(t, "neither stop nor skip", 400)
		h.post(t, office, path+"/apply", "ver", "1", "on_error", "skip").want(t, "a stale version", 412)
		h.post(t, office, path+"/apply", "ver", strconv.FormatInt(im.Ver, 10), "on_error", "skip").want(t, "apply", 303)
		h.wait(t, idOf(t, path))
		h.get(t, office, path).want(t, "step 5", 200, "What was done", "4 rows = 2 created + 0 updated + 0 unchanged + 2 rejected", "To the households")
		done := h.get(t, office, path+"/progress").want(t, "progress", 200, "ended")
		if done.header.Get("HX-Refresh") != "true" {
			t.Error("the page is not renewed when the work has ended")
		}
		h.get(t, office, "/imports").want(t, "list", 200, "baseline.csv", "applied")
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
		page := h.get(t, office, done).want(t, "step 5", 200, "1 changed record", "/changes?import=")
		_, rest, _ := strings.Cut(page.body, `href="/changes?import=`)
		id, _, _ := strings.Cut(rest, `"`)
		h.get(t, office, "/changes?import="+id).want(t, "changes", 200, "import households-3.csv", "applied")
		h.get(t, clerk, "/changes?import="+id).want(t, "somebody else's import", 404)
		h.get(t, clerk, done).want(t, "somebody else's import", 404)
		h.get(t, clerk, done+"/report.csv").want(t, "somebody else's report", 404)
		h.get(t, clerk, done+"/progress").want(t, "somebody else's progress", 404)
		h.post(t, clerk, done+"/check", "ver", "1").want(t, "somebody else's check", 404)
		h.post(t, clerk, done+"/apply", "ver", "1").want(t, "somebody else's application", 404)
	})
}

func TestAMappingThatDoesNotFitIsExplainedAtItsFields(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		sent := h.send(t, office, "x.csv", householdRows, "subject", "household", "source", "base").location()
		path, _, _ := strings.Cut(sent, "?")
		h.post(t, office, path+"/check", "ver", "1", "keep", "columns: {}", "subject", "household", "source", "a b", "day", "soon", "key", "", "area", "area").
			want(t, "wrong fields", 400, "needs a name of up to 60", "is not a date", "the file has no column", `href="#field-map-source"`)
		h.post(t, office, path+"/check", "ver", "1", "use", "yaml", "yaml", "colour: red").want(t, "wrong text", 400, "the mapping cannot be read")
		h.post(t, office, path+"/check", "keep", "columns: {}").want(t, "without version", 428)
		again := h.post(t, office, path+"/check", "ver", "1", "use", "guess", "subject", "person", "source", "base", "day", "2014-06-30").want(t, "guess again", 303)
		h.get(t, office, again.location()).want(t, "guessed again", 200, "Column with the key of the household")
		h.post(t, office, path+"/check", "ver", "1", "use", "yaml", "yaml", households.YAML()).want(t, "as text", 303)
		if im := h.wait(t, idOf(t, path)); im.State != registry.Checked {
			t.Errorf("the trial ended %s", im.State)
		}
	})
}

func TestFilesThatAreNoTablesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for name, says := range map[string]string{"x.exe": "This is not a .csv", "x.parquet": "This is not a .csv", "x.csv.gz": "not a gzip file", "x.xlsx": "", "": "Choose a file"} {
			h.send(t, office, name, "MZ", "subject", "household").want(t, name, 400, says)
		}
		h.send(t, office, "x.csv", "", "subject", "household").want(t, "an empty file", 400)
		h.send(t, village, "x.csv", householdRows).want(t, "village", 403)
		h.get(t, auditor, "/imports").want(t, "auditor", 403)
		var zipped bytes.Buffer
		w := gzip.NewWriter(&zipped)
		if _, err := w.Write([]byte(householdRows)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		h.send(t, office, "x.csv.gz", zipped.String(), "subject", "household", "source", "base").want(t, "gzip", 303)
	})
}
