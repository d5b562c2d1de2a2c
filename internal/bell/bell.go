// Package bell wakes everybody who waits for something to happen. It is not a
// queue: what is rung while nobody waits is forgotten, so whoever waits takes
// the channel first and looks then.
package bell

import "sync"

// Bell is safe for any number of goroutines. Make one with [New].
type Bell struct {
	mu sync.Mutex
	c  chan struct{}
}

// New makes a bell.
func New() *Bell { return &Bell{c: make(chan struct{})} }

// Wait returns a channel that the next ring closes.
func (b *Bell) Wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.c
}

// Ring wakes all who wait.
func (b *Bell) Ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.c)
	b.c = make(chan struct{})
}
