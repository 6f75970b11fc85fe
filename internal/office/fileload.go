package office

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/job"
	"rightkey/internal/store"
	"rightkey/internal/table"
	"rightkey/internal/web"
)

const (
	// MaxFile is the size of a file of areas or organisations, in bytes.
	MaxFile   = 64 << 20
	maxRows   = 5_000_000
	piece     = 512 << 10 // bytes of a file in one row
	shown     = 200       // rejected rows that a report keeps
	fileLasts = 7 * 24 * time.Hour
	telling   = 300 * time.Millisecond // how often progress is stored
)

// FileLoads loads files of one kind as jobs: first a check of all rows, then, when somebody has looked at its report,
// the load itself.
type FileLoads struct {
	office *Service
	jobs   *job.Runner
	kind   fileKind
}

// fileKind is what a file holds: the names of its jobs, who may load it, and how.
type fileKind struct {
	check, load string
	verb        access.Verb
	read        func(ctx context.Context, scope access.Scope, file table.Reader, o area.Load) (area.Report, error)
}

// newFileLoads opens the loading of a kind of files and registers its jobs; call it before the runner runs.
func newFileLoads(o *Service, jobs *job.Runner, kind fileKind) *FileLoads {
	l := &FileLoads{office: o, jobs: jobs, kind: kind}
	jobs.Register(kind.check, func(ctx context.Context, run *job.Run) error { return l.work(ctx, run, true) })
	jobs.Register(kind.load, func(ctx context.Context, run *job.Run) error { return l.work(ctx, run, false) })
	return l
}

// loadArgs are the arguments of both jobs.
type loadArgs struct {
	File int64     `json:"file"` // of area_file
	Name string    `json:"name"`
	Size int64     `json:"size"`
	Skip bool      `json:"skip"`           // load the right rows although others were rejected
	Day  clock.Day `json:"day"`            // from which what is new holds
	Lang i18n.Lang `json:"lang,omitempty"` // of who asked, in which the report speaks
}

// FileReport is what a check or load of a file found, as the job keeps it: at most 200 rejected rows.
type FileReport struct {
	Applied bool          `json:"applied"`
	Rejects []area.Reject `json:"rejects"`
}

// ReportOf returns the report of a check or load that has ended; false while there is none.
func ReportOf(j job.Job) (FileReport, bool) {
	var report FileReport
	if !j.State.Ended() || len(j.Progress) == 0 || json.Unmarshal(j.Progress, &report) != nil {
		return FileReport{}, false
	}
	return report, true
}

// Check stores a file and starts the check of all its rows; nothing is loaded. name tells by its ending what
// kind of table the file is.
func (l *FileLoads) Check(ctx context.Context, c access.Caller, name string, file []byte) (job.Job, error) {
	if _, err := access.Decide(c, l.kind.verb); err != nil {
		return job.Job{}, err
	}
	if len(file) > MaxFile {
		return job.Job{}, fault.New(fault.TooLarge, "the file is larger than %d bytes", MaxFile)
	}
	if _, err := open(name, file); err != nil { // what is no table at all is refused at once
		return job.Job{}, err
	}
	id, err := l.keep(ctx, file)
	if err != nil {
		return job.Job{}, fmt.Errorf("store a file: %w", err)
	}
	return l.jobs.Submit(ctx, c.Account, job.Request{Kind: l.kind.check, Title: name, Range: access.Everywhere,
		Args: loadArgs{File: id, Name: name, Size: int64(len(file)), Day: l.office.today(), Lang: web.Lang(ctx)}})
}

// Apply starts the load of a file that was checked by one of the caller's jobs. With skip the rejected rows are left
// out, without it there may be none.
func (l *FileLoads) Apply(ctx context.Context, c access.Caller, check int64, skip bool) (job.Job, error) {
	if _, err := access.Decide(c, l.kind.verb); err != nil {
		return job.Job{}, err
	}
	j, err := l.jobs.Get(ctx, c, check)
	if err != nil {
		return job.Job{}, err
	}
	if j.Kind != l.kind.check || j.State != job.Done || j.Account != c.Account {
		return job.Job{}, fault.New(fault.Conflict, "check the file first, then load it")
	}
	if j.Counts.Rejected > 0 && !skip {
		return job.Job{}, fault.New(fault.Conflict, "%d rows are rejected: correct the file, or load the others only", j.Counts.Rejected)
	}
	var args loadArgs
	if err := json.Unmarshal(j.Args, &args); err != nil {
		return job.Job{}, fmt.Errorf("read the arguments of job %d: %w", check, err)
	}
	args.Skip = skip
	return l.jobs.Submit(ctx, c.Account, job.Request{Kind: l.kind.load, Title: args.Name, Args: args, Range: access.Everywhere})
}

// open opens a file as a table, with limits.
func open(name string, file []byte) (table.Reader, error) {
	return table.OpenNamed(name, bytes.NewReader(file), int64(len(file)), table.Options{MaxRows: maxRows, MaxBytes: 2 << 30})
}

// keep stores a file in pieces and deletes those that nobody came back for.
func (l *FileLoads) keep(ctx context.Context, file []byte) (int64, error) {
	id, err := l.office.journal.Ids().One(ctx, 0)
	if err != nil {
		return 0, err
	}
	now := l.office.now()
	for n := 0; n*piece < len(file); n++ {
		part := file[n*piece : min(len(file), (n+1)*piece)]
		err := l.office.db.Tx(ctx, system, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO area_file (id, n, at, body) VALUES ($1, $2, $3, $4)", id, n, int64(now), part)
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	return id, l.office.db.Tx(ctx, system, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM area_file WHERE at < $1", int64(now.Add(-fileLasts)))
		return err
	})
}

func (l *FileLoads) fetch(ctx context.Context, args loadArgs) ([]byte, error) {
	parts, err := store.All(ctx, l.office.db.In(system), "SELECT body FROM area_file WHERE id = $1 ORDER BY n", []any{args.File},
		func(r store.Rows, part *[]byte) error { return r.Scan(part) })
	if err != nil {
		return nil, err
	}
	file := bytes.Join(parts, nil)
	if int64(len(file)) != args.Size {
		return nil, fault.New(fault.Gone, "the file was kept for a week and is gone; send it again")
	}
	return file, nil
}

// work does a job. Who asked for it must still be allowed to.
func (l *FileLoads) work(ctx context.Context, run *job.Run, dry bool) error {
	var args loadArgs
	if err := json.Unmarshal(run.Job.Args, &args); err != nil {
		return fmt.Errorf("read the arguments: %w", err)
	}
	caller, err := l.office.CallerOf(ctx, run.Job.Account)
	if err != nil {
		return err
	}
	caller.Place = "job"
	ctx = web.WithViewer(ctx, web.Viewer{Lang: args.Lang})
	scope, err := access.Decide(caller, l.kind.verb)
	if err != nil {
		return err
	}
	file, err := l.fetch(ctx, args)
	if err != nil {
		return fmt.Errorf("fetch the file: %w", err)
	}
	reader, err := open(args.Name, file)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	report, err := l.kind.read(ctx, scope, reader, area.Load{DryRun: dry, Skip: args.Skip, Day: args.Day, File: args.Name,
		Progress: l.teller(ctx, run, stop)})
	if err := errors.Join(err, reader.Close()); err != nil {
		return errors.Join(err, context.Cause(ctx))
	}
	return l.finish(ctx, run, args, report, dry)
}

// teller stores progress now and then; a job that was cancelled is stopped by it.
func (l *FileLoads) teller(ctx context.Context, run *job.Run, stop context.CancelCauseFunc) func(done, total int) {
	last := l.office.now()
	return func(done, total int) {
		now := l.office.now()
		if now.Sub(last) < telling && done < total {
			return
		}
		last = now
		err := l.office.db.Tx(ctx, system, func(tx store.Tx) error {
			return run.Save(ctx, tx, int64(done), int64(total), job.Counts{}, nil)
		})
		if err != nil {
			stop(err)
		}
	}
}

// finish stores the report and, after a load, deletes the file.
func (l *FileLoads) finish(ctx context.Context, run *job.Run, args loadArgs, r area.Report, dry bool) error {
	counts := job.Counts{In: int64(r.Rows), Created: int64(r.Created), Updated: int64(r.Updated), Unchanged: int64(r.Unchanged), Rejected: int64(r.Rejected)}
	report := FileReport{Applied: r.Applied, Rejects: r.Rejects[:min(len(r.Rejects), shown)]}
	return l.office.db.Tx(ctx, system, func(tx store.Tx) error {
		if !dry {
			if _, err := tx.Exec(ctx, "DELETE FROM area_file WHERE id = $1", args.File); err != nil {
				return err
			}
		}
		return run.Save(ctx, tx, counts.In, counts.In, counts, report)
	})
}
