package store_test

import (
	"context"

	"github.com/paypush/paypush/internal/pay"
)

// refund asks for some of an order's money back, sometimes for too much.
func (h *history) refund() {
	in := pay.NewRefund{OrderID: h.orders[h.choose(len(h.orders))], Amount: pay.Amount(1 + h.choose(700)), Reason: "退货",
		By: []string{"key:a", "key:b"}[h.choose(2)]}
	h.fineRefund(h.askBack(in))
}

// askBack places a refund, and places it again where the process ended.
func (h *history) askBack(in pay.NewRefund) error {
	r, err := h.money.Refund(context.Background(), in)
	if err != nil {
		return ignoreTooMuch(err)
	}
	return ignoreTooMuch(h.money.PlaceRefund(context.Background(), r))
}

// decide is a second person at work, or the first who tries to be one.
func (h *history) decide() {
	ctx := context.Background()
	waiting, err := h.db.Ledger().RefundsIn(ctx, pay.RefundApproving, 100)
	h.fine(err)
	if len(waiting) == 0 {
		return
	}
	r := waiting[h.choose(len(waiting))]
	by, approve := []string{"key:a", "key:b"}[h.choose(2)], h.choose(3) > 0
	after, err := h.money.DecideRefund(ctx, r.ID, by, approve)
	h.fineRefund(err)
	if err == nil && approve && by == r.RequestedBy {
		h.Fatalf("%s approved their own refund, now %s", by, after.Status)
	}
}

// decideSurplus is a person who deals with what is held.
func (h *history) decideSurplus() {
	ctx := context.Background()
	held, err := h.db.Ledger().SurplusesIn(ctx, pay.SurplusHeld, 100)
	h.fine(err)
	if len(held) == 0 {
		return
	}
	p := held[h.choose(len(held))]
	switch h.choose(3) {
	case 0:
		_, err = h.money.RefundSurplus(ctx, p.ID, "member:m")
	case 1:
		_, err = h.money.AcceptSurplus(ctx, p.ID, "member:m")
	case 2:
		_, err = h.money.KeepSurplus(ctx, p.ID)
	}
	h.fineRefund(err)
}
