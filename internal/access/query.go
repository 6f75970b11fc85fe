package access

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"rightkey/internal/store"
)

// DB is the database as rooms see it: no statement runs without a Scope. The SQL text says with {scope COLUMN} where
// the area ranges of the scope go; a statement on a scoped table without it does not run. Rows that hang on a record
// whose scope was decided before, by its identifier, say {checked} instead.
type DB struct{ raw store.DB }

// Guard makes rooms' view of a database.
func Guard(raw store.DB) *DB { return &DB{raw: raw} }

// Engine says which database this is.
func (db *DB) Engine() store.Engine { return db.raw.Engine() }

// Query runs one SELECT within the scope.
func (db *DB) Query(ctx context.Context, s Scope, sql string, args ...any) (store.Rows, error) {
	text, bound, err := s.bind(sql, args)
	if err != nil {
		return nil, err
	}
	return db.raw.Query(ctx, text, bound...)
}

// In returns a reader whose queries all run within the scope.
func (db *DB) In(s Scope) store.Querier { return reader{db, s} }

type reader struct {
	db *DB
	s  Scope
}

func (r reader) Query(ctx context.Context, sql string, args ...any) (store.Rows, error) {
	return r.db.Query(ctx, r.s, sql, args...)
}

// Tx runs work in a transaction whose statements all run within the scope; see package store for what work may do.
func (db *DB) Tx(ctx context.Context, s Scope, work func(store.Tx) error) error {
	return db.raw.Tx(ctx, func(tx store.Tx) error { return work(scopedTx{tx, s}) })
}

type scopedTx struct {
	raw store.Tx
	s   Scope
}

func (t scopedTx) Query(ctx context.Context, sql string, args ...any) (store.Rows, error) {
	text, bound, err := t.s.bind(sql, args)
	if err != nil {
		return nil, err
	}
	return t.raw.Query(ctx, text, bound...)
}

func (t scopedTx) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	text, bound, err := t.s.bind(sql, args)
	if err != nil {
		return 0, err
	}
	return t.raw.Exec(ctx, text, bound...)
}

func (t scopedTx) Bulk(ctx context.Context, table string, columns []string, rows [][]any) error {
	return t.raw.Bulk(ctx, table, columns, rows)
}

// scoped are the tables whose rows belong to an area's household; inserting into them needs no marker, reading,
// changing and deleting does. A new one is a new line.
var scoped = regexp.MustCompile(`(?i)\b(?:from|join|update)\s+(` + strings.Join([]string{
	"household",
	"person",
	"person_key",
	"id_owner",
	"membership",
	"transfer",
	"dwelling",
	"facts",
	"fact_index",
	"entry",
	"household_status",
	"assessment",
	"change_set",
	"change_row",
	"change_conflict",
	"staging",
	"import",
	"import_template",
	"export",
	"export_part",
	"job",
	"event",
	"event_body",
	"legal_hold",
	"approval",
	"alert",
	"name_key",
	"phone_key",
	"problem_item",
	"quality_mark",
	"place",
	"organisation",
}, "|") + `)\b`)

// marker is {scope COLUMN} or {checked}.
var marker = regexp.MustCompile(`\{(?:scope ([a-z_.]+)|(checked))\}`)

// unmarked remembers the texts that were looked at, so that each is parsed once.
var unmarked sync.Map // SQL text → bool

// bind puts the scope's ranges where the text says so.
func (s Scope) bind(sql string, args []any) (string, []any, error) {
	if !strings.Contains(sql, "{") {
		bad, seen := unmarked.Load(sql)
		if !seen {
			bad = scoped.MatchString(sql)
			unmarked.Store(sql, bad)
		}
		if bad.(bool) {
			return "", nil, fmt.Errorf("a statement on a scoped table without {scope …}: %.120s", sql)
		}
		return sql, args, nil
	}
	bound := args
	text := marker.ReplaceAllStringFunc(sql, func(m string) string {
		column := marker.FindStringSubmatch(m)[1]
		if column == "" {
			return "1 = 1"
		}
		ranges := s.Ranges()
		if len(ranges) == 0 {
			return "1 = 0"
		}
		var b strings.Builder
		for i, r := range ranges {
			if i > 0 {
				b.WriteString(" OR ")
			}
			fmt.Fprintf(&b, "%s BETWEEN $%d AND $%d", column, len(bound)+1, len(bound)+2)
			bound = append(bound[:len(bound):len(bound)], r.Lo, r.Hi)
		}
		if len(ranges) > 1 {
			return "(" + b.String() + ")"
		}
		return b.String()
	})
	if strings.Contains(text, "{scope") || strings.Contains(text, "{checked") {
		return "", nil, fmt.Errorf("a malformed scope marker: %.120s", sql)
	}
	return text, bound, nil
}
