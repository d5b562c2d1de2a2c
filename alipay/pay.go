package alipay

import (
	"context"
	"encoding/json"
	"time"
)

// Pay charges a buyer whose payment code the merchant has scanned
// (alipay.trade.pay).
type Pay struct {
	Order
	// AuthCode is the scanned code, 16 to 24 digits; a face code has 35 characters.
	AuthCode string `json:"auth_code"`
	// Scene is "bar_code", also when empty, or "security_code" for a face.
	Scene string `json:"scene"`
	// ProductCode is "FACE_TO_FACE_PAYMENT", also when empty, "OFFLINE_PAYMENT", or
	// that of a withholding or pre-authorisation contract.
	ProductCode string `json:"-"`
	// NotifyURL is where Alipay posts the outcome.
	NotifyURL string `json:"-"`
	// BuyerID or BuyerOpenID names the buyer for withholding.
	BuyerID     string `json:"buyer_id,omitempty"`
	BuyerOpenID string `json:"buyer_open_id,omitempty"`
	// AuthNo and AuthConfirmMode belong to a pre-authorisation.
	AuthNo          string `json:"auth_no,omitempty"`
	AuthConfirmMode string `json:"auth_confirm_mode,omitempty"`
	// DiscountableAmount takes part in promotions, UndiscountableAmount does not.
	DiscountableAmount   Fen `json:"discountable_amount,omitempty"`
	UndiscountableAmount Fen `json:"undiscountable_amount,omitempty"`
}

// Payment is the answer to a scanned payment code: paid, or waiting for its buyer.
type Payment struct {
	Reply
	TradeNo    string `json:"trade_no"`
	OutTradeNo string `json:"out_trade_no"`
	// TotalAmount is what the order asked for, ReceiptAmount what the merchant
	// receives, BuyerPayAmount what the buyer paid, PointAmount the part in points,
	// InvoiceAmount what may be invoiced. All but the first are zero while waiting.
	TotalAmount    Fen `json:"total_amount"`
	ReceiptAmount  Fen `json:"receipt_amount"`
	BuyerPayAmount Fen `json:"buyer_pay_amount"`
	PointAmount    Fen `json:"point_amount"`
	InvoiceAmount  Fen `json:"invoice_amount"`
	// BuyerID or BuyerOpenID names the buyer; BuyerLogonID is masked.
	BuyerID      string `json:"buyer_user_id"`
	BuyerOpenID  string `json:"buyer_open_id"`
	BuyerLogonID string `json:"buyer_logon_id"`
	// PaidAt is when the money moved, in UTC; zero while waiting.
	PaidAt    time.Time  `json:"-"`
	FundBills []FundBill `json:"fund_bill_list"`
	StoreName string     `json:"store_name"`
}

// Succeeded reports that the buyer has paid.
func (p *Payment) Succeeded() bool {
	// V3 has no code: it shows by the time of payment that there was one.
	return p.Code == codeSuccess || p.Code == "" && !p.PaidAt.IsZero()
}

// Waiting reports that the buyer is asked for a password or the like. Query every
// 3 to 5 seconds for up to a minute, then [Client.Cancel].
func (p *Payment) Waiting() bool { return !p.Succeeded() }

// UnmarshalJSON reads the platform's form of the answer.
func (p *Payment) UnmarshalJSON(b []byte) error {
	type plain Payment
	w := struct {
		*plain
		Paid stamp `json:"gmt_payment"`
	}{plain: (*plain)(p)}
	err := json.Unmarshal(b, &w)
	p.PaidAt = w.Paid.Time
	return err
}

// Pay charges a scanned code. A nil error is a payment that either Succeeded or is
// Waiting. A code that is wrong, used or expired is [AuthCodeInvalid]. After an
// error that is Unknown, query the number and then [Client.Cancel] it; never charge
// the buyer again under another number before that.
//
// Other refusals of its own are ACQ.BUYER_BALANCE_NOT_ENOUGH,
// ACQ.BUYER_BANKCARD_BALANCE_NOT_ENOUGH, ACQ.ERROR_BALANCE_PAYMENT_DISABLE,
// ACQ.PULL_MOBILE_CASHIER_FAIL, ACQ.PAYMENT_FAIL and ACQ.PAYMENT_REQUEST_HAS_RISK.
func (c *Client) Pay(ctx context.Context, p Pay) (*Payment, error) {
	if err := p.check(methodPay, c.now()); err != nil {
		return nil, err
	}
	if p.AuthCode == "" && p.BuyerID == "" && p.BuyerOpenID == "" && p.AuthNo == "" {
		return nil, invalid(methodPay, "AuthCode is needed")
	}
	if p.Scene == "" {
		p.Scene = "bar_code"
	}
	content := struct {
		*Pay
		orderExtra
	}{&p, p.extra(p.ProductCode)}
	out := new(Payment)
	if _, err := c.Do(ctx, Request{Method: methodPay, Content: content, extra: p.Extra, NotifyURL: p.NotifyURL}, out); err != nil {
		return nil, err
	}
	return out, nil
}
