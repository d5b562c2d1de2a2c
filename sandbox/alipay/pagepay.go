package alipay

import (
	"net/http"
	"time"
)

// openPage answers alipay.trade.page.pay and alipay.trade.wap.pay: somebody
// has opened a merchant's link. The trade begins here, and the browser goes on
// to the cashier.
func (p *Platform) openPage(w http.ResponseWriter, c *call) {
	t := terms{product: "FAST_INSTANT_TRADE_PAY", timeout: maxTimeout, shortest: time.Minute}
	if c.method == "alipay.trade.wap.pay" {
		t.product, t.shortest = "QUICK_WAP_WAY", 5*time.Minute
	}
	o, no := readOrder(c.biz, p.ledger.now(), t)
	if no != nil {
		writeErrorPage(w, *no)
		return
	}
	trade, no := p.place(c, o, stateWaiting)
	if no != nil {
		writeErrorPage(w, *no)
		return
	}
	to := p.cashierURL(trade.TradeNo)
	trade.mu.Unlock()
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusFound)
}
