package rest_test

import (
	"strconv"
	"strings"
	"testing"

	qualityrest "rightkey/internal/registry/quality/rest"
	"rightkey/internal/rest"
	"rightkey/test/register"
	"rightkey/test/visitor"
)

// house is the made-up register with the API.
type house struct {
	*register.Register
	visitor.API
}

// each runs test where two hearths of Cove and one of South have no keeper.
func each(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	register.Each(t, func(t *testing.T, r *register.Register) {
		r.ImportCSV(t, register.Households, "key,area,status,nets,catch\na,11001001,afloat,3,9\nb,11001002,afloat,3,9\nc,12001001,afloat,3,9\n")
		h := &house{r, visitor.NewAPI(t, r.Stand, r.Who)}
		qualityrest.Register(h.API.API, qualityrest.Rooms{Quality: r.Quality})
		test(t, h)
	})
}

// tag is the version of a problem as an account reads it.
func (h *house) tag(t *testing.T, account int64, path string) string {
	t.Helper()
	return h.Get(t, account, path).Want(t, 200).Header.Get("ETag")
}

type listed struct{ Items []qualityrest.DataProblem }

// run looks at everything as the county's office does.
func (h *house) run(t *testing.T) {
	t.Helper()
	var started struct{ Job int64 }
	header := h.Ask(t, register.County, "POST", "/problem-runs", `{}`).Want(t, 202).Read(t, &started).Header
	if header.Get("Location") != rest.Prefix+"/jobs/"+strconv.FormatInt(started.Job, 10) {
		t.Errorf("the run is at %q", header.Get("Location"))
	}
	h.Wait(t, register.County, started.Job)
}

func TestProblemsAreFoundByARunAndListedByPagesToWhoseTheyAre(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var none, all, first, second, narrow listed
		h.Get(t, register.County, "/problems").Want(t, 200).Read(t, &none)
		h.run(t)
		h.Get(t, register.County, "/problems").Want(t, 200).Read(t, &all)
		if len(none.Items) != 0 || len(all.Items) != 3 {
			t.Fatalf("%d before the run, %+v after", len(none.Items), all.Items)
		}
		one := all.Items[0]
		if one.Rule != "H01" || one.Text["en"] != "not exactly one hearth keeper" || one.Severity != "provisional" || one.State != "open" || one.Role != "township-clerk" || one.Household == "" || one.Person != "" {
			t.Errorf("%+v", one)
		}
		header := h.Get(t, register.County, "/problems?limit=2").Want(t, 200).Read(t, &first).Header
		next, _, _ := strings.Cut(strings.TrimPrefix(header.Get("Link"), "<"), ">")
		h.Get(t, register.County, next).Want(t, 200).Read(t, &second)
		if len(first.Items) != 2 || len(second.Items) != 1 || second.Items[0].ID != all.Items[2].ID {
			t.Errorf("pages %+v and %+v", first, second)
		}
		h.Get(t, register.County, "/problems?area=12&severity=provisional&rule=H01&state=open").Want(t, 200).Read(t, &narrow)
		if len(narrow.Items) != 1 || narrow.Items[0].Area != "12001001" {
			t.Errorf("narrowed: %+v", narrow)
		}
		for account, want := range map[int64]int{register.Clerk: 2, register.Village: 1, register.South: 1} {
			var theirs listed
			h.Get(t, account, "/problems").Want(t, 200).Read(t, &theirs)
			if len(theirs.Items) != want {
				t.Errorf("%d sees %d problems, want %d", account, len(theirs.Items), want)
			}
		}
		h.Get(t, register.Analyst, "/problems").Want(t, 403)
		h.Ask(t, register.Village, "POST", "/problem-runs", `{}`).Want(t, 403)
		h.Get(t, register.County, "/problems?severity=reject").Want(t, 400)
	})
}

func TestAProblemIsActedOnAtItsVersionAndAcceptedByTwo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.run(t)
		var mine listed
		h.Get(t, register.Village, "/problems").Want(t, 200).Read(t, &mine)
		path := "/problems/" + strconv.FormatInt(mine.Items[0].ID, 10)
		var p qualityrest.DataProblem
		read := h.Get(t, register.Clerk, path).Want(t, 200).Read(t, &p).Header.Get("ETag")
		h.Get(t, register.South, path).Want(t, 404)
		h.Ask(t, register.Clerk, "POST", path+"/claim", `{}`).Want(t, 428)
		claimed := h.Ask(t, register.Clerk, "POST", path+"/claim", `{}`, "If-Match", read).Want(t, 200).Read(t, &p).Header.Get("ETag")
		if p.State != "claimed" || p.Owner != register.Clerk || claimed == read {
			t.Errorf("claimed: %+v at %s", p, claimed)
		}
		h.Ask(t, register.Clerk, "POST", path+"/claim", `{}`, "If-Match", read).Want(t, 412)
		h.Ask(t, register.Clerk, "POST", path+"/accept", `{}`, "If-Match", claimed).Want(t, 400)
		h.Ask(t, register.County, "POST", path+"/confirm", `{}`, "If-Match", h.tag(t, register.County, path)).Want(t, 409)
		proposed := h.Ask(t, register.Clerk, "POST", path+"/accept", `{"reason": "at sea"}`, "If-Match", claimed).Want(t, 200).Read(t, &p).Header.Get("ETag")
		if p.State != "proposed" || p.Reason != "at sea" {
			t.Errorf("proposed: %+v", p)
		}
		h.Ask(t, register.Clerk, "POST", path+"/confirm", `{}`, "If-Match", proposed).Want(t, 403)
		var back qualityrest.DataProblem
		h.Ask(t, register.County, "POST", path+"/refuse", `{}`, "If-Match", h.tag(t, register.County, path)).Want(t, 200).Read(t, &back)
		if back.State != "claimed" || back.Reason != "" {
			t.Errorf("refused: %+v", back)
		}
		h.Ask(t, register.Clerk, "POST", path+"/accept", `{"reason": "lost at sea"}`, "If-Match", h.tag(t, register.Clerk, path)).Want(t, 200)
		h.Ask(t, register.County, "POST", path+"/confirm", `{}`, "If-Match", h.tag(t, register.County, path)).Want(t, 200).Read(t, &p)
		if p.State != "accepted" || p.Reason != "lost at sea" {
			t.Errorf("accepted: %+v", p)
		}
		var accepted listed
		h.Get(t, register.County, "/problems?state=accepted").Want(t, 200).Read(t, &accepted)
		if len(accepted.Items) != 1 || accepted.Items[0].ID != p.ID {
			t.Errorf("accepted ones: %+v", accepted)
		}
	})
}
