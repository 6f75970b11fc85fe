package page_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"rightkey/internal/access"
	registrypage "rightkey/internal/registry/page"
	"rightkey/internal/registry/quality"
	qualitypage "rightkey/internal/registry/quality/page"
	"rightkey/internal/verify/campaign"
	campaignpage "rightkey/internal/verify/campaign/page"
	"rightkey/internal/web"
	"rightkey/test/register"
	"rightkey/test/visitor"
)

// judgedNorth is a canton in which a look-back to everybody judged the households of one hamlet and three of another, all
// of them not poor, and nobody in the other parish.
func judgedNorth(t *testing.T, r *register.Register) {
	t.Helper()
	rows := "key,area,status,nets,catch\n"
	for i := range 36 {
		at := "11001001"
		if i >= 24 {
			at = []string{"11001002", "11002001"}[i%2]
		}
		rows += fmt.Sprintf("h%d,%s,%s,2,100\n", i, at, []string{"stranded", "afloat"}[i/12%2])
	}
	r.ImportCSV(t, register.Households, rows)
	r.Grant(goes, "p-goes", "township-clerk@11000000")
	at, err := r.Areas.ByCode(t.Context(), r.Scope(t, register.County, access.AreaRead), "11")
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.Campaigns.Plan(t.Context(), r.Scope(t, register.County, access.CampaignRun), campaign.Draft{Area: at.Key, Design: "rounds", Method: campaign.Everybody, Seed: 7,
		Teams: []campaign.Team{{Members: []campaign.Official{{Account: goes}}}}})
	if err != nil {
		t.Fatal(err)
	}
	scope := r.Scope(t, goes, access.VisitRecord)
	_, list, err := r.Campaigns.Route(t.Context(), scope, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int64]int{}
	for _, one := range list {
		place, err := r.Areas.Path(t.Context(), one.Area)
		if err != nil {
			t.Fatal(err)
		}
		code := place[len(place)-1].Code
		if code == "11002001" || code == "11001002" && seen[one.Area] == 3 {
			continue
		}
		seen[one.Area]++
		if _, err := r.Campaigns.RecordText(t.Context(), scope, c.ID, campaign.VisitText{Number: one.Number, Day: c.Starts, Way: campaign.ByAPI, Key: one.Number, Outcome: campaign.Seen, Verdict: campaign.NotPoor,
			Answers: map[string]string{"drift_nets": "2"}}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheErrorOfTheRegisterIsAMeasureOfTheOverviewWithItsInterval(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		judgedNorth(t, r)
		p := visitor.NewPages(r.Who, register.County)
		if err := registrypage.Register(p.Server, registrypage.Needs{Registry: r.Registry, Jobs: r.Jobs, Caller: visitor.Caller, Errors: r.Campaigns.Sampled, ErrorsPath: "/verification"}); err != nil {
			t.Fatal(err)
		}
		for _, account := range []int64{register.County, register.Analyst} {
			p.Get(t, account, "/?measure=inclusion_error").Want(t, 200, "North", "95 % from", "/?area=11&amp;measure=inclusion_error")
		}
		for _, lang := range []string{"en", "zh", "ur"} {
			p.Languages = lang
			p.Get(t, register.County, "/?measure=comprehensive_rate&area=11").Want(t, 200, "/verification?area=11001").Without(t, "⟦")
		}
		p.Languages = "en"
		reef := p.Get(t, register.County, "/overview.csv?measure=inclusion_error&area=11001").Want(t, 200, "Reef,24,0,12,50.0000,100.0000,73.5352,100.0000,12").Body
		if !strings.Contains(reef, "Shoal,6,0,6,100.0000,,,,") {
			t.Errorf("a hamlet with three judged tells: %s", reef)
		}
		// What the hamlet's three were found to be is not told by the parish's figure beside that of the other hamlet.
		p.Get(t, register.Analyst, "/overview.csv?measure=inclusion_error&area=11001").Want(t, 200, "100.0000,78.1981,100.0000,15").Without(t, "73.5352")
		p.Get(t, register.County, "/?measure=inclusion_error&by=size").Want(t, 200)
		p.Get(t, register.County, "/?measure=inclusion_error&area=11001001").Want(t, 200, "12 households judged")
	})
}

func TestTheCentreCountsWhatWaitsByOfficialAndByAreaAndEveryCountIsADoor(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		judgedNorth(t, r)
		p := visitor.NewPages(r.Who, register.County)
		campaignpage.Register(p.Server, campaignpage.Needs{Campaigns: r.Campaigns, Desk: web.Desk{Caller: visitor.Caller}, Works: []campaignpage.Work{
			{Work: r.Quality.Work(), Path: "/problems"}, {Work: r.Crosschecks.Work(), Path: "/leads"}}})
		qualitypage.Register(p.Server, qualitypage.Needs{Quality: r.Quality, Desk: web.Desk{Caller: visitor.Caller}})
		j, err := r.Quality.Start(t.Context(), r.Scope(t, register.County, access.AssessRun), quality.RunArgs{})
		if err != nil {
			t.Fatal(err)
		}
		r.Wait(t, register.County, j.ID)
		for _, target := range []string{"/verification", "/verification?area=11", "/verification?area=11001"} {
			page := p.Get(t, register.County, target).Want(t, 200, "/problems?", "owner=nobody", "/verification/visits?", "turn=first").Body
			visits := regexp.MustCompile(`<a href="(/verification/visits[^"]*)"[^>]*>\s*<bdi>(\d+)</bdi>`).FindAllStringSubmatch(page, -1)
			if len(visits) < 2 {
				t.Errorf("%s: %d counts of visits", target, len(visits))
			}
			for _, door := range visits {
				list := p.Get(t, register.County, strings.ReplaceAll(door[1], "&amp;", "&")).Want(t, 200).Body
				if rows := strings.Count(list, `href="/campaigns/`); fmt.Sprint(rows) != door[2] {
					t.Errorf("%s counts %s, its list shows %d", door[1], door[2], rows)
				}
			}
			for _, door := range regexp.MustCompile(`<a href="(/problems[^"]*)"[^>]*>\s*<bdi>(\d+)</bdi>`).FindAllStringSubmatch(page, -1) {
				p.Get(t, register.County, strings.ReplaceAll(door[1], "&amp;", "&")).Want(t, 200, ">"+door[2]+"<")
			}
		}
		for _, lang := range []string{"zh", "ur"} {
			p.Languages = lang
			p.Get(t, register.County, "/verification").Want(t, 200).Without(t, "⟦")
		}
		p.Languages = "en"
		p.Get(t, register.Analyst, "/verification").Want(t, 200).Without(t, "owner=nobody", "turn=first")
		p.Get(t, register.South, "/verification/visits?area=11").Want(t, 404)
		p.Get(t, register.County, "/verification/visits?turn=third").Want(t, 400)
		p.Get(t, register.County, "/verification/visits?owner=me").Want(t, 400)
	})
}
