package alipay

import "net/http"

// openPage answers alipay.trade.page.pay, alipay.trade.wap.pay and the order
// string of alipay.trade.app.pay: somebody has opened a merchant's link. The trade begins here, and the browser goes on
// to the cashier.
func (p *Platform) openPage(w http.ResponseWriter, c *call) {
	o, no := readOrder(c.biz, p.ledger.now(), pageTerms(c.method))
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
