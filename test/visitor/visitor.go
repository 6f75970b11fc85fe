// Package visitor asks the pages and the operations of rooms as somebody, for tests: the account that asks stands in
// a header of the request, and what is answered is checked in one line.
package visitor

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

// asking is the header that names the account that asks; "0" is a stranger.
const asking = "X-Account"

// Answer is what was answered.
type Answer struct {
	Status int
	Body   string
	Header http.Header
	asked  string // who asked for what
}

// ask sends a request as an account.
func ask(to http.Handler, account int64, r *http.Request) Answer {
	r.Header.Set(asking, strconv.FormatInt(account, 10))
	w := httptest.NewRecorder()
	to.ServeHTTP(w, r)
	return Answer{Status: w.Code, Body: w.Body.String(), Header: w.Result().Header, asked: fmt.Sprintf("%s %s as %d", r.Method, r.URL.Path, account)}
}

// Want fails the test for another status, and for parts that the answer does not say.
func (a Answer) Want(t testing.TB, status int, parts ...string) Answer {
	t.Helper()
	if a.Status != status {
		t.Fatalf("%s: status %d, want %d\n%s", a.asked, a.Status, status, a.Body)
	}
	for _, part := range parts {
		if !strings.Contains(a.Body, part) {
			t.Errorf("%s: the answer does not say %q:\n%s", a.asked, part, a.Body)
		}
	}
	return a
}

// Without fails the test for parts that the answer says.
func (a Answer) Without(t testing.TB, parts ...string) Answer {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(a.Body, part) {
			t.Errorf("%s: the answer says %q", a.asked, part)
		}
	}
	return a
}

// Read reads the JSON of an answer into a value.
func (a Answer) Read(t testing.TB, into any) Answer {
	t.Helper()
	if err := json.Unmarshal([]byte(a.Body), into); err != nil {
		t.Fatalf("%s: %v: %s", a.asked, err, a.Body)
	}
	return a
}

// Tag is the version of the record that was answered.
func (a Answer) Tag() string { return a.Header.Get("ETag") }

// Location is where an answer leads.
func (a Answer) Location() string { return a.Header.Get("Location") }
