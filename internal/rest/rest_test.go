package rest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/rest"
	"rightkey/test/stand"
)

// house is an API with a few operations on made-up things, and callers known by their token.
type house struct {
	*stand.Stand
	api    *rest.API
	ver    int64
	made   atomic.Int64
	pause  chan struct{}
	inside chan struct{}
}

type thing struct {
	Name string `json:"name" maxLength:"20"`
	Size int    `json:"size,omitempty" minimum:"0" maximum:"9"`
}

type tooSoon struct{}

func (tooSoon) Error() string             { return "too soon" }
func (tooSoon) RetryAfter() time.Duration { return 90 * time.Second }

func each(t *testing.T, test func(t *testing.T, h *house)) {
	stand.Each(t, "1-1", func(t *testing.T, s *stand.Stand) {
		h := &house{Stand: s, ver: 3, pause: make(chan struct{}), inside: make(chan struct{}, 1)}
		callers := map[string]access.Caller{
			"Bearer clerk":   s.Caller(1, "clerk", "township-clerk@10"),
			"Bearer other":   s.Caller(2, "other", "township-clerk@10"),
			"Bearer analyst": s.Caller(3, "analyst", "analyst"),
			"Bearer hasty":   s.Caller(4, "hasty", "township-clerk"),
		}
		var err error
		h.api, err = rest.New(rest.Options{
			Version: "test", DB: s.DB, Clock: s.Clock, Key: rest.KeyOf(s.Keys.Ring()),
			Authenticate: func(r *http.Request) (access.Caller, error) {
				c, ok := callers[r.Header.Get("Authorization")]
				if !ok {
					return c, fault.New(fault.Unauthorized, "who are you")
				}
				return c, nil
			},
			Limit: func(_ *http.Request, c access.Caller) error {
				if c.Account == 4 {
					return fault.Wrap(fault.TooMany, tooSoon{}, "slowly")
				}
				return nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		h.register()
		test(t, h)
	})
}

func (h *house) register() {
	rest.Register(h.api, rest.Operation{ID: "hello", Method: "GET", Path: "/hello", Summary: "Say hello", Room: "test", Verb: rest.Public},
		func(context.Context, *struct{}) (*struct{ Body thing }, error) {
			return &struct{ Body thing }{thing{Name: "hello"}}, nil
		})
	rest.Register(h.api, rest.Operation{ID: "list-things", Method: "GET", Path: "/things", Summary: "List things", Room: "test", Verb: access.HouseholdList},
		func(ctx context.Context, in *struct {
			rest.Paged
			Kind string `query:"kind"`
		}) (*rest.Listed[thing], error) {
			var from int
			if _, err := in.After(ctx, &from); err != nil {
				return nil, err
			}
			var things []thing
			for i := from; i < min(5, from+in.Limit); i++ {
				things = append(things, thing{Name: fmt.Sprint(i)})
			}
			if from+in.Limit >= 5 {
				return rest.List(ctx, things, nil)
			}
			return rest.List(ctx, things, from+in.Limit)
		})
	type tagged struct {
		rest.Tagged
		Body thing
	}
	rest.Register(h.api, rest.Operation{ID: "get-thing", Method: "GET", Path: "/things/{id}", Summary: "Read a thing", Room: "test", Verb: access.HouseholdRead},
		func(ctx context.Context, in *struct {
			ID int64 `path:"id"`
		}) (*tagged, error) {
			switch in.ID {
			case 404:
				return nil, fault.New(fault.NotFound, "no such thing")
			case 500:
				return nil, fmt.Errorf("the disk of Li Xiaoming is full")
			case 666:
				panic("a mistake")
			}
			return &tagged{Tagged: rest.Tag(ctx, h.ver), Body: thing{Name: rest.Caller(ctx).Name}}, nil
		})
	rest.Register(h.api, rest.Operation{ID: "change-thing", Method: "PATCH", Path: "/things/{id}", Summary: "Change a thing", Room: "test", Verb: access.HouseholdEdit},
		func(ctx context.Context, in *struct {
			rest.Conditional
			ID   int64 `path:"id"`
			Body thing
		}) (*tagged, error) {
			ver, err := in.Version(ctx)
			if err != nil {
				return nil, err
			}
			if ver != h.ver {
				return nil, fault.New(fault.Stale, "changed in the meantime")
			}
			h.ver++
			return &tagged{Tagged: rest.Tag(ctx, h.ver), Body: in.Body}, nil
		})
	rest.Register(h.api, rest.Operation{ID: "make-thing", Method: "POST", Path: "/things", Summary: "Make a thing", Room: "test", Verb: access.HouseholdEdit, Status: 201, MaxBody: 200},
		func(_ context.Context, in *struct{ Body thing }) (*struct{ Body thing }, error) {
			switch in.Body.Name {
			case "refused":
				return nil, fault.New(fault.Conflict, "not now").With(3, "name", "is taken")
			case "slow":
				h.inside <- struct{}{}
				<-h.pause
			}
			return &struct{ Body thing }{thing{Name: fmt.Sprint("made ", h.made.Add(1))}}, nil
		})
}

// answer is what came back.
type answer struct {
	*http.Response
	text string
}

func (h *house) ask(who, method, path, body string, headers ...string) answer {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+who)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.api.ServeHTTP(w, r)
	text, _ := io.ReadAll(w.Result().Body)
	return answer{w.Result(), string(text)}
}

func (a answer) problem(t *testing.T, status int) rest.Problem {
	t.Helper()
	var p rest.Problem
	if err := json.Unmarshal([]byte(a.text), &p); err != nil || a.StatusCode != status || p.Status != status {
		t.Errorf("status %d, want %d: %s", a.StatusCode, status, a.text)
	}
	if got := a.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("content type %q, want a problem", got)
	}
	return p
}

func TestWhoMayNotIsToldByStatus(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		cases := []struct {
			name, who, path string
			status          int
		}{
			{"a stranger at a public operation", "", "/api/v1/hello", 200},
			{"a stranger", "", "/api/v1/things", 401},
			{"a wrong token", "nobody", "/api/v1/things", 401},
			{"a role without the verb", "analyst", "/api/v1/things", 403},
			{"a role with the verb", "clerk", "/api/v1/things", 200},
			{"a record that is not there", "clerk", "/api/v1/things/404", 404},
			{"a path that is not there", "clerk", "/api/v1/nothing", 404},
			{"somebody in a hurry", "hasty", "/api/v1/things", 429},
		}
		for _, c := range cases {
			a := h.ask(c.who, "GET", c.path, "")
			if c.status == 200 {
				if a.StatusCode != 200 || a.Header.Get("Cache-Control") != "no-store" {
					t.Errorf("%s: %d %s", c.name, a.StatusCode, a.text)
				}
				continue
			}
			a.problem(t, c.status)
		}
		if a := h.ask("", "GET", "/api/v1/things", ""); !strings.HasPrefix(a.Header.Get("WWW-Authenticate"), "Bearer") {
			t.Error("a 401 does not say how to log in")
		}
		if a := h.ask("hasty", "GET", "/api/v1/things", ""); a.Header.Get("Retry-After") != "90" {
			t.Errorf("Retry-After %q, want 90", a.Header.Get("Retry-After"))
		}
		h.ask("clerk", "PUT", "/api/v1/hello", "").problem(t, 405)
	})
}

func TestOurMistakesSayNothingToTheClient(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, path := range []string{"/api/v1/things/500", "/api/v1/things/666"} {
			a := h.ask("clerk", "GET", path, "")
			a.problem(t, 500)
			if strings.Contains(a.text, "Li Xiaoming") || strings.Contains(a.text, "mistake\"") {
				t.Errorf("the cause is answered: %s", a.text)
			}
		}
	})
}

func TestMalformedRequestsAreRefusedWithoutRepeatingThem(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		cases := []struct{ name, method, path, body, field string }{
			{"an unknown filter", "GET", "/api/v1/things?secret-word=1", "", "query.secret-word"},
			{"a limit out of range", "GET", "/api/v1/things?limit=100000", "", "query.limit"},
			{"a limit that is no number", "GET", "/api/v1/things?limit=secret-word", "", "query.limit"},
			{"an unknown field", "POST", "/api/v1/things", `{"name":"a","village":"secret-word"}`, "body.village"},
			{"a value out of range", "POST", "/api/v1/things", `{"name":"a","size":77}`, "body.size"},
			{"a value of the wrong kind", "POST", "/api/v1/things", `{"name":"a","size":"secret-word"}`, "body.size"},
			{"no JSON", "POST", "/api/v1/things", `{"name":secret-word`, "body"},
			{"two documents", "POST", "/api/v1/things", `{"name":"a"}{"name":"secret-word"}`, "body"},
			{"a field that is missing", "POST", "/api/v1/things", `{}`, "body"},
		}
		for _, c := range cases {
			a := h.ask("clerk", c.method, c.path, c.body)
			p := a.problem(t, 400)
			if len(p.Errors) == 0 || p.Errors[0].Field != c.field {
				t.Errorf("%s: the errors are %+v, want field %s", c.name, p.Errors, c.field)
			}
			if c.field != "query.secret-word" && strings.Contains(a.text, "secret-word") {
				t.Errorf("%s: the value is repeated: %s", c.name, a.text)
			}
		}
		if h.made.Load() != 0 {
			t.Error("a refused request was done")
		}
		long := `{"name":"` + strings.Repeat("a", 300) + `"}`
		h.ask("clerk", "POST", "/api/v1/things", long).problem(t, 413)
		h.ask("clerk", "POST", "/api/v1/things", long, "Idempotency-Key", "key-number-9").problem(t, 413)
		streamed := httptest.NewRequest("POST", "/api/v1/things", io.MultiReader(strings.NewReader(long))) // of unknown length
		streamed.Header.Set("Authorization", "Bearer clerk")
		w := httptest.NewRecorder()
		if h.api.ServeHTTP(w, streamed); w.Code != 413 {
			t.Errorf("a body of unknown length: %d, want 413", w.Code)
		}
		h.ask("clerk", "POST", "/api/v1/things", "name=a", "Content-Type", "application/x-www-form-urlencoded").problem(t, 415)
		refused := h.ask("clerk", "POST", "/api/v1/things", `{"name":"refused"}`).problem(t, 409)
		if len(refused.Errors) != 1 || refused.Errors[0].Row != 3 || refused.Errors[0].Reason != "is taken" {
			t.Errorf("the details of a fault are lost: %+v", refused.Errors)
		}
	})
}

func TestAListIsReadToItsEndByTheLinksOfItsAnswers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var names []string
		path := "/api/v1/things?limit=2&kind=a%26b"
		for range 5 {
			a := h.ask("clerk", "GET", path, "")
			var page struct{ Items []thing }
			if err := json.Unmarshal([]byte(a.text), &page); err != nil || a.StatusCode != 200 {
				t.Fatal(a.StatusCode, a.text)
			}
			for _, item := range page.Items {
				names = append(names, item.Name)
			}
			link := a.Header.Get("Link")
			if link == "" {
				break
			}
			path = strings.TrimSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`)
		}
		if got := strings.Join(names, ""); got != "01234" {
			t.Errorf("read %q, want every thing once", got)
		}
	})
}

func TestACursorBelongsToOneCallerAndOneSetOfFilters(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		link := h.ask("clerk", "GET", "/api/v1/things?limit=2&kind=a", "").Header.Get("Link")
		next := strings.TrimSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`)
		if a := h.ask("clerk", "GET", next, ""); a.StatusCode != 200 {
			t.Fatalf("the owner's cursor: %d %s", a.StatusCode, a.text)
		}
		h.ask("other", "GET", next, "").problem(t, 400)
		h.ask("clerk", "GET", strings.Replace(next, "kind=a", "kind=b", 1), "").problem(t, 400)
		h.ask("clerk", "GET", strings.Replace(next, "cursor=", "cursor=A", 1), "").problem(t, 400)
		h.ask("clerk", "GET", "/api/v1/things?cursor=%21", "").problem(t, 400)
	})
}

func TestAChangeNamesTheVersionItIsBasedOn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const path, body = "/api/v1/things/1", `{"name":"new"}`
		h.ask("clerk", "PATCH", path, body).problem(t, 428)
		tag := h.ask("clerk", "GET", path, "").Header.Get("ETag")
		foreign := h.ask("other", "GET", path, "").Header.Get("ETag")
		for _, wrong := range []string{"*", `"3"`, `W/` + tag, "3", foreign} {
			h.ask("clerk", "PATCH", path, body, "If-Match", wrong).problem(t, 400)
		}
		first := h.ask("clerk", "PATCH", path, body, "If-Match", tag)
		if first.StatusCode != 200 || first.Header.Get("ETag") == tag {
			t.Fatalf("a change of the present version: %d %s", first.StatusCode, first.text)
		}
		h.ask("clerk", "PATCH", path, body, "If-Match", tag).problem(t, 412)
		if h.ver != 4 {
			t.Errorf("version %d, want one change", h.ver)
		}
	})
}

func TestOtherSitesAreKeptOut(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.ask("clerk", "POST", "/api/v1/things", `{"name":"a"}`, "Sec-Fetch-Site", "cross-site").problem(t, 403)
		a := h.ask("clerk", "GET", "/api/v1/things", "", "Origin", "https://evil.example")
		if got := a.Header.Get("Access-Control-Allow-Origin"); got != "" {
			t.Errorf("Access-Control-Allow-Origin is %q", got)
		}
		h.ask("clerk", "OPTIONS", "/api/v1/things", "", "Origin", "https://evil.example").problem(t, 405)
	})
}
