package page_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/identify"
	"rightkey/internal/identify/page"
	"rightkey/internal/registry"
	registrypage "rightkey/internal/registry/page"
	"rightkey/internal/web"
	"rightkey/test/register"
)

var endOf2004 = clock.Date(2004, 12, 31)

// house is the made-up register with its pages.
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

func each(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	register.Each(t, func(t *testing.T, r *register.Register) { test(t, open(t, r)) })
}

func open(t *testing.T, r *register.Register) *house {
	t.Helper()
	h := &house{Register: r, as: register.County}
	h.server = web.New(web.Options{Session: h.session, Caller: callerOf})
	page.Register(h.server, page.Needs{Identify: r.Identify, Registry: r.Registry, Caller: callerOf, Frame: func(q *http.Request, p web.Page) web.Page {
		for _, place := range page.Places() {
			p.Nav = append(p.Nav, place.NavItem)
		}
		return p
	}})
	err := registrypage.Register(h.server, registrypage.Needs{Registry: r.Registry, Jobs: r.Jobs, Caller: callerOf, Panels: []registrypage.Panel{page.Panel(r.Identify)}})
	if err != nil {
		t.Fatal(err)
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

// answer is what a page answered.
type answer struct {
	status int
	body   string
	header http.Header
}

func (h *house) ask(t *testing.T, account int64, r *http.Request) answer {
	t.Helper()
	r.Header.Set("X-Account", strconv.FormatInt(account, 10))
	w := httptest.NewRecorder()
	h.server.ServeHTTP(w, r)
	if at := strings.Index(w.Body.String(), "⟦"); at >= 0 {
		t.Errorf("%s %s: a message is missing: %.60s", r.Method, r.URL.Path, w.Body.String()[at:])
	}
	return answer{w.Code, w.Body.String(), w.Result().Header}
}

func (h *house) get(t *testing.T, account int64, target string) answer {
	t.Helper()
	return h.ask(t, account, httptest.NewRequest(http.MethodGet, target, nil))
}

func (h *house) post(t *testing.T, account int64, target string, pairs ...string) answer {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return h.ask(t, account, r)
}

func (a answer) want(t *testing.T, status int, parts ...string) answer {
	t.Helper()
	if a.status != status {
		t.Errorf("status %d, want %d\n%s", a.status, status, a.body)
	}
	for _, part := range parts {
		if !strings.Contains(a.body, part) {
			t.Errorf("the page does not say %q:\n%s", part, a.body)
		}
	}
	return a
}

func (a answer) without(t *testing.T, parts ...string) answer {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(a.body, part) {
			t.Errorf("the page says %q", part)
		}
	}
	return a
}

// fill registers a poor household, one above the line, one that nobody can judge, and one far away.
func (h *house) fill(t *testing.T) {
	t.Helper()
	h.Fill(t, register.Hearth{Key: "a", Area: "11001001", Catch: "302", Souls: 3}, register.Hearth{Key: "b", Area: "11001002", Catch: "702", Souls: 2},
		register.Hearth{Key: "c", Area: "11002001", Souls: 4}, register.Hearth{Key: "d", Area: "12001001", Catch: "5", Souls: 1})
}

// number is the number of the household in an area.
func (h *house) number(t *testing.T, area int64) string {
	t.Helper()
	list, err := h.Registry.List(t.Context(), h.Scope(t, register.County, access.HouseholdList), registry.Filter{Area: area}, registry.Position{}, 1)
	if err != nil || len(list) != 1 {
		t.Fatalf("household in %d: %v %v", area, list, err)
	}
	return list[0].Number
}

func TestARunIsStartedByTheFormWatchedAndReadByArea(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		h.get(t, register.County, "/identify").want(t, 200, "No household has been judged yet", `value="2013-12-31"`, "North › Cove", "By the catch")
		started := h.post(t, register.County, "/identify", "area", "", "day", "2004-12-31", "rule", "catch")
		path := started.header.Get("Location")
		if started.status != http.StatusSeeOther || !strings.HasPrefix(path, "/identify/") {
			t.Fatalf("starting: %d to %q", started.status, path)
		}
		id, err := strconv.ParseInt(strings.TrimPrefix(path, "/identify/"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		h.Wait(t, register.County, id)
		if done := h.get(t, register.County, path+"/progress").want(t, 200, "done"); done.header.Get("HX-Refresh") != "true" {
			t.Error("the page of a run that has ended is not renewed")
		}
		h.get(t, register.County, "/identify").want(t, 200, path, "31 Dec 2004", "All areas", "done")
		h.get(t, register.County, path).want(t, 200, "North", "South", "66.7\u00a0%", "Island line", "120 OST per head and year", "Hearth Act 11", "Ostanian hearth register",
			path+"/households?area=11&amp;verdict=poor", path+"/export", "It changes no household").without(t, "not shown")
		h.get(t, register.County, path+"?area=11").want(t, 200, "Cove", "Dune", path+"?area=11001", "60.0\u00a0%").without(t, "South")
		h.get(t, register.County, path+"?area=11001001").want(t, 200, "Reef", "100.0\u00a0%")
		h.get(t, register.Clerk, path).want(t, 200, "Reef", "Shoal").without(t, "Marram", "Kelp", "South", path+"/export")
		h.get(t, register.Clerk, path+"?area=12").want(t, 404)
		h.get(t, register.County, path+"?colour=red").want(t, 400)
	})
}

func TestTheVerdictsOfARunAreListedWithReasonsAndExported(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		path := fmt.Sprint("/identify/", h.Judge(t, identify.RunArgs{Day: endOf2004}))
		reef := h.number(t, 11001001)
		h.get(t, register.County, path+"/households").want(t, 200, "/households/"+reef, "100 OST", "120 OST", "Catch per soul 100 OST is below the line of 120 OST", "Value of the catch must be asked", "Kelp, Bay")
		h.get(t, register.County, path+"/households?verdict=unknown").want(t, 200, "Marram").without(t, "Reef, Cove")
		h.get(t, register.Village, path+"/households").want(t, 200, reef).without(t, "Shoal", "Export")
		h.get(t, register.County, path+"/households?verdict=rich").want(t, 400)
		h.get(t, register.County, path+"/households?after=x").want(t, 400)
		h.get(t, register.Village, path+"/export").want(t, 403)
		file := h.get(t, register.South, path+"/export?verdict=poor").want(t, 200)
		rows, err := csv.NewReader(strings.NewReader(file.body)).ReadAll()
		if err != nil || len(rows) != 2 || !strings.Contains(file.header.Get("Content-Disposition"), "attachment") {
			t.Fatalf("the export of South: %v %v", rows, err)
		}
		want := []string{h.number(t, 12001001), "12001001", "Kelp", "2004-12-31", "ostania@1", "catch", "poor", "2", "120", "island", "OST", "1"}
		if got := strings.Join(rows[1][:len(want)], "|"); got != strings.Join(want, "|") {
			t.Errorf("exported %s, want %s", got, strings.Join(want, "|"))
		}
	})
}

func TestALongListIsReadInPages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var many []register.Hearth
		for i := range 60 {
			many = append(many, register.Hearth{Key: fmt.Sprint("h", i), Area: []string{"11001001", "12001001"}[i%2], Catch: "100", Souls: 1})
		}
		h.Fill(t, many...)
		path := fmt.Sprint("/identify/", h.Judge(t, identify.RunArgs{Day: endOf2004}))
		first := h.get(t, register.County, path+"/households?verdict=poor").want(t, 200, `rel="next"`)
		_, rest, _ := strings.Cut(first.body, `rel="next" href="`)
		next, _, _ := strings.Cut(rest, `"`)
		second := h.get(t, register.County, strings.ReplaceAll(next, "&amp;", "&")).want(t, 200).without(t, `rel="next"`)
		if a, b := strings.Count(first.body, `class="linked"`), strings.Count(second.body, `class="linked"`); a != 50 || b != 10 {
			t.Errorf("pages of %d and %d households, want 50 and 10", a, b)
		}
	})
}

func TestAnAnalystSeesCountsAndNoHouseholds(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		path := fmt.Sprint("/identify/", h.Judge(t, identify.RunArgs{Day: endOf2004}))
		h.get(t, register.Analyst, path).want(t, 200, "not shown", "Figures of fewer than 10 households", "North").without(t, path+"/households", path+"/export", "66.7")
		h.get(t, register.Analyst, "/identify").want(t, 200, path).without(t, "Judge these households")
		for _, denied := range []string{"/households", "/export"} {
			h.get(t, register.Analyst, path+denied).want(t, 403)
		}
		h.post(t, register.Analyst, "/identify", "day", "2004-12-31").want(t, 403)
		h.get(t, register.Admin, path).want(t, 403)
		h.get(t, 0, path).want(t, 401)
	})
}

func TestTheHouseholdsPageSaysWhyPoor(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := "/households/" + h.number(t, 11001001)
		h.get(t, register.Village, reef).want(t, 200).without(t, "Why poor")
		h.Judge(t, identify.RunArgs{Day: endOf2004})
		h.Judge(t, identify.RunArgs{Day: clock.Date(2005, 12, 31)})
		h.get(t, register.Village, reef).want(t, 200, "Why poor, or why not", "is below the line of 150 OST (New island line)", "31 Dec 2004: poor", "Value of the catch", "302", "Keel tax", "Hearth Act 11", "/identify/")
	})
}

func TestAFormThatIsWrongSaysWhere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.post(t, register.County, "/identify", "day", "soon", "rule", "catch").want(t, 400, "This is not a day.")
		h.post(t, register.County, "/identify", "day", "2034-12-31", "rule", "catch").want(t, 400, "is still to come", `value="2034-12-31"`)
		h.post(t, register.County, "/identify", "day", "2004-12-31", "rule", "nets").want(t, 400, "the pack has no such rule")
		h.post(t, register.Clerk, "/identify", "day", "2004-12-31", "area", "12").want(t, 404)
	})
}
