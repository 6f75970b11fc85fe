package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/alecthomas/kong"
	"github.com/schollz/progressbar/v3"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/job"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/table"
)

// areasCommand works with areas.
type areasCommand struct {
	Load     areasLoad     `cmd:"" help:"Register the areas of a file."`
	Outlines areasOutlines `cmd:"" help:"Load the outlines of areas for maps."`
}

// areasLoad is "rightkey areas load".
type areasLoad struct {
	place
	File   string `arg:"" help:"CSV, CSV.gz, XLSX or Parquet with columns code and name; parent, level, lat, lon, valid_from, valid_to and name_LANG are optional."`
	Since  string `default:"2000-01-01" placeholder:"DATE" help:"Day from which new areas and names hold, where the file does not say."`
	DryRun bool   `help:"Check every row and change nothing."`
	Skip   bool   `help:"Load the right rows although others are rejected."`
}

// Help is shown by --help.
func (areasLoad) Help() string {
	return `Checks all rows, names each wrong one with column and reason, and registers what is new or changed.

Example:
  rightkey areas load areas.csv --data ./register --dry-run`
}

// Run loads the file.
func (c *areasLoad) Run(app *kong.Kong) error {
	ctx := context.Background()
	h, err := openHouse(ctx, c.place, "")
	if err != nil {
		return err
	}
	defer h.close()
	since, err := clock.ParseDay(c.Since)
	if err != nil {
		return fmt.Errorf("--since: %w", err)
	}
	report, err := h.loadAreas(ctx, c.File, area.Load{Day: since, DryRun: c.DryRun, Skip: c.Skip}, app.Stderr)
	if err != nil {
		return err
	}
	for _, r := range report.Rejects {
		fmt.Fprintf(app.Stdout, "row %d, column %s: %s (code %q)\n", r.Row, r.Column, r.Reason, r.Code)
	}
	_, err = fmt.Fprintf(app.Stdout, "%d rows: %d created, %d updated, %d unchanged, %d rejected\n", report.Rows, report.Created, report.Updated, report.Unchanged, report.Rejected)
	if err == nil && report.Rejected > 0 && !report.Applied && !c.DryRun {
		return errors.New("nothing was changed; correct the rows or use --skip")
	}
	return err
}

// loadAreas registers a file of areas with a progress bar.
func (h *house) loadAreas(ctx context.Context, file string, o area.Load, progress io.Writer) (area.Report, error) {
	scope, err := h.decide(access.AreaEdit)
	if err != nil {
		return area.Report{}, err
	}
	r, err := table.Open(file)
	if err != nil {
		return area.Report{}, err
	}
	defer r.Close()
	var bar *progressbar.ProgressBar
	o.File = filepath.Base(file)
	o.Progress = func(done, total int) {
		if bar == nil {
			bar = newBar(progress, "areas", int64(total))
		}
		_ = bar.Set(done)
	}
	return h.areas.LoadFile(ctx, scope, r, o)
}

func newBar(to io.Writer, what string, total int64) *progressbar.ProgressBar {
	return progressbar.NewOptions64(total, progressbar.OptionSetWriter(to), progressbar.OptionSetDescription(fmt.Sprintf("%-12s", what)),
		progressbar.OptionSetWidth(40), progressbar.OptionShowCount(), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionOnCompletion(func() { fmt.Fprintln(to) }))
}

// importCommand is "rightkey import".
type importCommand struct {
	place
	File    string `arg:"" help:"CSV, CSV.gz, XLSX or Parquet file."`
	Map     string `required:"" placeholder:"FILE" help:"Mapping of the file's columns (YAML)."`
	DryRun  bool   `help:"Try every row and change nothing."`
	OnError string `enum:"stop,skip" default:"stop" help:"With rejected rows: stop (nothing is applied) or skip (the others are)."`
	Report  string `placeholder:"FILE" help:"Write the rows with problems as CSV: row, column, severity, reason."`
}

// Help is shown by --help.
func (importCommand) Help() string {
	return `Brings households, persons, income or expenditure into the register. Every row is tried before the first is
written; counts add up: in = created + updated + unchanged + rejected. An import that was interrupted goes on when
the program is started again.

Example:
  rightkey import households.csv --map households.map.yaml --data ./register --dry-run`
}

// Run imports the file.
func (c *importCommand) Run(app *kong.Kong) error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	text, err := os.ReadFile(c.Map)
	if err != nil {
		return err
	}
	mapping, err := registry.ParseMapping(text)
	if err != nil {
		return err
	}
	h, err := openHouse(ctx, c.place, "")
	if err != nil {
		return err
	}
	defer h.close()
	defer h.work(ctx, stop)()
	im, err := h.upload(ctx, c.File)
	if err != nil {
		return err
	}
	if im, err = h.start(ctx, im, mapping, c.DryRun, registry.OnError(c.OnError)); err != nil {
		return err
	}
	im, j, err := h.follow(ctx, im, app.Stderr, filepath.Base(c.File))
	if err != nil {
		return err
	}
	if c.Report != "" {
		if err := h.writeReport(ctx, im, c.Report); err != nil {
			return err
		}
	}
	n := j.Counts
	fmt.Fprintf(app.Stdout, "%s: %d rows: %d created, %d updated, %d unchanged, %d rejected\n", im.State, n.In, n.Created, n.Updated, n.Unchanged, n.Rejected)
	switch {
	case j.State != job.Done:
		return fmt.Errorf("the import failed: %s", j.Error)
	case im.State == registry.Stopped:
		return errors.New("nothing was changed; correct the rows (see --report) or use --on-error=skip")
	}
	return nil
}

// work runs the job runner until the returned function is called.
func (h *house) work(ctx context.Context, stop context.CancelFunc) func() {
	sealing, last := context.WithCancel(context.WithoutCancel(ctx))
	var jobs, seals sync.WaitGroup
	go collectRarely(ctx)
	jobs.Go(func() { h.jobs.Run(ctx) })
	seals.Go(func() { h.sealer.Run(sealing) })
	return func() {
		stop()
		jobs.Wait()
		last() // after the jobs, so that the last checkpoint holds what they wrote
		seals.Wait()
	}
}

func (h *house) upload(ctx context.Context, file string) (registry.Import, error) {
	scope, err := h.decide(access.ImportRun)
	if err != nil {
		return registry.Import{}, err
	}
	r, err := table.Open(file)
	if err != nil {
		return registry.Import{}, err
	}
	defer r.Close()
	return h.registry.Upload(ctx, scope, filepath.Base(file), r)
}

func (h *house) start(ctx context.Context, im registry.Import, m registry.Mapping, dry bool, onError registry.OnError) (registry.Import, error) {
	scope, err := h.decide(access.ImportRun)
	if err != nil {
		return registry.Import{}, err
	}
	if dry {
		return h.registry.Check(ctx, scope, im.ID, im.Ver, m)
	}
	return h.registry.Apply(ctx, scope, im.ID, im.Ver, m, onError)
}

// follow shows the progress of an import until it ends.
func (h *house) follow(ctx context.Context, im registry.Import, progress io.Writer, what string) (registry.Import, job.Job, error) {
	scope, err := h.decide(access.ImportRun)
	if err != nil {
		return im, job.Job{}, err
	}
	bar := newBar(progress, what, 100)
	for {
		j, err := h.jobs.Get(ctx, h.console(), im.Job)
		if store.Passing(err) { // the job waits for the database too, and says so
			time.Sleep(time.Second)
			continue
		}
		if err != nil {
			return im, j, err
		}
		_ = bar.Set(max(0, j.Percent()))
		if j.State.Ended() {
			_ = bar.Finish()
			im, err = h.registry.GetImport(ctx, scope, im.ID)
			return im, j, err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (h *house) writeReport(ctx context.Context, im registry.Import, file string) error {
	scope, err := h.decide(access.ImportRun)
	if err != nil {
		return err
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer out.Close()
	w := csv.NewWriter(out)
	_ = w.Write([]string{"row", "column", "severity", "reason"})
	after := 0
	for {
		rows, err := h.registry.Report(ctx, scope, im.ID, after, 1000)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			w.Flush()
			return w.Error()
		}
		for _, row := range rows {
			for _, p := range row.Problems {
				_ = w.Write([]string{strconv.Itoa(row.N), p.Column, string(p.Severity), p.Reason})
			}
		}
		after = rows[len(rows)-1].N
	}
}
