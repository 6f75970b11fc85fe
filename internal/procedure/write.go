package procedure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// writer gathers what happens to cases and writes it in one transaction with its events.
type writer struct {
	s       *Service
	scope   access.Scope
	as      access.Capacity
	why     string
	entries []journal.Entry
	steps   []func(context.Context, store.Tx, clock.Time) error
}

func (s *Service) writer(scope access.Scope) *writer { return &writer{s: s, scope: scope} }

// add adds a statement.
func (w *writer) add(sql string, args ...any) {
	w.steps = append(w.steps, func(ctx context.Context, tx store.Tx, _ clock.Time) error {
		_, err := tx.Exec(ctx, sql, args...)
		return err
	})
}

// write stores all of it.
func (w *writer) write(ctx context.Context) error {
	command, err := w.s.journal.Begin(ctx, who(w.scope, w.as, w.why))
	if err != nil {
		return err
	}
	if err := command.Note(ctx, w.entries...); err != nil {
		return err
	}
	err = w.s.db.Tx(ctx, w.scope, func(tx store.Tx) error {
		for _, step := range w.steps {
			if err := step(ctx, tx, command.At); err != nil {
				return err
			}
		}
		return command.Append(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("store what happened in cases: %w", err)
	}
	return nil
}

// opens adds the opening of the case id about a subject, in the first state of a procedure, by who acts so.
func (w *writer) opens(ctx context.Context, d *Definition, pack *policy.Pack, subject Subject, id int64, as access.Capacity) error {
	c := Case{Home: subject.Home, ID: id, Code: d.Code, Kind: d.Kind, Pack: pack.Hash, Area: subject.Area, Household: subject.ID, State: d.Start().Code, Since: w.s.Today(), Opened: w.s.Now(),
		Account: w.scope.Caller().Account, Ver: 1}
	relatives, err := w.s.relatives(ctx, c.Household)
	if err != nil {
		return err
	}
	c.Waits = d.waits(c, relatives)
	w.as = as
	w.entries = append(w.entries, journal.Entry{Kind: "case.opened", SubjectKind: "case", Subject: c.ID, Home: c.Home, Area: c.Area, VerAfter: 1,
		Body: map[string]any{"code": c.Code, "pack": c.Pack, "household": c.Household}})
	running := w.s.tick(d, nil, c.State)
	c.Due = due(running)
	w.add(`INSERT INTO case_file (home, id, code, kind, pack, area, household, state, since, opened, account, holder, waits, due)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`, c.Home, c.ID, c.Code, c.Kind, c.Pack, c.Area, c.Household, c.State, int64(c.Since), int64(c.Opened), c.Account, as.Holder(),
		listed(c.Waits), int64(c.Due))
	w.clocks(c, nil, running)
	return w.effect(ctx, d, c)
}

// listed is a list of roles as it is stored.
func listed(roles []string) string { return "," + strings.Join(roles, ",") + "," }

// never is the due day of a case without a term: it comes after all others.
const never = clock.Day(1 << 40)

// due is the day of the nearest term.
func due(running []Running) clock.Day {
	nearest := never
	for _, r := range running {
		if r.Stopped == 0 && r.Paused == 0 {
			nearest = min(nearest, r.Red)
		}
	}
	return nearest
}

// step adds a step in a case: where others have to take it too only that it was agreed to, else the move.
func (w *writer) step(ctx context.Context, d *Definition, c Case, t *Transition, as access.Capacity, act Act, done []Done) error {
	if len(agreed(t, done))+1 < t.Persons {
		return w.agree(ctx, c, t, as, act)
	}
	return w.move(ctx, d, c, t, as, act)
}

// agree adds that one of several persons took a step.
func (w *writer) agree(ctx context.Context, c Case, t *Transition, as access.Capacity, act Act) error {
	w.as = as
	w.entries = append(w.entries, c.entry("case.agreed", c.Ver+1, map[string]any{"transition": t.Code}))
	w.bump(c)
	return w.done(ctx, c, t.Code, "", as, act)
}

// bump moves the version of a case on, or fails with a Stale fault.
func (w *writer) bump(c Case) {
	w.steps = append(w.steps, func(ctx context.Context, tx store.Tx, _ clock.Time) error {
		err := store.Bump(ctx, tx, "case_file", "{checked} AND home = $1 AND id = $2", c.Ver, c.Home, c.ID)
		if fault.Is(err, fault.Stale) {
			return stale()
		}
		return err
	})
}

// move adds that a case goes to another state.
func (w *writer) move(ctx context.Context, d *Definition, c Case, t *Transition, as access.Capacity, act Act) error {
	w.as = as
	w.entries = append(w.entries, c.entry("case.moved", c.Ver+1, map[string]any{"transition": t.Code, "from": c.State, "to": t.To, "reason": act.Reason}))
	w.bump(c)
	if err := w.done(ctx, c, t.Code, t.To, as, act); err != nil {
		return err
	}
	before, err := w.s.clocks(ctx, access.System("the clocks of a case in scope"), c)
	if err != nil {
		return err
	}
	to := d.State(t.To)
	relatives, err := w.s.relatives(ctx, c.Household)
	if err != nil {
		return err
	}
	after := c
	after.State, after.Since = t.To, w.s.Today()
	after.Waits = d.waits(after, relatives)
	running := w.s.tick(d, before, t.To)
	after.Due = due(running)
	switch {
	case t.On == Upheld: // a notice of its own begins for this household
		after.Rounds, after.Notice = c.Rounds+1, 0
	case t.On == Dismissed || t.On == Objection:
	case to.Notice != "":
		after.Notice, after.Rounds = 0, 0
	}
	if to.Sitting != "" {
		after.Sitting = 0
	}
	if to.End != Goes {
		after.Ended, after.Waits, after.Due = w.s.Now(), nil, never
		if err := w.ends(to, c); err != nil {
			return err
		}
	}
	if t.On == Dismissed || t.On == Upheld {
		w.answer(c, t.On)
	}
	w.add("UPDATE case_file SET state = $3, since = $4, waits = $5, due = $6, notice = $7, sitting = $8, rounds = $9, ended = $10 WHERE {checked} AND home = $1 AND id = $2",
		c.Home, c.ID, after.State, int64(after.Since), listed(after.Waits), int64(after.Due), after.Notice, after.Sitting, after.Rounds, int64(after.Ended))
	w.clocks(after, before, running)
	return w.effect(ctx, d, after)
}

// ends adds until when the card is valid that a case gives with its end. Where an end says anew what the subject is,
// the cards of its earlier cases are over.
func (w *writer) ends(to *State, c Case) error {
	until, err := w.s.until(to, c)
	if err != nil || !to.anew() && until == 0 {
		return err
	}
	w.add("UPDATE case_file SET card_until = CASE WHEN id = $3 THEN $4 ELSE 0 END WHERE {checked} AND home = $1 AND household = $2 AND (id = $3 OR card_until > 0)", c.Home, c.Household, c.ID, int64(until))
	return nil
}

// effect adds what reaching its state does to the subject of a case.
func (w *writer) effect(ctx context.Context, d *Definition, c Case) error {
	does, err := w.s.does(ctx, d.State(c.State), c)
	if err != nil {
		return err
	}
	return w.reaches(ctx, c, does)
}

// reaches adds what is done to the subject of a case.
func (w *writer) reaches(ctx context.Context, c Case, does Does) error {
	if does.nothing() {
		return nil
	}
	effect, err := w.s.effect(c.Kind)
	if err != nil {
		return err
	}
	write, entries, err := effect.Reached(ctx, w.scope, c.Household, does, w.s.Today())
	if err != nil || write == nil {
		return err
	}
	w.entries = append(w.entries, entries...)
	w.steps = append(w.steps, func(ctx context.Context, tx store.Tx, _ clock.Time) error { return write(ctx, tx) })
	return nil
}

// done adds an act of a case.
func (w *writer) done(ctx context.Context, c Case, transition, to string, as access.Capacity, act Act) error {
	// The place of what is said is its number, which is that of the version: each act moves the version on.
	sealed, err := w.s.seal(ctx, c, saidPlace(c.ID, c.Ver), act.Said)
	if err != nil {
		return err
	}
	w.add("INSERT INTO case_act (home, case_id, n, transition, from_state, to_state, account, holder, role, reason, body, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
		c.Home, c.ID, c.Ver, transition, c.State, to, w.scope.Caller().Account, as.Holder(), as.String(), act.Reason, sealed, int64(w.s.Now()))
	return nil
}

// seal seals what was said in a case under its household's key; nil where nothing was said.
func (s *Service) seal(ctx context.Context, c Case, place crypt.Place, said any) ([]byte, error) {
	text, err := json.Marshal(said)
	if err != nil || string(text) == "{}" {
		return nil, err
	}
	key, err := s.keys.Of(ctx, c.Home, c.Household)
	if errors.Is(err, journal.ErrErased) {
		return nil, fault.New(fault.Gone, "the household's key was destroyed")
	}
	if err != nil {
		return nil, fmt.Errorf("open the key of a case: %w", err)
	}
	return crypt.Seal(key, text, place), nil
}

// clocks adds the clocks of a case that are other now than they were before.
func (w *writer) clocks(c Case, before, running []Running) {
	for _, r := range running {
		if slices.Contains(before, r) {
			continue
		}
		w.add(`INSERT INTO case_clock (home, case_id, code, started, amber, red, paused, stopped, escalated) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (home, case_id, code) DO UPDATE SET started = excluded.started, amber = excluded.amber, red = excluded.red, paused = excluded.paused, stopped = excluded.stopped, escalated = excluded.escalated`,
			c.Home, c.ID, r.Code, int64(r.Started), int64(r.Amber), int64(r.Red), int64(r.Paused), int64(r.Stopped), int64(r.Escalated))
	}
}
