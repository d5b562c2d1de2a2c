package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/paypush/paypush/internal/fault"
)

// postgres is the PostgreSQL engine: a pool, transactions at READ COMMITTED.
type postgres struct{ pool *sql.DB }

var errUnsafe = fault.New(fault.Invalid, "database_unsafe",
	"This PostgreSQL may lose what it says it has committed. Set synchronous_commit and fsync to on.")

// errCommit tells that the connection broke while a commit was under way.
var errCommit = fault.New(fault.Unknown, "commit_unknown", "The database did not say whether it committed. Look before you try again.")

// idleLimit is the setting by which PostgreSQL ends a transaction whose client
// asks nothing more: what a node that hangs has locked is free again after ten
// seconds. An address that names the setting keeps its own.
const idleLimit = "idle_in_transaction_session_timeout"

func openPostgres(ctx context.Context, address string, o Options) (*DB, error) {
	c, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fault.New(fault.Invalid, "database_url_invalid", "The PostgreSQL address can't be read.")
	}
	if c.RuntimeParams["application_name"] == "" {
		c.RuntimeParams["application_name"] = "paypush"
	}
	_, own := c.RuntimeParams[idleLimit]
	pool := stdlib.OpenDB(*c, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		if !own {
			if _, err := c.Exec(ctx, "SET "+idleLimit+" = '10s'"); err != nil {
				return err
			}
		}
		return assertDurable(ctx, c)
	}))
	pool.SetMaxOpenConns(o.Connections)
	pool.SetMaxIdleConns(o.Connections)
	if err := pool.PingContext(ctx); err != nil {
		if !errors.Is(err, errUnsafe) {
			err = fault.New(fault.Unavailable, "database_unreachable", "The database can't be reached.").Because("store.Open", err)
		}
		return nil, errors.Join(err, pool.Close())
	}
	return newDB(&postgres{pool: pool}, o), nil
}

// assertDurable refuses a connection on which a commit is answered before it
// is on disk. It runs on each new connection, since the setting may differ by
// role and database and may change while we run.
func assertDurable(ctx context.Context, c *pgx.Conn) error {
	var commit, fsync string
	if err := c.QueryRow(ctx, "SHOW synchronous_commit").Scan(&commit); err != nil {
		return err
	}
	if err := c.QueryRow(ctx, "SHOW fsync").Scan(&fsync); err != nil {
		return err
	}
	if (commit == "on" || commit == "remote_apply") && fsync == "on" {
		return nil
	}
	return errUnsafe
}

func (p *postgres) name() string { return Postgres }

func (p *postgres) reader() executor { return pooled{p.pool} }

// transact commits without regard to ctx once the closure is through: a commit
// that is broken off half way is one whose outcome nobody knows.
func (p *postgres) transact(ctx context.Context, fn func(*txn) error) error {
	conn, err := p.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // gives it back to the pool
	tx, err := conn.BeginTx(context.WithoutCancel(ctx), &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // does nothing after the commit
	if err := fn(&txn{executor: pooled{tx}}); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return committed(tx.Commit())
}

func committed(err error) error {
	var refused *pgconn.PgError
	if err == nil || errors.As(err, &refused) {
		return err
	}
	return errCommit.Because("store.commit", err)
}

// again reports a serialization failure, a deadlock, and a second settlement
// of one order at the same instant: run again, it finds the order paid.
func (p *postgres) again(err error) bool {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return false
	}
	return e.Code == "40001" || e.Code == "40P01" || e.Code == "23505" && e.ConstraintName == "payments_settles"
}

func (p *postgres) writers() int { return 2 }

func (p *postgres) ping(ctx context.Context) error { return p.pool.PingContext(ctx) }

func (p *postgres) migrate(ctx context.Context) error { return migrate(ctx, p.pool, postgresTypes()) }

func (p *postgres) close() error { return p.pool.Close() }

// pooled runs statements over a pool or inside a transaction; the driver keeps
// them prepared on each connection.
type pooled struct {
	on interface {
		ExecContext(ctx context.Context, q string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error)
	}
}

func (p pooled) exec(ctx context.Context, q statement, args ...any) (sql.Result, error) {
	return p.on.ExecContext(ctx, postgresText(q), args...)
}

func (p pooled) query(ctx context.Context, q statement, args ...any) (*sql.Rows, error) {
	return p.on.QueryContext(ctx, postgresText(q), args...)
}

// inOrder has PostgreSQL read by an index in its order for the rest of a
// transaction, instead of collecting and sorting. Who takes the next few of many
// wants that; in a table that has grown and was not analyzed PostgreSQL believes
// that there are few anyhow, and sorts all of them each time.
func inOrder(ctx context.Context, tx *txn) error {
	p, ok := tx.executor.(pooled)
	if !ok {
		return nil
	}
	_, err := p.on.ExecContext(ctx, "SET LOCAL enable_bitmapscan = off")
	return err
}

// postgresText turns the marks that are comments to SQLite into what only
// PostgreSQL has, and needs, because several nodes write at once; and the
// function that takes a list of rows apart into PostgreSQL's. Which index to
// take only SQLite is told.
func postgresText(q statement) string {
	text := string(q)
	for before, rest, found := strings.Cut(text, "INDEXED BY "); found; before, rest, found = strings.Cut(text, "INDEXED BY ") {
		text = before + strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz_")
	}
	text = strings.ReplaceAll(text, "/*skip locked*/", "FOR UPDATE SKIP LOCKED")
	text = strings.ReplaceAll(text, "/*for share*/", "FOR SHARE")
	text = strings.ReplaceAll(text, "json_each($1)", "jsonb_array_elements(CAST($1 AS jsonb)) AS json_each(value)")
	return strings.ReplaceAll(text, "json_each($2)", "jsonb_array_elements(CAST($2 AS jsonb)) AS json_each(value)")
}
