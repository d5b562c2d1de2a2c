package app

import (
	"context"
	"log/slog"
	"slices"
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
	answer func(context.Context, []event.Event) ([]job.Job, error) // what follows at once; the events that it raises would bring the same jobs
	routes map[event.Type]func(context.Context, event.Event) ([]job.Job, error)
	every  func(context.Context, []event.Event) error // what follows from every event, of whatever type
	holder string
	log    *slog.Logger

	leased time.Time     // until when this node is the dispatcher, real time
	at     int64         // up to where events were handed on
	noted  int64         // and up to where that is stored
	noteAt time.Time     // when it was stored last
	ahead  map[name]bool // jobs of which the event is to come
}

// name is what makes a job unique.
type name struct{ kind, key string }

const (
	dispatchCursor = "dispatch"
	dispatchLease  = 5 * time.Second
	dispatchEvery  = 500 * time.Millisecond
	dispatchBatch  = 500
	dispatchPause  = 10 * time.Millisecond // before each round but after a full one, so that a burst of commits is one round, not a round each
	dispatchNote   = 250 * time.Millisecond
	dispatchAhead  = 20 * dispatchBatch // more than this of ahead is forgotten
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
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

// dispatch works off what there is, and what follows from that: a message is
// an event of its own.
func (d *dispatcher) dispatch(ctx context.Context) error {
	for more := false; ; {
		if !more {
			gather(ctx)
		}
		mine, err := d.lease(ctx)
		if err != nil || !mine {
			return fault.Wrap("app.dispatch", err)
		}
		numbered, err := d.outbox.Number(ctx)
		if err != nil {
			return fault.Wrap("app.dispatch", err)
		}
		handled, err := d.handOn(ctx)
		if err != nil {
			return fault.Wrap("app.dispatch", err)
		}
		if err := d.note(ctx, numbered+handled == 0); err != nil || numbered+handled == 0 {
			return fault.Wrap("app.dispatch", err)
		}
		more = max(numbered, handled) >= dispatchBatch
	}
}

// gather lets some events come together, or ctx end.
func gather(ctx context.Context) {
	pause := time.NewTimer(dispatchPause)
	defer pause.Stop()
	select {
	case <-pause.C:
	case <-ctx.Done():
	}
}

// note stores how far this node has come, now and then and when there is
// nothing more. What a node that died had not stored is handed on again.
func (d *dispatcher) note(ctx context.Context, rest bool) error {
	if d.at == d.noted || !rest && time.Since(d.noteAt) < dispatchNote {
		return nil
	}
	err := d.outbox.Advance(ctx, dispatchCursor, d.at)
	if err == nil {
		d.noted, d.noteAt = d.at, time.Now()
	}
	return err
}

// handOn handles the next numbered events and tells how many.
func (d *dispatcher) handOn(ctx context.Context) (int, error) {
	events, err := d.outbox.After(ctx, d.at, dispatchBatch)
	if err != nil || len(events) == 0 {
		return 0, err
	}
	return len(events), d.handle(ctx, events)
}

// lease makes sure that this node is the dispatcher, and renews the lease when
// half of it is over. Another node may have been it before, and further.
func (d *dispatcher) lease(ctx context.Context) (bool, error) {
	now := time.Now()
	if now.Add(dispatchLease / 2).Before(d.leased) {
		return true, nil
	}
	mine, err := d.outbox.Lease(ctx, dispatchCursor, d.holder, now.Add(dispatchLease))
	if err != nil || !mine {
		d.leased, d.ahead = time.Time{}, nil
		return false, err
	}
	seq, err := d.outbox.Cursor(ctx, dispatchCursor)
	if err != nil {
		return false, err
	}
	d.leased, d.at, d.noted = now.Add(dispatchLease), max(seq, d.at), seq
	return true, nil
}

func (d *dispatcher) handle(ctx context.Context, events []event.Event) error {
	jobs, err := d.answer(ctx, events)
	if err != nil {
		return err
	}
	soon := len(jobs)
	for _, e := range events {
		route, ok := d.routes[e.Type]
		if !ok {
			continue
		}
		more, err := route(ctx, e)
		if err != nil {
			return err
		}
		jobs = append(jobs, d.fresh(more)...)
	}
	if len(jobs) > 0 {
		if err := d.queue.Enqueue(ctx, jobs...); err != nil {
			return err
		}
	}
	d.expect(jobs[:soon])
	if err := d.every(ctx, events); err != nil {
		return err
	}
	d.at = events[len(events)-1].Seq
	return nil
}

// fresh leaves out jobs that were enqueued before their event came.
func (d *dispatcher) fresh(jobs []job.Job) []job.Job {
	return slices.DeleteFunc(jobs, func(j job.Job) bool {
		known := d.ahead[name{j.Kind, j.Key}]
		delete(d.ahead, name{j.Kind, j.Key})
		return known
	})
}

// expect remembers jobs that were enqueued before their event comes. What is
// forgotten is enqueued again, and recognised by its key.
func (d *dispatcher) expect(jobs []job.Job) {
	if d.ahead == nil || len(d.ahead) > dispatchAhead {
		d.ahead = make(map[name]bool)
	}
	for _, j := range jobs {
		d.ahead[name{j.Kind, j.Key}] = true
	}
}
