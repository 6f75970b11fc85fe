package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"rightkey/internal/fault"
)

// OpenReading opens an existing database only to read it, also while a server works with it. Its schema is left as it
// is.
func OpenReading(ctx context.Context, o Options) (DB, error) {
	if strings.HasPrefix(o.URL, "postgres://") || strings.HasPrefix(o.URL, "postgresql://") {
		return readPostgres(ctx, o)
	}
	path, err := filepath.Abs(o.URL)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); err != nil {
		return nil, fault.Wrap(fault.NotFound, err, "there is no database at %s", filepath.Base(path))
	}
	db := &readingDB{sqliteDB: &sqliteDB{path: path}}
	if db.readers, err = sql.Open("sqlite", dsn(path, "query_only(1)")+"&mode=rw"); err != nil {
		return nil, err
	}
	if err := db.readers.PingContext(ctx); err != nil {
		db.readers.Close()
		return nil, sqliteFault(err)
	}
	return db, nil
}

func readPostgres(ctx context.Context, o Options) (DB, error) {
	config, err := pgxpool.ParseConfig(o.URL)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the database address is malformed")
	}
	config.ConnConfig.RuntimeParams["application_name"] = "rightkey"
	config.ConnConfig.RuntimeParams["default_transaction_read_only"] = "on"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, postgresFault(err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, postgresFault(err)
	}
	return &postgresDB{pool: pool}, nil
}

// readingDB is a SQLite file without a writer.
type readingDB struct{ *sqliteDB }

func (db *readingDB) Tx(context.Context, func(Tx) error) error {
	return errors.New("the database is open for reading only")
}

func (db *readingDB) Close() error { return db.readers.Close() }

// Backup copies a SQLite database as it is at this moment to a new file, while others go on writing to it.
func Backup(ctx context.Context, path, to string) error {
	if _, err := os.Stat(path); err != nil {
		return fault.Wrap(fault.NotFound, err, "there is no database at %s", filepath.Base(path))
	}
	q := url.Values{"mode": {"rw"}, "_pragma": {"busy_timeout(5000)"}}
	handle, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return err
	}
	defer handle.Close()
	if _, err := handle.ExecContext(ctx, "VACUUM INTO ?", to); err != nil {
		return sqliteFault(err)
	}
	return nil
}

// SkipBlocks moves the counter of identifier blocks on by skip if it is below known: the database was put back from an
// older copy, and what it gave out after that copy must not be given out again.
func SkipBlocks(ctx context.Context, db DB, known, skip int64) error {
	return db.Tx(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, "UPDATE id_counter SET next = CASE WHEN next > $1 THEN next ELSE $1 END + $2 WHERE name = 'block' AND next < $1", known, skip)
		return err
	})
}
