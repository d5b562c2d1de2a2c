// Package storetest is the suite that a database must pass on both engines, in
// grades: what is kept and found again, transactions, and contention. It is
// for tests only.
//
// The rule that surprises: it runs on SQLite and on a real PostgreSQL in every
// run, so the package that uses it calls pgtest.Main from TestMain.
package storetest

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the drivers of Raw
	_ "modernc.org/sqlite"

	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/pgtest"
)

// Each runs fn once for each engine, with the address of a fresh database that
// is migrated already.
func Each(t *testing.T, fn func(t *testing.T, url string)) {
	t.Helper()
	t.Run(store.SQLite, func(t *testing.T) { fn(t, URL(t, store.SQLite)) })
	t.Run(store.Postgres, func(t *testing.T) { fn(t, URL(t, store.Postgres)) })
}

// URL gives the address of a fresh, migrated database of an engine.
func URL(t testing.TB, engine string) string {
	t.Helper()
	if engine == store.Postgres {
		return pgtest.Migrated(t, "store", migrate)
	}
	url := "sqlite:" + filepath.Join(t.TempDir(), "test.db")
	if err := migrate(url); err != nil {
		t.Fatal(err)
	}
	return url
}

func migrate(url string) error {
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		return err
	}
	return errors.Join(db.Migrate(context.Background()), db.Close())
}

// Open opens a database for the length of a test.
func Open(t testing.TB, url string, o store.Options) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// Raw opens a database past the store, for the length of a test.
func Raw(t testing.TB, url string) *sql.DB {
	t.Helper()
	driver, address := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, address = "sqlite", path+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
