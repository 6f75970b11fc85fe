package rest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"rightkey/internal/crypt"
	"rightkey/internal/rest"
)

func TestEveryOperationIsListedWithItsAccess(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a := h.ask("", "GET", "/api/v1/openapi.json", "")
		var document struct {
			OpenAPI string
			Paths   map[string]map[string]struct {
				OperationID string
				Access      string `json:"x-access"`
			}
		}
		if err := json.Unmarshal([]byte(a.text), &document); err != nil || document.OpenAPI != "3.1.0" {
			t.Fatalf("the document: %v %.200s", err, a.text)
		}
		known := map[string]string{}
		for path, methods := range document.Paths {
			for method, o := range methods {
				known[strings.ToUpper(method)+" /api/v1"+path] = o.Access
			}
		}
		for _, o := range h.api.Operations() {
			if known[o.Method+" "+o.Path] != string(o.Verb) {
				t.Errorf("%s %s needs %s, the document says %q", o.Method, o.Path, o.Verb, known[o.Method+" "+o.Path])
			}
		}
		if len(known) != len(h.api.Operations()) || len(known) != 5 {
			t.Errorf("%d operations in the document, %d registered", len(known), len(h.api.Operations()))
		}
		if strings.Contains(a.text, `"value"`) {
			t.Error("the document promises to echo values")
		}
	})
}

func TestTheDocsPageNamesEveryOperationAndLoadsNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a := h.ask("", "GET", "/api/docs", "")
		for _, o := range h.api.Operations() {
			if !strings.Contains(a.text, `id="`+o.ID+`"`) {
				t.Errorf("%s is not on the page", o.ID)
			}
		}
		for _, loads := range []string{"<script", " src=", "<link", "@import", "url("} {
			if strings.Contains(a.text, loads) {
				t.Errorf("the page loads something: %s", loads)
			}
		}
		if !strings.Contains(a.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Error("the page has no content security policy")
		}
	})
}

func TestAnOperationWithoutAccessOrVersionCannotBeRegistered(t *testing.T) {
	api, err := rest.New(rest.Options{Key: rest.KeyOf(crypt.NewKeyring())})
	if err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]rest.Operation{
		"no access":  {ID: "a", Method: "GET", Path: "/a"},
		"no verb":    {ID: "a", Method: "GET", Path: "/a", Verb: "everybody"},
		"no version": {ID: "a", Method: "PUT", Path: "/a", Verb: rest.LoggedIn},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it was registered")
				}
			}()
			rest.Register(api, o, func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })
		})
	}
}

func FuzzCursorsOfStrangersNeverPanic(f *testing.F) {
	api, err := rest.New(rest.Options{Key: rest.KeyOf(crypt.NewKeyring())})
	if err != nil {
		f.Fatal(err)
	}
	rest.Register(api, rest.Operation{ID: "list", Method: "GET", Path: "/list", Verb: rest.Public},
		func(ctx context.Context, in *struct{ rest.Paged }) (*rest.Listed[int], error) {
			var position int
			if _, err := in.After(ctx, &position); err != nil {
				return nil, err
			}
			return rest.List(ctx, []int{1}, 1)
		})
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, cursor string) {
		r := httptest.NewRequest("GET", "/api/v1/list", nil)
		query := r.URL.Query()
		query.Set("cursor", cursor)
		r.URL.RawQuery = query.Encode()
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		if cursor != "" && w.Code != http.StatusBadRequest {
			t.Errorf("cursor %q: %d", cursor, w.Code)
		}
	})
}

func FuzzVersionsOfStrangersAreRefused(f *testing.F) {
	api, err := rest.New(rest.Options{Key: rest.KeyOf(crypt.NewKeyring())})
	if err != nil {
		f.Fatal(err)
	}
	rest.Register(api, rest.Operation{ID: "change", Method: "PUT", Path: "/thing", Verb: rest.Public},
		func(ctx context.Context, in *struct{ rest.Conditional }) (*struct{}, error) {
			_, err := in.Version(ctx)
			return nil, err
		})
	f.Add(`"1-0123456789abcdef"`)
	f.Add(`W/"1-"`)
	f.Fuzz(func(t *testing.T, tag string) {
		r := httptest.NewRequest("PUT", "/api/v1/thing", nil)
		r.Header.Set("If-Match", tag)
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		if w.Code != http.StatusBadRequest && w.Code != http.StatusPreconditionRequired {
			t.Errorf("If-Match %q: %d", tag, w.Code)
		}
	})
}

func TestAnOperationSaysThatItOnlyWatches(t *testing.T) {
	api, err := rest.New(rest.Options{Key: rest.KeyOf(crypt.NewKeyring())})
	if err != nil {
		t.Fatal(err)
	}
	for path, watches := range map[string]bool{"/things/{id}": false, "/things/{id}/work": true} {
		rest.Register(api, rest.Operation{ID: path, Method: http.MethodGet, Path: path, Room: "test", Verb: rest.Public, Watches: watches},
			func(context.Context, *struct {
				ID string `path:"id"`
			}) (*struct{}, error) {
				return nil, nil
			})
	}
	for path, watches := range map[string]bool{"/things/1": false, "/things/1/work": true, "/elsewhere": false} {
		if got := api.Watches(httptest.NewRequest(http.MethodGet, rest.Prefix+path, nil)); got != watches {
			t.Errorf("%s watches: %t, want %t", path, got, watches)
		}
	}
}
