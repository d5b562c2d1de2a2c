package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/paypush/paypush/internal/member"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/push"
	"github.com/paypush/paypush/internal/store"
)

var errOurs = errors.New("ours")

// insertThen adds an order and ends as then says.
func insertThen(ctx context.Context, db *store.DB, o pay.Order, then func(tx pay.Tx) error) error {
	return db.Ledger().Update(ctx, func(tx pay.Tx) error {
		if err := tx.InsertOrder(ctx, o); err != nil {
			return err
		}
		if _, err := tx.Order(ctx, o.ID); err != nil {
			return fmt.Errorf("a transaction does not see its own change: %w", err)
		}
		return then(tx)
	})
}

func absent(t *testing.T, db *store.DB, o pay.Order) {
	t.Helper()
	_, err := db.Ledger().Order(context.Background(), o.ID)
	fails(t, err, pay.ErrNoOrder)
}

func undo(t *testing.T, db *store.DB) {
	o := anOrder(serial())
	fails(t, insertThen(context.Background(), db, o, func(pay.Tx) error { return errOurs }), errOurs)
	absent(t, db, o)
	good(t, insertThen(context.Background(), db, o, func(pay.Tx) error { return nil })) // its number is free again
}

func staleRuns(t *testing.T, db *store.DB) {
	ctx := context.Background()
	for _, stale := range []error{pay.ErrStale, push.ErrStale, member.ErrStale} {
		o, runs := anOrder(serial()), 0
		good(t, insertThen(ctx, db, o, func(pay.Tx) error {
			if runs++; runs < 3 {
				return fmt.Errorf("deep: %w", stale)
			}
			return nil
		}))
		same(t, "runs", runs, 3)
	}
	err := db.Ledger().Update(ctx, func(tx pay.Tx) error { return pay.ErrStale })
	if err == nil || errors.Is(err, errOurs) {
		t.Fatalf("for ever stale: %v", err)
	}
	o := anOrder(serial())
	place(t, db, o)
	runs := 0
	err = db.Ledger().Update(ctx, func(tx pay.Tx) error {
		if runs++; runs > 1 {
			return errOurs
		}
		o.Version = 7
		return tx.UpdateOrder(ctx, o)
	})
	fails(t, err, errOurs)
}

func cancelled(t *testing.T, db *store.DB) {
	o := anOrder(serial())
	ctx, cancel := context.WithCancel(context.Background())
	err := insertThen(ctx, db, o, func(pay.Tx) error {
		cancel()
		return nil
	})
	fails(t, err, context.Canceled)
	absent(t, db, o)
	fails(t, insertThen(ctx, db, o, func(pay.Tx) error { return nil }), context.Canceled)
	good(t, insertThen(context.Background(), db, o, func(pay.Tx) error { return nil }))
}

func panics(t *testing.T, db *store.DB) {
	o := anOrder(serial())
	func() {
		defer func() { same(t, "panic", recover(), any("ours")) }()
		insertThen(context.Background(), db, o, func(pay.Tx) error { panic("ours") }) //nolint:errcheck // it panics
	}()
	absent(t, db, o)
	good(t, insertThen(context.Background(), db, o, func(pay.Tx) error { return nil }))
}

// isolation has good and bad transactions ride together; the bad are undone
// alone, those that the engine itself refuses too.
func isolation(t *testing.T, db *store.DB) {
	ctx := context.Background()
	all := make([]pay.Order, 60)
	errs := make([]error, len(all))
	var wg sync.WaitGroup
	for i := range all {
		all[i] = anOrder(serial())
		wg.Go(func() {
			errs[i] = insertThen(ctx, db, all[i], func(tx pay.Tx) error {
				switch i % 3 {
				case 1:
					return errOurs
				case 2: // leads nowhere, which the engine refuses
					return tx.InsertPayment(ctx, aPayment(pay.Order{ID: "ord_none", Amount: 1}, serial()))
				}
				return nil
			})
		})
	}
	wg.Wait()
	for i, o := range all {
		_, err := db.Ledger().Order(ctx, o.ID)
		if there, wanted := err == nil, i%3 == 0; there != wanted || (errs[i] == nil) != wanted {
			t.Errorf("order %d is there: %v, its error: %v", i, there, errs[i])
		}
	}
}
