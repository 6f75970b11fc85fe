package visitor

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/rest"
	"rightkey/test/stand"
)

// API is an API on which a test registers the operations of rooms.
type API struct{ *rest.API }

// NewAPI is an API on a stand whose callers are those behind accounts.
func NewAPI(t testing.TB, s *stand.Stand, who func(account int64) access.Caller) API {
	t.Helper()
	api, err := rest.New(rest.Options{DB: s.DB, Clock: s.Clock, Key: rest.KeyOf(s.Keys.Ring()), Authenticate: func(r *http.Request) (access.Caller, error) {
		account, err := strconv.ParseInt(r.Header.Get(asking), 10, 64)
		if err != nil || account == 0 {
			return access.Caller{}, fault.New(fault.Unauthorized, "log in")
		}
		return who(account), nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return API{api}
}

// Ask calls an operation at a path with or without the API's prefix; a body is JSON unless the headers, pairs of name
// and value, say otherwise.
func (a API) Ask(t testing.TB, account int64, method, path, body string, headers ...string) Answer {
	t.Helper()
	r := httptest.NewRequest(method, rest.Prefix+strings.TrimPrefix(path, rest.Prefix), strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return ask(a, account, r)
}

// Get reads by an operation.
func (a API) Get(t testing.TB, account int64, path string) Answer {
	t.Helper()
	return a.Ask(t, account, http.MethodGet, path, "")
}
