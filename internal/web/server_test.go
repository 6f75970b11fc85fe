package web_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/testdata"
	"rightkey/internal/web"
	"rightkey/internal/web/assets"
)

// visit sends one request to a server and returns its answer.
func visit(s http.Handler, method, target string, change ...func(*http.Request)) *http.Response {
	r := httptest.NewRequest(method, target, nil)
	r.RemoteAddr = "127.0.0.1:5000"
	for _, apply := range change {
		apply(r)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func form(body string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Body = io.NopCloser(strings.NewReader(body))
	}
}

func bodyOf(t *testing.T, answer *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// knowing wraps pages with a logged-in viewer.
func knowing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := web.ViewerFrom(r.Context())
		v.LoggedIn = true
		next.ServeHTTP(w, r.WithContext(web.WithViewer(r.Context(), v)))
	})
}

func answer(text string) web.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

func TestEveryKindOfErrorBecomesItsStatusAndAPageInTheReadersLanguage(t *testing.T) {
	cases := []struct {
		err    error
		status int
		says   string
	}{
		{fault.New(fault.NotFound, "there is no household 7"), 404, "there is no household 7"},
		{fault.New(fault.Invalid, "bad").With(12, "income", "is below 0"), 400, "is below 0"},
		{fault.New(fault.Conflict, "decided already"), 409, "decided already"},
		{fault.New(fault.Stale, "changed"), 412, "changed"},
		{fault.New(fault.Unauthorized, "log in"), 401, "log in"},
		{fault.New(fault.Forbidden, "not you"), 403, "not you"},
		{fault.New(fault.Required, "If-Match"), 428, "If-Match"},
		{fault.New(fault.TooMany, "wait"), 429, "wait"},
		{fault.New(fault.TooLarge, "large"), 413, "large"},
		{fault.New(fault.OtherType, "no picture"), 415, "no picture"},
		{fault.New(fault.Malicious, "closed away"), 422, "closed away"},
		{fault.New(fault.Gone, "over"), 410, "over"},
		{fault.New(fault.Unavailable, "busy"), 503, "busy"},
		{errors.New("secret cause"), 500, "系统出错"},
		{fault.Wrap(fault.Internal, errors.New("secret cause"), "secret message"), 500, "系统出错"},
		{fmt.Errorf("around: %w", fault.New(fault.Gone, "inside")), 410, "inside"},
		{&http.MaxBytesError{Limit: 1}, 413, "内容过大"},
	}
	for _, c := range cases {
		s := web.New(web.Options{})
		s.Handle("GET /x", web.Public, func(http.ResponseWriter, *http.Request) error { return c.err })
		got := visit(s, "GET", "/x", header("Accept-Language", "zh-CN"))
		page := bodyOf(t, got)
		if got.StatusCode != c.status || !strings.Contains(page, c.says) || !strings.Contains(page, `lang="zh"`) {
			t.Errorf("%v: status %d, want %d with %q in\n%s", c.err, got.StatusCode, c.status, c.says, page)
		}
		if strings.Contains(page, "secret") {
			t.Errorf("%v: the page tells the cause", c.err)
		}
	}
}

func TestAPanicBecomesAnErrorPageAndALogLine(t *testing.T) {
	var log bytes.Buffer
	s := web.New(web.Options{Log: slog.New(slog.NewJSONHandler(&log, nil))})
	s.Handle("GET /x", web.Public, func(http.ResponseWriter, *http.Request) error { panic("boom") })
	got := visit(s, "GET", "/x")
	if got.StatusCode != 500 || strings.Contains(bodyOf(t, got), "boom") || !strings.Contains(log.String(), "panic: boom") {
		t.Errorf("status %d, log %s", got.StatusCode, log.String())
	}
}

func TestTheLogHoldsNeitherAddressesNorQueries(t *testing.T) {
	var log bytes.Buffer
	s := web.New(web.Options{Log: slog.New(slog.NewJSONHandler(&log, nil))})
	s.Handle("GET /person/{id}", web.Public, func(http.ResponseWriter, *http.Request) error {
		return fault.New(fault.NotFound, "no")
	})
	visit(s, "GET", "/person/520424196204110012?q=520424196204110012")
	visit(s, "GET", "/elsewhere/520424196204110012")
	if strings.Contains(log.String(), "520424196204110012") || !strings.Contains(log.String(), `"route":"GET /person/{id}"`) {
		t.Errorf("log: %s", log.String())
	}
}

func TestARouteWithoutAnAccessDeclarationOrMethodPanics(t *testing.T) {
	cases := []struct {
		pattern string
		need    web.Need
	}{{"GET /x", ""}, {"GET /x", "everybody"}, {"/x", web.Public}}
	for _, c := range cases {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("route %q with need %q was taken", c.pattern, c.need)
				}
			}()
			web.New(web.Options{}).Handle(c.pattern, c.need, answer(""))
		}()
	}
}

func TestRoutesAreListedWithTheirNeeds(t *testing.T) {
	s := web.New(web.Options{})
	s.Handle("GET /households/{id}", web.Needs(access.HouseholdRead), answer(""))
	s.Mount("/api/", web.Public, http.NotFoundHandler())
	want := []web.Route{
		{Method: "*", Pattern: "/api/", Access: web.Public},
		{Method: "GET", Pattern: "/assets/{name}", Access: web.Public},
		{Method: "GET", Pattern: "/households/{id}", Access: "household.read"},
		{Method: "POST", Pattern: "/preferences", Access: web.Public},
	}
	if got := s.Routes(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("routes %v, want %v", got, want)
	}
}

func TestStrangersAreSentToLogInAndComeBack(t *testing.T) {
	s := web.New(web.Options{LoginPath: "/login"})
	s.Handle("GET /list", web.Login, answer("list"))
	s.Handle("POST /list", web.Login, answer("done"))
	got := visit(s, "GET", "/list?status=poor")
	if got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/login?next=%2Flist%3Fstatus%3Dpoor" {
		t.Errorf("a stranger who reads gets %d to %q", got.StatusCode, got.Header.Get("Location"))
	}
	if got := visit(s, "GET", "/list", header("HX-Request", "true")); got.Header.Get("HX-Redirect") != "/login" {
		t.Errorf("a piece of a page is not sent to log in: %v", got.Header)
	}
	if got := visit(s, "POST", "/list"); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("a stranger who writes gets %d", got.StatusCode)
	}
}

func TestAVerbIsAskedOfTheCallersRoles(t *testing.T) {
	caller := access.Caller{}
	s := web.New(web.Options{Session: knowing, Caller: func(context.Context) access.Caller { return caller }})
	s.Handle("GET /households", web.Needs(access.HouseholdList), answer("list"))
	cases := map[string]int{"county-office": 200, "auditor": 200, "administrator": 403, "analyst": 403, "nobody": 403}
	for role, want := range cases {
		caller = access.Caller{Account: 1, Grants: []access.Grant{{Role: role, Range: access.Everywhere}}}
		if got := visit(s, "GET", "/households"); got.StatusCode != want {
			t.Errorf("a caller with role %s gets %d, want %d", role, got.StatusCode, want)
		}
	}
}

func TestUnknownPathsAndMethodsBecomePages(t *testing.T) {
	s := web.New(web.Options{})
	s.Handle("GET /only", web.Public, answer("read"))
	if got := visit(s, "GET", "/nowhere"); got.StatusCode != 404 || !strings.Contains(bodyOf(t, got), "<html") {
		t.Errorf("an unknown path gets %d", got.StatusCode)
	}
	got := visit(s, "DELETE", "/only")
	if got.StatusCode != 405 || !strings.Contains(got.Header.Get("Allow"), "GET") {
		t.Errorf("an unknown method gets %d, Allow %q", got.StatusCode, got.Header.Get("Allow"))
	}
}

func TestAWriteFromAnotherSiteIsRefused(t *testing.T) {
	s := web.New(web.Options{})
	s.Handle("POST /x", web.Public, answer("done"))
	cases := []struct {
		name, header, value string
		want                int
	}{
		{"same origin", "Sec-Fetch-Site", "same-origin", 200},
		{"typed by the user", "Sec-Fetch-Site", "none", 200},
		{"another site", "Sec-Fetch-Site", "cross-site", 403},
		{"a neighbouring site", "Sec-Fetch-Site", "same-site", 403},
		{"another origin, old browser", "Origin", "https://evil.example", 403},
		{"a program", "User-Agent", "curl", 200},
	}
	for _, c := range cases {
		if got := visit(s, "POST", "/x", header(c.header, c.value)); got.StatusCode != c.want {
			t.Errorf("%s: %d, want %d", c.name, got.StatusCode, c.want)
		}
	}
	if got := visit(s, "GET", "/x", header("Origin", "https://evil.example")); got.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("another origin is allowed to read")
	}
}

func TestABodyOverTheLimitIsRefused(t *testing.T) {
	read := func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.Copy(w, r.Body)
		return err
	}
	s := web.New(web.Options{})
	s.Handle("POST /form", web.Public, read)
	s.Handle("POST /file", web.Public, read, web.Upload(3<<20, time.Minute))
	large := func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(strings.Repeat("x", 2<<20))) }
	if got := visit(s, "POST", "/file", large); got.StatusCode != 200 {
		t.Errorf("a file within the limit gets %d", got.StatusCode)
	}
	tooLarge := web.New(web.Options{})
	tooLarge.Handle("POST /form", web.Public, func(_ http.ResponseWriter, r *http.Request) error {
		_, err := io.ReadAll(r.Body)
		return err
	})
	if got := visit(tooLarge, "POST", "/form", large); got.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a form over the limit gets %d", got.StatusCode)
	}
}

func TestForwardedHeadersCountOnlyFromListedProxies(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	cases := []struct {
		name, peer, forwarded, proto string
		want                         string
		secure                       bool
	}{
		{"direct", "192.0.2.1:9", "", "", "192.0.2.1", false},
		{"an unlisted peer lies", "192.0.2.1:9", "203.0.113.5", "https", "192.0.2.1", false},
		{"a listed proxy", "10.0.0.1:9", "203.0.113.5", "https", "203.0.113.5", true},
		{"two proxies", "10.0.0.1:9", "203.0.113.5, 10.0.0.2", "https", "203.0.113.5", true},
		{"the client lies to the proxy", "10.0.0.1:9", "1.1.1.1, 203.0.113.5", "http", "203.0.113.5", false},
		{"a proxy that says nonsense", "10.0.0.1:9", "nonsense", "", "10.0.0.1", false},
		{"IPv6", "[2001:db8::1]:9", "", "", "2001:db8::1", false},
	}
	for _, c := range cases {
		s := web.New(web.Options{Proxies: proxies})
		s.Handle("GET /x", web.Public, func(w http.ResponseWriter, r *http.Request) error {
			_, err := fmt.Fprintf(w, "%s %v", web.ClientAddress(r.Context()), web.Secure(r.Context()))
			return err
		})
		got := visit(s, "GET", "/x", func(r *http.Request) {
			r.RemoteAddr = c.peer
			r.Header.Set("X-Forwarded-For", c.forwarded)
			r.Header.Set("X-Forwarded-Proto", c.proto)
		})
		if body := bodyOf(t, got); body != fmt.Sprintf("%s %v", c.want, c.secure) {
			t.Errorf("%s: %s, want %s %v", c.name, body, c.want, c.secure)
		}
		if hsts := got.Header.Get("Strict-Transport-Security"); (hsts != "") != c.secure {
			t.Errorf("%s: Strict-Transport-Security %q", c.name, hsts)
		}
	}
}

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	s := web.New(web.Options{})
	for _, path := range []string{"/nowhere", "/assets/none.css"} {
		h := visit(s, "GET", path).Header
		policy := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self' 'nonce-", "style-src 'self'", "img-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: the content policy lacks %s: %s", path, part, policy)
			}
		}
		if strings.Contains(policy, "unsafe") || h.Get("X-Content-Type-Options") != "nosniff" ||
			h.Get("Referrer-Policy") != "no-referrer" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: headers %v", path, h)
		}
	}
	one, two := visit(s, "GET", "/a").Header, visit(s, "GET", "/a").Header
	if one.Get("Content-Security-Policy") == two.Get("Content-Security-Policy") {
		t.Error("two answers share a nonce")
	}
}

func TestLargePagesAreCompressedForBrowsersThatTakeIt(t *testing.T) {
	s := web.New(web.Options{})
	got := visit(s, "GET", "/nowhere", header("Accept-Encoding", "br;q=0.5, gzip"))
	if got.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("headers %v", got.Header)
	}
	plain, err := gzip.NewReader(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	if page, err := io.ReadAll(plain); err != nil || !bytes.Contains(page, []byte("</html>")) {
		t.Errorf("the page does not come whole: %v", err)
	}
	if got := visit(s, "GET", "/nowhere", header("Accept-Encoding", "gzip;q=0")); got.Header.Get("Content-Encoding") != "" {
		t.Error("a browser that refuses gzip gets it")
	}
}

func TestAPieceOfAPageThatFailsIsANoticeOnly(t *testing.T) {
	got := visit(web.New(web.Options{}), "GET", "/nowhere", header("HX-Request", "true"), header("HX-Request-Type", "partial"))
	if page := bodyOf(t, got); got.StatusCode != 404 || strings.Contains(page, "<html") || !strings.Contains(page, `role="alert"`) {
		t.Errorf("status %d:\n%s", got.StatusCode, page)
	}
}

func TestTheFirstPageAndAllItLoadsStayUnder100KB(t *testing.T) {
	if !assets.Built() && !testdata.Required() {
		t.Skip("1 test skipped: the assets are not built (run `make assets`)")
	}
	s := web.New(web.Options{})
	total := 0
	for path, limit := range map[string]int{"/nowhere": 20_000, assets.Path("app.css"): 40_000, assets.Path("app.js"): 60_000} {
		answer := visit(s, "GET", path, header("Accept-Encoding", "gzip"))
		size := len(bodyOf(t, answer))
		if size > limit || answer.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s takes %d bytes, limit %d, encoding %q", path, size, limit, answer.Header.Get("Content-Encoding"))
		}
		total += size
	}
	if total > 100_000 {
		t.Errorf("the first page takes %d bytes", total)
	}
	best := visit(s, "GET", assets.Path("app.js"), header("Accept-Encoding", "gzip, br"))
	if best.Header.Get("Content-Encoding") != "br" || !strings.Contains(best.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("the script comes with %v", best.Header)
	}
}

// things answers two paths, of which one only watches.
type things struct{ http.Handler }

func (things) Watches(r *http.Request) bool { return r.URL.Path == "/api/job" }

func TestRequestsThatOnlyWatchAreNoVisits(t *testing.T) {
	visits := 0
	s := web.New(web.Options{Visit: func() func() { visits++; return func() {} }})
	s.Handle("GET /task/{id}", web.Public, answer(""))
	s.Handle("GET /task/{id}/how-far", web.Public, answer(""), web.Watches())
	s.Mount("/api/", web.Public, things{http.NotFoundHandler()})
	for path, counts := range map[string]int{"/task/1": 1, "/task/1/how-far": 0, "/task/progress": 1, "/api/job": 0, "/api/jobs/": 1, "/nowhere": 1} {
		visits = 0
		if visit(s, "GET", path); visits != counts {
			t.Errorf("%s: %d visits, want %d", path, visits, counts)
		}
	}
}
