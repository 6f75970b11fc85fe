package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"rightkey/internal/fault"
)

// attempts is how often a closure is run on PostgreSQL before the conflict is reported.
const attempts = 20

type postgresDB struct {
	pool   *pgxpool.Pool
	growth *growth
}

func openPostgres(ctx context.Context, o Options) (DB, error) {
	config, err := pgxpool.ParseConfig(o.URL)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the database address is malformed")
	}
	switch {
	case o.Readers > 0:
		config.MaxConns = int32(o.Readers)
	case !strings.Contains(o.URL, "pool_max_conns="):
		config.MaxConns = int32(max(8, 4*runtime.NumCPU())) // more would only take turns, and each plans for itself
	}
	params := config.ConnConfig.RuntimeParams
	params["application_name"] = "rightkey"
	params["idle_in_transaction_session_timeout"] = "10s"
	params["lock_timeout"] = "10s"
	config.ConnConfig.ConnectTimeout = 5 * time.Second
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, postgresFault(err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, postgresFault(err)
	}
	return &postgresDB{pool: pool, growth: measured(pool)}, nil
}

func (db *postgresDB) Engine() Engine { return Postgres }

func (db *postgresDB) Close() error {
	db.growth.close()
	db.pool.Close()
	return nil
}

func (db *postgresDB) Query(ctx context.Context, text string, args ...any) (Rows, error) {
	if err := checkArgs(args); err != nil {
		return nil, err
	}
	rows, err := db.pool.Query(ctx, text, args...)
	if err != nil {
		return nil, postgresFault(err)
	}
	return pgRows{rows}, nil
}

// How transactions begin: in one statement, so that the server is asked once.
const (
	beginDurably = "begin isolation level repeatable read"
	beginSoon    = beginDurably + "; set local synchronous_commit = off"
)

func (db *postgresDB) Tx(ctx context.Context, work func(Tx) error) error {
	return db.run(ctx, beginDurably, work)
}

func (db *postgresDB) TxSoon(ctx context.Context, work func(Tx) error) error {
	return db.run(ctx, beginSoon, work)
}

// run runs work in a transaction that begins so, again where it meets another.
func (db *postgresDB) run(ctx context.Context, begin string, work func(Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := db.try(ctx, begin, work)
		if err == nil || !again(err) || attempt == attempts {
			return postgresFault(err)
		}
		pause := time.Duration(rand.Int64N(int64(min(attempt, 8)) * int64(4*time.Millisecond)))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

func (db *postgresDB) try(ctx context.Context, begin string, work func(Tx) error) error {
	start := time.Now()
	tx, err := db.pool.BeginTx(ctx, pgx.TxOptions{BeginQuery: begin})
	if err != nil {
		return err
	}
	defer tx.Rollback(context.WithoutCancel(ctx))
	in := &pgTx{tx: tx}
	if err := guarded(in, work); err != nil {
		return err
	}
	// A caller who gives up now must still learn what happened, so the commit is not cancelled.
	if err := tx.Commit(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	db.growth.by(in.bulk)
	if took := time.Since(start); took > longest {
		slog.Warn("long write transaction", "took_ms", took.Milliseconds())
	}
	return nil
}

// again says whether the closure may be run again: serialization failure or deadlock.
func again(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

type pgTx struct {
	tx   pgx.Tx
	bulk int // rows inserted by Bulk
}

func (t *pgTx) Query(ctx context.Context, text string, args ...any) (Rows, error) {
	if err := checkArgs(args); err != nil {
		return nil, err
	}
	rows, err := t.tx.Query(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	return pgRows{rows}, nil
}

func (t *pgTx) Exec(ctx context.Context, text string, args ...any) (int64, error) {
	if err := checkArgs(args); err != nil {
		return 0, err
	}
	tag, err := t.tx.Exec(ctx, text, args...)
	return tag.RowsAffected(), err
}

func (t *pgTx) Bulk(ctx context.Context, table string, columns []string, rows [][]any) error {
	for _, row := range rows {
		if err := checkArgs(row); err != nil {
			return err
		}
	}
	t.bulk += len(rows)
	if len(rows) <= fewRows {
		return t.insert(ctx, table, columns, rows)
	}
	_, err := t.tx.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromRows(rows))
	return err
}

// fewRows is up to how many rows one INSERT, which the server has planned before, is faster than COPY, which asks for
// the columns first.
const fewRows = 4

// insert inserts a few rows by one statement.
func (t *pgTx) insert(ctx context.Context, table string, columns []string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	values := make([]string, len(rows))
	var args []any
	for i, row := range rows {
		values[i] = "(" + In(len(args)+1, len(row)) + ")"
		args = append(args, row...)
	}
	_, err := t.tx.Exec(ctx, "INSERT INTO "+table+" ("+strings.Join(columns, ",")+") VALUES "+strings.Join(values, ","), args...)
	return err
}

// pgRows gives pgx rows the shape of Rows.
type pgRows struct{ pgx.Rows }

func (r pgRows) Close() error {
	r.Rows.Close()
	return r.Rows.Err()
}

// Err keeps serialization failures recognisable and gives the others their kind.
func (r pgRows) Err() error {
	err := r.Rows.Err()
	if again(err) {
		return err
	}
	return postgresFault(err)
}

// postgresFault gives the errors that people meet their kind and a clear message.
func postgresFault(err error) error {
	if err == nil {
		return nil
	}
	var kept *fault.Error
	if errors.As(err, &kept) {
		return err
	}
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		if lost(err) {
			return fault.Wrap(fault.Unavailable, outage{err}, "the database cannot be reached, try again")
		}
		return err
	}
	switch {
	case e.Code == "40001" || e.Code == "40P01" || e.Code == "55P03":
		return fault.Wrap(fault.Unavailable, outage{err}, "the database is busy, try again")
	case strings.HasPrefix(e.Code, "23"):
		return fault.Wrap(fault.Conflict, bare(e), "the change contradicts what is stored (%s)", e.ConstraintName)
	case strings.HasPrefix(e.Code, "53"):
		return fault.Wrap(fault.Unavailable, outage{err}, "the database has no room left (disk, memory or connections); nothing of this step was saved")
	case strings.HasPrefix(e.Code, "57") || strings.HasPrefix(e.Code, "08"):
		return fault.Wrap(fault.Unavailable, outage{err}, "the database is stopping or starting, try again")
	}
	return bare(e)
}

// bare is a PostgreSQL error without its detail line, which quotes stored values.
func bare(e *pgconn.PgError) error {
	return fmt.Errorf("postgres %s: %s (%s %s)", e.Code, e.Message, e.TableName, e.ConstraintName)
}

// lost says that the connection broke: what was asked may not even have arrived.
func lost(err error) bool {
	var connect *pgconn.ConnectError
	var network *net.OpError
	if errors.As(err, &connect) || errors.As(err, &network) || pgconn.Timeout(err) {
		return true
	}
	for _, broken := range []error{pgx.ErrTxClosed, io.ErrUnexpectedEOF, net.ErrClosed} {
		if errors.Is(err, broken) {
			return true
		}
	}
	// The driver says some of it in words only.
	for _, words := range []string{"conn closed", "unexpected EOF", "connection reset", "broken pipe", "write failed"} {
		if strings.Contains(err.Error(), words) {
			return true
		}
	}
	return false
}
