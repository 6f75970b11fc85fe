package area

import (
	"context"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// ChangeKind is what happens to an area.
type ChangeKind string

// The kinds. A key is never given twice, so an area that moves, and one that becomes part of another, goes on under
// the key of the area it goes to; what lies in it follows.
const (
	Moved  ChangeKind = "move"  // it lies in another area from then on, under a new key
	Merged ChangeKind = "merge" // it becomes part of an area that exists
)

// Change says that what lies in one area lies in another from a day on.
type Change struct {
	ID       int64
	From, To int64
	Kind     ChangeKind
	Day      clock.Day
	Done     bool // everything has followed
}

const columnsOfChange = "id, from_key, to_key, kind, day, done"

func scanChange(r store.Rows, c *Change) error {
	var done *int64
	err := r.Scan(&c.ID, &c.From, &c.To, (*string)(&c.Kind), &c.Day, &done)
	c.Done = done != nil
	return err
}

// Announce records that an area becomes another from a day on. Both are registered, of one level and in scope. It
// returns a NotFound or Invalid fault otherwise, a Conflict fault where a change of the area is announced already.
func (s *Service) Announce(ctx context.Context, scope access.Scope, c Change) (Change, error) {
	for _, key := range []int64{c.From, c.To} {
		place, err := s.Get(ctx, scope, key)
		if err != nil {
			return c, err
		}
		if place.To != nil {
			return c, fault.New(fault.Invalid, "an area that has ended does not change").With(0, "from", "has ended")
		}
	}
	if c.From == c.To || s.scheme.Level(c.From) != s.scheme.Level(c.To) || c.Kind != Moved && c.Kind != Merged {
		return c, fault.New(fault.Invalid, "an area goes to another of its level, by move or merge").With(0, "to", "is not another area of the same level")
	}
	var err error
	if c.ID, err = s.journal.Ids().One(ctx, 0); err != nil {
		return c, err
	}
	who := journal.Who{Account: scope.Caller().Account, Role: scope.Role(c.From), Place: scope.Caller().Place, Why: "change of an area"}
	command, err := s.journal.Begin(ctx, who)
	if err != nil {
		return c, err
	}
	err = command.Note(ctx, journal.Entry{Kind: "area.change-announced", SubjectKind: "area", Subject: c.From, Area: c.From, ValidOn: &c.Day,
		Body: map[string]any{"to": c.To, "kind": c.Kind, "change": c.ID}})
	if err != nil {
		return c, err
	}
	return c, s.db.Tx(ctx, scope, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO area_change (id, from_key, to_key, kind, day, cmd) SELECT CAST($1 AS bigint), CAST($2 AS bigint), CAST($3 AS bigint), CAST($4 AS text), CAST($5 AS bigint), CAST($6 AS bigint)
			WHERE NOT EXISTS (SELECT 1 FROM area_change WHERE from_key = $2)`, c.ID, c.From, c.To, string(c.Kind), int64(c.Day), command.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "a change of this area is announced already")
		}
		return command.Append(ctx, tx)
	})
}

// Changes lists the changes of areas in scope, the latest day first.
func (s *Service) Changes(ctx context.Context, scope access.Scope, limit int) ([]Change, error) {
	found, err := store.All(ctx, s.db.In(scope), "SELECT "+columnsOfChange+" FROM area_change WHERE {scope from_key} ORDER BY day DESC, id DESC LIMIT $1", []any{limit}, scanChange)
	if err != nil {
		return nil, fmt.Errorf("list changes of areas: %w", err)
	}
	return found, nil
}

// Due lists the changes whose day has come and that not everything has followed, the earliest first.
func (s *Service) Due(ctx context.Context, today clock.Day) ([]Change, error) {
	scope := access.System("what lies in an area follows it")
	found, err := store.All(ctx, s.db.In(scope), "SELECT "+columnsOfChange+" FROM area_change WHERE day <= $1 AND done IS NULL ORDER BY day, id", []any{int64(today)}, scanChange)
	if err != nil {
		return nil, fmt.Errorf("list changes of areas that are due: %w", err)
	}
	return found, nil
}

// Finish ends the old area, once everything has followed.
func (s *Service) Finish(ctx context.Context, c Change) error {
	scope := access.System("what lies in an area follows it")
	command, err := s.journal.Begin(ctx, journal.Who{Role: "system", Why: "change of an area"})
	if err != nil {
		return err
	}
	err = command.Note(ctx, journal.Entry{Kind: "area.changed", SubjectKind: "area", Subject: c.From, Area: c.From, ValidOn: &c.Day, Body: map[string]any{"to": c.To, "kind": c.Kind, "change": c.ID}})
	if err != nil {
		return err
	}
	r := s.scheme.Range(c.From)
	return s.db.Tx(ctx, scope, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE area_change SET done = $2 WHERE id = $1 AND done IS NULL", c.ID, int64(s.journal.Clock().Now()))
		if err != nil || n == 0 { // another process was faster
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE area SET valid_to = $3, ver = ver + 1 WHERE key BETWEEN $1 AND $2 AND valid_to IS NULL", r.Lo, r.Hi, int64(c.Day)-1); err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
}
