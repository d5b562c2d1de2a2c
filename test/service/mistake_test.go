package service_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/app"
	"github.com/paypush/paypush/internal/proof"
	"github.com/paypush/paypush/test/harness"
)

// What other systems get wrong, one test each. All end with the audit: the
// ledger fits itself and the sandbox to the fen.

// prove waits until the ledger and the sandbox agree, and everything within.
func (p *pair) prove(t *testing.T) {
	t.Helper()
	office, err := app.OpenOffice(t.Context(), p.conf.DatabaseURL(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer office.Close()
	var found []string
	defer func() {
		if t.Failed() {
			t.Log(strings.Join(found, "\n"))
		}
	}()
	harness.Eventually(t, "the books fit", func() bool {
		found = nil
		tally, err := office.Prove(t.Context(), p.conf.SandboxURL, func(f proof.Finding) error {
			found = append(found, string(f.Code)+" "+f.Object+": "+f.Detail)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return tally.Findings == 0
	})
}

func (p *pair) cashier(t *testing.T, id string) string {
	t.Helper()
	resp, err := http.Get(p.server.URL() + "/pay/" + id)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// The mistake: a payment that comes after the close is told to the team as a
// success, while the order stays closed. Here the order, its page and the feed
// say the same: closed, with a surplus.
func TestPaidAfterCloseIsNotToldAsASuccess(t *testing.T) {
	p := newPair(t)
	p.faults(t, map[string]any{"at": "alipay.gateway", "kind": "http_500", "rate": 1, "path": "alipay.trade.refund"})
	o := p.newOrder(t, 880)
	p.api.Must(t, http.MethodPost, "/v1/orders/"+o.ID+"/close", nil, nil)
	p.open(t, o)
	p.pay(t, o.Number, 0)
	harness.Eventually(t, "the surplus is told", func() bool { return p.events(t, "surplus.found") == 1 })
	if status, answer := p.post(t, p.gate.notice(t, o.Number)); status != http.StatusOK || answer != "success" {
		t.Errorf("the notice was answered %d %q", status, answer)
	}
	got, page := p.order(t, o.ID), p.cashier(t, o.ID)
	if got.Status != "closed" || got.Payments[0].Surplus != "late" || p.events(t, "order.paid") != 0 {
		t.Errorf("the order: %+v", got)
	}
	if !strings.Contains(page, `data-testid="cashier-closed"`) || !strings.Contains(page, `data-testid="surplus"`) || strings.Contains(page, `data-testid="paid-at"`) {
		t.Errorf("the page:\n%s", page)
	}
	p.box.Must(t, http.MethodDelete, "/sandbox/faults", nil, nil)
	harness.Eventually(t, "the surplus went back", func() bool {
		p.advance(t, "30s")
		return p.trade(t, o.Number).Refunded == 880
	})
	p.prove(t)
}

// The mistake: a notice that is late, but tells of a payment made in time, is
// dropped because it is past the expiry now.
func TestALateNoticeOfATimelyPaymentSettles(t *testing.T) {
	p := newPair(t)
	p.gate.closed.Store(true)
	o := p.newOrder(t, 450)
	p.open(t, o)
	p.faults(t, map[string]any{"at": "alipay.gateway", "kind": "http_500", "rate": 1})
	p.pay(t, o.Number, 0)
	notice := p.gate.notice(t, o.Number)
	p.advance(t, "26h") // far past the expiry, and nobody could be asked
	harness.Eventually(t, "the server's clock has followed", func() bool {
		return strings.Contains(p.cashier(t, o.ID), `data-testid="cashier-expired"`)
	})
	p.gate.closed.Store(false)
	if status, answer := p.post(t, notice); status != http.StatusOK || answer != "success" {
		t.Fatalf("answered %d %q", status, answer)
	}
	if got := p.order(t, o.ID); got.Status != "paid" || !got.Payments[0].Settles {
		t.Errorf("the order: %+v", got)
	}
	p.prove(t)
}

// The mistake: the payment of a second way is stored in the transaction that
// gives up the first, and thrown away with it when that fails.
func TestASecondWaysPaymentOutlivesTheFirstWaysTrouble(t *testing.T) {
	p := newPair(t)
	var o order
	p.api.Must(t, http.MethodPost, "/v1/orders", map[string]any{"amount": 720, "subject": "测试商品 & <b>",
		"channel": "alipay.page", "out_trade_no": "SECONDWAY0001"}, &o)
	p.open(t, o)
	link, second := p.secondWay(t, o)
	p.box.Must(t, http.MethodGet, link, nil, nil)
	p.faults(t, map[string]any{"at": "alipay.gateway", "kind": "http_500", "rate": 1}) // nothing can be closed there
	if status, err := p.api.Call(http.MethodPost, "/v1/orders/"+o.ID+"/close", nil, nil); err != nil || status < 500 {
		t.Errorf("closing with the platform down: %d, %v", status, err)
	}
	p.pay(t, second, 0)
	got := p.waitStatus(t, o.ID, "paid")
	if len(got.Payments) != 2 || got.Payments[0].Settles || !got.Payments[1].Settles || got.Payments[1].Number != second {
		t.Errorf("the order: %+v", got)
	}
	p.pay(t, o.Number, 0) // the first way was never closed there
	harness.Eventually(t, "the other payment is a surplus", func() bool { return p.order(t, o.ID).Payments[0].Surplus == "twice" })
	p.box.Must(t, http.MethodDelete, "/sandbox/faults", nil, nil)
	harness.Eventually(t, "it went back", func() bool {
		p.advance(t, "30s")
		return p.trade(t, o.Number).Refunded == 720
	})
	if p.trade(t, second).Refunded != 0 || p.events(t, "order.paid") != 1 {
		t.Error("the payment that settled was touched")
	}
	p.prove(t)
}

// The mistake: only TRADE_SUCCESS is paid. A trade that is first heard of when
// its refund period is over says TRADE_FINISHED, and it is paid.
func TestAFinishedTradeIsPaid(t *testing.T) {
	p := newPair(t)
	o := p.newOrder(t, 610)
	p.open(t, o)
	p.faults(t, map[string]any{"at": "alipay.notify", "kind": "drop", "rate": 1},
		map[string]any{"at": "alipay.gateway", "kind": "http_500", "rate": 1})
	p.pay(t, o.Number, 0)
	p.advance(t, "9000h")
	if tr := p.trade(t, o.Number); tr.Status != "TRADE_FINISHED" {
		t.Fatalf("the trade is %s", tr.Status)
	}
	p.box.Must(t, http.MethodDelete, "/sandbox/faults", nil, nil)
	harness.Eventually(t, "it is settled", func() bool {
		p.advance(t, "10m")
		return p.order(t, o.ID).Status == "paid"
	})
	var r refund
	p.api.Must(t, http.MethodPost, "/v1/orders/"+o.ID+"/refunds", map[string]any{"amount": 610, "reason": "太晚"}, &r)
	p.waitRefund(t, r.ID, "failed") // nothing of it can go back, and nothing stays reserved
	p.prove(t)
}

// The mistake: a repeated notice turns an order back to paid that has moved on
// since. Here it has been refunded in full; nothing but a count may change.
func TestARepeatedNoticeTurnsNothingBack(t *testing.T) {
	p := newPair(t)
	o := p.paidOrder(t, 530)
	first := p.gate.notice(t, o.Number)
	var r refund
	p.api.Must(t, http.MethodPost, "/v1/orders/"+o.ID+"/refunds", map[string]any{"amount": 530, "reason": "退货"}, &r)
	p.waitRefund(t, r.ID, "succeeded")
	harness.Eventually(t, "the refund is in the feed", func() bool { return p.events(t, "refund.succeeded") == 1 })
	before, events := p.raw(t, "/v1/orders/"+o.ID), p.allEvents(t)
	for range 3 {
		if status, answer := p.post(t, first); status != http.StatusOK || answer != "success" {
			t.Errorf("answered %d %q", status, answer)
		}
		p.box.Must(t, http.MethodPost, "/sandbox/alipay/trades/"+o.Number+"/notify", nil, nil)
		p.advance(t, "1m")
	}
	if after := p.raw(t, "/v1/orders/"+o.ID); after != before {
		t.Errorf("the order was\n%s\nand is\n%s", before, after)
	}
	if after := p.allEvents(t); after != events {
		t.Errorf("%d events were raised", after-events)
	}
	p.prove(t)
}

func (p *pair) raw(t *testing.T, path string) string {
	t.Helper()
	var v json.RawMessage
	p.api.Must(t, http.MethodGet, path, nil, &v)
	return string(v)
}

// allEvents counts what has been numbered so far.
func (p *pair) allEvents(t *testing.T) (n int) {
	t.Helper()
	for _, kind := range []string{"order.created", "order.paid", "order.closed", "surplus.found", "surplus.held", "notice.mismatched",
		"refund.created", "refund.succeeded", "refund.failed", "message.queued"} {
		n += p.events(t, kind)
	}
	return n
}

// The mistake: an order that was closed here is forgotten, while its link is
// paid there and no notice comes. The link is watched until it expires.
func TestClosedHerePaidThereIsFoundWithoutANotice(t *testing.T) {
	p := newPair(t)
	p.faults(t, map[string]any{"at": "alipay.notify", "kind": "drop", "rate": 1})
	o := p.newOrder(t, 840)
	p.api.Must(t, http.MethodPost, "/v1/orders/"+o.ID+"/close", nil, nil)
	p.open(t, o)
	p.pay(t, o.Number, 0)
	harness.Eventually(t, "the money went back", func() bool {
		p.advance(t, "2m")
		return p.trade(t, o.Number).Refunded == 840
	})
	if got := p.order(t, o.ID); got.Status != "closed" || p.events(t, "order.paid") != 0 {
		t.Errorf("the order: %+v", got)
	}
	p.prove(t)
}
