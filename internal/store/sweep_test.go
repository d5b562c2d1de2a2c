package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/store/storetest"
)

// Others page through what is due by an offset, and skip what moves up when
// the first page is done and gone. Here 57 orders, of which every second one
// was paid and no notice came, none is skipped, in as few rounds as there are full batches.
func TestASweepSkipsNoneOfAShrinkingSet(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w := newWorld()
		n, ctx := newNode(t, url, w), context.Background()
		const many = 57
		for i := range many {
			d := n.order(t, pay.NewOrder{ExpiresIn: time.Minute})
			if i%2 == 0 {
				w.platform.Pay(d.Payment.Number, d.Order.Amount)
			}
		}
		w.clock.t = w.clock.t.Add(2 * time.Minute) // all queries and all closings are due at once
		for round := 1; ; round++ {
			done, err := n.money.Sweep(ctx)
			good(t, err)
			if done == 0 {
				break
			}
			if round > 5 {
				t.Fatal("too many rounds")
			}
		}
		want := map[pay.OrderStatus]int{pay.OrderPaid: (many + 1) / 2, pay.OrderClosed: many / 2}
		for status, count := range want {
			found, err := n.db.Ledger().Orders(ctx, pay.OrderFilter{Status: status, Limit: 100})
			good(t, err)
			if len(found) != count {
				t.Errorf("%d orders are %s, of %d", len(found), status, count)
			}
		}
	})
}
