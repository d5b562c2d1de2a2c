package sandbox

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// historySize is how many requests are remembered.
const historySize = 2000

// visit is one request that the sandbox received.
type visit struct {
	Time    time.Time         `json:"time"`
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Query   string            `json:"query,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    string            `json:"body,omitempty"`
	// Truncated says that the body was longer than what is shown.
	Truncated bool `json:"truncated,omitempty"`
	// Status is 0 when the connection was cut instead of answered.
	Status int `json:"status"`
	// Micros is how long the answer took, in real microseconds.
	Micros int64 `json:"micros"`
}

// history is a ring of the newest visits.
type history struct {
	mu   sync.Mutex
	ring []visit
	next int
	full bool
}

func newHistory(size int) *history { return &history{ring: make([]visit, size)} }

func (h *history) add(v visit) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ring[h.next] = v
	h.next = (h.next + 1) % len(h.ring)
	h.full = h.full || h.next == 0
}

// list returns at most limit visits whose path begins with prefix and that came
// after since, newest first.
func (h *history) list(prefix string, since time.Time, limit int) []visit {
	h.mu.Lock()
	defer h.mu.Unlock()
	count := h.next
	if h.full {
		count = len(h.ring)
	}
	found := []visit{}
	for i := range count {
		if len(found) >= limit {
			break
		}
		v := h.ring[(h.next-1-i+len(h.ring))%len(h.ring)]
		if strings.HasPrefix(v.Path, prefix) && v.Time.After(since) {
			found = append(found, v)
		}
	}
	return found
}

// shownHeaders picks the headers that tell something about a client.
func shownHeaders(h http.Header) map[string]string {
	shown := map[string]string{}
	for name, values := range h {
		lower := strings.ToLower(name)
		switch {
		case lower == "content-type", lower == "accept", lower == "authorization",
			lower == "user-agent", strings.HasPrefix(lower, "alipay-"), strings.HasPrefix(lower, "wechatpay-"):
			shown[name] = clip(strings.Join(values, ", "), 1000)
		}
	}
	return shown
}

func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return s[:limit]
}
