package reconcile_test

import (
	"context"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/reconcile"
	"github.com/paypush/paypush/internal/store"
)

// Invariant 9: every notice is lost, and every query is lost until the bill is
// there. The bill shows what was paid; it moves nothing by itself, and the
// platform's answer to the reconciliation's own question settles the order.
func TestInvariant09TheBillSettlesWhatNoticesAndQueriesLost(t *testing.T) {
	for _, engine := range []string{store.SQLite, store.Postgres} {
		t.Run(engine, func(t *testing.T) {
			w, ctx := newWorld(t, engine), context.Background()
			w.tenOClock()
			lost := []fault{noNotices(), {"alipay.gateway", "drop", 1, "alipay.trade.query"}, {"alipay.gateway", "drop", 1, "alipay.trade.close"}}
			w.faults(lost...)
			day, d := pay.DayOf(w.now()), w.order(1234, true)
			w.pays(d)
			w.rest()
			w.tenOClock()
			w.rest()
			_, all := w.reconciled(day, reconcile.Open)
			if len(all) != 1 || all[0].Kind != reconcile.OtherState || all[0].Suggested != reconcile.Query {
				t.Fatalf("found %+v", all)
			}
			if o, err := w.money.Reader().Order(ctx, d.Order.ID); err != nil || o.Status != pay.OrderPending {
				t.Fatalf("by the bill alone the order is %s, %v", o.Status, err)
			}
			w.faults(noNotices())
			w.pass(2 * time.Hour)
			_, closed := w.reconciled(day, reconcile.Resolved)
			if o, err := w.money.Reader().Order(ctx, d.Order.ID); err != nil || o.Status != pay.OrderPaid || len(closed) != 1 {
				t.Fatalf("the order is %s, %v; resolved: %+v", o.Status, err, closed)
			}
			steps, err := w.books.Reader().Steps(ctx, closed[0].ID)
			w.good(err)
			if len(steps) < 3 || steps[0].What != reconcile.StepFound || steps[1].What != reconcile.StepAsked || steps[len(steps)-1].What != reconcile.StepResolved {
				t.Errorf("the history is %+v", steps)
			}
		})
	}
}
