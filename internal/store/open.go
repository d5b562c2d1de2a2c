package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// Options change how a database is opened. The zero value is good.
type Options struct {
	Now         func() time.Time // real time, for leases, sessions and cleaning; nil for the system's clock
	Log         *slog.Logger     // nil for none
	Connections int              // of PostgreSQL, or readers of SQLite; 0 for 16 and 4

	// Traced is told of every transaction that writes and returns what is told
	// its end: how often it was run and what came of it. It must not wait; nil
	// for nobody.
	Traced func(ctx context.Context) func(runs int, err error)
}

func (o Options) filled(connections int) Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Traced == nil {
		o.Traced = func(context.Context) func(int, error) { return func(int, error) {} }
	}
	if o.Connections <= 0 {
		o.Connections = connections
	}
	return o
}

// Open opens the database at an address of the form sqlite:PATH or
// postgres://... and checks that it keeps what it says it has committed. It
// changes nothing but, for SQLite, the file itself; see [DB.Migrate]. It fails
// with code "database_url_invalid" for another form, with code
// "database_unsafe" where PostgreSQL answers before a commit is on disk, and
// with kind unavailable where the database can't be reached. The address may
// hold a password and is never in an error.
func Open(ctx context.Context, address string, o Options) (*DB, error) {
	switch scheme, rest, _ := strings.Cut(address, ":"); scheme {
	case "sqlite":
		return openSQLite(ctx, rest, o.filled(4))
	case "postgres", "postgresql":
		return openPostgres(ctx, address, o.filled(16))
	}
	return nil, fault.New(fault.Invalid, "database_url_invalid",
		"The database address must be sqlite:PATH or postgres://USER@HOST/NAME.")
}

// newID makes an id for the rows that have no meaning outside the store.
func newID(prefix string) string {
	var b [16]byte
	rand.Read(b[:]) //nolint:errcheck // crypto/rand.Read never fails
	return prefix + "_" + hex.EncodeToString(b[:])
}
