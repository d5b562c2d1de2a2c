package wechat

import (
	"context"
	"sync"
	"time"
)

// Inbox remembers which pushes were taken up, so that the platform's
// repetitions are not handled twice. Nodes that share a callback URL must
// share it. It must be safe for concurrent use.
type Inbox interface {
	// Begin records key for the time given and reports whether it was new.
	Begin(ctx context.Context, key string, keep time.Duration) (fresh bool, err error)
	// Forget removes key after its handling failed, so that the next
	// repetition is handled.
	Forget(ctx context.Context, key string) error
}

// MemoryInbox is an Inbox for one process. Its zero value is not usable; see
// NewMemoryInbox.
type MemoryInbox struct {
	now func() time.Time

	mu    sync.Mutex
	until map[string]time.Time
	sweep time.Time
}

// NewMemoryInbox makes an empty inbox with the clock given, time.Now when nil.
func NewMemoryInbox(now func() time.Time) *MemoryInbox {
	if now == nil {
		now = time.Now
	}
	return &MemoryInbox{now: now, until: make(map[string]time.Time)}
}

// Begin implements Inbox. It never fails.
func (b *MemoryInbox) Begin(_ context.Context, key string, keep time.Duration) (bool, error) {
	now := b.now()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.drop(now)
	if now.Before(b.until[key]) {
		return false, nil
	}
	b.until[key] = now.Add(keep)
	return true, nil
}

// Forget implements Inbox. It never fails.
func (b *MemoryInbox) Forget(_ context.Context, key string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.until, key)
	return nil
}

// drop removes what has run out, at most once a minute.
func (b *MemoryInbox) drop(now time.Time) {
	if now.Before(b.sweep) {
		return
	}
	b.sweep = now.Add(time.Minute)
	for key, until := range b.until {
		if !now.Before(until) {
			delete(b.until, key)
		}
	}
}
