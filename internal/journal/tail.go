package journal

import (
	"context"
	"errors"
	"fmt"

	"rightkey/internal/store"
)

// headerColumns are the columns of an event's header.
const headerColumns = `e.home, e.id, e.cmd, e.at, e.account, e.role, e.place, e.why, e.kind, e.subject_kind, e.subject, e.area,
 e.valid_on, e.ver_before, e.ver_after, e.commitment`

// header is where to scan headerColumns.
func (e *Event) header() []any {
	return []any{&e.Home, &e.ID, &e.Cmd, (*int64)(&e.At), &e.Who.Account, &e.Who.Role, &e.Who.Place, &e.Who.Why, &e.Kind, &e.SubjectKind,
		&e.Subject, &e.Area, &e.ValidOn, &e.VerBefore, &e.VerAfter, &e.Commitment}
}

// tail reads committed events that have no position yet, in the order in which they were committed. Each engine has
// its own: this is one function with two bodies.
type tail interface {
	// next returns at most limit events. floor is where the log's state says that reading begins the next time.
	next(ctx context.Context, limit int) (events []Event, floor string, err error)
}

// rowTail is the tail on SQLite: rows stand in the order in which the only writer stored them, and are seen when they
// are committed.
type rowTail struct {
	db    store.Querier
	after int64
	known bool // after was found
}

func (t *rowTail) next(ctx context.Context, limit int) ([]Event, string, error) {
	if !t.known {
		err := store.One(ctx, t.db, "SELECT e.rowid FROM event_pos p JOIN event e ON e.home = p.home AND e.id = p.id ORDER BY p.pos DESC LIMIT 1", nil, &t.after)
		if err != nil && !errors.Is(err, store.ErrNoRows) {
			return nil, "", fmt.Errorf("find the end of the sealed log: %w", err)
		}
		t.known = true
	}
	after := t.after
	events, err := store.All(ctx, t.db, "SELECT e.rowid, "+headerColumns+" FROM event e WHERE e.rowid > $1 ORDER BY e.rowid LIMIT $2", []any{after, limit},
		func(r store.Rows, e *Event) error { return r.Scan(append([]any{&t.after}, e.header()...)...) })
	if err != nil {
		t.known = false
		return nil, "", fmt.Errorf("read the tail of the journal: %w", err)
	}
	return events, "0", nil
}

// xidTail is the tail on PostgreSQL: identifiers are not given in the order of commits, so events are ordered by their
// transaction, and only those are taken that are older than every running transaction.
type xidTail struct {
	db store.Querier
	// restored says that the transaction numbers are those of another server: everything stored is taken in their
	// order, once.
	restored bool
	xid      string
	home, id int64
}

// The positions are looked up row by row: a join would read all of them as soon as the planner misjudges the tail.
const xidQuery = "SELECT CAST(e.xid AS text), coalesce((SELECT p.pos FROM event_pos p WHERE p.home = e.home AND p.id = e.id), 0), " + headerColumns + ` FROM event e
	WHERE (e.xid, e.home, e.id) > (CAST(CAST($1 AS text) AS xid8), $2, $3) AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
	ORDER BY e.xid, e.home, e.id LIMIT $4`

const restoredQuery = "SELECT CAST(e.xid AS text), 0, " + headerColumns + ` FROM event e
	WHERE NOT EXISTS (SELECT 1 FROM event_pos p WHERE p.home = e.home AND p.id = e.id) ORDER BY e.xid, e.home, e.id LIMIT $1`

func (t *xidTail) next(ctx context.Context, limit int) ([]Event, string, error) {
	var oldest string // every transaction before it is seen by the query that follows
	if err := store.One(ctx, t.db, "SELECT CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text)", nil, &oldest); err != nil {
		return nil, "", fmt.Errorf("read the oldest running transaction: %w", err)
	}
	sql, args := xidQuery, []any{t.xid, t.home, t.id, limit}
	if t.restored {
		sql, args = restoredQuery, []any{limit}
	}
	read, xid := 0, t.xid
	var events []Event
	_, err := store.All(ctx, t.db, sql, args, func(r store.Rows, _ *struct{}) error {
		var e Event
		var pos int64
		if err := r.Scan(append([]any{&xid, &pos}, e.header()...)...); err != nil {
			return err
		}
		read++
		t.home, t.id = e.Home, e.ID
		if pos == 0 {
			events = append(events, e)
		}
		return nil
	})
	if err != nil {
		return nil, "", fmt.Errorf("read the tail of the journal: %w", err)
	}
	switch {
	case read < limit:
		t.restored, t.xid, t.home, t.id = false, oldest, -1, -1
	case !t.restored:
		t.xid = xid
	}
	return events, t.xid, nil
}

// incarnation names the server and database whose transaction numbers the events carry; another one means that the
// database was put back from a dump.
func incarnation(ctx context.Context, db store.DB) (string, error) {
	if db.Engine() == store.SQLite {
		return "sqlite", nil
	}
	var name string
	err := store.One(ctx, db, `SELECT CAST(s.system_identifier AS text) || '/' || CAST(d.oid AS text)
		FROM pg_control_system() s, pg_database d WHERE d.datname = current_database()`, nil, &name)
	return name, err
}
