package alipay

import "time"

const (
	faceToFaceTimeout = 3 * time.Hour
	codeLife          = 2 * time.Hour
)

// precreate answers alipay.trade.precreate: a code for the buyer to scan. Until
// somebody scans it, the trade cannot be queried, and the answer has no
// trade_no.
func (p *Platform) precreate(c *call) reply {
	o, no := readOrder(c.biz, p.ledger.now(), terms{timeout: faceToFaceTimeout, shortest: time.Minute})
	if no != nil {
		return refused(*no, nil)
	}
	t, no := p.place(c, o, stateHidden)
	if no != nil {
		return refused(*no, nil)
	}
	defer t.mu.Unlock()
	return success(fields{"out_trade_no": t.OutTradeNo, "qr_code": p.codeURL(t.TradeNo)})
}
