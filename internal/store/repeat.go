package store

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	sqlNoticesAgain statement = `UPDATE notices SET deliveries = notices.deliveries + fresh.count,
			last_at = CASE WHEN fresh.at > notices.last_at THEN fresh.at ELSE notices.last_at END
		FROM (SELECT value->>'account' AS account, value->>'hash' AS hash, CAST(value->>'count' AS BIGINT) AS count,
				CAST(value->>'at' AS BIGINT) AS at
			FROM json_each($1)) AS fresh
		WHERE notices.account = fresh.account AND notices.body_hash = fresh.hash`
)

// How many counts are written by one statement, and how long a write may take.
const (
	repeatsAtOnce = 1000
	repeatTimeout = 5 * time.Second
)

// Repeated implements [pay.Store]. It only counts in memory; about once a
// second, and at [DB.Close], the counts go to the database. A process that dies
// loses that second.
func (l Ledger) Repeated(account, bodyHash string, at time.Time) {
	l.db.repeats.add(account, bodyHash, at)
}

// repeats counts notices that came again between two writes.
type repeats struct {
	db    *DB
	log   *slog.Logger
	mu    sync.Mutex
	again map[noticeKey]repeat
	later later
}

type noticeKey struct{ account, hash string }

type repeat struct {
	count int64
	at    int64 // the last time, microseconds
}

func newRepeats(db *DB, log *slog.Logger) *repeats {
	r := &repeats{db: db, log: log, again: make(map[noticeKey]repeat)}
	r.later.write = r.flush
	return r
}

func (r *repeats) add(account, hash string, at time.Time) {
	key := noticeKey{account, hash}
	r.mu.Lock()
	was := r.again[key]
	r.again[key] = repeat{was.count + 1, max(was.at, micros(at))}
	r.mu.Unlock()
	r.later.ask()
}

// repeatRow is a count as the statement for many takes it.
type repeatRow struct {
	Account string `json:"account"`
	Hash    string `json:"hash"`
	Count   int64  `json:"count"`
	At      int64  `json:"at"`
}

// flush writes what was counted. What can't be written is logged and lost.
func (r *repeats) flush() {
	r.mu.Lock()
	again := r.again
	r.again = make(map[noticeKey]repeat)
	r.mu.Unlock()
	rows := make([]repeatRow, 0, min(len(again), repeatsAtOnce))
	for k, n := range again {
		if rows = append(rows, repeatRow{k.account, k.hash, n.count, n.at}); len(rows) == repeatsAtOnce {
			r.write(rows)
			rows = rows[:0]
		}
	}
	r.write(rows)
}

func (r *repeats) write(rows []repeatRow) {
	if len(rows) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), repeatTimeout)
	defer cancel()
	err := r.db.update(ctx, func(tx *txn) error {
		_, err := change(ctx, tx, sqlNoticesAgain, list(rows))
		return err
	})
	if err != nil {
		r.log.LogAttrs(ctx, slog.LevelError, "notices that came again were not counted", slog.Any("error", err))
	}
}
