package crash_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/store/pgtest"
	"github.com/paypush/paypush/test/harness"
)

// drainDelay is long beside the time between two questions of the balancer.
const drainDelay = "2s"

// business is steady traffic through a balancer, of people who try nothing twice.
type business struct {
	*chaos
	front *front
	stop  chan struct{}
	work  sync.WaitGroup
}

// open starts three servers behind a balancer, and has two members buy until
// close.
func open(t *testing.T) *business {
	t.Helper()
	b := &business{chaos: &chaos{url: pgtest.URL(t)}, front: newBalancer(t), stop: make(chan struct{})}
	b.gather(t, b.front, "--drain-delay", drainDelay)
	for i := range 2 {
		m := b.addMember(t, i)
		b.work.Go(func() { b.trade(t, m) })
	}
	return b
}

// pace is how often a member buys: the traffic is steady, and as much on a fast
// machine as on a slow one.
const pace = 100 * time.Millisecond

// trade has a member order, look, pay, and look again.
func (b *business) trade(t *testing.T, m *person) {
	next := time.NewTicker(pace)
	defer next.Stop()
	for i := 0; ; i++ {
		select {
		case <-b.stop:
			return
		case <-next.C:
		}
		key := fmt.Sprintf("%s-%d", m.name, i)
		body := map[string]any{"amount": 100 + i, "subject": "商品 " + key, "channel": "alipay.page", "member": m.id}
		var o, seen order
		if !b.ask(t, b.api, http.MethodPost, "/v1/orders", body, &o, "Idempotency-Key", key) {
			return
		}
		m.add(o)
		if !b.ask(t, b.api, http.MethodGet, "/v1/orders/"+o.ID, nil, &seen) || seen.Number != o.Number || seen.Amount != o.Amount {
			t.Errorf("order %+v is read as %+v", o, seen)
			return
		}
		if !b.ask(t, b.box, http.MethodGet, o.PayURL, nil, nil) ||
			!b.ask(t, b.box, http.MethodPost, "/sandbox/alipay/trades/"+o.Number+"/pay", nil, nil) ||
			!b.ask(t, b.api, http.MethodGet, "/v1/orders?limit=20", nil, nil) {
			return
		}
	}
}

// ask is one request that has to be served.
func (b *business) ask(t *testing.T, who *harness.Client, method, path string, in, out any, headers ...string) bool {
	status, err := who.Call(method, path, in, out, headers...)
	if err != nil || status >= 400 {
		t.Errorf("%s %s: %d, %v", method, path, status, err)
		return false
	}
	return true
}

// end has a server stop as a service manager does.
func (b *business) end(t *testing.T, n *node) {
	t.Helper()
	if code, _ := n.process.Stop(); code != 0 {
		t.Fatalf("the server ended with %d:\n%s", code, n.process.Output())
	}
}

// replace ends a server and starts another in its place.
func (b *business) replace(t *testing.T, n *node) {
	t.Helper()
	b.end(t, n)
	n.process = harness.Start(t, bin, n.args...)
	n.process.WaitReady(n.ready)
	harness.Eventually(t, "the balancer sends requests there", func() bool { return !n.behind.sick.Load() })
}

// close ends the traffic and holds what came of it against the platforms.
func (b *business) close(t *testing.T) {
	t.Helper()
	close(b.stop)
	b.work.Wait()
	if !t.Failed() {
		b.settle(t)
		b.compare(t)
		b.audited(t)
	}
	b.front.unharmed(t)
}

// audited waits until every event is handed on, and audits.
func (b *business) audited(t *testing.T) {
	t.Helper()
	var said string
	var err error
	defer func() { t.Logf("%s", said) }()
	harness.Eventually(t, "the audit is clean", func() bool {
		said, err = b.audit()
		return err == nil && strings.Contains(said, "events (0 waiting)")
	})
}

// Invariants 1 and 2, and no request lost: the servers stop and start one
// after the other, each having told the balancer first.
func TestInvariant01RollingRestartDropsNoRequest(t *testing.T) {
	b := open(t)
	for _, n := range b.nodes {
		b.replace(t, n)
	}
	b.close(t)
}
