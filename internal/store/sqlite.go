package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"strings"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/walvfs"
)

// lite is the SQLite engine: one connection that writes and several that read.
type lite struct {
	path   string
	write  *sql.DB
	read   *sql.DB
	group  *group
	shared *prepared
}

func openSQLite(ctx context.Context, path string, o Options) (*DB, error) {
	if path == "" || strings.HasPrefix(path, ":") {
		return nil, fault.New(fault.Invalid, "database_url_invalid", "Name a file after sqlite: to keep the data in.")
	}
	if err := private(path); err != nil {
		return nil, fault.Wrap("store.Open", err)
	}
	l := &lite{path: path}
	var err error
	if l.write, err = sql.Open("sqlite", writerDSN(path)); err == nil {
		l.read, err = sql.Open("sqlite", readerDSN(path))
	}
	if err != nil {
		return nil, fault.Wrap("store.Open", err)
	}
	l.read.SetMaxOpenConns(o.Connections)
	l.read.SetMaxIdleConns(o.Connections)
	l.shared = newPrepared(l.read)
	if l.group, err = newGroup(ctx, l.write); err != nil {
		return nil, fault.Wrap("store.Open", errors.Join(err, l.write.Close(), l.read.Close()))
	}
	return newDB(l, o), nil
}

// private creates the file so that only its owner reads it; the files that
// SQLite puts beside it take over its rights.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// writerDSN is the address of every connection that writes, that of
// migrations included: nothing is told to be committed before it is on disk.
// What undoes a savepoint is kept in memory: it is of no use after a crash. The
// log is copied into the file at 32 MB rather than at 4, so that pages written
// again and again are copied once. The log is written by a VFS of ours, which
// needs synchronous=FULL.
func writerDSN(path string) string {
	return dsn(path, walvfs.Name(), "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "busy_timeout(10000)",
		"journal_size_limit(67108864)", "wal_autocheckpoint(8000)", "temp_store(MEMORY)")
}

func readerDSN(path string) string {
	return dsn(path, "", "query_only(1)", "foreign_keys(1)", "busy_timeout(10000)")
}

// dsn names no VFS where it is empty.
func dsn(path, vfs string, pragmas ...string) string {
	v := url.Values{"_txlock": {"immediate"}, "_pragma": pragmas}
	if vfs != "" {
		v.Set("vfs", vfs)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode()
}

func (l *lite) name() string { return SQLite }

func (l *lite) reader() executor { return l.shared }

func (l *lite) writers() int { return 1 }

func (l *lite) transact(ctx context.Context, fn func(*txn) error) error { return l.group.run(ctx, fn) }

// again reports whether another process held the file for too long.
func (l *lite) again(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

func (l *lite) ping(ctx context.Context) error { return l.read.PingContext(ctx) }

// migrate tries more than once: another process that does the same gets some
// migrations in first, and the next try finds them done.
func (l *lite) migrate(ctx context.Context) error {
	db, err := sql.Open("sqlite", writerDSN(l.path))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	for run := 1; run <= maxRuns; run++ {
		if err = migrate(ctx, db, sqliteTypes()); err == nil {
			break
		}
		if stopped := pause(ctx, run); stopped != nil {
			err = errors.Join(err, stopped)
			break
		}
	}
	return errors.Join(err, db.Close())
}

func (l *lite) close() error {
	return errors.Join(l.group.close(), l.shared.close(), l.read.Close(), l.write.Close())
}

// sqliteText leaves out the casts of parameters, which come with types of their
// own. Those that come once each, in their order, are found by their place: by
// name SQLite looks every one up among all of them.
func sqliteText(q statement) string {
	q = statement(castParameter.ReplaceAllString(string(q), "$$$1"))
	last, ordered := 0, true
	text := parameters(string(q), func(n int) string {
		ordered = ordered && n == last+1
		last = n
		return "?"
	})
	if ordered {
		return text
	}
	return string(q)
}

// prepared keeps statements prepared over a pool of readers.
type prepared struct {
	db *sql.DB
	mu sync.RWMutex
	by map[statement]*sql.Stmt
}

func newPrepared(db *sql.DB) *prepared { return &prepared{db: db, by: make(map[statement]*sql.Stmt)} }

func (p *prepared) get(ctx context.Context, q statement) (*sql.Stmt, error) {
	p.mu.RLock()
	s := p.by[q]
	p.mu.RUnlock()
	if s != nil {
		return s, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.by[q]; s != nil {
		return s, nil
	}
	s, err := p.db.PrepareContext(ctx, sqliteText(q))
	if err == nil {
		p.by[q] = s
	}
	return s, err
}

func (p *prepared) query(ctx context.Context, q statement, args ...any) (*sql.Rows, error) {
	s, err := p.get(ctx, q)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

func (p *prepared) exec(ctx context.Context, q statement, args ...any) (sql.Result, error) {
	s, err := p.get(ctx, q)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

func (p *prepared) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []error
	for _, s := range p.by {
		all = append(all, s.Close())
	}
	return errors.Join(all...)
}
