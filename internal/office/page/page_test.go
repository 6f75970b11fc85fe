package page_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/crypt"
	"rightkey/internal/i18n"
	"rightkey/internal/job"
	"rightkey/internal/office"
	"rightkey/internal/office/page"
	"rightkey/internal/policy"
	"rightkey/internal/policy/library"
	"rightkey/internal/web"
	"rightkey/policies"
	"rightkey/test/stand"
)

const good = "correct horse battery staple"

// house is the office's pages on a running server.
type house struct {
	*stand.Stand
	office  *office.Service
	server  *web.Server
	address string
	pack    string // a shipped pack whose levels are the stand's
}

// shipped is the pack of the demonstration, and the widths of its levels.
func shipped(t *testing.T) (name, widths string) {
	t.Helper()
	name = policies.Demonstration()
	pack, err := policy.NewLoader().Load(policies.Files, name)
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, level := range pack.Levels {
		parts = append(parts, fmt.Sprint(level.Width))
	}
	return pack.ID, strings.Join(parts, "-")
}

func each(t *testing.T, test func(t *testing.T, h *house)) {
	pack, widths := shipped(t)
	stand.Each(t, widths, func(t *testing.T, s *stand.Stand) { test(t, newHouse(t, s, pack)) })
}

func newHouse(t *testing.T, s *stand.Stand, pack string) *house {
	t.Helper()
	h := &house{Stand: s, pack: pack}
	s.LoadAreas(t, "code,name,name_zh,level,parent\nN,North,北省,1,\nU,Upper,上市,2,N\nL,Lower <b>,下市,2,N\nS,South,南省,1,\n")
	h.office = office.New(office.Options{DB: s.DB, Journal: s.Journal, Keys: s.Keys, Scheme: s.Areas.Scheme(), Passwords: crypt.Passwords{Memory: 64, Passes: 1, Lanes: 1}})
	sessions := office.NewSessions(h.office)
	jobs := job.NewRunner(s.DB, s.Ids, s.Clock)
	loader := policy.NewLoader()
	packs, err := library.Open(t.Context(), s.DB, s.Journal, loader)
	if err != nil {
		t.Fatal(err)
	}
	h.server = web.New(web.Options{Session: sessions.Handler, Caller: office.CallerFrom, LoginPath: "/login"})
	approvals := office.NewApprovals(s.DB, s.Journal, s.Areas.Scheme())
	h.office.ConfirmGrants(approvals)
	organisations := office.NewOrganisations(s.DB, s.Journal, s.Areas, packs)
	pages := &page.Pages{Frame: page.Frame{Places: page.Places()}, Office: h.office, Sessions: sessions, Areas: s.Areas, Loads: office.NewAreaLoads(h.office, s.Areas, jobs),
		Packs: packs, Loader: loader, Shipped: policies.Files, Jobs: jobs, Events: office.NewEvents(s.DB, s.Areas), Clock: s.Clock,
		Organisations: organisations, OrganisationLoads: office.NewOrganisationLoads(h.office, organisations, jobs), Approvals: approvals, Alerts: office.NewAlerts(s.DB, s.Journal), Assignments: office.NewAssignments(s.DB, s.Journal, s.Areas.Scheme())}
	pages.Register(h.server)
	h.server.Handle("GET /{$}", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		http.Redirect(w, r, "/areas", http.StatusSeeOther)
		return nil
	})
	running := httptest.NewServer(h.server)
	t.Cleanup(running.Close)
	h.address = running.URL
	go jobs.Run(t.Context())
	return h
}

// reader is somebody with a browser.
type reader struct {
	t      *testing.T
	h      *house
	client *http.Client
}

func (h *house) reader(t *testing.T) *reader {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &reader{t, h, &http.Client{Jar: jar}}
}

type seen struct {
	status int
	path   string
	text   string
	header http.Header
}

func (r *reader) take(response *http.Response, err error) seen {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	s := seen{response.StatusCode, response.Request.URL.Path, string(text), response.Header}
	if missing := regexp.MustCompile(`⟦[^⟧]*⟧`).FindString(s.text); missing != "" {
		r.t.Errorf("%s: the message %s is missing", s.path, missing)
	}
	return s
}

func (r *reader) get(path string) seen {
	r.t.Helper()
	return r.take(r.client.Get(r.h.address + path))
}

func (r *reader) post(path string, values ...string) seen {
	r.t.Helper()
	form := url.Values{}
	for i := 0; i < len(values); i += 2 {
		form.Set(values[i], values[i+1])
	}
	return r.take(r.client.PostForm(r.h.address+path, form))
}

func (s seen) want(t *testing.T, status int, texts ...string) seen {
	t.Helper()
	if s.status != status {
		t.Errorf("%s: status %d, want %d", s.path, s.status, status)
	}
	for _, text := range texts {
		if !strings.Contains(s.text, text) {
			t.Errorf("%s does not show %q", s.path, text)
		}
	}
	return s
}

var codeShown = regexp.MustCompile(`<output[^>]*><code>([^<]+)</code>`)

// code is the secret that a page shows once.
func (s seen) code(t *testing.T) string {
	t.Helper()
	found := codeShown.FindStringSubmatch(s.text)
	if found == nil {
		t.Fatalf("%s shows no code", s.path)
	}
	return found[1]
}

// boss is the first administrator, signed in.
func (h *house) boss(t *testing.T) *reader {
	t.Helper()
	code, err := h.office.Bootstrap(t.Context(), "boss")
	if err != nil {
		t.Fatal(err)
	}
	r := h.reader(t)
	r.post("/activate", "code", code, "password", good, "again", good).want(t, 200)
	return r
}

// invited is somebody whom the boss gave a role, signed in.
func (h *house) invited(t *testing.T, boss *reader, login, role, area string) *reader {
	t.Helper()
	made := boss.post("/accounts", "login", login, "name", "Name of "+login, "role", role, "area", area).want(t, 200)
	r := h.reader(t)
	r.post("/activate", "code", made.code(t), "password", good, "again", good).want(t, 200)
	return r
}

func TestTheWayFromActivationToSigningOut(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		code, err := h.office.Bootstrap(t.Context(), "boss")
		if err != nil {
			t.Fatal(err)
		}
		r := h.reader(t)
		if s := r.get("/areas"); s.path != "/login" {
			t.Errorf("a stranger is led to %s", s.path)
		}
		r.get("/activate?code="+code).want(t, 200, code)
		r.post("/activate", "code", code, "password", good, "again", "different").want(t, 400, "The two passwords differ.")
		r.post("/activate", "code", code, "password", "password1", "again", "password1").want(t, 400, "attackers try first")
		if s := r.post("/activate", "code", code, "password", good, "again", good); s.path != "/areas" {
			t.Errorf("after activation one stands at %s", s.path)
		}
		r.post("/activate", "code", code, "password", good, "again", good).want(t, 410)
		if s := r.post("/logout"); s.path != "/login" {
			t.Errorf("after signing out one stands at %s", s.path)
		}
		if s := r.get("/areas"); s.path != "/login" {
			t.Error("the pages are still open")
		}
		r.post("/login", "login", "boss", "password", "wrong").want(t, 401, "The login or the password is wrong.")
		if s := r.post("/login", "login", "boss", "password", good, "next", "/journal"); s.path != "/journal" {
			t.Errorf("signing in leads to %s, want to where one wanted to go", s.path)
		}
		r.post("/logout")
		if s := r.post("/login", "login", "boss", "password", good, "next", "//evil.example/"); s.path != "/areas" {
			t.Errorf("signing in leads to %s", s.path)
		}
	})
}

func TestByTLSTheCookieBelongsToThisHostAlone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.boss(t)
		r := httptest.NewRequest(http.MethodPost, "https://office.example/login", strings.NewReader(url.Values{"login": {"boss"}, "password": {good}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.server.ServeHTTP(w, r)
		cookies := w.Result().Cookies()
		if len(cookies) != 1 {
			t.Fatalf("%d cookies, want one", len(cookies))
		}
		c := cookies[0]
		if c.Name != "__Host-session" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Domain != "" || c.Path != "/" {
			t.Errorf("the cookie is %s", c)
		}
		if got := w.Header().Get("Cache-Control"); got != "no-store" {
			t.Errorf("Cache-Control %q: the page may be kept", got)
		}
	})
}

func TestTooManyAttemptsAreToldWhenToComeAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.reader(t)
		for range 10 {
			r.post("/login", "login", "nobody", "password", "wrong").want(t, 401)
		}
		s := r.post("/login", "login", "nobody", "password", "wrong").want(t, 429, "Too many attempts")
		if s.header.Get("Retry-After") != "60" {
			t.Errorf("Retry-After %q, want 60", s.header.Get("Retry-After"))
		}
	})
}

func TestPeopleKeepTheirOwnAccount(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := h.boss(t)
		r.get("/me").want(t, 200, "boss", "this session", "You have no tokens")
		token := r.post("/me/tokens", "label", "report", "days", "30").want(t, 200).code(t)
		if s := r.get("/me").want(t, 200, "report"); strings.Contains(s.text, token) {
			t.Error("the token is shown twice")
		}
		r.post("/me/tokens", "label", "", "days", "x").want(t, 400)
		end := regexp.MustCompile(`/me/tokens/[0-9a-f]+/end`).FindString(r.get("/me").text)
		r.post(end).want(t, 200, "Ended.")
		r.post("/me/purpose", "purpose", "audit").want(t, 200, "Your purpose is stated.", `<option value="audit" selected>`)
		r.post("/me/purpose", "purpose", "curiosity").want(t, 400)
		r.post("/me/password", "old", "wrong", "password", good+"2", "again", good+"2").want(t, 400, "The present password is wrong.")
		r.post("/me/password", "old", good, "password", good+"2", "again", good+"2").want(t, 200, "The password is changed")
		r.post("/me/preferences", "lang", "zh", "theme", "dark").want(t, 200, "已保存", `lang="zh"`, `data-bs-theme="dark"`)
	})
}

func TestAnAdministratorInvitesGrantsAndDisables(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		boss := h.boss(t)
		boss.post("/accounts", "login", "x", "name", "").want(t, 400)
		boss.post("/accounts", "login", "clerk", "name", "Clerk", "role", "township-clerk", "area", "nowhere").want(t, 400, "There is no such area.")
		clerk := h.invited(t, boss, "clerk", "township-clerk", "U")
		if s := clerk.get("/areas").want(t, 200, `href="/packs"`); strings.Contains(s.text, `href="/accounts"`) {
			t.Error("the navigation leads a clerk to the users")
		}
		clerk.get("/accounts").want(t, 403)
		clerk.get("/journal").want(t, 403)
		boss.get("/accounts").want(t, 200, "Name of clerk", "Township clerk", "active")
		address := regexp.MustCompile(`/accounts/\d{2,}`).FindString(boss.get("/accounts?q=clerk").text)
		boss.get(address).want(t, 200, "Township clerk", "North › Upper")
		boss.post(address+"/grants", "role", "administrator", "area", "*").want(t, 409, "may not hold the roles")
		boss.post(address+"/grants", "role", "analyst").want(t, 400, "There is no such area.")
		boss.post(address+"/grants", "role", "analyst", "area", "*", "from", "soon").want(t, 400, "not a date")
		boss.post(address+"/grants", "role", "analyst", "area", "upper").want(t, 200, "The role is given.")
		key := regexp.MustCompile(`name="area" value="(\d{3,})"`).FindStringSubmatch(boss.get(address).text)[1]
		boss.post(address+"/revoke", "role", "township-clerk", "area", key, "from", h.Today.String()).want(t, 200, "revoked", "ended")
		boss.post(address+"/disable").want(t, 200, "disabled")
		if s := clerk.get("/areas"); s.path != "/login" {
			t.Error("a disabled user still reads pages")
		}
		boss.post(address+"/enable").want(t, 200, "invited").code(t)
		boss.get("/accounts/1").want(t, 404)
	})
}

func TestAreasAreWalkedFromTheOutsideIn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		boss := h.boss(t)
		boss.get("/areas").want(t, 200, "North", "South")
		north := h.key(t, "N")
		boss.get(fmt.Sprintf("/areas/%d", north)).want(t, 200, "Upper", "Lower &lt;b&gt;", "It was never called otherwise")
		boss.get("/areas?q=upp").want(t, 200, "Upper", "North")
		boss.get("/areas?q=nothing").want(t, 200, "No area found")
		boss.get("/areas?unknown=1").want(t, 400)
		clerk := h.invited(t, boss, "clerk", "township-clerk", "U")
		s := clerk.get(fmt.Sprintf("/areas/%d", north)).want(t, 200, "Upper")
		if strings.Contains(s.text, "Lower") {
			t.Error("a clerk sees an area beyond their own")
		}
		clerk.get(fmt.Sprintf("/areas/%d", h.key(t, "S"))).want(t, 404)
		clerk.get("/areas/load").want(t, 403)
	})
}

func (h *house) key(t *testing.T, code string) int64 {
	t.Helper()
	a, err := h.Areas.ByCode(t.Context(), stand.Scope(t, h.Caller(1, "test", "administrator"), access.AreaRead), code)
	if err != nil {
		t.Fatal(err)
	}
	return a.Key
}

func TestTheJournalIsReadByFiltersAndPages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		boss := h.boss(t)
		h.invited(t, boss, "clerk", "township-clerk", "U")
		for range 60 {
			boss.post("/me/purpose", "purpose", "audit")
		}
		boss.get("/journal").want(t, 200, "Purpose stated", "boss")
		boss.get("/journal?kind=account.granted").want(t, 200, "Role given", "North › Upper")
		boss.get("/journal?kind=account.&area=S").want(t, 200, "Nothing was recorded that fits")
		boss.get("/journal?from=2014-12-31&to=2014-12-31").want(t, 200, "Purpose stated")
		boss.get("/journal?from=2015-01-01").want(t, 200, "Nothing was recorded that fits")
		boss.get("/journal?unknown=1").want(t, 400)
		boss.get("/journal?after=x").want(t, 400)
		first := boss.get("/journal?kind=account.purpose_stated")
		next := regexp.MustCompile(`href="(/journal\?after=[^"]+)"`).FindStringSubmatch(first.text)
		if next == nil {
			t.Fatal("there is no second page")
		}
		second := boss.get(strings.ReplaceAll(next[1], "&amp;", "&")).want(t, 200)
		if got := strings.Count(first.text, "Purpose stated") + strings.Count(second.text, "Purpose stated"); got != 60 {
			t.Errorf("the two pages show %d events, want 60", got)
		}
	})
}

func TestTheJournalOfAnAreaIsForThatArea(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		boss := h.boss(t)
		county := h.invited(t, boss, "county", "county-office", "N")
		h.invited(t, boss, "far", "township-clerk", "S")
		s := county.get("/journal?kind=account.granted").want(t, 200, "North")
		if strings.Contains(s.text, "South") || strings.Contains(s.text, "Everywhere") {
			t.Error("events of other areas are shown")
		}
	})
}

func TestEveryPageIsClosedToStrangersAndToOtherSites(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		open := map[string]bool{"/login": true, "/login/code": true, "/logout": true, "/activate": true, "/assets/{name}": true, "/preferences": true, "/{$}": true}
		places := strings.NewReplacer("{id}", "1", "{key}", "1", "{job}", "1", "{hash}", "0")
		for _, route := range h.server.Routes() {
			if open[route.Pattern] {
				continue
			}
			if route.Access == web.Public {
				t.Errorf("%s %s is open to everybody", route.Method, route.Pattern)
			}
			r := httptest.NewRequest(route.Method, places.Replace(route.Pattern), nil)
			w := httptest.NewRecorder()
			h.server.ServeHTTP(w, r)
			if w.Code != http.StatusUnauthorized && w.Header().Get("Location") == "" {
				t.Errorf("a stranger at %s %s: %d", route.Method, route.Pattern, w.Code)
			}
			if route.Method == http.MethodPost {
				r.Header.Set("Sec-Fetch-Site", "cross-site")
				w := httptest.NewRecorder()
				if h.server.ServeHTTP(w, r); w.Code != http.StatusForbidden {
					t.Errorf("another site at %s: %d", route.Pattern, w.Code)
				}
			}
		}
	})
}

func TestEveryPageSpeaksTheLanguageThatWasChosen(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		boss := h.boss(t)
		boss.post("/me/preferences", "lang", "zh", "theme", "auto")
		boss.post("/packs/install", "pack", h.pack)
		for _, path := range []string{"/me", "/accounts", "/accounts/new", "/areas", "/areas/load", fmt.Sprintf("/areas/%d", h.key(t, "N")), "/packs", "/approvals", "/jobs", "/journal"} {
			boss.get(path).want(t, 200, `lang="zh"`, i18n.T("zh", "office.nav.areas"))
		}
		boss.get("/areas").want(t, 200, "北省")
	})
}
