package metrics

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// maxCalls bounds how many names of calls are told apart.
const maxCalls = 100

// Calls measures the calls that go out through next. What is called is named
// by Alipay's method or by the path; queries and bodies, which hold secrets,
// are not looked at.
func (m *Metrics) Calls(next http.RoundTripper) http.RoundTripper {
	return caller{m: m, next: next}
}

type caller struct {
	m    *Metrics
	next http.RoundTripper
}

// RoundTrip implements [http.RoundTripper]. The time ends with the answer's
// header.
func (c caller) RoundTrip(r *http.Request) (*http.Response, error) {
	began := time.Now()
	resp, err := c.next.RoundTrip(r)
	result := "error"
	if err == nil {
		result = "ok"
		if resp.StatusCode >= 300 {
			result = strconv.Itoa(resp.StatusCode)
		}
	}
	c.m.calls.WithLabelValues(r.URL.Host, c.m.known.of(r), result).Observe(time.Since(began).Seconds())
	return resp, err
}

// callNames remembers which names of calls were seen. The names are our own
// program's, yet some paths hold a number, and their sum must stay bounded.
type callNames struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (n *callNames) of(r *http.Request) string {
	name := r.URL.Path
	if method := r.URL.Query().Get("method"); method != "" {
		name = method
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.seen == nil {
		n.seen = map[string]bool{}
	}
	if !n.seen[name] && len(n.seen) >= maxCalls {
		return "other"
	}
	n.seen[name] = true
	return name
}
