package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/job"
)

// outbox is the events as the dispatcher needs them.
type outbox interface {
	// Changed is closed after the next commit of this process that adds an event.
	Changed() <-chan struct{}
	// Number gives committed events their place in the order.
	Number(ctx context.Context) (int, error)
	// After reads events in order.
	After(ctx context.Context, after int64, limit int) ([]event.Event, error)
	// Cursor is how far a named reader got; Advance moves it forward.
	Cursor(ctx context.Context, name string) (int64, error)
	Advance(ctx context.Context, name string, seq int64) error
	// Lease makes one node the dispatcher until a moment in real time.
	Lease(ctx context.Context, name, holder string, until time.Time) (bool, error)
}

// dispatcher turns events into what follows from them. One node at a time
// does it; should two overlap, everything that they do is recognised by its
// key and done once.
type dispatcher struct {
	outbox outbox
	queue  job.Queue
	routes map[event.Type]func(context.Context, event.Event) ([]job.Job, error)
	every  func(context.Context, []event.Event) error // what follows from every event, of whatever type
	holder string
	log    *slog.Logger
	leased time.Time // until when this node is the dispatcher, real time
}

const (
	dispatchCursor = "dispatch"
	dispatchLease  = 5 * time.Second
	dispatchEvery  = 500 * time.Millisecond
	dispatchBatch  = 500
	dispatchPause  = 10 * time.Millisecond // so that a burst of commits is one round, not a round each
)

// run dispatches until ctx ends: at once after a commit of this process, and
// within half a second after one of another node.
func (d *dispatcher) run(ctx context.Context) {
	t := time.NewTicker(dispatchEvery)
	defer t.Stop()
	for {
		changed := d.outbox.Changed()
		if err := d.dispatch(ctx); err != nil && ctx.Err() == nil {
			d.log.Error("dispatch failed", "error", err)
			changed = nil // wait for the tick rather than fail at every commit
		}
		select {
		case <-changed:
			pause := time.NewTimer(dispatchPause)
			select {
			case <-pause.C:
			case <-ctx.Done():
				return
			}
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

// dispatch works off what there is, and what follows from that: a message is
// an event of its own.
func (d *dispatcher) dispatch(ctx context.Context) error {
	for {
		mine, err := d.lease(ctx)
		if err != nil || !mine {
			return fault.Wrap("app.dispatch", err)
		}
		numbered, err := d.outbox.Number(ctx)
		if err != nil {
			return fault.Wrap("app.dispatch", err)
		}
		handled, err := d.handOn(ctx)
		if err != nil || numbered+handled == 0 {
			return fault.Wrap("app.dispatch", err)
		}
	}
}

// handOn handles the next numbered events and tells how many.
func (d *dispatcher) handOn(ctx context.Context) (int, error) {
	after, err := d.outbox.Cursor(ctx, dispatchCursor)
	if err != nil {
		return 0, err
	}
	events, err := d.outbox.After(ctx, after, dispatchBatch)
	if err != nil || len(events) == 0 {
		return 0, err
	}
	return len(events), d.handle(ctx, events)
}

// lease makes sure that this node is the dispatcher, and renews the lease when
// half of it is over.
func (d *dispatcher) lease(ctx context.Context) (bool, error) {
	now := time.Now()
	if now.Add(dispatchLease / 2).Before(d.leased) {
		return true, nil
	}
	mine, err := d.outbox.Lease(ctx, dispatchCursor, d.holder, now.Add(dispatchLease))
	if err == nil && mine {
		d.leased = now.Add(dispatchLease)
	}
	return mine, err
}

func (d *dispatcher) handle(ctx context.Context, events []event.Event) error {
	if err := d.every(ctx, events); err != nil {
		return err
	}
	var jobs []job.Job
	for _, e := range events {
		route, ok := d.routes[e.Type]
		if !ok {
			continue
		}
		more, err := route(ctx, e)
		if err != nil {
			return err
		}
		jobs = append(jobs, more...)
	}
	if len(jobs) > 0 {
		if err := d.queue.Enqueue(ctx, jobs...); err != nil {
			return err
		}
	}
	return d.outbox.Advance(ctx, dispatchCursor, events[len(events)-1].Seq)
}
