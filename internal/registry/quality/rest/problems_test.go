package rest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	qualityrest "rightkey/internal/registry/quality/rest"
	"rightkey/internal/rest"
	"rightkey/test/register"
)

// house is the made-up register with the API.
type house struct {
	*register.Register
	api *rest.API
}

// each runs test where two hearths of Cove and one of South have no keeper.
func each(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	register.Each(t, func(t *testing.T, r *register.Register) {
		r.ImportCSV(t, register.Households, "key,area,status,nets,catch\na,11001001,afloat,3,9\nb,11001002,afloat,3,9\nc,12001001,afloat,3,9\n")
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
		qualityrest.Register(h.api, qualityrest.Rooms{Quality: r.Quality})
		test(t, h)
	})
}

// ask sends a request at a version ("" for none), expects a status and reads the answer into a pointer.
func (h *house) ask(t *testing.T, account int64, method, path, version, body string, want int, into any) http.Header {
	t.Helper()
	q := httptest.NewRequest(method, rest.Prefix+strings.TrimPrefix(path, rest.Prefix), strings.NewReader(body))
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("X-Account", strconv.FormatInt(account, 10))
	if version != "" {
		q.Header.Set("If-Match", version)
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

// tag is the version of a problem as an account reads it.
func (h *house) tag(t *testing.T, account int64, path string) string {
	t.Helper()
	return h.ask(t, account, "GET", path, "", "", 200, nil).Get("ETag")
}

type listed struct{ Items []qualityrest.DataProblem }

// run looks at everything as the county's office does.
func (h *house) run(t *testing.T) {
	t.Helper()
	var started struct{ Job int64 }
	header := h.ask(t, register.County, "POST", "/problem-runs", "", `{}`, 202, &started)
	if header.Get("Location") != rest.Prefix+"/jobs/"+strconv.FormatInt(started.Job, 10) {
		t.Errorf("the run is at %q", header.Get("Location"))
	}
	h.Wait(t, register.County, started.Job)
}

func TestProblemsAreFoundByARunAndListedByPagesToWhoseTheyAre(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var none, all, first, second, narrow listed
		h.ask(t, register.County, "GET", "/problems", "", "", 200, &none)
		h.run(t)
		h.ask(t, register.County, "GET", "/problems", "", "", 200, &all)
		if len(none.Items) != 0 || len(all.Items) != 3 {
			t.Fatalf("%d before the run, %+v after", len(none.Items), all.Items)
		}
		one := all.Items[0]
		if one.Rule != "H01" || one.Text["en"] != "not exactly one hearth keeper" || one.Severity != "provisional" || one.State != "open" || one.Role != "township-clerk" || one.Household == "" || one.Person != "" {
			t.Errorf("%+v", one)
		}
		header := h.ask(t, register.County, "GET", "/problems?limit=2", "", "", 200, &first)
		next, _, _ := strings.Cut(strings.TrimPrefix(header.Get("Link"), "<"), ">")
		h.ask(t, register.County, "GET", next, "", "", 200, &second)
		if len(first.Items) != 2 || len(second.Items) != 1 || second.Items[0].ID != all.Items[2].ID {
			t.Errorf("pages %+v and %+v", first, second)
		}
		h.ask(t, register.County, "GET", "/problems?area=12&severity=provisional&rule=H01&state=open", "", "", 200, &narrow)
		if len(narrow.Items) != 1 || narrow.Items[0].Area != "12001001" {
			t.Errorf("narrowed: %+v", narrow)
		}
		for account, want := range map[int64]int{register.Clerk: 2, register.Village: 1, register.South: 1} {
			var theirs listed
			h.ask(t, account, "GET", "/problems", "", "", 200, &theirs)
			if len(theirs.Items) != want {
				t.Errorf("%d sees %d problems, want %d", account, len(theirs.Items), want)
			}
		}
		h.ask(t, register.Analyst, "GET", "/problems", "", "", 403, nil)
		h.ask(t, register.Village, "POST", "/problem-runs", "", `{}`, 403, nil)
		h.ask(t, register.County, "GET", "/problems?severity=reject", "", "", 400, nil)
	})
}

func TestAProblemIsActedOnAtItsVersionAndAcceptedByTwo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.run(t)
		var mine listed
		h.ask(t, register.Village, "GET", "/problems", "", "", 200, &mine)
		path := "/problems/" + strconv.FormatInt(mine.Items[0].ID, 10)
		var p qualityrest.DataProblem
		read := h.ask(t, register.Clerk, "GET", path, "", "", 200, &p).Get("ETag")
		h.ask(t, register.South, "GET", path, "", "", 404, nil)
		h.ask(t, register.Clerk, "POST", path+"/claim", "", `{}`, 428, nil)
		claimed := h.ask(t, register.Clerk, "POST", path+"/claim", read, `{}`, 200, &p).Get("ETag")
		if p.State != "claimed" || p.Owner != register.Clerk || claimed == read {
			t.Errorf("claimed: %+v at %s", p, claimed)
		}
		h.ask(t, register.Clerk, "POST", path+"/claim", read, `{}`, 412, nil)
		h.ask(t, register.Clerk, "POST", path+"/accept", claimed, `{}`, 400, nil)
		h.ask(t, register.County, "POST", path+"/confirm", h.tag(t, register.County, path), `{}`, 409, nil)
		proposed := h.ask(t, register.Clerk, "POST", path+"/accept", claimed, `{"reason": "at sea"}`, 200, &p).Get("ETag")
		if p.State != "proposed" || p.Reason != "at sea" {
			t.Errorf("proposed: %+v", p)
		}
		h.ask(t, register.Clerk, "POST", path+"/confirm", proposed, `{}`, 403, nil)
		var back qualityrest.DataProblem
		h.ask(t, register.County, "POST", path+"/refuse", h.tag(t, register.County, path), `{}`, 200, &back)
		if back.State != "claimed" || back.Reason != "" {
			t.Errorf("refused: %+v", back)
		}
		h.ask(t, register.Clerk, "POST", path+"/accept", h.tag(t, register.Clerk, path), `{"reason": "lost at sea"}`, 200, nil)
		h.ask(t, register.County, "POST", path+"/confirm", h.tag(t, register.County, path), `{}`, 200, &p)
		if p.State != "accepted" || p.Reason != "lost at sea" {
			t.Errorf("accepted: %+v", p)
		}
		var accepted listed
		h.ask(t, register.County, "GET", "/problems?state=accepted", "", "", 200, &accepted)
		if len(accepted.Items) != 1 || accepted.Items[0].ID != p.ID {
			t.Errorf("accepted ones: %+v", accepted)
		}
	})
}
