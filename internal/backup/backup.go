// Package backup copies a SQLite database while it is in use, and puts a copy
// in place again. Every copy is verified before it is called one.
//
// It is not for PostgreSQL, whose own tools do this well; see [Commands].
//
// The rule that surprises: nothing is ever overwritten, neither an earlier
// backup nor a database. Whoever wants the place moves the old file away.
package backup

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver by its name

	"github.com/paypush/paypush/internal/fault"
)

var (
	// ErrExists tells that there is a file at the place already.
	ErrExists = fault.New(fault.Conflict, "backup_exists", "There is a file at that place already; it is not overwritten.")
	// ErrDamaged tells that a file is no whole database of this program.
	ErrDamaged = fault.New(fault.Invalid, "backup_damaged", "This file is no whole database of paypush.")
	// ErrInUse tells that a file was copied from a running server by other means
	// than [Save], so that what its journal held may be missing.
	ErrInUse = fault.New(fault.Invalid, "backup_in_use", "This is a database in use or a plain copy of one, not a backup. Make one with paypush backup.")
	// ErrMode tells that a backup belongs to a server in another mode.
	ErrMode = fault.New(fault.Conflict, "backup_mode_differs", "This backup belongs to another mode of the server.")
)

// Save copies the SQLite file at path to a new file at to, which only its
// owner can read. The server may be running: the copy is the state of one
// instant. It is verified (SQLite's integrity and foreign keys, and that the
// ledger's rows are all there) before it appears under its name. A cancelled
// ctx leaves nothing behind.
func Save(ctx context.Context, path, to string) (Content, error) {
	if _, err := os.Stat(path); err != nil {
		return Content{}, fault.Wrap("backup.Save", err)
	}
	before, err := Inspect(ctx, path)
	if err != nil {
		return Content{}, err
	}
	var saved Content
	err = appear(to, func(part string) error {
		if err := vacuumInto(ctx, path, part); err != nil {
			return err
		}
		if saved, err = Verify(ctx, part); err != nil {
			return err
		}
		after, err := Inspect(ctx, path)
		if err != nil {
			return err
		}
		return saved.between(before, after)
	})
	return saved, fault.Wrap("backup.Save", err)
}

// Restore puts a verified backup at path, where no database may be. mode is
// the mode of the server that will use it.
func Restore(ctx context.Context, from, path, mode string) (Content, error) {
	if journaled(from) {
		return Content{}, ErrInUse
	}
	found, err := Verify(ctx, from)
	if err != nil {
		return Content{}, err
	}
	if found.Mode != mode {
		e := *ErrMode
		e.Message = fmt.Sprintf("This backup was made in mode %s and does not serve mode %s.", found.Mode, mode)
		return found, &e
	}
	for _, beside := range []string{"", "-wal", "-shm", "-journal"} {
		if _, err := os.Lstat(path + beside); err == nil {
			return found, exists(path + beside)
		}
	}
	err = appear(path, func(part string) error {
		if err := copyFile(from, part); err != nil {
			return err
		}
		_, err := Verify(ctx, part)
		return err
	})
	return found, fault.Wrap("backup.Restore", err)
}

func exists(path string) error {
	e := *ErrExists
	e.Message = path + " exists already and is not overwritten; move it away first."
	return &e
}

// appear has fill write a file beside to, makes it durable, and only then
// gives it its name, which nothing may bear.
func appear(to string, fill func(part string) error) error {
	if _, err := os.Lstat(to); err == nil {
		return exists(to)
	}
	dir := filepath.Dir(to)
	f, err := os.CreateTemp(dir, ".paypush-*.part") // 0600, as SQLite leaves it
	if err != nil {
		return err
	}
	part := f.Name()
	defer os.Remove(part) //nolint:errcheck // gone where it got its name
	if err := errors.Join(f.Close(), fill(part), syncFile(part)); err != nil {
		return err
	}
	if err := name(part, to); err != nil {
		return err
	}
	return syncFile(dir)
}

// name gives a finished file its name. A link fails where the name is taken;
// file systems without links get a look and a rename.
func name(part, to string) error {
	err := os.Link(part, to)
	if err == nil {
		return nil
	}
	if _, taken := os.Lstat(to); taken == nil {
		return exists(to)
	}
	return os.Rename(part, to)
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// vacuumInto writes a compact copy of one instant into an empty file.
func vacuumInto(ctx context.Context, path, to string) error {
	db, err := open(path, "mode=rw")
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "VACUUM INTO $1", to)
	return errors.Join(err, db.Close())
}

func open(path, mode string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+mode+"&_pragma=busy_timeout(10000)")
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// Commands are the commands by which a PostgreSQL database is backed up to a
// file and restored from it. They name no password: those tools take it from
// PGPASSWORD or ~/.pgpass.
func Commands(address, file string) (save, restore string) {
	if u, err := url.Parse(address); err == nil && u.User != nil {
		u.User = url.User(u.User.Username())
		q := u.Query()
		q.Del("password")
		u.RawQuery = q.Encode()
		address = u.String()
	}
	return fmt.Sprintf("pg_dump --format=custom --file=%s %s", quote(file), quote(address)),
		fmt.Sprintf("pg_restore --exit-on-error --single-transaction --no-owner --dbname=%s %s", quote(address), quote(file))
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
