package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/alecthomas/kong"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/identify"
	"rightkey/internal/job"
	"rightkey/internal/office"
	"rightkey/internal/registry"
	"rightkey/internal/registry/quality"
	"rightkey/policies"
	"rightkey/synth/files"
	"rightkey/synth/mistakes"
)

// demoCommand is "rightkey demo".
type demoCommand struct {
	place
	listening
	Pack       string `placeholder:"PACK" help:"Policy pack whose county is made; by default the one that the program names."`
	Seed       uint64 `default:"2014" help:"Equal seeds give equal counties."`
	Households int    `placeholder:"N" help:"Households of a new demonstration, instead of the number in the pack's file."`
	LoadOnly   bool   `help:"Load the county and do not serve."`
}

// Help is shown by --help.
func (demoCommand) Help() string {
	return `Makes a demonstration database on the first start: a synthetic county in which nobody exists enters by the ordinary
import, is judged under its policy pack, and gets one login per role, which are printed. Later starts keep the data. A
load that was interrupted goes on.

Example:
  rightkey demo --data ./data --listen localhost:8080`
}

// Run loads what is missing and serves.
func (c *demoCommand) Run(app *kong.Kong) error {
	ctx, stop := signalled()
	defer stop()
	h, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer h.close()
	working, halt := context.WithCancel(ctx)
	ended := h.work(working, halt)
	logins, err := c.load(ctx, h, app.Stderr)
	if err != nil || c.LoadOnly {
		ended()
		return err
	}
	ended()
	return c.serve(ctx, app, h, func(to io.Writer) { printLogins(to, logins) })
}

// pack is the policy pack whose county the demonstration shows.
func (c *demoCommand) pack() string { return cmp.Or(c.Pack, policies.Demonstration()) }

// open opens the demonstration's database, made as one on the first start.
func (c *demoCommand) open(ctx context.Context) (*house, error) {
	begin := initCommand{place: c.place, Pack: c.pack(), Since: "2000-01-01"}
	h, _, err := begin.make(ctx)
	if err != nil {
		return nil, err
	}
	if err := h.office.MarkDemo(ctx); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

// metaDemo remembers which steps of the load are done, and the import of a step at work.
const metaDemo = "demo."

// load does the steps that are not done yet and returns the logins.
func (c *demoCommand) load(ctx context.Context, h *house, progress io.Writer) ([]office.DemoLogin, error) {
	done, err := readMeta(ctx, h.db.In(program), metaDemo+"loaded")
	if err != nil {
		return nil, err
	}
	if done == "" {
		if err := c.loadCounty(ctx, h, progress); err != nil {
			return nil, fmt.Errorf("load the demonstration county: %w", err)
		}
		if err := writeMeta(ctx, h.db, metaDemo+"loaded", "1"); err != nil {
			return nil, err
		}
	}
	county, err := h.demoCounty(ctx)
	if err != nil {
		return nil, err
	}
	return h.office.CreateDemo(ctx, h.keys.Ring(), demoLogins(county))
}

func (c *demoCommand) loadCounty(ctx context.Context, h *house, progress io.Writer) error {
	folder, err := os.MkdirTemp("", "rightkey-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	county := synthCommand{Out: folder, Pack: c.pack(), Seed: c.Seed, Households: c.Households, Poor: -1, Errors: mistakes.Demonstration}
	if _, err := county.makeFiles(progress); err != nil {
		return err
	}
	if _, err := h.loadAreas(ctx, filepath.Join(folder, files.Areas), area.Load{Day: clock.Date(2000, 1, 1)}, progress); err != nil {
		return err
	}
	if _, err := h.loadOutlines(ctx, filepath.Join(folder, files.Outlines), area.Outlines{Code: "code"}); err != nil {
		return err
	}
	for _, name := range []string{"households", "persons", "income", "expenditure", "villages", "counties"} {
		if _, err := os.Stat(filepath.Join(folder, name+".map.yaml")); os.IsNotExist(err) {
			continue // a pack without a form of its areas
		}
		if err := h.importDemoFile(ctx, folder, name, progress); err != nil {
			return err
		}
	}
	if err := h.judgeDemo(ctx, folder, progress); err != nil {
		return err
	}
	return h.inspectDemo(ctx, progress)
}

// importDemoFile imports one file, or goes on with the import that was interrupted.
func (h *house) importDemoFile(ctx context.Context, folder, name string, progress io.Writer) error {
	state, err := readMeta(ctx, h.db.In(program), metaDemo+name)
	if err != nil || state == "done" {
		return err
	}
	im, err := h.resumeOrStart(ctx, folder, name, state)
	if err != nil {
		return err
	}
	im, j, err := h.follow(ctx, im, progress, name)
	if err != nil {
		return err
	}
	if j.State != job.Done || im.State != registry.Imported {
		return fmt.Errorf("%s: %s %s", name, im.State, j.Error)
	}
	return writeMeta(ctx, h.db, metaDemo+name, "done")
}

func (h *house) resumeOrStart(ctx context.Context, folder, name, state string) (registry.Import, error) {
	scope, err := h.decide(access.ImportRun)
	if err != nil {
		return registry.Import{}, err
	}
	if id, err := strconv.ParseInt(state, 10, 64); err == nil {
		im, err := h.registry.GetImport(ctx, scope, id)
		if err == nil && im.Job != 0 {
			return im, nil
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return im, err
		}
	}
	text, err := os.ReadFile(filepath.Join(folder, name+".map.yaml"))
	if err != nil {
		return registry.Import{}, err
	}
	mapping, err := registry.ParseMapping(text)
	if err != nil {
		return registry.Import{}, err
	}
	im, err := h.upload(ctx, filepath.Join(folder, name+".csv"))
	if err != nil {
		return registry.Import{}, err
	}
	if err := writeMeta(ctx, h.db, metaDemo+name, strconv.FormatInt(im.ID, 10)); err != nil {
		return registry.Import{}, err
	}
	return h.start(ctx, im, mapping, false, registry.Stop)
}

// judgeDemo judges the county once under the pack.
func (h *house) judgeDemo(ctx context.Context, folder string, progress io.Writer) error {
	state, err := readMeta(ctx, h.db.In(program), metaDemo+"identify")
	if err != nil || state == "done" {
		return err
	}
	scope, err := h.decide(access.AssessRun)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(state, 10, 64)
	if err != nil {
		day, err := countyDay(folder)
		if err != nil {
			return err
		}
		j, err := h.identify.Start(ctx, scope, identify.RunArgs{Day: day})
		if err != nil {
			return err
		}
		id = j.ID
		if err := writeMeta(ctx, h.db, metaDemo+"identify", strconv.FormatInt(id, 10)); err != nil {
			return err
		}
	}
	if err := h.followJob(ctx, id, progress, "identify"); err != nil {
		return err
	}
	return writeMeta(ctx, h.db, metaDemo+"identify", "done")
}

// inspectDemo looks at the county once by the rules of data quality.
func (h *house) inspectDemo(ctx context.Context, progress io.Writer) error {
	scope, err := h.decide(access.AssessRun)
	if err != nil {
		return err
	}
	j, err := h.quality.Start(ctx, scope, quality.RunArgs{})
	if err != nil {
		return err
	}
	return h.followJob(ctx, j.ID, progress, "data quality")
}

// followJob shows the progress of a job until it ends; one that did not succeed is an error.
func (h *house) followJob(ctx context.Context, id int64, progress io.Writer, what string) error {
	bar := newBar(progress, what, 100)
	for {
		j, err := h.jobs.Get(ctx, h.console(), id)
		if err != nil {
			return err
		}
		_ = bar.Set(max(0, j.Percent()))
		if j.State.Ended() {
			_ = bar.Finish()
			if j.State != job.Done {
				return fmt.Errorf("%s: %s %s", what, j.State, j.Error)
			}
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// countyDay is the reference day of a county's files, as their mapping says it.
func countyDay(folder string) (clock.Day, error) {
	text, err := os.ReadFile(filepath.Join(folder, "households.map.yaml"))
	if err != nil {
		return 0, err
	}
	mapping, err := registry.ParseMapping(text)
	if err != nil {
		return 0, err
	}
	return clock.ParseDay(mapping.Day)
}

// demoCounty returns the demonstration's county, its first township and village.
func (h *house) demoCounty(ctx context.Context) ([]area.Area, error) {
	var path []area.Area
	scope, err := h.decide(access.AreaRead)
	if err != nil {
		return nil, err
	}
	parent := int64(0)
	for range h.areas.Scheme().Levels() {
		children, err := h.areas.Children(ctx, scope, parent, 0, 1)
		if err != nil || len(children) == 0 {
			return path, err
		}
		path = append(path, children[0])
		parent = children[0].Key
	}
	return path, nil
}

// demoLogins is one login per role: each in the area where such a person works.
func demoLogins(path []area.Area) []office.DemoLogin {
	at := func(fromInside int) int64 {
		if i := len(path) - 1 - fromInside; i >= 0 {
			return path[i].Key
		}
		return 0
	}
	return []office.DemoLogin{
		{Login: "admin", Name: "Demo Administrator", Role: "administrator"},
		{Login: "county", Name: "Demo County Office", Role: "county-office", Area: at(2)},
		{Login: "county2", Name: "Demo Second County Officer", Role: "county-office", Area: at(2), Factor: true},
		{Login: "township", Name: "Demo Township Clerk", Role: "township-clerk", Area: at(1)},
		{Login: "village", Name: "Demo Village Official", Role: "village-official", Area: at(0)},
		{Login: "province", Name: "Demo Province Office", Role: "superior-office"},
		{Login: "helper", Name: "Demo Helper", Role: "helper", Area: at(0)},
		{Login: "evaluator", Name: "Demo Evaluator", Role: "evaluator", Area: at(2)},
		{Login: "matcher", Name: "Demo Department", Role: "department-matcher", Area: at(2)},
		{Login: "analyst", Name: "Demo Analyst", Role: "analyst"},
		{Login: "auditor", Name: "Demo Auditor", Role: "auditor"},
	}
}

func printLogins(to io.Writer, logins []office.DemoLogin) {
	fmt.Fprintf(to, "\nDemonstration logins (they exist only in a demonstration):\n")
	for _, l := range logins {
		fmt.Fprintf(to, "  %-10s %-24s %s\n", l.Login, l.Password, l.Role)
		if l.Secret != "" {
			fmt.Fprintf(to, "  %-10s second factor: put the secret %s into an authenticator application\n", "", l.Secret)
		}
	}
}
