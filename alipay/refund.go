package alipay

import (
	"context"
	"encoding/json"
	"time"
	"unicode/utf8"
)

// Refund gives money of a paid trade back (alipay.trade.refund).
type Refund struct {
	TradeRef
	// RefundAmount is what this refund gives back.
	RefundAmount Fen `json:"refund_amount"`
	// OutRequestNo is the merchant's number of this refund, at most 64 characters,
	// unique within the trade. It is needed here always, though the platform lets it
	// out for a full refund: with it, an unknown outcome can be asked for and the
	// same refund repeated without giving the money twice.
	OutRequestNo string `json:"out_request_no"`
	// RefundReason is shown to the buyer, at most 256 characters.
	RefundReason string `json:"refund_reason,omitempty"`
	// OperatorID, StoreID and TerminalID are the merchant's own names.
	OperatorID string `json:"operator_id,omitempty"`
	StoreID    string `json:"store_id,omitempty"`
	TerminalID string `json:"terminal_id,omitempty"`
	// QueryOptions asks for further fields, as "refund_detail_item_list".
	QueryOptions []string `json:"query_options,omitempty"`
	// OrgPID is the merchant's number when a service provider refunds.
	OrgPID string `json:"org_pid,omitempty"`
	// Extra are further business fields by their platform names, as
	// "refund_royalty_parameters", encoded as JSON. A name that is set otherwise is
	// refused.
	Extra map[string]any `json:"-"`
}

// Refunded is the answer to a refund that Alipay has accepted.
type Refunded struct {
	Reply
	TradeNo      string `json:"trade_no"`
	OutTradeNo   string `json:"out_trade_no"`
	BuyerID      string `json:"buyer_user_id"`
	BuyerOpenID  string `json:"buyer_open_id"`
	BuyerLogonID string `json:"buyer_logon_id"`
	// FundChange "Y" says that this call moved money. Anything else, as in the
	// answer to a repetition, says to look at [Client.RefundQuery].
	FundChange string `json:"fund_change"`
	// RefundFee is what has been given back of the trade so far, all refunds
	// together; it is not the amount of this refund.
	RefundFee Fen `json:"refund_fee"`
	// SendBackFee is what this call gave back; zero in the answer to a repetition.
	SendBackFee Fen `json:"send_back_fee"`
	// Time is when the money moved, in UTC.
	Time time.Time `json:"-"`
	// Details says where the money went, if asked for by QueryOptions.
	Details   []FundBill `json:"refund_detail_item_list"`
	StoreName string     `json:"store_name"`
}

// Moved reports that this very call gave money back.
func (r *Refunded) Moved() bool { return r.FundChange == "Y" }

// UnmarshalJSON reads the platform's form of the answer.
func (r *Refunded) UnmarshalJSON(b []byte) error {
	type plain Refunded
	w := struct {
		*plain
		Time stamp `json:"gmt_refund_pay"`
	}{plain: (*plain)(r)}
	err := json.Unmarshal(b, &w)
	r.Time = w.Time.Time
	return err
}

// Refund gives money back once for each OutRequestNo: repeated with the same
// amount it answers without moving money, with another amount it is refused as
// [DiscordantRepeat]. After an error that is Unknown, ask [Client.RefundQuery] or
// repeat with the same number and amount. Two refunds of a trade must be at least
// 3 seconds apart.
//
// It is refused with [RefundTooMuch] beyond what is left, [TradeStatusError] or
// [TradeHasClose] when nothing is left or was ever paid, [TradeHasFinished] past the
// time for refunds, [SellerBalance] without the money for it, and [TradeNotExist].
func (c *Client) Refund(ctx context.Context, r Refund) (*Refunded, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	out := new(Refunded)
	if _, err := c.Do(ctx, Request{Method: methodRefund, Content: &r, extra: r.Extra}, out); err != nil {
		return nil, err
	}
	return out, nil
}

func (r *Refund) check() error {
	if err := r.TradeRef.check(methodRefund); err != nil {
		return err
	}
	switch {
	case r.RefundAmount < 1 || r.RefundAmount > MaxAmount:
		return invalid(methodRefund, "RefundAmount %s is not within 0.01 and %s yuan", r.RefundAmount, MaxAmount)
	case r.OutRequestNo == "" || len(r.OutRequestNo) > 64:
		return invalid(methodRefund, "OutRequestNo needs 1 to 64 characters")
	case utf8.RuneCountInString(r.RefundReason) > 256:
		return invalid(methodRefund, "RefundReason has more than 256 characters")
	}
	return nil
}
