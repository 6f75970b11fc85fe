package procedure

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// Batch is a decision about many cases at once that is being prepared.
type Batch struct {
	ID     int64
	Sample []int64 // cases that have to be opened first, drawn by chance
}

// Draw draws the sample of a step that is to be taken in many cases. Who takes the step opens each of them (Read) and
// names the batch in the act.
func (s *Service) Draw(ctx context.Context, scope access.Scope, transition string, ids []int64) (Batch, error) {
	if len(ids) == 0 {
		return Batch{}, fault.New(fault.Invalid, "no case was named")
	}
	cases, err := s.Some(ctx, scope, ids)
	if err != nil {
		return Batch{}, err
	}
	t, err := s.stepOf(cases[0], transition)
	if err != nil {
		return Batch{}, err
	}
	id, err := s.journal.Ids().One(ctx, 0)
	if err != nil {
		return Batch{}, err
	}
	b := Batch{ID: id}
	order := rand.Perm(len(cases))[:t.Sample.size(len(cases))]
	rows := make([][]any, len(cases))
	for i, c := range cases {
		drawn := 0
		if slices.Contains(order, i) {
			drawn = 1
			b.Sample = append(b.Sample, c.ID)
		}
		rows[i] = []any{c.Home, c.ID, id, drawn, 0}
	}
	caller := scope.Caller()
	w := s.writer(scope)
	w.as = scope.Acting(cases[0].Area)
	w.entries = append(w.entries, journal.Entry{Kind: "batch.drawn", SubjectKind: "batch", Subject: id, Area: cases[0].Area, VerAfter: 1,
		Body: map[string]any{"transition": transition, "cases": len(cases), "sample": b.Sample}})
	w.add("INSERT INTO case_batch (id, transition, account, holder, at, cases) VALUES ($1, $2, $3, $4, $5, $6)", id, transition, caller.Account, w.as.Holder(), int64(s.Now()), len(cases))
	w.steps = append(w.steps, func(ctx context.Context, tx store.Tx, _ clock.Time) error {
		return tx.Bulk(ctx, "case_sample", []string{"home", "case_id", "batch", "sampled", "opened"}, rows)
	})
	return b, w.write(ctx)
}

// size is how many of n cases are drawn.
func (s *Sample) size(n int) int {
	if s == nil {
		return 0
	}
	part, _ := s.Share.Float64()
	return min(n, max(s.Least, int(math.Ceil(part*float64(n)-1e-9))))
}

// stepOf is a transition of a case's definition.
func (s *Service) stepOf(c Case, transition string) (*Transition, error) {
	d, err := s.Definition(c)
	if err != nil {
		return nil, err
	}
	if t := d.Transition(transition); t != nil {
		return t, nil
	}
	return nil, fault.New(fault.Invalid, "the procedure has no such step").With(0, "transition", "is no step of the procedure")
}

// sampled says whether the sample of a step in many cases was opened by who takes it.
func (s *Service) sampled(ctx context.Context, scope access.Scope, seen []Seen, act Act) error {
	first, err := s.Case(ctx, scope, seen[0].ID)
	if err != nil {
		return err
	}
	t, err := s.stepOf(first, act.Transition)
	if err != nil || t.Sample == nil || len(seen) == 1 {
		return err
	}
	type drawn struct {
		id              int64
		sampled, opened bool
	}
	list, err := store.All(ctx, s.db.In(scope), `SELECT c.case_id, c.sampled = 1, c.opened > 0 FROM case_sample c JOIN case_batch b ON b.id = c.batch
		WHERE {checked} AND b.id = $1 AND b.account = $2 AND b.transition = $3`, []any{act.Batch, scope.Caller().Account, act.Transition},
		func(r store.Rows, d *drawn) error { return r.Scan(&d.id, &d.sampled, &d.opened) })
	if err != nil {
		return fmt.Errorf("read a batch: %w", err)
	}
	in, unopened := map[int64]bool{}, 0
	for _, d := range list {
		in[d.id] = true
		if d.sampled && !d.opened {
			unopened++
		}
	}
	if slices.ContainsFunc(seen, func(one Seen) bool { return !in[one.ID] }) {
		return refuse(fault.Conflict, "no_sample", "a sample of these cases has to be drawn first")
	}
	if unopened > 0 {
		return refuse(fault.Conflict, "sample", "open the cases of the sample first: %d are left", unopened)
	}
	return nil
}
