package alipay

import "context"

// Create makes a trade for a known buyer, to be paid in a mini program or an
// in-app page (alipay.trade.create).
type Create struct {
	Order
	// BuyerID, BuyerOpenID or BuyerLogonID names the buyer; one is needed, or
	// OPBuyerOpenID.
	BuyerID      string `json:"buyer_id,omitempty"`
	BuyerOpenID  string `json:"buyer_open_id,omitempty"`
	BuyerLogonID string `json:"buyer_logon_id,omitempty"`
	// OPAppID is the mini program in which the buyer pays, OPBuyerOpenID the buyer's
	// id there.
	OPAppID       string `json:"op_app_id,omitempty"`
	OPBuyerOpenID string `json:"op_buyer_open_id,omitempty"`
	// ProductCode is "JSAPI_PAY" when empty.
	ProductCode string `json:"-"`
	// NotifyURL is where Alipay posts the outcome.
	NotifyURL string `json:"-"`
}

// Created is a trade that exists and waits for its buyer.
type Created struct {
	Reply
	TradeNo    string `json:"trade_no"`
	OutTradeNo string `json:"out_trade_no"`
}

// Create answers the number of a new trade. It waits for its buyer at once, unlike
// that of a page or a code. Repeated with the same data it answers the same trade. Its
// own refusals are ACQ.BUYER_NOT_EXIST, ACQ.PAYER_UNMATCHED, ACQ.ILLEGAL_ARGUMENT and
// ACQ.OPEN_ID_NOT_TINY_APP; the others are those of [Order].
func (c *Client) Create(ctx context.Context, p Create) (*Created, error) {
	if err := p.check(methodCreate, c.now()); err != nil {
		return nil, err
	}
	if p.BuyerID == "" && p.BuyerOpenID == "" && p.BuyerLogonID == "" && p.OPBuyerOpenID == "" {
		return nil, invalid(methodCreate, "a buyer is needed")
	}
	if p.ProductCode == "" {
		p.ProductCode = "JSAPI_PAY"
	}
	content := struct {
		*Create
		orderExtra
	}{&p, p.extra(p.ProductCode)}
	out := new(Created)
	if _, err := c.Do(ctx, Request{Method: methodCreate, Content: content, extra: p.Extra, NotifyURL: p.NotifyURL}, out); err != nil {
		return nil, err
	}
	return out, nil
}
