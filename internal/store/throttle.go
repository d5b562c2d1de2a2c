package store

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	"github.com/paypush/paypush/internal/member"
)

const (
	sqlFailureAdd statement = `INSERT INTO failures (key, count, until) VALUES ($1, 1, $2)
		ON CONFLICT (key) DO UPDATE SET
			count = CASE WHEN failures.until <= $3 THEN 1 ELSE failures.count + 1 END,
			until = CASE WHEN failures.until <= $3 THEN excluded.until ELSE failures.until END`
	sqlFailureCount statement = `SELECT count FROM failures WHERE key = $1 AND until > $2`
	sqlFailureClear statement = `DELETE FROM failures WHERE key = $1`
	sqlFailureClean statement = `DELETE FROM failures WHERE key IN (
		SELECT key FROM failures WHERE until <= $1 ORDER BY until LIMIT 200 /*skip locked*/)`
	sqlFailureTrim statement = `DELETE FROM failures WHERE key IN (
		SELECT key FROM failures ORDER BY until DESC LIMIT 1000 OFFSET 100000)`
)

// The bounds of guessing: so many failures of one key within the window, which
// begins with the first of them. An address may stand for a whole school.
const (
	failureWindow  = 15 * time.Minute
	failuresOfOne  = 10
	failuresOfSite = 30
	cleanEvery     = 64 // failures
)

// Throttle counts failures for all nodes. It implements [member.Throttle].
// Keys are kept as hashes; the rows are bounded.
type Throttle struct {
	db    *DB
	now   func() time.Time
	count *atomic.Uint64
}

var _ member.Throttle = Throttle{}

// Throttle gives the throttle of those who guess, by the real time that now
// tells; nil takes the clock of the database.
func (db *DB) Throttle(now func() time.Time) Throttle {
	if now == nil {
		now = db.now
	}
	return Throttle{db, now, new(atomic.Uint64)}
}

// Allow implements [member.Throttle]: ten failures in a quarter of an hour
// close a key, and thirty one that begins with "origin:".
func (t Throttle) Allow(ctx context.Context, key string) error {
	limit := int64(failuresOfOne)
	if strings.HasPrefix(key, "origin:") {
		limit = failuresOfSite
	}
	found, err := many(ctx, t.db.reader(), number, sqlFailureCount, digest(key), micros(t.now()))
	if err == nil && len(found) > 0 && found[0] >= limit {
		return member.ErrThrottled
	}
	return err
}

// Fail implements [member.Throttle].
func (t Throttle) Fail(ctx context.Context, key string) error {
	now := t.now()
	clean := t.count.Add(1)%cleanEvery == 0
	return t.db.update(detached(ctx), func(tx *txn) error {
		_, err := change(ctx, tx, sqlFailureAdd, digest(key), micros(now.Add(failureWindow)), micros(now))
		if err == nil && clean {
			if _, err = change(ctx, tx, sqlFailureClean, micros(now)); err == nil {
				_, err = change(ctx, tx, sqlFailureTrim)
			}
		}
		return err
	})
}

// Clear implements [member.Throttle].
func (t Throttle) Clear(ctx context.Context, key string) error {
	found, err := many(ctx, t.db.reader(), number, sqlFailureCount, digest(key), 0)
	if err != nil || len(found) == 0 {
		return err
	}
	return t.db.update(detached(ctx), func(tx *txn) error {
		_, err := change(ctx, tx, sqlFailureClear, digest(key))
		return err
	})
}
