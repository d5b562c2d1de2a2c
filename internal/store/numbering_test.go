package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/pay"
	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// Transactions that become durable together are undone each by itself, the
// first like the others, and who is undone takes no number from who is not.
func TestOneThatFailsIsUndoneAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := storetest.Open(t, url, store.Options{})
		for _, failing := range [][]int{{}, {0}, {1}, {0, 1}, {3}, {0, 2}, {0, 1, 2, 3}} {
			before := numbered(t, db)
			want := together(t, db, failing)
			all := numbered(t, db)[len(before):]
			var got []string
			for i, e := range all {
				if e.Seq != int64(len(before)+i+1) {
					t.Errorf("failing %v: the event at %d has number %d", failing, len(before)+i+1, e.Seq)
				}
				got = append(got, e.Object)
			}
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("failing %v: found %v, want %v", failing, got, want)
			}
		}
	})
}

// together writes two events in each of four transactions that wait for each
// other where there is one writer, fails some of them after that, and returns
// what the others wrote.
func together(t *testing.T, db *store.DB, failing []int) (want []string) {
	t.Helper()
	ctx, undone := context.Background(), errors.New("undone")
	begun, others := make(chan struct{}), make(chan struct{})
	ended := make(chan error)
	for i := range 4 {
		object := id.New("ord")
		fail := slices.Contains(failing, i)
		if !fail {
			want = append(want, object, object)
		}
		go func() {
			if i > 0 {
				<-begun
			}
			err := db.Ledger().Update(ctx, func(tx pay.Tx) error {
				if i == 0 {
					close(begun)
					<-others
				}
				for range 2 {
					e := event.Event{ID: id.New("evt"), Type: event.OrderPaid, Object: object, Version: 1, At: time.Unix(1e9, 0).UTC()}
					if err := tx.AddEvent(ctx, e); err != nil {
						return err
					}
				}
				if fail {
					return undone
				}
				return nil
			})
			if fail && errors.Is(err, undone) {
				err = nil
			}
			ended <- err
		}()
	}
	<-begun
	store.AwaitRiders(db, 3)
	close(others)
	for range 4 {
		good(t, <-ended)
	}
	slices.Sort(want)
	return want
}

// numbered lists all events, in order.
func numbered(t *testing.T, db *store.DB) []event.Event {
	t.Helper()
	storetest.Number(t, db)
	all, err := db.Outbox().After(context.Background(), 0, 1000)
	good(t, err)
	return all
}
