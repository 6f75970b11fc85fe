package rest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	registryrest "rightkey/internal/registry/rest"
)

func TestAnExportIsAskedForAndDownloadedByWhoAskedOnly(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		body := `{"subject":"household","format":"csv","purpose":"review","reason":"comparison"}`
		h.ask(t, clerk, http.MethodPost, "/exports", body).want(t, "a clerk", 403, nil)
		h.ask(t, office, http.MethodPost, "/exports?colour=red", body).want(t, "an unknown filter", 400, nil)
		h.ask(t, office, http.MethodPost, "/exports", `{"subject":"household","format":"csv","purpose":"curiosity","reason":"x"}`).want(t, "no purpose", 400, nil)
		h.ask(t, south, http.MethodPost, "/exports?area=11", body).want(t, "another county", 404, nil)
		var e registryrest.Export
		asked := h.ask(t, office, http.MethodPost, "/exports?status=stranded&area=11", body).want(t, "ask", 202, &e)
		path := strings.TrimPrefix(asked.header.Get("Location"), "/api/v1")
		if path != fmt.Sprint("/exports/", e.ID) || e.State != "making" || e.Households != 1 || asked.tag() == "" {
			t.Fatalf("asked %s %+v", path, e)
		}
		for range 2000 {
			if h.get(t, office, path).want(t, "look", 200, &e); e.State == "ready" {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		file := h.get(t, office, path+"/file").want(t, "download", 200, nil)
		lines := strings.Split(strings.TrimSpace(file.body), "\n")
		if len(lines) != 2 || !strings.HasPrefix(lines[0], "number,area,") || !strings.Contains(lines[1], ",11001001") || e.Rows != 1 || e.Expires == "" || e.Size != int64(len(file.body)) {
			t.Errorf("file %q of %+v", file.body, e)
		}
		if !strings.HasPrefix(file.header.Get("Content-Type"), "text/csv") || !strings.Contains(file.header.Get("Content-Disposition"), "attachment") || file.header.Get("Cache-Control") != "no-store" {
			t.Errorf("header %v", file.header)
		}
		for _, other := range []string{path, path + "/file"} {
			h.get(t, second, other).want(t, "somebody else", 404, nil)
		}
		h.ask(t, office, http.MethodPost, path+"/make", "").want(t, "without a version", 428, nil)
		h.ask(t, office, http.MethodPost, path+"/make", "", "If-Match", h.get(t, office, path).tag()).want(t, "twice", 409, nil)
		var list struct{ Items []registryrest.Export }
		if h.get(t, office, "/exports").want(t, "list", 200, &list); len(list.Items) != 1 || list.Items[0].ID != e.ID {
			t.Errorf("list %+v", list)
		}
		if h.get(t, second, "/exports").want(t, "list", 200, &list); len(list.Items) != 0 {
			t.Errorf("somebody else's list %+v", list)
		}
	})
}

func TestAMappingIsSavedRenamedAndTakenAway(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		im := h.load(t, office, householdRows, householdMap, "stop")
		var saved registryrest.ImportTemplate
		h.ask(t, office, http.MethodPost, fmt.Sprintf("/imports/%d/template", im.ID), `{"name":"survey"}`).want(t, "save", 201, &saved)
		if saved.Name != "survey" || !saved.Own || saved.Mapping.Subject != "household" || saved.Mapping.Day != "" || len(saved.Columns) != 6 {
			t.Errorf("saved %+v", saved)
		}
		path := fmt.Sprint("/import-templates/", saved.ID)
		h.ask(t, south, http.MethodPost, path+"/rename", `{"name":"mine"}`).want(t, "somebody else's", 404, nil)
		h.ask(t, office, http.MethodPost, path+"/rename", `{"name":"yearly"}`).want(t, "rename", 204, nil)
		var list struct{ Items []registryrest.ImportTemplate }
		if h.get(t, office, "/import-templates").want(t, "list", 200, &list); len(list.Items) != 1 || list.Items[0].Name != "yearly" {
			t.Errorf("list %+v", list)
		}
		h.ask(t, south, http.MethodDelete, path, "").want(t, "somebody else's", 404, nil)
		h.ask(t, office, http.MethodDelete, path, "").want(t, "delete", 204, nil)
		if h.get(t, office, "/import-templates").want(t, "list", 200, &list); len(list.Items) != 0 {
			t.Errorf("after the deletion %+v", list)
		}
	})
}

func TestFilesOfOneUploadAreAppliedTogether(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		upload := func(query, csv, mapping string) registryrest.Import {
			var im registryrest.Import
			up := h.ask(t, office, http.MethodPost, "/imports?name=one.csv"+query, csv, "Content-Type", "text/csv").want(t, "upload", 201, &im)
			path := fmt.Sprint("/imports/", im.ID)
			if mapping != "" {
				h.ask(t, office, http.MethodPost, path+"/check", mapping, "If-Match", up.tag()).want(t, "check", 202, nil)
				im, _ = h.wait(t, office, path)
			}
			return im
		}
		persons := upload("", personRows, personMap)
		with := fmt.Sprint("&bundle=", persons.ID)
		households, unwanted := upload(with, householdRows, householdMap), upload(with, personRows, "")
		h.ask(t, south, http.MethodPost, "/imports?name=x.csv"+with, personRows, "Content-Type", "text/csv").want(t, "into another's upload", 404, nil)
		path := fmt.Sprint("/imports/", persons.ID)
		version := func(path string) string { return h.get(t, office, path).tag() }
		h.ask(t, office, http.MethodPost, path+"/apply-all", `{"on_error":"skip"}`, "If-Match", version(path)).want(t, "one was not tried", 409, nil)
		out := fmt.Sprint("/imports/", unwanted.ID)
		h.ask(t, office, http.MethodPost, out+"/leave-out", "", "If-Match", version(out)).want(t, "leave out", 204, nil)
		var list struct{ Items []registryrest.Import }
		h.get(t, office, path+"/bundle").want(t, "bundle", 200, &list)
		if len(list.Items) != 3 || list.Items[0].ID != households.ID || list.Items[1].ID != persons.ID || list.Items[2].State != "left-out" {
			t.Fatalf("bundle %+v", list.Items)
		}
		h.ask(t, office, http.MethodPost, path+"/apply-all", `{"on_error":"skip"}`, "If-Match", version(out)).want(t, "a version that is not this one's", 412, nil)
		h.ask(t, office, http.MethodPost, path+"/apply-all", `{"on_error":"skip"}`, "If-Match", version(path)).want(t, "apply", 202, &list)
		for range 2000 {
			if h.get(t, office, path+"/bundle").want(t, "bundle", 200, &list); list.Items[0].State == "imported" && list.Items[1].State == "imported" {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
		t.Errorf("the files were not applied: %+v", list.Items)
	})
}
