package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/store"
)

// parallel runs fn many times at once and waits.
func parallel(n int, fn func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { fn(i) })
	}
	wg.Wait()
}

// counting raises one row from many sides; no step may be lost.
func counting(t *testing.T, db *store.DB) {
	ctx, l := context.Background(), db.Ledger()
	o := anOrder(serial())
	o.Attempts = 0
	place(t, db, o)
	var done atomic.Int64
	parallel(16, func(int) {
		for range 5 {
			err := l.Update(ctx, func(tx pay.Tx) error {
				o, err := tx.Order(ctx, o.ID)
				if err != nil {
					return err
				}
				o.Attempts++
				return tx.UpdateOrder(ctx, o)
			})
			if err == nil {
				done.Add(1)
			}
		}
	})
	got, err := l.Order(ctx, o.ID)
	good(t, err)
	same(t, "steps", []int64{int64(got.Attempts), got.Version - 1}, []int64{done.Load(), done.Load()})
	if done.Load() < 16 {
		t.Fatalf("only %d of 80 came through", done.Load())
	}
}

// numbering adds events while others number them; the numbers have no gap, no
// number is given twice, and a reader who follows them misses none.
func numbering(t *testing.T, db *store.DB) {
	ctx, o := context.Background(), db.Outbox()
	first := numberAll(t, db)
	const writers, each = 8, 10
	var mu sync.Mutex
	var added []string
	stop := make(chan struct{})
	read := make(chan []string)
	go func() { read <- follow(ctx, o, first, stop) }()
	parallel(writers+2, func(i int) {
		for range each {
			if i >= writers {
				if _, err := o.Number(ctx); err != nil {
					t.Error(err)
				}
				continue
			}
			e := anEvent("x")
			if err := o.Add(ctx, e); err != nil {
				t.Error(err)
			}
			mu.Lock()
			added = append(added, e.ID)
			mu.Unlock()
		}
	})
	same(t, "last number", numberAll(t, db), first+writers*each)
	close(stop)
	seen := <-read
	slices.Sort(added)
	slices.Sort(seen)
	same(t, "events seen", seen, added)
}

// follow reads events in the order of their numbers until stop is closed and
// there is nothing more.
func follow(ctx context.Context, o store.Outbox, cursor int64, stop chan struct{}) (ids []string) {
	for {
		stopped := false
		select {
		case <-stop:
			stopped = true
		default:
		}
		all, err := o.After(ctx, cursor, 7)
		for _, e := range all {
			if cursor++; e.Seq != cursor {
				return append(ids, fmt.Sprintf("gap before %d", e.Seq))
			}
			ids = append(ids, e.ID)
		}
		if err != nil || stopped && len(all) == 0 {
			return ids
		}
	}
}

// leasing lets many workers take the same work; each piece goes to one.
func leasing(t *testing.T, db *store.DB) {
	ctx, l := context.Background(), db.Ledger()
	long := at.Add(-2000 * time.Hour)
	var want []string
	for range 30 {
		o := anOrder(serial())
		p := aPayment(o, o.Number)
		p.NextQueryAt = long
		place(t, db, o, p)
		want = append(want, p.ID)
	}
	var mu sync.Mutex
	var got []string
	parallel(6, func(int) {
		for {
			all, err := l.LeaseQueries(ctx, long, at.Add(1000*time.Hour), 4)
			if err != nil {
				t.Error(err)
			}
			if len(all) == 0 {
				return
			}
			mu.Lock()
			for _, p := range all {
				got = append(got, p.ID)
			}
			mu.Unlock()
		}
	})
	slices.Sort(want)
	slices.Sort(got)
	same(t, "leased", got, want)
}

// oneKey sends one request many times at once under one idempotency key: one
// has an effect.
func oneKey(t *testing.T, db *store.DB) {
	ctx, s := context.Background(), db.Idempotency()
	r := store.Record{Scope: store.Scope{APIKey: "key_x", Method: "POST", Path: "/", Key: serial()}, Status: 201}
	var done, refused atomic.Int64
	parallel(12, func(int) {
		err := insertThen(s.Attach(ctx, r), db, anOrder(serial()), func(pay.Tx) error { return nil })
		switch {
		case err == nil:
			done.Add(1)
		case store.ErrInFlight.Is(err):
			refused.Add(1)
		}
	})
	same(t, "done and refused", []int64{done.Load(), refused.Load()}, []int64{1, 11})
}
