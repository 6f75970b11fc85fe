package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
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
	q := url.Values{"mode": {"rw"}, "_pragma": {"busy_timeout(5000)", "query_only(1)", "temp_store(memory)", "cache_size(-65536)"}}
	if db.readers, err = sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode()); err != nil {
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
	return &postgresDB{pool: pool, growth: measured(pool)}, nil
}

// readingDB is a SQLite file without a writer.
type readingDB struct{ *sqliteDB }

func (db *readingDB) Tx(context.Context, func(Tx) error) error {
	return errors.New("the database is open for reading only")
}

func (db *readingDB) TxSoon(ctx context.Context, work func(Tx) error) error { return db.Tx(ctx, work) }

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
		_, err := tx.Exec(ctx, "UPDATE id_counter SET next = $1 + $2 WHERE name = 'block' AND next < $1", known, skip)
		return err
	})
}

// Schema is the version of a database's schema.
func Schema(ctx context.Context, q Querier) (version int64, err error) {
	err = One(ctx, q, "SELECT max(version_id) FROM goose_db_version WHERE 1 = 1", nil, &version)
	return version, err
}

// Latest is the version of the schema that this program makes.
func Latest() int64 {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0 // only for a malformed pattern
	}
	latest := int64(0)
	for _, name := range names {
		number, _, _ := strings.Cut(filepath.Base(name), "_")
		if n, err := strconv.ParseInt(number, 10, 64); err == nil {
			latest = max(latest, n)
		}
	}
	return latest
}

// Tables are the tables of a database, sorted, without those of the migrations.
func Tables(ctx context.Context, db DB) ([]string, error) {
	sql := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'goose%' ORDER BY name"
	if db.Engine() == Postgres {
		sql = "SELECT CAST(tablename AS text) FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'goose%' ORDER BY tablename"
	}
	return All(ctx, db, sql, nil, func(r Rows, name *string) error { return r.Scan(name) })
}

// Size is how many bytes a database takes on the disk.
func Size(ctx context.Context, db DB) (bytes int64, err error) {
	sql := "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
	if db.Engine() == Postgres {
		sql = "SELECT pg_database_size(current_database())"
	}
	err = One(ctx, db, sql, nil, &bytes)
	return bytes, err
}
