package store

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate applies what is missing. On PostgreSQL a lock makes the nodes take
// turns; SQLite's own does.
func migrate(ctx context.Context, db *sql.DB, t types) error {
	p, err := migrator(db, t)
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

func migrator(db *sql.DB, t types) (*goose.Provider, error) {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if t.dialect == database.DialectPostgres {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // asks every second
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	return goose.NewProvider(t.dialect, db, spelled{sub, strings.NewReplacer(t.words...)}, options...)
}

// spelled is a file system whose files have the engine's words in them.
type spelled struct {
	fs.FS
	words *strings.Replacer
}

// Open implements fs.FS.
func (s spelled) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	b, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	return &spelledFile{f, bytes.NewReader([]byte(s.words.Replace(string(b))))}, nil
}

type spelledFile struct {
	fs.File
	text *bytes.Reader
}

// Read implements fs.File.
func (f *spelledFile) Read(b []byte) (int, error) { return f.text.Read(b) }

// SchemaVersion is the newest migration that this program knows, as
// goose_db_version has it once a database is up to date.
func SchemaVersion() int64 {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		panic("store: the embedded migrations can't be listed: " + err.Error())
	}
	var newest int64
	for _, name := range names {
		n, err := goose.NumericComponent(path.Base(name))
		if err != nil {
			panic("store: a migration has no number: " + err.Error())
		}
		newest = max(newest, n)
	}
	return newest
}
