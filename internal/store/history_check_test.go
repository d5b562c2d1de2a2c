package store_test

import (
	"context"
	"errors"
	"time"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/proof"
)

func ignoreTooMuch(err error) error {
	if errors.Is(err, pay.ErrRefundTooMuch) || errors.Is(err, pay.ErrRefundRaced) || errors.Is(err, pay.ErrNumberTaken) || errors.Is(err, pay.ErrNotRefundable) {
		return nil
	}
	return err
}

// fineRefund allows what a rule forbids to whoever asks.
func (h *history) fineRefund(err error) {
	h.Helper()
	if fault.KindOf(err) != fault.Forbidden {
		h.fine(err)
	}
}

// forward checks that nothing went back, and that no more goes back to payers
// than came, here and at the platform.
func (h *history) forward() {
	ctx, truth, returned := context.Background(), h.w.platform.Truth(), h.w.platform.Refunded()
	for _, id := range h.orders {
		o, err := h.db.Ledger().Order(ctx, id)
		h.fine(err)
		h.moved(id, string(o.Status), func(before string) bool { return pay.OrderStatus(before).CanBecome(o.Status) })
		payments, err := h.db.Ledger().Payments(ctx, id)
		h.fine(err)
		for _, p := range payments {
			h.moved(p.ID, string(p.Status), func(before string) bool {
				b := pay.PaymentStatus(before)
				return b.CanBecome(p.Status) || b.Live() && p.Status.Live() && p.Status != pay.PaymentCreated
			})
			if p.Refunded > p.Reserved || p.Reserved > p.PaidAmount || returned[p.Number] > truth[p.Number].Amount {
				h.Fatalf("payment %s: %d came, %d reserved, %d refunded, %d there", p.Number, p.PaidAmount, p.Reserved, p.Refunded, returned[p.Number])
			}
		}
		refunds, err := h.db.Ledger().Refunds(ctx, id)
		h.fine(err)
		for _, r := range refunds {
			h.moved(r.ID, string(r.Status), func(before string) bool {
				b := pay.RefundStatus(before)
				return b.CanBecome(r.Status) || b == pay.RefundApproving && r.Status != pay.RefundRefused
			})
		}
	}
}

// moved fails where something was moved against its table, allowing for moves
// that came between two looks.
func (h *history) moved(id, now string, may func(before string) bool) {
	h.Helper()
	if before := h.seen[id]; before != "" && before != now && !may(before) {
		h.Fatalf("%s went from %s to %s", id, before, now)
	}
	h.seen[id] = now
}

// end lets all links expire and the sweep come to rest. No notice helps.
func (h *history) end() {
	h.w.platform.Down(nil)
	h.w.platform.Trouble(nil)
	if h.life != nil {
		h.life = nil
		h.begin()
	}
	for range 300 {
		h.w.clock.t = h.w.clock.t.Add(2 * time.Hour)
		h.w.platform.Expire()
		n, err := h.money.Sweep(context.Background())
		h.fine(err)
		h.forward()
		if n == 0 {
			return
		}
	}
	h.Fatalf("the sweep never comes to rest")
}

// compare holds the ledger against the platform's own books, and then against
// itself.
func (h *history) compare() {
	ctx, truth, returned := context.Background(), h.w.platform.Truth(), h.w.platform.Refunded()
	for _, id := range h.orders {
		o, err := h.db.Ledger().Order(ctx, id)
		h.fine(err)
		if o.Status == pay.OrderPending {
			h.Fatalf("order %s is still pending", id)
		}
		payments, err := h.db.Ledger().Payments(ctx, id)
		h.fine(err)
		for _, p := range payments {
			r := truth[p.Number]
			came := pay.Amount(0)
			if r.State == pay.TradeSucceeded {
				came = r.Amount
			}
			if p.PaidAmount != came || p.Refunded != returned[p.Number] {
				h.Fatalf("payment %s is %s with %d, %d refunded; the platform says %+v, %d refunded", p.Number, p.Status, p.PaidAmount, p.Refunded, r, returned[p.Number])
			}
		}
	}
	for more := 1; more > 0; {
		var err error
		more, err = h.db.Outbox().Number(ctx)
		h.fine(err)
	}
	_, err := proof.Check(ctx, h.db.Books(), func(f proof.Finding) error {
		h.Errorf("%s %s: %s", f.Code, f.Object, f.Detail)
		return nil
	})
	h.fine(err)
	if h.Failed() {
		h.FailNow()
	}
}
