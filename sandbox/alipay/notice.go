package alipay

import "encoding/json"

// notice is one thing that the merchant is to be told, with everything that
// came of it. It belongs to a trade and is guarded by the trade's lock.
type notice struct {
	ID string `json:"id"`
	// State is the trade_status at the moment of the event.
	State    string `json:"state"`
	Refund   *told  `json:"refund,omitempty"`
	ClosedAt moment `json:"closed_at,omitempty"`
	// Tries counts the sendings of the schedule that are over.
	Tries int `json:"tries"`
	// Due is when the next one is to happen; zero when none is.
	Due      moment    `json:"due,omitempty"`
	Acked    bool      `json:"acked"`
	Attempts []attempt `json:"attempts,omitempty"`
}

// told is the refund that a notice tells of.
type told struct {
	RequestNo string `json:"out_biz_no"`
	Fee       fen    `json:"refund_fee"`
	Back      fen    `json:"send_back_fee"`
	At        moment `json:"at"`
}

// attempt is one sending of a notice.
type attempt struct {
	At moment `json:"at"`
	// Status is the HTTP status of the answer; 0 when there was none.
	Status int    `json:"status"`
	Answer string `json:"answer,omitempty"`
	Error  string `json:"error,omitempty"`
	Manual bool   `json:"manual,omitempty"`
	Faults string `json:"faults,omitempty"`
}

// restore replaces texts by shared copies.
func (n *notice) restore(state string) {
	if n.State == state {
		n.State = state
	}
	for i := range n.Attempts {
		if n.Attempts[i].Answer == ack {
			n.Attempts[i].Answer = ack
		}
	}
}

// announcePaid, announceRefund and announceClosed note on a locked trade that
// the merchant is to be told, and see to it. The caller keeps the trade.
func (p *Platform) announcePaid(t *trade) {
	p.announce(t, &notice{State: t.State})
}

func (p *Platform) announceRefund(t *trade, done refund) {
	if !p.config.Load().NotifyRefunds {
		return
	}
	p.announce(t, &notice{
		State: t.State, ClosedAt: t.ClosedAt,
		Refund: &told{RequestNo: done.RequestNo, Fee: t.Refunded, Back: done.Amount, At: done.At},
	})
}

func (p *Platform) announceClosed(t *trade) {
	if p.config.Load().NotifyClosed {
		p.announce(t, &notice{State: t.State, ClosedAt: t.ClosedAt})
	}
}

// aged tells of a trade that ran out of time.
func (p *Platform) aged(t *trade) {
	if t.State == stateClosed {
		p.announceClosed(t)
	}
}

func (p *Platform) announce(t *trade, n *notice) {
	if t.NotifyURL == "" {
		return
	}
	now := p.ledger.now()
	n.ID = noticeID(now, t.TradeNo)
	n.Due = now
	t.Notices = append(t.Notices, n)
	p.plan(t, n)
}

// noticeParams lists what a notice says, without its signature. No value is
// empty, and nothing is repeated.
func (p *Platform) noticeParams(t *trade, n *notice) params {
	buyer := p.account.buyer(t.Buyer)
	all := params{
		"notify_time": p.ledger.now().wire(), "notify_type": "trade_status_sync", "notify_id": n.ID,
		"app_id": t.AppID, "auth_app_id": orElse(t.AuthAppID, t.AppID), "charset": t.GBK.name(), "version": "1.0",
		"trade_no": t.TradeNo, "out_trade_no": t.OutTradeNo, "trade_status": n.State,
		"total_amount": t.total().String(), "seller_id": p.account.sellerID, "seller_email": p.account.sellerEmail,
		"buyer_id": buyer.ID, "buyer_logon_id": buyer.masked(), "subject": t.Subject, "body": t.extras().Body,
		"gmt_create": t.Created.wire(), "passback_params": t.extras().Passback,
	}
	if t.paid() {
		all["gmt_payment"] = t.PaidAt.wire()
	}
	if n.Refund != nil {
		all.addRefund(n.Refund)
	} else if t.paid() {
		all.addPayment(t.Paid)
	}
	if n.State == stateClosed && n.ClosedAt != 0 {
		all["gmt_close"] = n.ClosedAt.wire()
	}
	return all.encoded(t.GBK)
}

func (p params) addPayment(paid fen) {
	for _, name := range []string{"receipt_amount", "invoice_amount", "buyer_pay_amount"} {
		p[name] = paid.String()
	}
	p["point_amount"] = noAmount
	funds := []map[string]string{{"amount": paid.String(), "fundChannel": "ALIPAYACCOUNT"}}
	if raw, err := json.Marshal(funds); err == nil {
		p["fund_bill_list"] = string(raw)
	}
}

func (p params) addRefund(r *told) {
	p["refund_fee"] = r.Fee.String()
	p["send_back_fee"] = r.Back.String()
	p["gmt_refund"] = r.At.wireMillis()
	p["out_biz_no"] = r.RequestNo
}

// encoded drops empty values and turns the others into bytes of the charset.
func (p params) encoded(cs charset) params {
	out := params{}
	for name, value := range p {
		if value != "" {
			out[name] = cs.encode(value)
		}
	}
	return out
}
