package reconcile_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/reconcile"
)

const keep = 60 * 24 * time.Hour

// compared has two days beside each other compared, each with a line of its
// own, and the first with a difference as well.
func (w *world) compared() reconcile.Reconciliation {
	w.t.Helper()
	w.books.Keep = keep
	first := w.paid()
	w.at(next(), 9*time.Hour)
	second := w.paid()
	w.at(next(), 10*time.Hour)
	w.platform.SetBill(day, trade(first), pay.BillLine{Kind: pay.BillTrade, Number: "STRANGER", Amount: 5})
	r, all := w.reconcile(day)
	w.only(all, reconcile.MissingHere, reconcile.Open)
	w.at(next().Add(1), 10*time.Hour)
	w.platform.SetBill(next(), trade(second))
	w.reconcile(next())
	return r
}

func (w *world) forgets(want int64) {
	w.t.Helper()
	if n, err := w.books.Forget(w.ctx); err != nil || n != want {
		w.t.Fatalf("%d lines, %v, want %d", n, err, want)
	}
}

// Lines go when they were kept for as long as they should be, and what they
// came to stays.
func TestLinesOfBillsAreForgotten(t *testing.T) {
	both(t, func(w *world) {
		was := w.compared()
		w.forgets(0)
		w.business = was.FinishedAt.Add(keep + time.Second)
		w.forgets(2)
		w.forgets(0)
		w.business = was.FinishedAt.Add(keep + 25*time.Hour)
		w.forgets(1)
		r, all := w.see(day)
		w.only(all, reconcile.MissingHere, reconcile.Open)
		if r.Status != reconcile.Finished || r.Bill != was.Bill || r.Ledger != was.Ledger || r.Lines != was.Lines || r.Open != 1 {
			t.Errorf("%+v became %+v", was, r)
		}
		if _, found, err := w.db.Reconciliations().Lined(w.ctx, ""); err != nil || found {
			t.Errorf("lines are left: %t, %v", found, err)
		}
	})
}

func TestLinesOfBillsAreKeptForEver(t *testing.T) {
	each(t, func(w *world) {
		w.compared()
		w.books.Keep = 0
		w.business = w.business.AddDate(5, 0, 0)
		w.forgets(0)
		_, err := w.books.Begin(w.ctx, "alipay", day)
		w.good(err)
	})
}

// A day whose neighbours have no lines any more would seem to miss what is on
// their bills, so it is not compared again, and neither is it shortly before.
func TestADayWhoseNeighboursAreForgottenIsNotBegun(t *testing.T) {
	each(t, func(w *world) {
		was := w.compared()
		w.business = was.FinishedAt.Add(keep - 7*24*time.Hour - time.Second)
		w.reconcile(next())
		w.business = was.FinishedAt.Add(keep)
		if _, err := w.books.Begin(w.ctx, "alipay", next()); !errors.Is(err, reconcile.ErrLinesGone) {
			t.Errorf("begun beside a day that is forgotten: %v", err)
		}
		_, err := w.books.Begin(w.ctx, "alipay", day) // whose neighbour was compared a week ago
		w.good(err)
		if _, err = w.books.Begin(w.ctx, "alipay", day.Add(-20)); err != nil {
			t.Errorf("a day that is far from all: %v", err)
		}
	})
}

// begun has a day begun again after it was chosen to be forgotten.
type begun struct {
	reconcile.Store
	begin func()
}

func (b begun) Lined(ctx context.Context, after string) (reconcile.Reconciliation, bool, error) {
	r, found, err := b.Store.Lined(ctx, after)
	if found && after == "" {
		b.begin()
	}
	return r, found, err
}

func TestADayThatIsBegunAgainKeepsItsLines(t *testing.T) {
	both(t, func(w *world) {
		was := w.compared()
		w.business = was.FinishedAt.Add(keep - 8*24*time.Hour)
		w.reconcile(next())
		w.business = was.FinishedAt.Add(keep + time.Second)
		w.books.Store = begun{w.db.Reconciliations(), func() { w.reconcile(day) }}
		w.forgets(0)
		if r, found, err := w.db.Reconciliations().Lined(w.ctx, ""); err != nil || !found || r.ID != was.ID || r.Run != 2 {
			t.Errorf("%+v, %t, %v", r, found, err)
		}
	})
}
