package reconcile_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/reconcile"
)

func next() pay.Day { return day.Add(1) }

// The platform's clock says 23:59:59; we hear of it two seconds later.
func TestPaidBeforeMidnightAndNoticedAfter(t *testing.T) {
	each(t, func(w *world) {
		w.at(day, 24*time.Hour-time.Second)
		d := w.order("alipay.page")
		notice := w.platform.Pay(d.Payment.Number, 1000)
		w.at(day, 24*time.Hour+time.Second)
		_, err := w.money.Receive(w.ctx, notice)
		w.good(err)
		w.at(next(), 10*time.Hour)
		w.platform.SetBill(day, trade(d))
		r, all := w.reconcile(day)
		w.none(all)
		if r.Bill.Gross != 1000 || r.Ledger.Gross != 1000 || r.Bill.Net != 994 || r.Bill.Fees != 6 {
			t.Errorf("the sums are %+v and %+v", r.Bill, r.Ledger)
		}
		w.at(next().Add(1), 10*time.Hour)
		w.platform.SetBill(next())
		_, all = w.reconcile(next())
		w.none(all)
	})
}

// A payment that the platform puts into the next day's bill is missing until
// that bill is there.
func TestALineInTheNextDaysBill(t *testing.T) {
	both(t, func(w *world) {
		w.at(day, 24*time.Hour-time.Second)
		d := w.paid()
		w.at(next(), 10*time.Hour)
		w.platform.SetBill(day)
		r, all := w.reconcile(day)
		w.only(all, reconcile.MissingThere, reconcile.Open)
		if r.Open != 1 {
			t.Errorf("%d are open", r.Open)
		}
		w.at(next().Add(1), 10*time.Hour)
		w.platform.SetBill(next(), trade(d))
		_, all = w.reconcile(next())
		w.none(all)
		r, all = w.see(day)
		w.only(all, reconcile.MissingThere, reconcile.Gone)
		if r.Open != 0 {
			t.Errorf("%d are open", r.Open)
		}
		r, all = w.reconcile(day)
		w.only(all, reconcile.MissingThere, reconcile.Gone)
		if r.Found != 0 || r.Ledger.Gross != 0 {
			t.Errorf("the day again: %+v", r)
		}
	})
}

// The last moment of a day is not the first of the next, though batches begin
// at what lies before a day.
func TestTheLastMomentOfADay(t *testing.T) {
	both(t, func(w *world) {
		w.at(day, 24*time.Hour-time.Microsecond)
		last := w.paid()
		w.at(next(), 0)
		first := w.paid()
		w.refunded(first, 100)
		w.at(next().Add(1), 10*time.Hour)
		w.platform.SetBill(day)
		w.platform.SetBill(next())
		for d, want := range map[pay.Day][]string{day: {last.Payment.Number}, next(): {first.Payment.Number, first.Payment.Number}} {
			_, all := w.reconcile(d)
			var got []string
			for _, one := range all {
				got = append(got, one.Number)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s lacks %q, want %q", d, got, want)
			}
		}
	})
}

// A refund that the platform made before midnight, and of which we heard on the
// next day, is on the bill of the first.
func TestARefundThatWeHearOfLate(t *testing.T) {
	both(t, func(w *world) {
		d := w.paid()
		w.at(day, 24*time.Hour-time.Minute)
		w.platform.Trouble(func(call string) (before, after error) {
			if call == "refund" {
				return nil, errors.New("the answer was lost")
			}
			return nil, nil
		})
		r := w.refunded(d, 300)
		w.platform.Trouble(nil)
		w.at(next(), time.Minute)
		_, err := w.money.Sweep(w.ctx)
		w.good(err)
		w.at(next(), 10*time.Hour)
		w.platform.SetBill(day, trade(d), back(d, r.RequestNo, 300))
		_, all := w.reconcile(day)
		w.none(all)
		w.at(next().Add(1), 10*time.Hour)
		w.platform.SetBill(next())
		_, all = w.reconcile(next())
		w.none(all)
	})
}

// A refund made before the first bill that was ever fetched may be on one that
// was not, so nothing is said of it; one made on the day itself is missing.
func TestARefundFromBeforeTheFirstBill(t *testing.T) {
	each(t, func(w *world) {
		first, second := w.paid(), w.paid()
		w.at(day, 24*time.Hour-time.Minute)
		w.platform.Down(errors.New("out of reach"))
		w.refunded(first, 300)
		w.platform.Down(nil)
		w.at(next(), 2*time.Hour)
		_, err := w.money.Sweep(w.ctx)
		w.good(err)
		w.refunded(second, 200)
		w.at(next().Add(1), 10*time.Hour)
		w.platform.SetBill(next())
		_, all := w.reconcile(next())
		if got := w.only(all, reconcile.MissingThere, reconcile.Open); got.LedgerAmount != 200 || got.Suggested != reconcile.Refund {
			t.Errorf("found %+v", got)
		}
	})
}

// A refund of a later day has its line there, and its payment has its own.
func TestARefundOfALaterDay(t *testing.T) {
	each(t, func(w *world) {
		d := w.paid()
		w.at(next(), 9*time.Hour)
		r := w.refunded(d, 1000)
		w.at(next().Add(1), 10*time.Hour)
		w.platform.SetBill(day, trade(d))
		w.platform.SetBill(next(), back(d, r.RequestNo, 1000))
		_, all := w.reconcile(day)
		w.none(all)
		rec, all := w.reconcile(next())
		w.none(all)
		if rec.Bill.Refunded != 1000 || rec.Ledger.Refunded != 1000 || rec.Ledger.Net != -1000 || rec.Bill.Trades != 0 {
			t.Errorf("the sums are %+v and %+v", rec.Bill, rec.Ledger)
		}
	})
}

// A surplus is money that came, like any other.
func TestASurplusIsNoDifference(t *testing.T) {
	each(t, func(w *world) {
		d := w.order("alipay.page")
		_, err := w.money.Close(w.ctx, d.Order.ID)
		w.good(err)
		_, err = w.money.Receive(w.ctx, w.platform.Pay(d.Payment.Number, 1000))
		w.good(err)
		w.at(next(), 10*time.Hour)
		w.platform.SetBill(day, trade(d))
		_, all := w.reconcile(day)
		w.none(all)
	})
}

func TestALineTwiceIsTwiceTheAmount(t *testing.T) {
	each(t, func(w *world) {
		d := w.paid()
		w.at(next(), 10*time.Hour)
		w.platform.SetBill(day, trade(d), trade(d))
		r, all := w.reconcile(day)
		if got := w.only(all, reconcile.OtherAmount, reconcile.Open); got.BillAmount != 2000 || got.LedgerAmount != 1000 || r.Lines != 2 {
			t.Errorf("found %+v", got)
		}
	})
}

// Two accounts of one merchant see each other's trades on their bills; those
// of other merchants are strangers.
func TestAnotherAccountsTrade(t *testing.T) {
	for _, tt := range []struct {
		merchant string
		want     int
	}{{"2088", 0}, {"2099", 1}} {
		each(t, func(w *world) {
			d := w.order("other.page")
			w.at(next(), 10*time.Hour)
			w.platform.SetBill(day, trade(d))
			w.books.Accounts["other"] = reconcile.Account{Merchant: tt.merchant}
			r, all := w.reconcile(day)
			if len(all) != tt.want || r.Bill.Trades != int64(tt.want) || tt.want == 1 && (all[0].Kind != reconcile.MissingHere || all[0].PaymentID != "") {
				t.Errorf("merchant %s: %+v, %+v", tt.merchant, r.Bill, all)
			}
		})
	}
}

// A bill is what somebody else wrote: whatever is in it is kept, found and
// shown, and breaks nothing.
func TestOddTextInABill(t *testing.T) {
	both(t, func(w *world) {
		w.at(next(), 10*time.Hour)
		odd := []string{"", " ", "a'b\"c\\", "零\x00", "\xff\xfe", "x\ty", "🙂", string(make([]byte, 300))}
		var lines []pay.BillLine
		for _, s := range odd {
			lines = append(lines, pay.BillLine{Kind: pay.BillRefund, Number: s, RequestNo: s, TradeNo: s, Amount: 1 << 40})
		}
		w.platform.SetBill(day, lines...)
		r, all := w.reconcile(day)
		if len(all) != len(odd) || r.Lines != int64(len(odd)) {
			t.Errorf("%d differences of %d lines", len(all), r.Lines)
		}
		r, _ = w.reconcile(day)
		if r.Found != int64(len(odd)) || r.Open != r.Found || r.Run != 2 {
			t.Errorf("the day again: %+v", r)
		}
	})
}
