package crash_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/paypush/paypush/test/harness"
)

// shopper orders and pays in every way there is, over and over where
// something does not answer.
type shopper struct {
	*chaos
	dice *rand.Rand
	name string
}

func (s *shopper) shop(t *testing.T) {
	for i := range ordersPerShopper {
		s.buy(t, fmt.Sprintf("%s-%d", s.name, i))
	}
}

// buy makes one order and does one thing with it.
func (s *shopper) buy(t *testing.T, key string) {
	body := map[string]any{"amount": 100 + s.dice.IntN(900), "subject": "商品 " + key, "channel": "alipay.page",
		"out_trade_no": "CHAOS" + onlyDigits(key), "expires_in": 60 + s.dice.IntN(1800)}
	if s.dice.IntN(2) == 0 {
		body["member"] = s.members[0].id
	}
	o, ok := s.order(t, body, key)
	if !ok {
		return
	}
	switch s.dice.IntN(8) {
	case 0: // changes their mind
	case 1:
		s.post("/v1/orders/"+o.ID+"/close", nil, key+"c")
		s.pay(o.PayURL, o.Number, 0)
	case 2:
		s.pay(o.PayURL, o.Number, 1+s.dice.IntN(2000))
	case 3: // two of them at once, over two ways
		body["channel"] = "alipay.wap"
		second, _ := s.order(t, body, key+"w")
		var both sync.WaitGroup
		both.Go(func() { s.pay(o.PayURL, o.Number, 0) })
		both.Go(func() { s.pay(second.PayURL, o.Number+"R2", 0) })
		both.Wait()
	case 4: // pays and has it closed at once
		var both sync.WaitGroup
		both.Go(func() { s.pay(o.PayURL, o.Number, 0) })
		both.Go(func() { s.post("/v1/orders/"+o.ID+"/close", nil, key+"c") })
		both.Wait()
	case 5, 6:
		s.pay(o.PayURL, o.Number, 0)
		s.regret(t, o, key)
	default:
		s.pay(o.PayURL, o.Number, 0)
	}
}

// onlyDigits makes a number of a key.
func onlyDigits(key string) string {
	var out []byte
	for i := range len(key) {
		switch c := key[i]; {
		case c >= '0' && c <= '9':
			out = append(out, c)
		default:
			out = append(out, 'X')
		}
	}
	return string(out)
}

// node is one of the servers that answer; which one is a matter of chance.
func (s *shopper) node() *harness.Client {
	for {
		if n := s.nodes[rand.IntN(len(s.nodes))]; n.behind == nil || !n.behind.sick.Load() {
			return n.api
		}
	}
}

// order asks one node or another until one has taken the order.
func (s *shopper) order(t *testing.T, body map[string]any, key string) (o order, ok bool) {
	ok = s.retry(func() bool {
		status, err := s.node().Call(http.MethodPost, "/v1/orders", body, &o, "Idempotency-Key", key)
		if err == nil && status >= 400 && status < 500 && status != http.StatusConflict {
			t.Errorf("order %s: %d", key, status)
			return true
		}
		return err == nil && status < 300
	})
	if !ok {
		t.Errorf("order %s was never taken", key)
	}
	return o, ok && o.ID != ""
}

func (s *shopper) post(path string, body any, key string) {
	s.retry(func() bool {
		status, err := s.node().Call(http.MethodPost, path, body, nil, "Idempotency-Key", key)
		return err == nil && status < 500
	})
}

// pay opens the link and pays; a link that has expired meanwhile is left.
func (s *shopper) pay(link, number string, amount int) {
	for range 20 {
		if status, err := s.box.Call(http.MethodGet, link, nil, nil); err == nil && status < 500 {
			break
		}
	}
	var body any
	if amount > 0 {
		body = map[string]int{"amount": amount}
	}
	s.box.Call(http.MethodPost, "/sandbox/alipay/trades/"+number+"/pay", body, nil) //nolint:errcheck // the sandbox may refuse
}

// regret asks for money back, twice at once, as soon as the order is paid.
func (s *shopper) regret(t *testing.T, o order, key string) {
	patience, tick := time.After(3*time.Second), time.NewTicker(50*time.Millisecond)
	defer tick.Stop()
	for now := o; now.Status != "paid"; {
		select {
		case <-tick.C:
			s.node().Call(http.MethodGet, "/v1/orders/"+o.ID, nil, &now) //nolint:errcheck // it is asked again
		case <-patience:
			return
		}
	}
	var both sync.WaitGroup
	for i := range 2 {
		amount := 1 + s.dice.IntN(int(o.Amount))
		both.Go(func() {
			s.post("/v1/orders/"+o.ID+"/refunds", map[string]any{"amount": amount, "reason": "退货"}, fmt.Sprint(key, "r", i))
		})
	}
	both.Wait()
}
