package crash_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/store/pgtest"
	"github.com/paypush/paypush/test/harness"
)

// business is steady traffic through a balancer, of people who try nothing twice.
type business struct {
	*chaos
	front *balancer
	stop  chan struct{}
	work  sync.WaitGroup
}

// open starts three servers behind a balancer, and has four members buy until
// close.
func open(t *testing.T) *business {
	t.Helper()
	b := &business{chaos: &chaos{url: pgtest.URL(t)}, front: newBalancer(t), stop: make(chan struct{})}
	b.gather(t, b.front)
	b.front.forget(t)
	for i := range 4 {
		m := b.addMember(t, i)
		b.work.Go(func() { b.trade(t, m) })
	}
	return b
}

// pace is how often a member buys: the traffic is steady, as much on a fast
// machine as on a slow one, and no phone gets more than the sandbox keeps.
const pace = 400 * time.Millisecond

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
		o, ok := b.order(t, m, i)
		if !ok || !b.pay(t, o) || !b.ask(t, b.api, http.MethodGet, "/v1/orders?limit=20", nil, nil) {
			return
		}
	}
}

// order has a member order for 100+i fen, and reads the order again.
func (b *business) order(t *testing.T, m *person, i int) (o order, ok bool) {
	key := fmt.Sprintf("%s-%d", m.name, i)
	body := map[string]any{"amount": 100 + i, "subject": "商品 " + key, "channel": "alipay.page", "member": m.id}
	if !b.ask(t, b.api, http.MethodPost, "/v1/orders", body, &o, "Idempotency-Key", key) {
		return o, false
	}
	m.add(o)
	var seen order
	if !b.ask(t, b.api, http.MethodGet, "/v1/orders/"+o.ID, nil, &seen) || seen.Number != o.Number || seen.Amount != o.Amount {
		t.Errorf("order %+v is read as %+v", o, seen)
		return o, false
	}
	return o, true
}

// pay opens the platform's page of an order and pays there.
func (b *business) pay(t *testing.T, o order) bool {
	return b.ask(t, b.box, http.MethodGet, o.PayURL, nil, nil) &&
		b.ask(t, b.box, http.MethodPost, "/sandbox/alipay/trades/"+o.Number+"/pay", nil, nil)
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
	b.front.await(t, n.api.Base)
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

// watch follows an order's live page, as a browser does: where a stream ends it
// asks for the next one. It hands out what each stream begins with and tells.
func (b *business) watch(t *testing.T, o order) <-chan string {
	t.Helper()
	told := make(chan string, 1024)
	b.work.Go(func() {
		defer close(told)
		for {
			resp, err := http.Get(b.api.Base + "/pay/" + o.ID + "/events")
			if err != nil {
				t.Errorf("the live page: %v", err)
				return
			}
			state := lastState(resp.Body, told)
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK || state == "paid" {
				return
			}
		}
	})
	return told
}

// lastState hands on every state that a stream tells and returns the last one.
func lastState(stream io.Reader, told chan<- string) (state string) {
	for lines := bufio.NewScanner(stream); lines.Scan(); {
		var d struct{ State string }
		if text, ok := strings.CutPrefix(lines.Text(), "data: "); ok && json.Unmarshal([]byte(text), &d) == nil {
			state = d.State
			told <- state
		}
	}
	return state
}

// Invariants 1 and 2, and no request lost: the servers stop and start one
// after the other, each having told the balancer first. A live page ends with
// its server, goes on at the next one, and hears of the payment.
func TestInvariant01RollingRestartDropsNoRequest(t *testing.T) {
	b := open(t)
	o, _ := b.order(t, b.members[0], 1_000_000)
	told := b.watch(t, o)
	if got := <-told; got != "pending" {
		t.Fatalf("the live page begins with %q", got)
	}
	for _, n := range b.nodes {
		b.replace(t, n)
	}
	b.pay(t, o)
	var last string
	streams := 0
	for last = range told {
		streams++
	}
	if last != "paid" || streams < 2 {
		t.Errorf("the live page ended with %q after %d more states", last, streams)
	}
	b.close(t)
}
