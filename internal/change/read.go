package change

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

const setColumns = "id, home, source, state, title, reason, area, account, person, submitted, coalesce(decided_by, 0), coalesce(decided, 0), comment, job, rows, ver"

func scanSet(r store.Rows, s *Set) error {
	return r.Scan(&s.ID, &s.Home, &s.Source, &s.State, &s.Title, &s.Reason, &s.Area, &s.Account, &s.Person, &s.Submitted,
		&s.DecidedBy, &s.Decided, &s.Comment, &s.Job, &s.Count, &s.Ver)
}

// Position is a set from which a list is read on, to older ones, or Back, to newer ones; the zero Position is before the
// newest.
type Position struct {
	ID   int64
	Back bool
}

// Beyond is the identifier to compare with.
func (p Position) Beyond() int64 {
	if p.ID == 0 {
		return 1 << 62
	}
	return p.ID
}

// List returns sets in scope, newest first, from a position on, in one of states (none: all).
func (s *Service) List(ctx context.Context, scope access.Scope, states []State, from Position, limit int) ([]Set, error) {
	beyond, sort := store.Descending(from.Back)
	args := []any{from.Beyond(), limit}
	sql := "SELECT " + setColumns + " FROM change_set WHERE {place area} AND id " + beyond + " $1"
	if len(states) > 0 {
		sql += " AND state IN (" + store.In(3, len(states)) + ")"
		for _, state := range states {
			args = append(args, string(state))
		}
	}
	found, err := store.All(ctx, s.db.In(scope), sql+" ORDER BY id"+sort+" LIMIT $2", args, scanSet)
	if err != nil {
		return nil, fmt.Errorf("list change sets: %w", err)
	}
	return store.InOrder(found, from.Back), nil
}

// Count is how many sets in scope are in one of states.
func (s *Service) Count(ctx context.Context, scope access.Scope, states ...State) (int64, error) {
	args := make([]any, len(states))
	for i, state := range states {
		args[i] = string(state)
	}
	var n int64
	err := store.One(ctx, s.db.In(scope), "SELECT count(*) FROM change_set WHERE {place area} AND state IN ("+store.In(1, len(args))+")", args, &n)
	return n, err
}

// Summary returns a set in scope without its rows, or a NotFound fault.
func (s *Service) Summary(ctx context.Context, scope access.Scope, id int64) (Set, error) {
	found, err := store.All(ctx, s.db.In(scope), "SELECT "+setColumns+" FROM change_set WHERE id = $1 AND {place area}", []any{id}, scanSet)
	if err != nil {
		return Set{}, fmt.Errorf("read a change set: %w", err)
	}
	if len(found) == 0 {
		return Set{}, fault.New(fault.NotFound, "no such change")
	}
	return found[0], nil
}

// Get returns a set in scope with its rows: for each field what is stored now and what was submitted, without the
// values of fields that the scope may not see. It returns a NotFound fault for a set, or a record of it, that is out
// of scope.
func (s *Service) Get(ctx context.Context, scope access.Scope, id int64) (Set, []Detail, error) {
	set, details, err := s.whole(ctx, scope, id)
	for i, d := range details {
		subject := s.Subject(d.Record.Kind)
		for j, f := range d.Fields {
			if f.Hidden {
				details[i].Fields[j] = Field{Name: f.Name, Conflict: f.Conflict, Protected: f.Protected, Hidden: true}
			}
		}
		maps.DeleteFunc(d.Record.Fields, func(name string, _ any) bool { return !subject.Sees(scope, d.Record, name) })
	}
	return set, details, err
}

// whole is Get with every value, for deciding.
func (s *Service) whole(ctx context.Context, scope access.Scope, id int64) (Set, []Detail, error) {
	set, err := s.Summary(ctx, scope, id)
	if err != nil {
		return Set{}, nil, err
	}
	rows, err := store.All(ctx, s.db.In(scope), "SELECT n, subject_kind, subject, base_ver, state, diff, under FROM change_row WHERE {checked} AND set_id = $1 ORDER BY n", []any{id},
		func(r store.Rows, row *storedRow) error {
			return r.Scan(&row.n, &row.kind, &row.subject, &row.baseVer, &row.state, &row.diff, &row.under)
		})
	if err != nil {
		return Set{}, nil, fmt.Errorf("read the rows of a change set: %w", err)
	}
	conflicts, err := s.conflicts(ctx, scope, id)
	if err != nil {
		return Set{}, nil, err
	}
	details := make([]Detail, 0, len(rows))
	for _, row := range rows {
		d, err := s.detail(ctx, scope, set, row, conflicts[row.n])
		if err != nil {
			return Set{}, nil, err
		}
		details = append(details, d)
	}
	return set, details, nil
}

type storedRow struct {
	n       int
	kind    string
	subject int64
	baseVer int64
	state   State
	diff    []byte
	under   int64
}

// conflicts returns the fields in conflict by row.
func (s *Service) conflicts(ctx context.Context, scope access.Scope, id int64) (map[int]map[string]bool, error) {
	pairs, err := store.All(ctx, s.db.In(scope), "SELECT n, field FROM change_conflict WHERE {checked} AND set_id = $1", []any{id},
		func(r store.Rows, p *struct {
			n     int
			field string
		}) error {
			return r.Scan(&p.n, &p.field)
		})
	if err != nil {
		return nil, fmt.Errorf("read the conflicts of a change set: %w", err)
	}
	byRow := map[int]map[string]bool{}
	for _, p := range pairs {
		if byRow[p.n] == nil {
			byRow[p.n] = map[string]bool{}
		}
		byRow[p.n][p.field] = true
	}
	return byRow, nil
}

func (s *Service) detail(ctx context.Context, scope access.Scope, set Set, row storedRow, conflicts map[string]bool) (Detail, error) {
	subject := s.Subject(row.kind)
	if subject == nil {
		return Detail{}, fmt.Errorf("no room for records of kind %q", row.kind)
	}
	record, err := s.reload(ctx, scope, row, set.Submitted.Day(time.UTC))
	if err != nil {
		return Detail{}, err
	}
	b, err := openBody(record.Key, row.diff, set.ID, row.n)
	if err != nil {
		return Detail{}, err
	}
	if on := clock.Day(b.ValidOn); on != record.On { // only its own body says for which day the row was submitted
		if record, err = s.reload(ctx, scope, row, on); err != nil {
			return Detail{}, err
		}
	}
	d := Detail{N: row.n, Record: record, BaseVer: row.baseVer, State: row.state}
	for _, name := range slices.Sorted(maps.Keys(b.Set)) {
		f := Field{Name: name, Mine: b.Set[name], Stored: record.Fields[name], Conflict: conflicts[name]}
		f.Base, f.HasBase = b.Base[name], b.Base != nil
		f.Hidden = !subject.Sees(scope, record, name)
		if f.Protected, err = subject.Protected(ctx, record, name); err != nil {
			return Detail{}, err
		}
		d.Fields = append(d.Fields, f)
	}
	return d, nil
}

func openBody(key crypt.DataKey, sealed []byte, set int64, n int) (body, error) {
	text, err := crypt.Open(key, sealed, rowPlace(set, n))
	if err != nil {
		return body{}, fmt.Errorf("open a change row: %w", err)
	}
	var b body
	if err := policy.DecodeJSON(text, &b); err != nil {
		return body{}, fmt.Errorf("read a change row: %w", err)
	}
	for _, values := range []Values{b.Base, b.Set} {
		for name, value := range values {
			values[name] = policy.Canonical(value)
		}
	}
	return b, nil
}

func sealValue(key crypt.DataKey, value any, place crypt.Place) ([]byte, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return crypt.Seal(key, text, place), nil
}
