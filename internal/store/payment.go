package store

import (
	"context"

	"github.com/paypush/paypush/internal/pay"
)

const (
	paymentColumns = `id, order_id, number, channel, account, amount, status, trade_no, buyer, paid_amount, settles, surplus,
		queries, next_query_at, version, created_at, expires_at, paid_at, closed_at,
		surplus_state, act_at, reserved, refunded`

	sqlPaymentInsert statement = `INSERT INTO payments (` + paymentColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
		ON CONFLICT (number) DO NOTHING`
	sqlPaymentUpdate statement = `UPDATE payments SET status = $3, trade_no = $4, buyer = $5, paid_amount = $6, settles = $7,
		surplus = $8, queries = $9, next_query_at = $10, expires_at = $11, paid_at = $12, closed_at = $13,
		surplus_state = $14, act_at = $15, reserved = $16, refunded = $17,
		version = version + 1 WHERE id = $1 AND version = $2`
	sqlPaymentByID     statement = `SELECT ` + paymentColumns + ` FROM payments WHERE id = $1`
	sqlPaymentByNumber statement = `SELECT ` + paymentColumns + ` FROM payments WHERE number = $1`
	sqlPaymentsOf      statement = `SELECT ` + paymentColumns + ` FROM payments WHERE order_id = $1 ORDER BY created_at, id`
)

// Payment implements [pay.Reader].
func (l ledgerReader) Payment(ctx context.Context, id string) (pay.Payment, error) {
	return one(ctx, l.x, pay.ErrNoPayment, scanPayment, sqlPaymentByID, id)
}

// PaymentByNumber implements [pay.Reader].
func (l ledgerReader) PaymentByNumber(ctx context.Context, number string) (pay.Payment, error) {
	return one(ctx, l.x, pay.ErrNoPayment, scanPayment, sqlPaymentByNumber, number)
}

// Payments implements [pay.Reader]; the oldest comes first.
func (l ledgerReader) Payments(ctx context.Context, orderID string) ([]pay.Payment, error) {
	return many(ctx, l.x, scanPayment, sqlPaymentsOf, orderID)
}

// InsertPayment implements [pay.PaymentWriter].
func (l ledgerTx) InsertPayment(ctx context.Context, p pay.Payment) error {
	if err := l.takeNumber(ctx, p); err != nil {
		return err
	}
	return must(ctx, l.txn, pay.ErrNumberTaken, sqlPaymentInsert, p.ID, p.OrderID, p.Number, p.Channel, p.Account,
		int64(p.Amount), string(p.Status), p.TradeNo, p.Buyer, int64(p.PaidAmount), flag(p.Settles), string(p.Surplus),
		p.Queries, micros(p.NextQueryAt), p.Version,
		micros(p.CreatedAt), micros(p.ExpiresAt), micros(p.PaidAt), micros(p.ClosedAt),
		string(p.SurplusState), micros(p.ActAt), int64(p.Reserved), int64(p.Refunded))
}

// takeNumber makes sure that no other order has the payment's number. An
// order's first payment bears the order's own, which is taken already.
func (l ledgerTx) takeNumber(ctx context.Context, p pay.Payment) error {
	n, err := change(ctx, l.txn, sqlNumberTake, p.Number, p.OrderID)
	if err != nil || n == 1 {
		return err
	}
	owner, err := one(ctx, l.txn, pay.ErrNumberTaken, text, sqlNumberOwner, p.Number)
	if err == nil && owner != p.OrderID {
		return pay.ErrNumberTaken
	}
	return err
}

// UpdatePayment implements [pay.PaymentWriter].
func (l ledgerTx) UpdatePayment(ctx context.Context, p pay.Payment) error {
	return must(ctx, l.txn, pay.ErrStale, sqlPaymentUpdate, p.ID, p.Version, string(p.Status), p.TradeNo, p.Buyer,
		int64(p.PaidAmount), flag(p.Settles), string(p.Surplus), p.Queries, micros(p.NextQueryAt),
		micros(p.ExpiresAt), micros(p.PaidAt), micros(p.ClosedAt),
		string(p.SurplusState), micros(p.ActAt), int64(p.Reserved), int64(p.Refunded))
}

func scanPayment(r row) (p pay.Payment, err error) {
	err = r.Scan(intoPayment(&p)...)
	return p, err
}

// intoPayment is where the columns of a payment are read to.
func intoPayment(p *pay.Payment) []any {
	return []any{&p.ID, &p.OrderID, &p.Number, &p.Channel, &p.Account, &p.Amount, &p.Status, &p.TradeNo, &p.Buyer,
		&p.PaidAmount, truth{&p.Settles}, &p.Surplus, &p.Queries, moment{&p.NextQueryAt}, &p.Version,
		moment{&p.CreatedAt}, moment{&p.ExpiresAt}, moment{&p.PaidAt}, moment{&p.ClosedAt},
		&p.SurplusState, moment{&p.ActAt}, &p.Reserved, &p.Refunded}
}
