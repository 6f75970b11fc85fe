package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rightkey/test/browser"
)

// The walk opens every page of the house as everybody: the demonstration county, each role. A new page is walked to
// without being named here, as soon as the world of the walk holds the record that its address names; a page that nobody
// can open fails the walk. With RIGHTKEY_WALK, an expression for routes ("." for all), it also looks at the pages as
// people see them, in each language, on a telephone and on a wide desk, which takes minutes.

// moreViews are the states of a page besides its plain address, by route: what stands behind the path.
var moreViews = map[string][]string{
	"/{$}":                        {"?area={village}"},
	"/areas":                      {"?parent={county}", "?q=none"},
	"/areas/{key}/form/change":    {"?section={section}"},
	"/cases":                      {"?all=1", "?ended=1"},
	"/cases/{id}":                 {"/../{decided}"},
	"/cases/{id}/letter":          {"/../../{decided}/letter"},
	"/changes":                    {"?state=applied"},
	"/changes/{id}":               {"/../{conflict}", "/../{acted}"},
	"/households":                 {"?area={county}&poor=1", "?status=none"},
	"/households/{number}":        {"/../{moving}"},
	"/households/{number}/change": {"?section=core", "?section=house", "?year=2013"},
	"/households/{number}/entry":  {"?subject=income&year=2013", "?subject=expenditure&year=2013"},
	"/households/{number}/roster": {"?act=newborn", "?act=died", "?act=married", "?act=split", "?act=new_head", "?act=identity", "?act=moved_village", "?act=moved_county"},
	"/imports/{id}":               {"/../{uploaded}", "/../{checked}"},
	"/problems":                   {"?severity=fatal", "?state=accepted"},
	"/sittings/{id}":              {"/../{called}"},
	"/sittings/{id}/package":      {"/../../{called}/package"},
	"/windows":                    {"?id={window}"},
	"/identify/{run}":             {"?area={county}"},
	"/identify/scenario":          {"?a=line&a_amount=3000&benefit=1200&b=share&b_amount=20"},
	"/norms":                      {"?area={county}&year=2014"},
}

// withoutWalk are GET routes that the demonstration does not serve, and why.
var withoutWalk = map[string]string{
	"/assets/{name}": "files of the look itself, which every page loads",
}

// sight is a page as one role sees it.
type sight struct {
	route, path, login string
	first              bool // no role before saw the same
}

func TestEveryPageIsFitToUse(t *testing.T) {
	w := openWalk(t)
	w.seen.forget()
	sights := w.sights(t)
	w.readNoTableWhole(t)
	if os.Getenv("RIGHTKEY_WALK") == "" {
		return
	}
	chromium := browser.Start(t)
	logins := slices.Sorted(maps.Keys(w.people))
	for n, login := range logins {
		t.Run(login, func(t *testing.T) {
			tab := chromium.Page(t, browser.View{})
			w.sign(tab, login)
			for i, s := range slices.Collect(sights.of(login)) {
				for _, look := range looks(s, n+i) {
					w.look(t, tab, s, look)
				}
			}
		})
	}
}

// look is a way of looking at a page. What axe finds depends on neither the language nor, but for the cards of a
// telephone, on the width: three looks of six are enough for it.
type look struct {
	lang  string
	width int64
	axe   bool
}

var allLooks = []look{{"en", 360, true}, {"en", 1920, false}, {"zh", 360, false}, {"zh", 1920, true}, {"ur", 360, true}, {"ur", 1920, false}}

// looks are all ways to look at what is seen for the first time, and one in turn at what differs a little.
func looks(s sight, turn int) []look {
	if s.first {
		return allLooks
	}
	return allLooks[turn%len(allLooks):][:1]
}

// look looks at one page in one way.
func (w *walk) look(t *testing.T, tab *browser.Page, s sight, l look) {
	name := fmt.Sprintf("%s-%s-%s-%d", fileName(s.path, w.ids), s.login, l.lang, l.width)
	noted := &notes{TB: t, about: fmt.Sprintf("%s as %s, %s at %d", s.path, s.login, l.lang, l.width)}
	at := tab.For(noted)
	at.Look(browser.View{Width: l.width, Height: 900, Languages: l.lang})
	if status := at.Open(w.url + s.path); status != http.StatusOK {
		noted.Errorf("status %d", status)
		return
	}
	at.Screenshot(name)
	at.Legible()
	at.Fits()
	if l.axe && s.first {
		at.Axe()
	}
	if l == allLooks[0] {
		at.Keyboard()
	}
	for _, complaint := range tab.Forget() {
		noted.Errorf("the page complains: %s", complaint)
	}
}

// notes are failures that say which page they are about.
type notes struct {
	testing.TB
	about string
}

func (n *notes) Helper() {}

func (n *notes) Errorf(format string, args ...any) {
	n.TB.Errorf("%s: %s", n.about, fmt.Sprintf(format, args...))
}

// sightings are all pages of all roles.
type sightings []sight

func (all sightings) of(login string) func(yield func(sight) bool) {
	return func(yield func(sight) bool) {
		for _, s := range all {
			if s.login == login && !yield(s) {
				return
			}
		}
	}
}

// sights opens every GET route as everybody and returns what a person would look at. A route that nobody can open is a
// failure; what answers with something else than a whole page is no page.
func (w *walk) sights(t *testing.T) sightings {
	t.Helper()
	var all sightings
	only := regexp.MustCompile(os.Getenv("RIGHTKEY_WALK"))
	for _, r := range w.pages.Routes() {
		if r.Method != http.MethodGet || withoutWalk[r.Pattern] != "" {
			continue
		}
		if !only.MatchString(r.Pattern) {
			continue
		}
		opened := 0
		for _, more := range append([]string{""}, moreViews[r.Pattern]...) {
			found := w.sightsOf(t, r.Pattern, more)
			opened += len(found)
			all = append(all, found...)
		}
		if opened == 0 {
			t.Errorf("nobody can open %s of the demonstration: give the walk the record that it shows, or a reason without one", r.Pattern)
		}
	}
	return all
}

var mainPart = regexp.MustCompile(`(?s)<main[ >].*</main>|<body class="paper".*</body>`)

// sightsOf opens a route as everybody; a file or a part of a page counts as opened and is not looked at.
func (w *walk) sightsOf(t *testing.T, pattern, more string) sightings {
	t.Helper()
	var found sightings
	met := map[[32]byte]bool{}
	for _, login := range slices.Sorted(maps.Keys(w.people)) {
		path := w.place(pattern, more)
		answer, err := w.people[login].Get(w.url + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if leads := answer.Header.Get("Location"); leads != "" && login == "county" && !strings.HasPrefix(leads, "/me/") {
			return sightings{{route: pattern}} // a way to another page
		}
		if answer.StatusCode != http.StatusOK {
			if answer.StatusCode >= 500 {
				t.Errorf("%s as %s: status %d", path, login, answer.StatusCode)
			}
			continue
		}
		part := mainPart.Find(body)
		if part == nil {
			return sightings{{route: pattern}} // nobody's
		}
		seen := sha256.Sum256(part)
		found = append(found, sight{route: pattern, path: path, login: login, first: !met[seen]})
		met[seen] = true
	}
	return thin(found)
}

// thin leaves out who sees the very page that somebody else saw, and looks closely only at the fullest.
func thin(found sightings) sightings {
	found = slices.DeleteFunc(found, func(s sight) bool { return !s.first })
	for i := range found {
		found[i].first = i == len(found)-1
	}
	return found
}

// place is the address of a route with the records of the world.
func (w *walk) place(pattern, more string) string {
	at := w.address(pattern)
	if strings.HasPrefix(more, "/../") {
		return path.Join(at, w.fill(more))
	}
	return at + w.fill(more)
}

// fileName is a page's address as the name of a picture, with the kinds of records in place of the records.
func fileName(path string, ids map[string]string) string {
	for name, value := range ids {
		if len(value) > 3 {
			path = strings.ReplaceAll(path, value, strings.Trim(name, "{}"))
		}
	}
	name := regexp.MustCompile(`[^\pL\pN]+`).ReplaceAllString(path, "-")
	if name = strings.Trim(name, "-"); name == "" {
		return "overview"
	}
	return name
}

// sign gives a tab the session of somebody.
func (w *walk) sign(tab *browser.Page, login string) {
	at, err := url.Parse(w.url)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, c := range w.people[login].Jar.Cookies(at) {
		tab.Cookie(w.url, c.Name, c.Value)
	}
}
