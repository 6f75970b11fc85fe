package rest_test

import (
	"fmt"
	"strings"
	"testing"

	"rightkey/internal/clock"
	"rightkey/internal/identify"
	identifyrest "rightkey/internal/identify/rest"
	"rightkey/test/register"
	"rightkey/test/visitor"
)

// house is the made-up register with the API.
type house struct {
	*register.Register
	visitor.API
}

func each(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	register.Each(t, func(t *testing.T, r *register.Register) {
		r.Fill(t, register.Hearth{Key: "a", Area: "11001001", Catch: "302", Souls: 3}, register.Hearth{Key: "b", Area: "11001002", Catch: "702", Souls: 2},
			register.Hearth{Key: "c", Area: "12001001", Souls: 1})
		h := &house{r, visitor.NewAPI(t, r.Stand, r.Who)}
		identifyrest.Register(h.API.API, identifyrest.Rooms{Identify: r.Identify, Registry: r.Registry})
		test(t, h)
	})
}

type assessments struct{ Items []identifyrest.Assessment }

func TestARunIsStartedOnceWatchedCountedAndListed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const wanted = `{"day":"2004-12-31","rule":"catch"}`
		var run, again identifyrest.Run
		header := h.Ask(t, register.County, "POST", "/identification-runs", wanted, "Idempotency-Key", "first-run-of-the-year").Want(t, 202).Read(t, &run).Header
		h.Ask(t, register.County, "POST", "/identification-runs", wanted, "Idempotency-Key", "first-run-of-the-year").Want(t, 202).Read(t, &again)
		if again.ID != run.ID || header.Get("Location") != fmt.Sprintf("/api/v1/identification-runs/%d", run.ID) {
			t.Errorf("started %d at %s, again %d", run.ID, header.Get("Location"), again.ID)
		}
		h.Wait(t, register.County, run.ID)
		h.Get(t, register.Analyst, header.Get("Location")).Want(t, 200).Read(t, &run)
		if run.State != "done" || run.Percent != 100 || run.Day != "2004-12-31" || run.Finished == "" {
			t.Errorf("the run is %+v", run)
		}
		var runs struct{ Items []identifyrest.Run }
		h.Get(t, register.South, "/identification-runs").Want(t, 200).Read(t, &runs)
		if len(runs.Items) != 1 || runs.Items[0].ID != run.ID {
			t.Errorf("runs %+v", runs)
		}
		var count identifyrest.Headcount
		h.Get(t, register.County, fmt.Sprintf("/identification-runs/%d/headcount?area=11", run.ID)).Want(t, 200).Read(t, &count)
		if *count.Total.Households != 2 || *count.Total.PoorPersons != 3 || *count.Total.PersonRate != 0.6 || len(count.Areas) != 1 || count.Areas[0].Name != "Cove" {
			t.Errorf("headcount %+v", count)
		}
		count = identifyrest.Headcount{}
		h.Get(t, register.Analyst, fmt.Sprintf("/identification-runs/%d/headcount", run.ID)).Want(t, 200).Read(t, &count)
		if count.Total.Households != nil || len(count.Areas) != 2 || count.Areas[0].Poor != nil || count.Areas[1].Name != "South" {
			t.Errorf("what an analyst sees of three households: %+v", count)
		}
		var first, second assessments
		header = h.Get(t, register.County, fmt.Sprintf("/identification-runs/%d/assessments?limit=2", run.ID)).Want(t, 200).Read(t, &first).Header
		next, _, found := strings.Cut(strings.TrimPrefix(header.Get("Link"), "<"), ">")
		if !found {
			t.Fatal("there is no next page")
		}
		h.Get(t, register.County, next).Want(t, 200).Read(t, &second)
		if len(first.Items) != 2 || len(second.Items) != 1 || first.Items[0].Verdict != "poor" || *first.Items[0].Welfare != 100 || second.Items[0].Missing[0] != "catch_value" {
			t.Errorf("the pages hold %+v and %+v", first, second)
		}
		h.Get(t, register.Clerk, next).Want(t, 400)
		var poor assessments
		h.Get(t, register.County, fmt.Sprintf("/identification-runs/%d/assessments?verdict=not_poor&area=11", run.ID)).Want(t, 200).Read(t, &poor)
		if len(poor.Items) != 1 || poor.Items[0].Area != "11001002" {
			t.Errorf("not poor: %+v", poor)
		}
		var of assessments
		h.Get(t, register.Village, "/assessments?household="+first.Items[0].Household).Want(t, 200).Read(t, &of)
		if len(of.Items) != 1 || of.Items[0].Reason["en"] == "" || of.Items[0].Currency != "OST" || of.Items[0].Inputs["catch_value"] != 302.0 {
			t.Errorf("of the household: %+v", of)
		}
		h.Get(t, register.Village, "/assessments?household="+second.Items[0].Household).Want(t, 404)
	})
}

func TestWhoMayNotAndWhatIsWrongIsRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		run := h.Judge(t, identify.RunArgs{Day: clock.Date(2004, 12, 31), Area: 11001000})
		path := fmt.Sprintf("/identification-runs/%d", run)
		cases := []struct {
			account      int64
			method, path string
			body         string
			want         int
		}{
			{0, "GET", path, "", 401},
			{register.South, "GET", path, "", 404},
			{register.South, "GET", path + "/headcount", "", 404},
			{register.South, "GET", path + "/assessments", "", 404},
			{register.Clerk, "GET", path + "/headcount?area=12", "", 404},
			{register.Analyst, "GET", path + "/assessments", "", 403},
			{register.Analyst, "GET", "/assessments?household=1", "", 403},
			{register.Analyst, "POST", "/identification-runs", `{"day":"2004-12-31"}`, 403},
			{register.Auditor, "POST", "/identification-runs", `{"day":"2004-12-31"}`, 403},
			{register.Admin, "GET", path, "", 403},
			{register.Clerk, "POST", "/identification-runs", `{"day":"2004-12-31","area":"12"}`, 404},
			{register.County, "POST", "/identification-runs", `{"day":"2004-12-31","rule":"nets"}`, 400},
			{register.County, "POST", "/identification-runs", `{"day":"2034-12-31"}`, 400},
			{register.County, "POST", "/identification-runs", `{"day":"soon"}`, 400},
			{register.County, "POST", "/identification-runs", `{"day":"2004-12-31","status":"poor"}`, 400},
			{register.County, "GET", path + "/assessments?verdict=rich", "", 400},
			{register.County, "GET", path + "/assessments?colour=red", "", 400},
			{register.County, "GET", "/assessments", "", 400},
			{register.County, "GET", "/assessments?household=12", "", 400},
			{register.County, "GET", "/identification-runs/999999999", "", 404},
		}
		for _, c := range cases {
			h.Ask(t, c.account, c.method, c.path, c.body).Want(t, c.want)
		}
	})
}

func TestAScenarioSaysWhoMovesAndWhomTheRegisterLacks(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Judge(t, identify.RunArgs{Day: clock.Date(2004, 12, 31)})
		h.Follow(t)
		var e identifyrest.Effect
		h.Get(t, register.County, "/identification-runs/scenarios?change=line&amount=400&benefit=10").Want(t, 200).Read(t, &e)
		if e.Before.Households != 1 || e.After.Households != 2 || e.In.Persons != 2 || e.Cost != 20 || e.Ranked.Households != 2 {
			t.Errorf("%+v", e)
		}
		if e.Unregistered.Households != 1 || e.Unregistered.Persons != 3 || e.Reached != nil || len(e.Areas) != 2 || e.Areas[0].Covered.Unregistered.Households != 1 || e.Areas[1].Covered.Unregistered.Households != 0 {
			t.Errorf("coverage %+v, by area %+v", e.Coverage, e.Areas)
		}
		for _, asked := range []string{"change=cutoff&amount=3", "change=points", "change=line&amount=400&points=lamp.0:4", "change=line&amount=400&points=lamp"} {
			h.Get(t, register.County, "/identification-runs/scenarios?"+asked).Want(t, 400)
		}
	})
}
