package app

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/id"
	"github.com/paypush/paypush/internal/job"
	"github.com/paypush/paypush/internal/store"
)

// Another node's commits are found by looking twice a second, so one look has
// to hand on however many there are.
func TestOneLookHandsOnEverything(t *testing.T) {
	ctx, db := context.Background(), openOutbox(t)
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
		answer: func(context.Context, []event.Event) ([]job.Job, error) { return nil, nil },
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

// openOutbox opens an empty database.
func openOutbox(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "x.db"), store.Options{})
	if err == nil {
		err = db.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// taken is a queue that only notes what it is given.
type taken []job.Job

func (q *taken) Enqueue(_ context.Context, jobs ...job.Job) error {
	*q = append(*q, jobs...)
	return nil
}

// A message that follows from an event is delivered without waiting for the
// round of its own event, which then brings no second job. Whoever dispatches
// next goes on where the first stopped.
func TestMessageOfAnEventIsEnqueuedAtOnceAndOnce(t *testing.T) {
	ctx, db := context.Background(), openOutbox(t)
	add := func(kind event.Type, object string) {
		if err := db.Outbox().Add(ctx, event.Event{ID: id.New("evt"), Type: kind, Object: object, Version: 1}); err != nil {
			t.Fatal(err)
		}
	}
	queue, rounds, ahead := new(taken), 0, []int(nil)
	dispatch := func(holder string) {
		d := &dispatcher{outbox: events{db.Outbox(), db}, queue: queue, holder: holder, log: slog.New(slog.DiscardHandler),
			every: func(context.Context, []event.Event) error {
				rounds++
				ahead = append(ahead, len(*queue))
				return nil
			},
			answer: func(_ context.Context, all []event.Event) (jobs []job.Job, err error) {
				for _, e := range all {
					if e.Type == "bus.left" {
						add(event.MessageQueued, e.Object)
						jobs = append(jobs, deliverJob(e.Object))
					}
				}
				return jobs, nil
			},
			routes: map[event.Type]func(context.Context, event.Event) ([]job.Job, error){
				event.MessageQueued: func(_ context.Context, e event.Event) ([]job.Job, error) { return []job.Job{deliverJob(e.Object)}, nil },
			}}
		if err := d.dispatch(ctx); err != nil {
			t.Fatal(err)
		}
	}
	add("bus.left", "msg_1")
	add(event.MessageQueued, "msg_2")
	dispatch("me")
	if rounds != 2 || ahead[0] != 2 || len(*queue) != 2 {
		t.Fatalf("%d rounds, %v jobs after each, want 2 after the first and no more", rounds, ahead)
	}
	dispatch("me")
	if rounds != 2 {
		t.Errorf("%d rounds of events were handed on again", rounds-2)
	}
}
