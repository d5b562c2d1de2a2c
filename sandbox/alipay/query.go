package alipay

const noAmount = "0.00"

// find returns the trade that a call names, locked, or nil when the platform
// does not know it. A call that names none is refused.
func (p *Platform) find(b biz) (*trade, *refusal) {
	tradeNo, outTradeNo := b.text("trade_no"), b.text("out_trade_no")
	if tradeNo == "" && outTradeNo == "" {
		return nil, invalid("trade_no 与 out_trade_no 至少提供一个")
	}
	t := p.ledger.byNumber(tradeNo, outTradeNo)
	if t == nil {
		return nil, nil
	}
	p.ledger.lock(t)
	if !t.exists() {
		t.mu.Unlock()
		return nil, nil
	}
	return t, nil
}

// query answers alipay.trade.query. Success only means that the trade was
// found.
func (p *Platform) query(c *call) reply {
	t, no := p.find(c.biz)
	if no != nil {
		return refused(*no, nil)
	}
	if t == nil {
		return refused(refuse("ACQ.TRADE_NOT_EXIST"), fields{
			"out_trade_no": c.biz.text("out_trade_no"), "buyer_pay_amount": noAmount,
			"invoice_amount": noAmount, "point_amount": noAmount, "receipt_amount": noAmount,
		})
	}
	defer t.mu.Unlock()
	f := p.describe(t)
	if c.biz.asks("fund_bill_list") && t.paid() {
		f["fund_bill_list"] = []fields{{"fund_channel": "ALIPAYACCOUNT", "amount": t.Paid.String()}}
	}
	return success(f)
}

// describe lists the fields of a locked trade that every query shows.
func (p *Platform) describe(t *trade) fields {
	buyer := p.account.buyer(t.Buyer)
	f := fields{
		"trade_no": t.TradeNo, "out_trade_no": t.OutTradeNo, "trade_status": t.State,
		"total_amount": t.total().String(), "buyer_user_id": buyer.ID, "buyer_user_type": "PRIVATE",
		"buyer_logon_id": buyer.masked(), "passback_params": t.extras().Passback, "point_amount": noAmount,
	}
	for _, name := range []string{"buyer_pay_amount", "invoice_amount", "receipt_amount"} {
		f[name] = t.Paid.String()
	}
	if t.paid() {
		f["send_pay_date"] = t.PaidAt.wire()
	}
	return f
}
