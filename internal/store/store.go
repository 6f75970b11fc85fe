package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"rightkey/internal/fault"
)

// Engine names the database behind a DB.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// ErrNoRows is what One returns when the query has no row.
var ErrNoRows = errors.New("no rows")

// Rows is the result of a query, as in database/sql. Close is idempotent and follows from reading to the end.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close() error
}

// outage is the cause of a fault that may pass: no connection, a restart, no room, a lock that is not given.
type outage struct{ error }

// Unwrap returns the engine's error.
func (o outage) Unwrap() error { return o.error }

// Passing says that the database could not serve just now and the same work may succeed later. Of a transaction that
// ended so nothing is stored, or, where the connection broke while it was committed, all of it.
func Passing(err error) bool {
	var o outage
	return errors.As(err, &o)
}

// Querier reads.
type Querier interface {
	// Query runs one SELECT (or a data-changing statement with RETURNING inside a transaction).
	Query(ctx context.Context, sql string, args ...any) (Rows, error)
}

// Tx is a running write transaction.
type Tx interface {
	Querier
	// Exec runs one statement and returns how many rows it changed.
	Exec(ctx context.Context, sql string, args ...any) (int64, error)
	// Bulk inserts rows into table: COPY on PostgreSQL, multi-row VALUES on SQLite.
	Bulk(ctx context.Context, table string, columns []string, rows [][]any) error
}

// DB is an open database.
type DB interface {
	Querier
	// Tx runs work in a transaction and commits it; see the package comment for what work may do.
	Tx(ctx context.Context, work func(Tx) error) error
	// TxSoon is Tx for notes of what was read: it does not wait for the disk. The program may be killed and loses none of
	// them; a machine without power, or a PostgreSQL that breaks down, may lose those of the last second.
	TxSoon(ctx context.Context, work func(Tx) error) error
	// Engine says which database this is.
	Engine() Engine
	// Close waits for the running transactions and closes.
	Close() error
}

// Options says how to open.
type Options struct {
	// URL is "postgres://…" or the path of a SQLite file (created when absent).
	URL string
	// Readers is the number of reading connections; 0 means a default.
	Readers int
}

// Open opens the database and brings its schema to this version.
func Open(ctx context.Context, o Options) (DB, error) {
	db, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, db, o); err != nil {
		db.Close()
		return nil, fmt.Errorf("migrate the database: %w", sqliteFault(postgresFault(err)))
	}
	return db, nil
}

func open(ctx context.Context, o Options) (DB, error) {
	if strings.HasPrefix(o.URL, "postgres://") || strings.HasPrefix(o.URL, "postgresql://") {
		return openPostgres(ctx, o)
	}
	return openSQLite(ctx, o)
}

// One scans the only row of a query; ErrNoRows if there is none, an error if there are two.
func One(ctx context.Context, q Querier, sql string, args []any, dest ...any) error {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return ErrNoRows
	}
	if err := rows.Scan(dest...); err != nil {
		return err
	}
	if rows.Next() {
		return fmt.Errorf("expected one row, got more")
	}
	return rows.Err()
}

// All collects a query's rows; scan reads one.
func All[T any](ctx context.Context, q Querier, sql string, args []any, scan func(Rows, *T) error) ([]T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var one T
		if err := scan(rows, &one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// Bump adds one to ver of the row of table that where selects and that is still at version ver, so that two
// transactions that would both break an invariant of that row meet here. It returns a Stale fault if the row has
// moved on.
func Bump(ctx context.Context, tx Tx, table, where string, ver int64, args ...any) error {
	n := len(args)
	sql := fmt.Sprintf("UPDATE %s SET ver = ver + 1 WHERE %s AND ver = $%d", table, where, n+1)
	changed, err := tx.Exec(ctx, sql, append(args, ver)...)
	if err != nil {
		return err
	}
	if changed != 1 {
		return fault.New(fault.Stale, "the record was changed by somebody else in the meantime")
	}
	return nil
}

// In returns "$n,$n+1,…" for count values that follow the first values already bound.
func In(first, count int) string {
	var b strings.Builder
	for i := range count {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "$%d", first+i)
	}
	return b.String()
}

// OneOf is the condition that a column holds one of some values; bind binds a value and names it.
func OneOf[T any](column string, values []T, bind func(any) string) string {
	binds := make([]string, len(values))
	for i, value := range values {
		binds[i] = bind(value)
	}
	return column + " IN (" + strings.Join(binds, ", ") + ")"
}

// EscapeLike makes a text stand for itself in a LIKE pattern with ESCAPE '!'.
func EscapeLike(text string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text)
}

// checkArgs refuses what one of the engines could not store: text that is not UTF-8 or holds NUL.
func checkArgs(args []any) error {
	for i, arg := range args {
		text, ok := arg.(string)
		if !ok {
			continue
		}
		if strings.IndexByte(text, 0) >= 0 || !utf8.ValidString(text) {
			return fault.New(fault.Invalid, "text that is not valid UTF-8, or holds a NUL character (value %d of the statement)", i+1)
		}
	}
	return nil
}

// longest is how long a write transaction may last before it is reported: consumers of the event tail wait for it.
const longest = time.Second
