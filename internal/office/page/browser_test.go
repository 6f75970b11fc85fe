package page_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rightkey/internal/store/storetest"
	"rightkey/test/browser"
	"rightkey/test/stand"
)

// site is a house on SQLite with an activated administrator, as browsers reach it.
func site(t *testing.T) *house {
	t.Helper()
	pack, widths := shipped(t)
	h := newHouse(t, stand.New(t, storetest.SQLite(t), widths), pack)
	h.boss(t)
	return h
}

// write writes into a field as people do.
func write(page *browser.Page, selector, text string) {
	page.Click(selector)
	page.Press(text)
}

// signIn signs the administrator in by the form.
func signIn(page *browser.Page, h *house) {
	page.Open(h.address + "/login?next=/areas")
	write(page, "#field-login", "boss")
	write(page, "#field-password", good)
	page.Follow("main button[type=submit]")
	page.Wait("h1")
}

func TestThePagesAreAccessibleOnPhoneAndDeskInBothLanguages(t *testing.T) {
	h, chromium := site(t), browser.Start(t)
	for _, view := range []browser.View{{Width: 360, Languages: "zh"}, {Width: 1280, Dark: true, Languages: "en"}} {
		page := chromium.Page(t, view)
		page.Open(h.address + "/login")
		page.Axe()
		page.Open(h.address + "/activate")
		page.Axe()
		signIn(page, h)
		page.Open(h.address + "/packs")
		if view.Width == 360 {
			page.Axe()
			page.Follow("main form[action='/packs/install'] button")
			page.Wait("h1")
		} else {
			page.Follow("main tr.linked a")
		}
		page.Axe()
		for _, path := range []string{"/me", "/accounts", "/accounts/new", "/areas", "/areas?q=a", fmt.Sprintf("/areas/%d", h.key(t, "N")), "/areas/load", "/packs", "/jobs", "/journal"} {
			page.Open(h.address + path)
			page.Axe()
			page.Screenshot(fmt.Sprintf("office-%d%s", view.Width, strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(path)))
		}
	}
}

func TestAFileOfAreasIsLoadedWithLiveProgressAndWithoutScript(t *testing.T) {
	h, chromium := site(t), browser.Start(t)
	for i, view := range []browser.View{{Languages: "en"}, {Languages: "en", NoScript: true}} {
		file := filepath.Join(t.TempDir(), "areas.csv")
		if err := os.WriteFile(file, fmt.Appendf(nil, "code,name,level\nE%d,East %d,1\n", i, i), 0o600); err != nil {
			t.Fatal(err)
		}
		page := chromium.Page(t, view)
		signIn(page, h)
		page.Open(h.address + "/areas/load")
		page.Upload("#field-file", file)
		page.Follow("main form button[type=submit]")
		again := func(selector string) {
			if view.NoScript {
				for range 50 {
					if page.Open(page.Location()); browser.Eval[bool](page, fmt.Sprintf("document.querySelector(%q) !== null", selector)) {
						return
					}
				}
			}
			page.Wait(selector)
		}
		again("main form[action^='/areas/load/'] button")
		if !view.NoScript { // axe is a script
			page.Axe()
		}
		page.Follow("main form[action^='/areas/load/'] button")
		again("main .tone-good a[href='/areas'], main .notice a[href='/areas']")
		page.Open(h.address + "/areas")
		if text := page.Text("main"); !strings.Contains(text, fmt.Sprintf("East %d", i)) {
			t.Errorf("the areas are %s", text)
		}
	}
}

func TestSigningInWorksByKeyboard(t *testing.T) {
	h, chromium := site(t), browser.Start(t)
	page := chromium.Page(t, browser.View{Languages: "en"})
	page.Open(h.address + "/login")
	for range 20 {
		if strings.Contains(page.Tab(), "login") {
			break
		}
	}
	page.Press("boss")
	page.Tab()
	page.Press(good)
	page.Press("\r")
	page.Wait("main table.data")
	if !strings.HasPrefix(page.Location(), h.address+"/areas") {
		t.Errorf("one stands at %s", page.Location())
	}
}
