package survey

import (
	"context"
	"database/sql"
	"errors"
	"os"

	"github.com/paypush/paypush/internal/fault"
)

// Settings is how a database is set up.
type Settings struct {
	Engine  string
	Version string // the engine's own
	Schema  int64  // the newest migration, 0 where there is none yet
	Floor   int64  // the oldest schema whose programs may still work on it, 0 for any
	Mode    string // the stamp, empty where there is none yet
	Size    int64  // bytes

	Journal           string // SQLite's journal_mode; the program sets synchronous itself, on each connection
	SynchronousCommit string // PostgreSQL's, as are the next three
	Fsync             string
	FullPageWrites    string
	Connections       int64 // how many PostgreSQL allows
}

// Durable reports whether the engine answers a commit only once it is on disk,
// as far as that is the database's to decide.
func (s Settings) Durable() bool {
	if s.Engine == SQLite {
		return s.Journal == "wal"
	}
	return (s.SynchronousCommit == "on" || s.SynchronousCommit == "remote_apply") && s.Fsync == "on"
}

// Settings reads how the database is set up.
func (s *Survey) Settings(ctx context.Context) (Settings, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	found := Settings{Engine: s.engine}
	read := s.readPostgres
	if s.engine == SQLite {
		read = s.readSQLite
	}
	if err := read(ctx, &found); err != nil {
		return found, fault.Wrap("survey.Settings", err)
	}
	return found, fault.Wrap("survey.Settings", s.readStamp(ctx, &found))
}

func (s *Survey) readSQLite(ctx context.Context, into *Settings) error {
	if info, err := os.Stat(s.path); err == nil {
		into.Size = info.Size()
	}
	return errors.Join(
		s.db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&into.Version),
		s.db.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&into.Journal))
}

func (s *Survey) readPostgres(ctx context.Context, into *Settings) error {
	return s.db.QueryRowContext(ctx, `SELECT current_setting('server_version'), pg_database_size(current_database()),
		current_setting('synchronous_commit'), current_setting('fsync'), current_setting('full_page_writes'),
		current_setting('max_connections')::bigint`).Scan(&into.Version, &into.Size, &into.SynchronousCommit,
		&into.Fsync, &into.FullPageWrites, &into.Connections)
}

// readStamp leaves schema and mode empty in a database that has no tables yet.
func (s *Survey) readStamp(ctx context.Context, into *Settings) error {
	if there, err := s.has(ctx, "goose_db_version"); err != nil || !there {
		return err
	}
	err := s.db.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM goose_db_version").Scan(&into.Schema)
	if err != nil {
		return err
	}
	there, err := s.has(ctx, "schema_floor")
	if err == nil && there {
		err = s.db.QueryRowContext(ctx, "SELECT oldest FROM schema_floor WHERE one = 1").Scan(&into.Floor)
	}
	if err != nil {
		return err
	}
	there, err = s.has(ctx, "stamp")
	if err != nil || !there {
		return err
	}
	err = s.db.QueryRowContext(ctx, "SELECT mode FROM stamp WHERE one = 1").Scan(&into.Mode)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

func (s *Survey) has(ctx context.Context, table string) (there bool, err error) {
	q := "SELECT to_regclass($1) IS NOT NULL"
	if s.engine == SQLite {
		q = "SELECT count(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = $1"
	}
	err = s.db.QueryRowContext(ctx, q, table).Scan(&there)
	return there, err
}
