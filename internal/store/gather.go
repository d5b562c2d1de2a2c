package store

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// gather has callers who come at about the same moment served together: while
// some are served the others wait, and go along with the next round. Nobody
// waits for others to come.
type gather[T any] struct {
	serve   func([]T)
	most    int // served at once
	leaders int // rounds at once

	mu      sync.Mutex
	waiting []*guest[T]
	leading int
}

// guest is one who waits to be served.
type guest[T any] struct {
	what  T
	taken atomic.Bool // into a round, or by the caller who gave up first
	done  chan struct{}
}

// do has what served, and waits. It fails only where ctx ended first; once it
// is in a round the caller waits for the end, whatever becomes of ctx.
func (g *gather[T]) do(ctx context.Context, what T) error {
	w := &guest[T]{what: what, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, w)
	lead := g.leading < g.leaders
	if lead {
		g.leading++
	}
	g.mu.Unlock()
	if lead {
		go g.lead()
	}
	select {
	case <-w.done:
	case <-ctx.Done():
		if w.taken.CompareAndSwap(false, true) {
			return ctx.Err()
		}
		<-w.done
	}
	return nil
}

// lead serves round after round until nobody waits. Before it takes the next
// one it lets those go first who are about to come, if there are any: a larger
// round costs each of them less.
func (g *gather[T]) lead() {
	for round := g.next(); round != nil; round = g.next() {
		what := make([]T, len(round))
		for i, w := range round {
			what[i] = w.what
		}
		g.serve(what)
		for _, w := range round {
			close(w.done)
		}
		runtime.Gosched()
	}
}

// next takes those who wait; nil ends the leader, in the same step that lets
// the next caller be one.
func (g *gather[T]) next() (round []*guest[T]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for round == nil && len(g.waiting) > 0 {
		n := min(len(g.waiting), g.most)
		for _, w := range g.waiting[:n] {
			if w.taken.CompareAndSwap(false, true) {
				round = append(round, w)
			}
		}
		g.waiting = append(g.waiting[:0:0], g.waiting[n:]...)
	}
	if round == nil {
		g.leading--
	}
	return round
}
