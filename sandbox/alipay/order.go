package alipay

import (
	"context"
	"errors"
	"time"
)

// order is what a creating call asks for.
type order struct {
	outTradeNo string
	subject    string
	body       string
	passback   string
	amount     fen
	expires    moment
}

// terms are what differs between the creating calls.
type terms struct {
	// product is the product_code that must be given; empty means any.
	product string
	timeout time.Duration
	// shortest lifts shorter values of timeout_express.
	shortest time.Duration
}

// readOrder reads and checks the fields that all creating calls share.
func readOrder(b biz, now moment, t terms) (order, *refusal) {
	var o order
	var fits [4]bool
	o.outTradeNo, fits[0] = b.within("out_trade_no", 64)
	o.subject, fits[1] = b.within("subject", 256)
	o.body, fits[2] = b.within("body", 400)
	o.passback, fits[3] = b.within("passback_params", 512)
	switch {
	case o.outTradeNo == "" || !fits[0]:
		return o, invalid("out_trade_no 必填，最长 64 个字符")
	case o.subject == "" || !fits[1]:
		return o, invalid("subject 必填，最长 256 个字符")
	case !fits[2] || !fits[3]:
		return o, invalid("body 或 passback_params 过长")
	case t.product != "" && b.text("product_code") != t.product:
		return o, invalid("product_code 应为 " + t.product)
	}
	var no *refusal
	if o.amount, no = readAmount(b, "total_amount", "ACQ.TOTAL_FEE_EXCEED"); no != nil {
		return o, no
	}
	o.expires, no = readExpiry(b, now, t)
	return o, no
}

func readAmount(b biz, name, tooLarge string) (fen, *refusal) {
	amount, err := parseFen(b.text(name))
	if errors.Is(err, errTooLarge) {
		no := refuse(tooLarge)
		return 0, &no
	}
	if err != nil {
		return 0, invalid(name + " 应为大于 0、最多两位小数的金额")
	}
	return amount, nil
}

// readExpiry finds when the trade ends: time_expire before timeout_express
// before the product's own timeout.
func readExpiry(b biz, now moment, t terms) (moment, *refusal) {
	if text := b.text("time_expire"); text != "" {
		at, err := parseMoment(text)
		if err != nil {
			return 0, invalid("time_expire 的格式应为 yyyy-MM-dd HH:mm:ss")
		}
		return min(at, now.after(maxTimeout)), nil
	}
	if text := b.text("timeout_express"); text != "" {
		at, err := parseTimeout(text, now)
		if err != nil {
			return 0, invalid("timeout_express 应为 1m 到 15d，或 1c")
		}
		return max(at, now.after(t.shortest)), nil
	}
	return now.after(t.timeout), nil
}

func invalid(text string) *refusal {
	no := refuse("ACQ.INVALID_PARAMETER").because(text)
	return &no
}

// conflict says why an order cannot be asked for again, or nil when it can:
// the same data, not yet paid and not closed.
func (o order) conflict(r *record) *refusal {
	var sub string
	switch {
	case r.ClosedAt != 0:
		sub = "ACQ.TRADE_HAS_CLOSE"
	case r.paid():
		sub = "ACQ.TRADE_HAS_SUCCESS"
	case o.amount != r.Amount || o.subject != r.Subject:
		sub = "ACQ.CONTEXT_INCONSISTENT"
	default:
		return nil
	}
	no := refuse(sub)
	return &no
}

// place finds or makes the trade of an order. The trade comes back locked
// unless the order is refused.
func (p *Platform) place(c *call, o order, state string) (*trade, *refusal) {
	now := p.ledger.now()
	if p.ledger.byNumber("", o.outTradeNo) == nil && o.expires <= now {
		no := refuse("ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR")
		return nil, &no
	}
	t, isNew := p.ledger.obtain(o.outTradeNo, func(serial int) record { return p.fresh(c, o, state, serial, now) })
	if !isNew {
		if no := o.conflict(&t.record); no != nil {
			t.mu.Unlock()
			return nil, no
		}
	}
	if t.State == stateHidden {
		t.State = state
	}
	p.ledger.reroute(t, func(r *route) { r.address(c) })
	p.ledger.keep(t)
	p.watchExpiry(t)
	return t, nil
}

func (p *Platform) fresh(c *call, o order, state string, serial int, now moment) record {
	r := record{
		OutTradeNo: o.outTradeNo, TradeNo: tradeNo(now, serial), Subject: o.subject,
		Amount: o.amount, State: state, Created: now, Expires: o.expires,
		route: p.ledger.routes.share(route{
			AppID: c.app.id, AuthAppID: c.authAppID, Method: c.method, GBK: c.charset,
			SignType: signType(c.params["sign_type"]), Buyer: p.account.buyers[0].ID,
		}),
	}
	r.setExtras(extras{Body: o.body, Passback: o.passback})
	return r
}

// address takes over where the newest request wants to be told.
func (r *route) address(c *call) {
	for _, each := range []struct {
		to   *string
		from string
	}{
		{&r.NotifyURL, c.param("notify_url")},
		{&r.ReturnURL, c.param("return_url")},
		{&r.LeaveURL, c.biz.text("quit_url")},
		{&r.LeaveURL, c.biz.text("request_from_url")},
	} {
		if each.from != "" && len(each.from) <= 1024 {
			*each.to = each.from
		}
	}
}

// forgetExpiry ends the watch of a locked trade that has been paid or closed.
func (t *trade) forgetExpiry() {
	if t.expire != nil {
		t.expire()
		t.expire = nil
	}
}

// watchExpiry wakes those who watch a trade when its time runs out.
func (p *Platform) watchExpiry(t *trade) {
	if t.expire != nil || t.ClosedAt != 0 || t.paid() {
		return
	}
	left := time.Duration(t.Expires-p.ledger.now()) * time.Millisecond
	t.expire = p.world.AfterFunc(left, func(context.Context) {
		p.ledger.lock(t)
		defer t.mu.Unlock()
		t.expire = nil
	})
}
