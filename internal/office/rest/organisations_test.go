package rest_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	officerest "rightkey/internal/office/rest"
	"rightkey/internal/policy"
	"rightkey/policies"
	"rightkey/test/stand"
)

// usePack puts a pack with kinds of organisations in use and returns the first kind.
func (h *house) usePack(t *testing.T) string {
	t.Helper()
	heads, err := fs.Glob(policies.Files, "*/"+policy.HeadFile)
	if err != nil || len(heads) == 0 {
		t.Fatal("no pack is shipped: ", err)
	}
	scope := stand.Scope(t, h.Caller(1, "setup", "administrator"), access.PackEdit)
	pack, err := h.packs.Install(t.Context(), scope, policies.Files, path.Dir(heads[0]))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.packs.Use(t.Context(), scope, 0, clock.Date(2000, 1, 1), pack); err != nil {
		t.Fatal(err)
	}
	return pack.Codes["organisation_kind"].Options[0].Code
}

// send asks with a body and headers and returns the answer.
func (h *house) send(who, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+h.tokens[who])
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.api.ServeHTTP(w, r)
	return w
}

func TestOrganisationsAreRegisteredAndChangedOnTheVersionThatWasRead(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		kind := h.usePack(t)
		said := func(name, more string) string {
			return fmt.Sprintf(`{"name":%q,"kind":%q,"area":11,"from":"2010-01-01","identifiers":{}%s}`, name, kind, more)
		}
		const list = "/api/v1/organisations"
		for body, want := range map[string]int{
			said("Tea", ""): 201, said("", ""): 400, said("Tea", `,"to":"2009-01-01"`): 400, said("Tea", `,"to":"never"`): 400,
			strings.Replace(said("Tea", ""), kind, "no-such-kind", 1): 400, `{"name":"Tea"}`: 400,
		} {
			if w := h.send("clerk", http.MethodPost, list, body); w.Code != want {
				t.Errorf("%s: %d, want %d: %s", body, w.Code, want, w.Body)
			}
		}
		if w := h.send("auditor", http.MethodPost, list, said("Tea", "")); w.Code != 403 {
			t.Errorf("an auditor registers one: %d", w.Code)
		}
		var found struct{ Items []officerest.Organisation }
		if h.get(t, "clerk", list+"?q=tea", &found); len(found.Items) != 1 || found.Items[0].Version != 1 || found.Items[0].Number == "" {
			t.Fatalf("%+v", found)
		}
		one := fmt.Sprintf("%s/%d", list, found.Items[0].ID)
		read := h.send("clerk", http.MethodGet, one, "").Header().Get("ETag")
		for _, c := range []struct {
			what, tag, body string
			want            int
		}{
			{"without a version", "", said("Tea Growers", ""), 428},
			{"a new name and an end", read, said("Tea Growers", `,"to":"2014-06-30"`), 200},
			{"on a version that has passed", read, said("Other", ""), 412},
		} {
			var headers []string
			if c.tag != "" {
				headers = []string{"If-Match", c.tag}
			}
			if w := h.send("clerk", http.MethodPut, one, c.body, headers...); w.Code != c.want {
				t.Errorf("%s: %d, want %d: %s", c.what, w.Code, c.want, w.Body)
			}
		}
		var now officerest.Organisation
		if h.get(t, "clerk", one, &now); now.Name != "Tea Growers" || now.To != "2014-06-30" || now.Version != 2 || now.Number != found.Items[0].Number {
			t.Errorf("after the change: %+v", now)
		}
	})
}

func TestAFileOfOrganisationsIsCheckedThenLoaded(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		kind := h.usePack(t)
		status, check := h.uploadTo(t, "clerk", "/api/v1/organisation-checks", "guilds.csv", "name,kind,area\nTea,"+kind+",11\nFar,"+kind+",21\n")
		if status != http.StatusAccepted {
			t.Fatal(status)
		}
		if check = h.done(t, "clerk", check); check.Counts.Created != 1 || check.Counts.Rejected != 1 {
			t.Fatalf("the check: %+v", check)
		}
		var j officerest.Job
		status = h.ask(t, "clerk", http.MethodPost, "/api/v1/organisation-loads", "application/json", fmt.Sprintf(`{"check":%d,"skip":true}`, check.ID), &j)
		if j = h.done(t, "clerk", j); status != http.StatusAccepted || j.State != "done" || j.Counts.Created != 1 {
			t.Errorf("the load: %d %+v", status, j)
		}
		if status, _ := h.uploadTo(t, "auditor", "/api/v1/organisation-checks", "guilds.csv", "name,kind,area\n"); status != 403 {
			t.Errorf("an auditor: %d, want 403", status)
		}
	})
}
