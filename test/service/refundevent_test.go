package service_test

import (
	"net/http"
	"testing"

	"github.com/paypush/paypush/test/harness"
)

// The event of a refund names the order's member and what was bought, so that
// a rule can tell them.
func TestTheEventOfARefundNamesTheMember(t *testing.T) {
	p := newPair(t)
	var o order
	p.api.Must(t, http.MethodPost, "/v1/orders", map[string]any{"amount": 990, "subject": "茶", "member": "mem_somebody", "channel": "alipay.page"}, &o)
	p.open(t, o)
	p.pay(t, o.Number, 0)
	p.waitStatus(t, o.ID, "paid")
	var r refund
	p.api.Must(t, http.MethodPost, "/v1/orders/"+o.ID+"/refunds", map[string]any{"amount": 990, "reason": "退货"}, &r)
	p.waitRefund(t, r.ID, "succeeded")
	harness.Eventually(t, "the refund is in the feed", func() bool {
		var page struct {
			Data []struct {
				Type string `json:"type"`
				Data struct {
					Member  string `json:"member"`
					Subject string `json:"subject"`
					Number  string `json:"out_trade_no"`
				} `json:"data"`
			} `json:"data"`
		}
		p.api.Must(t, http.MethodGet, "/v1/events?limit=100", nil, &page)
		for _, e := range page.Data {
			if e.Type == "refund.succeeded" {
				return e.Data.Member == "mem_somebody" && e.Data.Subject == "茶" && e.Data.Number == o.Number
			}
		}
		return false
	})
}
