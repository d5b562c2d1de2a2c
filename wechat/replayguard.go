package wechat

import (
	"crypto/sha256"
	"sync"
	"time"
)

// guardSize bounds how many signatures one generation remembers.
const guardSize = 50_000

// replayGuard remembers which body came with a signature. It holds two
// generations and forgets the older one when the younger is full or old, so
// its memory is bounded whatever arrives.
type replayGuard struct {
	keep time.Duration

	mu            sync.Mutex
	young, old    map[string][sha256.Size]byte
	youngestSince time.Time
}

func newReplayGuard(keep time.Duration) *replayGuard {
	return &replayGuard{keep: keep, young: make(map[string][sha256.Size]byte)}
}

// admit reports whether key is new or came with the same body.
func (g *replayGuard) admit(key string, body []byte, now time.Time) bool {
	sum := sha256.Sum256(body)
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Sub(g.youngestSince).Abs() > g.keep || len(g.young) >= guardSize {
		g.old, g.young, g.youngestSince = g.young, make(map[string][sha256.Size]byte), now
	}
	known, seen := g.young[key]
	if !seen {
		known, seen = g.old[key]
	}
	if seen {
		return known == sum
	}
	g.young[key] = sum
	return true
}
