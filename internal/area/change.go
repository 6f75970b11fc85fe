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
	// Some of an area goes to another that was registered for it; who goes is said household by household, because no
	// rule says who lives on which side of a new border. Both go on.
	Split ChangeKind = "split"
	// Renamed is another official code or name under the same key; the old ones go on being found.
	Renamed ChangeKind = "rename"
)

// ends says that the area no longer exists afterwards.
func (k ChangeKind) ends() bool { return k == Moved || k == Merged }

// Change says that what lies in one area lies in another from a day on, or that the area takes another name.
type Change struct {
	ID         int64
	From, To   int64 // the same of a Renamed area
	Kind       ChangeKind
	Day        clock.Day
	Code, Name string // of a Renamed area; "" for what stays
	Done       bool   // everything has followed
}

// Follower brings what a room holds of an area along with a change whose day has come. It may be called again for a
// change that it has followed already.
type Follower func(ctx context.Context, c Change) error

// Follows says how what a room holds of areas follows their changes.
func (s *Service) Follows(f Follower) { s.followers = append(s.followers, f) }

const columnsOfChange = "id, from_key, to_key, kind, day, done, code, name"

func scanChange(r store.Rows, c *Change) error {
	var done *int64
	err := r.Scan(&c.ID, &c.From, &c.To, (*string)(&c.Kind), &c.Day, &done, &c.Code, &c.Name)
	c.Done = done != nil
	return err
}

// Announce records what happens to an area from a day on; also is stored with it. The areas are registered, of one level
// and in scope. It returns a NotFound or Invalid fault otherwise, a Conflict fault where a change of the area is
// announced already.
func (s *Service) Announce(ctx context.Context, scope access.Scope, c Change, also ...func(context.Context, store.Tx, Change) error) (Change, error) {
	if c.Kind == Renamed {
		c.To = c.From
	}
	for _, key := range []int64{c.From, c.To} {
		place, err := s.Get(ctx, scope, key)
		if err != nil {
			return c, err
		}
		if place.To != nil {
			return c, fault.New(fault.Invalid, "an area that has ended does not change").With(0, "from", "has ended")
		}
	}
	err := s.checkChange(ctx, c)
	if err != nil {
		return c, err
	}
	if c.ID, err = s.journal.Ids().One(ctx, 0); err != nil {
		return c, err
	}
	who := journal.Who{Account: scope.Caller().Account, Role: scope.Role(c.From), Place: scope.Caller().Place, Why: "change of an area"}
	command, err := s.journal.Begin(ctx, who)
	if err != nil {
		return c, err
	}
	err = command.Note(ctx, journal.Entry{Kind: "area.change-announced", SubjectKind: "area", Subject: c.From, Area: c.From, ValidOn: &c.Day,
		Body: c.body()})
	if err != nil {
		return c, err
	}
	return c, s.db.Tx(ctx, scope, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO area_change (id, from_key, to_key, kind, day, cmd, code, name) SELECT CAST($1 AS bigint), CAST($2 AS bigint), CAST($3 AS bigint), CAST($4 AS text), CAST($5 AS bigint), CAST($6 AS bigint),
			CAST($7 AS text), CAST($8 AS text) WHERE NOT EXISTS (SELECT 1 FROM area_change WHERE from_key = $2 AND done IS NULL)`, c.ID, c.From, c.To, string(c.Kind), int64(c.Day), command.ID, c.Code, c.Name)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "a change of this area is announced already")
		}
		for _, store := range also {
			if err := store(ctx, tx, c); err != nil {
				return err
			}
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

// Finish lets other rooms follow and ends or renames the old area, once the households have followed.
func (s *Service) Finish(ctx context.Context, c Change) error {
	for _, follow := range s.followers {
		if err := follow(ctx, c); err != nil {
			return err
		}
	}
	scope := access.System("what lies in an area follows it")
	command, err := s.journal.Begin(ctx, journal.Who{Role: "system", Why: "change of an area"})
	if err != nil {
		return err
	}
	err = command.Note(ctx, journal.Entry{Kind: "area.changed", SubjectKind: "area", Subject: c.From, Area: c.From, ValidOn: &c.Day, Body: c.body()})
	if err != nil {
		return err
	}
	r := s.scheme.Range(c.From)
	return s.db.Tx(ctx, scope, func(tx store.Tx) error {
		n, err := tx.Exec(ctx, "UPDATE area_change SET done = $2 WHERE id = $1 AND done IS NULL", c.ID, int64(s.journal.Clock().Now()))
		if err != nil || n == 0 { // another process was faster
			return err
		}
		switch {
		case c.Kind.ends():
			_, err = tx.Exec(ctx, "UPDATE area SET valid_to = $3, ver = ver + 1 WHERE key BETWEEN $1 AND $2 AND valid_to IS NULL", r.Lo, r.Hi, int64(c.Day)-1)
		case c.Kind == Renamed:
			err = rename(ctx, tx, c)
		}
		if err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
}
