package alipay

import (
	"encoding/json"
	"time"
)

// TradeStatus is the state of a trade at Alipay.
type TradeStatus string

// States of a trade. There is no failed state: a declined payment stays unpaid.
const (
	// WaitBuyerPay is a trade that exists and is unpaid.
	WaitBuyerPay TradeStatus = "WAIT_BUYER_PAY"
	// TradeSuccess is a paid trade that can be refunded, also after partial refunds.
	TradeSuccess TradeStatus = "TRADE_SUCCESS"
	// TradeFinished is a paid trade that can no longer be refunded.
	TradeFinished TradeStatus = "TRADE_FINISHED"
	// TradeClosed was never paid, or was paid and fully refunded: look at refunds.
	TradeClosed TradeStatus = "TRADE_CLOSED"
)

// Paid reports that the money has been paid and not been given back in full.
func (s TradeStatus) Paid() bool { return s == TradeSuccess || s == TradeFinished }

// TradeRef names a trade by one of its two numbers. When both are given, Alipay
// goes by TradeNo.
type TradeRef struct {
	// OutTradeNo is the merchant's number.
	OutTradeNo string `json:"out_trade_no,omitempty"`
	// TradeNo is Alipay's number.
	TradeNo string `json:"trade_no,omitempty"`
}

func (r *TradeRef) check(method string) error {
	if r.OutTradeNo == "" && r.TradeNo == "" {
		return invalid(method, "OutTradeNo or TradeNo is needed")
	}
	return nil
}

// FundBill is a part of a payment by where the money came from.
type FundBill struct {
	// Channel is ALIPAYACCOUNT, BANKCARD, PCREDIT, COUPON and the like.
	Channel string `json:"fund_channel"`
	// Amount is what came from the channel.
	Amount Fen `json:"amount"`
	// FundType is DEBIT_CARD, CREDIT_CARD or MIXED_CARD, for cards.
	FundType string `json:"fund_type"`
	BankCode string `json:"bank_code"`
}

// Trade is what Alipay knows of a trade. Amounts are zero while it is unpaid.
type Trade struct {
	Reply
	// TradeNo is Alipay's number, OutTradeNo the merchant's.
	TradeNo    string `json:"trade_no"`
	OutTradeNo string `json:"out_trade_no"`
	// Status is the state; only its Paid method says that money came.
	Status TradeStatus `json:"trade_status"`
	// TotalAmount is what the order asks for.
	TotalAmount Fen `json:"total_amount"`
	// ReceiptAmount is what the merchant receives, BuyerPayAmount what the buyer
	// paid, PointAmount the part in points, InvoiceAmount what may be invoiced.
	ReceiptAmount  Fen `json:"receipt_amount"`
	BuyerPayAmount Fen `json:"buyer_pay_amount"`
	PointAmount    Fen `json:"point_amount"`
	InvoiceAmount  Fen `json:"invoice_amount"`
	// BuyerID or BuyerOpenID names the buyer; BuyerLogonID is masked.
	BuyerID       string `json:"buyer_user_id"`
	BuyerOpenID   string `json:"buyer_open_id"`
	BuyerLogonID  string `json:"buyer_logon_id"`
	BuyerUserType string `json:"buyer_user_type"`
	// Paid is when the money moved, in UTC; zero while unpaid.
	Paid time.Time `json:"-"`
	// FundBills says where the money came from.
	FundBills  []FundBill `json:"fund_bill_list"`
	Subject    string     `json:"subject"`
	Body       string     `json:"body"`
	StoreID    string     `json:"store_id"`
	StoreName  string     `json:"store_name"`
	TerminalID string     `json:"terminal_id"`
}

// UnmarshalJSON reads the platform's form of a trade.
func (t *Trade) UnmarshalJSON(b []byte) error {
	type plain Trade
	w := struct {
		*plain
		Sent stamp `json:"send_pay_date"`
		Paid stamp `json:"gmt_payment"`
	}{plain: (*plain)(t)}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	t.Paid = w.Sent.Time
	if t.Paid.IsZero() {
		t.Paid = w.Paid.Time
	}
	return nil
}
