package page_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rightkey/test/browser"
)

func TestAnImportIsWalkedThroughWithAndWithoutScripts(t *testing.T) {
	chromium := browser.Start(t)
	file := filepath.Join(t.TempDir(), "baseline.csv")
	if err := os.WriteFile(file, []byte("key,area,status,drift nets,lamp\nw1,11001001,stranded,4,no\nw2,99999999,afloat,2,no\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, silent := range map[string]bool{"with scripts": false, "without scripts": true} {
		t.Run(name, func(t *testing.T) {
			_, server := site(t)
			tab := chromium.Page(t, browser.View{Languages: "en", NoScript: silent})
			tab.Open(server.URL + "/imports/new")
			tab.Type("input[name=source]", "walk")
			tab.Upload("input[type=file]", file)
			tab.Follow("main form button[type=submit]")
			if text := tab.Text("main"); !strings.Contains(text, "What the columns are") {
				t.Fatalf("after sending the file:\n%s", text)
			}
			tab.Follow("main form button.btn-primary")
			reach(t, tab, silent, "input[name=on_error]")
			tab.Click("input[value=skip]")
			tab.Follow("form[action$='/apply'] button")
			reach(t, tab, silent, "a[href='/households']:not(.nav-place)")
			if text := tab.Text("main"); !strings.Contains(text, "2 rows = 1 created + 0 updated + 0 unchanged + 1 rejected") {
				t.Errorf("at the end:\n%s", text)
			}
		})
	}
}

// reach waits until the work has ended and the page shows an element: by itself, or by following the link to the
// present state.
func reach(t *testing.T, tab *browser.Page, silent bool, selector string) {
	t.Helper()
	if !silent {
		tab.Wait(selector)
		return
	}
	for range 100 {
		if browser.Eval[bool](tab, `!!document.querySelector("`+selector+`")`) {
			return
		}
		tab.Follow("noscript a")
	}
	t.Fatalf("the page never shows %s:\n%s", selector, tab.Text("main"))
}

func TestAChangeIsProposedAndDecidedInTheBrowser(t *testing.T) {
	chromium := browser.Start(t)
	h, server := site(t)
	tab := chromium.Page(t, browser.View{Languages: "en", Width: 360})
	h.Browse(clerk)
	tab.Open(server.URL + "/households")
	tab.Follow(".opens-row")
	tab.Follow("main .title-row .btn-primary")
	tab.Follow("a[href$='section=core']")
	tab.Choose("select[name='f.status']", "refloated")
	tab.Follow("main form button.btn-primary")
	tab.Allow("400")
	if text := tab.Text(".error-summary"); !strings.Contains(text, "Reason") {
		t.Fatalf("without a reason: %s", text)
	}
	tab.Screenshot("edit-refused-en-360")
	tab.Axe()
	tab.Type("input[name=reason]", "visit")
	tab.Follow("main form button.btn-primary")
	if text := tab.Text("main"); !strings.Contains(text, "waits for a second person") {
		t.Fatalf("after saving:\n%s", text)
	}
	h.Browse(office)
	tab.Open(server.URL + "/")
	tab.Follow(".opens-row")
	tab.Follow("form[action$='/approve'] button")
	if text := tab.Text("main"); !strings.Contains(text, "applied") {
		t.Errorf("after approving:\n%s", text)
	}
	tab.Open(server.URL + "/households/" + h.reef(t).Number)
	if text := tab.Text("main"); !strings.Contains(text, "Refloated") {
		t.Errorf("after approving:\n%s", text)
	}
	h.Browse(clerk)
	tab.Open(server.URL + "/households/" + h.reef(t).Number + "/change?section=boats")
	tab.Type("input[name='f.drift_nets']", "9")
	tab.Type("input[name=reason]", "counted")
	h.submit(t, office, "page", "11001001", 0, nil, map[string]any{"drift_nets": int64(8)})
	tab.Allow("412")
	tab.Follow("main form button.btn-primary")
	tab.Screenshot("edit-stale-en-360")
	tab.Axe()
	tab.Look(browser.View{Languages: "zh"})
	tab.Open(server.URL + "/households")
	tab.Type("input[name=name]", "Ana")
	tab.Follow("form[action='/households/search'] .btn")
	if place := tab.Location(); strings.Contains(place, "Ana") {
		t.Errorf("the address is %s", place)
	}
	tab.Look(browser.View{Print: true})
	tab.Open(server.URL + "/households/" + h.reef(t).Number)
	tab.Paper("household")
}
