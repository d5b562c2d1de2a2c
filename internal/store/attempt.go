package store

import (
	"cmp"
	"context"

	"github.com/paypush/paypush/internal/webhook"
)

const (
	attemptColumns = `id, delivery_id, endpoint_id, number, http_status, response, error, at, signed_at, took`

	sqlAttemptsInsert statement = `INSERT INTO webhook_attempts (` + attemptColumns + `)
		SELECT value->>0, value->>1, value->>2, CAST(value->>3 AS BIGINT), CAST(value->>4 AS BIGINT), value->>5, value->>6,
			CAST(value->>7 AS BIGINT), CAST(value->>8 AS BIGINT), CAST(value->>9 AS BIGINT)
		FROM (SELECT value FROM json_each($1) LIMIT 100000) AS fresh`
	sqlAttemptsOf statement = `SELECT ` + attemptColumns + ` FROM webhook_attempts WHERE delivery_id = $1 ORDER BY id LIMIT 200`
	sqlAttempts   statement = `SELECT a.id, a.delivery_id, a.endpoint_id, a.number, a.http_status, a.response, a.error, a.at,
			a.signed_at, a.took, d.event_id, d.type, d.body, d.status, d.next_at
		FROM webhook_attempts AS a JOIN webhook_deliveries AS d ON d.id = a.delivery_id
		WHERE a.endpoint_id = $1 AND a.id < $2 ORDER BY a.id DESC LIMIT $3`
)

// InsertAttempts implements [webhook.Tx].
func (w webhookTx) InsertAttempts(ctx context.Context, all []webhook.Attempt) error {
	if len(all) == 0 {
		return nil
	}
	_, err := change(ctx, w.txn, sqlAttemptsInsert, tuples(all, func(a webhook.Attempt) []any {
		return []any{a.ID, a.DeliveryID, a.EndpointID, a.Number, a.HTTPStatus, a.Response, a.Error, micros(a.At), micros(a.SignedAt),
			int64(a.Took)}
	}))
	return err
}

// AttemptsOf implements [webhook.Store].
func (w Webhooks) AttemptsOf(ctx context.Context, deliveryID string) ([]webhook.Attempt, error) {
	return many(ctx, w.x, func(r row) (a webhook.Attempt, err error) {
		err = r.Scan(attemptFields(&a)...)
		return a, err
	}, sqlAttemptsOf, deliveryID)
}

// Attempts implements [webhook.Store].
func (w Webhooks) Attempts(ctx context.Context, f webhook.Filter) ([]webhook.Tried, error) {
	return many(ctx, w.x, func(r row) (t webhook.Tried, err error) {
		d := &t.Delivery
		err = r.Scan(append(attemptFields(&t.Attempt), &d.EventID, &d.Type, &d.Body, &d.Status, moment{&d.NextAt})...)
		d.ID, d.EndpointID = t.DeliveryID, t.EndpointID
		return t, err
	}, sqlAttempts, f.EndpointID, cmp.Or(f.Before, lastID), page(f.Limit))
}

func attemptFields(a *webhook.Attempt) []any {
	return []any{&a.ID, &a.DeliveryID, &a.EndpointID, &a.Number, &a.HTTPStatus, &a.Response, &a.Error, moment{&a.At},
		moment{&a.SignedAt}, &a.Took}
}
