package app

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/store"
)

// Another node's commits are found by looking twice a second, so one look has
// to hand on however many there are.
func TestOneLookHandsOnEverything(t *testing.T) {
	ctx := context.Background()
	db, err := store.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "x.db"), store.Options{})
	if err == nil {
		err = db.Migrate(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	const workers, each = 64, 20
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for range each {
				if err := db.Outbox().Add(ctx, event.Event{ID: id.New("evt"), Type: "bus.left", Object: "bus", Version: 1}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	seen := map[string]int{}
	d := &dispatcher{outbox: events{db.Outbox(), db}, holder: "me", log: slog.New(slog.DiscardHandler),
		every: func(_ context.Context, some []event.Event) error {
			for _, e := range some {
				seen[e.ID]++
			}
			return nil
		}}
	if err := d.dispatch(ctx); err != nil {
		t.Fatal(err)
	}
	if len(seen) != workers*each {
		t.Errorf("%d of %d events were handed on", len(seen), workers*each)
	}
	for e, n := range seen {
		if n != 1 {
			t.Errorf("%s was handed on %d times", e, n)
		}
	}
}
