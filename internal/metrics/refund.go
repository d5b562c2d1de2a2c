package metrics

import (
	"context"
	"strconv"

	"github.com/paypush/paypush/internal/pay"
)

// Refund implements [pay.RefundReader].
func (t *ledgerTx) Refund(ctx context.Context, id string) (pay.Refund, error) {
	r, err := t.Tx.Refund(ctx, id)
	t.refunds[r.ID] = r.Status
	return r, err
}

// Refunds implements [pay.RefundReader].
func (t *ledgerTx) Refunds(ctx context.Context, orderID string) ([]pay.Refund, error) {
	all, err := t.Tx.Refunds(ctx, orderID)
	for _, r := range all {
		t.refunds[r.ID] = r.Status
	}
	return all, err
}

// InsertRefund implements [pay.RefundWriter].
func (t *ledgerTx) InsertRefund(ctx context.Context, r pay.Refund) error {
	err := t.Tx.InsertRefund(ctx, r)
	if err == nil {
		t.countRefund(r)
	}
	return err
}

// UpdateRefund implements [pay.RefundWriter].
func (t *ledgerTx) UpdateRefund(ctx context.Context, r pay.Refund) error {
	err := t.Tx.UpdateRefund(ctx, r)
	if err == nil && t.refunds[r.ID] != r.Status {
		t.countRefund(r)
	}
	return err
}

func (t *ledgerTx) countRefund(r pay.Refund) {
	t.refunds[r.ID] = r.Status
	t.then(t.m.refunds.WithLabelValues(string(r.Status), strconv.FormatBool(r.Automatic)).Inc)
}
