package alipay_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
)

// together runs fn in n goroutines that start at once.
func together(n int, fn func(i int)) {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-start
			fn(i)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
}

func TestATradeIsPaidOnce(t *testing.T) {
	b := newBench(t)
	before := b.people()
	b.openLink(order("o1", "10"), nil)
	var paid atomic.Int32
	together(20, func(int) {
		resp, err := http.Post(b.server.URL+"/sandbox/alipay/trades/o1/pay", "application/json", nil)
		if err != nil {
			t.Error(err)
			return
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			paid.Add(1)
		}
	})
	if paid.Load() != 1 || before.Buyers[0].Balance-b.people().Buyers[0].Balance != 1000 {
		t.Errorf("paid %d times", paid.Load())
	}
}

func TestMoneyIsGivenBackOnce(t *testing.T) {
	b := newBench(t)
	b.paid("o1", "10")
	var moved atomic.Int32
	together(16, func(i int) {
		q := b.call("alipay.trade.refund", map[string]any{
			"out_trade_no": "o1", "refund_amount": "4", "out_request_no": fmt.Sprintf("r%d", i%4),
		})
		if a := b.send(q); a.field("fund_change") == "Y" {
			moved.Add(1)
		}
	})
	if moved.Load() != 2 {
		t.Errorf("money moved %d times", moved.Load())
	}
	if a := b.do("alipay.trade.query", map[string]any{"out_trade_no": "o1"}); a.field("trade_status") != "TRADE_SUCCESS" {
		t.Errorf("the trade is %s", a.inner)
	}
}

func TestALinkOpenedByManyIsOneTrade(t *testing.T) {
	b := newBench(t)
	var mu sync.Mutex
	seen := map[string]bool{}
	together(16, func(int) {
		to := b.openLink(order("o1", "1"), nil)
		mu.Lock()
		defer mu.Unlock()
		seen[to] = true
	})
	if len(seen) != 1 {
		t.Errorf("%d cashiers for one order", len(seen))
	}
}
