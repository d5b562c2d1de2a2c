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

	sqlDeliveryInsert statement = `INSERT INTO webhook_deliveries (` + deliveryColumns + `, leased_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0)
		ON CONFLICT (event_id, endpoint_id) DO NOTHING`
	sqlDeliveryUpdate statement = `UPDATE webhook_deliveries SET status = $3, attempts = $4, tries = $5, next_at = $6,
		failing_since = $7, give_up_at = $8, done_at = $9, leased_until = 0, version = version + 1 WHERE id = $1 AND version = $2`
	sqlDeliveryByID statement = `SELECT ` + deliveryColumns + ` FROM webhook_deliveries WHERE id = $1`
	sqlDeliveryOf   statement = `SELECT ` + deliveryColumns + ` FROM webhook_deliveries WHERE event_id = $1 AND endpoint_id = $2`

	sqlDeliveries statement = `SELECT ` + deliveryColumns + ` FROM webhook_deliveries
		WHERE endpoint_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`
	sqlDeliveriesInState statement = `SELECT ` + deliveryColumns + ` FROM webhook_deliveries
		WHERE endpoint_id = $1 AND id < $2 AND status = $4 ORDER BY id DESC LIMIT $3`
	sqlDeliveriesOfEvent statement = `SELECT ` + deliveryColumns + ` FROM webhook_deliveries
		WHERE event_id = $1 ORDER BY endpoint_id LIMIT $2`
	sqlDeliveriesInRange statement = `SELECT ` + deliveryColumns + ` FROM webhook_deliveries
		WHERE endpoint_id = $1 AND id > $2 AND created_at >= $3 AND created_at < $4 ORDER BY id LIMIT $5`

	sqlDeliveryDue statement = `SELECT 1 FROM webhook_deliveries
		WHERE endpoint_id = $1 AND next_at > 0 AND next_at <= $2 AND leased_until <= $3 LIMIT 1`
	// The plus signs keep the outer conditions, which another node's lease is
	// held against, from being looked up by an index instead of the ids.
	sqlLeaseDeliveries statement = `UPDATE webhook_deliveries SET leased_until = $4, version = version + 1
		WHERE +next_at > 0 AND +leased_until <= $3 AND id IN (
			SELECT id FROM webhook_deliveries WHERE endpoint_id = $1 AND next_at > 0 AND next_at <= $2 AND leased_until <= $3
			ORDER BY next_at LIMIT $5 /*skip locked*/)
		RETURNING ` + deliveryColumns

	sqlAttemptsForget statement = `DELETE FROM webhook_attempts WHERE delivery_id IN (
		SELECT id FROM webhook_deliveries WHERE give_up_at <= $1 ORDER BY give_up_at LIMIT 500)`
	sqlDeliveriesForget statement = `DELETE FROM webhook_deliveries WHERE id IN (
		SELECT id FROM webhook_deliveries WHERE give_up_at <= $1 ORDER BY give_up_at LIMIT 500)`
)

// Delivery implements [webhook.Reader].
func (w webhookReader) Delivery(ctx context.Context, id string) (webhook.Delivery, error) {
	return one(ctx, w.x, webhook.ErrNoDelivery, scanDelivery, sqlDeliveryByID, id)
}

// DeliveryOf implements [webhook.Tx].
func (w webhookTx) DeliveryOf(ctx context.Context, endpointID, eventID string) (webhook.Delivery, error) {
	return one(ctx, w.txn, webhook.ErrNoDelivery, scanDelivery, sqlDeliveryOf, eventID, endpointID)
}

// InsertDelivery implements [webhook.Tx].
func (w webhookTx) InsertDelivery(ctx context.Context, d webhook.Delivery) (bool, error) {
	n, err := change(ctx, w.txn, sqlDeliveryInsert, d.ID, d.EndpointID, d.EventID, string(d.Type), bytesOf(d.Body), string(d.Status),
		d.Attempts, d.Tries, micros(d.NextAt), micros(d.FailingSince), micros(d.GiveUpAt), d.Version,
		micros(d.CreatedAt), micros(d.DoneAt))
	return n == 1, err
}

// UpdateDelivery implements [webhook.Tx]. It ends the lease.
func (w webhookTx) UpdateDelivery(ctx context.Context, d webhook.Delivery) (bool, error) {
	n, err := change(ctx, w.txn, sqlDeliveryUpdate, d.ID, d.Version, string(d.Status), d.Attempts, d.Tries, micros(d.NextAt),
		micros(d.FailingSince), micros(d.GiveUpAt), micros(d.DoneAt))
	return n == 1, err
}

// Deliveries implements [webhook.Store].
func (w Webhooks) Deliveries(ctx context.Context, f webhook.Filter) ([]webhook.Delivery, error) {
	before, limit := cmp.Or(f.Before, lastID), page(f.Limit)
	switch {
	case f.EventID != "":
		return many(ctx, w.x, scanDelivery, sqlDeliveriesOfEvent, f.EventID, limit)
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
