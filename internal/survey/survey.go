// Package survey looks at a database from outside, over a connection of its
// own: which engine, schema and mode it has, whether it may be written, and
// how much waits in it.
//
// It is for those who watch the program (the metrics, the doctor), never for
// its work. It changes nothing and creates nothing, and every count stops at
// [Most], so that looking stays cheap however much there is.
//
// The rule that surprises: it also opens databases that the store refuses,
// because telling what is wrong with one is what it is for.
package survey

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver by its name

	"github.com/paypush/paypush/internal/fault"
)

// The names of the engines.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

var (
	// ErrAddress tells that the address is of neither engine's form.
	ErrAddress = fault.New(fault.Invalid, "database_url_invalid",
		"The database address must be sqlite:PATH or postgres://USER@HOST/NAME.")
	// ErrAbsent tells that the file does not exist yet.
	ErrAbsent = fault.New(fault.NotFound, "database_absent", "The database does not exist yet.")
	// ErrUnreachable tells that the database did not answer.
	ErrUnreachable = fault.New(fault.Unavailable, "database_unreachable", "The database can't be reached.")
)

// Survey is an open look at one database. It is safe for any number of
// goroutines, which take turns.
type Survey struct {
	db     *sql.DB
	engine string
	path   string // of SQLite's file
}

// How long a look may wait for a lock, and how long one query may take.
const patience = 3 * time.Second

// Open looks at the database at an address of the form sqlite:PATH or
// postgres://... The address may hold a password and is never in an error. It
// fails with [ErrAddress], [ErrAbsent] or [ErrUnreachable].
func Open(ctx context.Context, address string) (*Survey, error) {
	var s *Survey
	var err error
	switch scheme, rest, _ := strings.Cut(address, ":"); scheme {
	case "sqlite":
		s, err = openSQLite(rest)
	case "postgres", "postgresql":
		s, err = openPostgres(address)
	default:
		err = ErrAddress
	}
	if err != nil {
		return nil, err
	}
	s.db.SetMaxOpenConns(1)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := s.db.PingContext(ctx); err != nil {
		return nil, errors.Join(ErrUnreachable.Because("survey.Open", err), s.db.Close())
	}
	return s, nil
}

func openSQLite(path string) (*Survey, error) {
	if path == "" || strings.HasPrefix(path, ":") {
		return nil, ErrAddress
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrAbsent.Because("survey.Open", err)
	}
	db, err := sql.Open("sqlite", sqliteDSN(path, "query_only(1)"))
	return &Survey{db: db, engine: SQLite, path: path}, err
}

// sqliteDSN opens the file without ever creating it.
func sqliteDSN(path string, pragmas ...string) string {
	v := url.Values{"mode": {"rw"}, "_txlock": {"immediate"}, "_pragma": append(pragmas, "busy_timeout(2000)")}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode()
}

func openPostgres(address string) (*Survey, error) {
	c, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, ErrAddress
	}
	c.RuntimeParams["application_name"] = "paypush survey"
	c.RuntimeParams["statement_timeout"] = "3000"
	return &Survey{db: stdlib.OpenDB(*c), engine: Postgres}, nil
}

// Engine tells which engine it is, "sqlite" or "postgres".
func (s *Survey) Engine() string { return s.engine }

// Close ends the look.
func (s *Survey) Close() error { return s.db.Close() }
