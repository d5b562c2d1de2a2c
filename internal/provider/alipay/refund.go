package alipay

import (
	"context"
	"errors"

	client "github.com/paypush/paypush/alipay"
	"github.com/paypush/paypush/internal/pay"
)

var _ pay.Refunder = (*Account)(nil)

// Refund follows alipay.trade.refund. A repetition, which moves no money,
// reports what the refund query says of the first try; where that says nothing
// either, the refund is running: it was accepted, so it can't be called refused.
func (a *Account) Refund(ctx context.Context, c pay.RefundCall) (pay.RefundState, error) {
	got, err := a.client.Refund(ctx, client.Refund{TradeRef: client.TradeRef{OutTradeNo: c.Number},
		RefundAmount: client.Fen(c.Amount), OutRequestNo: c.RequestNo, RefundReason: c.Reason})
	if err != nil {
		return "", translate("alipay.Refund", err)
	}
	if got.Moved() {
		return pay.RefundStateDone, nil
	}
	if state, err := a.QueryRefund(ctx, c); err == nil && state == pay.RefundStateDone {
		return state, nil
	}
	return pay.RefundStateRunning, nil
}

// QueryRefund follows alipay.trade.fastpay.refund.query.
func (a *Account) QueryRefund(ctx context.Context, c pay.RefundCall) (pay.RefundState, error) {
	got, err := a.client.RefundQuery(ctx, client.RefundQuery{TradeRef: client.TradeRef{OutTradeNo: c.Number},
		OutRequestNo: c.RequestNo})
	if errors.Is(err, client.TradeNotExist) {
		return pay.RefundStateAbsent, nil
	}
	if err != nil {
		return "", translate("alipay.QueryRefund", err)
	}
	if got.Succeeded() && got.RefundAmount == client.Fen(c.Amount) {
		return pay.RefundStateDone, nil
	}
	return pay.RefundStateAbsent, nil
}
