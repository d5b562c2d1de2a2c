package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/reconcile"
	"github.com/paypush/paypush/internal/store"
)

// booked writes to the reconciliations in one transaction.
func booked(t *testing.T, db *store.DB, fn func(tx reconcile.Tx) error) {
	t.Helper()
	good(t, db.Reconciliations().Update(context.Background(), fn))
}

func aReconciliation(t *testing.T, db *store.DB, account string, day pay.Day) reconcile.Reconciliation {
	t.Helper()
	r := reconcile.Reconciliation{ID: id.New("rec"), Account: account, Day: day, Status: reconcile.Waiting, Run: 1, Stage: "lines", Cursor: "a\nb",
		Lines: 7, Bill: reconcile.Sums{Trades: 1, Gross: 2, Refunds: 3, Refunded: 4, Fees: 5, Net: -6},
		Ledger: reconcile.Sums{Trades: 7, Gross: 8, Refunds: 9, Refunded: 10, Fees: 11, Net: 12}, Found: 13, Failure: "f", Tries: 2,
		Version: 1, CreatedAt: at, StartedAt: at.Add(time.Second), FinishedAt: at.Add(time.Minute)}
	booked(t, db, func(tx reconcile.Tx) error {
		added, err := tx.InsertReconciliation(context.Background(), r)
		if err == nil && !added {
			t.Fatal("it was there already")
		}
		return err
	})
	return r
}

func reconciliations(t *testing.T, db *store.DB) {
	ctx, books, account := context.Background(), db.Reconciliations(), id.New("acc")
	r := aReconciliation(t, db, account, "2026-03-01")
	got, err := books.Reconciliation(ctx, r.ID)
	good(t, err)
	same(t, "reconciliation", got, r)
	booked(t, db, func(tx reconcile.Tx) error {
		twin := r
		twin.ID = id.New("rec")
		added, err := tx.InsertReconciliation(ctx, twin)
		if added {
			t.Error("a day was planned twice")
		}
		return err
	})
	r.Status, r.Run, r.Cursor, r.DueAt, r.Bill.Net, r.FinishedAt = reconcile.Loading, 2, "", at, 6, time.Time{}
	booked(t, db, func(tx reconcile.Tx) error { return tx.UpdateReconciliation(ctx, r) })
	fails(t, books.Update(ctx, func(tx reconcile.Tx) error {
		if err := tx.UpdateReconciliation(ctx, r); err != nil {
			return pay.ErrDecided // what is stale would be tried again
		}
		return nil
	}), pay.ErrDecided)
	r.Version = 2
	booked(t, db, func(tx reconcile.Tx) error { return tx.CountOpen(ctx, r.ID, 3) })
	r.Open = 3
	got, err = books.ReconciliationOf(ctx, account, r.Day)
	good(t, err)
	same(t, "reconciliation", got, r)
	_, err = books.Reconciliation(ctx, "rec_none")
	fails(t, err, reconcile.ErrNoReconciliation)
	reconciliationPages(t, db, account, r)
	reconciliationLeases(t, db, r)
}

func reconciliationPages(t *testing.T, db *store.DB, account string, first reconcile.Reconciliation) {
	ctx, books := context.Background(), db.Reconciliations()
	second, third := aReconciliation(t, db, account, "2026-03-02"), aReconciliation(t, db, account, "2026-03-03")
	all, err := books.Reconciliations(ctx, reconcile.Filter{Account: account, Limit: 2})
	good(t, err)
	same(t, "the first page", all, []reconcile.Reconciliation{third, second})
	all, err = books.Reconciliations(ctx, reconcile.Filter{Account: account, Limit: 2, Before: second.ID})
	good(t, err)
	same(t, "the second page", all, []reconcile.Reconciliation{first})
	all, err = books.Reconciliations(ctx, reconcile.Filter{From: "2026-03-02", Until: "2026-03-02", Limit: 2})
	good(t, err)
	same(t, "one day", all, []reconcile.Reconciliation{second})
	_, err = books.Reconciliations(ctx, reconcile.Filter{Before: "rec_none", Limit: 2})
	fails(t, err, reconcile.ErrNoReconciliation)
}

// reconciliationLeases has two that are due: each is handed out once, to one.
func reconciliationLeases(t *testing.T, db *store.DB, due reconcile.Reconciliation) {
	ctx, books := context.Background(), db.Reconciliations()
	other := aReconciliation(t, db, id.New("acc"), "2026-03-01")
	other.DueAt = at.Add(time.Second)
	booked(t, db, func(tx reconcile.Tx) error { return tx.UpdateReconciliation(ctx, other) })
	now := at.Add(time.Hour)
	take := func(holder string, due, now time.Time) string {
		t.Helper()
		got, found, err := books.Lease(ctx, holder, due, now, now.Add(time.Minute))
		good(t, err)
		if !found {
			return ""
		}
		return got.ID
	}
	same(t, "leased", []string{take("a", at.Add(-1), now), take("a", now, now), take("b", now, now), take("b", now, now)}, []string{"", due.ID, other.ID, ""})
	booked(t, db, func(tx reconcile.Tx) error { return tx.Hold(ctx, due.ID, "a", now.Add(2*time.Minute)) })
	fails(t, books.Update(ctx, func(tx reconcile.Tx) error { return tx.Hold(ctx, due.ID, "b", now) }), reconcile.ErrLost)
	same(t, "after a minute", []string{take("c", now, now.Add(time.Minute)), take("c", now, now.Add(time.Minute))}, []string{other.ID, ""})
	booked(t, db, func(tx reconcile.Tx) error { return tx.Release(ctx, due.ID) })
	same(t, "released", take("c", now, now.Add(time.Minute)), due.ID)
}

func differences(t *testing.T, db *store.DB) {
	ctx, books, account := context.Background(), db.Reconciliations(), id.New("acc")
	r := aReconciliation(t, db, account, "2026-03-01")
	d := reconcile.Difference{ID: id.New("dif"), ReconciliationID: r.ID, Account: account, Day: r.Day,
		Key: reconcile.Key{Number: "N", Of: pay.BillRefund, RequestNo: "R"}, Kind: reconcile.OtherState, State: reconcile.Open, Suggested: reconcile.Query,
		OrderID: id.New("ord"), PaymentID: "pay_1", RefundID: "ref_1", TradeNo: "T", LedgerState: "unknown", LedgerAmount: 1, BillAmount: 2, BillFee: 3,
		AgreedFee: 4, Owner: "o", Note: "n", Run: 5, Asks: 6, AskAt: at, Version: 1, FoundAt: at, ClosedAt: at.Add(time.Second)}
	second := d
	second.ID, second.RequestNo, second.Kind, second.Owner, second.AskAt, second.Run = id.New("dif"), "", reconcile.OtherFee, "", time.Time{}, 1
	steps := []reconcile.Step{{ID: "dfs_1", DifferenceID: d.ID, At: at, By: "k", What: reconcile.StepFound, Note: "x"}, {ID: "dfs_2", DifferenceID: d.ID, At: at, What: reconcile.StepGone}}
	booked(t, db, func(tx reconcile.Tx) error {
		good(t, tx.InsertDifference(ctx, d))
		good(t, tx.InsertDifference(ctx, second))
		good(t, tx.AddStep(ctx, steps[1]))
		return tx.AddStep(ctx, steps[0])
	})
	list := func(f reconcile.DifferenceFilter, want ...reconcile.Difference) {
		t.Helper()
		f.ReconciliationID, f.Limit = r.ID, 10
		all, err := books.Differences(ctx, f)
		good(t, err)
		same(t, "differences", all, want)
	}
	list(reconcile.DifferenceFilter{}, d, second)
	list(reconcile.DifferenceFilter{After: d.ID}, second)
	list(reconcile.DifferenceFilter{Kind: reconcile.OtherFee, State: reconcile.Open}, second)
	list(reconcile.DifferenceFilter{Owner: "o"}, d)
	list(reconcile.DifferenceFilter{State: reconcile.Gone})
	ofOrder, err := books.Differences(ctx, reconcile.DifferenceFilter{OrderID: d.OrderID, After: d.ID, Limit: 10})
	good(t, err)
	same(t, "differences of an order", ofOrder, []reconcile.Difference{second})
	unseen, err := books.Unseen(ctx, r.ID, 5, 10)
	good(t, err)
	same(t, "unseen", unseen, []reconcile.Difference{second})
	asks, err := books.LeaseAsks(ctx, at, at.Add(time.Hour), 10)
	good(t, err)
	d.AskAt, d.Version = at.Add(time.Hour), 2
	same(t, "asks", asks, []reconcile.Difference{d})
	d.State, d.Owner, d.AskAt, d.LedgerAmount = reconcile.Resolved, "p", time.Time{}, 9
	booked(t, db, func(tx reconcile.Tx) error { return tx.UpdateDifference(ctx, d) })
	d.Version = 3
	booked(t, db, func(tx reconcile.Tx) error {
		got, found, err := tx.DifferenceOf(ctx, r.ID, d.Kind, d.Key)
		if same(t, "the difference", got, d); !found {
			t.Error("it was not found")
		}
		return err
	})
	history, err := books.Steps(ctx, d.ID)
	good(t, err)
	same(t, "history", history, steps)
	_, err = books.Difference(ctx, "dif_none")
	fails(t, err, reconcile.ErrNoDifference)
}

func billLines(t *testing.T, db *store.DB) {
	ctx, books := context.Background(), db.Reconciliations()
	r := aReconciliation(t, db, id.New("acc"), "2026-03-01")
	line := pay.BillLine{Line: 1, Kind: pay.BillTrade, Number: "N2", TradeNo: "T", Amount: 10, Received: 9, Fee: 1, At: at}
	twice, before := line, line
	twice.Line, before.Line, before.Number = 2, 3, "N1"
	booked(t, db, func(tx reconcile.Tx) error { return tx.AddLines(ctx, r.ID, []pay.BillLine{line, twice, before}) })
	one := reconcile.Pair{Key: reconcile.Key{Number: "N1", Of: pay.BillTrade}, TradeNo: "T", Lines: 1, Amount: 10, Received: 9, Fee: 1}
	two := reconcile.Pair{Key: reconcile.Key{Number: "N2", Of: pay.BillTrade}, TradeNo: "T", Lines: 2, Amount: 20, Received: 18, Fee: 2}
	first, err := books.Pairs(ctx, r.ID, reconcile.Key{}, 1)
	good(t, err)
	same(t, "the first pair", first, []reconcile.Pair{one})
	rest, err := books.Pairs(ctx, r.ID, one.Key, 10)
	good(t, err)
	same(t, "the second pair", rest, []reconcile.Pair{two})
	var dropped int64
	booked(t, db, func(tx reconcile.Tx) (err error) { dropped, err = tx.DropLines(ctx, r.ID, 2); return err })
	rest, err = books.Pairs(ctx, r.ID, reconcile.Key{}, 10)
	good(t, err)
	if dropped < 2 || len(rest) > 1 {
		t.Errorf("%d lines were dropped, %d pairs remain", dropped, len(rest))
	}
}
