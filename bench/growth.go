package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the engines, to load rows in bulk
	_ "modernc.org/sqlite"
)

const (
	fewOrders         = 10_000
	manyOrders        = 1_000_000
	growthConnections = 32
	growthRounds      = 8
)

// growth creates and reads orders where there are a million, and as its bound
// where there are ten thousand. The two servers take turns.
func growth(ctx context.Context, l *lab, report func(line)) error {
	box, err := newStandIn()
	if err != nil {
		return err
	}
	defer box.close() //nolint:errcheck // it only reads
	return l.onBoth(ctx, func(engine, database string) error {
		many, err := l.grown(ctx, box, database, manyOrders)
		if err != nil {
			return err
		}
		defer many.server.kill()
		few, err := l.grown(ctx, box, database, fewOrders)
		if err != nil {
			return err
		}
		defer few.server.kill()
		for _, measure := range []func(context.Context, *grown, *grown) (line, error){l.growthOfCreating, l.growthOfReading} {
			r, err := measure(ctx, few, many)
			if err != nil {
				return fmt.Errorf("%w\n%s%s", err, few.server.out, many.server.out)
			}
			r.Engine = engine
			report(r)
		}
		return errors.Join(few.server.stop(), many.server.stop())
	})
}

func (l *lab) growthOfCreating(ctx context.Context, few, many *grown) (line, error) {
	length := l.length / (2 * (growthRounds + 1))
	create := func(g *grown) func(context.Context) (slice, error) {
		request := post(g.server.address, "/v1/orders", "application/json",
			fmt.Sprintf(`{"amount":%d,"subject":%q}`, seedAmount, seedSubject), "Authorization: Bearer "+g.server.key)
		return func(ctx context.Context) (slice, error) {
			s, _, err := g.reading.load.drive(ctx, until(time.Now().Add(length), request), placed)
			return s, err
		}
	}
	t, err := takeTurns(ctx, growthRounds, bothQuiet(few, many), create(few), create(many))
	return t.line("orders/s"), err
}

func (l *lab) growthOfReading(ctx context.Context, few, many *grown) (line, error) {
	length := l.length / (2 * (growthRounds + 1))
	read := func(g *grown) func(context.Context) (slice, error) {
		return func(ctx context.Context) (slice, error) { return g.reading.read(ctx, length) }
	}
	t, err := takeTurns(ctx, growthRounds, bothQuiet(few, many), read(few), read(many))
	return t.line("reads/s"), err
}

func bothQuiet(few, many *grown) func(context.Context) error {
	return func(ctx context.Context) error { return errors.Join(few.server.quiet(ctx), many.server.quiet(ctx)) }
}

// grown is a server over a database with many orders, and reads of them.
type grown struct {
	server  *server
	reading *reading
}

// grown loads a database and starts a server over it.
func (l *lab) grown(ctx context.Context, box *standIn, database string, orders int) (*grown, error) {
	folder, err := l.folder()
	if err != nil {
		return nil, err
	}
	driver, address, at := "sqlite", filepath.Join(folder, "paypush.db"), "sqlite:"+filepath.Join(folder, "paypush.db")
	if database != "" {
		if at, err = anotherDatabase(ctx, database, fmt.Sprint("growth", orders)); err != nil {
			return nil, err
		}
		driver, address = "pgx", at
	}
	if err := seed(ctx, at, numbers(1)); err != nil {
		return nil, err
	}
	began := time.Now()
	ids, err := multiply(ctx, driver, address, orders)
	if err != nil {
		return nil, err
	}
	say("%d orders took %.1fs to load", orders, time.Since(began).Seconds())
	s, err := l.serve(ctx, box.url, folder, at)
	if err != nil {
		return nil, err
	}
	r, err := newReading(s, ids, growthConnections)
	if err != nil {
		s.kill()
		return nil, err
	}
	for i := range r.requests { // some of the reads are pages, and looks by number
		path := map[int]string{0: "/v1/orders?limit=20", 1: "/v1/orders?status=pending&limit=20",
			2: fmt.Sprint("/v1/orders?out_trade_no=GROWN", grownBase+1+rand.N(orders))}[i%10]
		if path != "" {
			r.requests[i] = get(s.address, path, "Authorization: Bearer "+s.key)
		}
	}
	return &grown{s, r}, nil
}

// anotherDatabase makes an empty one beside that of an address.
func anotherDatabase(ctx context.Context, url, name string) (string, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", err
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+name)
	return strings.Replace(url, "/postgres?", "/"+name+"?", 1), errors.Join(err, conn.Close(ctx))
}

// grownBase is added to the number of a copy, so that all are equally long.
const grownBase = 10_000_000_000

// multiply copies the one order that there is, with its payment, its numbers
// and its event, within the database, and gives the ids of a thousand copies.
// All but a hundredth of the copies are paid.
func multiply(ctx context.Context, driver, address string, orders int) (ids []string, err error) {
	db, err := sql.Open(driver, address)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	copied := map[string]string{
		"id": renumbered("id"), "order_id": renumbered("order_id"), "object": renumbered("object"), "number": "'GROWN' || CAST({base} + i AS TEXT)",
		"status": "CASE WHEN i % 100 = 0 THEN 'pending' ELSE '{done}' END", "settles": "CASE WHEN i % 100 = 0 THEN 0 ELSE 1 END",
		"created_at": "created_at - ({orders} - i) * 1000000", "close_at": "close_at + i", "next_query_at": "next_query_at + i", "seq": "seq + i",
	}
	fill := func(text, table, done string) string {
		return strings.NewReplacer("{table}", table, "{done}", done, "{orders}", strconv.Itoa(orders), "{base}", strconv.Itoa(grownBase)).Replace(text)
	}
	for table, done := range map[string]string{"orders": "paid", "payments": "succeeded", "numbers": "", "events": ""} {
		columns, err := columnsOf(ctx, db, table)
		if err != nil {
			return nil, err
		}
		values := slices.Clone(columns)
		for i, c := range columns {
			if by := copied[c]; by != "" {
				values[i] = by
			}
		}
		_, err = db.ExecContext(ctx, fill("INSERT INTO {table} ("+strings.Join(columns, ", ")+") SELECT "+strings.Join(values, ", ")+
			` FROM (SELECT * FROM {table} LIMIT 1) AS model CROSS JOIN (
			WITH RECURSIVE k(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM k WHERE i < {orders}) SELECT i FROM k) AS k`, table, done))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", table, err)
		}
	}
	// The dispatcher is told that it has handed on the events of the copies.
	for _, q := range []string{"UPDATE numbering SET last = (SELECT MAX(seq) FROM events)",
		"INSERT INTO cursors (name, seq) SELECT 'dispatch', MAX(seq) FROM events", "ANALYZE"} {
		if _, err := db.ExecContext(ctx, q); err != nil {
			return nil, err
		}
	}
	var model string
	if err := db.QueryRowContext(ctx, "SELECT order_id FROM numbers WHERE number = $1", number(0)).Scan(&model); err != nil {
		return nil, err
	}
	for range 1000 {
		ids = append(ids, fmt.Sprint(model[:len(model)-11], grownBase+1+rand.N(orders)))
	}
	return ids, nil
}

// renumbered replaces the end of an id.
func renumbered(column string) string {
	return "substr(" + column + ", 1, length(" + column + ") - 11) || CAST({base} + i AS TEXT)"
}

func columnsOf(ctx context.Context, db *sql.DB, table string) ([]string, error) {
	rows, err := db.QueryContext(ctx, "SELECT * FROM "+table+" LIMIT 0")
	if err != nil {
		return nil, err
	}
	columns, err := rows.Columns()
	return columns, errors.Join(err, rows.Err(), rows.Close())
}
