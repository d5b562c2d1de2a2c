package survey

import (
	"context"
	"database/sql"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/paypush/paypush/internal/fault"
)

var (
	// ErrReadOnly tells that nothing can be written.
	ErrReadOnly = fault.New(fault.Unavailable, "database_read_only", "The database can't be written.")
	// ErrLocked tells that another process has held the write lock for seconds.
	ErrLocked = fault.New(fault.Unavailable, "database_locked", "Another process holds the database's write lock.")
)

// Writable tries whether the database may be written, and writes nothing. It
// fails with [ErrReadOnly] or [ErrLocked].
func (s *Survey) Writable(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if s.engine == SQLite {
		return s.tryLock(ctx)
	}
	var standby, readOnly, there, granted bool
	err := s.db.QueryRowContext(ctx, `SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on',
		to_regclass('orders') IS NOT NULL`).Scan(&standby, &readOnly, &there)
	if err == nil && there {
		err = s.db.QueryRowContext(ctx, "SELECT has_table_privilege('orders', 'INSERT, UPDATE')").Scan(&granted)
	} else if err == nil {
		err = s.db.QueryRowContext(ctx, "SELECT has_schema_privilege(coalesce(current_schema(), 'public'), 'CREATE')").Scan(&granted)
	}
	if err != nil {
		return fault.Wrap("survey.Writable", err)
	}
	if standby || readOnly || !granted {
		return ErrReadOnly
	}
	return nil
}

// tryLock takes SQLite's write lock and gives it back.
func (s *Survey) tryLock(ctx context.Context) error {
	db, err := sql.Open("sqlite", sqliteDSN(s.path))
	if err != nil {
		return fault.Wrap("survey.Writable", err)
	}
	defer db.Close()
	tx, err := db.BeginTx(ctx, nil)
	var e *sqlite.Error
	switch {
	case err == nil:
		return fault.Wrap("survey.Writable", tx.Rollback())
	case errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY, errors.Is(err, context.DeadlineExceeded):
		return ErrLocked.Because("survey.Writable", err)
	}
	return ErrReadOnly.Because("survey.Writable", err)
}
