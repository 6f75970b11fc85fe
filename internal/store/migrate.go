package store

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// words are the type words of the migrations and what they are on each engine. {int} is 64 bits; {small} a flag or
// a level; {text} sorts by code point; {strict} and {clustered} end a table; {xid} orders the unsealed event tail;
// {postgres} begins a line that is for PostgreSQL alone.
var words = map[Engine]*strings.Replacer{
	SQLite: strings.NewReplacer("{int}", "INTEGER", "{small}", "INTEGER", "{text}", "TEXT", "{bytes}", "BLOB", "{real}", "REAL",
		"{xid}", "INTEGER NOT NULL DEFAULT 0", "{strict}", "STRICT", "{clustered}", "STRICT, WITHOUT ROWID", "{postgres}", "--"),
	Postgres: strings.NewReplacer("{int}", "bigint", "{small}", "smallint", "{text}", `text COLLATE "C"`, "{bytes}", "bytea", "{real}", "double precision",
		"{xid}", "xid8 NOT NULL DEFAULT pg_current_xact_id()", "{strict}", "", "{clustered}", "", "{postgres}", ""),
}

// migrate brings the schema to this version; several processes may start at once on PostgreSQL.
func migrate(ctx context.Context, db DB, o Options) error {
	files, err := rendered(db.Engine())
	if err != nil {
		return err
	}
	handle, dialect, options, err := migrationHandle(db)
	if err != nil {
		return err
	}
	defer handle.Close()
	provider, err := goose.NewProvider(dialect, handle, files, append(options, goose.WithVerbose(false))...)
	if err != nil {
		return err
	}
	if _, err = provider.Up(ctx); err != nil || db.Engine() != SQLite {
		return err
	}
	return tellPlanner(ctx, handle)
}

func migrationHandle(db DB) (*sql.DB, goose.Dialect, []goose.ProviderOption, error) {
	switch db := db.(type) {
	case *sqliteDB:
		// The writer holds its pool's only connection; migrations need one of their own before it is used.
		handle, err := sql.Open("sqlite", dsn(db.path, "synchronous(full)"))
		if err != nil {
			return nil, "", nil, err
		}
		return handle, goose.DialectSQLite3, nil, nil
	case *postgresDB:
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, "", nil, err
		}
		return stdlib.OpenDBFromPool(db.pool), goose.DialectPostgres, []goose.ProviderOption{goose.WithSessionLocker(locker)}, nil
	}
	return nil, "", nil, fmt.Errorf("no migrations for engine %q", db.Engine())
}

// rendered returns the migrations with the type words of the engine.
func rendered(engine Engine) (fs.FS, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	out := fstest.MapFS{}
	for _, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		text = []byte(words[engine].Replace(string(text)))
		if at := bytes.IndexByte(text, '{'); at >= 0 {
			return nil, fmt.Errorf("%s: unknown type word at %q", name, text[at:min(at+12, len(text))])
		}
		out[strings.TrimPrefix(name, "migrations/")] = &fstest.MapFile{Data: text}
	}
	return out, nil
}
