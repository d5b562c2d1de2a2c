package alipay

import "time"

// confirmAbove is the amount from which the buyer has to confirm a payment by
// code on the phone.
const confirmAbove fen = 2000 * 100

// payByCode answers alipay.trade.pay: the merchant has scanned a buyer's code.
// Code 10003 says that the buyer still has to confirm.
func (p *Platform) payByCode(c *call) reply {
	now := p.ledger.now()
	o, no := readOrder(c.biz, now, terms{timeout: faceToFaceTimeout, shortest: time.Minute})
	if no != nil {
		return refused(*no, nil)
	}
	code := c.biz.text("auth_code")
	if code == "" {
		return refused(*invalid("auth_code 必填"), nil)
	}
	var buyerID string
	var good bool
	if p.ledger.byNumber("", o.outTradeNo) == nil {
		if buyerID, good = p.payCodes.spend(code, now); !good {
			return refused(refuse("ACQ.PAYMENT_AUTH_CODE_INVALID"), nil)
		}
	}
	t, no := p.place(c, o, stateWaiting)
	if no != nil {
		return refused(*no, fields{"out_trade_no": o.outTradeNo})
	}
	defer t.mu.Unlock()
	if buyerID == "" {
		// The order waits from an earlier call; this code may still pay it.
		if buyerID, good = p.payCodes.spend(code, now); !good {
			return p.waiting(t)
		}
	}
	p.ledger.reroute(t, func(r *route) { r.Buyer = buyerID })
	if t.Amount > confirmAbove {
		p.ledger.keep(t)
		return p.waiting(t)
	}
	if err := p.pay(t, buyerID, 0); err != nil {
		return refused(refuse("ACQ.BUYER_BALANCE_NOT_ENOUGH"), fields{"out_trade_no": t.OutTradeNo, "trade_no": t.TradeNo})
	}
	f := p.describe(t)
	delete(f, "trade_status")
	delete(f, "send_pay_date")
	f["gmt_payment"] = t.PaidAt.wire()
	f["fund_bill_list"] = []fields{{"fund_channel": "ALIPAYACCOUNT", "amount": t.Paid.String()}}
	return success(f)
}

// waiting answers that the buyer has to act.
func (p *Platform) waiting(t *trade) reply {
	f := p.describe(t)
	delete(f, "trade_status")
	return reply{code: "10003", msg: msgOf("10003"), fields: f}
}

// createTrade answers alipay.trade.create: a trade for a buyer who is already
// known. It exists at once.
func (p *Platform) createTrade(c *call) reply {
	o, no := readOrder(c.biz, p.ledger.now(), terms{timeout: faceToFaceTimeout, shortest: time.Minute})
	if no != nil {
		return refused(*no, nil)
	}
	buyer, named := p.account.named(c.biz)
	switch {
	case !named:
		return refused(*invalid("buyer_id、buyer_open_id 或 buyer_logon_id 至少提供一个"), nil)
	case buyer == nil:
		return refused(refuse("ACQ.BUYER_NOT_EXIST"), nil)
	}
	t, no := p.place(c, o, stateWaiting)
	if no != nil {
		return refused(*no, fields{"out_trade_no": o.outTradeNo})
	}
	defer t.mu.Unlock()
	p.ledger.reroute(t, func(r *route) { r.Buyer = buyer.ID })
	p.ledger.keep(t)
	return success(fields{"out_trade_no": t.OutTradeNo, "trade_no": t.TradeNo})
}
