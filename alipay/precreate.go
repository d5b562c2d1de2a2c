package alipay

import "context"

// Precreate makes a QR code for the buyer to scan (alipay.trade.precreate).
type Precreate struct {
	Order
	// NotifyURL is where Alipay posts the outcome.
	NotifyURL string `json:"-"`
	// ProductCode is "FACE_TO_FACE_PAYMENT", also when empty, or "QR_CODE_OFFLINE".
	ProductCode string `json:"-"`
	// QRCodeTimeout is the life of the code, as "90m", at most two hours.
	QRCodeTimeout string `json:"qr_code_timeout_express,omitempty"`
	// CodeType "share_code" asks for a code that can be sent to a friend.
	CodeType string `json:"code_type,omitempty"`
	// DiscountableAmount takes part in promotions, UndiscountableAmount does not.
	DiscountableAmount   Fen `json:"discountable_amount,omitempty"`
	UndiscountableAmount Fen `json:"undiscountable_amount,omitempty"`
}

// Precreated is a code to be shown. There is no trade yet, hence no trade number.
type Precreated struct {
	Reply
	OutTradeNo string `json:"out_trade_no"`
	// QRCode is the text to be drawn as a QR code, valid two hours.
	QRCode    string `json:"qr_code"`
	ShareCode string `json:"share_code"`
}

// Precreate answers the code for an order. Until somebody scans it, a query
// answers [TradeNotExist], and a close has nothing to close. Asking for a number
// again may be refused with ACQ.APPLY_PC_MERCHANT_CODE_ERROR; the other refusals are
// those of [Order].
func (c *Client) Precreate(ctx context.Context, p Precreate) (*Precreated, error) {
	if err := p.check(methodPrecreate, c.now()); err != nil {
		return nil, err
	}
	content := struct {
		*Precreate
		orderExtra
	}{&p, p.extra(p.ProductCode)}
	out := new(Precreated)
	if _, err := c.Do(ctx, Request{Method: methodPrecreate, Content: content, extra: p.Extra, NotifyURL: p.NotifyURL}, out); err != nil {
		return nil, err
	}
	return out, nil
}
