package office

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// EventFilter narrows the journal; the zero value leaves all of it. Area is a key, and with it everything below it.
type EventFilter struct {
	Kind        string // whole ("account.granted"), or a room's with its dot ("account.")
	SubjectKind string
	Subject     int64
	Account     int64
	Area        int64
	From, To    *clock.Day // both included
}

// EventPosition is where a page of the journal ended.
type EventPosition struct {
	At   clock.Time `json:"at"`
	Home int64      `json:"home"`
	ID   int64      `json:"id"`
}

// Events reads the journal.
type Events struct {
	db    *access.DB
	areas *area.Service
}

// NewEvents opens the journal for reading.
func NewEvents(db *access.DB, areas *area.Service) *Events { return &Events{db: db, areas: areas} }

// List returns the events in the caller's areas, newest first, after a position (nil for the newest). Bodies that are
// sealed, because they hold personal data, stay sealed.
func (e *Events) List(ctx context.Context, c access.Caller, f EventFilter, after *EventPosition, limit int) ([]journal.Event, error) {
	scope, err := access.Decide(c, access.JournalRead)
	if err != nil {
		return nil, err
	}
	if f.Area != 0 {
		scope = scope.Within(e.areas.Scheme().Range(f.Area))
	}
	condition, args := f.condition()
	if after != nil {
		n := len(args)
		condition += fmt.Sprintf(" AND (e.at, e.home, e.id) < ($%d, $%d, $%d)", n+1, n+2, n+3)
		args = append(args, int64(after.At), after.Home, after.ID)
	}
	sql := fmt.Sprintf("%s WHERE {scope e.area}%s ORDER BY e.at DESC, e.home DESC, e.id DESC LIMIT $%d", journal.Select, condition, len(args)+1)
	found, err := store.All(ctx, e.db.In(scope), sql, append(args, limit), func(r store.Rows, event *journal.Event) error {
		var err error
		*event, err = journal.Scan(r, nil)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	return found, nil
}

// condition is the filter as SQL; its values are bound from $1.
func (f EventFilter) condition() (string, []any) {
	var sql strings.Builder
	var args []any
	add := func(condition string, arg any) {
		args = append(args, arg)
		fmt.Fprintf(&sql, " AND "+condition, len(args))
	}
	switch {
	case strings.HasSuffix(f.Kind, "."):
		add("e.kind LIKE $%d ESCAPE '!'", store.EscapeLike(f.Kind)+"%")
	case f.Kind != "":
		add("e.kind = $%d", f.Kind)
	}
	if f.SubjectKind != "" {
		add("e.subject_kind = $%d", f.SubjectKind)
	}
	if f.Subject != 0 {
		add("e.subject = $%d", f.Subject)
	}
	if f.Account != 0 {
		add("e.account = $%d", f.Account)
	}
	if f.From != nil {
		add("e.at >= $%d", int64(f.From.Start(time.UTC)))
	}
	if f.To != nil {
		add("e.at < $%d", int64((*f.To + 1).Start(time.UTC)))
	}
	return sql.String(), args
}

// PositionOf is the position of an event, from which the next page goes on.
func PositionOf(e journal.Event) EventPosition {
	return EventPosition{At: e.At, Home: e.Home, ID: e.ID}
}
