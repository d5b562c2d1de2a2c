package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/paypush/paypush/internal/pay"
)

const (
	refundColumns = `id, order_id, payment_id, request_no, amount, reason, status, automatic, requested_by, decided_by,
		failure, tries, next_at, version, created_at, done_at`

	sqlRefundInsert statement = `INSERT INTO refunds (` + refundColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (payment_id, request_no) DO NOTHING`
	sqlRefundUpdate statement = `UPDATE refunds SET status = $3, decided_by = $4, failure = $5, tries = $6, next_at = $7,
		done_at = $8, version = version + 1 WHERE id = $1 AND version = $2`
	sqlRefundByID   statement = `SELECT ` + refundColumns + ` FROM refunds WHERE id = $1`
	sqlRefundsOf    statement = `SELECT ` + refundColumns + ` FROM refunds WHERE order_id = $1 ORDER BY id LIMIT 1000`
	sqlRefundsIn    statement = `SELECT ` + refundColumns + ` FROM refunds WHERE status = $1 ORDER BY id LIMIT $2`
	sqlRefundPage   statement = `SELECT ` + refundColumns + ` FROM refunds WHERE id < $1 ORDER BY id DESC LIMIT $2`
	sqlRefundPageIn statement = `SELECT ` + refundColumns + ` FROM refunds WHERE status = $3 AND id < $1 ORDER BY id DESC LIMIT $2`
	sqlRefundPageOf statement = `SELECT ` + refundColumns + ` FROM refunds
		WHERE order_id = $4 AND id < $1 AND ($3 = '' OR status = $3) ORDER BY id DESC LIMIT $2`
	sqlRefundSum statement = `SELECT COALESCE(SUM(amount), 0) FROM refunds
		WHERE automatic = 1 AND created_at > $1 AND status NOT IN ('failed', 'refused')`
	sqlTurnstile statement = `INSERT INTO turnstiles (name, count) VALUES ($1, 1)
		ON CONFLICT (name) DO UPDATE SET count = turnstiles.count + 1`
	sqlLeaseRefunds statement = `WITH oldest AS MATERIALIZED (
			SELECT id AS oldest_id FROM refunds WHERE next_at > 0 AND next_at <= $1
			ORDER BY next_at LIMIT $3 /*skip locked*/)
		UPDATE refunds SET next_at = $2, version = version + 1 FROM oldest
		WHERE id = oldest_id AND +next_at > 0 AND +next_at <= $1
		RETURNING ` + refundColumns
	sqlLeaseSurpluses statement = `WITH oldest AS MATERIALIZED (
			SELECT id AS oldest_id FROM payments WHERE act_at > 0 AND act_at <= $1
			ORDER BY act_at LIMIT $3 /*skip locked*/)
		UPDATE payments SET act_at = $2, version = version + 1 FROM oldest
		WHERE id = oldest_id AND +act_at > 0 AND +act_at <= $1
		RETURNING ` + paymentColumns
	sqlSurpluses statement = `SELECT ` + paymentColumns + ` FROM payments
		WHERE surplus_state = $1 AND surplus_state <> '' AND id > $3 ORDER BY id LIMIT $2`
)

// Refund implements [pay.RefundReader].
func (l ledgerReader) Refund(ctx context.Context, id string) (pay.Refund, error) {
	return one(ctx, l.x, pay.ErrNoRefund, scanRefund, sqlRefundByID, id)
}

// Refunds implements [pay.RefundReader]; the oldest comes first, at most 1,000.
func (l ledgerReader) Refunds(ctx context.Context, orderID string) ([]pay.Refund, error) {
	return many(ctx, l.x, scanRefund, sqlRefundsOf, orderID)
}

// RefundsIn implements [pay.RefundReader]. The limit is 1 to 100.
func (l ledgerReader) RefundsIn(ctx context.Context, status pay.RefundStatus, limit int) ([]pay.Refund, error) {
	return many(ctx, l.x, scanRefund, sqlRefundsIn, string(status), page(limit))
}

// SurplusesIn implements [pay.RefundReader]; the oldest comes first. The limit
// is 1 to 100.
func (l ledgerReader) SurplusesIn(ctx context.Context, state pay.SurplusState, limit int) ([]pay.Payment, error) {
	return many(ctx, l.x, scanPayment, sqlSurpluses, string(state), page(limit), "")
}

// SurplusPage implements [pay.RefundReader].
func (l ledgerReader) SurplusPage(ctx context.Context, f pay.SurplusFilter) ([]pay.Payment, error) {
	return many(ctx, l.x, scanPayment, sqlSurpluses, string(f.State), page(f.Limit), f.After)
}

// RefundPage implements [pay.RefundReader].
func (l ledgerReader) RefundPage(ctx context.Context, f pay.RefundFilter) ([]pay.Refund, error) {
	before, limit := cmp.Or(f.Before, lastID), page(f.Limit)
	switch {
	case f.OrderID != "":
		return many(ctx, l.x, scanRefund, sqlRefundPageOf, before, limit, string(f.Status), f.OrderID)
	case f.Status != "":
		return many(ctx, l.x, scanRefund, sqlRefundPageIn, before, limit, string(f.Status))
	}
	return many(ctx, l.x, scanRefund, sqlRefundPage, before, limit)
}

// InsertRefund implements [pay.RefundWriter].
func (l ledgerTx) InsertRefund(ctx context.Context, r pay.Refund) error {
	return must(ctx, l.txn, pay.ErrNumberTaken, sqlRefundInsert, r.ID, r.OrderID, r.PaymentID, r.RequestNo, int64(r.Amount),
		r.Reason, string(r.Status), flag(r.Automatic), r.RequestedBy, r.DecidedBy, r.Failure, r.Tries, micros(r.NextAt),
		r.Version, micros(r.CreatedAt), micros(r.DoneAt))
}

// UpdateRefund implements [pay.RefundWriter].
func (l ledgerTx) UpdateRefund(ctx context.Context, r pay.Refund) error {
	return must(ctx, l.txn, pay.ErrStale, sqlRefundUpdate, r.ID, r.Version, string(r.Status), r.DecidedBy, r.Failure,
		r.Tries, micros(r.NextAt), micros(r.DoneAt))
}

// AutomaticSince implements [pay.RefundWriter].
func (l ledgerTx) AutomaticSince(ctx context.Context, since time.Time) (pay.Amount, error) {
	if _, err := change(ctx, l.txn, sqlTurnstile, "automatic refunds"); err != nil {
		return 0, err
	}
	sum, err := many(ctx, l.txn, func(r row) (n int64, err error) {
		err = r.Scan(&n)
		return n, err
	}, sqlRefundSum, micros(since))
	if err != nil {
		return 0, err
	}
	return pay.Amount(sum[0]), nil
}

// LeaseRefunds implements [pay.Due].
func (l Ledger) LeaseRefunds(ctx context.Context, now, until time.Time, limit int) ([]pay.Refund, error) {
	all, err := lease(ctx, l.db, scanRefund, sqlLeaseRefunds, now, until, limit)
	slices.SortFunc(all, func(a, b pay.Refund) int { return cmp.Compare(a.ID, b.ID) })
	return all, err
}

// LeaseSurpluses implements [pay.Due].
func (l Ledger) LeaseSurpluses(ctx context.Context, now, until time.Time, limit int) ([]pay.Payment, error) {
	all, err := lease(ctx, l.db, scanPayment, sqlLeaseSurpluses, now, until, limit)
	slices.SortFunc(all, func(a, b pay.Payment) int { return cmp.Compare(a.ID, b.ID) })
	return all, err
}

func scanRefund(r row) (f pay.Refund, err error) {
	var automatic int64
	err = r.Scan(&f.ID, &f.OrderID, &f.PaymentID, &f.RequestNo, &f.Amount, &f.Reason, &f.Status, &automatic,
		&f.RequestedBy, &f.DecidedBy, &f.Failure, &f.Tries, moment{&f.NextAt}, &f.Version,
		moment{&f.CreatedAt}, moment{&f.DoneAt})
	f.Automatic = automatic == 1
	return f, err
}
