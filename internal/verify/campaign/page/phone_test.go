package page_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/verify/campaign"
	"rightkey/test/browser"
	"rightkey/test/register"
)

// A telephone keeps the households of a team, takes a visit without network, also after the page was closed and opened
// again, and sends it once; another visit to the household meanwhile is told.
func TestAVisitWithoutNetworkIsOnTheServerOnceWhenTheNetworkIsBack(t *testing.T) {
	chromium := browser.Start(t)
	register.Each(t, func(t *testing.T, r *register.Register) {
		p, c := aTeam(t, r, 3)
		var down atomic.Bool
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
			if down.Load() {
				panic(http.ErrAbortHandler) // the line is cut
			}
			p.Server.ServeHTTP(w, q)
		}))
		t.Cleanup(server.Close)
		_, route, err := r.Campaigns.Route(t.Context(), r.Scope(t, goes, access.VisitRecord), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		scope := r.Scope(t, register.County, access.CampaignRead)
		made := func(number string) []campaign.Made {
			_, list, err := r.Campaigns.Open(t.Context(), scope, c, number)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}

		page := chromium.Page(t, browser.View{Width: 360, Languages: "en"})
		page.Allow("net::ERR_")   // the line is cut on purpose
		page.Allow("status of 4") // and a visit is refused
		page.Open(server.URL + fmt.Sprint("/field/?take=", c.ID))
		stop := func(number string) string { return fmt.Sprintf(`li[data-number="%s"] button`, number) }
		page.Wait(stop(route[0].Number))
		page.Wait("#field-ready")
		page.Screenshot("phone-list")
		page.Axe()

		visit := func(number string) {
			page.Click(stop(number))
			page.Click("input[name=outcome][value=seen]")
			page.Click("input[name=verdict][value=poor]")
			page.Screenshot("phone-form")
			page.Click("#field-list form button[type=submit]")
			page.WaitGone(stop(number))
		}
		down.Store(true)
		visit(route[0].Number)
		page.Wait("#field-offline")
		page.Open(server.URL + "/field/")
		page.Wait("#field-offline")
		if n := page.Text("#field-count"); n != "1" {
			t.Errorf("%s visits wait without network", n)
		}
		visit(route[1].Number)
		if n := len(made(route[0].Number)); n != 0 {
			t.Fatalf("%d visits came in without network", n)
		}
		// Meanwhile somebody else of the team recorded the second household.
		day := c.Starts
		if _, err := r.Campaigns.RecordText(t.Context(), r.Scope(t, goes, access.VisitRecord), c.ID, campaign.VisitText{Number: route[1].Number, Day: day, Outcome: campaign.Seen, Verdict: campaign.Poor, Key: "other", Way: campaign.ByAPI}); err != nil {
			t.Fatal(err)
		}
		down.Store(false)
		page.Click("#field-send")
		page.Wait("#field-failed li")
		if text := page.Text("#field-failed"); !strings.Contains(text, route[1].Number) || !strings.Contains(text, "Nobody has to go there now") {
			t.Errorf("of the visit that cannot be taken is said %q", text)
		}
		page.Screenshot("phone-refused")
		page.Click("#field-failed button")
		page.WaitGone("#field-failed li")
		page.Click("#field-send")
		if n := page.Text("#field-count"); n != "0" {
			t.Errorf("%s visits wait after sending", n)
		}
		for i, want := range []campaign.Way{campaign.ByPage, campaign.ByAPI} {
			if list := made(route[i].Number); len(list) != 1 || list[0].Way != want {
				t.Errorf("household %d: %+v", i, list)
			}
		}
		// What is kept is sealed, and gone on demand.
		if text := browser.Await[string](page, readBox); strings.Contains(text, route[2].Number) {
			t.Error("a number of a household stands in the browser in the clear")
		}
		page.Click("#field-wipe")
		page.Wait("#field-empty")
		if text := browser.Await[string](page, readBox); text != "" {
			t.Errorf("after wiping the browser still holds %q", text)
		}
	})
}

// readBox is everything that the page keeps in the browser's database, as text.
const readBox = `new Promise((done) => {
	const opening = indexedDB.open("field", 1);
	opening.onsuccess = () => {
		const all = opening.result.transaction("box").objectStore("box").getAll();
		all.onsuccess = () => { opening.result.close(); done(all.result.map((one) => one.sealed ? new TextDecoder().decode(one.sealed) : String(one)).join("\n")); };
	};
})`
