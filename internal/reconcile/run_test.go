package reconcile_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/reconcile"
)

// Every day that is over is planned once, whatever node looks and however
// often, from the first payment on.
func TestDaysArePlannedOnce(t *testing.T) {
	each(t, func(w *world) {
		w.good(w.books.Plan(w.ctx))
		w.at(next().Add(1), time.Hour)
		w.good(w.books.Plan(w.ctx)) // no payment yet
		w.at(day, 9*time.Hour)
		w.paid()
		w.at(day.Add(3), time.Hour)
		other := w.node(w.platform)
		for range 2 {
			w.good(w.books.Plan(w.ctx))
			w.good(other.Plan(w.ctx))
		}
		all, err := w.books.Reader().Reconciliations(w.ctx, reconcile.Filter{Limit: 100})
		w.good(err)
		var days []pay.Day
		for _, r := range all {
			days = append(days, r.Day)
			if r.Status != reconcile.Waiting || !r.DueAt.Equal(r.Day.End().Add(9*time.Hour+30*time.Minute)) {
				t.Errorf("planned %+v", r)
			}
		}
		if want := []pay.Day{day.Add(2), day.Add(1), day}; !slices.Equal(days, want) {
			t.Errorf("planned %q, want %q", days, want)
		}
	})
}

// A bill that is not ready is asked for again every quarter of an hour.
func TestABillThatIsNotReady(t *testing.T) {
	each(t, func(w *world) {
		d := w.paid()
		w.at(next(), 10*time.Hour)
		_, err := w.books.Sweep(w.ctx)
		w.good(err)
		r, _ := w.see(day)
		if r.Status != reconcile.Waiting || r.Failure != "bill_not_ready" || !r.DueAt.Equal(w.business.Add(15*time.Minute)) {
			t.Fatalf("it is %+v", r)
		}
		w.platform.SetBill(day, trade(d))
		w.business = w.business.Add(15 * time.Minute)
		_, err = w.books.Sweep(w.ctx)
		w.good(err)
		if r, _ = w.see(day); r.Status != reconcile.Finished || r.Failure != "" || r.Run != 1 {
			t.Fatalf("it is %+v", r)
		}
	})
}

func TestWhatCanNotBeReconciled(t *testing.T) {
	each(t, func(w *world) {
		for want, ask := range map[error]struct {
			account string
			day     pay.Day
		}{pay.ErrNoAccount: {"moon", day.Add(-1)}, reconcile.ErrDayNotOver: {"alipay", day}, reconcile.ErrDayTooOld: {"alipay", "2019-12-31"}} {
			if _, err := w.books.Begin(w.ctx, ask.account, ask.day); !errors.Is(err, want) {
				t.Errorf("%+v: %v, want %v", ask, err, want)
			}
		}
	})
}

// hooked lets something happen while a bill is being fetched.
type hooked struct {
	pay.Biller
	during func()
}

func (h hooked) Bill(ctx context.Context, day pay.Day, each func(pay.BillLine) error) error {
	return h.Biller.Bill(ctx, day, func(l pay.BillLine) error {
		err := each(l)
		h.during()
		return err
	})
}

// A node that hangs in the middle loses the day to another one, and changes
// nothing any more when it wakes up.
func TestANodeThatHangsLosesTheDay(t *testing.T) {
	both(t, func(w *world) {
		var lines []pay.BillLine
		for range 3 {
			lines = append(lines, trade(w.paid()))
		}
		lines = append(lines, pay.BillLine{Kind: pay.BillTrade, Number: "STRANGER", Amount: 5})
		w.platform.SetBill(day, lines...)
		w.at(next(), 10*time.Hour)
		calls := 0
		slow := w.node(hooked{w.platform, func() {
			if calls++; calls != 2 {
				return
			}
			if _, err := w.books.Sweep(w.ctx); err != nil {
				t.Error(err)
			}
			if r, _ := w.see(day); r.Status != reconcile.Loading {
				t.Errorf("it was taken away too early: %+v", r)
			}
			w.real = w.real.Add(time.Minute)
			if _, err := w.books.Sweep(w.ctx); err != nil {
				t.Error(err)
			}
		}})
		_, err := w.books.Begin(w.ctx, "alipay", day)
		w.good(err)
		_, err = slow.Sweep(w.ctx)
		w.good(err)
		r, all := w.see(day)
		w.only(all, reconcile.MissingHere, reconcile.Open)
		if r.Status != reconcile.Finished || r.Run != 1 || r.Lines != 4 || r.Ledger.Trades != 3 || r.Open != 1 {
			t.Errorf("it is %+v", r)
		}
	})
}

// The same day again keeps what was said, opens what changed, and closes what
// is not there any more.
func TestTheSameDayAgain(t *testing.T) {
	both(t, func(w *world) {
		d := w.paid()
		w.at(next(), 10*time.Hour)
		stranger := pay.BillLine{Kind: pay.BillTrade, Number: "STRANGER", Amount: 5}
		w.platform.SetBill(day, trade(d), stranger)
		_, all := w.reconcile(day)
		found := w.only(all, reconcile.MissingHere, reconcile.Open)
		_, err := w.books.Assign(w.ctx, found.ID, "key:k", "小李")
		w.good(err)
		_, err = w.books.Ignore(w.ctx, found.ID, "key:k", "另一个系统")
		w.good(err)
		r, all := w.reconcile(day)
		if got := w.only(all, reconcile.MissingHere, reconcile.Ignored); got.ID != found.ID || got.Owner != "小李" || got.Note != "另一个系统" || r.Open != 0 {
			t.Fatalf("it is %+v", got)
		}
		stranger.Amount = 6
		w.platform.SetBill(day, trade(d), stranger)
		r, all = w.reconcile(day)
		if w.only(all, reconcile.MissingHere, reconcile.Open); r.Open != 1 {
			t.Fatalf("%d are open", r.Open)
		}
		w.platform.SetBill(day, trade(d))
		r, all = w.reconcile(day)
		if w.only(all, reconcile.MissingHere, reconcile.Gone); r.Open != 0 || r.Run != 4 {
			t.Fatalf("%+v", r)
		}
		steps, err := w.books.Reader().Steps(w.ctx, found.ID)
		w.good(err)
		var what []string
		for _, s := range steps {
			what = append(what, s.What)
		}
		if want := []string{"found", "assigned", "ignored", "found_again", "gone"}; !slices.Equal(what, want) {
			t.Errorf("the history is %q, want %q", what, want)
		}
		w.told(r.ID, event.ReconciliationFinished, 4)
		w.told(found.ID, event.DifferenceFound, 1)
		w.told(found.ID, event.DifferenceClosed, 2)
	})
}

// told expects events about an object.
func (w *world) told(object string, kind event.Type, want int) {
	w.t.Helper()
	all, err := w.db.Outbox().Of(w.ctx, object)
	w.good(err)
	n := 0
	for _, e := range all {
		if e.Type == kind {
			n++
		}
	}
	if n != want {
		w.t.Errorf("%d events %s about %s, want %d", n, kind, object, want)
	}
}
