package world

import (
	"container/heap"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

const (
	maxSpeed = 1e6
	// maxAdvance keeps a single jump from carrying the clock to years that
	// platforms cannot write down.
	maxAdvance = 20 * 365 * 24 * time.Hour
	// maxSleep bounds one nap of the timer loop, so that a jump of the
	// machine's own clock is noticed.
	maxSleep = time.Minute
)

// clock maps real time to world time by an anchor and a speed, and runs
// functions when world time has reached their due time.
type clock struct {
	mu     sync.Mutex
	anchor anchor
	due    dueHeap
	wake   chan struct{}
	done   chan struct{}
	ctx    context.Context
	calls  sync.WaitGroup
	closed bool
}

// anchor is one point where both times are known. Real carries a monotonic
// reading while the process lives and a plain wall time in the journal.
type anchor struct {
	Real  time.Time `json:"real"`
	World time.Time `json:"world"`
	Speed float64   `json:"speed"`
}

func (a anchor) at(real time.Time) time.Time {
	passed := float64(real.Sub(a.Real)) * a.Speed
	return a.World.Add(time.Duration(passed))
}

func (w *World) startClock(speed float64) error {
	if speed == 0 {
		speed = 1
	}
	now := time.Now()
	c := &w.clock
	c.anchor = anchor{Real: now, World: now.UTC(), Speed: speed}
	err := w.Load("world.clock", func(_ string, raw json.RawMessage) error {
		var kept anchor
		if err := json.Unmarshal(raw, &kept); err != nil {
			return err
		}
		c.anchor.World = kept.World
		if gone := kept.at(now); gone.After(kept.World) {
			c.anchor.World = gone
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("world: clock: %w", err)
	}
	c.wake = make(chan struct{}, 1)
	c.done = make(chan struct{})
	c.ctx, w.cancel = context.WithCancel(context.Background())
	go c.run()
	return w.Put("world.clock", "clock", c.anchor)
}

// Now returns the world's time in UTC.
func (w *World) Now() time.Time {
	w.clock.mu.Lock()
	defer w.clock.mu.Unlock()
	return w.clock.now()
}

// Speed returns how many world seconds pass in a real one.
func (w *World) Speed() float64 {
	w.clock.mu.Lock()
	defer w.clock.mu.Unlock()
	return w.anchor.Speed
}

// Advance moves the world forward by d and returns the new time. What has
// become due starts at once, in the order of due times, and Advance does not
// wait for it. A negative d counts as zero, and one jump is at most 20 years.
func (w *World) Advance(d time.Duration) time.Time {
	d = min(max(d, 0), maxAdvance)
	w.clock.mu.Lock()
	real := time.Now()
	w.anchor = anchor{Real: real, World: w.anchor.at(real).Add(d).UTC(), Speed: w.anchor.Speed}
	kept := w.anchor
	w.clock.mu.Unlock()
	if err := w.Put("world.clock", "clock", kept); err != nil {
		w.logger.Error("world: the clock was not kept", "err", err)
	}
	w.clock.nudge()
	return kept.World
}

// AfterFunc runs fn in its own goroutine once the world has reached d from
// now; a d of zero or less means promptly. The context ends at Close. The
// returned stop prevents a run that has not begun, and may be called more than
// once. After Close nothing is run any more.
func (w *World) AfterFunc(d time.Duration, fn func(ctx context.Context)) (stop func()) {
	c := &w.clock
	c.mu.Lock()
	e := &entry{at: c.now().Add(d), fn: fn}
	heap.Push(&c.due, e)
	first := c.due[0] == e
	c.mu.Unlock()
	if first {
		c.nudge()
	}
	return func() { c.drop(e) }
}

func (c *clock) now() time.Time { return c.anchor.at(time.Now()) }

func (c *clock) nudge() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *clock) drop(e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.pos >= 0 {
		heap.Remove(&c.due, e.pos)
	}
}

func (c *clock) run() {
	defer close(c.done)
	for {
		timer := time.NewTimer(c.runDue())
		select {
		case <-c.ctx.Done():
			timer.Stop()
			return
		case <-c.wake:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// runDue starts everything that is due and says how long to sleep.
func (c *clock) runDue() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	for len(c.due) > 0 && !c.closed {
		if wait := c.due[0].at.Sub(now); wait > 0 {
			real := time.Duration(float64(wait)/c.anchor.Speed) + 1
			return min(real, maxSleep)
		}
		fn := heap.Pop(&c.due).(*entry).fn
		c.calls.Go(func() { fn(c.ctx) })
	}
	return maxSleep
}

func (c *clock) stop() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	<-c.done
	c.calls.Wait()
}
