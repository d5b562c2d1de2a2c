package store

import (
	"context"
	"strings"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/webhook"
)

const (
	endpointColumns = `id, url, description, types, sealed, enabled, disabled_reason, failing_since, version, created_at, deleted_at`

	sqlEndpointInsert statement = `INSERT INTO webhook_endpoints (` + endpointColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	sqlEndpointUpdate statement = `UPDATE webhook_endpoints SET url = $3, description = $4, types = $5, sealed = $6, enabled = $7,
		disabled_reason = $8, failing_since = $9, deleted_at = $10, version = version + 1 WHERE id = $1 AND version = $2`
	sqlEndpointByID statement = `SELECT ` + endpointColumns + ` FROM webhook_endpoints WHERE id = $1 AND deleted_at = 0`
	sqlEndpoints    statement = `SELECT ` + endpointColumns + ` FROM webhook_endpoints WHERE deleted_at = 0 ORDER BY id LIMIT 1000`
	sqlEventByID    statement = `SELECT ` + eventColumns + ` FROM events WHERE id = $1`
)

// Webhooks keeps webhook endpoints, deliveries and attempts. It implements
// [webhook.Store].
type Webhooks struct {
	webhookReader
	db   *DB
	many webhookRows
}

// webhookRows are the statements for many rows.
type webhookRows struct{ insert, update, attempts rowset }

var (
	_ webhook.Store = Webhooks{}
	_ webhook.Tx    = webhookTx{}
)

// Webhooks gives the store of the domain of webhooks.
func (db *DB) Webhooks() Webhooks {
	return Webhooks{webhookReader{db.reader()}, db,
		webhookRows{db.newRowset(sqlDeliveriesInsert), db.newRowset(sqlDeliveriesUpdate), db.newRowset(sqlAttemptsInsert)}}
}

// Update implements [webhook.Store].
func (w Webhooks) Update(ctx context.Context, fn func(tx webhook.Tx) error) error {
	return w.db.update(ctx, func(tx *txn) error { return fn(webhookTx{webhookReader{tx}, tx, w.many}) })
}

// webhookReader reads, inside a transaction or outside.
type webhookReader struct{ x executor }

// Endpoint implements [webhook.Reader].
func (w webhookReader) Endpoint(ctx context.Context, id string) (webhook.Endpoint, error) {
	return one(ctx, w.x, webhook.ErrNoEndpoint, scanEndpoint, sqlEndpointByID, id)
}

// Endpoints implements [webhook.Reader].
func (w webhookReader) Endpoints(ctx context.Context) ([]webhook.Endpoint, error) {
	return many(ctx, w.x, scanEndpoint, sqlEndpoints)
}

// Event implements [webhook.Reader].
func (w webhookReader) Event(ctx context.Context, id string) (event.Event, error) {
	return one(ctx, w.x, webhook.ErrNoEvent, scanEvent, sqlEventByID, id)
}

// webhookTx is the webhooks inside one transaction.
type webhookTx struct {
	webhookReader
	*txn
	many webhookRows
}

// InsertEndpoint implements [webhook.Tx].
func (w webhookTx) InsertEndpoint(ctx context.Context, e webhook.Endpoint) error {
	_, err := change(ctx, w.txn, sqlEndpointInsert, e.ID, e.URL, e.Description, strings.Join(e.Types, ","), bytesOf(e.Sealed),
		flag(e.Enabled), string(e.DisabledReason), micros(e.FailingSince), e.Version, micros(e.CreatedAt), micros(e.DeletedAt))
	return err
}

// UpdateEndpoint implements [webhook.Tx].
func (w webhookTx) UpdateEndpoint(ctx context.Context, e webhook.Endpoint) error {
	return must(ctx, w.txn, webhook.ErrStale, sqlEndpointUpdate, e.ID, e.Version, e.URL, e.Description, strings.Join(e.Types, ","),
		bytesOf(e.Sealed), flag(e.Enabled), string(e.DisabledReason), micros(e.FailingSince), micros(e.DeletedAt))
}

func scanEndpoint(r row) (e webhook.Endpoint, err error) {
	var types string
	err = r.Scan(&e.ID, &e.URL, &e.Description, &types, &e.Sealed, &e.Enabled, &e.DisabledReason, moment{&e.FailingSince},
		&e.Version, moment{&e.CreatedAt}, moment{&e.DeletedAt})
	if types != "" {
		e.Types = strings.Split(types, ",")
	}
	return e, err
}
