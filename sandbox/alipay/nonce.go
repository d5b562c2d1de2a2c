package alipay

import (
	"maps"
	"sync"
	"time"
)

const (
	nonceLife = 20 * time.Minute
	maxNonces = 100_000
	maxNonce  = 200
)

// nonces remembers which nonces were used lately, a bounded number of them.
type nonces struct {
	mu   sync.Mutex
	seen map[string]time.Time
}

// fresh reports whether a nonce is new, and remembers it.
func (n *nonces) fresh(nonce string, now time.Time) bool {
	if nonce == "" || nonce[len(nonce)-1] == ' ' || len(nonce) > maxNonce {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, again := n.seen[nonce]; again {
		return false
	}
	if len(n.seen) >= maxNonces {
		maps.DeleteFunc(n.seen, func(_ string, at time.Time) bool { return now.Sub(at) > nonceLife })
	}
	if n.seen == nil || len(n.seen) >= maxNonces {
		n.seen = map[string]time.Time{}
	}
	n.seen[nonce] = now
	return true
}
