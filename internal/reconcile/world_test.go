package reconcile_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/pay/paytest"
	"github.com/paypush/paypush/internal/reconcile"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/pgtest"
	"github.com/paypush/paypush/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// day is the day that is reconciled; the world begins in its morning.
const day pay.Day = "2026-03-01"

type world struct {
	t        *testing.T
	ctx      context.Context
	business time.Time
	real     time.Time
	db       *store.DB
	platform *paytest.Platform
	money    *pay.Service
	books    *reconcile.Service
}

// both runs a test on both engines, each on the quicker one.
func both(t *testing.T, fn func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, url string) { on(t, url, fn) })
}

func each(t *testing.T, fn func(w *world)) {
	t.Helper()
	on(t, storetest.URL(t, store.SQLite), fn)
}

func on(t *testing.T, url string, fn func(w *world)) {
	t.Helper()
	w := &world{t: t, ctx: context.Background(), business: day.Start().Add(9 * time.Hour), real: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	w.platform = paytest.New("alipay", w.now)
	w.db = storetest.Open(t, url, store.Options{})
	ledger := w.db.Ledger()
	w.money = pay.NewService(pay.Config{Store: ledger, Due: ledger, Rejects: ledger, Providers: map[string]pay.Provider{"alipay": w.platform, "other": w.platform},
		Listeners: map[string]pay.Listener{"alipay": w.platform}, Channels: []string{"alipay.page", "other.page"}, Now: w.now, NewID: id.New,
		Lifetime: time.Hour, Policy: pay.Policy{}})
	w.books = w.node(w.platform)
	fn(w)
}

// node is another server over the same database.
func (w *world) node(b pay.Biller) *reconcile.Service {
	account := reconcile.Account{Biller: b, Merchant: "2088"}
	return reconcile.New(reconcile.Config{Store: w.db.Reconciliations(), Money: w.money, Now: w.now, NewID: id.New,
		Real: func() time.Time { return w.real }, Accounts: map[string]reconcile.Account{"alipay": account}})
}

func (w *world) now() time.Time { return w.business }

func (w *world) good(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) order(channel string) pay.Draft {
	w.t.Helper()
	d, err := w.money.Draft(w.ctx, pay.NewOrder{Amount: 1000, Subject: "茶", Channel: channel})
	w.good(err)
	_, _, err = w.money.Place(w.ctx, d)
	w.good(err)
	return d
}

// paid is an order that was paid, and whose notice came.
func (w *world) paid() pay.Draft {
	w.t.Helper()
	d := w.order("alipay.page")
	_, err := w.money.Receive(w.ctx, w.platform.Pay(d.Payment.Number, d.Order.Amount))
	w.good(err)
	return d
}

// refunded gives some of an order back and lets it go out.
func (w *world) refunded(d pay.Draft, amount pay.Amount) pay.Refund {
	w.t.Helper()
	r, err := w.money.Refund(w.ctx, pay.NewRefund{OrderID: d.Order.ID, Amount: amount, Reason: "退货", By: "key:k"})
	w.good(err)
	w.good(w.money.PlaceRefund(w.ctx, r))
	_, err = w.money.Sweep(w.ctx)
	w.good(err)
	return r
}

// trade and back are lines of a bill.
func trade(d pay.Draft) pay.BillLine {
	return pay.BillLine{Kind: pay.BillTrade, Number: d.Payment.Number, TradeNo: "T" + d.Payment.Number, Amount: 1000, Received: 1000, Fee: 6}
}

func back(d pay.Draft, requestNo string, amount pay.Amount) pay.BillLine {
	return pay.BillLine{Kind: pay.BillRefund, Number: d.Payment.Number, RequestNo: requestNo, Amount: amount, Received: amount}
}

// at moves the business clock to an hour after the beginning of a day.
func (w *world) at(d pay.Day, after time.Duration) { w.business = d.Start().Add(after) }

// reconcile runs a day and returns it with its differences.
func (w *world) reconcile(d pay.Day) (reconcile.Reconciliation, []reconcile.Difference) {
	w.t.Helper()
	_, err := w.books.Begin(w.ctx, "alipay", d)
	w.good(err)
	_, err = w.books.Sweep(w.ctx)
	w.good(err)
	r, all := w.see(d)
	if r.Status != reconcile.Finished {
		w.t.Fatalf("the day is %+v", r)
	}
	return r, all
}

func (w *world) see(d pay.Day) (reconcile.Reconciliation, []reconcile.Difference) {
	w.t.Helper()
	r, err := w.books.Reader().ReconciliationOf(w.ctx, "alipay", d)
	w.good(err)
	all, err := w.books.Reader().Differences(w.ctx, reconcile.DifferenceFilter{ReconciliationID: r.ID, Limit: 100})
	w.good(err)
	return r, all
}

// only expects one difference.
func (w *world) only(all []reconcile.Difference, kind reconcile.Kind, state reconcile.State) reconcile.Difference {
	w.t.Helper()
	if len(all) != 1 || all[0].Kind != kind || all[0].State != state {
		w.t.Fatalf("found %+v, want one %s, %s", all, kind, state)
	}
	return all[0]
}

func (w *world) none(all []reconcile.Difference) {
	w.t.Helper()
	if len(all) > 0 {
		w.t.Fatalf("found %+v", all)
	}
}
