package page_test

import (
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/registry"
	"rightkey/internal/store/storetest"
	"rightkey/test/browser"
	"rightkey/test/register"
	"rightkey/test/stand"
)

// household is the number of the household of the person with a name.
func (h *house) household(t *testing.T, name string) string {
	t.Helper()
	list, err := h.Registry.Identities(t.Context(), 0, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range list {
		if one.Name == name {
			return registry.Number(one.Household)
		}
	}
	t.Fatalf("nobody is called %s", name)
	return ""
}

// typeNewcomer opens the form of somebody who marries into a household, types who is registered in another, and waits
// until the form says so.
func (h *house) typeNewcomer(t *testing.T, tab *browser.Page, site string) {
	t.Helper()
	if status := tab.Open(site + "/households/" + h.household(t, "Anna Hollm") + "/roster?act=washed_in"); status != 200 {
		t.Fatalf("the form: status %d", status)
	}
	tab.Type("#field-new-name", "Karl Holm")
	browser.Eval[bool](tab, `(f => { f.value = "1968-02-03"; f.dispatchEvent(new Event("input", {bubbles: true})); return true })(document.querySelector("#field-new-birth"))`)
	tab.Wait("[role=status] a[href^='/persons/']")
}

func TestAFormSaysWhileItIsTypedWhoIsRegisteredAlreadyAndAsksByNoAddress(t *testing.T) {
	chromium := browser.Start(t)
	r := register.Open(t, stand.New(t, storetest.SQLite(t), register.Widths), os.DirFS("../../../policy/testdata/ostania"), ".")
	r.LoadAreas(t, register.Areas)
	h := open(t, r)
	server := httptest.NewServer(h.server)
	t.Cleanup(server.Close)
	tab := chromium.Page(t, browser.View{})
	h.typeNewcomer(t, tab, server.URL)
	if text := tab.Text("[role=status]"); !strings.Contains(text, "Karl Holm") || !strings.Contains(text, "strong sign") {
		t.Errorf("the form says %q", text)
	}
	asked := browser.Eval[[]string](tab, `performance.getEntriesByType("resource").map(e => e.name).filter(n => n.includes("look"))`)
	if len(asked) == 0 {
		t.Error("nothing was asked")
	}
	for _, address := range asked {
		if address != server.URL+"/duplicates/look" {
			t.Errorf("the address %s tells who is typed", address)
		}
	}
	if focus := browser.Eval[string](tab, "document.activeElement.id"); focus != "field-new-name" {
		t.Errorf("the focus went from the field to %q", focus)
	}
}

func TestAFormSaysWithoutScriptWhoIsRegisteredAlreadyBeforeItIsSent(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		h := open(t, r)
		number := h.household(t, "Anna Hollm")
		form := url.Values{"act": {"washed_in"}, "ver": {"2"}, "day": {"2014-06-01"}, "new.name": {"Karl Holm"}, "new.sex": {"m"}, "new.birth": {"1968-02-03"}, "r.new1": {"kin"}, "evidence": {"book 3"}, "reason": {"wedding"}}
		body := h.ask(t, register.Clerk, "POST", "/households/"+number+"/roster", form, 200)
		if !strings.Contains(body, "May be registered already as person") {
			t.Errorf("the preview is silent: %.300s", body[strings.Index(body, "<main"):])
		}
	})
}

func TestTheQueueIsNarrowedAndWaitsOnTheOverviewAndOnTheHouseholdsPage(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		h := open(t, r)
		pairs := func(address string) int {
			found := map[string]bool{}
			for _, link := range pairLink.FindAllStringSubmatch(h.ask(t, register.County, "GET", address, nil, 200), -1) {
				found[link[1]] = true
			}
			return len(found)
		}
		for address, want := range map[string]int{"/duplicates": 3, "/duplicates?area=11001": 2, "/duplicates?area=12": 0, "/duplicates?state=decided": 0, "/duplicates?held=yes": 0, "/duplicates?zone=same": 1} {
			if got := pairs(address); got != want {
				t.Errorf("%s shows %d pairs, want %d", address, got, want)
			}
		}
		h.ask(t, register.County, "GET", "/duplicates?held=no", nil, 400)
		h.ask(t, register.South, "GET", "/duplicates?area=11001", nil, 404)
		h.ask(t, register.County, "GET", "/duplicates", nil, 200, "from 99.5 % on surely one person, from 5.0 % on to be reviewed")
		h.ask(t, register.Clerk, "GET", "/", nil, 200, "One person or two")
		number := h.household(t, "Anna Hollm")
		h.ask(t, register.Clerk, "GET", "/households/"+number, nil, 200, "may be person", `href="/duplicates/`)
		list, err := r.Registry.List(t.Context(), r.Scope(t, register.South, access.HouseholdList), registry.Filter{}, registry.Position{}, 1)
		if err != nil {
			t.Fatal(err)
		}
		if body := h.ask(t, register.South, "GET", "/households/"+list[0].Number, nil, 200); strings.Contains(body, "may be person") {
			t.Error("a pair with a person of another county is shown")
		}
	})
}
