package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/store/storetest"
)

// Invariant 17: the limit above which a second person is needed holds for what
// goes back of a payment altogether, at once or bit by bit.
func TestInvariant17ManySmallRefundsNeedASecondPersonToo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w, ctx := newWorld(), context.Background()
		n := newNode(t, address, w)
		l := n.db.Ledger()
		n.money = newMoney(w, l, l, pay.Policy{ApproveAbove: 500})
		d := n.order(t, pay.NewOrder{})
		n.receive(t, w.platform.Pay(d.Payment.Number, d.Order.Amount), pay.VerdictSettled)
		draft := func(amount pay.Amount, want pay.RefundStatus) pay.Refund {
			t.Helper()
			r, err := n.money.Refund(ctx, pay.NewRefund{OrderID: d.Order.ID, Amount: amount, Reason: "退货", By: "key:a"})
			good(t, err)
			if r.Status != want {
				t.Errorf("a refund of %d is %s, want %s", amount, r.Status, want)
			}
			return r
		}
		one, other := draft(300, pay.RefundPending), draft(300, pay.RefundPending)
		good(t, n.money.PlaceRefund(ctx, one))
		if err := n.money.PlaceRefund(ctx, other); !errors.Is(err, pay.ErrRefundRaced) {
			t.Errorf("two at once, above the limit together: %v", err)
		}
		draft(200, pay.RefundPending)
		rest := draft(201, pay.RefundApproving)
		good(t, n.money.PlaceRefund(ctx, rest))
		if _, err := n.money.DecideRefund(ctx, rest.ID, "key:a", true); !errors.Is(err, pay.ErrSamePerson) {
			t.Errorf("whoever asked approved: %v", err)
		}
		_, err := n.money.DecideRefund(ctx, rest.ID, "member:b", true)
		good(t, err)
	})
}
