package store

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"

	"github.com/paypush/paypush/internal/fault"
)

// maxGroup bounds how many transactions become durable with one commit.
const maxGroup = 256

var (
	errClosed    = fault.New(fault.Unavailable, "store_closed", "The server is stopping. Try again.")
	errNotOnDisk = fault.New(fault.Unavailable, "store_unavailable", "The database could not write. Try again.")
)

// group is the one writer of a SQLite file. Whoever waits while a commit is on
// its way to the disk goes along with the next one; nobody is answered before
// the commit that carries them is durable. One who fails is undone alone.
type group struct {
	conn    *sql.Conn
	stmts   writerStatements
	numbers numbers
	queue   chan *ride
	quit    chan struct{}
	stopped chan struct{}
}

// ride is one transaction on its way through the writer.
type ride struct {
	ctx   context.Context
	fn    func(*txn) error
	taken atomic.Bool // by the writer, or by the caller who gave up first
	err   error
	panic any
	done  chan struct{}
}

func newGroup(ctx context.Context, db *sql.DB) (*group, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	g := &group{conn: conn, stmts: writerStatements{conn: conn, by: make(map[statement]*sql.Stmt)},
		queue: make(chan *ride, 4*maxGroup), quit: make(chan struct{}), stopped: make(chan struct{})}
	go g.loop()
	return g, nil
}

// run hands fn to the writer and waits. Once the writer has taken it the
// caller waits for the end, whatever becomes of ctx, because fn may still be
// touching the caller's variables. A panic in fn is the caller's.
func (g *group) run(ctx context.Context, fn func(*txn) error) error {
	r := &ride{ctx: ctx, fn: fn, done: make(chan struct{})}
	select {
	case g.queue <- r:
	case <-ctx.Done():
		return ctx.Err()
	case <-g.quit:
		return errClosed
	}
	select {
	case <-r.done:
	case <-ctx.Done():
		if r.taken.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		<-r.done
	case <-g.stopped:
		if r.taken.CompareAndSwap(false, true) {
			return errClosed
		}
		<-r.done
	}
	if r.panic != nil {
		panic(r.panic)
	}
	return r.err
}

func (g *group) loop() {
	defer close(g.stopped)
	for {
		select {
		case r := <-g.queue:
			g.commit(r)
		case <-g.quit:
			g.finish()
			return
		}
	}
}

// finish serves those who were waiting when the writer was told to stop.
func (g *group) finish() {
	for {
		select {
		case r := <-g.queue:
			g.commit(r)
		default:
			return
		}
	}
}

// commit carries first, and whoever is waiting, through one transaction.
func (g *group) commit(first *ride) {
	g.numbers = numbers{x: &g.stmts}
	err := g.control("BEGIN IMMEDIATE")
	var rides []*ride
	alone := true // nobody before it is in the transaction
	for r := first; r != nil; r = g.next(len(rides)) {
		if !r.taken.CompareAndSwap(false, true) {
			continue
		}
		rides = append(rides, r)
		if err != nil {
			break
		}
		if err = g.ride(r, alone); err != nil {
			break
		}
		alone = alone && r.err != nil
	}
	if err == nil {
		err = g.numbers.end(context.Background())
	}
	if err == nil {
		err = g.control("COMMIT")
	}
	if err != nil {
		g.control("ROLLBACK") //nolint:errcheck // there may be nothing to roll back
	}
	for _, r := range rides {
		if err != nil && r.err == nil {
			r.err = errNotOnDisk.Because("store.commit", err)
		}
		close(r.done)
	}
}

// next takes another one who waits, if there is one and there is room.
func (g *group) next(n int) *ride {
	if n == maxGroup {
		return nil
	}
	select {
	case r := <-g.queue:
		return r
	default:
		return nil
	}
}

// ride runs one transaction inside a savepoint, or without where it is alone so
// far: then all there is can be undone, and keeping pages to go back to takes a
// twelfth of the writer's time. It returns an error only where the whole group is
// lost.
func (g *group) ride(r *ride, alone bool) error {
	if r.err = r.ctx.Err(); r.err != nil {
		return nil //nolint:nilerr // it is this rider's failure, not the group's
	}
	if !alone {
		if err := g.control("SAVEPOINT ride"); err != nil {
			return err
		}
	}
	before := g.numbers
	if r.err = g.call(r); r.err == nil {
		r.err = r.ctx.Err()
	}
	if r.err != nil {
		g.numbers = before
	}
	switch {
	case alone && r.err == nil:
		return nil
	case alone:
		return g.control("ROLLBACK", "BEGIN IMMEDIATE")
	case r.err == nil:
		return g.control("RELEASE ride")
	default:
		return g.control("ROLLBACK TO ride", "RELEASE ride")
	}
}

func (g *group) call(r *ride) (err error) {
	defer func() {
		if p := recover(); p != nil {
			r.panic, err = p, errNotOnDisk
		}
	}()
	return r.fn(&txn{executor: &g.stmts, numbers: &g.numbers})
}

func (g *group) control(all ...statement) error {
	for _, q := range all {
		if _, err := g.stmts.exec(context.Background(), q); err != nil {
			return err
		}
	}
	return nil
}

func (g *group) close() error {
	close(g.quit)
	<-g.stopped
	return errors.Join(g.stmts.close(), g.conn.Close())
}

// writerStatements keeps statements prepared on the writer's connection. Only
// the writer's goroutine uses it. It ignores cancellation, because SQLite
// answers an interrupted write by rolling back the whole group.
type writerStatements struct {
	conn *sql.Conn
	by   map[statement]*sql.Stmt
}

func (w *writerStatements) get(q statement) (*sql.Stmt, error) {
	if s := w.by[q]; s != nil {
		return s, nil
	}
	s, err := w.conn.PrepareContext(context.Background(), sqliteText(q))
	if err == nil {
		w.by[q] = s
	}
	return s, err
}

func (w *writerStatements) exec(_ context.Context, q statement, args ...any) (sql.Result, error) {
	s, err := w.get(q)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(context.Background(), args...)
}

func (w *writerStatements) query(_ context.Context, q statement, args ...any) (*sql.Rows, error) {
	s, err := w.get(q)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(context.Background(), args...)
}

func (w *writerStatements) close() error {
	var all []error
	for _, s := range w.by {
		all = append(all, s.Close())
	}
	return errors.Join(all...)
}
