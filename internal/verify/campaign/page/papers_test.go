package page

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"

	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/verify/campaign"
	"rightkey/internal/web"
	"rightkey/policies"
	"rightkey/test/browser"
)

// pdfPage is a page of a PDF.
var pdfPage = regexp.MustCompile(`/Type\s*/Page\b`)

func TestTheFormOfAVisitOfAShippedPackIsPrintedOnOneSheet(t *testing.T) {
	tab := browser.Start(t).Page(t, browser.View{})
	packs, err := policies.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	loader, forms := policy.NewLoader(), 0
	campaign.Register(loader)
	for _, folder := range packs {
		if !folder.IsDir() {
			continue
		}
		pack, err := loader.Load(policies.Files, folder.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range campaign.SectionOf(pack).Designs {
			printsOnOneSheet(t, tab, pack.ID, d)
			forms++
		}
	}
	if forms == 0 {
		t.Error("no shipped pack has a form of a visit")
	}
}

func printsOnOneSheet(t *testing.T, tab *browser.Page, pack string, d *campaign.Design) {
	t.Helper()
	server := web.New(web.Options{})
	server.Handle("GET /form", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		task := campaign.Task{Number: "520424-017-00231", HeadName: "A head of a household with a long name", Persons: 12}
		form, err := visitForm(r.Context(), d, task, "A county of the north with a long name › a township › a village", web.Origin(r)+"/visits/281474976710656/520424-017-00231")
		if err != nil {
			return err
		}
		form.Issuer = "A county of the north with a long name · " + d.Title.In(web.Lang(r.Context()))
		return web.Render(w, r, http.StatusOK, web.Papers("form", nil, form))
	})
	running := httptest.NewServer(server)
	defer running.Close()
	for _, lang := range []string{"en", "zh", "ur"} {
		tab.Look(browser.View{Languages: lang})
		if status := tab.Open(running.URL + "/form"); status != http.StatusOK {
			t.Fatalf("%s %s in %s: status %d", pack, d.Code, lang, status)
		}
		sheets, pages := browser.Eval[int](tab, `document.querySelectorAll(".sheet").length`), len(pdfPage.FindAll(tab.PDF(), -1))
		if (sheets != 1 && i18n.Lang(lang) != "ur") || pages != sheets {
			t.Errorf("%s %s in %s: %d sheets, %d pages of paper", pack, d.Code, lang, sheets, pages)
		}
		tab.Look(browser.View{Print: true, Width: 794, Height: 1123, Languages: lang})
		tab.Screenshot("visit-form-" + pack + "-" + d.Code + "-" + lang)
		if free := browser.Eval[float64](tab, `Math.min(...[...document.querySelectorAll(".sheet-foot")].map(foot => foot.getBoundingClientRect().top - foot.previousElementSibling.getBoundingClientRect().bottom))`); free < 0 {
			t.Errorf("%s %s in %s: the form runs %.0f pixels into its foot", pack, d.Code, lang, -free)
		}
	}
}
