package rest_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/office"
	"rightkey/internal/verify/campaign/rest"
	"rightkey/test/register"
	"rightkey/test/visitor"
)

// round is a county that is verified by API.
type round struct {
	visitor.API
	r  *register.Register
	at string // path of the campaign
}

type items[T any] struct{ Items []T }

// opened is a register of households in two townships, and evaluators and a clerk who may go.
func opened(t *testing.T, r *register.Register) *round {
	t.Helper()
	rows := "key,area,status,nets,catch\n"
	for i := range 24 {
		rows += fmt.Sprintf("h%d,%s,%s,2,100\n", i, []string{"11001001", "11002001"}[i%2], []string{"afloat", "stranded"}[i/2%2])
	}
	r.ImportCSV(t, register.Households, rows)
	for i := range int64(4) {
		r.Grant(31+i, fmt.Sprint("p-", 31+i), "evaluator@11000000")
	}
	r.Grant(21, "p-21", "village-official@11000000", "township-clerk@11000000")
	assignments := office.NewAssignments(r.DB, r.Journal, r.Areas.Scheme())
	h := &round{r: r}
	h.API = visitor.NewAPI(t, r.Stand, func(account int64) access.Caller {
		c := r.Who(account)
		held, err := assignments.List(t.Context(), r.Scope(t, register.County, access.AssignmentEdit), c.Person, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range held {
			c.Assigned = append(c.Assigned, one.Household)
		}
		return c
	})
	rest.Register(h.API.API, rest.Rooms{Campaigns: r.Campaigns})
	return h
}

// plans plans a campaign of the whole county.
func (h *round) plans(t *testing.T, body string) {
	t.Helper()
	var c rest.Campaign
	h.Ask(t, register.County, "POST", "/campaigns", body).Want(t, 201).Read(t, &c)
	h.at = fmt.Sprint("/campaigns/", c.ID)
}

// route are the households that wait for an account's team.
func (h *round) route(t *testing.T, account int64) []rest.VisitTask {
	t.Helper()
	var list items[rest.VisitTask]
	h.Get(t, account, h.at+"/visits").Want(t, 200).Without(t, "stranded", "afloat", "poor", "registered").Read(t, &list)
	return list.Items
}

// visits lets an account record an outcome at a household.
func (h *round) visits(t *testing.T, account int64, number, outcome, verdict string) visitor.Answer {
	t.Helper()
	return h.Ask(t, account, "POST", h.at+"/visits", fmt.Sprintf(`{"household": %q, "day": "2014-12-31", "outcome": %q, "verdict": %q, "key": "%d/%s"}`, number, outcome, verdict, account, number))
}

// found are the households of the campaign with what was found, as an account sees them.
func (h *round) found(t *testing.T, account int64, query string) []rest.CampaignHousehold {
	t.Helper()
	var list items[rest.CampaignHousehold]
	h.Get(t, account, h.at+"/households?limit=100"+query).Want(t, 200).Read(t, &list)
	return list.Items
}

// act does something about a household at the version that was read.
func (h *round) act(t *testing.T, account int64, one rest.CampaignHousehold, act, body string) visitor.Answer {
	t.Helper()
	return h.Ask(t, account, "POST", h.at+"/households/"+one.Household+"/"+act, body, "If-Match", one.Tag)
}

// Evaluators of one township judge the other, without the verdict; a share is entered twice; some refuse, one objects,
// and the error is estimated from what is left.
func TestABlindRoundByAPI(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		h := opened(t, r)
		h.plans(t, `{"area": "11", "design": "strangers", "method": "all", "seed": "9", "teams": [{"accounts": [31], "base": "11001"}, {"accounts": [32], "base": "11002"}, {"accounts": [33], "base": "11001"}, {"accounts": [34], "base": "11002"}]}`)
		all := h.found(t, register.County, "")
		doubles := 0
		for _, one := range all {
			if one.Second != 0 {
				doubles++
			}
			if home := map[bool]string{true: "11001", false: "11002"}[one.Team%2 == 1]; strings.HasPrefix(one.Area, home) {
				t.Errorf("team %d judges at home in %s", one.Team, one.Area)
			}
		}
		if len(all) != 24 || doubles != 6 {
			t.Fatalf("%d households, %d of them twice", len(all), doubles)
		}
		routes := map[int64][]rest.VisitTask{}
		for account := int64(31); account < 35; account++ {
			h.Get(t, account, h.at+"/households").Want(t, 403)
			h.Get(t, account, h.at+"/errors").Want(t, 403)
			routes[account] = h.route(t, account)
		}
		for account, route := range routes {
			for i, one := range route {
				if i == 0 {
					h.visits(t, account, one.Household, "refused", "").Want(t, 204)
					continue
				}
				h.visits(t, account, one.Household, "seen", "poor").Want(t, 204)
			}
		}
		// The second entry: one team differs once, and the meeting decides.
		differed := false
		for account := int64(31); account < 35; account++ {
			for _, one := range h.route(t, account) {
				verdict := "poor"
				if !differed {
					verdict, differed = "not_poor", true
				}
				h.visits(t, account, one.Household, "seen", verdict).Want(t, 204)
			}
		}
		disputed := h.found(t, register.County, "&state=disputed")
		if len(disputed) != 1 {
			t.Fatalf("%d households are judged differently", len(disputed))
		}
		h.act(t, register.County, disputed[0], "settlement", `{"verdict": "poor"}`).Want(t, 200)
		refused := h.found(t, register.County, "&state=refused")
		if len(refused) == 0 || len(refused)+len(h.found(t, register.County, "&state=done")) != 24 {
			t.Errorf("%d refused, %d judged", len(refused), len(h.found(t, register.County, "&state=done")))
		}

		// One objects in time; what was found of it does not stand, and it is visited again.
		added := h.found(t, register.County, "&result=add")
		var heard rest.CampaignHousehold
		h.act(t, register.County, added[0], "appeal", `{}`).Want(t, 200).Read(t, &heard)
		h.act(t, register.County, heard, "uphold", `{}`).Want(t, 200).Read(t, &heard)
		if heard.State != "waiting" || heard.Verdict != "" || heard.Appeal != "upheld" {
			t.Errorf("after the objection: %+v", heard)
		}
		r.Clock.Set(r.Clock.Now().Add(4 * 24 * time.Hour))
		h.act(t, register.County, added[1], "appeal", `{}`).Want(t, 409)

		var errors items[rest.CampaignError]
		h.Get(t, register.County, h.at+"/errors").Want(t, 200).Read(t, &errors)
		for _, one := range errors.Items {
			if want := map[string]float64{"registered": 0, "others": 1}[one.Standing]; one.Share != want || one.Seen == 0 {
				t.Errorf("%+v", one)
			}
		}
		if len(errors.Items) != 2 {
			t.Errorf("errors of %d standings", len(errors.Items))
		}
	})
}

// A removal is a case after the days for an objection, and what the household gets goes on until its landing day.
func TestARemovalLandsSoftlyByAPI(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		h := opened(t, r)
		h.plans(t, `{"area": "11", "design": "rounds", "method": "all", "seed": "9", "teams": [{"accounts": [21]}]}`)
		for _, one := range h.route(t, 21) {
			h.visits(t, 21, one.Household, "seen", "not_poor").Want(t, 204)
		}
		removed := h.found(t, 21, "&result=remove")
		if len(removed) == 0 {
			t.Fatal("nobody is to be removed")
		}
		var tallies items[rest.CampaignTally]
		h.Get(t, register.County, h.at+"/report").Want(t, 200).Read(t, &tallies)
		sum := int64(0)
		for _, one := range tallies.Items {
			sum += one.Remove
		}
		if len(tallies.Items) != 2 || sum != int64(len(removed)) {
			t.Errorf("the report counts %+v, %d are to be removed", tallies.Items, len(removed))
		}
		h.act(t, 21, removed[0], "case", `{}`).Want(t, 409)
		r.Clock.Set(r.Clock.Now().Add(4 * 24 * time.Hour))
		var proposed rest.CampaignHousehold
		h.act(t, 21, removed[0], "case", `{}`).Want(t, 200).Read(t, &proposed)
		if proposed.Case == 0 || proposed.Landing != "2015-04-14" {
			t.Errorf("after proposing: %+v", proposed)
		}
		h.act(t, 21, proposed, "case", `{}`).Want(t, 409)
		still := h.found(t, 21, "&result=remove")
		if len(still) != len(removed) || still[0].Household != removed[0].Household {
			t.Error("the case changed what was found")
		}
	})
}

func TestTheWorkloadIsCountedByOfficialAndByAreaForWhoMaySeeTheWork(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		h := opened(t, r)
		h.plans(t, `{"area": "11", "design": "rounds", "method": "all", "seed": "9", "teams": [{"accounts": [21, 31]}]}`)
		var load rest.Workload
		h.Get(t, register.County, "/verification/workload?area=11").Want(t, 200).Read(t, &load)
		both := []rest.Waiting{{Kind: "first", Open: 24, First: "2015-01-30"}}
		half := []rest.Waiting{{Kind: "first", Open: 12, First: "2015-01-30"}}
		want := rest.Workload{Officials: []rest.OfficialLoad{{Account: 21, Waiting: both}, {Account: 31, Waiting: both}}, Areas: []rest.AreaLoad{{Area: "11001", Waiting: half}, {Area: "11002", Waiting: half}}}
		if !reflect.DeepEqual(load, want) {
			t.Errorf("what waits: %+v, want %+v", load, want)
		}
		h.Get(t, register.Analyst, "/verification/workload").Want(t, 200).Without(t, `"open"`)
		h.Get(t, register.South, "/verification/workload?area=11").Want(t, 404)
	})
}
