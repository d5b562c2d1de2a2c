package service_test

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/test/harness"
)

type refund struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Amount int64  `json:"amount"`
}

// trade is what the sandbox knows of a trade.
type trade struct {
	Status   string `json:"status"`
	Paid     int64  `json:"paid"`
	Refunded int64  `json:"refunded"`
}

func (p *pair) trade(t *testing.T, number string) (tr trade) {
	t.Helper()
	p.box.Must(t, http.MethodGet, "/sandbox/alipay/trades/"+number, nil, &tr)
	return tr
}

// paidOrder makes an order that is paid.
func (p *pair) paidOrder(t *testing.T, amount int64) order {
	t.Helper()
	o := p.newOrder(t, amount)
	p.open(t, o)
	p.pay(t, o.Number, 0)
	p.waitStatus(t, o.ID, "paid")
	return o
}

func (p *pair) waitRefund(t *testing.T, id, status string) {
	t.Helper()
	harness.Eventually(t, "refund "+id+" is "+status, func() bool {
		var r refund
		p.api.Must(t, http.MethodGet, "/v1/refunds/"+id, nil, &r)
		if r.Status != status {
			p.advance(t, "5s")
		}
		return r.Status == status
	})
}

func TestRefundsInPartsNeverExceedThePayment(t *testing.T) {
	p := newPair(t)
	o := p.paidOrder(t, 1000)
	for i, amount := range []int64{300, 300} {
		var r refund
		p.api.Must(t, http.MethodPost, "/v1/orders/"+o.ID+"/refunds", map[string]any{"amount": amount, "reason": "退货"}, &r,
			"Idempotency-Key", fmt.Sprintf("r%d", i))
		p.waitRefund(t, r.ID, "succeeded")
		p.advance(t, "5s")
	}
	var asking sync.WaitGroup
	var mu sync.Mutex
	taken := 0
	for range 8 {
		asking.Go(func() {
			a := p.send(t, http.MethodPost, "/v1/orders/"+o.ID+"/refunds", `{"amount":250,"reason":"race"}`)
			mu.Lock()
			defer mu.Unlock()
			if a.status == http.StatusCreated {
				taken++
			} else if a.status != http.StatusUnprocessableEntity || a.problem.Code != "refund_too_much" {
				t.Errorf("a refund too many: %d %s", a.status, a.body)
			}
		})
	}
	asking.Wait()
	if taken != 1 {
		t.Errorf("%d of 8 refunds of 250 were taken where 400 were left", taken)
	}
	harness.Eventually(t, "the sandbox has given 850 back", func() bool {
		p.advance(t, "5s")
		return p.trade(t, o.Number).Refunded == 850
	})
	if a := p.send(t, http.MethodPost, "/v1/orders/"+p.newOrder(t, 100).ID+"/refunds", `{"amount":1,"reason":"x"}`); a.status != 409 {
		t.Errorf("a refund of an unpaid order: %d %s", a.status, a.body)
	}
}

// Invariant 6: a refund whose reply was lost is asked about, and given once.
func TestInvariant06LostRefundReplyGivesBackOnce(t *testing.T) {
	p := newPair(t)
	o := p.paidOrder(t, 700)
	p.faults(t, map[string]any{"at": "alipay.gateway", "kind": "reply_lost", "rate": 1})
	var r refund
	p.api.Must(t, http.MethodPost, "/v1/orders/"+o.ID+"/refunds", map[string]any{"amount": 500, "reason": "退货"}, &r)
	harness.Eventually(t, "the sandbox has given it back", func() bool { return p.trade(t, o.Number).Refunded == 500 })
	p.box.Must(t, http.MethodDelete, "/sandbox/faults", nil, nil)
	p.waitRefund(t, r.ID, "succeeded")
	if got := p.trade(t, o.Number); got.Refunded != 500 {
		t.Errorf("the sandbox gave back %d", got.Refunded)
	}
}

// secondWay begins another payment of the same order, as a payer does who
// gives up on the desk and goes on with the phone.
func (p *pair) secondWay(t *testing.T, o order) (link, number string) {
	t.Helper()
	p.api.Must(t, http.MethodPost, "/v1/orders", map[string]any{"amount": o.Amount, "subject": "测试商品 & <b>",
		"channel": "alipay.wap", "out_trade_no": o.Number}, &o)
	u, err := url.Parse(o.PayURL)
	if err != nil {
		t.Fatal(err)
	}
	return o.PayURL, o.Number + "R2" + u.Fragment
}

// Invariant 4: paid twice over two payments: one settles, the other is a
// surplus and goes back by itself.
func TestInvariant04PaidTwiceGoesBack(t *testing.T) {
	p := newPair(t)
	var o order
	p.api.Must(t, http.MethodPost, "/v1/orders", map[string]any{"amount": 640, "subject": "测试商品 & <b>",
		"channel": "alipay.page", "out_trade_no": "TWICE00000001"}, &o)
	link, second := p.secondWay(t, o)
	p.open(t, o)
	p.box.Must(t, http.MethodGet, link, nil, nil)
	p.faults(t, map[string]any{"at": "alipay.gateway", "kind": "http_500", "rate": 1})
	p.pay(t, o.Number, 0)
	p.pay(t, second, 0)
	p.waitStatus(t, o.ID, "paid")
	harness.Eventually(t, "the surplus is an event", func() bool { return p.events(t, "surplus.found") == 1 })
	p.box.Must(t, http.MethodDelete, "/sandbox/faults", nil, nil)
	harness.Eventually(t, "the surplus went back", func() bool {
		p.advance(t, "20s")
		return p.trade(t, o.Number).Refunded+p.trade(t, second).Refunded == 640
	})
	got := p.order(t, o.ID)
	if got.Status != "paid" || p.events(t, "order.paid") != 1 {
		t.Errorf("the order is %s with %d order.paid", got.Status, p.events(t, "order.paid"))
	}
	settling := 0
	for _, one := range got.Payments {
		if one.Settles {
			settling++
		} else if one.Surplus != "twice" {
			t.Errorf("the other payment is a surplus of kind %q", one.Surplus)
		}
	}
	if settling != 1 {
		t.Errorf("%d payments settle the order", settling)
	}
}

// Invariants 4 and 5: a link that nobody had opened when its order was closed
// can still be paid; the money is a surplus, the order stays closed, and the
// money goes back.
func TestInvariant04And05PaidAfterCloseGoesBack(t *testing.T) {
	p := newPair(t)
	o := p.newOrder(t, 880)
	var closed order
	p.api.Must(t, http.MethodPost, "/v1/orders/"+o.ID+"/close", nil, &closed)
	if closed.Status != "closed" {
		t.Fatalf("the order is %s", closed.Status)
	}
	p.open(t, o)
	p.pay(t, o.Number, 0)
	harness.Eventually(t, "the surplus went back", func() bool {
		p.advance(t, "20s")
		return p.trade(t, o.Number).Refunded == 880
	})
	got := p.order(t, o.ID)
	if got.Status != "closed" || got.Payments[0].Surplus != "late" || got.Payments[0].Settles || p.events(t, "order.paid") != 0 {
		t.Errorf("the order: %+v", got)
	}
}

// Invariant 5: closing an order that was paid a moment ago settles it.
func TestInvariant05CloseSettlesWhatIsPaid(t *testing.T) {
	p := newPair(t)
	p.faults(t, map[string]any{"at": "alipay.notify", "kind": "drop", "rate": 1})
	o := p.newOrder(t, 910)
	p.open(t, o)
	p.pay(t, o.Number, 0)
	var closed order
	p.api.Must(t, http.MethodPost, "/v1/orders/"+o.ID+"/close", nil, &closed)
	if closed.Status != "paid" {
		t.Errorf("the order is %s", closed.Status)
	}
}

// Invariant 4: another amount than asked for is held for a person.
func TestInvariant04AnotherAmountIsHeld(t *testing.T) {
	p := newPair(t)
	o := p.newOrder(t, 500)
	p.open(t, o)
	p.pay(t, o.Number, 400)
	harness.Eventually(t, "the surplus is held", func() bool {
		p.advance(t, "20s")
		return p.events(t, "surplus.held") == 1
	})
	if got := p.order(t, o.ID); got.Status != "pending" || got.Payments[0].Surplus != "amount" {
		t.Errorf("the order: %+v", got)
	}
}

// Invariant 17: the limit above which a second person is needed binds whoever
// gives a surplus back, too.
func TestInvariant17SurplusAboveTheLimitWaitsForASecondPerson(t *testing.T) {
	p := newPair(t, func(c *config.Config) { c.Money.ApproveAbove = "3.00" })
	o := p.newOrder(t, 500)
	p.open(t, o)
	p.pay(t, o.Number, 400)
	harness.Eventually(t, "the surplus is held", func() bool {
		p.advance(t, "20s")
		return p.events(t, "surplus.held") == 1
	})
	payment := p.order(t, o.ID).Payments[0].ID
	p.api.Must(t, http.MethodPost, "/v1/surpluses/"+payment+"/refund", nil, nil)
	var waiting struct {
		Data []refund `json:"data"`
	}
	p.api.Must(t, http.MethodGet, "/v1/refunds?status=approving", nil, &waiting)
	if len(waiting.Data) != 1 || waiting.Data[0].Amount != 400 {
		t.Fatalf("waiting for approval: %+v", waiting.Data)
	}
	if a := p.send(t, http.MethodPost, "/v1/refunds/"+waiting.Data[0].ID+"/approve", ""); a.status != http.StatusForbidden {
		t.Errorf("who asked approved it: %d %s", a.status, a.body)
	}
	if got := p.trade(t, o.Number); got.Refunded != 0 {
		t.Errorf("%d went back without approval", got.Refunded)
	}
}
