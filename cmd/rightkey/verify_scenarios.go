package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/alecthomas/kong"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/table"
	"rightkey/internal/verify/crosscheck"
	"rightkey/policies"
	"rightkey/synth"
	"rightkey/synth/files"
	"rightkey/synth/mistakes"
)

// verifyScenarios is "rightkey verify scenarios".
type verifyScenarios struct {
	Households int    `default:"3000" help:"Households of the county."`
	Seed       uint64 `default:"1" help:"Equal seeds give equal counties and lists."`
	Pack       string `placeholder:"PACK" help:"Policy pack whose county is made; by default the one that the program names."`
}

// Help is shown by --help.
func (verifyScenarios) Help() string {
	return `Example:
  rightkey verify scenarios --households 3000

A county in which nobody exists enters a database that is thrown away, and the lists of its departments are compared
with it: strangers of the same name, things sold and not transferred, firms cancelled, deaths told late, rows without a
number. Precision is the share of the members with a lead whose thing it is; recall the share of the registered members
with such a thing on the list who have a lead. Of right leads some are explained: sold, cancelled. A household is clean
where nothing on a list that matters to a rule is a member's; what the register itself shows may flag it too. Planted for
the screens of the register are an official who writes in the records of his kin, and photos taken at one office or far
from the house; other households have photos taken beside theirs.`
}

// Run prints what each check found.
func (c verifyScenarios) Run(app *kong.Kong) error {
	ctx, stop := signalled()
	defer stop()
	return c.show(ctx, app.Stdout, app.Stderr)
}

func (c verifyScenarios) show(ctx context.Context, to, progress io.Writer) error {
	found, err := c.measure(ctx, progress)
	if err == nil {
		found.print(to)
	}
	return err
}

// The demonstration of visits shows after its curves what is found without visits.
func init() {
	verifySections = append(verifySections, func(c verifyDemo) error {
		if c.Survey != "" {
			return nil // a survey has no departments
		}
		fmt.Fprintf(c.out, "\nwhat departments' lists and the register itself show (rightkey verify scenarios)\n")
		return verifyScenarios{Households: 3000, Seed: c.Seed}.show(context.Background(), c.out, io.Discard)
	})
}

func (s scenarios) print(to io.Writer) {
	fmt.Fprintf(to, "%-6s %7s %8s %10s %10s %9s %6s %7s %10s %7s %10s\n", "check", "rows", "matched", "unmatched", "ambiguous", "rejected", "leads", "right", "precision", "recall", "explained")
	for _, f := range s.Rules {
		fmt.Fprintf(to, "%-6s %7d %8d %10d %10d %9d %6d %7d %8.1f %% %5.1f %% %10d\n", f.Rule, f.Counts.Received, f.Counts.Matched, f.Counts.Unmatched, f.Counts.Ambiguous, f.Counts.Rejected,
			f.Found, f.Right, 100*f.precision(), 100*f.recall(), f.Stale)
	}
	fmt.Fprintln(to)
	for _, f := range s.Planted {
		f.print(to)
	}
	fmt.Fprintf(to, "%d of %d clean households flagged, %.2f %%; of all %d households %d are flagged by what they have no more; %d leads on villages and accounts\n", s.Flagged, s.Clean, 100*s.share(), s.Households, s.Sold, s.Many)
}

// scenarios is what the checks found on a county of which the truth is known.
type scenarios struct {
	Rules      []ruleFound
	Households int
	Clean      int // households of which nothing on a list matters to a rule
	Flagged    int // clean, with a lead
	Sold       int // households with a lead, of which nothing that matters is true any more
	Planted    []plantedFound
	Many       int // leads on whole villages and accounts, of which none is to be expected
}

// share is the share of clean households that are flagged.
func (s scenarios) share() float64 { return float64(s.Flagged) / float64(max(1, s.Clean)) }

// ruleFound is what a check found, against the truth. Members are counted, not rows.
type ruleFound struct {
	Rule   string
	Counts crosscheck.Counts
	Found  int // members with a lead
	Right  int // of these, whose thing it is
	True   int // registered members with such a thing on the list
	Stale  int // right, and true no more: sold, cancelled
}

func (f ruleFound) precision() float64 { return float64(f.Right) / float64(max(1, f.Found)) }

func (f ruleFound) recall() float64 { return float64(f.Right) / float64(max(1, f.True)) }

// measure makes the county, registers it and compares its lists.
func (c verifyScenarios) measure(ctx context.Context, progress io.Writer) (found scenarios, err error) {
	folder, err := os.MkdirTemp("", "rightkey-checks-")
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	demo := demoCommand{place: place{Data: filepath.Join(folder, "data")}, Pack: c.Pack, Seed: c.Seed, Households: c.Households}
	h, err := demo.open(ctx)
	if err != nil {
		return found, err
	}
	defer h.close()
	working, halt := context.WithCancel(ctx)
	defer h.work(working, halt)()
	county := synthCommand{Out: filepath.Join(folder, "county"), Pack: demo.pack(), Seed: c.Seed, Households: c.Households, Poor: -1, Errors: mistakes.Demonstration}
	if _, err := county.makeFiles(progress); err != nil {
		return found, err
	}
	if _, err := h.loadAreas(ctx, filepath.Join(county.Out, files.Areas), area.Load{Day: clock.Date(2000, 1, 1)}, progress); err != nil {
		return found, err
	}
	for _, name := range []string{"households", "persons"} {
		if err := h.importDemoFile(ctx, county.Out, name, progress); err != nil {
			return found, err
		}
	}
	m := scenarioMeasure{h: h, folder: county.Out, progress: progress, seed: c.Seed}
	return m.all(ctx)
}

// scenarioMeasure compares the lists of a county with its register and with the truth.
type scenarioMeasure struct {
	h        *house
	folder   string
	progress io.Writer
	seed     uint64
	raised   map[string]map[int64]bool // households with a lead by rule
	members  map[string]int64          // registered persons by their key in files
	homes    map[int64]int64           // household by member
	truth    map[string][]string       // rows of the truth by list and key
	has      map[int64]bool            // households of which something on a list matters to a rule: whether it is true still
	flagged  map[int64]bool            // households with a lead
	many     int                       // leads on areas and accounts
}

func (m *scenarioMeasure) all(ctx context.Context) (found scenarios, err error) {
	path, err := m.h.demoCounty(ctx)
	if err != nil || len(path) == 0 {
		return found, fmt.Errorf("find the county: %w", err)
	}
	county := m.h.registry.County(path[len(path)-1].Key)
	if err := m.learn(ctx); err != nil {
		return found, err
	}
	pack, checks, err := m.h.crosschecks.Checks(county)
	if err != nil {
		return found, err
	}
	for i := range checks.List {
		check := &checks.List[i]
		path := filepath.Join(m.folder, files.Departments+check.List+".csv")
		if _, err := os.Stat(path); check.List == "" || os.IsNotExist(err) {
			continue
		}
		one, err := m.one(ctx, check, county, path)
		if err != nil {
			return found, fmt.Errorf("%s: %w", check.Code, err)
		}
		found.Rules = append(found.Rules, one)
	}
	if len(found.Rules) == 0 {
		return found, fmt.Errorf("the pack %s checks none of the lists of its county", policies.Demonstration())
	}
	planted, err := m.plant(ctx, m.seed, registry.StatusesOf(pack, "poor"))
	if err != nil {
		return found, err
	}
	if err := m.screens(ctx, county); err != nil {
		return found, err
	}
	found.Planted = m.plantedIn(checks, planted)
	return m.count(found), nil
}

// plantedIn counts how many of the planted households each screen raised. Such a household is not clean.
func (m *scenarioMeasure) plantedIn(checks *crosscheck.Checks, planted map[crosscheck.Screen][]int64) (list []plantedFound) {
	for _, check := range checks.List {
		one := plantedFound{Rule: check.Code, Planted: len(planted[check.Screen])}
		for _, household := range planted[check.Screen] {
			m.has[household] = true
			if m.raised[check.Code][household] {
				one.Raised++
			}
		}
		if one.Planted > 0 {
			list = append(list, one)
		}
	}
	return list
}

// screens looks for what the register itself shows.
func (m *scenarioMeasure) screens(ctx context.Context, county int64) error {
	scope, err := m.h.decide(access.AssessRun)
	if err != nil {
		return err
	}
	j, err := m.h.crosschecks.StartScreens(ctx, scope, county)
	if err != nil {
		return err
	}
	if err := m.h.followJob(ctx, j.ID, m.progress, "screens"); err != nil {
		return err
	}
	leads, err := m.h.crosschecks.Leads(ctx, program, crosscheck.Filter{}, crosscheck.Position{}, 1<<20)
	for _, l := range leads {
		if l.Household == 0 {
			m.many++
		}
		if m.flagged[l.Household] = true; m.raised[l.Rule] == nil {
			m.raised[l.Rule] = map[int64]bool{}
		}
		m.raised[l.Rule][l.Household] = true
	}
	return err
}

// count counts households that are flagged although nothing of theirs matters, or does any more.
func (m *scenarioMeasure) count(found scenarios) scenarios {
	households := map[int64]bool{}
	for _, household := range m.homes {
		households[household] = true
	}
	found.Households, found.Many = len(households), m.many
	for household := range households {
		still, has := m.has[household]
		switch flagged := m.flagged[household]; {
		case !has && flagged:
			found.Clean++
			found.Flagged++
		case !has:
			found.Clean++
		case flagged && !still:
			found.Sold++
		}
	}
	return found
}

// learn reads who is registered under which key, and the truth about the lists.
func (m *scenarioMeasure) learn(ctx context.Context) error {
	type alias struct {
		key string
		id  int64
	}
	list, err := store.All(ctx, m.h.db.In(program), "SELECT key, id FROM alias WHERE kind = $1", []any{registry.SubjectPerson}, func(r store.Rows, a *alias) error { return r.Scan(&a.key, &a.id) })
	if err != nil {
		return err
	}
	m.members, m.homes, m.truth, m.has, m.flagged = map[string]int64{}, map[int64]int64{}, map[string][]string{}, map[int64]bool{}, map[int64]bool{}
	m.raised = map[string]map[int64]bool{}
	for _, a := range list {
		m.members[a.key] = a.id
	}
	type seat struct{ person, household int64 }
	seats, err := store.All(ctx, m.h.db.In(program), "SELECT person, household FROM membership WHERE {checked} AND to_day IS NULL", nil, func(r store.Rows, s *seat) error { return r.Scan(&s.person, &s.household) })
	if err != nil {
		return err
	}
	for _, s := range seats {
		m.homes[s.person] = s.household
	}
	file, err := os.Open(filepath.Join(m.folder, files.TruthLists))
	if err != nil {
		return err
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	for _, row := range rows {
		m.truth[row[0]+"/"+row[1]] = row
	}
	return err
}

// one compares a list and counts who was found rightly.
func (m *scenarioMeasure) one(ctx context.Context, check *crosscheck.Check, county int64, path string) (ruleFound, error) {
	scope, err := m.h.decide(access.ImportRun)
	if err != nil {
		return ruleFound{}, err
	}
	day, err := countyDay(m.folder)
	if err != nil {
		return ruleFound{}, err
	}
	rows, err := table.Open(path)
	if err != nil {
		return ruleFound{}, err
	}
	from := crosscheck.Provenance{Rule: check.Code, Area: county, Name: filepath.Base(path), Day: day, Basis: "a county that does not exist"}
	list, err := m.h.crosschecks.Upload(ctx, scope, from, rows)
	if err := errors.Join(err, rows.Close()); err != nil {
		return ruleFound{}, err
	}
	if err := m.h.followJob(ctx, list.Job, m.progress, check.Code); err != nil {
		return ruleFound{}, err
	}
	if list, err = m.h.crosschecks.List(ctx, scope, list.ID); err != nil {
		return ruleFound{}, err
	}
	leads, err := m.h.crosschecks.Leads(ctx, program, crosscheck.Filter{List: list.ID}, crosscheck.Position{}, 1<<20)
	if err != nil {
		return ruleFound{}, err
	}
	owners, err := m.owners(check, path, list.Day)
	if err != nil {
		return ruleFound{}, err
	}
	for id, truth := range owners {
		m.has[m.homes[id]] = m.has[m.homes[id]] || truth == synth.RowTrue
	}
	one := ruleFound{Rule: check.Code, Counts: list.Counts, True: len(owners)}
	met := map[int64]bool{}
	for _, l := range leads {
		if met[l.Subject] {
			continue
		}
		met[l.Subject] = true
		one.Found++
		if truth, owns := owners[l.Subject]; owns {
			one.Right++
			if truth == synth.RowStale {
				one.Stale++
			}
		}
	}
	return one, nil
}

// owners are the registered members whose thing on the list matters to the check, with what is true of it.
func (m *scenarioMeasure) owners(check *crosscheck.Check, path string, on clock.Day) (map[int64]string, error) {
	rows, err := table.Open(path)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	owners := map[int64]string{}
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return owners, nil
		}
		if err != nil {
			return nil, err
		}
		cells := map[string]string{}
		for i, column := range rows.Header() {
			if row.Cells[i] != "" {
				cells[column] = row.Cells[i]
			}
		}
		fires, err := check.Fires(crosscheck.Row{Values: cells}, nil, on, on)
		if err != nil {
			return nil, err
		}
		truth := m.truth[check.List+"/"+cells["key"]]
		if !fires || truth == nil || truth[2] == "" {
			continue
		}
		if id, registered := m.members[truth[2]]; registered && owners[id] != synth.RowTrue {
			owners[id] = cmp.Or(truth[3], synth.RowTrue)
		}
	}
}
