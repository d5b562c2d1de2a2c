package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/paypush/paypush/internal/webhook"
)

const (
	deliveryColumns = `id, endpoint_id, event_id, type, body, status, attempts, tries, next_at, failing_since, give_up_at,
		version, created_at, done_at`

	sqlDeliveriesInsert statement = `INSERT INTO webhook_deliveries (` + deliveryColumns + `, leased_until)
		VALUES /*row*/(CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT),
			CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS BIGINT), CAST($10 AS BIGINT), CAST($11 AS BIGINT), CAST($12 AS BIGINT),
			CAST($13 AS BIGINT), CAST($14 AS BIGINT), CAST($15 AS BIGINT))/*row*/
		ON CONFLICT (event_id, endpoint_id) DO NOTHING RETURNING id`
	sqlDeliveriesUpdate statement = `WITH fresh (id, version, status, attempts, tries, next_at, failing_since, give_up_at, done_at)
		AS (VALUES /*row*/(CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS BIGINT),
			CAST($7 AS BIGINT), CAST($8 AS BIGINT), CAST($9 AS BIGINT))/*row*/)
		UPDATE webhook_deliveries SET status = fresh.status, attempts = fresh.attempts,
			tries = fresh.tries, next_at = fresh.next_at, failing_since = fresh.failing_since, give_up_at = fresh.give_up_at,
			done_at = fresh.done_at, leased_until = 0, version = webhook_deliveries.version + 1
		FROM fresh WHERE webhook_deliveries.id = fresh.id AND webhook_deliveries.version = fresh.version
		RETURNING webhook_deliveries.id`
	sqlDeliveryByID statement = `SELECT ` + deliveryColumns + ` FROM webhook_deliveries WHERE id = $1`
	sqlDeliveryOf   statement = `SELECT ` + deliveryColumns + ` FROM webhook_deliveries WHERE event_id = $1 AND endpoint_id = $2`

	sqlDeliveries statement = `SELECT ` + deliveryColumns + ` FROM webhook_deliveries
		WHERE endpoint_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`
	sqlDeliveriesInState statement = `SELECT ` + deliveryColumns + ` FROM webhook_deliveries
		WHERE endpoint_id = $1 AND id < $2 AND status = $4 ORDER BY id DESC LIMIT $3`
	sqlDeliveriesLost statement = `SELECT ` + deliveryColumns + ` FROM webhook_deliveries
		WHERE endpoint_id = $1 AND id < $2 AND status = $4 AND status IN ('failed', 'skipped') ORDER BY id DESC LIMIT $3`
	sqlDeliveriesOfEvent statement = `SELECT ` + deliveryColumns + ` FROM webhook_deliveries
		WHERE event_id = $1 ORDER BY endpoint_id LIMIT $2`
	sqlDeliveriesInRange statement = `SELECT ` + deliveryColumns + ` FROM webhook_deliveries
		WHERE endpoint_id = $1 AND id > $2 AND created_at >= $3 AND created_at < $4 ORDER BY id LIMIT $5`

	sqlDeliveryDue statement = `SELECT 1 FROM webhook_deliveries
		WHERE endpoint_id = $1 AND next_at > 0 AND next_at <= $2 AND leased_until <= $3 LIMIT 1`
	// Chosen once and apart, as every lease; see due.go.
	sqlLeaseDeliveries statement = `WITH oldest AS MATERIALIZED (
			SELECT id AS oldest_id FROM webhook_deliveries
			WHERE endpoint_id = $1 AND next_at > 0 AND next_at <= $2 AND leased_until <= $3
			ORDER BY next_at LIMIT $5 /*skip locked*/)
		UPDATE webhook_deliveries SET leased_until = $4, version = version + 1 FROM oldest
		WHERE id = oldest_id AND +next_at > 0 AND +leased_until <= $3
		RETURNING ` + deliveryColumns

	// The oldest are looked at by their ids, which need no index of their own;
	// one that was replayed late keeps at most the thousand around it waiting.
	sqlAttemptsForget statement = `DELETE FROM webhook_attempts WHERE delivery_id IN (
		SELECT id FROM (SELECT id, give_up_at FROM webhook_deliveries ORDER BY id LIMIT 1000) AS oldest WHERE give_up_at <= $1)`
	sqlDeliveriesForget statement = `DELETE FROM webhook_deliveries WHERE id IN (
		SELECT id FROM (SELECT id, give_up_at FROM webhook_deliveries ORDER BY id LIMIT 1000) AS oldest WHERE give_up_at <= $1)`
)

// Delivery implements [webhook.Reader].
func (w webhookReader) Delivery(ctx context.Context, id string) (webhook.Delivery, error) {
	return one(ctx, w.x, webhook.ErrNoDelivery, scanDelivery, sqlDeliveryByID, id)
}

// DeliveryOf implements [webhook.Tx].
func (w webhookTx) DeliveryOf(ctx context.Context, endpointID, eventID string) (webhook.Delivery, error) {
	return one(ctx, w.txn, webhook.ErrNoDelivery, scanDelivery, sqlDeliveryOf, eventID, endpointID)
}

// InsertDeliveries implements [webhook.Tx].
func (w webhookTx) InsertDeliveries(ctx context.Context, all []webhook.Delivery, leased time.Time) (map[string]bool, error) {
	rows := make([][]any, len(all))
	for i, d := range all {
		rows[i] = []any{d.ID, d.EndpointID, d.EventID, string(d.Type), string(d.Body), string(d.Status), int64(d.Attempts), int64(d.Tries),
			micros(d.NextAt), micros(d.FailingSince), micros(d.GiveUpAt), d.Version, micros(d.CreatedAt), micros(d.DoneAt), micros(leased)}
	}
	return w.many.insert.ids(ctx, w.txn, rows)
}

// UpdateDeliveries implements [webhook.Tx]. It ends their leases.
func (w webhookTx) UpdateDeliveries(ctx context.Context, all []webhook.Delivery) (map[string]bool, error) {
	rows := make([][]any, len(all))
	for i, d := range all {
		rows[i] = []any{d.ID, d.Version, string(d.Status), int64(d.Attempts), int64(d.Tries), micros(d.NextAt), micros(d.FailingSince),
			micros(d.GiveUpAt), micros(d.DoneAt)}
	}
	return w.many.update.ids(ctx, w.txn, rows)
}

// Deliveries implements [webhook.Store].
func (w Webhooks) Deliveries(ctx context.Context, f webhook.Filter) ([]webhook.Delivery, error) {
	before, limit := cmp.Or(f.Before, lastID), page(f.Limit)
	switch {
	case f.EventID != "":
		return many(ctx, w.x, scanDelivery, sqlDeliveriesOfEvent, f.EventID, limit)
	case f.Status == webhook.Failed || f.Status == webhook.Skipped:
		return many(ctx, w.x, scanDelivery, sqlDeliveriesLost, f.EndpointID, before, limit, string(f.Status))
	case f.Status != "":
		return many(ctx, w.x, scanDelivery, sqlDeliveriesInState, f.EndpointID, before, limit, string(f.Status))
	}
	return many(ctx, w.x, scanDelivery, sqlDeliveries, f.EndpointID, before, limit)
}

// InRange implements [webhook.Store].
func (w Webhooks) InRange(ctx context.Context, r webhook.Range) ([]webhook.Delivery, error) {
	return many(ctx, w.x, scanDelivery, sqlDeliveriesInRange, r.EndpointID, r.After, micros(r.Since), micros(r.Until), r.Limit)
}

// Due implements [webhook.Store].
func (w Webhooks) Due(ctx context.Context, endpointID string, now time.Time) (bool, error) {
	found, err := many(ctx, w.x, number, sqlDeliveryDue, endpointID, micros(now), micros(w.db.now()))
	return len(found) > 0, err
}

// Lease implements [webhook.Store]. The lease is of real time.
func (w Webhooks) Lease(ctx context.Context, endpointID string, now, until time.Time, limit int) (all []webhook.Delivery, err error) {
	err = w.db.update(ctx, func(tx *txn) error {
		all, err = many(ctx, tx, scanDelivery, sqlLeaseDeliveries, endpointID, micros(now), micros(w.db.now()), micros(until), limit)
		return err
	})
	slices.SortFunc(all, func(a, b webhook.Delivery) int {
		return cmp.Or(a.NextAt.Compare(b.NextAt), cmp.Compare(a.ID, b.ID))
	})
	return all, err
}

// Forget implements [webhook.Store].
func (w Webhooks) Forget(ctx context.Context, then time.Time) (n int, err error) {
	err = w.db.update(ctx, func(tx *txn) error {
		if _, err := change(ctx, tx, sqlAttemptsForget, micros(then)); err != nil {
			return err
		}
		gone, err := change(ctx, tx, sqlDeliveriesForget, micros(then))
		n = int(gone)
		return err
	})
	return n, err
}

func scanDelivery(r row) (d webhook.Delivery, err error) {
	err = r.Scan(&d.ID, &d.EndpointID, &d.EventID, &d.Type, &d.Body, &d.Status, &d.Attempts, &d.Tries, moment{&d.NextAt},
		moment{&d.FailingSince}, moment{&d.GiveUpAt}, &d.Version, moment{&d.CreatedAt}, moment{&d.DoneAt})
	return d, err
}
