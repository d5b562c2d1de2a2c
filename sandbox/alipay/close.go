package alipay

// closeTrade answers alipay.trade.close, which only an unpaid trade allows.
func (p *Platform) closeTrade(c *call) reply {
	t, no := p.find(c.biz)
	if no != nil {
		return refused(*no, nil)
	}
	if t == nil {
		return refused(refuse("ACQ.TRADE_NOT_EXIST"), fields{"out_trade_no": c.biz.text("out_trade_no")})
	}
	defer t.mu.Unlock()
	if t.State != stateWaiting {
		return refused(refuse("ACQ.TRADE_STATUS_ERROR"), fields{"out_trade_no": t.OutTradeNo})
	}
	p.shut(t)
	return success(fields{"trade_no": t.TradeNo, "out_trade_no": t.OutTradeNo})
}

// shut closes a locked, unpaid trade.
func (p *Platform) shut(t *trade) {
	t.State, t.ClosedAt = stateClosed, p.ledger.now()
	t.forgetExpiry()
	p.announceClosed(t)
	p.ledger.keep(t)
}

// cancelTrade answers alipay.trade.cancel: an unpaid trade is closed, a paid
// one is refunded whole, and an unknown one is a success without effect.
func (p *Platform) cancelTrade(c *call) reply {
	t, no := p.find(c.biz)
	if no != nil {
		return refused(*no, fields{"retry_flag": "N"})
	}
	if t == nil {
		return success(fields{"out_trade_no": c.biz.text("out_trade_no"), "retry_flag": "N"})
	}
	defer t.mu.Unlock()
	f := fields{"trade_no": t.TradeNo, "out_trade_no": t.OutTradeNo, "retry_flag": "N"}
	switch t.State {
	case stateFinished:
		return refused(refuse("ACQ.TRADE_HAS_FINISHED"), f)
	case stateWaiting:
		t.cancel("close")
		p.shut(t)
	case stateSuccess:
		if p.wallet.of(p.account.sellerID) < t.Paid-t.Refunded {
			return refused(refuse("ACQ.SELLER_BALANCE_NOT_ENOUGH"), f)
		}
		t.cancel("refund")
		p.giveBack(t, refund{RequestNo: t.freeRequestNo(), Amount: t.Paid - t.Refunded, Reason: "撤销", At: p.ledger.now()})
	}
	f["action"] = t.extras().Cancelled
	if f["action"] == "refund" {
		f["gmt_refund_pay"] = t.ClosedAt.wire()
	}
	return success(f)
}

// cancel notes what a reversal did.
func (r *record) cancel(action string) {
	more := r.extras()
	more.Cancelled = action
	r.setExtras(more)
}

// freeRequestNo is the number under which a reversal is booked: that of the
// order, unless a refund already bears it.
func (t *trade) freeRequestNo() string {
	number := t.OutTradeNo
	for _, taken := t.findRefund(number); taken; _, taken = t.findRefund(number) {
		number += "R"
	}
	return number
}
