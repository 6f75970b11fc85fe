package page_test

import (
	"fmt"
	"net/http/httptest"
	"testing"

	registrypage "rightkey/internal/registry/page"
	campaignpage "rightkey/internal/verify/campaign/page"
	"rightkey/internal/web"
	"rightkey/test/browser"
	"rightkey/test/register"
	"rightkey/test/visitor"
)

func TestTheErrorOnTheMapAndTheWorkloadAreAccessibleInEachLanguageAndWidth(t *testing.T) {
	chromium := browser.Start(t)
	register.Each(t, func(t *testing.T, r *register.Register) {
		judgedNorth(t, r)
		p := visitor.NewPages(r.Who, register.County)
		campaignpage.Register(p.Server, campaignpage.Needs{Campaigns: r.Campaigns, Desk: web.Desk{Caller: visitor.Caller}, Works: []campaignpage.Work{{Work: r.Quality.Work(), Path: "/problems"}}})
		if err := registrypage.Register(p.Server, registrypage.Needs{Registry: r.Registry, Jobs: r.Jobs, Caller: visitor.Caller, Errors: r.Campaigns.Sampled, ErrorsPath: campaignpage.CentrePath}); err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(p.Server)
		t.Cleanup(server.Close)
		for _, lang := range []string{"en", "zh", "ur"} {
			for _, width := range []int64{360, 1920} {
				page := chromium.Page(t, browser.View{Width: width, Languages: lang})
				for name, path := range map[string]string{"map": "/?measure=inclusion_error&area=11001", "centre": "/verification?area=11", "waiting": "/verification/visits?area=11"} {
					if status := page.Open(server.URL + path); status != 200 {
						t.Errorf("%s: status %d", path, status)
					}
					page.Screenshot(fmt.Sprintf("error-%s-%s-%d", name, lang, width))
					page.Axe()
					page.Fits()
				}
			}
		}
	})
}
