package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/identify"
	identifyrest "rightkey/internal/identify/rest"
	"rightkey/internal/rest"
	"rightkey/test/register"
)

// house is the made-up register with the API.
type house struct {
	*register.Register
	api *rest.API
}

func each(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	register.Each(t, func(t *testing.T, r *register.Register) {
		r.Fill(t, register.Hearth{Key: "a", Area: "11001001", Catch: "302", Souls: 3}, register.Hearth{Key: "b", Area: "11001002", Catch: "702", Souls: 2},
			register.Hearth{Key: "c", Area: "12001001", Souls: 1})
		h := &house{Register: r}
		var err error
		h.api, err = rest.New(rest.Options{DB: r.DB, Clock: r.Clock, Key: rest.KeyOf(r.Keys.Ring()), Authenticate: func(q *http.Request) (access.Caller, error) {
			account, err := strconv.ParseInt(q.Header.Get("X-Account"), 10, 64)
			if err != nil {
				return access.Caller{}, fault.New(fault.Unauthorized, "log in")
			}
			return r.Who(account), nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		identifyrest.Register(h.api, identifyrest.Rooms{Identify: r.Identify, Registry: r.Registry})
		test(t, h)
	})
}

// ask sends a request and reads the answer into a pointer; it returns the next page's address.
func (h *house) ask(t *testing.T, account int64, method, path, body string, want int, into any, headers ...string) http.Header {
	t.Helper()
	path, _ = strings.CutPrefix(path, rest.Prefix)
	q := httptest.NewRequest(method, rest.Prefix+path, strings.NewReader(body))
	q.Header.Set("Content-Type", "application/json")
	if account != 0 {
		q.Header.Set("X-Account", strconv.FormatInt(account, 10))
	}
	for i := 0; i < len(headers); i += 2 {
		q.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.api.ServeHTTP(w, q)
	if w.Code != want {
		t.Fatalf("%s %s as %d: %d, want %d: %s", method, path, account, w.Code, want, w.Body)
	}
	if into != nil {
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
			t.Fatal(err)
		}
	}
	return w.Header()
}

type assessments struct{ Items []identifyrest.Assessment }

func TestARunIsStartedOnceWatchedCountedAndListed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const wanted = `{"day":"2004-12-31","rule":"catch"}`
		var run, again identifyrest.Run
		header := h.ask(t, register.County, "POST", "/identification-runs", wanted, 202, &run, "Idempotency-Key", "first-run-of-the-year")
		h.ask(t, register.County, "POST", "/identification-runs", wanted, 202, &again, "Idempotency-Key", "first-run-of-the-year")
		if again.ID != run.ID || header.Get("Location") != fmt.Sprintf("/api/v1/identification-runs/%d", run.ID) {
			t.Errorf("started %d at %s, again %d", run.ID, header.Get("Location"), again.ID)
		}
		h.Wait(t, register.County, run.ID)
		h.ask(t, register.Analyst, "GET", header.Get("Location"), "", 200, &run)
		if run.State != "done" || run.Percent != 100 || run.Day != "2004-12-31" || run.Finished == "" {
			t.Errorf("the run is %+v", run)
		}
		var runs struct{ Items []identifyrest.Run }
		h.ask(t, register.South, "GET", "/identification-runs", "", 200, &runs)
		if len(runs.Items) != 1 || runs.Items[0].ID != run.ID {
			t.Errorf("runs %+v", runs)
		}
		var count identifyrest.Headcount
		h.ask(t, register.County, "GET", fmt.Sprintf("/identification-runs/%d/headcount?area=11", run.ID), "", 200, &count)
		if *count.Total.Households != 2 || *count.Total.PoorPersons != 3 || *count.Total.PersonRate != 0.6 || len(count.Areas) != 1 || count.Areas[0].Name != "Cove" {
			t.Errorf("headcount %+v", count)
		}
		count = identifyrest.Headcount{}
		h.ask(t, register.Analyst, "GET", fmt.Sprintf("/identification-runs/%d/headcount", run.ID), "", 200, &count)
		if count.Total.Households != nil || len(count.Areas) != 2 || count.Areas[0].Poor != nil || count.Areas[1].Name != "South" {
			t.Errorf("what an analyst sees of three households: %+v", count)
		}
		var first, second assessments
		header = h.ask(t, register.County, "GET", fmt.Sprintf("/identification-runs/%d/assessments?limit=2", run.ID), "", 200, &first)
		next, _, found := strings.Cut(strings.TrimPrefix(header.Get("Link"), "<"), ">")
		if !found {
			t.Fatal("there is no next page")
		}
		h.ask(t, register.County, "GET", next, "", 200, &second)
		if len(first.Items) != 2 || len(second.Items) != 1 || first.Items[0].Verdict != "poor" || *first.Items[0].Welfare != 100 || second.Items[0].Missing[0] != "catch_value" {
			t.Errorf("the pages hold %+v and %+v", first, second)
		}
		h.ask(t, register.Clerk, "GET", next, "", 400, nil)
		var poor assessments
		h.ask(t, register.County, "GET", fmt.Sprintf("/identification-runs/%d/assessments?verdict=not_poor&area=11", run.ID), "", 200, &poor)
		if len(poor.Items) != 1 || poor.Items[0].Area != "11001002" {
			t.Errorf("not poor: %+v", poor)
		}
		var of assessments
		h.ask(t, register.Village, "GET", "/assessments?household="+first.Items[0].Household, "", 200, &of)
		if len(of.Items) != 1 || of.Items[0].Reason["en"] == "" || of.Items[0].Currency != "OST" || of.Items[0].Inputs["catch_value"] != 302.0 {
			t.Errorf("of the household: %+v", of)
		}
		h.ask(t, register.Village, "GET", "/assessments?household="+second.Items[0].Household, "", 404, nil)
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
			h.ask(t, c.account, c.method, c.path, c.body, c.want, nil)
		}
	})
}
