package registry_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/office"
	"rightkey/internal/policy"
	"rightkey/internal/policy/library"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
	"rightkey/internal/table"
	"rightkey/test/stand"
)

var ctx = context.Background()

// house is a stand with the made-up country's pack in use, a registry and a running job runner.
type house struct {
	*stand.Stand
	Registry *registry.Service
	Changes  *change.Service
	Jobs     *job.Runner
	accounts map[int64]access.Caller

	Approvals *office.Approvals
}

const areas = "code,name\n11,North\n11001,Cove\n11001001,Reef\n11001002,Shoal\n11002,Dune\n11002001,Marram\n12,South\n12001,Bay\n12001001,Kelp\n"

func each(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	stand.Each(t, "2-3-3", func(t *testing.T, s *stand.Stand) { test(t, open(t, s)) })
}

func open(t testing.TB, s *stand.Stand) *house {
	t.Helper()
	return furnish(t, s, "../policy/testdata", "ostania")
}

// furnish opens a register under a pack of a folder.
func furnish(t testing.TB, s *stand.Stand, folder, name string) *house {
	t.Helper()
	loader := policy.NewLoader()
	registry.RegisterSections(loader)
	packs, err := library.Open(ctx, s.DB, s.Journal, loader)
	if err != nil {
		t.Fatal(err)
	}
	admin := stand.Scope(t, s.Caller(1, "admin", "administrator"), access.PackEdit)
	pack, err := packs.Install(ctx, admin, os.DirFS(folder), name)
	if err != nil {
		t.Fatal(err)
	}
	if err := packs.Use(ctx, admin, 0, clock.Date(2000, 1, 1), pack); err != nil {
		t.Fatal(err)
	}
	s.LoadAreas(t, areas)
	h := &house{Stand: s, Changes: change.NewService(s.DB, s.Journal), Jobs: job.NewRunner(s.DB, s.Ids, s.Clock), accounts: map[int64]access.Caller{}}
	h.Approvals = office.NewApprovals(s.DB, s.Journal, s.Areas.Scheme())
	h.Approvals.Register(registry.ApprovalKinds()...)
	h.Registry = registry.NewService(registry.Needs{DB: s.DB, Journal: s.Journal, Keys: s.Keys, Areas: s.Areas, Packs: packs, Changes: h.Changes, Jobs: h.Jobs, Approvals: h.Approvals,
		Caller: func(_ context.Context, account int64) (access.Caller, error) { return h.accounts[account], nil }})
	running, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() { h.Jobs.Run(running); close(ended) }()
	t.Cleanup(func() { stop(); <-ended })
	for account, grant := range map[int64]string{2: "county-office", 3: "township-clerk@11000000", 4: "village-official@11001001", 5: "county-office", 6: "analyst", 7: "county-office@12000000"} {
		h.accounts[account] = s.Caller(account, fmt.Sprint("person-", account), grant)
	}
	return h
}

func (h *house) scope(t *testing.T, account int64, verb access.Verb) access.Scope {
	t.Helper()
	return stand.Scope(t, h.accounts[account], verb)
}

// importCSV imports text and waits for the end.
func (h *house) importCSV(t *testing.T, account int64, m registry.Mapping, onError registry.OnError, csv string) (registry.Import, job.Job) {
	t.Helper()
	r, err := table.NewCSV(strings.NewReader(csv), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	scope := h.scope(t, account, access.ImportRun)
	im, err := h.Registry.Upload(ctx, scope, "test.csv", r)
	if err != nil {
		t.Fatal(err)
	}
	if im, err = h.Registry.Apply(ctx, scope, im.ID, im.Ver, m, onError); err != nil {
		t.Fatal(err)
	}
	return h.wait(t, account, im.ID)
}

func (h *house) wait(t *testing.T, account, id int64) (registry.Import, job.Job) {
	t.Helper()
	scope := h.scope(t, account, access.ImportRun)
	for range 2000 {
		im, err := h.Registry.GetImport(ctx, scope, id)
		if err != nil {
			t.Fatal(err)
		}
		j, err := h.Jobs.Get(ctx, h.accounts[account], im.Job)
		if err != nil {
			t.Fatal(err)
		}
		if j.State.Ended() { // the import's own end was stored before
			if im, err = h.Registry.GetImport(ctx, scope, id); err != nil {
				t.Fatal(err)
			}
			return im, j
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the import did not end")
	return registry.Import{}, job.Job{}
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
	for _, f := range []struct {
		m   registry.Mapping
		csv string
		n   int64
	}{{households, householdRows, 3}, {persons, personRows, 4}} {
		im, j := h.importCSV(t, 2, f.m, registry.Stop, f.csv)
		if im.State != registry.Imported || j.Counts.Created != f.n || j.Counts.In != f.n {
			report, _ := h.Registry.Report(ctx, h.scope(t, 2, access.ImportRun), im.ID, 0, 100)
			t.Fatalf("import of %s: %s %+v %s %+v", f.m.Subject, im.State, j.Counts, j.Error, report)
		}
	}
}

// find returns the household in an area.
func (h *house) find(t *testing.T, area string) registry.Household {
	t.Helper()
	scope := h.scope(t, 2, access.HouseholdList)
	f, err := h.Registry.ParseFilter(ctx, scope, map[string][]string{"area": {area}})
	if err != nil {
		t.Fatal(err)
	}
	list, err := h.Registry.List(ctx, scope, f, registry.Position{}, 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("households in %s: %+v %v", area, list, err)
	}
	return list[0]
}

func TestAnImportFillsTheRegisterAndTheFileShowsIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row := h.find(t, "11001001")
		if row.HeadName != "Ana Reef" || row.Members != 2 || row.Status != "stranded" {
			t.Errorf("row %+v", row)
		}
		f, err := h.Registry.Open(ctx, h.scope(t, 2, access.HouseholdRead), row.ID)
		if err != nil {
			t.Fatal(err)
		}
		if f.Facts["drift_nets"] != int64(3) || f.Facts["lamp"] != true || f.Facts["catch_value"] != int64(100) {
			t.Errorf("facts %v", f.Facts)
		}
		if len(f.Members) != 2 || !f.Members[0].IsHead || f.Members[0].IDTail != "7897" || f.Members[0].IDState != "confirmed" {
			t.Errorf("members %+v", f.Members)
		}
		if len(f.Statuses) != 1 || f.Statuses[0].From != clock.Date(2013, 12, 31) {
			t.Errorf("statuses %+v", f.Statuses)
		}
		other := h.find(t, "12001001")
		g, err := h.Registry.Open(ctx, h.scope(t, 2, access.HouseholdRead), other.ID)
		if err != nil || g.Members[0].IDState != "provisional" {
			t.Errorf("the second claimant of a number is %+v (%v), want provisional", g.Members, err)
		}
	})
}

func TestImportingTheSameFilesAgainChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		before := h.find(t, "11001001")
		for _, f := range []struct {
			m   registry.Mapping
			csv string
			n   int64
		}{{households, householdRows, 3}, {persons, personRows, 4}} {
			if im, j := h.importCSV(t, 2, f.m, registry.Stop, f.csv); j.Counts.Unchanged != f.n || im.State != registry.Imported {
				t.Errorf("again: %+v %s", j.Counts, j.Error)
			}
		}
		if after := h.find(t, "11001001"); after != before {
			t.Errorf("household changed from %+v to %+v", before, after)
		}
	})
}

func TestRejectedRowsAreNamedAndStopOrSkip(t *testing.T) {
	const wrong = "key,area,status,nets,lamp,catch\nh1,11001001,stranded,3,yes,100\nh1,11001002,afloat,1,no,0\nh3,99999999,afloat,1,,\nh4,11001001,sunk,1,,\nh5,11001001,afloat,99,,\n,11001001,afloat,1,,\nh7,11002001,afloat,2,maybe,\nh8,11002001,afloat,2,yes,5\n"
	want := map[int]string{2: "key", 3: "area", 4: "status", 5: "nets", 6: "key", 7: "lamp"}
	each(t, func(t *testing.T, h *house) {
		im, j := h.importCSV(t, 2, households, registry.Stop, wrong)
		if im.State != registry.Stopped || j.Counts.Rejected != 6 || j.Counts.In != 8 {
			t.Fatalf("stop: %s %+v %s", im.State, j.Counts, j.Error)
		}
		scope := h.scope(t, 2, access.HouseholdList)
		if n, _, err := h.Registry.Count(ctx, scope, registry.Filter{}); err != nil || n != 0 {
			t.Errorf("%d households stored by a stopped import (%v)", n, err)
		}
		report, err := h.Registry.Report(ctx, h.scope(t, 2, access.ImportRun), im.ID, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		got := map[int]string{}
		for _, row := range report {
			if row.State == "rejected" {
				got[row.N] = row.Problems[0].Column
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("rejected %v, want %v", got, want)
		}
		im, j = h.importCSV(t, 2, households, registry.Skip, wrong)
		c := j.Counts
		if im.State != registry.Imported || c.Created != 2 || c.Rejected != 6 || c.In != c.Created+c.Updated+c.Unchanged+c.Rejected {
			t.Errorf("skip: %s %+v", im.State, c)
		}
	})
}

func TestAHouseholdKeepsOneHead(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		const second = "key,hh,name,sex,birth,id,rel,fever\np9,h1,Eve Reef,f,1971-05-01,,head,\n"
		if _, j := h.importCSV(t, 2, persons, registry.Skip, second); j.Counts.Rejected != 1 {
			t.Errorf("a second head: %+v", j.Counts)
		}
		const two = "key,area,status,nets,lamp,catch\nh9,11001001,stranded,3,yes,100\n"
		h.importCSV(t, 2, households, registry.Stop, two)
		const heads = "key,hh,name,sex,birth,id,rel,fever\nq1,h9,A,f,1971-05-01,,head,\nq2,h9,B,f,1971-05-01,,head,\n"
		if _, j := h.importCSV(t, 2, persons, registry.Skip, heads); j.Counts.Created != 1 || j.Counts.Rejected != 1 {
			t.Errorf("two heads in a file: %+v", j.Counts)
		}
	})
}

func TestTwoFilesAtOnceGiveAHouseholdOneHead(t *testing.T) {
	first := stand.New(t, storetest.Postgres(t), "2-3-3") // an embedded database has one process only
	h := open(t, first)
	other := open(t, first) // a second process on the same database
	const rows = 12
	var hamlets strings.Builder
	hamlets.WriteString("key,area,status,nets,lamp,catch\n")
	for i := range rows {
		fmt.Fprintf(&hamlets, "h%d,11001001,stranded,3,yes,100\n", i)
	}
	h.importCSV(t, 2, households, registry.Stop, hamlets.String())
	var wait sync.WaitGroup
	counts := make([]job.Counts, 2)
	for n, at := range []*house{h, other} {
		wait.Go(func() {
			var file strings.Builder
			file.WriteString("key,hh,name,sex,birth,id,rel,fever\n")
			for i := range rows {
				fmt.Fprintf(&file, "p%d-%d,h%d,Head %d,f,1970-05-01,,head,\n", n, i, i, n)
			}
			_, j := at.importCSV(t, 2, persons, registry.Skip, file.String())
			counts[n] = j.Counts
		})
	}
	wait.Wait()
	if sum := counts[0].Add(counts[1]); sum.In != 2*rows || sum.Created != rows || sum.Rejected != rows {
		t.Errorf("counts %+v, want every household to take one head and refuse the other", counts)
	}
	var wrong int64
	err := store.One(ctx, h.Raw, `SELECT count(*) FROM household h WHERE (SELECT count(*) FROM membership m WHERE m.home = h.home AND m.household = h.id AND m.head = 1 AND m.to_day IS NULL) <> 1
		OR h.members <> 1 OR h.head = 0`, nil, &wrong)
	if err != nil || wrong != 0 {
		t.Errorf("%d households have not exactly one head (%v)", wrong, err)
	}
}

func TestOutOfScopeMeansAbsent(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		far := h.find(t, "12001001")
		if _, err := h.Registry.Open(ctx, h.scope(t, 4, access.HouseholdRead), far.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("opening: %v", err)
		}
		scope := h.scope(t, 4, access.HouseholdList)
		if n, p, err := h.Registry.Count(ctx, scope, registry.Filter{}); err != nil || n != 1 || p != 2 {
			t.Errorf("counts %d and %d (%v), want 1 and 2", n, p, err)
		}
		if _, err := h.Registry.ParseFilter(ctx, scope, map[string][]string{"area": {"12"}}); !fault.Is(err, fault.NotFound) {
			t.Errorf("filter on an area out of scope: %v", err)
		}
		cells, err := h.Registry.Breakdown(ctx, scope, registry.Filter{})
		if err != nil || len(cells) != 1 || cells[0].Households != 1 {
			t.Errorf("breakdown %+v (%v)", cells, err)
		}
		if found, err := h.Registry.List(ctx, scope, registry.Filter{Number: far.Number}, registry.Position{}, 5); err != nil || len(found) != 0 {
			t.Errorf("by number: %+v (%v)", found, err)
		}
		_, err = h.Changes.Submit(ctx, h.scope(t, 4, access.HouseholdEdit), change.Draft{Source: change.Page, Title: "x",
			Rows: []change.Row{{SubjectKind: "household", Subject: far.ID, BaseVer: 2, Set: change.Values{"lamp": true}}}})
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("editing: %v", err)
		}
		if _, j := h.importCSV(t, 7, households, registry.Skip, householdRows); j.Counts.Rejected != 2 || j.Counts.Unchanged != 1 {
			t.Errorf("importing over a neighbour's households: %+v", j.Counts)
		}
	})
}

func TestFiltersSelectAndUnknownOnesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		scope := h.scope(t, 2, access.HouseholdList)
		cases := map[string]int{"status=stranded": 2, "status=afloat": 1, "i.household.lamp=true": 1, "i.household.drift_nets.min=1": 1, "i.household.drift_nets.max=2": 1,
			"name=Cy": 1, "name=Zz": 0, "area=11": 2, "area=11001001": 1, "i.household.catch_value.min=50": 1}
		for text, want := range cases {
			name, value, _ := strings.Cut(text, "=")
			f, err := h.Registry.ParseFilter(ctx, scope, map[string][]string{name: {value}})
			if err != nil {
				t.Errorf("%s: %v", text, err)
				continue
			}
			list, err := h.Registry.List(ctx, scope, f, registry.Position{}, 10)
			n, _, countErr := h.Registry.Count(ctx, scope, f)
			if err != nil || countErr != nil || len(list) != want || n != int64(want) {
				t.Errorf("%s lists %d and counts %d, want %d (%v, %v)", text, len(list), n, want, err, countErr)
			}
		}
		for _, text := range []string{"colour=red", "i.household.nonsense=1", "i.household.motto=x", "i.person.salt_fever=true", "i.household=1", "i.household.drift_nets.most=1", "number=12"} {
			name, value, _ := strings.Cut(text, "=")
			f, err := h.Registry.ParseFilter(ctx, scope, map[string][]string{name: {value}})
			if err == nil {
				_, err = h.Registry.List(ctx, scope, f, registry.Position{}, 10)
			}
			if k := fault.KindOf(err); k != fault.Invalid && k != fault.Forbidden {
				t.Errorf("%s: %v, want it refused", text, err)
			}
		}
	})
}

func TestAProtectedFieldWaitsForASecondPerson(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row := h.find(t, "11001001")
		edit := h.scope(t, 3, access.HouseholdEdit)
		draft := change.Draft{Source: change.Page, Title: "status", Reason: "visit", Rows: []change.Row{{SubjectKind: "household", Subject: row.ID, BaseVer: row.Ver, Set: change.Values{"status": "refloated"}}}}
		set, err := h.Changes.Submit(ctx, edit, draft)
		if err != nil || set.State != change.Waiting {
			t.Fatalf("%+v %v", set, err)
		}
		if now := h.find(t, "11001001"); now.Status != "stranded" {
			t.Error("the status changed before anybody agreed")
		}
		own := h.scope(t, 3, access.ChangeDecide)
		if _, err := h.Changes.Approve(ctx, own, set.ID, set.Ver, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("approving one's own change: %v", err)
		}
		twin := h.Caller(99, "person-3", "county-office")
		if _, err := h.Changes.Approve(ctx, stand.Scope(t, twin, access.ChangeDecide), set.ID, set.Ver, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("approving with a second account of the same person: %v", err)
		}
		decide := h.scope(t, 2, access.ChangeDecide)
		if _, err := h.Changes.Approve(ctx, decide, set.ID, set.Ver, "agreed"); err != nil {
			t.Fatal(err)
		}
		now := h.find(t, "11001001")
		if now.Status != "refloated" || now.Ver != row.Ver+1 {
			t.Errorf("after approval %+v", now)
		}
		if _, err := h.Changes.Approve(ctx, decide, set.ID, set.Ver+1, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("approving twice: %v", err)
		}
		stale := draft
		stale.Rows = []change.Row{{SubjectKind: "household", Subject: row.ID, BaseVer: row.Ver, Set: change.Values{"lamp": false}}}
		if _, err := h.Changes.Submit(ctx, edit, stale); !fault.Is(err, fault.Stale) {
			t.Errorf("a stale edit of a page: %v", err)
		}
	})
}

func TestTwoApproversAtOnceMakeOneDecision(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row := h.find(t, "11001001")
		set, err := h.Changes.Submit(ctx, h.scope(t, 3, access.HouseholdEdit), change.Draft{Source: change.Page, Title: "status",
			Rows: []change.Row{{SubjectKind: "household", Subject: row.ID, BaseVer: row.Ver, Set: change.Values{"status": "refloated"}}}})
		if err != nil {
			t.Fatal(err)
		}
		results := make(chan error, 2)
		for _, account := range []int64{2, 5} {
			scope := h.scope(t, account, access.ChangeDecide)
			go func() { _, err := h.Changes.Approve(ctx, scope, set.ID, set.Ver, ""); results <- err }()
		}
		first, second := <-results, <-results
		if (first == nil) == (second == nil) {
			t.Errorf("two approvals at once: %v and %v, want exactly one", first, second)
		}
		if now := h.find(t, "11001001"); now.Ver != row.Ver+1 {
			t.Errorf("version went from %d to %d", row.Ver, now.Ver)
		}
	})
}

func TestAnOfflineEditOfARecordThatMovedOnKeepsBothValues(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row := h.find(t, "11001001")
		edit := h.scope(t, 3, access.HouseholdEdit)
		submit := func(source change.Source, nets int64) change.Set {
			set, err := h.Changes.Submit(ctx, edit, change.Draft{Source: source, Title: "nets", Rows: []change.Row{{SubjectKind: "household", Subject: row.ID, BaseVer: row.Ver,
				Base: change.Values{"drift_nets": int64(3)}, Set: change.Values{"drift_nets": nets}}}})
			if err != nil {
				t.Fatal(err)
			}
			return set
		}
		if set := submit(change.Page, 5); set.State != change.Applied {
			t.Fatalf("online edit %+v", set)
		}
		set := submit(change.Offline, 7)
		if set.State != change.Conflict {
			t.Fatalf("offline edit %+v, want a conflict", set)
		}
		decide := h.scope(t, 2, access.ChangeDecide)
		_, details, err := h.Changes.Get(ctx, decide, set.ID)
		if err != nil || len(details) != 1 || len(details[0].Fields) != 1 {
			t.Fatalf("%+v %v", details, err)
		}
		f := details[0].Fields[0]
		if !f.Conflict || f.Base != int64(3) || f.Mine != int64(7) || f.Stored != int64(5) {
			t.Errorf("field %+v, want 3, 7 and 5", f)
		}
		if _, err := h.Changes.Resolve(ctx, decide, set.ID, set.Ver, map[int]map[string]change.Choice{}, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("resolving without a choice: %v", err)
		}
		if _, err := h.Changes.Resolve(ctx, decide, set.ID, set.Ver, map[int]map[string]change.Choice{0: {"drift_nets": change.Mine}}, "measured"); err != nil {
			t.Fatal(err)
		}
		file, err := h.Registry.Open(ctx, h.scope(t, 2, access.HouseholdRead), row.ID)
		if err != nil || file.Facts["drift_nets"] != int64(7) {
			t.Errorf("facts %v (%v)", file.Facts, err)
		}
	})
}

func TestSpecialFieldsNeedAPurpose(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row := h.find(t, "11001001")
		plain, err := h.Registry.Open(ctx, h.scope(t, 2, access.HouseholdRead), row.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, shown := plain.Members[0].Facts["salt_fever"]; shown {
			t.Error("a special field is shown without a purpose")
		}
		caller := h.accounts[2]
		caller.Purpose = "verification"
		checked, err := h.Registry.Open(ctx, stand.Scope(t, caller, access.HouseholdRead), row.ID)
		if err != nil || checked.Members[0].Facts["salt_fever"] != true {
			t.Errorf("for verification: %v (%v)", checked.Members, err)
		}
	})
}

func TestNumbersAreReadBackAndSlipsAreNoticed(t *testing.T) {
	for _, id := range []int64{1, 5242881, 1<<53 - 1} {
		number := registry.Number(id)
		if back, ok := registry.ParseNumber(number); !ok || back != id {
			t.Errorf("number %s of %d reads back as %d", number, id, back)
		}
		slip := number[:len(number)-2] + string('0'+(number[len(number)-2]-'0'+1)%10) + number[len(number)-1:]
		if _, ok := registry.ParseNumber(slip); ok {
			t.Errorf("the slip %s of %s is accepted", slip, number)
		}
	}
}
