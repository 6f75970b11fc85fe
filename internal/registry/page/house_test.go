package page_test

import (
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/job"
	officeroom "rightkey/internal/office"
	"rightkey/internal/policy"
	"rightkey/internal/policy/library"
	"rightkey/internal/registry"
	"rightkey/internal/registry/page"
	"rightkey/internal/store"
	"rightkey/internal/table"
	"rightkey/test/stand"
	"rightkey/test/visitor"
)

// The accounts of the tests.
const (
	office  = 2 // county office, everywhere
	clerk   = 3 // township clerk in the north
	village = 4 // village official of Reef
	second  = 5 // another county office, everywhere
	analyst = 6
	south   = 7 // county office of the south
	admin   = 8
	auditor = 9
)

var grants = map[int64]string{office: "county-office", clerk: "township-clerk@11000000", village: "village-official@11001001", second: "county-office", analyst: "analyst",
	south: "county-office@12000000", admin: "administrator", auditor: "auditor"}

const areas = "code,name,name_zh\n11,North,北县\n11001,Cove,\n11001001,Reef,礁村\n11001002,Shoal,\n11002,Dune,\n11002001,Marram,\n12,South,南县\n12001,Bay,\n12001001,Kelp,\n"

// house is a register of a made-up country with its pages.
type house struct {
	*stand.Stand
	*visitor.Pages
	Registry  *registry.Service
	Jobs      *job.Runner
	Approvals *officeroom.Approvals
	accounts  map[int64]access.Caller
}

func each(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	stand.Each(t, "2-3-3", func(t *testing.T, s *stand.Stand) { test(t, open(t, s)) })
}

func open(t *testing.T, s *stand.Stand) *house {
	t.Helper()
	return furnish(t, s, os.DirFS("../../policy/testdata"), "ostania", areas)
}

// haven runs a test in a made-up country whose forms ask for dwellings, income and expenditure.
func haven(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	stand.Each(t, "2-3-3", func(t *testing.T, s *stand.Stand) {
		h := furnish(t, s, os.DirFS("../testdata"), "havenland", areas)
		h.load(t, office, registry.Mapping{Subject: "household", Source: "farm", Key: "key", Area: "area", Day: "2013-12-31",
			Columns: map[string]string{"status": "status", "oats": "oat_land", "goats": "goats", "roof": "dwelling.roof", "wage": "income[wage]"}},
			"key,area,status,oats,goats,roof,wage\nf1,11001001,poor,2.5,3,reed,1000\nf2,11001002,well,,,,\n")
		h.load(t, office, registry.Mapping{Subject: "person", Source: "farm", Key: "key", Household: "hh", Day: "2013-12-31", Columns: map[string]string{"name": "name", "sex": "sex", "rel": "relation"}},
			"key,hh,name,sex,rel\ns1,f1,Ann Oat,f,head\ns2,f1,Ben Oat,m,kin\ns3,f2,Cat Rye,f,head\n")
		test(t, h)
	})
}

// furnish opens a register under a pack, with areas.
func furnish(t *testing.T, s *stand.Stand, packFiles fs.FS, folder, areas string) *house {
	t.Helper()
	ctx := t.Context()
	loader := policy.NewLoader()
	registry.RegisterSections(loader)
	packs, err := library.Open(ctx, s.DB, s.Journal, loader)
	if err != nil {
		t.Fatal(err)
	}
	edit := stand.Scope(t, s.Caller(1, "admin", "administrator"), access.PackEdit)
	pack, err := packs.Install(ctx, edit, packFiles, folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := packs.Use(ctx, edit, 0, longAgo, pack); err != nil {
		t.Fatal(err)
	}
	s.LoadAreas(t, areas)
	h := &house{Stand: s, Jobs: job.NewRunner(s.DB, s.Ids, s.Clock), accounts: map[int64]access.Caller{}}
	h.Pages = visitor.NewPages(func(account int64) access.Caller { return h.accounts[account] }, office)
	h.Approvals = officeroom.NewApprovals(s.DB, s.Journal, s.Areas.Scheme())
	h.Approvals.Register(registry.ApprovalKinds()...)
	h.Registry = registry.NewService(registry.Needs{DB: s.DB, Journal: s.Journal, Keys: s.Keys, Areas: s.Areas, Packs: packs, Changes: change.NewService(s.DB, s.Journal), Jobs: h.Jobs, Approvals: h.Approvals, MostCounted: 1,
		Caller: func(_ context.Context, account int64) (access.Caller, error) { return h.accounts[account], nil }})
	for account, grant := range grants {
		h.accounts[account] = s.Caller(account, fmt.Sprint("person-", account), grant)
	}
	running, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { h.Jobs.Run(running); close(ended) }()
	t.Cleanup(func() { stop(); <-ended })
	if err := page.Register(h.Server, page.Needs{Registry: h.Registry, Jobs: h.Jobs, Ring: s.Keys.Ring(), Caller: visitor.Caller}); err != nil {
		t.Fatal(err)
	}
	return h
}

// scope decides for an account.
func (h *house) scope(t *testing.T, account int64, verb access.Verb) access.Scope {
	t.Helper()
	return stand.Scope(t, h.accounts[account], verb)
}

// load imports text and waits for the end.
func (h *house) load(t *testing.T, account int64, m registry.Mapping, csv string) {
	t.Helper()
	r, err := table.NewCSV(strings.NewReader(csv), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	scope := h.scope(t, account, access.ImportRun)
	im, err := h.Registry.Upload(t.Context(), scope, "test.csv", r)
	if err != nil {
		t.Fatal(err)
	}
	if im, err = h.Registry.Apply(t.Context(), scope, im.ID, im.Ver, m, registry.Stop); err != nil {
		t.Fatal(err)
	}
	if im = h.wait(t, im.ID); im.State != registry.Imported {
		report, _ := h.Registry.Report(t.Context(), scope, im.ID, 0, 10)
		t.Fatalf("the import ended %s: %+v", im.State, report)
	}
}

// wait waits until an import's job has ended.
func (h *house) wait(t *testing.T, id int64) registry.Import {
	t.Helper()
	scope := h.scope(t, office, access.ImportRun)
	for range 4000 {
		im, err := h.Registry.GetImport(t.Context(), scope, id)
		if err != nil {
			t.Fatal(err)
		}
		j, err := h.Jobs.Get(t.Context(), h.accounts[office], im.Job)
		if err != nil {
			t.Fatal(err)
		}
		if j.State.Ended() {
			if im, err = h.Registry.GetImport(t.Context(), scope, id); err != nil {
				t.Fatal(err)
			}
			return im
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the import did not end")
	return registry.Import{}
}

var households = registry.Mapping{Subject: "household", Source: "base", Key: "key", Area: "area", Day: "2013-12-31",
	Columns: map[string]string{"status": "status", "nets": "drift_nets", "lamp": "lamp", "catch": "catch_value"}}
var persons = registry.Mapping{Subject: "person", Source: "base", Key: "key", Household: "hh", Day: "2013-12-31",
	Columns: map[string]string{"name": "name", "sex": "sex", "birth": "birth", "id": "national_id", "rel": "relation", "fever": "salt_fever"}}

const householdRows = "key,area,status,nets,lamp,catch\nh1,11001001,stranded,3,yes,100\nh2,11001002,afloat,0,no,0\nh3,12001001,stranded,,,\n"
const personRows = "key,hh,name,sex,birth,id,rel,fever\np1,h1,Ana Reef,f,1970-05-01,1234567897,head,yes\np2,h1,Bo Reef,m,1999-01-02,,kin,\np3,h2,Cy Shoal,m,1960-01-01,9876543217,head,no\np4,h3,Di Kelp,f,1980-02-29,1234567897,head,no\n"

// fill imports three households of two counties with four persons.
func (h *house) fill(t *testing.T) {
	t.Helper()
	h.load(t, office, households, householdRows)
	h.load(t, office, persons, personRows)
}

// find returns the household in an area.
func (h *house) find(t *testing.T, area string) registry.Household {
	t.Helper()
	scope := h.scope(t, office, access.HouseholdList)
	f, err := h.Registry.ParseFilter(t.Context(), scope, url.Values{"area": {area}})
	if err != nil {
		t.Fatal(err)
	}
	list, err := h.Registry.List(t.Context(), scope, f, registry.Position{}, 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("households in %s: %+v %v", area, list, err)
	}
	return list[0]
}

// events counts the journal's events of a kind.
func (h *house) events(t *testing.T, kind string) int {
	t.Helper()
	rows, err := h.Raw.Query(t.Context(), "SELECT count(*) FROM event WHERE kind = $1", kind)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}

// reef is the household of Ana Reef.
func (h *house) reef(t *testing.T) registry.Household {
	t.Helper()
	scope := h.scope(t, office, access.HouseholdList)
	list, err := h.Registry.List(t.Context(), scope, registry.Filter{Name: "Ana Reef"}, registry.Position{}, 2)
	if err != nil || len(list) != 1 {
		t.Fatalf("households of Ana Reef: %+v %v", list, err)
	}
	return list[0]
}

// idOf is the number of an import in its address.
func idOf(t *testing.T, path string) int64 {
	t.Helper()
	path, _, _ = strings.Cut(strings.TrimPrefix(path, "/imports/"), "?")
	id, err := strconv.ParseInt(path, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// trial sends the form of the columns as the page proposes it, completed by hand, and waits for the end of the trial.
func (h *house) trial(t *testing.T, path string) string {
	t.Helper()
	page := h.Get(t, office, path).Want(t, 200)
	form := []string{"ver", hidden(t, page.Body, "ver"), "keep", "columns: {}\nsource: x\nsubject: household\nkey: key\n", "subject", "household", "source", "base", "day", "2014-06-30",
		"key", "key", "area", "area", "column.2", "status", "column.3", "drift_nets", "column.4", "lamp"}
	path, _, _ = strings.Cut(path, "?")
	h.Post(t, office, path+"/check", form...).Want(t, 303)
	h.wait(t, idOf(t, path))
	return path
}

// hidden is the value of a form's hidden field.
func hidden(t *testing.T, body, name string) string {
	t.Helper()
	_, rest, found := strings.Cut(body, `name="`+name+`" value="`)
	value, _, _ := strings.Cut(rest, `"`)
	if !found {
		t.Fatalf("the page has no hidden field %q", name)
	}
	return value
}

// addEntries stores entries of 2013 for a household, as a file with classes of income does under a pack that has them.
func (h *house) addEntries(t *testing.T, of registry.Household, entries ...registry.Entry) {
	t.Helper()
	from, to := int64(clock.Date(2013, 1, 1)), int64(clock.Date(2013, 12, 31))
	err := h.Raw.Tx(t.Context(), func(tx store.Tx) error {
		for i, e := range entries {
			_, err := tx.Exec(t.Context(), "INSERT INTO entry (home, id, household, person, subject, class, source, from_day, to_day, minor, currency, origin) VALUES ($1, $2, $3, 0, $4, $5, '', $6, $7, $8, 'OST', '')",
				of.Home, of.ID+1_000_000+int64(i), of.ID, e.Subject, e.Class, from, to, e.Minor)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
