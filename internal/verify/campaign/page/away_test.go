package page_test

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"rightkey/internal/access"
	"rightkey/internal/verify/campaign"
	campaignpage "rightkey/internal/verify/campaign/page"
	"rightkey/internal/web"
	"rightkey/test/register"
	"rightkey/test/visitor"
)

// aTeam is a campaign in which one clerk goes to households, of which the second is not registered.
func aTeam(t *testing.T, r *register.Register, households int) (*visitor.Pages, campaign.Campaign) {
	t.Helper()
	rows := "key,area,status,nets,catch\n"
	for i := range households {
		rows += fmt.Sprintf("h%d,11001001,%s,2,100\n", i, []string{"stranded", "afloat"}[i%2])
	}
	r.ImportCSV(t, register.Households, rows)
	r.Grant(goes, "p-goes", "township-clerk@11001000")
	scope := r.Scope(t, register.County, access.CampaignRun)
	a, err := r.Areas.ByCode(t.Context(), scope, "11001001")
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.Campaigns.Plan(t.Context(), scope, campaign.Draft{Area: a.Key, Design: "rounds", Method: campaign.Everybody, Seed: 5, Teams: []campaign.Team{{Members: []campaign.Official{{Account: goes}}}}})
	if err != nil {
		t.Fatal(err)
	}
	p := visitor.NewPages(r.Who, goes)
	campaignpage.Register(p.Server, campaignpage.Needs{Campaigns: r.Campaigns, Desk: web.Desk{Caller: visitor.Caller}})
	return p, c
}

func TestATeamTakesItsSpreadsheetAndItsPapersAlongAndBringsThemBack(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		p, c := aTeam(t, r, 3)
		at := fmt.Sprint("/visits/", c.ID)
		for _, lang := range []string{"zh", "ur", "en"} {
			p.Languages = lang
			p.Get(t, goes, at+"/away").Want(t, 200, at+"/sheet", at+"/papers")
			papers := p.Get(t, goes, at+"/papers").Want(t, 200, "<svg")
			if n := strings.Count(papers.Body, `class="sheet"`); n != 1+3 {
				t.Errorf("%s: %d sheets", lang, n)
			}
		}
		p.Get(t, goes, at+"/papers?from=x").Want(t, 400)
		p.Get(t, register.Village, at+"/papers").Want(t, 404)
		p.Get(t, register.Village, at+"/sheet").Want(t, 404)

		file := p.Get(t, goes, at+"/sheet").Want(t, 200).Body
		p.Send(t, goes, at+"/away", "visits.xlsx", "no spreadsheet").Want(t, 400)
		filled := func(outcome string) string {
			book, err := excelize.OpenReader(strings.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			for cell, value := range map[string]string{"F3": c.Starts.String(), "G3": outcome} {
				if err := book.SetCellStr(book.GetSheetName(0), cell, value); err != nil {
					t.Fatal(err)
				}
			}
			var out bytes.Buffer
			if err := book.Write(&out); err != nil {
				t.Fatal(err)
			}
			return out.String()
		}
		p.Send(t, goes, at+"/away", "visits.xlsx", filled("asleep")).Want(t, 400, "Say what became of the visit.").Without(t, `name="rows"`)
		looked := p.Send(t, goes, at+"/away", "visits.xlsx", filled("Refused")).Want(t, 200, "Record 1 visit")
		rows := regexp.MustCompile(`name="rows" value="([^"]*)"`).FindStringSubmatch(looked.Body)
		if rows == nil {
			t.Fatal("nothing asks to record the visits")
		}
		p.Post(t, goes, at+"/sheet", "rows", html.UnescapeString(rows[1])).Want(t, 200, "The visits are recorded.")
		p.Post(t, goes, at+"/sheet", "rows", "no rows").Want(t, 400)
	})
}
