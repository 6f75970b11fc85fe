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

// verifyChecks is "rightkey verify checks".
type verifyChecks struct {
	Households int    `default:"3000" help:"Households of the county."`
	Seed       uint64 `default:"1" help:"Equal seeds give equal counties and lists."`
	Pack       string `placeholder:"PACK" help:"Policy pack whose county is made; by default the one that the program names."`
}

// Help is shown by --help.
func (verifyChecks) Help() string {
	return `Example:
  rightkey verify checks --households 3000

A county in which nobody exists enters a database that is thrown away, and the lists of its departments are compared
with it: strangers of the same name, things sold and not transferred, firms cancelled, deaths told late, rows without a
number. Precision is the share of the members with a lead whose thing it is; recall the share of the registered members
with such a thing on the list who have a lead. Of right leads some are explained: sold, cancelled.`
}

// Run prints what each check found.
func (c verifyChecks) Run(app *kong.Kong) error {
	ctx, stop := signalled()
	defer stop()
	found, err := c.measure(ctx, app.Stderr)
	if err != nil {
		return err
	}
	fmt.Fprintf(app.Stdout, "%-6s %7s %8s %10s %10s %9s %6s %7s %10s %7s %10s\n", "check", "rows", "matched", "unmatched", "ambiguous", "rejected", "leads", "right", "precision", "recall", "explained")
	for _, f := range found {
		fmt.Fprintf(app.Stdout, "%-6s %7d %8d %10d %10d %9d %6d %7d %8.1f %% %5.1f %% %10d\n", f.Rule, f.Counts.Received, f.Counts.Matched, f.Counts.Unmatched, f.Counts.Ambiguous, f.Counts.Rejected,
			f.Found, f.Right, 100*f.precision(), 100*f.recall(), f.Stale)
	}
	return nil
}

// checkFound is what a check found, against the truth. Members are counted, not rows.
type checkFound struct {
	Rule   string
	Counts crosscheck.Counts
	Found  int // members with a lead
	Right  int // of these, whose thing it is
	True   int // registered members with such a thing on the list
	Stale  int // right, and true no more: sold, cancelled
}

func (f checkFound) precision() float64 { return float64(f.Right) / float64(max(1, f.Found)) }

func (f checkFound) recall() float64 { return float64(f.Right) / float64(max(1, f.True)) }

// measure makes the county, registers it and compares its lists.
func (c verifyChecks) measure(ctx context.Context, progress io.Writer) (found []checkFound, err error) {
	folder, err := os.MkdirTemp("", "rightkey-checks-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	demo := demoCommand{place: place{Data: filepath.Join(folder, "data")}, Pack: c.Pack, Seed: c.Seed, Households: c.Households}
	h, err := demo.open(ctx)
	if err != nil {
		return nil, err
	}
	defer h.close()
	working, halt := context.WithCancel(ctx)
	defer h.work(working, halt)()
	county := synthCommand{Out: filepath.Join(folder, "county"), Pack: demo.pack(), Seed: c.Seed, Households: c.Households, Poor: -1, Errors: mistakes.Demonstration}
	if _, err := county.makeFiles(progress); err != nil {
		return nil, err
	}
	if _, err := h.loadAreas(ctx, filepath.Join(county.Out, files.Areas), area.Load{Day: clock.Date(2000, 1, 1)}, progress); err != nil {
		return nil, err
	}
	for _, name := range []string{"households", "persons"} {
		if err := h.importDemoFile(ctx, county.Out, name, progress); err != nil {
			return nil, err
		}
	}
	m := checkMeasure{h: h, folder: county.Out, progress: progress}
	return m.all(ctx)
}

// checkMeasure compares the lists of a county with its register and with the truth.
type checkMeasure struct {
	h        *house
	folder   string
	progress io.Writer
	members  map[string]int64    // registered persons by their key in files
	truth    map[string][]string // rows of the truth by list and key
}

func (m *checkMeasure) all(ctx context.Context) ([]checkFound, error) {
	path, err := m.h.demoCounty(ctx)
	if err != nil || len(path) == 0 {
		return nil, fmt.Errorf("find the county: %w", err)
	}
	county := m.h.registry.County(path[len(path)-1].Key)
	if err := m.learn(ctx); err != nil {
		return nil, err
	}
	_, checks, err := m.h.crosschecks.Checks(county)
	if err != nil {
		return nil, err
	}
	var all []checkFound
	for i := range checks.List {
		check := &checks.List[i]
		path := filepath.Join(m.folder, files.Departments+check.List+".csv")
		if _, err := os.Stat(path); check.List == "" || os.IsNotExist(err) {
			continue
		}
		one, err := m.one(ctx, check, county, path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", check.Code, err)
		}
		all = append(all, one)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("the pack %s checks none of the lists of its county", policies.Demonstration())
	}
	return all, nil
}

// learn reads who is registered under which key, and the truth about the lists.
func (m *checkMeasure) learn(ctx context.Context) error {
	type alias struct {
		key string
		id  int64
	}
	list, err := store.All(ctx, m.h.db.In(program), "SELECT key, id FROM alias WHERE kind = $1", []any{registry.SubjectPerson}, func(r store.Rows, a *alias) error { return r.Scan(&a.key, &a.id) })
	if err != nil {
		return err
	}
	m.members, m.truth = map[string]int64{}, map[string][]string{}
	for _, a := range list {
		m.members[a.key] = a.id
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
func (m *checkMeasure) one(ctx context.Context, check *crosscheck.Check, county int64, path string) (checkFound, error) {
	scope, err := m.h.decide(access.ImportRun)
	if err != nil {
		return checkFound{}, err
	}
	day, err := countyDay(m.folder)
	if err != nil {
		return checkFound{}, err
	}
	rows, err := table.Open(path)
	if err != nil {
		return checkFound{}, err
	}
	from := crosscheck.Provenance{Rule: check.Code, Area: county, Name: filepath.Base(path), Day: day, Basis: "a county that does not exist"}
	list, err := m.h.crosschecks.Upload(ctx, scope, from, rows)
	if err := errors.Join(err, rows.Close()); err != nil {
		return checkFound{}, err
	}
	if err := m.h.followJob(ctx, list.Job, m.progress, check.Code); err != nil {
		return checkFound{}, err
	}
	if list, err = m.h.crosschecks.List(ctx, scope, list.ID); err != nil {
		return checkFound{}, err
	}
	leads, err := m.h.crosschecks.Leads(ctx, scope, crosscheck.Filter{List: list.ID}, crosscheck.Position{}, 1<<20)
	if err != nil {
		return checkFound{}, err
	}
	owners, err := m.owners(check, path, list.Day)
	if err != nil {
		return checkFound{}, err
	}
	one := checkFound{Rule: check.Code, Counts: list.Counts, True: len(owners)}
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
func (m *checkMeasure) owners(check *crosscheck.Check, path string, on clock.Day) (map[int64]string, error) {
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
