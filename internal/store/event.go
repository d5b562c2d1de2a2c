package store

import (
	"context"
	"encoding/json"

	"github.com/paypush/paypush/internal/event"
)

const (
	eventColumns = `id, seq, type, object, version, data, at`

	sqlEventInsert statement = `INSERT INTO events (` + eventColumns + `)
		VALUES /*row*/(CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS BIGINT), CAST($6 AS TEXT),
			CAST($7 AS BIGINT))/*row*/`
	sqlEventsAfter statement = `SELECT ` + eventColumns + ` FROM events WHERE seq > $1 AND seq > 0 ORDER BY seq LIMIT $2`
	sqlEventsOf    statement = `SELECT ` + eventColumns + ` FROM events WHERE object = $1 ORDER BY id LIMIT 200`

	sqlUnnumbered   statement = `SELECT id FROM events WHERE seq = 0 LIMIT 1`
	sqlEventsNumber statement = `UPDATE events SET seq = fresh.place + $1 FROM (
			SELECT id AS fresh_id, ROW_NUMBER() OVER (ORDER BY id) AS place FROM (
				SELECT id FROM events WHERE seq = 0 ORDER BY id LIMIT $2) AS oldest) AS fresh
		WHERE events.id = fresh.fresh_id AND events.seq = 0`

	sqlCursor        statement = `SELECT seq FROM cursors WHERE name = $1`
	sqlCursorAdvance statement = `INSERT INTO cursors (name, seq) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET seq = excluded.seq WHERE cursors.seq < excluded.seq`
)

// numberAtOnce is how many events get their numbers in one transaction.
const numberAtOnce = 500

// AddEvent implements the transactions of the domains.
func (t *txn) AddEvent(ctx context.Context, e event.Event) error {
	rows, err := t.eventRows(ctx, []event.Event{e})
	if err == nil {
		_, err = change(ctx, t, sqlEventInsert, rows[0]...)
	}
	return err
}

// eventRows gives the rows of events that this transaction is to write. They
// have their numbers already where no other transaction can commit in between,
// and otherwise 0, for [Outbox.Number] to find.
func (t *txn) eventRows(ctx context.Context, all []event.Event) (rows [][]any, err error) {
	if len(all) == 0 {
		return nil, nil
	}
	t.news = true
	var seq, step int64
	if t.numbers != nil {
		if seq, err = t.numbers.take(ctx, len(all)); err != nil {
			return nil, err
		}
		step = 1
	}
	for _, e := range all {
		data := string(e.Data)
		if data == "" {
			data = "null"
		}
		rows = append(rows, []any{e.ID, seq, string(e.Type), e.Object, e.Version, data, micros(e.At)})
		seq += step
	}
	return rows, nil
}

// Outbox reads the events that the domains wrote.
type Outbox struct{ db *DB }

// Outbox gives the events.
func (db *DB) Outbox() Outbox { return Outbox{db} }

// Add writes an event that belongs to no change of a domain, such as one of
// the team's own.
func (o Outbox) Add(ctx context.Context, e event.Event) error {
	return o.db.update(ctx, func(tx *txn) error { return tx.AddEvent(ctx, e) })
}

// Number gives the next sequence numbers to committed events that have none,
// in the order of their ids, and returns how many it numbered; call it until
// that is 0. On SQLite events have theirs from the start, but for those that an
// older version wrote. One numbering follows another, on all nodes, so whoever
// has read up to a number has read every event below it.
func (o Outbox) Number(ctx context.Context) (n int, err error) {
	if fresh, err := many(ctx, o.db.reader(), text, sqlUnnumbered); err != nil || len(fresh) == 0 {
		return 0, err
	}
	err = o.db.update(ctx, func(tx *txn) error {
		last, err := tx.lastNumber(ctx)
		if err != nil {
			return err
		}
		count, err := change(ctx, tx, sqlEventsNumber, last, numberAtOnce)
		if n = int(count); err != nil || n == 0 {
			return err
		}
		return tx.setLastNumber(ctx, last+count)
	})
	return n, err
}

// After lists numbered events above seq, in order, at most limit.
func (o Outbox) After(ctx context.Context, seq int64, limit int) ([]event.Event, error) {
	return many(ctx, o.db.reader(), scanEvent, sqlEventsAfter, seq, limit)
}

// Of lists the events of one object, oldest first, at most 200, numbered or not.
func (o Outbox) Of(ctx context.Context, object string) ([]event.Event, error) {
	return many(ctx, o.db.reader(), scanEvent, sqlEventsOf, object)
}

// Cursor tells up to which number the named reader has come; 0 for one that
// never advanced.
func (o Outbox) Cursor(ctx context.Context, name string) (int64, error) {
	found, err := many(ctx, o.db.reader(), number, sqlCursor, name)
	if err != nil || len(found) == 0 {
		return 0, err
	}
	return found[0], nil
}

// Advance moves the named reader's cursor forward, never back.
func (o Outbox) Advance(ctx context.Context, name string, seq int64) error {
	return o.db.update(ctx, func(tx *txn) error {
		_, err := change(ctx, tx, sqlCursorAdvance, name, seq)
		return err
	})
}

func scanEvent(r row) (e event.Event, err error) {
	var data string
	err = r.Scan(&e.ID, &e.Seq, &e.Type, &e.Object, &e.Version, &data, moment{&e.At})
	e.Data = json.RawMessage(data)
	return e, err
}
