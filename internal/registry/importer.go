package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/crypt"
	"rightkey/internal/job"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// importer does the jobs of imports.
type importer struct {
	s      *Service
	caller func(ctx context.Context, account int64) (access.Caller, error)
}

// outcome is what becomes of a row.
type outcome int

const (
	rejected outcome = iota
	created
	updated
	unchanged
)

// progress is how far an import got: the last row done in a phase.
type progress struct {
	Phase string `json:"phase"` // check, apply or sweep
	Last  int    `json:"last"`
	Alike int64  `json:"alike,omitempty"` // rows of persons who may be registered already
}

// AlikeIn is how many rows of an import's job are about persons who may be registered already.
func AlikeIn(j job.Job) int64 {
	var at progress
	if j.Progress == nil || json.Unmarshal(j.Progress, &at) != nil {
		return 0
	}
	return at.Alike
}

// importRun is one import at work.
type importRun struct {
	s     *Service
	run   *job.Run
	im    Import
	r     *reader
	scope access.Scope
	key   crypt.DataKey
	total int64
	homes map[int64]int64  // county → home
	areas map[string]int64 // code → key, 0 for none in scope
	time  *punctual        // of the chunk that is planned
	tried bool             // the rows were tried before they are applied, under the same pack

	// Only while checking:
	twins    *twins                // rows that say they are the same
	fresh    map[string]bool       // keys whose record an earlier row of the file creates
	heads    map[int64]bool        // households to which the file gives a head
	promised map[string]*Household // households that another file of the upload will create, by key
	alike    int64                 // rows of persons who may be registered already
}

func (w importer) work(ctx context.Context, run *job.Run) error {
	var args importArgs
	if err := json.Unmarshal(run.Job.Args, &args); err != nil {
		return err
	}
	r, err := w.begin(ctx, run, args)
	if err != nil {
		return err
	}
	var at progress
	if run.Job.Progress != nil {
		if err := json.Unmarshal(run.Job.Progress, &at); err != nil {
			return err
		}
	}
	counts := run.Job.Counts
	r.alike = at.Alike
	if at.Phase == "sweep" {
		return r.sweep(ctx)
	}
	if at.Phase != "apply" {
		if counts, err = r.check(ctx); err != nil {
			return err
		}
		if !args.Apply || (counts.Rejected > 0 && r.im.OnError == Stop) {
			state := Checked
			if args.Apply {
				state = Stopped
			}
			return r.end(ctx, state, counts, nil)
		}
		counts = job.Counts{In: counts.In, Rejected: counts.Rejected}
		r.tried = true
	}
	if counts, err = r.apply(ctx, at, counts); err != nil {
		return err
	}
	if err := r.end(ctx, Imported, counts, args.Then); err != nil {
		return err
	}
	return r.sweep(ctx)
}

func (w importer) begin(ctx context.Context, run *job.Run, args importArgs) (*importRun, error) {
	caller, err := w.caller(ctx, run.Job.Account)
	if err != nil {
		return nil, err
	}
	caller.Purpose = access.Registration
	scope, err := access.Decide(caller, access.ImportRun)
	if err != nil {
		return nil, err
	}
	im, err := w.s.GetImport(ctx, scope, args.Import)
	if err != nil {
		return nil, err
	}
	pack, err := w.s.Pack(im.Area)
	if err != nil {
		return nil, err
	}
	r, err := im.Mapping.resolve(im.Header, pack)
	if err != nil {
		return nil, err
	}
	key, err := w.s.keys.Of(ctx, 0, im.ID)
	if err != nil && !(im.State == Imported && errors.Is(err, journal.ErrErased)) { // only the sweep is left then
		return nil, fmt.Errorf("open the staged rows: %w", err)
	}
	return &importRun{s: w.s, run: run, im: im, r: r, scope: scope, key: key, total: im.Rows, homes: map[int64]int64{}, areas: map[string]int64{}, twins: newTwins(), fresh: map[string]bool{}, heads: map[int64]bool{}}, nil
}

// check tries every row and stores which are rejected and why. It begins at the first row each time: nothing but the
// verdicts on the rows is stored.
func (r *importRun) check(ctx context.Context) (job.Counts, error) {
	counts := job.Counts{}
	r.alike = 0
	err := r.s.db.Tx(ctx, r.scope, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE staging SET state = '', problems = '' WHERE {checked} AND set_id = $1 AND problems <> '' AND state <> 'unreadable'", r.im.ID)
		return err
	})
	if err != nil {
		return counts, err
	}
	if r.promised, err = r.promises(ctx); err != nil {
		return counts, err
	}
	for p := range r.portions(ctx, 0, false) {
		if p.err != nil {
			return counts, p.err
		}
		counts.In += int64(len(p.parsed) + p.unreadable)
		counts.Rejected += int64(p.unreadable)
		r.findTwins(p.parsed)
		b, err := r.plan(ctx, p.parsed, true)
		if err != nil {
			return counts, err
		}
		counts = counts.Add(b.counts())
		if err := r.saveVerdicts(ctx, p.parsed, b, counts, p.last); err != nil {
			return counts, err
		}
	}
	return counts, ctx.Err()
}

func (r *importRun) saveVerdicts(ctx context.Context, rows []parsed, b *batch, counts job.Counts, last int) error {
	err := r.s.db.Tx(ctx, r.scope, func(tx store.Tx) error {
		for i, p := range rows {
			state := ""
			if b.outcomes[i] == rejected {
				state = "rejected"
			}
			if state == "" && len(p.problems) == 0 {
				continue
			}
			if _, err := tx.Exec(ctx, "UPDATE staging SET state = $3, problems = $4 WHERE {checked} AND set_id = $1 AND n = $2", r.im.ID, p.n, state, encodeProblems(p.problems)); err != nil {
				return err
			}
		}
		if err := r.twins.noteEarlier(ctx, tx, r.im.ID); err != nil {
			return err
		}
		return r.run.Save(ctx, tx, int64(last), 2*r.total, counts, progress{"check", last, r.alike})
	})
	if err == nil {
		clear(r.twins.earlier)
	}
	return err
}

// end stores the import's state and begins the next import of then. Once it is applied it destroys the key of the
// staged rows, unless some were rejected: these can be downloaded, corrected and sent again for a while.
func (r *importRun) end(ctx context.Context, state ImportState, counts job.Counts, then []int64) error {
	phase := "check"
	if state == Imported {
		phase = "sweep"
	}
	next, err := r.s.prepareNext(ctx, r.scope, r.run.Job.Account, then)
	if err != nil {
		return err
	}
	err = r.s.db.Tx(ctx, r.scope, func(tx store.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE import SET state = $2, ver = ver + 1 WHERE {checked} AND id = $1", r.im.ID, string(state)); err != nil {
			return err
		}
		if state == Imported && counts.Rejected == 0 {
			if _, err := tx.Exec(ctx, "DELETE FROM data_key WHERE home = 0 AND subject = $1", r.im.ID); err != nil {
				return err
			}
		}
		if next != nil {
			if err := next(ctx, tx); err != nil {
				return err
			}
		}
		return r.run.Save(ctx, tx, 2*r.total, 2*r.total, counts, progress{phase, int(r.total), r.alike})
	})
	if err == nil && next != nil {
		r.s.jobs.Wake()
	}
	return err
}

// sweepChunk is how many staged rows one transaction takes away.
const sweepChunk = 5000

// sweep takes the staged rows of an applied import away. Those with problems stay without their body, as the report;
// rejected ones keep it, sealed, until their time is over. What is left of the keys to find by is written.
func (r *importRun) sweep(ctx context.Context) error {
	var last int64
	if err := store.One(ctx, r.s.db.In(r.scope), "SELECT coalesce(max(n), 0) FROM staging WHERE {checked} AND set_id = $1", []any{r.im.ID}, &last); err != nil {
		return err
	}
	for from := int64(0); from <= last; from += sweepChunk {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := r.s.db.Tx(ctx, r.scope, func(tx store.Tx) error {
			if _, err := tx.Exec(ctx, "DELETE FROM staging WHERE {checked} AND set_id = $1 AND n BETWEEN $2 AND $3 AND problems = ''", r.im.ID, from, from+sweepChunk-1); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "UPDATE staging SET body = $4 WHERE {checked} AND set_id = $1 AND n BETWEEN $2 AND $3 AND state = ''", r.im.ID, from, from+sweepChunk-1, []byte{})
			return err
		})
		if err != nil {
			return fmt.Errorf("sweep the staged rows: %w", err)
		}
	}
	return r.s.writeLate(ctx, r.run.Way())
}
