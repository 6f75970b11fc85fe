package page_test

import (
	"fmt"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/registry"
	"rightkey/internal/verify/campaign"
	campaignpage "rightkey/internal/verify/campaign/page"
	"rightkey/internal/web"
	"rightkey/test/register"
	"rightkey/test/visitor"
)

// goes is the account of the clerk who visits.
const goes = 21

func TestACampaignIsPlannedVisitedAndReadOnPages(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		rows := "key,area,status,nets,catch\n"
		for i := range 8 {
			rows += fmt.Sprintf("h%d,11001001,%s,2,100\n", i, []string{"afloat", "stranded"}[i%2])
		}
		r.ImportCSV(t, register.Households, rows)
		r.Grant(goes, "p-goes", "township-clerk@11001000")
		p := visitor.NewPages(r.Who, register.County)
		campaignpage.Register(p.Server, campaignpage.Needs{Campaigns: r.Campaigns, Desk: web.Desk{Caller: visitor.Caller}})

		p.Get(t, register.Analyst, "/verification").Want(t, 200)
		p.Get(t, register.County, "/campaigns/new").Want(t, 200)
		p.Post(t, register.County, "/campaigns", "area", "11001", "design", "rounds", "method", "sample", "visits", "1", "members1a", fmt.Sprint(goes)).Want(t, 400)
		p.Post(t, register.County, "/campaigns", "area", "11001", "design", "rounds", "method", "all", "members1a", fmt.Sprint(register.Analyst)).Want(t, 400)
		at := p.Post(t, register.County, "/campaigns", "area", "11001", "design", "rounds", "method", "all", "members1a", fmt.Sprint(goes), "seed", "5").Want(t, 303).Header.Get("Location")
		id := strings.TrimPrefix(at, "/campaigns/")

		list, err := r.Registry.List(t.Context(), r.Scope(t, register.County, access.HouseholdList), registry.Filter{}, registry.Position{}, 10)
		if err != nil {
			t.Fatal(err)
		}
		p.Get(t, goes, "/visits").Want(t, 200, "/visits/"+id)
		p.Get(t, goes, "/visits/"+id).Want(t, 200, list[0].Number)
		p.Get(t, register.Village, "/visits/"+id).Want(t, 404)
		form := p.Get(t, goes, "/visits/"+id+"/"+list[0].Number).Want(t, 200, "answer.drift_nets")
		for _, word := range []string{"Stranded", "Afloat"} {
			if strings.Contains(form.Body, word) {
				t.Errorf("the form says what stood on the register: %s", word)
			}
		}
		day := r.Registry.Now().String()[:10]
		p.Post(t, goes, "/visits/"+id+"/"+list[0].Number, "key", "k0", "day", day, "outcome", "seen", "verdict", "poor", "answer.drift_nets", "many").Want(t, 400)
		for i, h := range list {
			verdict := []campaign.Verdict{campaign.Poor, campaign.NotPoor}[i%2]
			p.Post(t, goes, "/visits/"+id+"/"+h.Number, "key", fmt.Sprint("k", i), "day", day, "outcome", "seen", "verdict", string(verdict), "answer.drift_nets", "2").Want(t, 303)
		}
		for _, lang := range []string{"en", "zh", "ur"} {
			p.Languages = lang
			p.Get(t, register.County, at).Want(t, 200)
			for _, by := range campaign.Dimensions {
				p.Get(t, register.County, at+"?by="+string(by)).Want(t, 200)
			}
			p.Get(t, register.County, at+"/households?result=remove").Want(t, 200)
			p.Get(t, register.County, at+"/report").Want(t, 200, list[1].Number, "paper-table").Without(t, "⟦")
			p.Get(t, register.County, at+"/households/"+list[0].Number).Want(t, 200)
			p.Get(t, register.Analyst, "/verification").Want(t, 200)
			p.Get(t, goes, "/visits/"+id).Want(t, 200)
		}
		p.Post(t, register.County, at+"/close", "ver", "9").Want(t, 412)
		p.Post(t, register.County, at+"/close", "ver", "2").Want(t, 303)
	})
}
