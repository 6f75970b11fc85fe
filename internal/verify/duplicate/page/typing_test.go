package page_test

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/registry"
	"rightkey/internal/store/storetest"
	"rightkey/internal/verify/duplicate/page"
	"rightkey/test/browser"
	"rightkey/test/register"
	"rightkey/test/stand"
)

// household is the number of the household of the person with a name.
func (h *house) household(t *testing.T, name string) string {
	t.Helper()
	list, err := h.Registry.Identities(t.Context(), access.System("a test reads who is registered"), 0, 0, 100)
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

// souls is how the persons of these tests are read from a file.
var souls = registry.Mapping{Subject: "person", Source: "base", Key: "key", Household: "hh", Day: "2013-12-31",
	Columns: map[string]string{"name": "name", "sex": "sex", "rel": "relation", "id": "national_id", "born": "birth"}}

// TestNothingOfAFarCountyIsToldByTheBytesOfAnAnswer types one person in the south while the north holds nobody, or
// somebody alike in any way: there are two answers, each the same to the byte with its head.
func TestNothingOfAFarCountyIsToldByTheBytesOfAnAnswer(t *testing.T) {
	var namesakes strings.Builder
	for i := range 30 {
		fmt.Fprintf(&namesakes, "n%d,x,Anna Holm,f,kin,,%d-01-02\n", i, 1920+i)
	}
	far := []struct {
		name, persons string
		told          bool
	}{
		{"a stranger", "x0,x,Olaf Berg,m,head,,1931-02-03\n", false},
		{"somebody born that day", "x0,x,Olaf Berg,m,head,,1970-05-14\n", false},
		{"thirty namesakes", namesakes.String() + "x0,x,Olaf Berg,m,head,,1931-02-03\n", false},
		{"the same person", "x0,x,Anna Holm,f,head,,1970-05-14\n", true},
		{"the same with a number", "x0,x,Anna Holm,f,head,1234567897,1970-05-14\n", true},
		{"the same three times", "x0,x,Anna Holm,f,head,,1970-05-14\ny0,y,Anna Holm,f,head,,1970-05-14\nz0,z,Anna Hollm,f,head,,1970-05-14\n", true},
	}
	said := map[bool]string{}
	for _, c := range far {
		r := register.Open(t, stand.New(t, storetest.SQLite(t), register.Widths), os.DirFS("../../../policy/testdata/ostania"), ".")
		r.LoadAreas(t, register.Areas)
		households := registry.Mapping{Subject: "household", Source: "base", Key: "key", Area: "area", Day: "2013-12-31", Constants: map[string]string{"status": "afloat"}}
		r.ImportCSV(t, households, "key,area\nx,11001001\ny,11001002\nz,11002001\nk,12001001\n")
		r.ImportCSV(t, souls, "key,hh,name,sex,rel,id,born\n"+c.persons+"k0,k,Mia Sand,f,head,,1988-08-08\n")
		h := serve(t, r)
		form := url.Values{"household": {h.household(t, "Mia Sand")}, "new.name": {"Anna Holm"}, "new.sex": {"f"}, "new.birth": {"1970-05-14"}}
		w := h.send(register.South, "POST", page.LookPath, form)
		w.Header().Del("Content-Security-Policy") // its nonce is another each time
		answer := fmt.Sprint(w.Code, w.Header(), w.Body)
		if before, known := said[c.told]; known && before != answer {
			t.Errorf("%s: the answer\n%s\ndiffers from\n%s", c.name, answer, before)
		}
		said[c.told] = answer
	}
	if said[true] == said[false] || !strings.Contains(said[true], "ask North") {
		t.Errorf("somebody elsewhere is not told of: %s", said[true])
	}
}

func TestTheReportOfAFileCountsWhoMayBeRegisteredAlready(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		h := open(t, r)
		r.ImportCSV(t, souls, "key,hh,name,sex,rel,id,born\nb2,b,Karl Hollm,m,kin,,1968-02-03\nb3,b,Zoe Sand,f,kin,,1999-03-02\n")
		list, err := r.Registry.Imports(t.Context(), r.Scope(t, register.County, access.ImportRun), 0, 1)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		path := fmt.Sprint("/imports/", list[0].ID)
		h.ask(t, register.County, "GET", path, nil, 200, "May be registered already", path+"/report.csv")
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
