package pay

import (
	"hash/maphash"
	"sync"
)

// latelyMost is how many notices one of the two halves remembers.
const latelyMost = 1 << 16

// lately remembers the notices that this process took last, in some three
// megabytes at most. It is a hint and no more: another node, or this one before
// it was started again, may have taken what is not in it, and it may take one
// notice for another. It is safe for any number of goroutines.
type lately struct {
	seed maphash.Seed
	mu   sync.Mutex
	// The older half is dropped when the newer one is full.
	newer, older map[uint64]struct{}
}

func newLately() *lately {
	return &lately{seed: maphash.MakeSeed(), newer: make(map[uint64]struct{})}
}

func (l *lately) add(account, hash string) {
	key := l.key(account, hash)
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.newer) == latelyMost {
		l.newer, l.older = make(map[uint64]struct{}), l.newer
	}
	l.newer[key] = struct{}{}
}

func (l *lately) has(account, hash string) bool {
	key := l.key(account, hash)
	l.mu.Lock()
	defer l.mu.Unlock()
	_, newer := l.newer[key]
	_, older := l.older[key]
	return newer || older
}

func (l *lately) key(account, hash string) uint64 {
	return maphash.Comparable(l.seed, [2]string{account, hash})
}
