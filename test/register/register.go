// Package register puts up, for tests of rooms, the register of the country that does not exist: its policy pack in
// use, seven areas, an account for each role, the registry and the identification with their job runner at work.
package register

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/identify"
	"rightkey/internal/identify/away"
	"rightkey/internal/job"
	"rightkey/internal/mirror"
	"rightkey/internal/office"
	"rightkey/internal/policy"
	"rightkey/internal/policy/library"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
	"rightkey/internal/registry/overview"
	"rightkey/internal/registry/quality"
	"rightkey/internal/table"
	"rightkey/internal/testdata"
	"rightkey/internal/verify/campaign"
	"rightkey/internal/verify/crosscheck"
	"rightkey/internal/verify/duplicate"
	"rightkey/test/stand"
)

// Widths are the levels of the made-up country: canton, parish, hamlet.
const Widths = "2-3-3"

// Areas are two cantons with their parishes and hamlets.
const Areas = "code,name\n11,North\n11001,Cove\n11001001,Reef\n11001002,Shoal\n11002,Dune\n11002001,Marram\n12,South\n12001,Bay\n12001001,Kelp\n"

// The accounts.
const (
	County  = 2 // county-office everywhere
	Clerk   = 3 // township-clerk in Cove
	Village = 4 // village-official in Reef
	Analyst = 6 // everywhere, sees no household
	South   = 7 // county-office in South
	Admin   = 8 // administrator
	Auditor = 9 // everywhere
)

// Register is a register at work.
type Register struct {
	*stand.Stand
	Packs       *library.Library
	Pack        *policy.Pack
	Changes     *change.Service
	Registry    *registry.Service
	Jobs        *job.Runner
	Identify    *identify.Service
	Quality     *quality.Service
	Duplicates  *duplicate.Service
	Crosschecks *crosscheck.Service
	Campaigns   *campaign.Service
	Packages    *away.Service
	MonthEnds   *overview.MonthEnds
	Cases       *procedure.Service
	// Kin are the officials related to households.
	Kin map[int64][]procedure.Relative

	mu       sync.Mutex
	accounts map[int64]access.Caller
	stop     func()
}

// Each runs test on a register on each engine.
func Each(t *testing.T, test func(t *testing.T, r *Register)) {
	t.Helper()
	stand.Each(t, Widths, func(t *testing.T, s *stand.Stand) {
		r := Open(t, s, os.DirFS(packs()), "ostania")
		r.LoadAreas(t, Areas)
		test(t, r)
	})
}

// packs is the folder with the made-up country's pack.
func packs() string {
	return filepath.Join(testdata.Root(), "internal", "policy", "testdata")
}

// Open puts up a register on a stand under the pack in folder dir of files.
func Open(t testing.TB, s *stand.Stand, files fs.FS, dir string) *Register {
	t.Helper()
	ctx := t.Context()
	loader := policy.NewLoader()
	registry.RegisterSections(loader)
	identify.Register(loader)
	quality.Register(loader)
	duplicate.Register(loader)
	crosscheck.Register(loader)
	campaign.Register(loader)
	procedure.Register(loader, identify.CaseWords)
	r := &Register{Stand: s, accounts: map[int64]access.Caller{}}
	var err error
	if r.Packs, err = library.Open(ctx, s.DB, s.Journal, loader); err != nil {
		t.Fatal(err)
	}
	admin := stand.Scope(t, s.Caller(1, "admin", "administrator"), access.PackEdit)
	if r.Pack, err = r.Packs.Install(ctx, admin, files, dir); err != nil {
		t.Fatal(err)
	}
	if err := r.Packs.Use(ctx, admin, 0, clock.Date(2000, 1, 1), r.Pack); err != nil {
		t.Fatal(err)
	}
	r.Changes = change.NewService(s.DB, s.Journal)
	r.Rooms()
	r.Start(t)
	for account, grant := range map[int64]string{County: "county-office", Clerk: "township-clerk@11001000", Village: "village-official@11001001",
		Analyst: "analyst", South: "county-office@12000000", Admin: "administrator", Auditor: "auditor"} {
		r.Grant(account, fmt.Sprint("person-", account), grant)
	}
	return r
}

// Rooms makes the rooms with a job runner of their own, as a process does at its start.
func (r *Register) Rooms() {
	caller := func(_ context.Context, account int64) (access.Caller, error) { return r.Who(account), nil }
	r.Jobs = job.NewRunner(r.DB, r.Ids, r.Clock)
	r.Registry = registry.NewService(registry.Needs{DB: r.DB, Journal: r.Journal, Keys: r.Keys, Areas: r.Areas, Packs: r.Packs, Changes: r.Changes, Jobs: r.Jobs, Caller: caller, Verdict: identify.NewestVerdict})
	r.Identify = identify.NewService(identify.Needs{DB: r.DB, Journal: r.Journal, Areas: r.Areas, Packs: r.Packs, Registry: r.Registry, Jobs: r.Jobs, Caller: caller})
	r.Duplicates = duplicate.NewService(duplicate.Needs{DB: r.DB, Journal: r.Journal, Keys: r.Keys, Packs: r.Packs, Registry: r.Registry, Jobs: r.Jobs})
	r.MonthEnds = overview.NewMonthEnds(overview.Needs{DB: r.DB, Journal: r.Journal, Registry: r.Registry, Jobs: r.Jobs, Assessed: identify.AssessedOn, Portion: 4})
	r.Cases = procedure.NewService(procedure.Needs{DB: r.DB, Journal: r.Journal, Keys: r.Keys, Areas: r.Areas, Packs: r.Packs, Subjects: identify.CaseSubjects(r.Registry), Jobs: r.Jobs, Caller: caller,
		Kin: func(_ context.Context, household int64) ([]procedure.Relative, error) { return r.Kin[household], nil }})
	r.Identify.Decide(r.Cases)
	r.Crosschecks = crosscheck.NewService(crosscheck.Needs{DB: r.DB, Journal: r.Journal, Keys: r.Keys, Packs: r.Packs, Registry: r.Registry, Duplicates: r.Duplicates, Cases: r.Cases, Jobs: r.Jobs, Caller: caller})
	r.Packages = away.NewService(away.Needs{Journal: r.Journal, Keys: r.Keys, Registry: r.Registry, Identify: r.Identify, Cases: r.Cases})
	r.Quality = quality.NewService(quality.Needs{DB: r.DB, Journal: r.Journal, Keys: r.Keys, Packs: r.Packs, Registry: r.Registry, Jobs: r.Jobs, Welfare: r.Identify.Welfare, Caller: caller, Many: 30})
	r.Campaigns = campaign.NewService(campaign.Needs{DB: r.DB, Journal: r.Journal, Keys: r.Keys, Packs: r.Packs, Registry: r.Registry, Changes: r.Changes, Identify: r.Identify, Quality: r.Quality, Cases: r.Cases,
		Assignments: office.NewAssignments(r.DB, r.Journal, r.Areas.Scheme()), Caller: caller})
}

// Start lets the job runner work until Stop or the end of the test.
func (r *Register) Start(t testing.TB) {
	running, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { r.Jobs.Run(running); close(ended) }()
	var once sync.Once
	r.stop = func() { once.Do(func() { cancel(); <-ended }) }
	t.Cleanup(r.stop)
}

// Stop ends the job runner in the middle of its work, as the end of a process does.
func (r *Register) Stop() { r.stop() }

// Grant gives an account a person and roles, in place of those it had.
func (r *Register) Grant(account int64, person string, grants ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.accounts[account] = r.Caller(account, person, grants...)
}

// Who is the caller behind an account.
func (r *Register) Who(account int64) access.Caller {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.accounts[account]
}

// Scope decides for an account.
func (r *Register) Scope(t testing.TB, account int64, verb access.Verb) access.Scope {
	t.Helper()
	return stand.Scope(t, r.Who(account), verb)
}

// Import brings a table into the register as the county's office and fails the test for any rejected row.
func (r *Register) Import(t testing.TB, m registry.Mapping, from table.Reader) job.Job {
	t.Helper()
	scope := r.Scope(t, County, access.ImportRun)
	im, err := r.Registry.Upload(t.Context(), scope, "test.csv", from)
	if err != nil {
		t.Fatal(err)
	}
	if im, err = r.Registry.Apply(t.Context(), scope, im.ID, im.Ver, m, registry.Stop); err != nil {
		t.Fatal(err)
	}
	j := r.Wait(t, County, im.Job)
	if j.State != job.Done || j.Counts.Rejected > 0 || j.Counts.In == 0 {
		report, _ := r.Registry.Report(t.Context(), scope, im.ID, 0, 5)
		t.Fatalf("import: %s %+v %s %+v", j.State, j.Counts, j.Error, report)
	}
	return j
}

// ImportCSV is Import of text.
func (r *Register) ImportCSV(t testing.TB, m registry.Mapping, text string) job.Job {
	t.Helper()
	from, err := table.NewCSV(strings.NewReader(text), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r.Import(t, m, from)
}

// Households is how files of the made-up country's households are read.
var Households = registry.Mapping{Subject: "household", Source: "base", Key: "key", Area: "area", Day: "2013-12-31",
	Columns: map[string]string{"status": "status", "nets": "drift_nets", "catch": "catch_value"}}

// Persons is how files of their members are read.
var Persons = registry.Mapping{Subject: "person", Source: "base", Key: "key", Household: "hh", Day: "2013-12-31",
	Columns: map[string]string{"name": "name", "sex": "sex", "rel": "relation"}}

// Hearth is a household of a test: its key, hamlet and yearly catch ("" for unknown), and the number of its members.
type Hearth struct {
	Key, Area, Catch string
	Souls            int
}

// Fill imports households with their members.
func (r *Register) Fill(t testing.TB, hearths ...Hearth) {
	t.Helper()
	var households, persons strings.Builder
	households.WriteString("key,area,status,nets,catch\n")
	persons.WriteString("key,hh,name,sex,rel\n")
	for _, h := range hearths {
		fmt.Fprintf(&households, "%s,%s,afloat,1,%s\n", h.Key, h.Area, h.Catch)
		for i := range h.Souls {
			relation := "kin"
			if i == 0 {
				relation = "head"
			}
			fmt.Fprintf(&persons, "%s-%d,%s,Soul %d of %s,f,%s\n", h.Key, i, h.Key, i, h.Key, relation)
		}
	}
	r.ImportCSV(t, Households, households.String())
	r.ImportCSV(t, Persons, persons.String())
}

// Everybody are the identifiers of all households, by area.
func (r *Register) Everybody(t testing.TB) []int64 {
	t.Helper()
	list, err := r.Registry.List(t.Context(), r.Scope(t, County, access.HouseholdList), registry.Filter{}, registry.Position{}, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]int64, len(list))
	for i, h := range list {
		ids[i] = h.ID
	}
	return ids
}

// Follow lets a mirror follow the register until the end of the test.
func (r *Register) Follow(t testing.TB) {
	t.Helper()
	source, err := r.Registry.Mirrored(t.Context(), r.Identify)
	if err != nil {
		t.Fatal(err)
	}
	schema, err := mirror.NewSchema(source.Columns())
	if err != nil {
		t.Fatal(err)
	}
	live := mirror.New(source, schema, mirror.Options{})
	running, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- live.Run(running) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	if err := live.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.Registry.Follow(live)
}

// Wait waits until a job has ended.
func (r *Register) Wait(t testing.TB, account, id int64) job.Job {
	t.Helper()
	for range 60_000 {
		j, err := r.Jobs.Get(t.Context(), r.Who(account), id)
		if err != nil {
			t.Fatal(err)
		}
		if j.State.Ended() {
			return j
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the job did not end")
	return job.Job{}
}

// Judge runs an identification as the county's office and returns its number.
func (r *Register) Judge(t testing.TB, args identify.RunArgs) int64 {
	t.Helper()
	j, err := r.Identify.Start(t.Context(), r.Scope(t, County, access.AssessRun), args)
	if err != nil {
		t.Fatal(err)
	}
	if j = r.Wait(t, County, j.ID); j.State != job.Done {
		t.Fatalf("run: %s %s", j.State, j.Error)
	}
	return j.ID
}

// JudgeOn is Judge of the whole county by the pack's first rule on a day, for rooms that do not know identify.
func (r *Register) JudgeOn(t testing.TB, day clock.Day) {
	t.Helper()
	r.Judge(t, identify.RunArgs{Day: day})
}

// Settle waits until no job is left to do.
func (r *Register) Settle(t testing.TB) {
	t.Helper()
	for range 60_000 {
		list, err := r.Jobs.List(t.Context(), r.Who(Auditor), 0, 50)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(list, func(j job.Job) bool { return !j.State.Ended() }) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the jobs did not end")
}
