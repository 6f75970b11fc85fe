package procedure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// JobKind is the kind of the jobs that act on many cases.
const JobKind = "cases"

// chunk is how many cases are written in one transaction: less than 50 ms of writing. An act on so many is done at once,
// all of them or none; on more it is a job, in which each case is decided by itself.
const chunk = 50

// Most is how many cases can be acted on together.
const Most = 5000

// deed adds to a writer what an act does to the cases of some lines.
type deed func(ctx context.Context, w *writer, part []line) error

// line is a case in an act on many.
type line struct{ n, home, of, subject, place, ver int64 }

// linesOf are cases as they were seen.
func linesOf(cases []Case) []line {
	lines := make([]line, len(cases))
	for i, c := range cases {
		lines[i] = line{int64(i + 1), c.Home, c.ID, c.Household, c.Area, c.Ver}
	}
	return lines
}

// Bulk is an act on many cases at once, as its job keeps it.
type Bulk struct {
	Deed       string `json:"deed"`           // which: see deeds
	Code       string `json:"code,omitempty"` // of the definition
	Transition string `json:"transition,omitempty"`
	Reason     string `json:"reason,omitempty"`
	Said       []byte `json:"said,omitempty"` // sealed under a key of the job
	Sitting    int64  `json:"sitting,omitempty"`
	Notice     int64  `json:"notice,omitempty"`
	Purpose    string `json:"purpose,omitempty"` // of who acts
}

// The deeds.
const (
	deedOpen    = "open"
	deedTake    = "take"
	deedSitting = "sitting"
	deedLead    = "lead"
	deedNotice  = "notice"
)

// deed is what is done to each line.
func (s *Service) deed(b Bulk, act Act) (deed, error) {
	switch b.Deed {
	case deedOpen:
		return s.opening(b.Code), nil
	case deedTake:
		return s.onCases(s.taking(act)), nil
	case deedSitting:
		return s.onCases(s.seating(b.Sitting)), nil
	case deedLead:
		return s.onCases(s.leading(b.Sitting)), nil
	case deedNotice:
		return s.posting(b.Notice), nil
	}
	return nil, fmt.Errorf("there is no act %q on many cases", b.Deed)
}

// onCases is a deed on the cases of lines: a case that has moved on since it was seen is a Stale fault.
func (s *Service) onCases(do func(context.Context, *writer, []Case) error) deed {
	return func(ctx context.Context, w *writer, part []line) error {
		cases, err := s.seen(ctx, w.scope, part)
		if err != nil {
			return err
		}
		return do(ctx, w, cases)
	}
}

// seen are the cases of lines, as they were seen.
func (s *Service) seen(ctx context.Context, scope access.Scope, part []line) ([]Case, error) {
	ids := make([]int64, len(part))
	for i, l := range part {
		ids[i] = l.of
	}
	cases, err := s.Some(ctx, scope, ids)
	if err != nil {
		return nil, err
	}
	for i, c := range cases {
		if part[i].ver != 0 && part[i].ver != c.Ver {
			return nil, stale()
		}
	}
	return cases, nil
}

func stale() error {
	return fault.New(fault.Stale, "the case was changed by somebody else since you opened it").Coded("procedure.stale")
}

// carry adds to a writer an act on lines: itself where they are few, else the job that does it, whose number it returns.
// Call start when the writer has written.
func (s *Service) carry(ctx context.Context, w *writer, b Bulk, act Act, lines []line, place int64) (int64, error) {
	do, err := s.deed(b, act)
	if err != nil {
		return 0, err
	}
	if len(lines) <= chunk {
		return 0, do(ctx, w, lines)
	}
	c := w.scope.Caller()
	b.Purpose = c.Purpose
	within := s.areas.Scheme().Range(place)
	q := job.Request{Kind: JobKind, Title: b.Deed, Area: place, Range: within, Args: b}
	j, err := s.jobs.Prepare(ctx, c.Account, q)
	if err != nil {
		return 0, err
	}
	if act.Said.Comment != "" || len(act.Said.Evidence) > 0 {
		if b.Said, err = w.keep(j.ID, act.Said); err != nil {
			return 0, err
		}
	}
	if j.Args, err = json.Marshal(b); err != nil {
		return 0, err
	}
	rows := make([][]any, len(lines))
	for i, l := range lines {
		rows[i] = []any{l.home, j.ID, l.n, l.of, l.subject, l.ver}
	}
	w.steps = append(w.steps, func(ctx context.Context, tx store.Tx, _ clock.Time) error {
		if err := s.jobs.Insert(ctx, tx, j, within); err != nil {
			return err
		}
		return tx.Bulk(ctx, "case_bulk", []string{"home", "bulk", "n", "case_id", "subject", "ver"}, rows)
	})
	return j.ID, nil
}

// carried is carry of an act that nothing comes before: it writes and starts.
func (s *Service) carried(ctx context.Context, scope access.Scope, b Bulk, act Act, lines []line, place int64) (int64, error) {
	w := s.writer(scope)
	id, err := s.carry(ctx, w, b, act, lines, place)
	if err != nil {
		return 0, err
	}
	return id, s.start(ctx, w, id)
}

// start writes, and wakes the job that was written with it.
func (s *Service) start(ctx context.Context, w *writer, id int64) error {
	if err := w.write(ctx); err != nil {
		return err
	}
	if id != 0 {
		s.jobs.Wake()
	}
	return nil
}

func bulkPlace(id int64) crypt.Place { return crypt.Place{Table: "job", Column: "said", Row: id} }

// keep seals what is said in a job's act under a key of its own, until the job has sealed it under each household's.
func (w *writer) keep(id int64, said Said) ([]byte, error) {
	text, err := json.Marshal(said)
	if err != nil {
		return nil, err
	}
	key := w.s.keys.Make(0, id)
	w.steps = append(w.steps, func(ctx context.Context, tx store.Tx, _ clock.Time) error {
		return journal.StoreKeys(ctx, tx, []journal.NewKey{key})
	})
	return crypt.Seal(key.Key, text, bulkPlace(id)), nil
}

// said opens what keep has sealed.
func (s *Service) said(ctx context.Context, id int64, b Bulk) (Said, error) {
	var said Said
	if len(b.Said) == 0 {
		return said, nil
	}
	key, err := s.keys.Of(ctx, 0, id)
	if err != nil {
		return said, fmt.Errorf("open the key of a job: %w", err)
	}
	text, err := crypt.Open(key, b.Said, bulkPlace(id))
	if err != nil {
		return said, fmt.Errorf("open what is said in a job: %w", err)
	}
	return said, json.Unmarshal(text, &said)
}

// unsay destroys the key of what was said in a job that is done.
func (s *Service) unsay(ctx context.Context, scope access.Scope, id int64) error {
	err := s.db.Tx(ctx, scope, func(tx store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM data_key WHERE home = 0 AND subject = $1", id)
		return err
	})
	if err != nil {
		return fmt.Errorf("destroy the key of a job: %w", err)
	}
	return nil
}

// presiding is how the caller holds the meeting or hangs the notice of an act, empty for others.
func (s *Service) presiding(ctx context.Context, scope access.Scope, b Bulk) (access.Capacity, error) {
	switch {
	case b.Sitting != 0:
		m, err := s.Sitting(ctx, scope, b.Sitting)
		if err != nil {
			return access.Capacity{}, err
		}
		kind, err := s.MeetingOf(m)
		if err != nil {
			return access.Capacity{}, err
		}
		return s.presides(scope, kind.By, m.Area)
	case b.Notice != 0:
		n, err := s.Notice(ctx, scope, b.Notice)
		if err != nil {
			return access.Capacity{}, err
		}
		kind, err := s.BoardOf(n)
		if err != nil {
			return access.Capacity{}, err
		}
		return s.presides(scope, kind.By, n.Area)
	}
	return access.Capacity{}, nil
}

// bulk is a job at work.
type bulk struct {
	s     *Service
	run   *job.Run
	scope access.Scope
	as    access.Capacity // in which a meeting is held or a notice hung
	do    deed
	total int64
	// counts are what is stored.
	counts job.Counts
	opens  bool
}

// work does the lines of a job that are left, in the order in which they were given. Who asked for it must still be
// allowed to.
func (s *Service) work(ctx context.Context, run *job.Run) error {
	var b Bulk
	if err := json.Unmarshal(run.Job.Args, &b); err != nil {
		return err
	}
	caller, err := s.caller(ctx, run.Job.Account)
	if err != nil {
		return err
	}
	caller.Purpose = b.Purpose
	scope, err := access.Decide(caller, access.CaseAct)
	if err != nil {
		return err
	}
	said, err := s.said(ctx, run.Job.ID, b)
	if err != nil {
		return err
	}
	do, err := s.deed(b, Act{Transition: b.Transition, Reason: b.Reason, Said: said})
	if err != nil {
		return err
	}
	as, err := s.presiding(ctx, scope, b)
	if err != nil {
		return err
	}
	at := &bulk{s: s, run: run, scope: scope, as: as, do: do, counts: run.Job.Counts, opens: b.Deed == deedOpen}
	if err := store.One(ctx, s.db.In(scope), "SELECT count(*) FROM case_bulk WHERE {checked} AND bulk = $1", []any{run.Job.ID}, &at.total); err != nil {
		return fmt.Errorf("count the cases of a job: %w", err)
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		part, err := store.All(ctx, s.db.In(scope), "SELECT n, home, case_id, subject, ver FROM case_bulk WHERE {checked} AND bulk = $1 AND state = '' ORDER BY n LIMIT $2", []any{run.Job.ID, chunk},
			func(r store.Rows, l *line) error { return r.Scan(&l.n, &l.home, &l.of, &l.subject, &l.ver) })
		if err != nil {
			return err
		}
		if len(part) == 0 {
			return s.unsay(ctx, scope, run.Job.ID)
		}
		if err := at.part(ctx, part); err != nil {
			return err
		}
	}
}

// part does some lines in one transaction; where one of them is refused each of them alone.
func (b *bulk) part(ctx context.Context, part []line) error {
	w := b.s.writer(b.scope)
	w.as = b.as
	err := b.do(ctx, w, part)
	if err == nil {
		n := int64(len(part))
		done := job.Counts{In: n, Updated: n}
		if b.opens {
			done = job.Counts{In: n, Created: n}
		}
		after := b.counts.Add(done)
		w.steps = append(w.steps, b.settles(part, after, "done", &fault.Error{}))
		if err = w.write(ctx); err == nil {
			b.counts = after
			return nil
		}
	}
	var refused *fault.Error
	if !errors.As(err, &refused) || refused.Kind == fault.Internal || refused.Kind == fault.Unavailable {
		return err
	}
	if len(part) == 1 {
		return b.refuse(ctx, part, refused)
	}
	for i := range part {
		if err := b.part(ctx, part[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

// refuse writes down that an act was refused, and why.
func (b *bulk) refuse(ctx context.Context, part []line, why *fault.Error) error {
	after := b.counts.Add(job.Counts{In: 1, Rejected: 1})
	settle := b.settles(part, after, "refused", why)
	if err := b.s.db.Tx(ctx, b.scope, func(tx store.Tx) error { return settle(ctx, tx, 0) }); err != nil {
		return fmt.Errorf("write down a refusal: %w", err)
	}
	b.counts = after
	return nil
}

// settles writes what became of lines, and how far the job is.
func (b *bulk) settles(part []line, counts job.Counts, state string, why *fault.Error) func(context.Context, store.Tx, clock.Time) error {
	return func(ctx context.Context, tx store.Tx, _ clock.Time) error {
		for _, l := range part {
			_, err := tx.Exec(ctx, "UPDATE case_bulk SET state = $4, kind = $5, code = $6, message = $7 WHERE {checked} AND home = $1 AND bulk = $2 AND n = $3",
				l.home, b.run.Job.ID, l.n, state, string(why.Kind), why.Code, why.Message)
			if err != nil {
				return err
			}
		}
		return b.run.Save(ctx, tx, counts.In, b.total, counts, nil)
	}
}

// Refusal is a case in which an act on many was refused.
type Refusal struct {
	N, Case, Household int64
	Why                *fault.Error
}

// Refused lists what a job refused of the households in scope, after a place in its list.
func (s *Service) Refused(ctx context.Context, scope access.Scope, id, after int64, limit int) ([]Refusal, error) {
	found, err := store.All(ctx, s.db.In(scope), `SELECT b.n, b.case_id, b.subject, b.kind, b.code, b.message FROM case_bulk b JOIN household h ON h.home = b.home AND h.id = b.subject
		WHERE {scope h.area h.id} AND b.bulk = $1 AND b.state = 'refused' AND b.n > $2 ORDER BY b.n LIMIT $3`, []any{id, after, limit}, func(r store.Rows, one *Refusal) error {
		one.Why = &fault.Error{}
		return r.Scan(&one.N, &one.Case, &one.Household, (*string)(&one.Why.Kind), &one.Why.Code, &one.Why.Message)
	})
	if err != nil {
		return nil, fmt.Errorf("read what was refused: %w", err)
	}
	return found, nil
}

// Working says whether a job is still at its cases; 0 is none. What one that was stopped left out waits for another one.
func (s *Service) Working(ctx context.Context, id int64) (bool, error) {
	if id == 0 {
		return false, nil
	}
	var state job.State
	if err := store.One(ctx, s.db.In(access.System("whether all cases are there")), "SELECT state FROM job WHERE {checked} AND id = $1", []any{id}, &state); err != nil {
		return false, fmt.Errorf("read the state of a job: %w", err)
	}
	return !state.Ended(), nil
}

// idle is a Conflict fault while a job is at the cases of a meeting or notice: it is held or hung with all of them.
func (s *Service) idle(ctx context.Context, id int64) error {
	working, err := s.Working(ctx, id)
	if working {
		err = refuse(fault.Conflict, "gathering", "a job is still at the households of this list; wait until it has ended")
	}
	return err
}

// Around is the smallest area that holds all of some cases.
func (s *Service) Around(cases []Case) int64 { return s.around(linesOf(cases)) }

func (s *Service) around(lines []line) int64 {
	scheme := s.areas.Scheme()
	var around int64
	for i, l := range lines {
		if i == 0 {
			around = l.place
		}
		for around != 0 && !scheme.Range(around).Holds(l.place) {
			around = scheme.Parent(around)
		}
	}
	return around
}

// All lists every case of a selection, an Invalid fault if there are more than can be acted on together.
func (s *Service) All(ctx context.Context, scope access.Scope, of Selection) ([]Case, error) {
	list, err := s.List(ctx, scope, of, Position{Due: -1}, Most+1)
	if err == nil && len(list) > Most {
		return nil, refuse(fault.Invalid, "too_many", "these are too many cases to be acted on together")
	}
	return slices.Clip(list), err
}
