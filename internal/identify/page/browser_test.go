package page_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"testing"

	"rightkey/internal/identify"
	"rightkey/internal/store/storetest"
	"rightkey/policies"
	"rightkey/test/browser"
	"rightkey/test/register"
	"rightkey/test/stand"
)

func TestPagesAreAccessibleInEachLanguageAndWidth(t *testing.T) {
	chromium := browser.Start(t)
	r := register.Open(t, stand.New(t, storetest.SQLite(t), register.Widths), os.DirFS("../../policy/testdata/ostania"), ".")
	r.LoadAreas(t, register.Areas)
	h := open(t, r)
	server := httptest.NewServer(h.Server)
	t.Cleanup(server.Close)
	tab := chromium.Page(t, browser.View{Width: 360, Languages: "en"})
	tab.Open(server.URL + "/identify")
	tab.Axe()
	h.fill(t)
	path := fmt.Sprint("/identify/", h.Judge(t, identify.RunArgs{Day: endOf2004}))
	pages := map[string]string{"runs": "/identify", "run": path, "run-area": path + "?area=11", "verdicts": path + "/households", "verdicts-none": path + "/households?verdict=not_poor&area=12",
		"why": "/households/" + h.number(t, 11001001)}
	for _, lang := range []string{"en", "zh", "ur"} {
		for _, width := range []int64{360, 1280} {
			tab := chromium.Page(t, browser.View{Width: width, Languages: lang, Dark: lang == "zh"})
			for name, path := range pages {
				if status := tab.Open(server.URL + path); status != 200 {
					t.Errorf("%s: status %d", path, status)
				}
				tab.Screenshot(fmt.Sprintf("identify-%s-%s-%d", name, lang, width))
				tab.Axe()
			}
		}
	}
	h.Browse(register.Analyst)
	tab.Open(server.URL + path)
	tab.Screenshot("identify-analyst")
	tab.Axe()
}

func TestARunStartedInTheBrowserShowsItsResultWithoutBeingAsked(t *testing.T) {
	chromium := browser.Start(t)
	r := register.Open(t, stand.New(t, storetest.SQLite(t), register.Widths), os.DirFS("../../policy/testdata/ostania"), ".")
	r.LoadAreas(t, register.Areas)
	h := open(t, r)
	h.fill(t)
	server := httptest.NewServer(h.Server)
	t.Cleanup(server.Close)
	tab := chromium.Page(t, browser.View{Languages: "en"})
	tab.Open(server.URL + "/identify")
	tab.Choose("#field-area", "11")
	tab.Follow("main form[action='/identify'] button[type=submit]")
	tab.Wait("main .figure-chart, main .stat")
	tab.WaitGone("#run-progress")
	tab.Wait("main table.data")
}

func TestPointsOfAnswersAreGivenOnTheScenarioPage(t *testing.T) {
	chromium := browser.Start(t)
	r := register.Open(t, stand.New(t, storetest.SQLite(t), "1-2-2-2-3"), policies.Files, register.OpenSurvey(t).Pack)
	r.LoadAreas(t, "code,name,level,parent\n1,North,1,\n101,Coast,2,1\n")
	h := open(t, r)
	r.Follow(t)
	server := httptest.NewServer(h.Server)
	t.Cleanup(server.Close)
	path := ""
	for _, rule := range identify.SectionOf(r.Pack).Rules {
		if card := rule.Scorecard(); card != nil && path == "" {
			path = fmt.Sprintf("/identify/scenario?rule=%s&a.%s.0=7", rule.Code, card.Questions[0].Code)
		}
	}
	for _, lang := range []string{"en", "zh", "ur"} {
		for _, width := range []int64{360, 1280, 1920} {
			tab := chromium.Page(t, browser.View{Width: width, Languages: lang})
			if status := tab.Open(server.URL + path); status != 200 {
				t.Errorf("%s: status %d", path, status)
			}
			tab.Wait("main form.filters details[open] table.data input")
			tab.Screenshot(fmt.Sprintf("scenario-points-%s-%d", lang, width))
			tab.Axe()
			tab.Fits()
		}
	}
}
