package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"rightkey/internal/fault"
)

// errLocked says that another process holds the lock.
var errLocked = errors.New("locked")

// sqliteDB is one SQLite file: a writer that groups transactions and a pool of readers.
type sqliteDB struct {
	path    string
	lock    *os.File
	readers *sql.DB
	writers *sql.DB
	writer  *sql.Conn
	stmts   sync.Map // SQL text → *sql.Stmt of the readers
	work    chan *request
	quit    chan struct{}
	done    chan struct{}
	close   sync.Once
}

func openSQLite(ctx context.Context, o Options) (DB, error) {
	path, err := filepath.Abs(o.URL)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("create the folder of the database: %w", err)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // one lock for one file, by whatever link it is opened
	}
	lock, err := lockFile(path + ".lock")
	if errors.Is(err, errLocked) {
		return nil, fault.Wrap(fault.Unavailable, err, "the database %s is in use by another process; stop it first, or use its pages and API", filepath.Base(path))
	}
	if err != nil {
		return nil, fileFault(err)
	}
	db := &sqliteDB{path: path, lock: lock, work: make(chan *request, 256), quit: make(chan struct{}), done: make(chan struct{})}
	if err := db.connect(ctx, o); err != nil {
		db.release()
		return nil, sqliteFault(err)
	}
	go db.write()
	return db, nil
}

func (db *sqliteDB) connect(ctx context.Context, o Options) (err error) {
	// What is deleted, as the key of a person who was erased, is overwritten.
	if db.writers, err = sql.Open("sqlite", dsn(db.path, "synchronous(full)", "secure_delete(1)")); err != nil {
		return err
	}
	db.writers.SetMaxOpenConns(1)
	if db.writer, err = db.writers.Conn(ctx); err != nil {
		return err
	}
	if db.readers, err = sql.Open("sqlite", dsn(db.path, "query_only(1)")); err != nil {
		return err
	}
	readers := o.Readers
	if readers == 0 {
		readers = max(4, 2*runtime.NumCPU())
	}
	db.readers.SetMaxOpenConns(readers)
	db.readers.SetMaxIdleConns(readers)
	return db.readers.PingContext(ctx)
}

func dsn(path string, pragmas ...string) string {
	q := url.Values{}
	for _, p := range append([]string{"journal_mode(wal)", "busy_timeout(5000)", "foreign_keys(1)", "temp_store(memory)", "wal_autocheckpoint(8000)", "cache_size(-65536)", "mmap_size(1073741824)"}, pragmas...) {
		q.Add("_pragma", p)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func (db *sqliteDB) Engine() Engine { return SQLite }

func (db *sqliteDB) Query(ctx context.Context, text string, args ...any) (Rows, error) {
	if err := checkArgs(args); err != nil {
		return nil, err
	}
	stmt, err := db.prepared(ctx, text)
	if err != nil {
		return nil, sqliteFault(err)
	}
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return nil, sqliteFault(err)
	}
	return rows, nil
}

func (db *sqliteDB) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	if known, ok := db.stmts.Load(text); ok {
		return known.(*sql.Stmt), nil
	}
	stmt, err := db.readers.PrepareContext(ctx, lasting(text))
	if err != nil {
		return nil, err
	}
	if known, raced := db.stmts.LoadOrStore(text, stmt); raced {
		stmt.Close()
		return known.(*sql.Stmt), nil
	}
	return stmt, nil
}

// boundLimit is a LIMIT whose number is bound.
var boundLimit = regexp.MustCompile(`\bLIMIT (\$\d+)\b`)

// lasting is a statement whose plan lasts: SQLite looks at a number that is bound to a LIMIT when it plans and so plans
// anew for each execution, which takes longer than most of our reading does. It does not look into a sum.
func lasting(text string) string { return boundLimit.ReplaceAllString(text, "LIMIT ${1}+0") }

func (db *sqliteDB) Close() error {
	db.close.Do(func() {
		close(db.quit)
		<-db.done
		db.release()
	})
	return nil
}

func (db *sqliteDB) release() {
	for _, c := range []interface{ Close() error }{db.readers, db.writer, db.writers} {
		switch c := c.(type) {
		case *sql.DB:
			if c != nil {
				c.Close()
			}
		case *sql.Conn:
			if c != nil {
				c.Close()
			}
		}
	}
	unlockFile(db.lock)
}

// fileFault is sqliteFault for what the system says of a file beside the database.
func fileFault(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return fault.Wrap(fault.Unavailable, outage{err}, "the disk is full; nothing of this step was saved")
	}
	return fmt.Errorf("lock the database: %w", err)
}

// sqliteFault gives the errors that people meet (a full disk, a damaged file) their kind and a clear message.
func sqliteFault(err error) error {
	var e *driver.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff {
	case lib.SQLITE_FULL:
		return fault.Wrap(fault.Unavailable, outage{err}, "the disk is full; nothing of this step was saved")
	case lib.SQLITE_IOERR, lib.SQLITE_CANTOPEN:
		return fault.Wrap(fault.Unavailable, outage{err}, "the database file cannot be read or written")
	case lib.SQLITE_READONLY:
		return fault.Wrap(fault.Unavailable, err, "the database file is read-only")
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return fault.Wrap(fault.Unavailable, outage{err}, "the database is busy, try again")
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return fault.Wrap(fault.Unavailable, err, "the database file is damaged or not a database")
	case lib.SQLITE_CONSTRAINT:
		return fault.Wrap(fault.Conflict, err, "the change contradicts what is stored (%s)", constraint(e.Error()))
	}
	return err
}

// constraint cuts SQLite's constraint message to the columns it names, which hold no personal data.
func constraint(message string) string {
	_, rest, found := strings.Cut(message, "failed: ")
	if !found {
		return "constraint"
	}
	name, _, _ := strings.Cut(rest, " (")
	return name
}
