package page_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
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
	"rightkey/test/visitor"
)

var endOf2004 = clock.Date(2004, 12, 31)

// house is the made-up register with its pages.
type house struct {
	*register.Register
	*visitor.Pages
}

func each(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	register.Each(t, func(t *testing.T, r *register.Register) { test(t, open(t, r)) })
}

func open(t *testing.T, r *register.Register) *house {
	t.Helper()
	h := &house{r, visitor.NewPages(r.Who, register.County)}
	page.Register(h.Server, page.Needs{Identify: r.Identify, Registry: r.Registry, Desk: web.Desk{Caller: visitor.Caller, Frame: func(q *http.Request, p web.Page) web.Page {
		for _, place := range page.Places() {
			p.Nav = append(p.Nav, place.NavItem)
		}
		return p
	}}})
	err := registrypage.Register(h.Server, registrypage.Needs{Registry: r.Registry, Jobs: r.Jobs, Caller: visitor.Caller, Panels: []registrypage.Panel{page.Panel(r.Identify)}})
	if err != nil {
		t.Fatal(err)
	}
	return h
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
		h.Get(t, register.County, "/identify").Want(t, 200, "No household has been judged yet", `value="2013-12-31"`, "North › Cove", "By the catch")
		started := h.Post(t, register.County, "/identify", "area", "", "day", "2004-12-31", "rule", "catch")
		path := started.Header.Get("Location")
		if started.Status != http.StatusSeeOther || !strings.HasPrefix(path, "/identify/") {
			t.Fatalf("starting: %d to %q", started.Status, path)
		}
		id, err := strconv.ParseInt(strings.TrimPrefix(path, "/identify/"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		h.Wait(t, register.County, id)
		if done := h.Get(t, register.County, path+"/progress").Want(t, 200, "done"); done.Header.Get("HX-Refresh") != "true" {
			t.Error("the page of a run that has ended is not renewed")
		}
		h.Get(t, register.County, "/identify").Want(t, 200, path, "31 Dec 2004", "All areas", "done")
		h.Get(t, register.County, path).Want(t, 200, "North", "South", "66.7\u00a0%", "Island line", "120 OST per head and year", "Hearth Act 11", "Ostanian hearth register", path+"/households?area=11&amp;verdict=poor", path+"/export", "It changes no household").Without(t, "not shown")
		h.Get(t, register.County, path+"?area=11").Want(t, 200, "Cove", "Dune", path+"?area=11001", "60.0\u00a0%").Without(t, "South")
		h.Get(t, register.County, path+"?area=11001001").Want(t, 200, "Reef", "100.0\u00a0%")
		h.Get(t, register.Clerk, path).Want(t, 200, "Reef", "Shoal").Without(t, "Marram", "Kelp", "South", path+"/export")
		h.Get(t, register.Clerk, path+"?area=12").Want(t, 404)
		h.Get(t, register.County, path+"?colour=red").Want(t, 400)
	})
}

func TestTheVerdictsOfARunAreListedWithReasonsAndExported(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		path := fmt.Sprint("/identify/", h.Judge(t, identify.RunArgs{Day: endOf2004}))
		reef := h.number(t, 11001001)
		h.Get(t, register.County, path+"/households").Want(t, 200, "/households/"+reef, "100 OST", "120 OST", "Catch per soul 100 OST is below the line of 120 OST", "Value of the catch must be asked", "Kelp, Bay")
		h.Get(t, register.County, path+"/households?verdict=unknown").Want(t, 200, "Marram").Without(t, "Reef, Cove")
		h.Get(t, register.Village, path+"/households").Want(t, 200, reef).Without(t, "Shoal", "Export")
		h.Get(t, register.County, path+"/households?verdict=rich").Want(t, 400)
		h.Get(t, register.County, path+"/households?after=x").Want(t, 400)
		h.Get(t, register.Village, path+"/export").Want(t, 403)
		file := h.Get(t, register.South, path+"/export?verdict=poor").Want(t, 200)
		rows, err := csv.NewReader(strings.NewReader(file.Body)).ReadAll()
		if err != nil || len(rows) != 2 || !strings.Contains(file.Header.Get("Content-Disposition"), "attachment") {
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
		first := h.Get(t, register.County, path+"/households?verdict=poor").Want(t, 200, `rel="next"`)
		_, rest, _ := strings.Cut(first.Body, `rel="next" href="`)
		next, _, _ := strings.Cut(rest, `"`)
		second := h.Get(t, register.County, strings.ReplaceAll(next, "&amp;", "&")).Want(t, 200).Without(t, `rel="next"`)
		if a, b := strings.Count(first.Body, `class="linked"`), strings.Count(second.Body, `class="linked"`); a != 50 || b != 10 {
			t.Errorf("pages of %d and %d households, want 50 and 10", a, b)
		}
	})
}

func TestAnAnalystSeesCountsAndNoHouseholds(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		path := fmt.Sprint("/identify/", h.Judge(t, identify.RunArgs{Day: endOf2004}))
		h.Get(t, register.Analyst, path).Want(t, 200, "not shown", "Figures of fewer than 10 households", "North").Without(t, path+"/households", path+"/export", "66.7")
		h.Get(t, register.Analyst, "/identify").Want(t, 200, path).Without(t, "Judge these households")
		for _, denied := range []string{"/households", "/export"} {
			h.Get(t, register.Analyst, path+denied).Want(t, 403)
		}
		h.Post(t, register.Analyst, "/identify", "day", "2004-12-31").Want(t, 403)
		h.Get(t, register.Admin, path).Want(t, 403)
		h.Get(t, 0, path).Want(t, 401)
	})
}

func TestTheHouseholdsPageSaysWhyPoor(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := "/households/" + h.number(t, 11001001)
		h.Get(t, register.Village, reef).Want(t, 200).Without(t, "Why poor")
		h.Judge(t, identify.RunArgs{Day: endOf2004})
		h.Judge(t, identify.RunArgs{Day: clock.Date(2005, 12, 31)})
		h.Get(t, register.Village, reef).Want(t, 200, "Why poor, or why not", "is below the line of 150 OST (New island line)", "31 Dec 2004: poor", "Value of the catch", "302", "Keel tax", "Hearth Act 11", "/identify/")
	})
}

func TestAFormThatIsWrongSaysWhere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Post(t, register.County, "/identify", "day", "soon", "rule", "catch").Want(t, 400, "This is not a day.")
		h.Post(t, register.County, "/identify", "day", "2034-12-31", "rule", "catch").Want(t, 400, "is still to come", `value="2034-12-31"`)
		h.Post(t, register.County, "/identify", "day", "2004-12-31", "rule", "nets").Want(t, 400, "the pack has no such rule")
		h.Post(t, register.Clerk, "/identify", "day", "2004-12-31", "area", "12").Want(t, 404)
	})
}

func TestScenariosStandBesideEachOtherWithWhomTheRegisterLacks(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		h.Judge(t, identify.RunArgs{Day: endOf2004})
		h.Get(t, register.County, "/identify/scenario?a=line&a_amount=400").Want(t, 409, "still being read")
		h.Follow(t)
		h.Get(t, register.County, "/identify/scenario").Want(t, 200, "No scenario chosen yet")
		h.Get(t, register.County, "/identify/scenario?a=line&a_amount=400&b=households&b_amount=1").Want(t, 200, "Scenario A", "Scenario B", "Coverage", "North", "3 households, 6 persons", "1 household, 1 person", "status.not=stranded", "verdict=poor")
		list := h.Get(t, register.County, "/households?area=11&status.not=stranded&verdict=poor").Want(t, 200, "1 household", h.number(t, 11001001), "Newest assessment: poor", "Not: Stranded")
		if strings.Contains(list.Body, h.number(t, 12001001)) {
			t.Error("the list of an area holds a household of another")
		}
		h.Get(t, register.County, "/identify/scenario?a=cutoff&a_amount=4").Want(t, 400, "knows a poverty line and no points")
		h.Get(t, register.County, "/identify/scenario?a.lamp.0=4").Want(t, 400)
		h.Get(t, register.Village, "/identify/scenario?a=line&a_amount=400").Want(t, 403)
	})
}
