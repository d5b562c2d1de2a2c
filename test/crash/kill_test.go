package crash_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paypush/paypush/internal/store/pgtest"
	"github.com/paypush/paypush/test/harness"
)

// The size of a run.
const (
	kills          = 5
	payers         = 4
	ordersPerPayer = 30
)

// Invariants 1 and 2: whatever is killed whenever, every trade that was paid
// at the platform is paid in the ledger, none twice, and each bound payer has
// exactly one message per order.
func TestInvariant01KillNineLosesNothingSQLite(t *testing.T) {
	killWhilePaying(t, "")
}

func TestInvariant01KillNineLosesNothingPostgreSQL(t *testing.T) {
	killWhilePaying(t, pgtest.URL(t))
}

func killWhilePaying(t *testing.T, databaseURL string) {
	w := newWorld(t, databaseURL)
	w.box.Must(t, http.MethodPut, "/sandbox/faults", map[string]any{"seed": 7, "rules": []map[string]any{
		{"at": "alipay.notify", "kind": "duplicate", "rate": 0.4},
		{"at": "alipay.notify", "kind": "delay", "rate": 0.4, "delay": "2s"},
		{"at": "wechat.api", "kind": "reply_lost", "rate": 0.05, "path": "/cgi-bin/message/template/send"},
	}}, nil)
	for i := range payers {
		w.addMember(t, i)
	}
	var paid atomic.Int64
	var paying sync.WaitGroup
	for _, m := range w.members {
		paying.Go(func() { w.payOrders(t, m, &paid) })
	}
	for k := range kills {
		share := int64(payers * ordersPerPayer * (k + 1) / (kills + 1))
		harness.Eventually(t, fmt.Sprintf("%d orders are paid", share), func() bool { return paid.Load() >= share })
		pauseRandomly(t)
		w.restart(t)
	}
	paying.Wait()
	if t.Failed() {
		return
	}
	w.box.Must(t, http.MethodDelete, "/sandbox/faults", nil, nil)
	w.settle(t)
	w.compare(t)
}

// pauseRandomly waits up to 150 ms, so that the kills fall on different
// instants of the work.
func pauseRandomly(t *testing.T) {
	t.Helper()
	<-time.After(time.Duration(rand.IntN(150)) * time.Millisecond)
}

// payOrders has one member buy and pay their orders, over and over where the
// server is down, always under the same idempotency key.
func (w *world) payOrders(t *testing.T, m *person, paid *atomic.Int64) {
	for i := range ordersPerPayer {
		key := fmt.Sprintf("%s-%d", m.name, i)
		body := map[string]any{"amount": 100 + i, "subject": "商品 " + key, "channel": "alipay.page", "member": m.id}
		var order order
		ok := w.retry(func() bool {
			status, err := w.api.Call(http.MethodPost, "/v1/orders", body, &order, "Idempotency-Key", key)
			return err == nil && status == http.StatusCreated
		})
		if !ok {
			t.Errorf("order %s was never taken", key)
			return
		}
		if status, err := w.box.Call(http.MethodGet, order.PayURL, nil, nil); err != nil || status >= 400 {
			t.Errorf("the link of order %s: %d, %v", key, status, err)
			return
		}
		if status, err := w.box.Call(http.MethodPost, "/sandbox/alipay/trades/"+order.Number+"/pay", nil, nil); err != nil || status >= 400 {
			t.Errorf("paying order %s: %d, %v", key, status, err)
			return
		}
		m.add(order)
		paid.Add(1)
	}
}

// retry tries until it works or a minute has passed.
func (w *world) retry(try func() bool) bool {
	deadline, tick := time.After(time.Minute), time.NewTicker(30*time.Millisecond)
	defer tick.Stop()
	for !try() {
		select {
		case <-tick.C:
		case <-deadline:
			return false
		}
	}
	return true
}

// A fresh server finds what a killed one left, without any further call from
// outside: with every notice lost, orders are settled by asking the platform.
func TestEveryNoticeLostIsSettledByAsking(t *testing.T) {
	w := newWorld(t, "sqlite:"+filepath.Join(t.TempDir(), "ledger.db"))
	w.box.Must(t, http.MethodPut, "/sandbox/faults", map[string]any{"seed": 3, "rules": []map[string]any{
		{"at": "alipay.notify", "kind": "drop", "rate": 1},
	}}, nil)
	m := w.addMember(t, 0)
	var paid atomic.Int64
	w.payOrders(t, m, &paid)
	w.restart(t)
	w.settle(t)
	w.compare(t)
}
