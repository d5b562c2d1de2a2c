package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/reconcile"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/webhook"
)

// exactLeases hands out as many rows as were asked for, each once, of whatever
// is leased by a due time, however many wait: what is leased beyond that nobody
// works on until the lease is over.
func exactLeases(t *testing.T, db *store.DB) {
	const rows = 40
	ctx, l := context.Background(), db.Ledger()
	early, endpoint, account := at.Add(-100_000*time.Hour), id.New("whe"), id.New("acc")
	for n := range rows {
		dueAtOnce(t, db, early)
		aDelivery(t, db, endpoint, early)
		toReconcile(t, db, account, pay.DayOf(at).Add(n), early)
		good(t, db.Followers().Touch(ctx, push.Touch{Account: account, OpenID: serial(), Contact: push.ContactFollowed, At: early}))
	}
	until := at.Add(100_000 * time.Hour)
	for what, lease := range map[string]func(limit int) ([]string, error){
		"payments to ask for": func(n int) ([]string, error) {
			all, err := l.LeaseQueries(ctx, early, until, n)
			return idsOf(all, func(p pay.Payment) string { return p.ID }), err
		},
		"orders to close": func(n int) ([]string, error) {
			all, err := l.LeaseExpired(ctx, early, until, n)
			return idsOf(all, func(o pay.Order) string { return o.ID }), err
		},
		"notices to ask for": func(n int) ([]string, error) {
			all, err := l.LeaseInquiries(ctx, early, until, n)
			return idsOf(all, func(n pay.Notice) string { return n.ID }), err
		},
		"refunds": func(n int) ([]string, error) {
			all, err := l.LeaseRefunds(ctx, early, until, n)
			return idsOf(all, func(r pay.Refund) string { return r.ID }), err
		},
		"surpluses": func(n int) ([]string, error) {
			all, err := l.LeaseSurpluses(ctx, early, until, n)
			return idsOf(all, func(p pay.Payment) string { return p.ID }), err
		},
		"deliveries": func(n int) ([]string, error) {
			all, err := db.Webhooks().Lease(ctx, endpoint, early, until, n)
			return idsOf(all, func(d webhook.Delivery) string { return d.ID }), err
		},
		"differences to ask for": func(n int) ([]string, error) {
			all, err := db.Reconciliations().LeaseAsks(ctx, early, until, n)
			return idsOf(all, func(d reconcile.Difference) string { return d.ID }), err
		},
		"days to reconcile": func(n int) (ids []string, err error) {
			for range n {
				r, found, err := db.Reconciliations().Lease(ctx, "exact", early, early, until)
				if err != nil || !found {
					return ids, err
				}
				ids = append(ids, r.ID)
			}
			return ids, nil
		},
		"followers to look up": func(n int) ([]string, error) {
			return db.Followers().Unprofiled(ctx, account, until, early, n)
		},
	} {
		seen := map[string]bool{}
		for round, limit := range []int{1, 1, 7, 1, rows} {
			leased, err := lease(limit)
			good(t, err)
			same(t, fmt.Sprintf("%s of lease %d", what, round), len(leased), min(limit, rows-len(seen)))
			for _, one := range leased {
				if seen[one] {
					t.Errorf("%s: %s was leased twice", what, one)
				}
				seen[one] = true
			}
		}
	}
}

// toReconcile stores a reconciliation and a difference of it that both wait for
// something from one moment on.
func toReconcile(t *testing.T, db *store.DB, account string, day pay.Day, when time.Time) {
	t.Helper()
	ctx, r := context.Background(), aReconciliation(t, db, account, day)
	r.DueAt = when
	booked(t, db, func(tx reconcile.Tx) error {
		good(t, tx.UpdateReconciliation(ctx, r))
		return tx.InsertDifference(ctx, reconcile.Difference{ID: id.New("dif"), ReconciliationID: r.ID, Account: account, Day: day,
			Key: reconcile.Key{Number: "N"}, Kind: reconcile.MissingThere, State: reconcile.Open, AskAt: when, Version: 1, FoundAt: when})
	})
}

// dueAtOnce stores an order, its payment, a refund and a notice that all wait
// for something from one moment on.
func dueAtOnce(t *testing.T, db *store.DB, when time.Time) {
	t.Helper()
	ctx := context.Background()
	o := anOrder(serial())
	o.CloseAt = when
	p := aPayment(o, o.Number)
	p.NextQueryAt, p.ActAt = when, when
	place(t, db, o, p)
	r := pay.Refund{ID: id.New("rfd"), OrderID: o.ID, PaymentID: p.ID, RequestNo: serial(), Amount: 1, Status: pay.RefundPending,
		NextAt: when, Version: 1, CreatedAt: when}
	n := pay.Notice{ID: id.New("ntc"), Account: "exact", BodyHash: o.ID, AskAt: when, ReceivedAt: at, LastAt: at}
	good(t, db.Ledger().Update(ctx, func(tx pay.Tx) error {
		if err := tx.InsertRefund(ctx, r); err != nil {
			return err
		}
		return tx.InsertNotice(ctx, n)
	}))
}

func idsOf[T any](all []T, id func(T) string) (ids []string) {
	for _, one := range all {
		ids = append(ids, id(one))
	}
	return ids
}
