package cases

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	identifypage "rightkey/internal/identify/page"
	identifyrest "rightkey/internal/identify/rest"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	registrypage "rightkey/internal/registry/page"
	"rightkey/internal/web"
	"rightkey/policies"
	"rightkey/test/register"
	"rightkey/test/stand"
	"rightkey/test/visitor"
)

// The accounts: who does what in a case.
const (
	official  = 31 // village-official of the first village
	colleague = 32 // village-official of the first village
	clerk     = 33 // township-clerk of the township
	office    = 34 // county-office
	second    = 35 // county-office, somebody else
	superior  = 36 // superior-office above the county
)

// county is a county under a shipped pack, with one township of one village.
type county struct {
	*register.Register
	visitor.API
	pages *visitor.Pages
	t     *testing.T
	// inspects says that the office above the county inspects it.
	inspects bool
	// deputy is who stands in for somebody; nil: nobody does.
	deputy *access.Caller
	// codes are the official codes of the areas of the first village, the widest first.
	codes []string
}

// shipped is the folder of the one shipped pack whose folder matches a pattern: no file of Go names a country.
func shipped(t testing.TB, pattern string) string {
	t.Helper()
	found, err := fs.Glob(policies.Files, pattern+"/"+policy.HeadFile)
	if err != nil || len(found) != 1 {
		t.Fatalf("%d packs match %s (%v)", len(found), pattern, err)
	}
	return path.Dir(found[0])
}

// each runs a test in a county under the shipped pack that matches a pattern, on each engine.
func each(t *testing.T, pattern string, test func(c *county)) {
	t.Helper()
	folder := shipped(t, pattern)
	stand.Each(t, widths(t, folder), func(t *testing.T, s *stand.Stand) { test(open(t, s, policies.Files, folder)) })
}

func widths(t testing.TB, folder string) string {
	t.Helper()
	var list []string
	for _, level := range levels(t, folder) {
		list = append(list, strconv.Itoa(level.Width))
	}
	return strings.Join(list, "-")
}

func levels(t testing.TB, folder string) policy.Levels {
	t.Helper()
	loader := policy.NewLoader()
	pack, err := loader.Load(policies.Files, folder)
	if err != nil {
		t.Fatal(err)
	}
	return pack.Levels
}

func open(t *testing.T, s *stand.Stand, files fs.FS, folder string) *county {
	t.Helper()
	c := &county{t: t}
	code, table, keys := "", "code,name\n", []string{}
	all := levels(t, folder)
	width := 0
	for _, level := range all {
		width += level.Width
	}
	for i, level := range all {
		code += fmt.Sprintf("%0*d", level.Width, 1)
		c.codes = append(c.codes, code)
		keys = append(keys, code+strings.Repeat("0", width-len(code)))
		table += fmt.Sprintf("%s,Place %d\n", code, i+1)
	}
	last := len(all) - 1
	c.Register = register.Open(t, s, files, folder)
	c.LoadAreas(t, table)
	for account, grant := range map[int64]string{official: "village-official@" + keys[last], colleague: "village-official@" + keys[last], clerk: "township-clerk@" + keys[last-1],
		office: "county-office@" + keys[last-2], deputy: "analyst@" + keys[last], second: "county-office@" + keys[last-2], superior: "superior-office@" + keys[0]} {
		c.Grant(account, fmt.Sprint("person-", account), grant)
	}
	c.API = visitor.NewAPI(t, c.Stand, c.who)
	identifyrest.Register(c.API.API, identifyrest.Rooms{Identify: c.Identify, Registry: c.Registry})
	identifyrest.RegisterCases(c.API.API, identifyrest.Cases{Packages: c.Packages, Cases: c.Cases, Registry: c.Registry})
	c.pages = visitor.NewPages(c.who, office)
	err := registrypage.Register(c.pages.Server, registrypage.Needs{Registry: c.Registry, Jobs: c.Jobs, Caller: visitor.Caller, Panels: []registrypage.Panel{identifypage.Panel(c.Identify), identifypage.CasePanel(c.Cases)}})
	if err != nil {
		t.Fatal(err)
	}
	identifypage.RegisterCases(c.pages.Server, identifypage.CaseNeeds{Packages: c.Packages, Cases: c.Cases, Identify: c.Identify, Registry: c.Registry, Desk: web.Desk{Caller: visitor.Caller}})
	return c
}

// who is the caller behind an account.
func (c *county) who(account int64) access.Caller {
	if account == deputy && c.deputy != nil {
		return *c.deputy
	}
	caller := c.Who(account)
	if account == superior && c.inspects {
		caller.Inspections = []access.Inspection{{Range: access.Everywhere, From: caller.Today, To: caller.Today + 365}}
	}
	return caller
}

// village is the code of the first village.
func (c *county) village() string { return c.codes[len(c.codes)-1] }

// household registers a household with a head and some members more, and answers to items in pairs of code and value.
// It returns its number.
func (c *county) household(key string, more int, answers ...string) string {
	c.t.Helper()
	m := registry.Mapping{Subject: "household", Source: "base", Key: "key", Area: "area", Day: "2013-12-31", Columns: map[string]string{}, Constants: map[string]string{}}
	for i := 0; i+1 < len(answers); i += 2 {
		m.Constants[answers[i]] = answers[i+1]
	}
	c.ImportCSV(c.t, m, "key,area\n"+key+","+c.village()+"\n")
	head, other := c.relations()
	persons := fmt.Sprintf("key,hh,name,birth,relation\n%[1]s-0,%[1]s,Ana Benu,1970-05-01,%[2]s\n", key, head)
	for i := range more {
		persons += fmt.Sprintf("%[1]s-%[2]d,%[1]s,Dara Benu,200%[2]d-02-03,%[3]s\n", key, i+1, other)
	}
	c.ImportCSV(c.t, registry.Mapping{Subject: "person", Source: "base", Key: "key", Household: "hh", Day: "2013-12-31",
		Columns: map[string]string{"name": "name", "birth": "birth", "relation": "relation"}, Constants: map[string]string{"sex": c.first("sex")}}, persons)
	return registry.Number(slices.Max(c.Everybody(c.t)))
}

// relations are the code of the head and of somebody else.
func (c *county) relations() (head, other string) {
	item, _ := c.Pack.Item(registry.SubjectPerson, registry.FieldRelation)
	for _, option := range item.Options() {
		if option.Group == registry.GroupHead {
			head = option.Code
		} else {
			other = option.Code
		}
	}
	return head, other
}

// first is the first answer of a person's item.
func (c *county) first(item string) string {
	found, _ := c.Pack.Item(registry.SubjectPerson, item)
	return found.Options()[0].Code
}

// days moves the clock on.
func (c *county) days(n int) { c.Clock.Set(c.Clock.Now().Add(time.Duration(n) * 24 * time.Hour)) }

// on sets the clock to the noon of a day.
func (c *county) on(day clock.Day) { c.Clock.Set(day.Start(time.UTC).Add(12 * time.Hour)) }

func (c *county) today() clock.Day { return c.Clock.Now().Day(time.UTC) }

// apply opens a case by the API and returns it.
func (c *county) apply(account int64, procedure string, numbers ...string) []identifyrest.Case {
	c.t.Helper()
	var opened struct{ Cases []identifyrest.Case }
	body := fmt.Sprintf(`{"procedure": %q, "households": ["%s"]}`, procedure, strings.Join(numbers, `","`))
	c.Ask(c.t, account, "POST", "/cases", body).Want(c.t, 201).Read(c.t, &opened)
	return opened.Cases
}

// file reads a case by the API.
func (c *county) file(account, id int64) (identifyrest.CaseFile, visitor.Answer) {
	c.t.Helper()
	var f identifyrest.CaseFile
	return f, c.API.Get(c.t, account, fmt.Sprint("/cases/", id)).Want(c.t, 200).Read(c.t, &f)
}

// step takes a step by the API, with all papers that it needs, and returns the answer, whatever it is.
func (c *county) try(account, id int64, step, reason string) visitor.Answer {
	c.t.Helper()
	var f identifyrest.CaseFile
	seen := c.API.Get(c.t, account, fmt.Sprint("/cases/", id)).Want(c.t, 200).Read(c.t, &f)
	var d identifyrest.Procedure
	c.API.Get(c.t, account, "/procedures/"+f.Pack+"/"+f.Procedure).Want(c.t, 200).Read(c.t, &d)
	var papers []string
	for _, s := range d.Steps {
		for _, paper := range s.Evidence {
			if s.Code == step {
				papers = append(papers, fmt.Sprintf("%q: %q", paper, "folder 3, "+paper))
			}
		}
	}
	body := fmt.Sprintf(`{"step": %q, "reason": %q, "evidence": {%s}}`, step, reason, strings.Join(papers, ","))
	return c.Ask(c.t, account, "POST", fmt.Sprintf("/cases/%d/steps", id), body, "If-Match", seen.Tag())
}

// take is try that has to succeed, and leads to a state.
func (c *county) take(account, id int64, step, state string, reason ...string) {
	c.t.Helper()
	var now identifyrest.Case
	c.try(account, id, step, strings.Join(reason, "")).Want(c.t, 200).Read(c.t, &now)
	if now.State != state {
		c.t.Fatalf("after %s the case is in %s, want %s", step, now.State, state)
	}
}

// meet holds a meeting by the API: votes are in the order of the cases, each for, against and abstained of 30 present.
func (c *county) meet(account int64, ids []int64, votes ...[3]int64) identifyrest.Meeting {
	c.t.Helper()
	var made struct{ ID int64 }
	c.Ask(c.t, account, "POST", "/sittings", fmt.Sprintf(`{"area": %q, "day": %q, "cases": [%s]}`, c.village(), c.today(), listed(ids))).Want(c.t, 201).Read(c.t, &made)
	var m identifyrest.Meeting
	at := fmt.Sprint("/sittings/", made.ID)
	seen := c.API.Get(c.t, account, at).Want(c.t, 200).Read(c.t, &m)
	var before struct{ Items []identifyrest.CaseVote }
	c.API.Get(c.t, account, at+"/votes").Want(c.t, 200).Read(c.t, &before)
	if m.Closed || len(before.Items) != len(ids) {
		c.t.Fatalf("the meeting is %+v with %+v", m, before)
	}
	var said []string
	for i, v := range votes {
		said = append(said, fmt.Sprintf(`{"case": %d, "for": %d, "against": %d, "abstain": %d}`, ids[i], v[0], v[1], v[2]))
	}
	body := fmt.Sprintf(`{"eligible": 40, "present": 30, "minutes": "All spoke.", "votes": [%s]}`, strings.Join(said, ","))
	c.Ask(c.t, account, "POST", at+"/closing", body, "If-Match", seen.Tag()).Want(c.t, 200)
	c.API.Get(c.t, account, at).Want(c.t, 200).Read(c.t, &m)
	return m
}

func listed(ids []int64) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(texts, ",")
}

// hang makes a notice of cases in an area and hangs it today, by the API.
func (c *county) hang(account int64, area string, ids ...int64) identifyrest.Notice {
	c.t.Helper()
	var made struct{ ID int64 }
	drafted := c.Ask(c.t, account, "POST", "/notices", fmt.Sprintf(`{"area": %q, "cases": [%s]}`, area, listed(ids))).Want(c.t, 201).Read(c.t, &made)
	at := fmt.Sprint("/notices/", made.ID)
	c.Ask(c.t, account, "POST", at+"/hanging", fmt.Sprintf(`{"day": %q, "photo": %q}`, c.today(), base64.StdEncoding.EncodeToString(board())), "If-Match", drafted.Tag()).Want(c.t, 200)
	var n identifyrest.Notice
	c.API.Get(c.t, account, at).Want(c.t, 200).Read(c.t, &n)
	if !n.Hangs || !n.Photo {
		c.t.Fatalf("the notice is %+v", n)
	}
	return n
}

// lines are the lines of a notice by the API.
func (c *county) lines(account int64, n identifyrest.Notice) []identifyrest.NoticeLine {
	c.t.Helper()
	var found struct{ Items []identifyrest.NoticeLine }
	c.API.Get(c.t, account, fmt.Sprint("/notices/", n.ID, "/lines")).Want(c.t, 200).Read(c.t, &found)
	return found.Items
}

// board is the picture of a board.
func board() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// escalated shows late cases one level higher and says how many clocks were red.
func (c *county) escalated() int {
	c.t.Helper()
	n, err := c.Cases.Escalate(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	return n
}

// status is the status of a household on the register.
func (c *county) status(number string) string {
	c.t.Helper()
	id, ok := registry.ParseNumber(number)
	if !ok {
		c.t.Fatalf("%q is no number", number)
	}
	found, err := c.Registry.Found(c.t.Context(), c.Scope(c.t, register.County, access.HouseholdRead), []int64{id})
	if err != nil || len(found) != 1 {
		c.t.Fatalf("%v %v", found, err)
	}
	return found[0].Status
}
