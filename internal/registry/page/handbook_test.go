package page_test

import (
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rightkey/internal/policy"
	"rightkey/policies"
	"rightkey/test/browser"
)

func TestTheHandbookIsPrintedMaskedAndItsTokenTellsNothingElse(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.reef(t)
		path := "/households/" + reef.Number + "/handbook"
		book := h.Get(t, village, path).Want(t, 200, "The hearth", "A***", "…7897", "Page 1 of", reef.Number, "Harbour lamp").Without(t, "1234567897", "123456", "Ana Reef", "Salt fever")
		h.Get(t, south, path).Want(t, 404)
		h.Get(t, admin, path).Want(t, 403)
		_, token, _ := strings.Cut(book.Body, "/verify/")
		token, _, _ = strings.Cut(token, `"`)
		pages := strings.Count(book.Body, `class="sheet"`) + 1
		answer := h.Get(t, 0, "/verify/"+token).Want(t, 200, "It is genuine", "Handbook of a household", fmt.Sprintf("%d page", pages)).Without(t, reef.Number, "Reef", "Cove", "Ana")
		if answer.Header.Get("Cache-Control") != "no-store" {
			t.Error("the answer may be kept")
		}
		h.Get(t, 0, "/verify/"+strings.Repeat("a", len(token))).Want(t, 404) // a wrong token
		again := h.Get(t, village, path).Body
		if !strings.Contains(again, token) {
			t.Error("the same state printed again has another token")
		}
		if n := h.events(t, "household.printed"); n != 2 {
			t.Errorf("%d events of prints", n)
		}
	})
}

// pdfPages counts the pages of a PDF.
func pdfPages(file []byte) int {
	return len(regexp.MustCompile(`/Type\s*/Page[^s]`).FindAll(file, -1))
}

func TestThePrintedHandbookHasAsManyPagesAsItSays(t *testing.T) {
	chromium := browser.Start(t)
	h, server := site(t)
	target := "/households/" + h.reef(t).Number + "/handbook"
	tab := chromium.Page(t, browser.View{Width: 1280, Languages: "en"})
	tab.Open(server.URL + target)
	if text := tab.Text("main"); strings.Contains(text, "1234567897") || strings.Contains(text, "34567897") || !strings.Contains(text, "…7897") {
		t.Error("the identity number is not cut to its last four digits")
	}
	printed(t, tab, "handbook")
	heads, err := fs.Glob(policies.Files, "*/"+policy.HeadFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, head := range heads {
		t.Run(path.Dir(head), func(t *testing.T) { printPack(t, chromium, path.Dir(head)) })
	}
}

// printed checks that a handbook has as many pages of paper as it has sheets.
func printed(t *testing.T, tab *browser.Page, name string) {
	t.Helper()
	tab.Screenshot(name)
	tab.Axe()
	sheets := browser.Eval[int](tab, `document.querySelectorAll(".sheet").length`)
	file := tab.PDF()
	if folder := os.Getenv("RIGHTKEY_SCREENSHOTS"); folder != "" {
		if err := os.WriteFile(filepath.Join(folder, name+".pdf"), file, 0o644); err != nil {
			t.Log(err)
		}
	}
	if pages := pdfPages(file); pages != sheets || sheets < 2 {
		t.Errorf("%s: %d pages of paper, %d sheets", name, pages, sheets)
	}
	full := browser.Eval[int](tab, `Math.max(...[...document.querySelectorAll(".sheet")].map(s => s.getBoundingClientRect().height / 297 * 25.4 / 96 * 100 | 0))`)
	if full > 101 {
		t.Errorf("%s: a sheet takes %d %% of the paper", name, full)
	}
}

// printPack prints the handbook of a household of thirty under a shipped pack, in each of its languages.
func printPack(t *testing.T, chromium *browser.Browser, folder string) {
	h, home := smallest(t, folder, 30)
	server := httptest.NewServer(h.Server)
	defer server.Close()
	target := server.URL + "/households/" + home.Number + "/handbook"
	pack, err := h.Registry.Pack(home.Area)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range pack.Languages {
		tab := chromium.Page(t, browser.View{Width: 1280, Languages: string(lang)})
		if status := tab.Open(target); status != 200 {
			t.Fatalf("status %d", status)
		}
		printed(t, tab, "handbook-"+folder+"-"+string(lang))
	}
	tab := chromium.Page(t, browser.View{Width: 360, Languages: "en"})
	tab.Open(target)
	tab.Screenshot("handbook-" + folder + "-360")
	tab.Axe()
}
