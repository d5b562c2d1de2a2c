package crash_test

import (
	"net/http"
	"sync"
	"testing"
	"time"
)

// newBalancer is a front that does what a balancer does and no more: it asks
// each server's /readyz, sends each request to one that says yes, and tries
// nothing twice.
func newBalancer(t *testing.T) *front {
	t.Helper()
	f := newFront(t)
	f.sober = true
	done := make(chan struct{})
	var asking sync.WaitGroup
	asking.Go(func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				f.ask()
			}
		}
	})
	t.Cleanup(func() {
		close(done)
		asking.Wait()
	})
	return f
}

// ask marks every server by its own word.
func (f *front) ask() {
	f.mu.Lock()
	nodes := append([]*backend(nil), f.nodes...)
	f.mu.Unlock()
	var asked sync.WaitGroup
	for _, n := range nodes {
		asked.Go(func() {
			resp, err := (&http.Client{Timeout: 5 * time.Second}).Get(n.base + "/readyz")
			if err == nil {
				resp.Body.Close()
			}
			n.mark(err == nil && resp.StatusCode == http.StatusOK)
		})
	}
	asked.Wait()
}

// unharmed fails the test for every request that was not served.
func (f *front) unharmed(t *testing.T) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	t.Logf("%d requests", f.served)
	for _, line := range f.failed {
		t.Errorf("not served: %s", line)
	}
}
