package rest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/crypt"
	"rightkey/internal/job"
	"rightkey/internal/office"
	officerest "rightkey/internal/office/rest"
	"rightkey/internal/policy"
	"rightkey/internal/policy/library"
	"rightkey/internal/rest"
	"rightkey/policies"
	"rightkey/test/stand"
)

const good = "correct horse battery staple"

// house is the API with the office's rooms, and the tokens of its users by login.
type house struct {
	*stand.Stand
	api    *rest.API
	packs  *library.Library
	tokens map[string]string
}

func each(t *testing.T, test func(t *testing.T, h *house)) {
	stand.Each(t, "1-1", func(t *testing.T, s *stand.Stand) {
		s.LoadAreas(t, "code,name,name_zh\n1,North,北县\n11,Upper,上镇\n12,Lower,下镇\n2,South,南县\n21,Far,远镇\n")
		jobs := job.NewRunner(s.DB, s.Ids, s.Clock)
		o := office.New(office.Options{DB: s.DB, Journal: s.Journal, Scheme: s.Areas.Scheme(), Passwords: crypt.Passwords{Memory: 64, Passes: 1, Lanes: 1}})
		h := &house{Stand: s, tokens: map[string]string{}}
		var err error
		if h.packs, err = library.Open(t.Context(), s.DB, s.Journal, policy.NewLoader()); err != nil {
			t.Fatal(err)
		}
		h.api, err = rest.New(rest.Options{DB: s.DB, Clock: s.Clock, Key: rest.KeyOf(s.Keys.Ring()), Authenticate: office.NewSessions(o).Authenticate})
		if err != nil {
			t.Fatal(err)
		}
		organisations := office.NewOrganisations(s.DB, s.Journal, s.Areas, h.packs)
		officerest.Register(h.api, officerest.Rooms{Areas: s.Areas, Loads: office.NewAreaLoads(o, s.Areas, jobs), Jobs: jobs, Packs: h.packs,
			Organisations: organisations, OrganisationLoads: office.NewOrganisationLoads(o, organisations, jobs)})
		h.people(t, o)
		go jobs.Run(t.Context())
		test(t, h)
	})
}

// people makes an administrator everywhere, a clerk of one township and an auditor, each with a token.
func (h *house) people(t *testing.T, o *office.Service) {
	t.Helper()
	ctx := t.Context()
	activation, err := o.Bootstrap(ctx, "boss")
	if err != nil {
		t.Fatal(err)
	}
	invite := func(login, activation string) access.Caller {
		a, err := o.Activate(ctx, activation, good, "")
		if err != nil {
			t.Fatal(err)
		}
		c, err := o.CallerOf(ctx, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		if h.tokens[login], err = o.MakeToken(ctx, c, "test", 30); err != nil {
			t.Fatal(err)
		}
		return c
	}
	boss := invite("boss", activation)
	for login, g := range map[string]access.Grant{"clerk": {Role: "township-clerk", Area: 11}, "auditor": {Role: "auditor"}} {
		_, activation, err := o.Invite(ctx, boss, office.Invitation{Login: login, Name: login, Grant: g})
		if err != nil {
			t.Fatal(err)
		}
		invite(login, activation)
	}
}

func (h *house) ask(t *testing.T, who, method, path, contentType, body string, into any) int {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+h.tokens[who])
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	h.api.ServeHTTP(w, r)
	text, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	if into != nil && w.Code < 300 {
		if err := json.Unmarshal(text, into); err != nil {
			t.Fatalf("%s %s: %v: %s", method, path, err, text)
		}
	}
	return w.Code
}

func (h *house) get(t *testing.T, who, path string, into any) int {
	t.Helper()
	return h.ask(t, who, http.MethodGet, path, "", "", into)
}

type areas struct{ Items []officerest.Area }

func (a areas) names() string {
	var names []string
	for _, one := range a.Items {
		names = append(names, one.Name)
	}
	return strings.Join(names, " ")
}

func TestAreasAreListedAndFoundWithinTheCallersAreas(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		cases := []struct{ who, path, want string }{
			{"boss", "/api/v1/areas", "North South"},
			{"boss", "/api/v1/areas?parent=10", "Upper Lower"},
			{"boss", "/api/v1/areas/search?q=far", "Far"},
			{"clerk", "/api/v1/areas", "North"},
			{"clerk", "/api/v1/areas?parent=10", "Upper"},
			{"clerk", "/api/v1/areas?parent=20", ""},
			{"clerk", "/api/v1/areas/search?q=far", ""},
			{"clerk", "/api/v1/areas/search?q=%E4%B8%8A", "Upper"},
		}
		for _, c := range cases {
			var list areas
			if status := h.get(t, c.who, c.path, &list); status != 200 || list.names() != c.want {
				t.Errorf("%s GET %s: %d %q, want %q", c.who, c.path, status, list.names(), c.want)
			}
		}
	})
}

func TestOneAreaComesWithItsPathAndIsAbsentOutOfScope(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var file officerest.AreaFile
		if status := h.get(t, "clerk", "/api/v1/areas/11", &file); status != 200 {
			t.Fatal(status)
		}
		if file.Name != "Upper" || file.Names["zh"] != "上镇" || len(file.Path) != 2 || file.Path[0].Name != "North" || file.From != "2000-01-01" {
			t.Errorf("the area is %+v", file)
		}
		for _, path := range []string{"/api/v1/areas/21", "/api/v1/areas/99"} {
			if status := h.get(t, "clerk", path, nil); status != 404 {
				t.Errorf("%s: %d, want 404", path, status)
			}
		}
	})
}

func TestAListOfAreasIsReadInPages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/areas?limit=1", nil)
		r.Header.Set("Authorization", "Bearer "+h.tokens["boss"])
		w := httptest.NewRecorder()
		h.api.ServeHTTP(w, r)
		next, _, found := strings.Cut(strings.TrimPrefix(w.Header().Get("Link"), "<"), ">")
		var list areas
		if status := h.get(t, "boss", next, &list); !found || status != 200 || list.names() != "South" {
			t.Errorf("the second page: %d %q", status, list.names())
		}
	})
}

// upload sends a file of areas to be checked.
func (h *house) upload(t *testing.T, who, name, text string) (int, officerest.Job) {
	t.Helper()
	return h.uploadTo(t, who, "/api/v1/area-checks", name, text)
}

func (h *house) uploadTo(t *testing.T, who, path, name, text string) (int, officerest.Job) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(part, text)
	form.Close()
	var j officerest.Job
	return h.ask(t, who, http.MethodPost, path, form.FormDataContentType(), body.String(), &j), j
}

// done waits until a job has ended.
func (h *house) done(t *testing.T, who string, j officerest.Job) officerest.Job {
	t.Helper()
	for range 200 {
		if status := h.get(t, who, fmt.Sprintf("/api/v1/jobs/%d", j.ID), &j); status != 200 {
			t.Fatalf("look at the job: %d", status)
		}
		if j.Finished != "" {
			return j
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the job does not end")
	return j
}

func TestAFileOfAreasIsCheckedThenLoaded(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		status, check := h.upload(t, "boss", "areas.csv", "code,name\n1,North\n13,New\n91,Orphan\n")
		if status != http.StatusAccepted {
			t.Fatal(status)
		}
		check = h.done(t, "boss", check)
		if check.State != "done" || check.Counts != (job.Counts{In: 3, Created: 1, Unchanged: 1, Rejected: 1}) {
			t.Fatalf("the check: %+v", check)
		}
		var list areas
		if h.get(t, "boss", "/api/v1/areas?parent=10", &list); list.names() != "Upper Lower" {
			t.Errorf("the check has loaded something: %s", list.names())
		}
		load := func(skip bool) (int, officerest.Job) {
			var j officerest.Job
			return h.ask(t, "boss", http.MethodPost, "/api/v1/area-loads", "application/json", fmt.Sprintf(`{"check":%d,"skip":%v}`, check.ID, skip), &j), j
		}
		if status, _ := load(false); status != 409 {
			t.Errorf("loading in spite of a rejected row: %d, want 409", status)
		}
		status, j := load(true)
		if status != http.StatusAccepted {
			t.Fatal(status)
		}
		if j = h.done(t, "boss", j); j.State != "done" || j.Counts.Created != 1 || j.Counts.Rejected != 1 {
			t.Errorf("the load: %+v", j)
		}
		if h.get(t, "boss", "/api/v1/areas?parent=10", &list); list.names() != "Upper Lower New" {
			t.Errorf("after loading: %s", list.names())
		}
		if status := h.get(t, "clerk", fmt.Sprintf("/api/v1/jobs/%d", j.ID), nil); status != 404 {
			t.Errorf("somebody else's job: %d, want 404", status)
		}
		var jobs struct{ Items []officerest.Job }
		if h.get(t, "auditor", "/api/v1/jobs", &jobs); len(jobs.Items) != 2 {
			t.Errorf("the auditor sees %d jobs, want 2", len(jobs.Items))
		}
	})
}

func TestFilesThatAreNoTablesAndStrangersAreRefusedAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for name, text := range map[string]string{"areas.exe": "MZ", "areas.csv.gz": "no gzip", "areas.csv": ""} {
			if status, _ := h.upload(t, "boss", name, text); status != 400 {
				t.Errorf("%s: %d, want 400", name, status)
			}
		}
		if status, _ := h.upload(t, "clerk", "areas.csv", "code,name\n1,x\n"); status != 403 {
			t.Errorf("a clerk: %d, want 403", status)
		}
		if status := h.ask(t, "boss", http.MethodPost, "/api/v1/area-loads", "application/json", `{"check":1}`, nil); status != 404 {
			t.Errorf("loading what was not checked: %d, want 404", status)
		}
	})
}

func TestAFileWithoutTheNeededColumnsFailsWithTheReason(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		status, check := h.upload(t, "boss", "areas.csv", "code\n1\n")
		if status != http.StatusAccepted {
			t.Fatal(status)
		}
		if check = h.done(t, "boss", check); check.State != "failed" || !strings.Contains(check.Error, "name") {
			t.Errorf("a file without names: %+v", check)
		}
	})
}

func TestPacksShowEveryValueWithItsSource(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		heads, err := fs.Glob(policies.Files, "*/"+policy.HeadFile)
		if err != nil || len(heads) == 0 {
			t.Fatal("no pack is shipped: ", err)
		}
		scope := stand.Scope(t, h.Caller(1, "setup", "administrator"), access.PackEdit)
		installed, err := h.packs.Install(t.Context(), scope, policies.Files, path.Dir(heads[0]))
		if err != nil {
			t.Fatal(err)
		}
		var list struct{ Items []officerest.Pack }
		if status := h.get(t, "clerk", "/api/v1/packs", &list); status != 200 || len(list.Items) != 1 || list.Items[0].Hash != installed.Hash {
			t.Fatalf("%d %+v", status, list)
		}
		var file officerest.PackFile
		if status := h.get(t, "clerk", "/api/v1/packs/"+installed.Hash, &file); status != 200 {
			t.Fatal(status)
		}
		if len(file.Items) != len(installed.Items) || len(file.Lines) != len(installed.Lines) || len(file.Values) != len(installed.Refs()) {
			t.Errorf("the pack is not whole: %d items, %d lines, %d values", len(file.Items), len(file.Lines), len(file.Values))
		}
		if status := h.get(t, "clerk", "/api/v1/packs/"+strings.Repeat("0", 64), nil); status != 404 {
			t.Errorf("an unknown pack: %d", status)
		}
	})
}

func TestStrangersGetNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, o := range h.api.Operations() {
			address := strings.NewReplacer("{key}", "10", "{id}", "1", "{hash}", strings.Repeat("0", 64)).Replace(o.Path)
			if status := h.ask(t, "", o.Method, address, "application/json", "{}", nil); status != 401 {
				t.Errorf("%s %s: %d, want 401", o.Method, address, status)
			}
		}
	})
}
