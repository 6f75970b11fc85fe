package crosscheck

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/verify/duplicate"
)

// JobKind is the kind of the jobs that compare a list with the register.
const JobKind = "crosscheck"

// runChunk is how many rows one transaction of a run is about.
const runChunk = 200

// runArgs are the arguments of a run.
type runArgs struct {
	List int64 `json:"list"`
}

// begin stores what arrived of a list, and the job that compares it.
func (s *Service) begin(ctx context.Context, scope access.Scope, l List) (List, error) {
	within := s.registry.Areas().Scheme().Range(l.Area)
	j, err := s.jobs.Prepare(ctx, scope.Caller().Account, job.Request{Kind: JobKind, Title: l.Rule, Args: runArgs{l.ID}, Area: l.Area, Range: within})
	if err != nil {
		return List{}, err
	}
	l.State, l.Job = Comparing, j.ID
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE check_list SET state = $2, job = $3, name = $4, sha256 = $5, received = $6, rejected = $7, ver = ver + 1 WHERE {checked} AND id = $1",
			l.ID, string(l.State), l.Job, l.Name, l.SHA256, l.Counts.Received, l.Counts.Rejected)
		if err != nil {
			return err
		}
		return s.jobs.Insert(ctx, tx, j, within)
	})
	if err != nil {
		return List{}, fmt.Errorf("start a comparison: %w", err)
	}
	s.jobs.Wake()
	l.Ver++
	return l, nil
}

// runner is one run at work. What is done is known by the rows themselves: a run that is taken up again goes on with
// those that have no outcome.
type runner struct {
	s       *Service
	run     *job.Run
	list    List
	check   *Check
	key     crypt.DataKey
	compare func(a, b registry.Identity) duplicate.Likeness
	persons float64
	created int64 // leads
}

func (s *Service) work(ctx context.Context, run *job.Run) error {
	var args runArgs
	if err := json.Unmarshal(run.Job.Args, &args); err != nil {
		return err
	}
	r := &runner{s: s, run: run, created: run.Job.Counts.Created}
	if err := r.open(ctx, args.List); err != nil {
		return err
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows, err := r.next(ctx)
		if err != nil {
			return err
		}
		if err := r.step(ctx, rows); err != nil || len(rows) == 0 {
			return err
		}
	}
}

func (r *runner) open(ctx context.Context, id int64) (err error) {
	if r.list, err = r.s.List(ctx, program, id); err != nil {
		return err
	}
	if r.list.State != Comparing {
		return fault.New(fault.Conflict, "the list is %s", r.list.State)
	}
	if r.check, err = r.s.check(r.list.Area, r.list.Rule); err != nil {
		return err
	}
	if r.key, err = r.s.keys.Of(ctx, 0, id); err != nil {
		return err
	}
	if r.compare, err = r.s.duplicates.Comparer(ctx); err != nil {
		return err
	}
	_, persons, err := r.s.registry.Count(ctx, r.scope(), registry.Filter{})
	r.persons = float64(persons)
	return err
}

// scope is where the list's people may live.
func (r *runner) scope() access.Scope {
	return program.Within(r.s.registry.Areas().Scheme().Range(r.list.Area))
}

// staged is a row at work.
type staged struct {
	n       int
	sealed  []byte
	row     Row
	verdict verdict
	reason  string // why it is rejected after all
	member  registry.Identity
}

// next are the next rows without an outcome.
func (r *runner) next(ctx context.Context) ([]staged, error) {
	rows, err := store.All(ctx, r.s.db.In(program), "SELECT n, body FROM check_row WHERE {checked} AND list = $1 AND outcome = '' ORDER BY n LIMIT $2", []any{r.list.ID, runChunk},
		func(rows store.Rows, one *staged) error { return rows.Scan(&one.n, &one.sealed) })
	if err != nil {
		return nil, fmt.Errorf("read rows of a list: %w", err)
	}
	for i := range rows {
		body, err := crypt.Open(r.key, rows[i].sealed, rowPlace(r.list.ID, rows[i].n))
		if err == nil {
			err = json.Unmarshal(body, &rows[i].row)
		}
		if err != nil {
			return nil, fmt.Errorf("open row %d of a list: %w", rows[i].n, err)
		}
	}
	return rows, nil
}

// step compares rows and stores what became of them with the leads, in one transaction; without rows it ends the run.
func (r *runner) step(ctx context.Context, rows []staged) error {
	var err error
	if r.list.Asked > 0 {
		err = r.answered(ctx, rows)
	} else {
		err = r.matched(ctx, rows)
	}
	if err != nil {
		return err
	}
	next := r.list.Counts
	var hits []hit
	for i := range rows {
		switch row := &rows[i]; row.verdict.outcome {
		case OutcomeMatched:
			next.Matched++
			fires, err := r.check.Fires(row.row, row.member.Birth, r.list.Day, r.s.today())
			if err != nil {
				return fmt.Errorf("decide on row %d of a list: %w", row.n, err)
			}
			if !fires {
				continue
			}
			next.Leads++
			one, err := r.hit(*row)
			if err != nil {
				return err
			}
			hits = append(hits, one)
		case OutcomeAmbiguous:
			next.Ambiguous++
		case OutcomeRejected:
			next.Rejected++
		default:
			next.Unmatched++
		}
	}
	fresh, err := r.s.settle(ctx, r.check, hits, func(ctx context.Context, tx store.Tx, fresh int64) error { return r.save(ctx, tx, rows, next, fresh) })
	if err == nil {
		r.list.Counts, r.created = next, r.created+fresh
	}
	return err
}

// save stores what became of rows, and how far the run is.
func (r *runner) save(ctx context.Context, tx store.Tx, rows []staged, c Counts, fresh int64) error {
	for _, row := range rows {
		field := ""
		if row.reason != "" {
			field = tokenColumn
		}
		if _, err := tx.Exec(ctx, "UPDATE check_row SET outcome = $3, field = $4, reason = $5 WHERE {checked} AND list = $1 AND n = $2", r.list.ID, row.n, row.verdict.outcome, field, row.reason); err != nil {
			return err
		}
	}
	state := Comparing
	if len(rows) == 0 {
		state = Compared
	}
	_, err := tx.Exec(ctx, "UPDATE check_list SET state = $2, matched = $3, unmatched = $4, ambiguous = $5, rejected = $6, leads = $7, ver = ver + 1 WHERE {checked} AND id = $1",
		r.list.ID, string(state), c.Matched, c.Unmatched, c.Ambiguous, c.Rejected, c.Leads)
	if err != nil {
		return err
	}
	done := c.Matched + c.Unmatched + c.Ambiguous + c.Rejected
	created := r.created + fresh
	return r.run.Save(ctx, tx, done, c.Received, job.Counts{In: c.Received, Created: created, Unchanged: done - c.Rejected - created, Rejected: c.Rejected}, nil)
}

// matched finds whom rows mean.
func (r *runner) matched(ctx context.Context, rows []staged) error {
	asked := make([]registry.Identity, len(rows))
	for i := range rows {
		asked[i] = r.identity(rows[i].row)
	}
	found, err := r.s.registry.Alike(ctx, asked, nil)
	if err != nil {
		return err
	}
	within := r.scope()
	for i := range rows {
		bare := asked[i]
		bare.Area = 0 // where the department's people live is not what the register knows
		var candidates []candidate
		for at, other := range found[i] {
			if !within.Holds(other.Area) {
				continue
			}
			like := r.compare(bare, other)
			candidates = append(candidates, candidate{at: at, bits: like.Bits, name: like.Name, number: bare.NationalID != "" && bare.NationalID == other.NationalID})
		}
		if rows[i].verdict = decide(candidates, r.persons); rows[i].verdict.outcome == OutcomeMatched {
			rows[i].member = found[i][rows[i].verdict.at]
		}
	}
	return nil
}

// identity is whose a row is.
func (r *runner) identity(row Row) registry.Identity {
	who := registry.Identity{Name: row.Name, Sex: row.Sex, Area: r.list.Area, NationalID: r.s.registry.Canonical(r.list.Area, row.Number)}
	if day, err := clock.ParseDay(row.Birth); err == nil {
		who.Birth = &day
	}
	return who
}

// hit is what a row says against the register.
func (r *runner) hit(row staged) (hit, error) {
	body, err := json.Marshal(row.row.Values)
	if err != nil {
		return hit{}, err
	}
	one := hit{list: r.list, member: row.member, how: row.verdict.how, probability: math.Round(row.verdict.probability*1e4) / 1e4, kind: registry.SubjectPerson, subject: row.member.ID}
	one.mark = r.s.mark(r.check.Code, one.subject, row.row.identity())
	one.body = func(id int64) []byte { return crypt.Seal(r.key, body, leadPlace(id)) }
	return one, nil
}

// leadPlace is where the values of a lead are sealed.
func leadPlace(id int64) crypt.Place {
	return crypt.Place{Table: "check_lead", Column: "body", Row: id}
}
