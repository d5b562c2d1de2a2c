package store

import (
	"cmp"
	"context"

	"github.com/paypush/paypush/internal/webhook"
)

const (
	attemptColumns = `id, delivery_id, endpoint_id, number, http_status, response, error, at, signed_at, took`

	sqlAttemptsInsert statement = `INSERT INTO webhook_attempts (` + attemptColumns + `)
		VALUES /*row*/(CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS BIGINT), CAST($6 AS TEXT),
			CAST($7 AS TEXT), CAST($8 AS BIGINT), CAST($9 AS BIGINT), CAST($10 AS BIGINT))/*row*/`
	sqlAttemptsOf statement = `SELECT ` + attemptColumns + ` FROM webhook_attempts WHERE delivery_id = $1 ORDER BY id LIMIT 200`
	sqlAttempts   statement = `SELECT a.id, a.delivery_id, a.endpoint_id, a.number, a.http_status, a.response, a.error, a.at,
			a.signed_at, a.took, d.event_id, d.type, d.body, d.status, d.next_at
		FROM webhook_attempts AS a JOIN webhook_deliveries AS d ON d.id = a.delivery_id
		WHERE a.endpoint_id = $1 AND a.id < $2 ORDER BY a.id DESC LIMIT $3`
)

// InsertAttempts implements [webhook.Tx].
func (w webhookTx) InsertAttempts(ctx context.Context, all []webhook.Attempt) error {
	rows := make([][]any, len(all))
	for i, a := range all {
		rows[i] = []any{a.ID, a.DeliveryID, a.EndpointID, int64(a.Number), int64(a.HTTPStatus), a.Response, a.Error, micros(a.At), micros(a.SignedAt),
			int64(a.Took)}
	}
	_, err := w.many.attempts.change(ctx, w.txn, rows)
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
