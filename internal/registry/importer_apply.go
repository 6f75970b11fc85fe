package registry

import (
	"context"
	"slices"

	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/store"
)

// replans is how often a portion is planned anew because records moved on under it.
const replans = 5

// apply writes the rows that were not rejected, from where it was left: a portion is planned while the one before is
// written, unless both are about the same records.
func (r *importRun) apply(ctx context.Context, at progress, counts job.Counts) (job.Counts, error) {
	r.promised, r.heads = nil, map[int64]bool{}
	last := 0
	if at.Phase == "apply" {
		last = at.Last
	}
	w := &writing{r: r, counts: counts}
	for p := range r.portions(ctx, last, true) {
		if err := w.next(ctx, p); err != nil {
			return w.counts, err
		}
	}
	if err := w.settle(ctx); err != nil {
		return w.counts, err
	}
	return w.counts, ctx.Err()
}

// writing is the portion that is being written.
type writing struct {
	r      *importRun
	p      portion
	counts job.Counts // of what is stored
	stored chan error // nil where nothing is being written
	after  job.Counts // once the portion is stored
}

// next plans a portion and begins to write it when the one before is stored.
func (w *writing) next(ctx context.Context, p portion) error {
	if p.err != nil || w.p.touches(p) {
		if err := w.settle(ctx); err != nil {
			return err
		}
	}
	if p.err != nil {
		return p.err
	}
	planned := p
	planned.parsed = slices.Clone(p.parsed)
	b, err := w.r.plan(ctx, planned.parsed, false)
	if settled := w.settle(ctx); settled != nil {
		return settled
	}
	if err != nil {
		return err
	}
	w.p, w.after, w.stored = p, w.counts.Add(b.counts()), make(chan error, 1)
	go func() { w.stored <- w.r.store(ctx, planned, b, w.after) }()
	return nil
}

// settle waits until the portion is stored; where a record moved on in the meantime, it is planned anew.
func (w *writing) settle(ctx context.Context) error {
	if w.stored == nil {
		return nil
	}
	err := <-w.stored
	w.stored = nil
	for attempt := 1; err != nil && attempt < replans && movedOn(ctx, err); attempt++ {
		planned := w.p
		planned.parsed = slices.Clone(w.p.parsed)
		b, failed := w.r.plan(ctx, planned.parsed, false)
		if failed != nil {
			return failed
		}
		w.after = w.counts.Add(b.counts())
		err = w.r.store(ctx, planned, b, w.after)
	}
	if err == nil {
		w.counts = w.after
	}
	return err
}

func movedOn(ctx context.Context, err error) bool {
	return fault.Is(err, fault.Stale) || (fault.Is(err, fault.Conflict) && ctx.Err() == nil)
}

// store writes a portion as it was planned, with the progress.
func (r *importRun) store(ctx context.Context, p portion, b *batch, counts job.Counts) error {
	err := r.s.db.Tx(ctx, r.scope, func(tx store.Tx) error {
		if err := b.store(ctx, tx); err != nil {
			return err
		}
		for i, row := range p.parsed {
			if b.outcomes[i] != rejected {
				continue
			}
			if _, err := tx.Exec(ctx, "UPDATE staging SET state = 'rejected', problems = $3 WHERE {checked} AND set_id = $1 AND n = $2", r.im.ID, row.n, encodeProblems(row.problems)); err != nil {
				return err
			}
		}
		return r.run.Save(ctx, tx, r.total+int64(p.last), 2*r.total, counts, progress{"apply", p.last, r.alike})
	})
	if err != nil {
		return err
	}
	if len(b.found) == 0 {
		return nil
	}
	r.s.sweeper.wroteLate(len(b.found))
	return r.s.sweepKeys(ctx, r.run.Way().Company())
}
