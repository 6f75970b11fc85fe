package page_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strconv"
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
)

// house is the made-up register with the pages of its problems.
type house struct {
	*register.Register
	server *web.Server
	as     int64 // who asks where a request names nobody: the browser
}

type callerKey struct{}

func callerOf(ctx context.Context) access.Caller {
	c, _ := ctx.Value(callerKey{}).(access.Caller)
	return c
}

func open(t *testing.T, r *register.Register) *house {
	t.Helper()
	h := &house{Register: r, as: register.County}
	h.server = web.New(web.Options{Session: h.session, Caller: callerOf})
	page.Register(h.server, page.Needs{Quality: r.Quality, Caller: callerOf,
		Workers: func(context.Context, access.Scope) ([]web.Option, error) {
			return []web.Option{{Value: fmt.Sprint(register.Village), Label: "Village"}}, nil
		}})
	err := registrypage.Register(h.server, registrypage.Needs{Registry: r.Registry, Jobs: r.Jobs, Caller: callerOf, Panels: []registrypage.Panel{page.Panel(r.Quality)}, PlacePanels: []registrypage.PlacePanel{page.PlacePanel(r.Quality)},
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

// session logs in the account that a header names.
func (h *house) session(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		account := h.as
		if text := r.Header.Get("X-Account"); text != "" {
			account, _ = strconv.ParseInt(text, 10, 64)
		}
		viewer := web.ViewerFrom(r.Context())
		viewer.LoggedIn, viewer.Name = account != 0, fmt.Sprint("person-", account)
		ctx := context.WithValue(r.Context(), callerKey{}, h.Who(account))
		next.ServeHTTP(w, r.WithContext(web.WithViewer(ctx, viewer)))
	})
}

// ask sends a request and fails the test for another status, a part that is not there or a missing message.
func (h *house) ask(t *testing.T, account int64, method, target string, form url.Values, status int, parts ...string) (string, http.Header) {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	r.Header.Set("X-Account", strconv.FormatInt(account, 10))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.server.ServeHTTP(w, r)
	body := w.Body.String()
	if w.Code != status {
		t.Fatalf("%s %s as %d: status %d, want %d: %.300s", method, target, account, w.Code, status, body)
	}
	if at := strings.Index(body, "⟦"); at >= 0 {
		t.Errorf("%s %s: a message is missing: %.60s", method, target, body[at:])
	}
	for _, part := range parts {
		if !strings.Contains(body, part) {
			t.Errorf("%s %s as %d does not show %q", method, target, account, part)
		}
	}
	return body, w.Result().Header
}

var problemLink = regexp.MustCompile(`href="(/problems/\d+)"`)

func TestProblemsAreListedOpenedActedOnAndLeadToTheFieldWhereTheyArePutRight(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		h := open(t, r)
		body, _ := h.ask(t, register.County, "GET", "/problems", nil, 200, "H01 not exactly one hearth keeper", "H06a a catch without nets", "H06b many nets and stranded", "severity=provisional", "owner=nobody", "North", "South")
		if n := len(problemLink.FindAllString(body, -1)); n != 3 {
			t.Errorf("%d problems are listed, want 3", n)
		}
		north, _ := h.ask(t, register.County, "GET", "/problems?area=11", nil, 200, "H01", "Cove")
		if strings.Contains(north, "H06b many") {
			t.Error("the list of one canton shows a problem of the other")
		}
		h.ask(t, register.South, "GET", "/problems", nil, 200, "H06b")
		h.ask(t, register.South, "GET", "/problems?area=11", nil, 404)
		h.ask(t, register.County, "GET", "/problems?colour=red", nil, 400)
		h.ask(t, register.County, "GET", "/problems?state=lost", nil, 400)
		h.ask(t, register.Analyst, "GET", "/problems", nil, 403)
		only, _ := h.ask(t, register.County, "GET", "/problems?rule=H01", nil, 200)
		path := problemLink.FindStringSubmatch(only)[1]
		h.ask(t, register.South, "GET", path, nil, 404)
		h.ask(t, register.Clerk, "GET", path, nil, 200, "Hearth Act 20", "blocks benefit", path+"/claim", path+"/accept")
		h.ask(t, register.Clerk, "GET", "/", nil, 200, "H01 not exactly one hearth keeper")
		_, header := h.ask(t, register.Clerk, "POST", path+"/claim", url.Values{"ver": {"1"}}, 303)
		if header.Get("Location") != path {
			t.Errorf("a claim leads to %q", header.Get("Location"))
		}
		h.ask(t, register.Clerk, "POST", path+"/claim", url.Values{"ver": {"1"}}, 412)
		h.ask(t, register.Clerk, "POST", path+"/accept", url.Values{"ver": {"2"}, "reason": {"at sea"}}, 303)
		h.ask(t, register.County, "GET", path, nil, 200, "at sea", path+"/confirm")
		h.ask(t, register.Clerk, "GET", path, nil, 200, "A second person has to agree")
		h.ask(t, register.Clerk, "POST", path+"/confirm", url.Values{"ver": {"3"}, "agreed": {"yes"}}, 403)
		h.ask(t, register.County, "POST", path+"/confirm", url.Values{"ver": {"3"}, "agreed": {"yes"}}, 303)
		h.ask(t, register.County, "GET", "/problems?state=accepted", nil, 200, "H01")

		nets, _ := h.ask(t, register.South, "GET", "/problems?rule=H06b", nil, 200)
		path = problemLink.FindStringSubmatch(nets)[1]
		h.ask(t, register.South, "GET", path, nil, 200, "section=boats#field-f-drift_nets", "unconfirmed")
		_, header = h.ask(t, register.County, "POST", "/problems/assign", url.Values{"problem": {strings.TrimPrefix(path, "/problems/")}, "owner": {fmt.Sprint(register.South)}, "due": {"2015-01-31"}, "back": {"/problems?area=12"}}, 303)
		if header.Get("Location") != "/problems?area=12&done=1" {
			t.Errorf("an assignment leads to %q", header.Get("Location"))
		}
		_, header = h.ask(t, register.County, "POST", "/problems/assign", url.Values{"problem": {strings.TrimPrefix(path, "/problems/")}, "owner": {fmt.Sprint(register.South)}, "back": {"//elsewhere/problems"}}, 303)
		if header.Get("Location") != "/problems?done=1" {
			t.Errorf("an address of elsewhere is followed: %q", header.Get("Location"))
		}
		list, err := h.Registry.List(t.Context(), h.Scope(t, register.South, access.HouseholdList), registry.Filter{}, registry.Position{}, 1)
		if err != nil {
			t.Fatal(err)
		}
		h.ask(t, register.South, "GET", "/households/"+list[0].Number, nil, 200, "H06b many nets and stranded", "#field-f-drift_nets")
		file, header := h.ask(t, register.County, "GET", "/problems/export?state=all", nil, 200)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\ufeff"))).ReadAll()
		if err != nil || len(rows) != 4 || rows[0][1] != "rule" || !strings.Contains(header.Get("Content-Disposition"), "problems.csv") {
			t.Errorf("the file holds %v %v", rows, err)
		}
		_, header = h.ask(t, register.South, "POST", "/problems/run", url.Values{"area": {"12"}}, 303)
		if !strings.HasPrefix(header.Get("Location"), "/jobs/") {
			t.Errorf("a run leads to %q", header.Get("Location"))
		}
		h.ask(t, register.South, "POST", "/problems/run", url.Values{"area": {"11"}}, 404)
	})
}

func TestTheListIsAccessibleInEachLanguageAndWidth(t *testing.T) {
	chromium := browser.Start(t)
	r := register.Open(t, stand.New(t, storetest.SQLite(t), register.Widths), os.DirFS("../../../policy/testdata/ostania"), ".")
	r.LoadAreas(t, register.Areas)
	h := open(t, r)
	server := httptest.NewServer(h.server)
	t.Cleanup(server.Close)
	body, _ := h.ask(t, register.County, "GET", "/problems?rule=H06b", nil, 200)
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
