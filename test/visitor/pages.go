package visitor

import (
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/web"
)

// Pages is a server on which a test registers the pages of rooms.
type Pages struct {
	Server    *web.Server
	Languages string // Accept-Language of requests; none where empty
	browser   atomic.Int64
}

// NewPages is a server whose callers are those behind accounts. A request that names no account, as a browser's, is
// of the account browser.
func NewPages(who func(account int64) access.Caller, browser int64) *Pages {
	p := &Pages{}
	p.Browse(browser)
	p.Server = web.New(web.Options{Caller: Caller, Session: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			account := p.browser.Load()
			if text := r.Header.Get(asking); text != "" {
				account, _ = strconv.ParseInt(text, 10, 64)
			}
			if account == 0 {
				next.ServeHTTP(w, r)
				return
			}
			viewer := web.ViewerFrom(r.Context())
			viewer.LoggedIn, viewer.Name = true, fmt.Sprint("person-", account)
			ctx := context.WithValue(r.Context(), callerKey{}, who(account))
			next.ServeHTTP(w, r.WithContext(web.WithViewer(ctx, viewer)))
		})
	}})
	return p
}

type callerKey struct{}

// Caller is who asks in a context of the server: what pages are given as theirs.
func Caller(ctx context.Context) access.Caller {
	c, _ := ctx.Value(callerKey{}).(access.Caller)
	return c
}

// Browse says whose the requests are that name no account.
func (p *Pages) Browse(account int64) { p.browser.Store(account) }

// Ask sends a request as an account. A message without words fails the test.
func (p *Pages) Ask(t testing.TB, account int64, r *http.Request) Answer {
	t.Helper()
	r.RemoteAddr = "127.0.0.1:5000"
	r.Header.Set("Accept-Language", p.Languages)
	a := ask(p.Server, account, r)
	if at := strings.Index(a.Body, "⟦"); at >= 0 {
		t.Errorf("%s: a message is missing: %.60s", a.asked, a.Body[at:])
	}
	return a
}

// Get reads a page.
func (p *Pages) Get(t testing.TB, account int64, target string) Answer {
	t.Helper()
	return p.Ask(t, account, httptest.NewRequest(http.MethodGet, target, nil))
}

// Post sends a form of names and values.
func (p *Pages) Post(t testing.TB, account int64, target string, pairs ...string) Answer {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return p.Ask(t, account, r)
}

// Send sends a form of names and values with a file.
func (p *Pages) Send(t testing.TB, account int64, target, name, content string, pairs ...string) Answer {
	t.Helper()
	var body strings.Builder
	form := multipart.NewWriter(&body)
	for i := 0; i < len(pairs); i += 2 {
		if err := form.WriteField(pairs[i], pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(part, content)
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(body.String()))
	r.Header.Set("Content-Type", form.FormDataContentType())
	return p.Ask(t, account, r)
}
