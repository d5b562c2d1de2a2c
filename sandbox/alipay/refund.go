package alipay

// refund answers alipay.trade.refund. A repeated request number with the same
// amount moves no money again; refund_fee is always what the trade has given
// back in all.
func (p *Platform) refund(c *call) reply {
	t, no := p.find(c.biz)
	if no != nil {
		return refusedRefund(*no, c.biz.text("out_trade_no"))
	}
	amount, no := readAmount(c.biz, "refund_amount", "ACQ.REASON_TRADE_REFUND_FEE_ERR")
	if no == nil && len(c.biz.text("out_request_no")) > 64 {
		no = invalid("out_request_no 最长 64 个字符")
	}
	if t == nil {
		if no == nil {
			unknown := refuse("ACQ.TRADE_NOT_EXIST")
			no = &unknown
		}
		return refusedRefund(*no, c.biz.text("out_trade_no"))
	}
	defer t.mu.Unlock()
	if no != nil {
		return refusedRefund(*no, t.OutTradeNo)
	}
	requestNo := c.biz.text("out_request_no")
	if done, again := t.findRefund(orElse(requestNo, t.OutTradeNo)); again {
		return p.repeatRefund(c, t, done, amount)
	}
	if sub := p.refundFault(t, amount, requestNo); sub != "" {
		return refusedRefund(refuse(sub), t.OutTradeNo)
	}
	done := refund{
		RequestNo: orElse(requestNo, t.OutTradeNo), Amount: amount,
		Reason: c.biz.text("refund_reason"), At: p.ledger.now(),
	}
	p.giveBack(t, done)
	return success(p.refunded(c, t, done, true))
}

// refundFault is the sub-code that forbids a new refund, or empty.
func (p *Platform) refundFault(t *trade, amount fen, requestNo string) string {
	switch {
	case t.State == stateClosed:
		return "ACQ.TRADE_HAS_CLOSE"
	case t.State == stateFinished:
		return "ACQ.TRADE_HAS_FINISHED"
	case t.State != stateSuccess:
		return "ACQ.TRADE_STATUS_ERROR"
	case amount > t.Paid-t.Refunded:
		return "ACQ.REASON_TRADE_REFUND_FEE_ERR"
	case requestNo == "" && amount != t.Paid:
		return "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
	case p.wallet.of(p.account.sellerID) < amount:
		return "ACQ.SELLER_BALANCE_NOT_ENOUGH"
	}
	return ""
}

// giveBack books a refund of a locked trade.
func (p *Platform) giveBack(t *trade, done refund) {
	fee := t.feeLeft()
	t.addRefund(done)
	p.wallet.add(p.account.sellerID, fee-t.feeLeft()-done.Amount)
	p.wallet.add(t.Buyer, done.Amount)
	p.announceRefund(t, done)
	p.ledger.keep(t)
}

func (p *Platform) repeatRefund(c *call, t *trade, done refund, amount fen) reply {
	if done.Amount != amount {
		return refusedRefund(refuse("ACQ.DISCORDANT_REPEAT_REQUEST"), t.OutTradeNo)
	}
	return success(p.refunded(c, t, done, false))
}

// refunded lists the fields of a successful answer; moved says whether this
// very call gave money back.
func (p *Platform) refunded(c *call, t *trade, done refund, moved bool) fields {
	buyer := p.account.buyer(t.Buyer)
	f := fields{
		"trade_no": t.TradeNo, "out_trade_no": t.OutTradeNo, "buyer_logon_id": buyer.masked(),
		"buyer_user_id": buyer.ID, "refund_fee": t.Refunded.String(), "gmt_refund_pay": done.At.wire(),
		"fund_change": "N", "send_back_fee": noAmount,
	}
	if moved {
		f["fund_change"], f["send_back_fee"] = "Y", done.Amount.String()
	}
	if c.biz.asks("refund_detail_item_list") {
		f["refund_detail_item_list"] = done.items()
	}
	return f
}

func (r refund) items() []fields {
	return []fields{{"fund_channel": "ALIPAYACCOUNT", "amount": r.Amount.String()}}
}

func refusedRefund(no refusal, outTradeNo string) reply {
	return refused(no, fields{"out_trade_no": outTradeNo, "refund_fee": noAmount, "send_back_fee": noAmount})
}

// queryRefund answers alipay.trade.fastpay.refund.query. A request number that
// the trade does not know is a success without any field of a refund.
func (p *Platform) queryRefund(c *call) reply {
	t, no := p.find(c.biz)
	if no != nil {
		return refused(*no, nil)
	}
	if t != nil {
		defer t.mu.Unlock()
	}
	requestNo := c.biz.text("out_request_no")
	if requestNo == "" {
		return refused(*invalid("out_request_no 必填"), nil)
	}
	if t == nil {
		return refused(refuse("ACQ.TRADE_NOT_EXIST"), nil)
	}
	done, known := t.findRefund(requestNo)
	if !known {
		return success(nil)
	}
	f := fields{
		"trade_no": t.TradeNo, "out_trade_no": t.OutTradeNo, "out_request_no": done.RequestNo,
		"refund_reason": done.Reason, "total_amount": t.total().String(), "refund_amount": done.Amount.String(),
		"refund_status": "REFUND_SUCCESS", "gmt_refund_pay": done.At.wire(), "send_back_fee": done.Amount.String(),
	}
	if c.biz.asks("refund_detail_item_list") {
		f["refund_detail_item_list"] = done.items()
	}
	return success(f)
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
