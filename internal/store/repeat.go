package store

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	sqlNoticesAgain statement = `WITH fresh (account, hash, count, at)
			AS (VALUES /*row*/(CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($4 AS BIGINT))/*row*/)
		UPDATE notices SET deliveries = notices.deliveries + fresh.count,
			last_at = CASE WHEN fresh.at > notices.last_at THEN fresh.at ELSE notices.last_at END
		FROM fresh WHERE notices.account = fresh.account AND notices.body_hash = fresh.hash`
)

// How many counts are written in one transaction, and how long a write may take.
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
	db     *DB
	log    *slog.Logger
	counts rowset
	mu     sync.Mutex
	again  map[noticeKey]repeat
	later  later
}

type noticeKey struct{ account, hash string }

type repeat struct {
	count int64
	at    int64 // the last time, microseconds
}

func newRepeats(db *DB, log *slog.Logger) *repeats {
	r := &repeats{db: db, log: log, counts: db.newRowset(sqlNoticesAgain), again: make(map[noticeKey]repeat)}
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

// flush writes what was counted. What can't be written is logged and lost.
func (r *repeats) flush() {
	r.mu.Lock()
	again := r.again
	r.again = make(map[noticeKey]repeat)
	r.mu.Unlock()
	rows := make([][]any, 0, min(len(again), repeatsAtOnce))
	for k, n := range again {
		if rows = append(rows, []any{k.account, k.hash, n.count, n.at}); len(rows) == repeatsAtOnce {
			r.write(rows)
			rows = rows[:0]
		}
	}
	r.write(rows)
}

func (r *repeats) write(rows [][]any) {
	if len(rows) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), repeatTimeout)
	defer cancel()
	err := r.db.update(ctx, func(tx *txn) error {
		_, err := r.counts.change(ctx, tx, rows)
		return err
	})
	if err != nil {
		r.log.LogAttrs(ctx, slog.LevelError, "notices that came again were not counted", slog.Any("error", err))
	}
}
