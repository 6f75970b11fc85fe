package procedure

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// Sitting is one meeting, with a result for each case.
type Sitting struct {
	ID, Area int64
	Pack     string
	Code     string    // of the definition
	Meeting  string    // the kind of sitting
	Day      clock.Day // for which it was called; of a closed one, on which it was held
	Closed   bool
	Eligible int64 // who has a vote
	Present  int64
	Minutes  string // "" where the reader may not see them
	HasPhoto bool   // of minutes on paper
	Account  int64
	Holder   string
	At       clock.Time
	Closer   int64  // account that closed it, 0 while it is open
	ClosedAs string // in which capacity, as it is journalled
	Job      int64  // that puts cases before it, or leads them on; 0 for none
	Ver      int64

	sealed []byte
}

// Vote is what a sitting said of a case.
type Vote struct {
	Case                  int64
	Home                  int64
	For, Against, Abstain int64
	Result                Trigger // Carried or Lost; empty while the sitting is open, and of a case that had moved on
	Present, Eligible     int64   // of the sitting
}

// Convene calls a sitting on cases that wait for it, all under one definition. A Conflict fault: one of them does not.
func (s *Service) Convene(ctx context.Context, scope access.Scope, area int64, day clock.Day, ids []int64) (Sitting, error) {
	cases, d, state, err := s.together(ctx, scope, ids, func(st *State) string { return st.Sitting })
	if err != nil {
		return Sitting{}, err
	}
	if slices.ContainsFunc(cases, func(c Case) bool { return c.Sitting != 0 }) {
		return Sitting{}, refuse(fault.Conflict, "not_together", "a case is before a meeting already")
	}
	m := d.Meeting(state.Sitting)
	as, err := s.presides(scope, m.By, area)
	if err != nil {
		return Sitting{}, err
	}
	id, err := s.journal.Ids().One(ctx, 0)
	if err != nil {
		return Sitting{}, err
	}
	c := scope.Caller()
	sitting := Sitting{ID: id, Area: area, Pack: cases[0].Pack, Code: d.Code, Meeting: m.Code, Day: day, Account: c.Account, Holder: as.Holder(), At: s.Now(), Ver: 1}
	w := s.writer(scope)
	w.as = as
	w.entries = append(w.entries, journal.Entry{Kind: "sitting.convened", SubjectKind: "sitting", Subject: id, Area: area, ValidOn: &day, VerAfter: 1, Body: map[string]any{"cases": len(cases)}})
	key := s.keys.Make(0, id)
	w.steps = append(w.steps, func(ctx context.Context, tx store.Tx, _ clock.Time) error {
		return journal.StoreKeys(ctx, tx, []journal.NewKey{key})
	})
	if sitting.Job, err = s.carry(ctx, w, Bulk{Deed: deedSitting, Sitting: id}, Act{}, linesOf(cases), area); err != nil {
		return sitting, err
	}
	w.add("INSERT INTO sitting (id, area, pack, code, meeting, day, state, account, holder, at, job) VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $10)",
		id, area, sitting.Pack, sitting.Code, sitting.Meeting, int64(day), sitting.Account, sitting.Holder, int64(sitting.At), sitting.Job)
	return sitting, s.start(ctx, w, sitting.Job)
}

// seating puts some cases before a sitting.
func (s *Service) seating(id int64) func(context.Context, *writer, []Case) error {
	return func(_ context.Context, w *writer, cases []Case) error {
		for _, c := range cases {
			w.attach(c, "sitting", id)
			w.add("INSERT INTO sitting_line (home, case_id, sitting) VALUES ($1, $2, $3)", c.Home, c.ID, id)
		}
		return nil
	}
}

// attach adds that a case is put on a sitting or notice.
func (w *writer) attach(c Case, column string, id int64) {
	w.entries = append(w.entries, c.entry("case."+column, c.Ver+1, map[string]any{column: id}))
	w.bump(c)
	w.add("UPDATE case_file SET "+column+" = $3 WHERE {checked} AND home = $1 AND id = $2", c.Home, c.ID, id)
}

// together returns cases that are in one state of one definition, whose activity is the same.
func (s *Service) together(ctx context.Context, scope access.Scope, ids []int64, activity func(*State) string) ([]Case, *Definition, *State, error) {
	if len(ids) == 0 || len(ids) > Most {
		return nil, nil, nil, fault.New(fault.Invalid, "no case was named, or too many")
	}
	cases, err := s.Some(ctx, scope, ids)
	if err != nil {
		return nil, nil, nil, err
	}
	d, err := s.Definition(cases[0])
	if err != nil {
		return nil, nil, nil, err
	}
	state := d.State(cases[0].State)
	for _, c := range cases {
		if c.Pack != cases[0].Pack || c.Code != cases[0].Code || c.State != state.Code || activity(state) == "" {
			return nil, nil, nil, refuse(fault.Conflict, "not_together", "not all of these cases wait for this")
		}
	}
	return cases, d, state, nil
}

// presides is how the caller opens a case, holds a sitting or hangs a notice in an area as one of some: a Forbidden
// fault where no role of theirs does.
func (s *Service) presides(scope access.Scope, by []Actor, area int64) (access.Capacity, error) {
	as, err := s.capacity(scope, by, area)
	if err == nil && as.Role == "" {
		err = refuse(fault.Forbidden, "role", "this step is not one of your role in this place")
	}
	return as, err
}

// Sitting returns one whose area is in scope, else a NotFound fault.
func (s *Service) Sitting(ctx context.Context, scope access.Scope, id int64) (Sitting, error) {
	list, err := s.sittings(ctx, scope, "id = $1", id)
	if err != nil {
		return Sitting{}, err
	}
	if len(list) == 0 {
		return Sitting{}, fault.New(fault.NotFound, "no such meeting")
	}
	sitting := list[0]
	if len(sitting.sealed) > 0 && scope.Sees(sitting.Area, access.P2) {
		key, err := s.keys.Of(ctx, 0, id)
		if err != nil && !errors.Is(err, journal.ErrErased) {
			return sitting, err
		}
		if err == nil {
			text, err := crypt.Open(key, sitting.sealed, crypt.Place{Table: "sitting", Column: "minutes", Row: id})
			if err != nil {
				return sitting, fmt.Errorf("open the minutes of a meeting: %w", err)
			}
			sitting.Minutes = string(text)
		}
	}
	return sitting, nil
}

// Sittings lists the sittings whose areas are in scope, newest first, older than before (0 for the newest).
func (s *Service) Sittings(ctx context.Context, scope access.Scope, before int64, limit int) ([]Sitting, error) {
	if before == 0 {
		before = 1 << 62
	}
	return s.sittings(ctx, scope, "id < $1 ORDER BY id DESC LIMIT $2", before, limit)
}

func (s *Service) sittings(ctx context.Context, scope access.Scope, condition string, args ...any) ([]Sitting, error) {
	found, err := store.All(ctx, s.db.In(scope), "SELECT id, area, pack, code, meeting, day, state = 'closed', eligible, present, minutes, photo_type <> '', account, holder, at, closer, closed_as, job, ver FROM sitting WHERE {place area} AND "+condition, args,
		func(r store.Rows, m *Sitting) error {
			return r.Scan(&m.ID, &m.Area, &m.Pack, &m.Code, &m.Meeting, (*int64)(&m.Day), &m.Closed, &m.Eligible, &m.Present, &m.sealed, &m.HasPhoto, &m.Account, &m.Holder, (*int64)(&m.At), &m.Closer, &m.ClosedAs, &m.Job, &m.Ver)
		})
	if err != nil {
		return nil, fmt.Errorf("read meetings: %w", err)
	}
	return found, nil
}

// Votes returns the lines of a sitting, by case after one.
func (s *Service) Votes(ctx context.Context, scope access.Scope, m Sitting, after int64, limit int) ([]Vote, error) {
	return s.votes(ctx, scope, "l.sitting = $1 AND l.case_id > $2 ORDER BY l.case_id LIMIT $3", m.ID, after, limit)
}

func (s *Service) votes(ctx context.Context, scope access.Scope, condition string, args ...any) ([]Vote, error) {
	found, err := store.All(ctx, s.db.In(scope), `SELECT l.home, l.case_id, l.votes_for, l.votes_against, l.votes_abstain, l.result, m.present, m.eligible
		FROM sitting_line l JOIN sitting m ON m.id = l.sitting JOIN case_file c ON c.home = l.home AND c.id = l.case_id WHERE {scope c.area c.household} AND `+condition, args,
		func(r store.Rows, v *Vote) error {
			return r.Scan(&v.Home, &v.Case, &v.For, &v.Against, &v.Abstain, &v.Result, &v.Present, &v.Eligible)
		})
	if err != nil {
		return nil, fmt.Errorf("read votes: %w", err)
	}
	return found, nil
}

// vote is what the last sitting said of a case; nil while it said nothing.
func (s *Service) vote(ctx context.Context, scope access.Scope, c Case) (*Vote, error) {
	if c.Sitting == 0 {
		return nil, nil
	}
	list, err := s.votes(ctx, scope, "l.home = $1 AND l.case_id = $2 AND l.sitting = $3 AND l.result <> ''", c.Home, c.ID, c.Sitting)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}
