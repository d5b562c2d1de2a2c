package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/pay/paytest"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// refundOf pays an order and asks for a part of it back.
func (n *node) refundOf(t *testing.T, w *world) (pay.Draft, pay.Refund) {
	t.Helper()
	ctx, d := context.Background(), n.order(t, pay.NewOrder{})
	n.receive(t, w.platform.Pay(d.Payment.Number, d.Order.Amount), pay.VerdictSettled)
	r, err := n.money.Refund(ctx, pay.NewRefund{OrderID: d.Order.ID, Amount: 230, Reason: "退货", By: "key:a"})
	good(t, err)
	good(t, n.money.PlaceRefund(ctx, r))
	return d, r
}

func (n *node) storedRefund(t *testing.T, id string) pay.Refund {
	t.Helper()
	r, err := n.db.Ledger().Refund(context.Background(), id)
	good(t, err)
	return r
}

// slow is a platform whose answer to a refund comes when the lease is over and
// another node has done it all, or does not come.
type slow struct {
	*paytest.Platform
	meanwhile func()
	failure   error
}

func (s *slow) Refund(ctx context.Context, c pay.RefundCall) (pay.RefundState, error) {
	state, err := s.Platform.Refund(ctx, c)
	s.meanwhile()
	if s.failure != nil {
		return "", s.failure
	}
	return state, err
}

// Invariants 6 and 8: a refund that is final stays so, whatever a node has to
// say that was slower than its lease.
func TestInvariant06ASlowNodeOpensNoRefundAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		for _, failure := range []error{nil, paytest.ErrDown, paytest.ErrRefused} {
			w := newWorld()
			fast, ctx := newNode(t, url, w), context.Background()
			d, r := fast.refundOf(t, w)
			s := &slow{Platform: w.platform, failure: failure, meanwhile: func() {
				w.clock.t = w.clock.t.Add(2 * time.Minute)
				_, err := fast.money.Sweep(ctx)
				good(t, err)
			}}
			l := storetest.Open(t, url, store.Options{}).Ledger()
			_, err := moneyAt(w, s, l).Sweep(ctx)
			good(t, err)
			w.clock.t = w.clock.t.Add(2 * time.Hour)
			for range 3 {
				again, err := fast.money.Sweep(ctx)
				good(t, err)
				if again != 0 {
					t.Fatalf("after %v there are %d things to do", failure, again)
				}
			}
			if got := fast.storedRefund(t, r.ID); got.Status != pay.RefundSucceeded || !got.NextAt.IsZero() ||
				w.platform.Refunded()[d.Payment.Number] != 230 {
				t.Fatalf("after %v: %+v", failure, got)
			}
		}
		if n := newNode(t, url, newWorld()); n.count(t, event.RefundSucceeded) != 3 || n.count(t, event.RefundFailed) != 0 {
			t.Fatal("refunds were told more than once")
		}
	})
}

// Invariant 6: a platform that refuses to say what became of a refund has not
// refused the refund.
func TestInvariant06ARefusedQuestionFailsNoRefund(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld()
		n, ctx := newNode(t, url, w), context.Background()
		d, r := n.refundOf(t, w)
		w.platform.Trouble(func(call string) (before, after error) {
			if call == "query refund" {
				return paytest.ErrRefused, nil
			}
			return nil, paytest.ErrDown // it is done, and the answer is lost
		})
		for range 3 {
			w.clock.t = w.clock.t.Add(2 * time.Minute)
			_, err := n.money.Sweep(ctx)
			good(t, err)
		}
		if got := n.storedRefund(t, r.ID); got.Status != pay.RefundUnknown || w.platform.Refunded()[d.Payment.Number] != 230 {
			t.Fatalf("the refund is %s, and %d went back", got.Status, w.platform.Refunded()[d.Payment.Number])
		}
		w.platform.Trouble(nil)
		w.clock.t = w.clock.t.Add(time.Hour)
		_, err := n.money.Sweep(ctx)
		good(t, err)
		if got := n.storedRefund(t, r.ID); got.Status != pay.RefundSucceeded {
			t.Fatalf("the refund is %s", got.Status)
		}
	})
}
