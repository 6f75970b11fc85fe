package page_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/registry"
	registrypage "rightkey/internal/registry/page"
	"rightkey/internal/store/storetest"
	"rightkey/internal/verify/duplicate/page"
	"rightkey/internal/web"
	"rightkey/test/browser"
	"rightkey/test/register"
	"rightkey/test/stand"
)

// house is the made-up register with the pages of its duplicates.
type house struct {
	*register.Register
	server *web.Server
	as     int64 // who asks where a request names nobody: the browser
}

type callerKey struct{}

func callerOf(ctx context.Context) access.Caller {
	c, _ := ctx.Value(callerKey{}).(access.Caller)
	return c
}

// serve puts the pages on a register.
func serve(t *testing.T, r *register.Register) *house {
	t.Helper()
	h := &house{Register: r, as: register.County}
	h.server = web.New(web.Options{Session: h.session, Caller: callerOf})
	page.Register(h.server, page.Needs{Duplicates: r.Duplicates, Desk: web.Desk{Caller: callerOf}})
	needs := registrypage.Needs{Registry: r.Registry, Jobs: r.Jobs, Ring: r.Keys.Ring(), Caller: callerOf, Newcomers: page.LookPath,
		Panels: []registrypage.Panel{page.Panel(r.Duplicates)}, Work: []registrypage.Work{page.Waiting(r.Duplicates)}}
	if err := registrypage.Register(h.server, needs); err != nil {
		t.Fatal(err)
	}
	return h
}

func open(t *testing.T, r *register.Register) *house {
	t.Helper()
	h := serve(t, r)
	households := registry.Mapping{Subject: "household", Source: "base", Key: "key", Area: "area", Day: "2013-12-31", Constants: map[string]string{"status": "afloat"}}
	r.ImportCSV(t, households, "key,area\na,11001001\nb,11001002\nc,11002001\nd,12001001\n")
	r.ImportCSV(t, souls, `key,hh,name,sex,rel,id,born
a0,a,Anna Holm,f,head,,1970-05-14
a1,a,Karl Holm,m,kin,,1968-02-03
b0,b,Anna Hollm,f,head,,1970-05-14
b1,b,Carl Holm,m,kin,,1968-02-03
c0,c,Bela Stern,m,head,1234567897,1985-09-21
d0,d,Bela Stern,m,head,1234567897,1985-09-12
`)
	var ids []int64
	list, err := r.Registry.Identities(t.Context(), access.System("a test reads who is registered"), 0, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range list {
		ids = append(ids, one.ID)
	}
	if err := r.Duplicates.Examine(t.Context(), ids); err != nil {
		t.Fatal(err)
	}
	return h
}

// session logs in the account that a header names.
func (h *house) session(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		account := h.as
		if text := r.Header.Get("X-Account"); text != "" {
			account, _ = strconv.ParseInt(text, 10, 64)
		}
		viewer := web.ViewerFrom(r.Context())
		viewer.LoggedIn, viewer.Name = account != 0, fmt.Sprint("person-", account)
		ctx := context.WithValue(r.Context(), callerKey{}, h.Who(account))
		next.ServeHTTP(w, r.WithContext(web.WithViewer(ctx, viewer)))
	})
}

// send sends a request.
func (h *house) send(account int64, method, target string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	r.Header.Set("X-Account", strconv.FormatInt(account, 10))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.server.ServeHTTP(w, r)
	return w
}

// ask sends a request and fails the test for another status, a part that is not there or a missing message.
func (h *house) ask(t *testing.T, account int64, method, target string, form url.Values, status int, parts ...string) string {
	t.Helper()
	w := h.send(account, method, target, form)
	body := w.Body.String()
	if w.Code != status {
		t.Fatalf("%s %s as %d: status %d, want %d: %.600s", method, target, account, w.Code, status, body[max(0, strings.Index(body, "<main")):])
	}
	if at := strings.Index(body, "⟦"); at >= 0 {
		t.Errorf("%s %s: a message is missing: %.60s", method, target, body[at:])
	}
	for _, part := range parts {
		if !strings.Contains(body, part) {
			t.Errorf("%s %s as %d does not show %q", method, target, account, part)
		}
	}
	return body
}

var pairLink = regexp.MustCompile(`href="(/duplicates/\d+)"`)

func TestAPairIsReviewedAndWhatWasSaidCanBeTakenBack(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		h := open(t, r)
		body := h.ask(t, register.Clerk, "GET", "/duplicates", nil, 200, "Persons who may be registered twice", "strong sign")
		path := pairLink.FindStringSubmatch(body)[1]
		h.ask(t, register.Clerk, "GET", path, nil, 200, "Anna", "Karl Holm", "Carl Holm", "strong sign", path+"/judge", path+"/postpone")
		h.ask(t, register.South, "GET", path, nil, 404)
		h.ask(t, register.Village, "GET", path, nil, 403)
		h.ask(t, register.Clerk, "POST", path+"/postpone", url.Values{"ver": {"1"}, "until": {"2015-01-20"}}, 303)
		h.ask(t, register.Clerk, "POST", path+"/judge", url.Values{"ver": {"2"}, "verdict": {"different"}}, 303)
		body = h.ask(t, register.County, "GET", path, nil, 200)
		if strings.Contains(body, path+"/judge") { // of the sample
			h.ask(t, register.County, "POST", path+"/judge", url.Values{"ver": {"3"}, "verdict": {"different"}}, 303)
		}
		body = h.ask(t, register.County, "GET", path, nil, 200, "Two persons", path+"/undo")
		ver := regexp.MustCompile(`name="ver" value="(\d+)"`).FindStringSubmatch(body)[1]
		h.ask(t, register.County, "POST", path+"/undo", url.Values{"ver": {ver}}, 303)
		h.ask(t, register.Clerk, "GET", path, nil, 200, "taken back", path+"/judge")
		h.ask(t, register.County, "GET", "/duplicates/labels", nil, 200, "pair,same,weight,probability")
		h.ask(t, register.County, "GET", "/duplicates?state=lost", nil, 400)
	})
}

func TestOneCountyAsksAnotherByPage(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		h := open(t, r)
		r.Grant(register.County, "person-2", "county-office@11000000")
		body := h.ask(t, register.County, "GET", "/duplicates", nil, 200, "Possible duplicates elsewhere", "South", "Ask this county")
		if strings.Contains(body, "Kelp") {
			t.Error("the queue of the north names a hamlet of the south")
		}
		ask := regexp.MustCompile(`action="(/duplicates/\d+/ask)"`).FindStringSubmatch(body)[1]
		h.ask(t, register.County, "POST", ask, nil, 303)
		h.ask(t, register.County, "GET", "/duplicates", nil, 200, "asked, no answer yet")
		body = h.ask(t, register.South, "GET", "/duplicates", nil, 200, "Other counties ask", "Bela Stern", "another person")
		answer := regexp.MustCompile(`action="(/duplicates/\d+/answer)"`).FindStringSubmatch(body)[1]
		h.ask(t, register.South, "POST", answer, url.Values{"ver": {"1"}, "answer": {"same"}}, 303)
		h.ask(t, register.County, "GET", "/duplicates", nil, 200, "the same person")
	})
}

func TestAFormIsToldWhileItIsTypedThatSomebodyMayBeRegisteredAlready(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		h := open(t, r)
		list, err := r.Registry.List(t.Context(), r.Scope(t, register.Clerk, access.HouseholdList), registry.Filter{}, registry.Position{}, 1)
		if err != nil {
			t.Fatal(err)
		}
		number := list[0].Number
		h.ask(t, register.Clerk, "POST", "/duplicates/look", url.Values{"household": {number}, "new.name": {"Carl Holm"}, "new.birth": {"1968-02-03"}}, 200, "May be registered already", "Carl Holm")
		if body := h.ask(t, register.Clerk, "POST", "/duplicates/look", url.Values{"household": {number}, "new.name": {"Carl"}}, 200); strings.TrimSpace(body) != "" {
			t.Errorf("too little was typed, and yet: %s", body)
		}
		h.ask(t, register.South, "POST", "/duplicates/look", url.Values{"household": {number}, "new.name": {"Carl Holm"}, "new.birth": {"1968-02-03"}}, 404)
	})
}

func TestTheQueueAndAReviewAreAccessibleInEachLanguageAndWidth(t *testing.T) {
	chromium := browser.Start(t)
	r := register.Open(t, stand.New(t, storetest.SQLite(t), register.Widths), os.DirFS("../../../policy/testdata/ostania"), ".")
	r.LoadAreas(t, register.Areas)
	h := open(t, r)
	server := httptest.NewServer(h.server)
	t.Cleanup(server.Close)
	one := pairLink.FindStringSubmatch(h.ask(t, register.Clerk, "GET", "/duplicates", nil, 200))[1]
	r.Grant(register.County, "person-2", "county-office@11000000") // the queue shows what lies between counties too
	for _, lang := range []string{"en", "zh", "ur"} {
		for _, width := range []int64{360, 1920} {
			tab := chromium.Page(t, browser.View{Width: width, Languages: lang, Dark: lang == "zh"})
			for name, path := range map[string]string{"queue": "/duplicates", "none": "/duplicates?state=gone", "review": one} {
				if status := tab.Open(server.URL + path); status != 200 {
					t.Errorf("%s: status %d", path, status)
				}
				tab.Screenshot(fmt.Sprintf("duplicate-%s-%s-%d", name, lang, width))
				tab.Axe()
			}
			h.typeNewcomer(t, tab, server.URL)
			tab.Screenshot(fmt.Sprintf("duplicate-typed-%s-%d", lang, width))
			tab.Axe()
		}
	}
}
