package store

import (
	"context"
	"database/sql"
	"errors"
	"testing"
)

// PostgresText shows the tests how a statement is spelled for PostgreSQL.
func PostgresText(q string) string { return postgresText(statement(q)) }

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
