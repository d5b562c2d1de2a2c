package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/paypush/paypush/internal/pay"
)

// A lease moves the due time in the same step in which it hands the work out.
// The outer condition is tested again on a row that another node has just
// moved, so no row goes to two. What is due is chosen once and apart: inside a
// join PostgreSQL might choose again for each row, and lock other rows each
// time. The plus signs, and what is appended to a text, keep the outer conditions
// from being looked up by an index instead of the ids.
const (
	sqlLeaseQueries statement = `WITH oldest AS MATERIALIZED (
			SELECT id AS oldest_id FROM payments WHERE next_query_at > 0 AND next_query_at <= $1
			ORDER BY next_query_at LIMIT $3 /*skip locked*/)
		UPDATE payments SET next_query_at = $2, version = version + 1 FROM oldest
		WHERE id = oldest_id AND +next_query_at > 0 AND +next_query_at <= $1
		RETURNING ` + paymentColumns
	sqlLeaseExpired statement = `WITH oldest AS MATERIALIZED (
			SELECT id AS oldest_id FROM orders WHERE status = 'pending' AND close_at <= $1
			ORDER BY close_at LIMIT $3 /*skip locked*/)
		UPDATE orders SET close_at = $2, version = version + 1 FROM oldest
		WHERE id = oldest_id AND status || '' = 'pending' AND +close_at <= $1
		RETURNING ` + orderColumns
	sqlLeaseInquiries statement = `WITH oldest AS MATERIALIZED (
			SELECT id AS oldest_id FROM notices WHERE ask_at > 0 AND ask_at <= $1
			ORDER BY ask_at LIMIT $3 /*skip locked*/)
		UPDATE notices SET ask_at = $2 FROM oldest
		WHERE id = oldest_id AND +ask_at > 0 AND +ask_at <= $1
		RETURNING ` + noticeColumns
)

// LeaseQueries implements [pay.Due].
func (l Ledger) LeaseQueries(ctx context.Context, now, until time.Time, limit int) ([]pay.Payment, error) {
	all, err := lease(ctx, l.db, scanPayment, sqlLeaseQueries, now, until, limit)
	slices.SortFunc(all, func(a, b pay.Payment) int { return cmp.Compare(a.ID, b.ID) })
	return all, err
}

// LeaseExpired implements [pay.Due].
func (l Ledger) LeaseExpired(ctx context.Context, now, until time.Time, limit int) ([]pay.Order, error) {
	all, err := lease(ctx, l.db, scanOrder, sqlLeaseExpired, now, until, limit)
	slices.SortFunc(all, func(a, b pay.Order) int { return a.ExpiresAt.Compare(b.ExpiresAt) })
	return all, err
}

// LeaseInquiries implements [pay.Due].
func (l Ledger) LeaseInquiries(ctx context.Context, now, until time.Time, limit int) ([]pay.Notice, error) {
	all, err := lease(ctx, l.db, scanNotice, sqlLeaseInquiries, now, until, limit)
	slices.SortFunc(all, func(a, b pay.Notice) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
	return all, err
}

func lease[T any](ctx context.Context, db *DB, scan func(row) (T, error), q statement, now, until time.Time, limit int) (all []T, err error) {
	err = db.update(ctx, func(tx *txn) error {
		all, err = many(ctx, tx, scan, q, micros(now), micros(until), limit)
		return err
	})
	return all, err
}
