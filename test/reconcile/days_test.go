package reconcile_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/reconcile"
	"github.com/paypush/paypush/internal/store"
)

// trader buys, pays, gives up and takes back, at random.
type trader struct {
	*world
	*rand.Rand
	paid []pay.Draft // not refunded yet
}

// live goes through a day and returns what its bill will have: the paths by
// which faults strike its lines.
func (tr *trader) live() (trades, refunds, unpaid []pay.Draft) {
	for range 2 + tr.IntN(3) {
		d := tr.order(pay.Amount(1+tr.IntN(50_000)), true)
		tr.pays(d)
		trades = append(trades, d)
	}
	unpaid = append(unpaid, tr.order(pay.Amount(1+tr.IntN(50_000)), true))
	tr.order(100, false)
	if len(tr.paid) > 0 && tr.IntN(2) == 0 {
		d := tr.paid[0]
		tr.paid = tr.paid[1:]
		r, err := tr.money.Refund(context.Background(), pay.NewRefund{OrderID: d.Order.ID, Amount: 1 + (d.Order.Amount-1)/2, Reason: "退货", By: "key:k"})
		tr.good(err)
		tr.good(tr.money.PlaceRefund(context.Background(), r))
		refunds = append(refunds, d)
	}
	tr.rest()
	tr.paid = append(tr.paid, trades...)
	return trades, refunds, unpaid
}

// spoil chooses faults for some lines and tells which differences they make.
func (tr *trader) spoil(trades, refunds, unpaid []pay.Draft) (rules []fault, want []string) {
	strike := func(of pay.BillKind, d pay.Draft, path string, kinds map[string]reconcile.Kind) {
		if tr.IntN(3) > 0 {
			return
		}
		names := make([]string, 0, len(kinds))
		for k := range kinds {
			names = append(names, k)
		}
		slices.Sort(names)
		name := names[tr.IntN(len(names))]
		rules = append(rules, fault{"alipay.bill", name, 1, "line " + d.Payment.Number + path})
		number := d.Payment.Number
		if name == "bill_extra" {
			number = "extra"
		}
		want = append(want, about(kinds[name], of, number))
	}
	usual := map[string]reconcile.Kind{"bill_missing": reconcile.MissingThere, "bill_extra": reconcile.MissingHere, "bill_amount": reconcile.OtherAmount}
	for _, d := range trades {
		strike(pay.BillTrade, d, " pay", map[string]reconcile.Kind{"bill_missing": reconcile.MissingThere, "bill_extra": reconcile.MissingHere,
			"bill_amount": reconcile.OtherAmount, "bill_fee": reconcile.OtherFee})
	}
	for _, d := range refunds {
		strike(pay.BillRefund, d, " refund", usual)
	}
	for _, d := range unpaid {
		strike(pay.BillTrade, d, " unpaid", map[string]reconcile.Kind{"bill_state": reconcile.OtherState})
	}
	slices.Sort(want)
	return rules, want
}

// Invariant 10: over fifty days of trade, the reconciliation finds exactly what
// was wrong with each bill, and nothing once the bill is right: then bill and
// ledger have the same sums to the fen.
func TestInvariant10ReconciliationFindsExactlyTheFaultsOfTheBill(t *testing.T) {
	tr := &trader{world: newWorld(t, store.SQLite), Rand: rand.New(rand.NewPCG(10, 50))}
	tr.tenOClock()
	found := 0
	for range 50 {
		day := pay.DayOf(tr.now())
		tr.faults(noNotices())
		trades, refunds, unpaid := tr.live()
		tr.tenOClock()
		tr.rest()
		rules, want := tr.spoil(trades, refunds, unpaid)
		tr.faults(append(rules, noNotices())...)
		r, all := tr.reconciled(day, reconcile.Open)
		if got := names(all); !slices.Equal(got, want) || r.Open != int64(len(want)) || r.Found != r.Open {
			t.Fatalf("%s: found %q (%d, %d open), want %q", day, got, r.Found, r.Open, want)
		}
		found += len(want)
		tr.again(day, len(trades), len(refunds))
	}
	if found < 50 {
		t.Errorf("only %d faults struck", found)
	}
}

// again reconciles a day by its true bill.
func (tr *trader) again(day pay.Day, trades, refunds int) {
	tr.t.Helper()
	tr.faults(noNotices())
	_, err := tr.books.Begin(context.Background(), "alipay", day)
	tr.good(err)
	r, open := tr.reconciled(day, reconcile.Open)
	if len(open) > 0 || r.Open != 0 || r.Found != 0 || r.Run != 2 {
		tr.t.Fatalf("%s: %d open of %d found by run %d: %q", day, r.Open, r.Found, r.Run, names(open))
	}
	b, l := r.Bill, r.Ledger
	if b.Trades != l.Trades || b.Gross != l.Gross || b.Refunds != l.Refunds || b.Refunded != l.Refunded || b.Net != l.Net-b.Fees ||
		b.Trades != int64(trades) || b.Refunds != int64(refunds) {
		tr.t.Fatalf("%s: the bill says %+v, the ledger %+v", day, b, l)
	}
}

func names(all []reconcile.Difference) (out []string) {
	for _, d := range all {
		out = append(out, about(d.Kind, d.Of, d.Number))
	}
	slices.Sort(out)
	return out
}
