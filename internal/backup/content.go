package backup

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/paypush/paypush/internal/fault"
)

// Content is what a database holds.
type Content struct {
	Mode   string           // the stamp: sandbox, platform-test or live
	Schema int64            // the newest migration
	Rows   map[string]int64 // of the tables from which nothing is ever deleted
}

// lasting are the tables from which nothing is ever deleted, so that their
// sizes only grow.
func lasting() []string {
	return []string{"orders", "payments", "numbers"}
}

// Inspect reads what the database at path holds. It fails with [ErrDamaged]
// where it is none of this program's.
func Inspect(ctx context.Context, path string) (Content, error) {
	if _, err := os.Stat(path); err != nil {
		return Content{}, fault.Wrap("backup.Inspect", err)
	}
	db, err := open(path, "mode=rw&_pragma=query_only(1)")
	if err != nil {
		return Content{}, fault.Wrap("backup.Inspect", err)
	}
	defer db.Close() //nolint:errcheck // it was only read
	return inspect(ctx, db)
}

func inspect(ctx context.Context, db *sql.DB) (Content, error) {
	c := Content{Rows: map[string]int64{}}
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return c, ErrDamaged.Because("backup.Inspect", err)
	}
	defer tx.Rollback() //nolint:errcheck // it was only read
	err = tx.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM goose_db_version").Scan(&c.Schema)
	if err == nil {
		err = tx.QueryRowContext(ctx, "SELECT mode FROM stamp WHERE one = 1").Scan(&c.Mode)
	}
	for _, table := range lasting() {
		var n int64
		if err == nil {
			err = tx.QueryRowContext(ctx, "SELECT count(*) FROM "+table).Scan(&n)
		}
		c.Rows[table] = n
	}
	if err != nil {
		return c, ErrDamaged.Because("backup.Inspect", err)
	}
	return c, nil
}

// Verify reads every page of the database at path: SQLite's integrity check,
// its foreign keys, and what [Inspect] reads. It fails with [ErrDamaged].
func Verify(ctx context.Context, path string) (Content, error) {
	if _, err := os.Stat(path); err != nil {
		return Content{}, fault.Wrap("backup.Verify", err)
	}
	// A backup is one whole file and nobody writes it, so looking leaves no
	// files beside it even where the folder can't be written.
	db, err := open(path, "mode=ro&immutable=1&_pragma=query_only(1)")
	if err != nil {
		return Content{}, fault.Wrap("backup.Verify", err)
	}
	defer db.Close() //nolint:errcheck // it was only read
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil || verdict != "ok" {
		return Content{}, ErrDamaged.Because("backup.Verify", errors.Join(err, fmt.Errorf("integrity check: %s", verdict)))
	}
	var orphans int64
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM pragma_foreign_key_check").Scan(&orphans); err != nil || orphans > 0 {
		return Content{}, ErrDamaged.Because("backup.Verify", errors.Join(err, fmt.Errorf("%d rows without what they refer to", orphans)))
	}
	return inspect(ctx, db)
}

// between reports whether the copy holds at least what was there before it was
// made, and at most what was there after.
func (c Content) between(before, after Content) error {
	for _, table := range lasting() {
		if n := c.Rows[table]; n < before.Rows[table] || n > after.Rows[table] {
			return ErrDamaged.Because("backup.Save", fmt.Errorf("%s: %d rows, not within %d and %d", table, n, before.Rows[table], after.Rows[table]))
		}
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // it was only read
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// journaled reports whether a file expects a write-ahead log beside it, which
// the server's own file always does and a backup never. The header says so at
// byte 18; see "The Database Header" in SQLite's file format.
func journaled(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close() //nolint:errcheck // it was only read
	var header [20]byte
	_, err = io.ReadFull(f, header[:])
	return err == nil && string(header[:15]) == "SQLite format 3" && header[18] == 2
}
