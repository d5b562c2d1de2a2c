package store

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// PostgresText shows the tests how a statement is spelled for PostgreSQL.
func PostgresText(q string) string { return postgresText(statement(q)) }

// Texts shows the tests every way in which a statement is said to an engine: for
// one row and, where it has a row, for many.
func Texts(engine, q string) []string {
	many := strings.Contains(q, rowMark)
	if engine == Postgres {
		all := []string{PostgresText(q)}
		if many {
			all = append(all, PostgresText(string(byColumns(statement(q)))))
		}
		return all
	}
	all := []string{sqliteText(statement(q))}
	if many {
		for _, b := range newBulk(statement(q)) {
			all = append(all, sqliteText(b))
		}
	}
	return all
}

// WriterPragma reads a pragma on every connection that writes: the group's own
// and one like that of migrations.
func WriterPragma(t *testing.T, db *DB, name string) map[string]string {
	t.Helper()
	l := db.engine.(*lite)
	got := make(map[string]string)
	err := l.group.run(context.Background(), func(tx *txn) (err error) {
		got["the writer"], err = one(context.Background(), tx, errors.New("no such pragma"), text, statement("PRAGMA "+name))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	migrations, err := sql.Open("sqlite", writerDSN(l.path))
	if err != nil {
		t.Fatal(err)
	}
	defer migrations.Close()
	var value string
	if err := migrations.QueryRow("PRAGMA " + name).Scan(&value); err != nil {
		t.Fatal(err)
	}
	got["migrations"] = value
	return got
}

// LimitPages bounds the size of a SQLite file as a full disk would.
func LimitPages(t *testing.T, db *DB, pages int) {
	t.Helper()
	err := db.engine.(*lite).group.run(context.Background(), func(tx *txn) error {
		_, err := one(context.Background(), tx, errors.New("no such pragma"), number,
			statement("PRAGMA max_page_count = "+strconv.Itoa(pages)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// OccupyWriter keeps the writer of a SQLite file busy until release is closed.
func OccupyWriter(db *DB) (busy <-chan struct{}, release chan struct{}) {
	started, release := make(chan struct{}), make(chan struct{})
	go func() {
		db.engine.(*lite).group.run(context.Background(), func(*txn) error { //nolint:errcheck // it does nothing
			close(started)
			<-release
			return nil
		})
	}()
	return started, release
}

// AwaitRiders waits until so many transactions wait for the writer of a SQLite
// file; on PostgreSQL none waits.
func AwaitRiders(db *DB, n int) {
	if l, ok := db.engine.(*lite); ok {
		for len(l.group.queue) < n {
			runtime.Gosched()
		}
	}
}

// Versions tells how many migrations there are.
func Versions(t *testing.T) int64 {
	t.Helper()
	all, err := migrations.ReadDir("migrations")
	if err != nil {
		t.Fatal(err)
	}
	return int64(len(all))
}

// MigrateTo brings an empty database to a version of the past, and hands its
// connection to fn.
func MigrateTo(t *testing.T, db *DB, version int64, fn func(*sql.DB)) {
	t.Helper()
	var on *sql.DB
	spelling := sqliteTypes()
	switch e := db.engine.(type) {
	case *lite:
		var err error
		if on, err = sql.Open("sqlite", writerDSN(e.path)); err != nil {
			t.Fatal(err)
		}
		on.SetMaxOpenConns(1)
		defer on.Close()
	case *postgres:
		on, spelling = e.pool, postgresTypes()
	}
	p, err := migrator(on, spelling)
	if err == nil {
		_, err = p.UpTo(context.Background(), version)
	}
	if err != nil {
		t.Fatal(err)
	}
	fn(on)
}

// Hang takes the lock on the row of event numbers in a transaction of db, and
// then does nothing until release is closed; ended gets what became of it.
func Hang(db *DB) (locked <-chan struct{}, release chan struct{}, ended <-chan error) {
	has, release, end := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		end <- db.update(context.Background(), func(tx *txn) error {
			_, err := tx.exec(context.Background(), statement("UPDATE numbering SET last = last"))
			close(has)
			<-release
			return err
		})
	}()
	return has, release, end
}

// Setting reads a setting of PostgreSQL as a session of db has it.
func Setting(t *testing.T, db *DB, name string) string {
	t.Helper()
	value, err := one(context.Background(), db.reader(), errors.New("no such setting"), text, statement("SHOW "+name))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// FreezePlan is how PostgreSQL would take the next people of a campaign, one
// line for each step, where so many have just begun to follow.
func FreezePlan(t *testing.T, db *DB, people int) (steps []string) {
	t.Helper()
	ctx := context.Background()
	err := db.update(ctx, func(tx *txn) error {
		columns, err := many(ctx, tx, text, statement(`SELECT column_name FROM information_schema.columns WHERE table_name = 'followers'
			AND column_name NOT IN ('account', 'openid') AND column_default IS NULL AND data_type = 'bigint'`))
		if err != nil {
			return err
		}
		if _, err := tx.exec(ctx, statement("INSERT INTO followers (account, openid, unionid, "+strings.Join(columns, ", ")+
			") SELECT 'wechat', 'o' || lpad(g::text, 8, '0'), ''"+strings.Repeat(", 1", len(columns))+" FROM generate_series(1, $1::int) AS g"),
			people); err != nil {
			return err
		}
		if err := inOrder(ctx, tx); err != nil {
			return err
		}
		steps, err = many(ctx, tx, text, "EXPLAIN "+sqlFreezeFollowers, 1, 0, "", 5000, "wechat")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

// Raise says in a database that programs which know less than a schema may no
// longer work on it, as a contracting migration does.
func Raise(t *testing.T, db *DB, oldest int64) {
	t.Helper()
	err := db.update(context.Background(), func(tx *txn) error {
		_, err := tx.exec(context.Background(), statement("UPDATE schema_floor SET oldest = $1"), oldest)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
