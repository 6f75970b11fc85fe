package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"rightkey/internal/fault"
)

// request is one waiting closure.
type request struct {
	ctx  context.Context
	work func(Tx) error
	soon bool // the disk is not waited for
	err  error
	done chan struct{}
}

// errBroken says that SQLite ended the whole transaction by itself, the group with it.
var errBroken = errors.New("the transaction was ended by the database")

const (
	groupSize = 64                    // closures in one commit at most
	groupTime = 50 * time.Millisecond // writing in one commit before no further closure is taken in
	bulkBatch = 64                    // rows in one multi-row INSERT
)

func (db *sqliteDB) Tx(ctx context.Context, work func(Tx) error) error {
	return db.ask(&request{ctx: ctx, work: work, done: make(chan struct{})})
}

func (db *sqliteDB) TxSoon(ctx context.Context, work func(Tx) error) error {
	return db.ask(&request{ctx: ctx, work: work, soon: true, done: make(chan struct{})})
}

// ask gives a closure to the writer and waits for its outcome.
func (db *sqliteDB) ask(r *request) error {
	ctx := r.ctx
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case db.work <- r:
	case <-db.quit:
		return fault.New(fault.Unavailable, "the database is closing")
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-r.done:
		return r.err
	case <-db.done: // closed while it waited: it ran to the end, or not at all
		select {
		case <-r.done:
			return r.err
		default:
			return fault.New(fault.Unavailable, "the database is closing")
		}
	}
}

// write is the only writer: it takes waiting closures in groups until Close.
func (db *sqliteDB) write() {
	defer close(db.done)
	w := &sqliteTx{conn: db.writer, stmts: map[string]*sql.Stmt{}}
	sync := newSyncer(db.path)
	defer sync.close()
	for {
		select {
		case r := <-db.work:
			db.commitAll(w, r, sync)
		case <-db.quit:
			for {
				select {
				case r := <-db.work:
					db.commitAll(w, r, sync)
				default:
					w.closeStmts()
					return
				}
			}
		}
	}
}

// commitAll commits a closure with others that wait, and what it met that does not go into one commit with them.
func (db *sqliteDB) commitAll(w *sqliteTx, r *request, sync *syncer) {
	for r != nil {
		soon := r.soon
		r = db.commitGroup(w, r)
		if soon {
			sync.later()
		}
	}
}

// commitGroup commits first and what else waits and is as durable as one group; what waits and is not it returns. If the group as a whole fails, each closure gets a
// transaction of its own, so that one closure's full disk or broken transaction is not another's.
func (db *sqliteDB) commitGroup(w *sqliteTx, first *request) (other *request) {
	ran, other, err := db.runGroup(w, first)
	for _, r := range ran {
		switch {
		case err == nil: // r.err holds the closure's own outcome
		case len(ran) == 1:
			r.err = err
		default:
			if _, err := db.runAlone(w, r); err != nil {
				r.err = err
			}
		}
		close(r.done)
	}
	return other
}

func (db *sqliteDB) runAlone(w *sqliteTx, r *request) ([]*request, error) {
	return w.group([]*request{r}, func() *request { return nil })
}

func (db *sqliteDB) runGroup(w *sqliteTx, first *request) (ran []*request, other *request, err error) {
	start := time.Now()
	taken := 1
	ran, err = w.group([]*request{first}, func() *request {
		if other != nil || taken == groupSize || time.Since(start) > groupTime {
			return nil
		}
		select {
		case r := <-db.work:
			if r.soon != first.soon {
				other = r
				return nil
			}
			taken++
			return r
		default:
			return nil
		}
	})
	return ran, other, err
}

// sqliteTx is the writer's connection inside a transaction.
type sqliteTx struct {
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	soon  bool // commits do not wait for the disk
}

// group runs the given closures and those that more returns in one transaction, each in a savepoint, and commits. It
// returns all it ran; a non-nil error means that none of them is stored.
func (w *sqliteTx) group(ran []*request, more func() *request) ([]*request, error) {
	ctx := context.Background()
	start := time.Now()
	if err := w.begin(ctx, ran[0].soon); err != nil {
		return ran, sqliteFault(err)
	}
	for i := 0; i < len(ran); i++ {
		r := ran[i]
		run := w.savepoint
		if i == 0 {
			run = w.first
		}
		if r.err = run(ctx, r); errors.Is(r.err, errBroken) {
			_ = w.plain(ctx, "ROLLBACK")
			return ran, sqliteFault(r.err)
		}
		if next := more(); next != nil {
			ran = append(ran, next)
		}
	}
	if err := w.plain(ctx, "COMMIT"); err != nil {
		_ = w.plain(ctx, "ROLLBACK")
		return ran, sqliteFault(err)
	}
	if took := time.Since(start); took > longest {
		slog.Warn("long write transaction", "took_ms", took.Milliseconds(), "closures", len(ran))
	}
	return ran, nil
}

// begin begins a transaction whose commit waits for the disk, or does not.
func (w *sqliteTx) begin(ctx context.Context, soon bool) error {
	if soon != w.soon {
		mode := "PRAGMA synchronous = full"
		if soon {
			mode = "PRAGMA synchronous = normal"
		}
		if _, err := w.conn.ExecContext(ctx, mode); err != nil {
			return err
		}
		w.soon = soon
	}
	return w.plain(ctx, "BEGIN IMMEDIATE")
}

// first runs the first closure of a group. It needs no savepoint (which would copy every page it changes): there is
// nothing before it to keep, so its failure undoes the transaction and begins another.
func (w *sqliteTx) first(ctx context.Context, r *request) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	err := guarded(w, r.work)
	if err == nil {
		return nil
	}
	_ = w.plain(ctx, "ROLLBACK") // fails where SQLite has ended the transaction by itself
	if begin := w.plain(ctx, "BEGIN IMMEDIATE"); begin != nil {
		return errors.Join(errBroken, err)
	}
	return err
}

// savepoint runs one closure so that its failure undoes only its own changes.
func (w *sqliteTx) savepoint(ctx context.Context, r *request) (err error) {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	if err := w.plain(ctx, "SAVEPOINT one"); err != nil {
		return errors.Join(errBroken, err)
	}
	err = guarded(w, r.work)
	if err != nil {
		if undo := w.plain(ctx, "ROLLBACK TO one"); undo != nil {
			return errors.Join(errBroken, err)
		}
	}
	if end := w.plain(ctx, "RELEASE one"); end != nil {
		return errors.Join(errBroken, end)
	}
	return err
}

// guarded turns a panic of a closure into an error, so that the writer lives on.
func guarded(tx Tx, work func(Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a transaction: %v\n%s", p, debug.Stack())
		}
	}()
	return work(tx)
}

func (w *sqliteTx) plain(ctx context.Context, text string) error {
	stmt, err := w.prepared(ctx, text)
	if err != nil {
		return err
	}
	_, err = stmt.ExecContext(ctx)
	return err
}

func (w *sqliteTx) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	if stmt, ok := w.stmts[text]; ok {
		return stmt, nil
	}
	stmt, err := w.conn.PrepareContext(ctx, lasting(text))
	if err == nil {
		w.stmts[text] = stmt
	}
	return stmt, err
}

func (w *sqliteTx) closeStmts() {
	for _, stmt := range w.stmts {
		stmt.Close()
	}
}

func (w *sqliteTx) Query(ctx context.Context, text string, args ...any) (Rows, error) {
	if err := checkArgs(args); err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	stmt, err := w.prepared(ctx, text)
	if err != nil {
		return nil, sqliteFault(err)
	}
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return nil, sqliteFault(err)
	}
	return rows, nil
}

func (w *sqliteTx) Exec(ctx context.Context, text string, args ...any) (int64, error) {
	if err := checkArgs(args); err != nil {
		return 0, err
	}
	ctx = context.WithoutCancel(ctx)
	stmt, err := w.prepared(ctx, text)
	if err != nil {
		return 0, sqliteFault(err)
	}
	result, err := stmt.ExecContext(ctx, args...)
	if err != nil {
		return 0, sqliteFault(err)
	}
	return result.RowsAffected()
}

func (w *sqliteTx) Bulk(ctx context.Context, table string, columns []string, rows [][]any) error {
	args := make([]any, 0, bulkBatch*len(columns))
	for len(rows) > 0 {
		n := min(bulkBatch, len(rows))
		args = args[:0]
		for _, row := range rows[:n] {
			args = append(args, row...)
		}
		if _, err := w.Exec(ctx, insertText(table, columns, n), args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// insertText inserts rows by position, for SQLite looks named parameters up one by one. What fails is not undone by the
// statement but with its transaction, so SQLite keeps no copy of the pages that the statement changes.
func insertText(table string, columns []string, rows int) string {
	row := "(?" + strings.Repeat(",?", len(columns)-1) + ")"
	return "INSERT OR FAIL INTO " + table + " (" + strings.Join(columns, ",") + ") VALUES " + row + strings.Repeat(","+row, rows-1)
}
