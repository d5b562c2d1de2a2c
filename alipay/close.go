package alipay

import (
	"context"
	"encoding/json"
	"time"
)

// Close ends an unpaid trade (alipay.trade.close).
type Close struct {
	TradeRef
	// OperatorID is the merchant's own name of a person, at most 28 characters.
	OperatorID string `json:"operator_id,omitempty"`
	// NotifyURL is where Alipay posts the close, if the contract has such notices.
	NotifyURL string `json:"-"`
}

// Closed is the answer to a close.
type Closed struct {
	Reply
	TradeNo    string `json:"trade_no"`
	OutTradeNo string `json:"out_trade_no"`
}

// Close ends a trade that waits for its buyer. [TradeNotExist] means that Alipay
// has no such trade yet; for a page pay link that is no promise that nobody will
// pay it before it expires. [TradeStatusError] means paid or already closed: query.
func (c *Client) Close(ctx context.Context, r Close) (*Closed, error) {
	if err := r.check(methodClose); err != nil {
		return nil, err
	}
	out := new(Closed)
	if _, err := c.Do(ctx, Request{Method: methodClose, Content: &r, NotifyURL: r.NotifyURL}, out); err != nil {
		return nil, err
	}
	return out, nil
}

// Cancelled is the answer to a cancel.
type Cancelled struct {
	Reply
	TradeNo    string `json:"trade_no"`
	OutTradeNo string `json:"out_trade_no"`
	// RetryFlag "Y" asks to repeat the cancel.
	RetryFlag string `json:"retry_flag"`
	// Action is "close" or "refund", and empty if there was no such trade.
	Action string `json:"action"`
	// Refunded is when money went back, in UTC; zero if none did.
	Refunded time.Time `json:"-"`
}

// UnmarshalJSON reads the platform's form of the answer.
func (r *Cancelled) UnmarshalJSON(b []byte) error {
	type plain Cancelled
	w := struct {
		*plain
		Refunded stamp `json:"gmt_refund_pay"`
	}{plain: (*plain)(r)}
	err := json.Unmarshal(b, &w)
	r.Refunded = w.Refunded.Time
	return err
}

// Cancel undoes a payment face to face whose outcome is unknown
// (alipay.trade.cancel): an unpaid trade is closed, a paid one refunded in full.
// An unknown number is a success without Action. It may be repeated. A trade that is
// too old is refused with [TradeHasFinished] or ACQ.TRADE_CANCEL_TIME_OUT, one whose
// money is gone with [SellerBalance].
func (c *Client) Cancel(ctx context.Context, r TradeRef) (*Cancelled, error) {
	if err := r.check(methodCancel); err != nil {
		return nil, err
	}
	out := new(Cancelled)
	if _, err := c.Do(ctx, Request{Method: methodCancel, Content: &r}, out); err != nil {
		return nil, err
	}
	return out, nil
}
