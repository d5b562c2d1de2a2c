package store

import (
	"context"

	"github.com/paypush/paypush/internal/pay"
)

const (
	orderColumns = `id, number, amount, subject, status, member_id, return_url, metadata, digest, attempts, version,
		created_at, expires_at, close_at, paid_at, closed_at`

	sqlNumberTake  statement = `INSERT INTO numbers (number, order_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	sqlNumberOwner statement = `SELECT order_id FROM numbers WHERE number = $1`

	sqlOrderInsert statement = `INSERT INTO orders (` + orderColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`
	sqlOrderUpdate statement = `UPDATE orders SET status = $3, attempts = $4, close_at = $5, paid_at = $6, closed_at = $7,
		version = version + 1 WHERE id = $1 AND version = $2`
	sqlOrderByID     statement = `SELECT ` + orderColumns + ` FROM orders WHERE id = $1`
	sqlOrderByNumber statement = `SELECT ` + orderColumns + ` FROM orders WHERE number = $1`
)

// lastID sorts behind every id.
const lastID = "~"

// Order implements [pay.Reader].
func (l ledgerReader) Order(ctx context.Context, id string) (pay.Order, error) {
	return one(ctx, l.x, pay.ErrNoOrder, scanOrder, sqlOrderByID, id)
}

// OrderByNumber implements [pay.Reader].
func (l ledgerReader) OrderByNumber(ctx context.Context, number string) (pay.Order, error) {
	return one(ctx, l.x, pay.ErrNoOrder, scanOrder, sqlOrderByNumber, number)
}

// page keeps the size of a page between 1 and 100.
func page(limit int) int { return min(max(limit, 1), 100) }

// InsertOrder implements [pay.OrderWriter].
func (l ledgerTx) InsertOrder(ctx context.Context, o pay.Order) error {
	if err := must(ctx, l.txn, pay.ErrNumberTaken, sqlNumberTake, o.Number, o.ID); err != nil {
		return err
	}
	_, err := change(ctx, l.txn, sqlOrderInsert, o.ID, o.Number, int64(o.Amount), o.Subject, string(o.Status),
		o.MemberID, o.ReturnURL, pack(o.Metadata), o.Digest, o.Attempts, o.Version,
		micros(o.CreatedAt), micros(o.ExpiresAt), micros(o.CloseAt), micros(o.PaidAt), micros(o.ClosedAt))
	return err
}

// UpdateOrder implements [pay.OrderWriter]. What an order was created with
// does not change.
func (l ledgerTx) UpdateOrder(ctx context.Context, o pay.Order) error {
	return must(ctx, l.txn, pay.ErrStale, sqlOrderUpdate, o.ID, o.Version, string(o.Status), o.Attempts,
		micros(o.CloseAt), micros(o.PaidAt), micros(o.ClosedAt))
}

func scanOrder(r row) (o pay.Order, err error) {
	err = r.Scan(intoOrder(&o)...)
	return o, err
}

// intoOrder is where the columns of an order are read to.
func intoOrder(o *pay.Order) []any {
	return []any{&o.ID, &o.Number, &o.Amount, &o.Subject, &o.Status, &o.MemberID, &o.ReturnURL,
		packed[map[string]string, string]{&o.Metadata}, &o.Digest, &o.Attempts, &o.Version,
		moment{&o.CreatedAt}, moment{&o.ExpiresAt}, moment{&o.CloseAt}, moment{&o.PaidAt}, moment{&o.ClosedAt}}
}
