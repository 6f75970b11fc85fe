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

// EventPosition is an event from which the journal is read on, or Back: the events next after it in time, in the same
// order.
type EventPosition struct {
	At   clock.Time `json:"at"`
	Home int64      `json:"home"`
	ID   int64      `json:"id"`
	Back bool       `json:"-"`
}

// Events reads the journal.
type Events struct {
	db    *access.DB
	areas *area.Service
}

// NewEvents opens the journal for reading.
func NewEvents(db *access.DB, areas *area.Service) *Events { return &Events{db: db, areas: areas} }

// List returns the events in the caller's areas, newest first, from a position on (nil for the newest). Bodies that are
// sealed, because they hold personal data, stay sealed.
func (e *Events) List(ctx context.Context, c access.Caller, f EventFilter, from *EventPosition, limit int) ([]journal.Event, error) {
	scope, err := access.Decide(c, access.JournalRead)
	if err != nil {
		return nil, err
	}
	if f.Area != 0 {
		scope = scope.Within(e.areas.Scheme().Range(f.Area))
	}
	condition, args := f.condition()
	back := from != nil && from.Back
	beyond, sort := store.Descending(back)
	if from != nil {
		n := len(args)
		condition += fmt.Sprintf(" AND (e.at, e.home, e.id) %s ($%d, $%d, $%d)", beyond, n+1, n+2, n+3)
		args = append(args, int64(from.At), from.Home, from.ID)
	}
	sql := fmt.Sprintf("%s WHERE {scope e.area}%s ORDER BY e.at%[3]s, e.home%[3]s, e.id%[3]s LIMIT $%[4]d", journal.Select, condition, sort, len(args)+1)
	found, err := store.All(ctx, e.db.In(scope), sql, append(args, limit), func(r store.Rows, event *journal.Event) error {
		var err error
		*event, err = journal.Scan(r, nil)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	return store.InOrder(found, back), nil
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
