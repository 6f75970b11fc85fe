package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/identify"
	"rightkey/internal/job"
	"rightkey/internal/office"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
	"rightkey/internal/store/storetest"
	"rightkey/internal/table"
	"rightkey/internal/web"
)

// The area-leak matrix: everything that the house serves, asked for the far county's records by people of the near
// county. Nothing of the far county may come back: not its persons' names, not its households' numbers, not its
// areas. A route or operation without a case fails, so that none can be forgotten.

// matrix is a house with two counties of one country, near (11) and far (12), each with households, changes and
// imports of its own.
type matrix struct {
	t      *testing.T
	h      *house
	pages  *web.Server
	api    *rest.API
	url    string
	people map[string]*http.Client // by login
	ids    map[string]string       // what stands for {…} in addresses: the far county's records
	marks  []string                // what must not come back
}

const nearFar = "code,name\n11,Nearcanton\n11001,Nearparish\n11001001,Nearhamlet\n12,Farcanton\n12001,Farparish\n12001001,Farhamlet\n"

// leakCase is how one route is asked.
type leakCase struct {
	query string     // of the address
	form  url.Values // of a page's form
	json  string     // body of an operation
	tag   string     // If-Match of an operation
	// shows says that the far county's own office finds a mark here: then the case can fail.
	shows bool
	// strangers are the only ones who ask, where the answer ends a session or an account of whoever may ask.
	strangers bool
}

func TestNothingOfAnotherAreaIsEverShown(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { leaks(t, place{Data: t.TempDir()}) })
	t.Run("postgres", func(t *testing.T) { leaks(t, place{Data: t.TempDir(), Database: storetest.PostgresURL(t)}) })
}

func leaks(t *testing.T, p place) {
	m := openMatrix(t, p)
	cases := m.cases()
	for _, more := range moreCases {
		maps.Copy(cases, more(m))
	}
	met := map[string]bool{}
	check := func(name, method, pattern string) {
		path := m.address(pattern)
		c, ok := cases[name]
		if !ok {
			t.Errorf("no case for %s: add one to the matrix", name)
			return
		}
		met[name] = true
		for _, login := range slices.Sorted(maps.Keys(m.people)) {
			if c.strangers && (login == "far" || login == "everywhere" || strings.Contains(name, "/logout") && login != "stranger") {
				continue
			}
			body, status := m.ask(t, login, method, path, c)
			if status >= 500 {
				t.Errorf("%s as %s: status %d", name, login, status)
			}
			mark := m.found(body, path, c)
			switch {
			case login == "far" && c.shows && status == http.StatusOK && m.anything(body) == "":
				t.Errorf("%s shows the far county's own office nothing of it: the case proves nothing", name)
			case login == "far" && c.shows && status != http.StatusOK:
				t.Errorf("%s answers the far county's own office with status %d: the case proves nothing", name, status)
			case login != "far" && login != "everywhere" && mark != "":
				t.Errorf("%s as %s shows %q of the far county (status %d)", name, login, mark, status)
			}
		}
	}
	for _, r := range m.pages.Routes() {
		if r.Method == "*" {
			continue // the API, whose operations follow
		}
		check(r.Method+" "+r.Pattern, r.Method, r.Pattern)
	}
	for _, o := range m.api.Operations() {
		check(o.Method+" "+o.Path, o.Method, o.Path)
	}
	for name := range cases {
		if !met[name] {
			t.Errorf("the case %s is of no route", name)
		}
	}
}

// noRecord is a place of an address for which there is no record.
var noRecord = regexp.MustCompile(`\{\w+\}`)

// address fills a route's pattern with the far county's records: which {id} it is, the collection before it says.
func (m *matrix) address(pattern string) string {
	path := strings.TrimSuffix(pattern, "{$}")
	for collection, name := range map[string]string{"/accounts/": "{account}", "/covers/": "{cover}", "/changes/": "{change}", "/change-sets/": "{change}", "/imports/": "{import}", "/jobs/": "{job}",
		"/identification-runs/": "{run}", "/areas/load/": "{job}", "/approvals/": "{approval}", "/organisations/": "{organisation}", "/alerts/": "{alert}", "/assignments/": "{assignment}", "/unmasked/": "{unmask}", "/problems/": "{problem}", "/duplicates/": "{duplicate}", "/campaigns/": "{campaign}", "/visits/": "{campaign}", "/leads/": "{lead}", "/checks/": "{checklist}", "/check-lists/": "{checklist}", "/exports/": "{export}", "/transfers/": "{transfer}", "/cases/": "{case}", "/sittings/": "{sitting}", "/notices/": "{notice}"} {
		if strings.Contains(path, collection+"{") {
			path = strings.Replace(path, "{id}", name, 1)
		}
	}
	if strings.Contains(path, "/persons/{number}") {
		path = strings.Replace(path, "{number}", "{person}", 1)
	}
	path = strings.Replace(path, "/verify/{token}", "/verify/{verify}", 1)
	path = strings.Replace(strings.Replace(path, "{id}", "1", 1), "{name}", "none.css", 1)
	return noRecord.ReplaceAllString(m.fill(path), "1")
}

// fill puts the far county's records into a text.
func (m *matrix) fill(pattern string) string {
	for name, value := range m.ids {
		pattern = strings.ReplaceAll(pattern, name, value)
	}
	return pattern
}

func (m *matrix) ask(t *testing.T, login, method, path string, c leakCase) (string, int) {
	t.Helper()
	body, kind := "", ""
	switch {
	case c.form != nil:
		body, kind = m.fillForm(c.form).Encode(), "application/x-www-form-urlencoded"
	case c.json != "":
		body, kind = m.fill(c.json), "application/json"
	}
	address := m.url + path
	if c.query != "" {
		address += "?" + m.fill(c.query)
	}
	r, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if c.tag != "" {
		r.Header.Set("If-Match", c.tag)
	}
	answer, err := m.people[login].Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var head bytes.Buffer
	_ = answer.Header.Write(&head)
	return head.String() + string(text), answer.StatusCode
}

func (m *matrix) fillForm(form url.Values) url.Values {
	filled := url.Values{}
	for name, values := range form {
		for _, value := range values {
			filled.Add(m.fill(name), m.fill(value))
		}
	}
	return filled
}

func openMatrix(t *testing.T, p place) *matrix {
	t.Helper()
	return openLoudMatrix(t, p, slog.New(slog.DiscardHandler), func(pages http.Handler) http.Handler { return pages })
}

// openLoudMatrix opens a matrix whose server writes to a log and stands behind front.
func openLoudMatrix(t *testing.T, p place, log *slog.Logger, front func(http.Handler) http.Handler) *matrix {
	t.Helper()
	ctx := context.Background()
	begin := initCommand{place: p, Pack: "../../internal/policy/testdata/ostania", Since: "2000-01-01"}
	h, _, err := begin.make(ctx)
	if err != nil {
		t.Fatal(err)
	}
	working, stop := context.WithCancel(ctx)
	ended := h.work(working, stop)
	t.Cleanup(func() { ended(); h.close() })
	mirrored, err := h.mirrorRegister(working, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(mirrored)
	m := &matrix{t: t, h: h, people: map[string]*http.Client{}, ids: map[string]string{}}
	if m.pages, m.api, err = h.doors(log, false, nil); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(front(m.pages))
	t.Cleanup(server.Close)
	m.url = server.URL
	m.settle(t, ctx)
	return m
}

// settle registers areas, people and households.
func (m *matrix) settle(t *testing.T, ctx context.Context) {
	t.Helper()
	scope, err := m.h.decide(access.AreaEdit)
	if err != nil {
		t.Fatal(err)
	}
	r, err := table.NewCSV(strings.NewReader(nearFar), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.h.areas.LoadFile(ctx, scope, r, area.Load{Day: clock.Date(2000, 1, 1)}); err != nil {
		t.Fatal(err)
	}
	near, far := int64(11000000), int64(12000000)
	admin := m.firstAdministrator(t, ctx)
	for login, grant := range map[string]access.Grant{
		"near": {Role: "county-office", Area: near}, "near-clerk": {Role: "township-clerk", Area: 11001000}, "near-village": {Role: "village-official", Area: 11001001},
		"near-analyst": {Role: "analyst", Area: near}, "near-auditor": {Role: "auditor", Area: near}, "near-admin": {Role: "administrator", Area: near},
		"far": {Role: "county-office", Area: far}, "far-clerk": {Role: "township-clerk", Area: 12001000},
	} {
		m.invite(t, ctx, admin, login, grant)
	}
	for _, county := range []struct{ login, word, hamlet string }{{"near", "Nearby", "11001001"}, {"far", "Farmark", "12001001"}} {
		m.fillCounty(t, ctx, county.login, county.word, county.hamlet)
	}
	m.people["stranger"] = m.client(t)
	delete(m.people, "far-clerk") // a person of the far county
	m.marks = append(m.marks, "Farmark", "Farcanton", "Farhamlet", "Farparish", m.ids["{number}"])
}

// firstAdministrator activates the first account and returns who it is.
func (m *matrix) firstAdministrator(t *testing.T, ctx context.Context) access.Caller {
	t.Helper()
	token, err := m.h.office.Bootstrap(ctx, "everywhere")
	if err != nil {
		t.Fatal(err)
	}
	return m.activate(t, ctx, "everywhere", token)
}

const matrixPassword = "a long matrix pass phrase"

func (m *matrix) activate(t *testing.T, ctx context.Context, login, token string) access.Caller {
	t.Helper()
	a, err := m.h.office.Activate(ctx, token, matrixPassword, "test")
	if err != nil {
		t.Fatal(err)
	}
	client := m.client(t)
	answer, err := client.PostForm(m.url+"/login", url.Values{"login": {login}, "password": {matrixPassword}})
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s signs in with status %d", login, answer.StatusCode)
	}
	m.people[login] = client
	c, err := m.h.office.CallerOf(ctx, a.ID)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// client is a browser of its own that shows redirects instead of following them.
func (m *matrix) client(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (m *matrix) invite(t *testing.T, ctx context.Context, admin access.Caller, login string, grant access.Grant) {
	t.Helper()
	grant.Range = m.h.areas.Scheme().Range(grant.Area)
	grant.From = clock.Date(2000, 1, 1)
	account, token, err := m.h.office.Invite(ctx, admin, office.Invitation{Login: login, Name: "Matrix " + login, Grant: grant, Reason: "matrix"})
	if err != nil {
		t.Fatalf("invite %s: %v", login, err)
	}
	if login == "far" {
		m.ids["{account}"] = fmt.Sprint(account.ID)
	}
	m.confirm(t, ctx, admin, account.ID)
	m.activate(t, ctx, login, token)
}

// fillCounty imports a household with a member, judges it and proposes a change, all by the county's own people.
func (m *matrix) fillCounty(t *testing.T, ctx context.Context, login, word, hamlet string) {
	t.Helper()
	caller := m.callerOf(t, ctx, login)
	scope, err := access.Decide(caller, access.ImportRun)
	if err != nil {
		t.Fatal(err)
	}
	var last registry.Import
	for _, f := range []struct{ name, csv, mapping string }{
		{"households", "key,area,status,nets\nh1," + hamlet + ",stranded,3\nbad," + hamlet + "," + word + ",3\n",
			"subject: household\nsource: " + word + "\nkey: key\narea: area\nday: \"2013-12-31\"\ncolumns: {status: status, nets: drift_nets}\n"},
		{"persons", "key,hh,name,sex,birth,id,rel\np1,h1," + word + " Person,f,1970-05-01,1234567897,head\n",
			"subject: person\nsource: " + word + "\nkey: key\nhousehold: hh\nday: \"2013-12-31\"\ncolumns: {name: name, sex: sex, birth: birth, id: national_id, rel: relation}\n"},
	} {
		mapping, err := registry.ParseMapping([]byte(f.mapping))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := table.NewCSV(strings.NewReader(f.csv), table.Options{})
		if err != nil {
			t.Fatal(err)
		}
		im, err := m.h.registry.Upload(ctx, scope, word+f.name+".csv", rows)
		if err != nil {
			t.Fatal(err)
		}
		if im, err = m.h.registry.Apply(ctx, scope, im.ID, im.Ver, mapping, registry.Skip); err != nil {
			t.Fatal(err)
		}
		if last, _, err = m.follow(ctx, caller, scope, im); err != nil || last.State != registry.Imported {
			t.Fatalf("import of %s by %s: %s %v", f.name, login, last.State, err)
		}
	}
	m.proposeAndJudge(t, ctx, caller, login, word, last)
}

// follow waits until an import has ended.
func (m *matrix) follow(ctx context.Context, caller access.Caller, scope access.Scope, im registry.Import) (registry.Import, job.Job, error) {
	for {
		j, err := m.h.jobs.Get(ctx, caller, im.Job)
		if err != nil {
			return im, j, err
		}
		if j.State.Ended() {
			im, err = m.h.registry.GetImport(ctx, scope, im.ID)
			return im, j, err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (m *matrix) callerOf(t *testing.T, ctx context.Context, login string) access.Caller {
	t.Helper()
	list, err := m.h.office.List(ctx, m.h.console(), login, 0, 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list {
		if a.Login == login {
			c, err := m.h.office.CallerOf(ctx, a.ID)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
	}
	t.Fatalf("no account %s", login)
	return access.Caller{}
}

func (m *matrix) proposeAndJudge(t *testing.T, ctx context.Context, caller access.Caller, login, word string, last registry.Import) {
	t.Helper()
	read, err := access.Decide(caller, access.HouseholdRead)
	if err != nil {
		t.Fatal(err)
	}
	list, err := m.h.registry.List(ctx, read, registry.Filter{}, registry.Position{}, 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("households of %s: %v %v", login, list, err)
	}
	proposer := m.callerOf(t, ctx, login+"-clerk")
	edit, err := access.Decide(proposer, access.HouseholdEdit)
	if err != nil {
		t.Fatal(err)
	}
	set, err := m.h.changes.Submit(ctx, edit, change.Draft{Source: change.Page, Title: word + " change", Reason: word + " reason",
		Rows: []change.Row{{SubjectKind: "household", Subject: list[0].ID, BaseVer: list[0].Ver, Set: change.Values{"status": "refloated"}}}})
	if err != nil {
		t.Fatal(err)
	}
	assess, err := access.Decide(caller, access.AssessRun)
	if err != nil {
		t.Fatal(err)
	}
	home := m.h.areas.Scheme().At(list[0].Area, 1)
	run, err := m.h.identify.Start(ctx, assess, identify.RunArgs{Area: home, Day: clock.Date(2013, 12, 31)})
	if err != nil {
		t.Fatal(err)
	}
	for !run.State.Ended() {
		time.Sleep(10 * time.Millisecond)
		if run, err = m.h.jobs.Get(ctx, caller, run.ID); err != nil {
			t.Fatal(err)
		}
	}
	if login != "far" {
		return
	}
	file, err := m.h.registry.Open(ctx, read, list[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(m.ids, map[string]string{"{number}": list[0].Number, "{person}": registry.Number(file.Members[0].ID), "{change}": fmt.Sprint(set.ID),
		"{import}": fmt.Sprint(last.ID), "{job}": fmt.Sprint(last.Job), "{run}": fmt.Sprint(run.ID), "{key}": "12000000", "{hash}": m.h.packs.All()[0].Hash})
}
