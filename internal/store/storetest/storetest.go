// Package storetest gives tests a fresh database of each engine: a SQLite file in the test's folder, and a database
// of its own on the PostgreSQL server named by RIGHTKEY_TEST_POSTGRES, copied from a migrated template.
package storetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"rightkey/internal/store"
)

// Each runs test once on each engine, each time on a fresh database.
func Each(t *testing.T, test func(t *testing.T, db store.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// SQLite opens a fresh SQLite database.
func SQLite(t testing.TB) store.DB {
	t.Helper()
	return Open(t, filepath.Join(t.TempDir(), "test.db"))
}

// Postgres opens a fresh PostgreSQL database. Without a server the test is skipped with one line; with
// RIGHTKEY_REQUIRE_DATA=1 it fails.
func Postgres(t testing.TB) store.DB {
	t.Helper()
	return Open(t, PostgresURL(t))
}

// PostgresURL makes a fresh migrated PostgreSQL database and returns its address; it is dropped with the test.
func PostgresURL(t testing.TB) string {
	t.Helper()
	server := needServer(t)
	from, err := migrated(server)
	if err != nil {
		t.Fatal("make the template database: ", err)
	}
	return create(t, server, from)
}

// needServer returns the server's address, or skips the test (fails where nothing may be skipped).
func needServer(t testing.TB) string {
	t.Helper()
	server := os.Getenv("RIGHTKEY_TEST_POSTGRES")
	if server == "" {
		if os.Getenv("RIGHTKEY_REQUIRE_DATA") == "1" {
			t.Fatal("RIGHTKEY_TEST_POSTGRES is required: run the tests with make test")
		}
		t.Skip("1 test skipped: no PostgreSQL server (RIGHTKEY_TEST_POSTGRES)")
	}
	return server
}

// create makes a database from a template; it is dropped with the test.
func create(t testing.TB, server, from string) string {
	t.Helper()
	name := fmt.Sprintf("rk_%d_%d", os.Getpid(), counter.Add(1))
	if err := admin(server, "CREATE DATABASE "+name+" TEMPLATE "+from); err != nil {
		t.Fatal("create a test database: ", err)
	}
	t.Cleanup(func() {
		if err := admin(server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Error("drop the test database: ", err)
		}
	})
	return named(server, name)
}

// EmptyPostgresURL makes a fresh PostgreSQL database without any table and returns its address; it is dropped with
// the test.
func EmptyPostgresURL(t testing.TB) string {
	t.Helper()
	server := needServer(t)
	return create(t, server, "template0")
}

// Open opens a database and closes it with the test.
func Open(t testing.TB, address string) store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), store.Options{URL: address})
	if err != nil {
		t.Fatal("open the test database: ", err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

var counter atomic.Int64

var template struct {
	once sync.Once
	name string
	err  error
}

// migrated makes the template once a process.
func migrated(server string) (string, error) {
	template.once.Do(func() { template.name, template.err = makeTemplate(server) })
	return template.name, template.err
}

func makeTemplate(server string) (string, error) {
	name := fmt.Sprintf("rk_template_%d", os.Getpid())
	if err := admin(server, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
		return "", err
	}
	db, err := store.Open(context.Background(), store.Options{URL: named(server, name)})
	if err != nil {
		return "", err
	}
	return name, db.Close()
}

func admin(server, statement string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

func named(server, database string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server
	}
	u.Path = "/" + database
	return u.String()
}
