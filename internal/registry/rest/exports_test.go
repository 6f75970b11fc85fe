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
		h.Ask(t, clerk, http.MethodPost, "/exports", body).Want(t, 403)
		h.Ask(t, office, http.MethodPost, "/exports?colour=red", body).Want(t, 400) // an unknown filter
		h.Ask(t, office, http.MethodPost, "/exports", `{"subject":"household","format":"csv","purpose":"curiosity","reason":"x"}`).Want(t, 400)
		h.Ask(t, south, http.MethodPost, "/exports?area=11", body).Want(t, 404)
		var e registryrest.Export
		asked := h.Ask(t, office, http.MethodPost, "/exports?status=stranded&area=11", body).Want(t, 202).Read(t, &e)
		path := strings.TrimPrefix(asked.Header.Get("Location"), "/api/v1")
		if path != fmt.Sprint("/exports/", e.ID) || e.State != "making" || e.Households != 1 || asked.Tag() == "" {
			t.Fatalf("asked %s %+v", path, e)
		}
		for range 2000 {
			if h.Get(t, office, path).Want(t, 200).Read(t, &e); e.State == "ready" {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		file := h.Get(t, office, path+"/file").Want(t, 200)
		lines := strings.Split(strings.TrimSpace(file.Body), "\n")
		if len(lines) != 2 || !strings.HasPrefix(lines[0], "number,area,") || !strings.Contains(lines[1], ",11001001") || e.Rows != 1 || e.Expires == "" || e.Size != int64(len(file.Body)) {
			t.Errorf("file %q of %+v", file.Body, e)
		}
		if !strings.HasPrefix(file.Header.Get("Content-Type"), "text/csv") || !strings.Contains(file.Header.Get("Content-Disposition"), "attachment") || file.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("header %v", file.Header)
		}
		for _, other := range []string{path, path + "/file"} {
			h.Get(t, second, other).Want(t, 404)
		}
		h.Ask(t, office, http.MethodPost, path+"/make", "").Want(t, 428) // without a version
		h.Ask(t, office, http.MethodPost, path+"/make", "", "If-Match", h.Get(t, office, path).Tag()).Want(t, 409)
		var list struct{ Items []registryrest.Export }
		if h.Get(t, office, "/exports").Want(t, 200).Read(t, &list); len(list.Items) != 1 || list.Items[0].ID != e.ID {
			t.Errorf("list %+v", list)
		}
		if h.Get(t, second, "/exports").Want(t, 200).Read(t, &list); len(list.Items) != 0 {
			t.Errorf("somebody else's list %+v", list)
		}
	})
}

func TestAMappingIsSavedRenamedAndTakenAway(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		im := h.load(t, office, householdRows, householdMap, "stop")
		var saved registryrest.ImportTemplate
		h.Ask(t, office, http.MethodPost, fmt.Sprintf("/imports/%d/template", im.ID), `{"name":"survey"}`).Want(t, 201).Read(t, &saved)
		if saved.Name != "survey" || !saved.Own || saved.Mapping.Subject != "household" || saved.Mapping.Day != "" || len(saved.Columns) != 6 {
			t.Errorf("saved %+v", saved)
		}
		path := fmt.Sprint("/import-templates/", saved.ID)
		h.Ask(t, south, http.MethodPost, path+"/rename", `{"name":"mine"}`).Want(t, 404)
		h.Ask(t, office, http.MethodPost, path+"/rename", `{"name":"yearly"}`).Want(t, 204)
		var list struct{ Items []registryrest.ImportTemplate }
		if h.Get(t, office, "/import-templates").Want(t, 200).Read(t, &list); len(list.Items) != 1 || list.Items[0].Name != "yearly" {
			t.Errorf("list %+v", list)
		}
		h.Ask(t, south, http.MethodDelete, path, "").Want(t, 404)
		h.Ask(t, office, http.MethodDelete, path, "").Want(t, 204)
		if h.Get(t, office, "/import-templates").Want(t, 200).Read(t, &list); len(list.Items) != 0 {
			t.Errorf("after the deletion %+v", list)
		}
	})
}

func TestFilesOfOneUploadAreAppliedTogether(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		upload := func(query, csv, mapping string) registryrest.Import {
			var im registryrest.Import
			up := h.Ask(t, office, http.MethodPost, "/imports?name=one.csv"+query, csv, "Content-Type", "text/csv").Want(t, 201).Read(t, &im)
			path := fmt.Sprint("/imports/", im.ID)
			if mapping != "" {
				h.Ask(t, office, http.MethodPost, path+"/check", mapping, "If-Match", up.Tag()).Want(t, 202)
				im, _ = h.wait(t, office, path)
			}
			return im
		}
		persons := upload("", personRows, personMap)
		with := fmt.Sprint("&bundle=", persons.ID)
		households, unwanted := upload(with, householdRows, householdMap), upload(with, personRows, "")
		h.Ask(t, south, http.MethodPost, "/imports?name=x.csv"+with, personRows, "Content-Type", "text/csv").Want(t, 404) // into another's upload
		path := fmt.Sprint("/imports/", persons.ID)
		version := func(path string) string { return h.Get(t, office, path).Tag() }
		h.Ask(t, office, http.MethodPost, path+"/apply-all", `{"on_error":"skip"}`, "If-Match", version(path)).Want(t, 409) // one was not tried
		out := fmt.Sprint("/imports/", unwanted.ID)
		h.Ask(t, office, http.MethodPost, out+"/leave-out", "", "If-Match", version(out)).Want(t, 204)
		var list struct{ Items []registryrest.Import }
		h.Get(t, office, path+"/bundle").Want(t, 200).Read(t, &list)
		if len(list.Items) != 3 || list.Items[0].ID != households.ID || list.Items[1].ID != persons.ID || list.Items[2].State != "left-out" {
			t.Fatalf("bundle %+v", list.Items)
		}
		h.Ask(t, office, http.MethodPost, path+"/apply-all", `{"on_error":"skip"}`, "If-Match", version(out)).Want(t, 412) // a version that is not this one's
		h.Ask(t, office, http.MethodPost, path+"/apply-all", `{"on_error":"skip"}`, "If-Match", version(path)).Want(t, 202).Read(t, &list)
		for range 2000 {
			if h.Get(t, office, path+"/bundle").Want(t, 200).Read(t, &list); list.Items[0].State == "imported" && list.Items[1].State == "imported" {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
		t.Errorf("the files were not applied: %+v", list.Items)
	})
}
