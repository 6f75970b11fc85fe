package page_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/job"
	"rightkey/internal/registry"
	registrypage "rightkey/internal/registry/page"
	"rightkey/internal/registry/quality"
	"rightkey/internal/registry/quality/page"
	"rightkey/internal/store/storetest"
	"rightkey/internal/web"
	"rightkey/test/browser"
	"rightkey/test/register"
	"rightkey/test/stand"
	"rightkey/test/visitor"
)

// house is the made-up register with the pages of its problems.
type house struct {
	*register.Register
	*visitor.Pages
}

func open(t *testing.T, r *register.Register) *house {
	t.Helper()
	h := &house{r, visitor.NewPages(r.Who, register.County)}
	page.Register(h.Server, page.Needs{Quality: r.Quality, Desk: web.Desk{Caller: visitor.Caller},
		Workers: func(context.Context, access.Scope) ([]web.Option, error) {
			return []web.Option{{Value: fmt.Sprint(register.Village), Label: "Village"}}, nil
		}})
	err := registrypage.Register(h.Server, registrypage.Needs{Registry: r.Registry, Jobs: r.Jobs, Caller: visitor.Caller, Panels: []registrypage.Panel{page.Panel(r.Quality)}, PlacePanels: []registrypage.PlacePanel{page.PlacePanel(r.Quality)},
		Work: []registrypage.Work{page.Waiting(r.Quality)}})
	if err != nil {
		t.Fatal(err)
	}
	households := registry.Mapping{Subject: "household", Source: "base", Key: "key", Area: "area", Day: "2013-12-31", Columns: map[string]string{"status": "status", "nets": "drift_nets", "catch": "catch_value", "motto": "motto"}}
	r.ImportCSV(t, households, "key,area,status,nets,catch,motto\na,11001001,stranded,3,100,\nb,11001001,afloat,0,7,\nc,11001002,afloat,3,100,\nd,12001001,stranded,31,100,\n")
	r.ImportCSV(t, register.Persons, "key,hh,name,sex,rel\na0,a,Anna,f,head\nb0,b,Bea,f,kin\nc0,c,Cid,m,head\nd0,d,Dan,m,head\n")
	j, err := r.Quality.Start(t.Context(), r.Scope(t, register.County, access.AssessRun), quality.RunArgs{})
	if err != nil {
		t.Fatal(err)
	}
	if j = r.Wait(t, register.County, j.ID); j.State != job.Done {
		t.Fatal(j.Error)
	}
	return h
}

var problemLink = regexp.MustCompile(`href="(/problems/\d+)"`)

func TestProblemsAreListedOpenedActedOnAndLeadToTheFieldWhereTheyArePutRight(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		h := open(t, r)
		body := h.Get(t, register.County, "/problems").Want(t, 200, "H01 not exactly one hearth keeper", "H06a a catch without nets", "H06b many nets and stranded", "severity=provisional", "owner=nobody", "North", "South").Body
		if n := len(problemLink.FindAllString(body, -1)); n != 3 {
			t.Errorf("%d problems are listed, want 3", n)
		}
		north := h.Get(t, register.County, "/problems?area=11").Want(t, 200, "H01", "Cove").Body
		if strings.Contains(north, "H06b many") {
			t.Error("the list of one canton shows a problem of the other")
		}
		h.Get(t, register.South, "/problems").Want(t, 200, "H06b")
		h.Get(t, register.South, "/problems?area=11").Want(t, 404)
		h.Get(t, register.County, "/problems?colour=red").Want(t, 400)
		h.Get(t, register.County, "/problems?state=lost").Want(t, 400)
		h.Get(t, register.Analyst, "/problems").Want(t, 403)
		only := h.Get(t, register.County, "/problems?rule=H01").Want(t, 200).Body
		path := problemLink.FindStringSubmatch(only)[1]
		h.Get(t, register.South, path).Want(t, 404)
		h.Get(t, register.Clerk, path).Want(t, 200, "Hearth Act 20", "blocks benefit", path+"/claim", path+"/accept")
		h.Get(t, register.Clerk, "/").Want(t, 200, "H01 not exactly one hearth keeper")
		if at := h.Post(t, register.Clerk, path+"/claim", "ver", "1").Want(t, 303).Location(); at != path {
			t.Errorf("a claim leads to %q", at)
		}
		h.Post(t, register.Clerk, path+"/claim", "ver", "1").Want(t, 412)
		h.Post(t, register.Clerk, path+"/accept", "ver", "2", "reason", "at sea").Want(t, 303)
		h.Get(t, register.County, path).Want(t, 200, "at sea", path+"/confirm")
		h.Get(t, register.Clerk, path).Want(t, 200, "A second person has to agree")
		h.Post(t, register.Clerk, path+"/confirm", "ver", "3", "agreed", "yes").Want(t, 403)
		h.Post(t, register.County, path+"/confirm", "ver", "3", "agreed", "yes").Want(t, 303)
		h.Get(t, register.County, "/problems?state=accepted").Want(t, 200, "H01")

		nets := h.Get(t, register.South, "/problems?rule=H06b").Want(t, 200).Body
		path = problemLink.FindStringSubmatch(nets)[1]
		h.Get(t, register.South, path).Want(t, 200, "section=boats#field-f-drift_nets", "unconfirmed")
		if at := h.Post(t, register.County, "/problems/assign", "item", strings.TrimPrefix(path, "/problems/"), "owner", fmt.Sprint(register.South), "due", "2015-01-31", "back", "/problems?area=12").Want(t, 303).Location(); at != "/problems?area=12&done=1" {
			t.Errorf("an assignment leads to %q", at)
		}
		if at := h.Post(t, register.County, "/problems/assign", "item", strings.TrimPrefix(path, "/problems/"), "owner", fmt.Sprint(register.South), "back", "//elsewhere/problems").Want(t, 303).Location(); at != "/problems?done=1" {
			t.Errorf("an address of elsewhere is followed: %q", at)
		}
		list, err := h.Registry.List(t.Context(), h.Scope(t, register.South, access.HouseholdList), registry.Filter{}, registry.Position{}, 1)
		if err != nil {
			t.Fatal(err)
		}
		h.Get(t, register.South, "/households/"+list[0].Number).Want(t, 200, "H06b many nets and stranded", "#field-f-drift_nets")
		file := h.Get(t, register.County, "/problems/export?state=all").Want(t, 200)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.Body, "\ufeff"))).ReadAll()
		if err != nil || len(rows) != 4 || rows[0][1] != "rule" || !strings.Contains(file.Header.Get("Content-Disposition"), "problems.csv") {
			t.Errorf("the file holds %v %v", rows, err)
		}
		if at := h.Post(t, register.South, "/problems/run", "area", "12").Want(t, 303).Location(); !strings.HasPrefix(at, "/jobs/") {
			t.Errorf("a run leads to %q", at)
		}
		h.Post(t, register.South, "/problems/run", "area", "11").Want(t, 404)
	})
}

func TestTheListIsAccessibleInEachLanguageAndWidth(t *testing.T) {
	chromium := browser.Start(t)
	r := register.Open(t, stand.New(t, storetest.SQLite(t), register.Widths), os.DirFS("../../../policy/testdata/ostania"), ".")
	r.LoadAreas(t, register.Areas)
	h := open(t, r)
	server := httptest.NewServer(h.Server)
	t.Cleanup(server.Close)
	body := h.Get(t, register.County, "/problems?rule=H06b").Want(t, 200).Body
	one := problemLink.FindStringSubmatch(body)[1]
	list, err := h.Registry.List(t.Context(), h.Scope(t, register.South, access.HouseholdList), registry.Filter{}, registry.Position{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"en", "zh", "ur"} {
		for _, width := range []int64{360, 1280} {
			tab := chromium.Page(t, browser.View{Width: width, Languages: lang, Dark: lang == "zh"})
			for name, path := range map[string]string{"list": "/problems", "none": "/problems?state=fixed", "problem": one, "household": "/households/" + list[0].Number} {
				if status := tab.Open(server.URL + path); status != 200 {
					t.Errorf("%s: status %d", path, status)
				}
				tab.Screenshot(fmt.Sprintf("quality-%s-%s-%d", name, lang, width))
				tab.Axe()
			}
		}
	}
}
