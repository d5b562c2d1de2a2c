package store

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/paypush/paypush/internal/audit"
	"github.com/paypush/paypush/internal/bell"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/reconcile"
	"github.com/paypush/paypush/internal/webhook"
)

// DB is an open database. It is safe for any number of goroutines, and on
// PostgreSQL for any number of nodes.
type DB struct {
	engine
	now     func() time.Time
	traced  func(context.Context) func(runs int, err error)
	changed *bell.Bell
	rejects *rejects
	repeats *repeats
	settles *gather[*settling]
}

// engine is what differs between SQLite and PostgreSQL.
type engine interface {
	// transact runs fn once in a transaction and commits it when fn returns nil.
	transact(ctx context.Context, fn func(*txn) error) error
	// reader answers queries outside any transaction.
	reader() executor
	// again reports whether the engine gave up a transaction that may be run again.
	again(err error) bool
	migrate(ctx context.Context) error
	ping(ctx context.Context) error
	// writers is how many transactions it is good to have under way at once.
	writers() int
	pools() map[string]func() sql.DBStats
	close() error
	name() string
}

// The names of the engines.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

func newDB(e engine, o Options) *DB {
	db := &DB{engine: e, now: o.Now, traced: o.Traced, changed: bell.New()}
	db.rejects, db.repeats = newRejects(db, o.Log), newRepeats(db, o.Log)
	db.settles = newSettles(db)
	return db
}

// Engine tells which engine it is, "sqlite" or "postgres".
func (db *DB) Engine() string { return db.name() }

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	return fault.Wrap("store.Ping", db.ping(ctx))
}

// Migrate brings the schema up to date. It may run on several nodes at once,
// of several versions: a schema that a newer program has added to is left as
// it is, and one that it took something from fails with [ErrNewer] where that
// was needed here.
func (db *DB) Migrate(ctx context.Context) error {
	err := db.migrate(ctx)
	if err == nil {
		err = db.fits(ctx)
	}
	return fault.Wrap("store.Migrate", err)
}

// Close writes what is still counted in memory, lets transactions that have
// begun finish, and closes the connections.
func (db *DB) Close() error {
	db.rejects.later.close()
	db.repeats.later.close()
	return db.engine.close()
}

// Changed returns a channel that is closed after the next commit of this
// process that adds an event or moves a bind link. Take the channel before
// looking, so that none slips between. Commits of other nodes are not told.
func (db *DB) Changed() <-chan struct{} { return db.changed.Wait() }

// How often a transaction is run again before its caller is told to come back.
const maxRuns = 12

var errBusy = fault.New(fault.Unavailable, "store_busy", "The database is busy. Try again.")

// update runs fn in one transaction, again where it went stale or the engine
// gave it up, and adds what the caller attached to ctx or noted in it.
func (db *DB) update(ctx context.Context, fn func(*txn) error) error {
	end := db.traced(ctx)
	runs, err := db.repeat(ctx, fn)
	end(runs, err)
	return err
}

func (db *DB) repeat(ctx context.Context, fn func(*txn) error) (run int, err error) {
	record, noted := attached(ctx), audit.Noted(ctx)
	for run = 1; ; run++ {
		news := false
		err = db.transact(ctx, func(tx *txn) error {
			err := fn(tx)
			if err == nil {
				err = record.insert(ctx, tx)
			}
			if err == nil {
				err = db.writeNoted(ctx, tx, noted)
			}
			news = tx.news
			return err
		})
		if err == nil {
			record.done()
			noted.Done()
			if news {
				db.changed.Ring()
			}
			return run, nil
		}
		if !stale(err) && !db.again(err) {
			return run, err
		}
		if run == maxRuns {
			return run, errBusy.Because("store.update", err)
		}
		if err := pause(ctx, run); err != nil {
			return run, err
		}
	}
}

func stale(err error) bool {
	return errors.Is(err, pay.ErrStale) || errors.Is(err, push.ErrStale) || errors.Is(err, member.ErrStale) ||
		errors.Is(err, webhook.ErrStale) || errors.Is(err, reconcile.ErrStale)
}

// pause waits a random while that grows with each run, so that those who got
// in each other's way don't meet again.
func pause(ctx context.Context, run int) error {
	t := time.NewTimer(rand.N(time.Millisecond << min(run, 6)))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
