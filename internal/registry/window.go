package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// Window says when the answers of a year are collected in an area and below: from the day on which it opens to the
// day on which it locks, both included. After that somebody who may be late corrects them until a last day, with a
// second person. Where no window stands, a year's answers can be written at any time.
type Window struct {
	ID        int64
	Area      int64
	Section   string // of the pack's yearly sections, "" for all of them
	Year      int
	Reference clock.Day // the day that the answers describe
	Opens     clock.Day
	Locks     clock.Day
	LateUntil *clock.Day // nil: no late correction
	Ver       int64
}

// WindowState is where a window is on a day.
type WindowState string

// The states of a window.
const (
	WindowBefore WindowState = "before"
	WindowOpen   WindowState = "open"
	WindowLate   WindowState = "late"
	WindowLocked WindowState = "locked"
)

// State is where the window is on a day.
func (w Window) State(today clock.Day) WindowState {
	switch {
	case today < w.Opens:
		return WindowBefore
	case today <= w.Locks:
		return WindowOpen
	case w.LateUntil != nil && today <= *w.LateUntil:
		return WindowLate
	}
	return WindowLocked
}

// WindowShut is why answers cannot be written today.
type WindowShut struct {
	Window
	Today clock.Day
}

func (w *WindowShut) Error() string {
	return fmt.Sprintf("the answers of %d are collected from %s to %s", w.Year, w.Opens, w.Locks)
}

// ShutOf is the window behind a refusal, nil for another error.
func ShutOf(err error) *WindowShut {
	var shut *WindowShut
	errors.As(err, &shut)
	return shut
}

const windowColumns = "id, area, section, year, reference, opens, locks, late_until, ver"

func scanWindow(r store.Rows, w *Window) error {
	var until *int64
	err := r.Scan(&w.ID, &w.Area, &w.Section, &w.Year, &w.Reference, &w.Opens, &w.Locks, &until, &w.Ver)
	w.LateUntil = day(until)
	return err
}

// Windows lists the windows that concern the scope's areas, the newest year first.
func (s *Service) Windows(ctx context.Context, scope access.Scope) ([]Window, error) {
	all, err := store.All(ctx, s.db.In(scope), "SELECT "+windowColumns+" FROM collection_window WHERE ended IS NULL ORDER BY year DESC, area, section, id", nil, scanWindow)
	if err != nil {
		return nil, fmt.Errorf("list collection windows: %w", err)
	}
	ranges := scope.Ranges()
	return slices.DeleteFunc(all, func(w Window) bool {
		at := s.areas.Scheme().Range(w.Area)
		return !slices.ContainsFunc(ranges, func(r access.Range) bool { return r.Lo <= at.Hi && at.Lo <= r.Hi })
	}), nil
}

// SaveWindow stores a window, a new one where its ID is 0, else the one of that ID at version Ver. The caller's scope
// holds the whole area. Faults: Invalid with fields, Forbidden, NotFound, Stale.
func (s *Service) SaveWindow(ctx context.Context, scope access.Scope, w Window) (Window, error) {
	if err := s.checkWindow(scope, w); err != nil {
		return w, err
	}
	kind := "window.changed"
	if w.ID == 0 {
		id, err := s.journal.Ids().One(ctx, 0)
		if err != nil {
			return w, err
		}
		w.ID, w.Ver, kind = id, 0, "window.opened"
	} else if err := s.ownWindow(ctx, scope, w.ID); err != nil {
		return w, err
	}
	command, err := s.windowEvent(ctx, scope, kind, w)
	if err != nil {
		return w, err
	}
	r, now := s.areas.Scheme().Range(w.Area), int64(s.journal.Clock().Now())
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		if w.Ver == 0 {
			_, err := tx.Exec(ctx, `INSERT INTO collection_window (id, area, lo, hi, section, year, reference, opens, locks, late_until, account, saved)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, w.ID, w.Area, r.Lo, r.Hi, w.Section, w.Year, int64(w.Reference), int64(w.Opens), int64(w.Locks), days(w.LateUntil), scope.Caller().Account, now)
			if err != nil {
				return err
			}
			return command.Append(ctx, tx)
		}
		if err := store.Bump(ctx, tx, "collection_window", "id = $1 AND ended IS NULL", w.Ver, w.ID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE collection_window SET area = $2, lo = $3, hi = $4, section = $5, year = $6, reference = $7, opens = $8, locks = $9, late_until = $10, account = $11, saved = $12 WHERE id = $1",
			w.ID, w.Area, r.Lo, r.Hi, w.Section, w.Year, int64(w.Reference), int64(w.Opens), int64(w.Locks), days(w.LateUntil), scope.Caller().Account, now)
		if err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
	w.Ver++
	return w, err
}

// EndWindow takes a window back: its year is open again.
func (s *Service) EndWindow(ctx context.Context, scope access.Scope, id, ver int64) error {
	if err := s.ownWindow(ctx, scope, id); err != nil {
		return err
	}
	command, err := s.windowEvent(ctx, scope, "window.taken-back", Window{ID: id, Ver: ver})
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, scope, func(tx store.Tx) error {
		if err := store.Bump(ctx, tx, "collection_window", "id = $1 AND ended IS NULL", ver, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE collection_window SET ended = $2 WHERE id = $1", id, int64(command.At)); err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
}

func (s *Service) windowEvent(ctx context.Context, scope access.Scope, kind string, w Window) (*journal.Command, error) {
	command, err := s.journal.Begin(ctx, reads(scope, w.Area))
	if err != nil {
		return nil, err
	}
	body := map[string]any{"year": w.Year, "section": w.Section, "reference": w.Reference.String(), "opens": w.Opens.String(), "locks": w.Locks.String()}
	if w.LateUntil != nil {
		body["late_until"] = w.LateUntil.String()
	}
	return command, command.Note(ctx, journal.Entry{Kind: kind, SubjectKind: "window", Subject: w.ID, Area: w.Area, VerBefore: w.Ver, VerAfter: w.Ver + 1, Body: body})
}

// ownWindow says whether a stored window lies wholly in scope.
func (s *Service) ownWindow(ctx context.Context, scope access.Scope, id int64) error {
	all, err := s.Windows(ctx, scope)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(w Window) bool { return w.ID == id })
	if at < 0 {
		return fault.New(fault.NotFound, "no such collection window")
	}
	return s.wholly(scope, all[at].Area)
}

// wholly says whether an area lies wholly in scope.
func (s *Service) wholly(scope access.Scope, area int64) error {
	at := s.areas.Scheme().Range(area)
	for _, r := range scope.Ranges() {
		if r.Lo <= at.Lo && at.Hi <= r.Hi {
			return nil
		}
	}
	return fault.New(fault.Forbidden, "the area is larger than yours")
}

// maxWindow is how many days a window may be open.
const maxWindow = 3 * 366

func (s *Service) checkWindow(scope access.Scope, w Window) error {
	if err := s.wholly(scope, w.Area); err != nil {
		return err
	}
	pack, err := s.Pack(w.Area)
	if err != nil {
		return err
	}
	wrong := fault.New(fault.Invalid, "the collection window is not in order")
	if w.Section != "" && !yearly(pack, w.Section) {
		wrong.With(0, "section", "is no yearly section of the pack %s", pack.ID)
	}
	if w.Year < 1900 || w.Year > 2999 {
		wrong.With(0, "year", "is not a year")
	}
	if y, _, _ := w.Reference.Civil(); y != w.Year {
		wrong.With(0, "reference", "is not a day of the year %d", w.Year)
	}
	if w.Locks < w.Opens || w.Locks > w.Opens+maxWindow {
		wrong.With(0, "locks", "is before the window opens, or years after it")
	}
	if w.LateUntil != nil && *w.LateUntil <= w.Locks {
		wrong.With(0, "late_until", "is not after the window locks")
	}
	if len(wrong.Details) > 0 {
		return wrong
	}
	return nil
}

// WindowOf is the window that decides when a section's answers of a year are written in an area: that of the nearest
// area, and of these rather one for the section alone. It is nil where none stands.
func (s *Service) WindowOf(ctx context.Context, area int64, section string, year int) (*Window, error) {
	scope := access.System("when answers are collected is the same for everybody")
	found, err := store.All(ctx, s.db.In(scope), "SELECT "+windowColumns+` FROM collection_window
		WHERE ended IS NULL AND year = $1 AND lo <= $2 AND hi >= $2 AND (section = '' OR section = $3) ORDER BY hi - lo, section DESC, id DESC LIMIT 1`, []any{year, area, section}, scanWindow)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

func (h householdSubject) Late(ctx context.Context, scope access.Scope, r change.Record, set change.Values) (bool, error) {
	return h.s.late(ctx, scope, r, set)
}

func (p personSubject) Late(ctx context.Context, scope access.Scope, r change.Record, set change.Values) (bool, error) {
	return p.s.late(ctx, scope, r, set)
}

func (d dwellingSubject) Late(ctx context.Context, scope access.Scope, r change.Record, set change.Values) (bool, error) {
	return d.s.late(ctx, scope, r, set)
}

func (s *Service) late(ctx context.Context, scope access.Scope, r change.Record, set change.Values) (bool, error) {
	pack, err := s.Pack(r.Area)
	if err != nil {
		return false, err
	}
	return s.punctual(scope).facts(ctx, pack, r.Kind, r.Area, r.On, set)
}

func (e entrySubject) Late(ctx context.Context, scope access.Scope, r change.Record, set change.Values) (bool, error) {
	pack, err := e.s.Pack(r.Area)
	if err != nil {
		return false, err
	}
	return e.s.punctual(scope).entry(ctx, pack, e.kind, r.Area, r.Fields["year"], set["year"])
}
