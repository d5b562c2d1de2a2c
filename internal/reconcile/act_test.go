package reconcile_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/reconcile"
)

// What the bill says is paid is asked about at once, and only the answer
// settles it.
func TestABilledPaymentIsSettledByTheAnswer(t *testing.T) {
	both(t, func(w *world) {
		d, lie := w.order("alipay.page"), w.order("alipay.page")
		w.platform.Pay(d.Payment.Number, 1000) // the notice is lost
		w.at(next(), 10*time.Hour)
		w.platform.SetBill(day, trade(d), trade(lie))
		w.platform.Down(fault.New(fault.Unavailable, "down", "Down."))
		r, all := w.reconcile(day)
		if len(all) != 2 || r.Open != 2 {
			t.Fatalf("found %+v", all)
		}
		w.platform.Down(nil)
		w.business = w.business.Add(2 * time.Minute)
		_, err := w.books.Sweep(w.ctx)
		w.good(err)
		for order, want := range map[string]pay.OrderStatus{d.Order.ID: pay.OrderPaid, lie.Order.ID: pay.OrderPending} {
			if o, err := w.money.Reader().Order(w.ctx, order); err != nil || o.Status != want {
				t.Errorf("the order is %s, %v; want %s", o.Status, err, want)
			}
		}
		r, all = w.see(day)
		for _, one := range all {
			want := map[string]reconcile.State{d.Payment.Number: reconcile.Resolved, lie.Payment.Number: reconcile.Open}[one.Number]
			if one.State != want || !one.AskAt.IsZero() || one.State == reconcile.Open && one.Suggested != reconcile.Ignore {
				t.Errorf("%s is %s, want %s: %+v", one.Number, one.State, want, one)
			}
		}
		if r.Open != 1 {
			t.Errorf("%d are open", r.Open)
		}
	})
}

// A refund that was made at the platform is written down once the platform has
// confirmed it, and then bill and ledger agree.
func TestARefundMadeAtThePlatform(t *testing.T) {
	each(t, func(w *world) {
		d := w.paid()
		_, err := w.platform.Refund(w.ctx, pay.RefundCall{Number: d.Payment.Number, RequestNo: "BACKOFFICE1", Amount: 400})
		w.good(err)
		w.at(next(), 10*time.Hour)
		w.platform.SetBill(day, trade(d), back(d, "BACKOFFICE1", 400), back(d, "INVENTED", 100))
		_, all := w.reconcile(day)
		if len(all) != 2 {
			t.Fatalf("found %+v", all)
		}
		for _, one := range all {
			got, err := w.books.Query(w.ctx, one.ID, "member:m")
			want := map[string]reconcile.State{"BACKOFFICE1": reconcile.Resolved, "INVENTED": reconcile.Open}[one.RequestNo]
			if err != nil || got.State != want {
				t.Errorf("%s: %+v, %v", one.RequestNo, got, err)
			}
		}
		p, err := w.money.Reader().Payment(w.ctx, d.Payment.ID)
		if err != nil || p.Refunded != 400 || p.Reserved != 400 {
			t.Errorf("the payment has %+v, %v", p, err)
		}
		refunds, err := w.money.Reader().Refunds(w.ctx, d.Order.ID)
		if err != nil || len(refunds) != 1 || refunds[0].Status != pay.RefundSucceeded || refunds[0].RequestedBy != "member:m" {
			t.Fatalf("the refunds are %+v, %v", refunds, err)
		}
		w.told(refunds[0].ID, event.RefundSucceeded, 1)
		if r, _ := w.reconcile(day); r.Found != 1 || r.Bill.Refunded-r.Ledger.Refunded != 100 {
			t.Errorf("the day again: %+v", r)
		}
	})
}

// A refund that the bill lacks goes out again under its own number, once.
func TestARefundThatTheBillLacks(t *testing.T) {
	each(t, func(w *world) {
		d := w.paid()
		w.refunded(d, 300)
		w.at(next(), 10*time.Hour)
		w.platform.SetBill(day, trade(d))
		_, all := w.reconcile(day)
		found := w.only(all, reconcile.MissingThere, reconcile.Open)
		got, err := w.books.Refund(w.ctx, found.ID, "member:m")
		if err != nil || got.State != reconcile.Resolved || w.platform.Refunded()[d.Payment.Number] != 300 {
			t.Errorf("%+v, %v, %v went back", got, err, w.platform.Refunded())
		}
		if _, err := w.books.Refund(w.ctx, found.ID, "member:m"); !errors.Is(err, reconcile.ErrClosed) {
			t.Errorf("a second time: %v", err)
		}
	})
}

func TestWhatCanNotBeDone(t *testing.T) {
	each(t, func(w *world) {
		w.at(next(), 10*time.Hour)
		w.platform.SetBill(day, pay.BillLine{Kind: pay.BillTrade, Number: "STRANGER", Amount: 5})
		_, all := w.reconcile(day)
		found := w.only(all, reconcile.MissingHere, reconcile.Open)
		try := func(want error, err error) {
			t.Helper()
			if !errors.Is(err, want) {
				t.Errorf("%v, want %v", err, want)
			}
		}
		act := func(_ reconcile.Difference, err error) error { return err }
		try(reconcile.ErrNotPossible, act(w.books.Refund(w.ctx, found.ID, "k")))
		try(reconcile.ErrNote, act(w.books.Ignore(w.ctx, found.ID, "k", " \n ")))
		try(reconcile.ErrNote, act(w.books.Ignore(w.ctx, found.ID, "k", strings.Repeat("x", 501))))
		try(reconcile.ErrNote, act(w.books.Ignore(w.ctx, found.ID, "k", "a\x00")))
		try(reconcile.ErrOwner, act(w.books.Assign(w.ctx, found.ID, "k", strings.Repeat("x", 65))))
		try(reconcile.ErrNotPossible, act(w.books.Reopen(w.ctx, found.ID, "k", "why")))
		try(reconcile.ErrNoDifference, act(w.books.Query(w.ctx, "dif_none", "k")))
		try(reconcile.ErrNoDifference, act(w.books.Ignore(w.ctx, "dif_none", "k", "x")))
		if got, err := w.books.Query(w.ctx, found.ID, "k"); err != nil || got.State != reconcile.Open || got.Suggested != reconcile.Ignore {
			t.Errorf("asked about a stranger: %+v, %v", got, err)
		}
		_, err := w.books.Ignore(w.ctx, found.ID, "k", "why")
		w.good(err)
		try(reconcile.ErrClosed, act(w.books.Query(w.ctx, found.ID, "k")))
		got, err := w.books.Reopen(w.ctx, found.ID, "k", "why not")
		if r, _ := w.see(day); err != nil || got.State != reconcile.Open || r.Open != 1 {
			t.Errorf("opened again: %+v, %v", got, err)
		}
	})
}
