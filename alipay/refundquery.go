package alipay

import (
	"context"
	"encoding/json"
	"time"
)

// RefundQuery asks what became of a refund (alipay.trade.fastpay.refund.query),
// no sooner than 10 seconds after it.
type RefundQuery struct {
	TradeRef
	// OutRequestNo is the merchant's number of the refund; the OutTradeNo if the
	// refund had none.
	OutRequestNo string `json:"out_request_no"`
	// QueryOptions asks for further fields; gmt_refund_pay is asked for always.
	QueryOptions []string `json:"query_options,omitempty"`
	// OrgPID is the merchant's number when a service provider asks.
	OrgPID string `json:"org_pid,omitempty"`
}

// RefundState is what Alipay knows of one refund.
type RefundState struct {
	Reply
	TradeNo      string `json:"trade_no"`
	OutTradeNo   string `json:"out_trade_no"`
	OutRequestNo string `json:"out_request_no"`
	RefundReason string `json:"refund_reason"`
	// TotalAmount is the trade's.
	TotalAmount Fen `json:"total_amount"`
	// RefundAmount is what this refund gave back.
	RefundAmount Fen `json:"refund_amount"`
	// Status is "REFUND_SUCCESS", or empty for a refund that was not received or
	// has failed.
	Status string `json:"refund_status"`
	// Time is when the money moved, in UTC, if known.
	Time        time.Time  `json:"-"`
	SendBackFee Fen        `json:"send_back_fee"`
	Details     []FundBill `json:"refund_detail_item_list"`
	// Deposit says how a refund to a bank card fares, if asked for by the query
	// option "deposit_back_info"; otherwise it is nil.
	Deposit *DepositBack `json:"-"`
}

// DepositBack is how money on its way to a bank card fares.
type DepositBack struct {
	// HasDepositBack "true" says that the money goes to a card.
	HasDepositBack string `json:"has_deposit_back"`
	// Status is "S" for arrived, "F" for failed, "P" for under way.
	Status string `json:"dback_status"`
	Amount Fen    `json:"dback_amount"`
	// BankAck and Estimated are when the bank confirmed, and when the money is
	// expected to arrive; UTC.
	BankAck   time.Time `json:"-"`
	Estimated time.Time `json:"-"`
}

// UnmarshalJSON reads the platform's form of the answer.
func (d *DepositBack) UnmarshalJSON(b []byte) error {
	type plain DepositBack
	w := struct {
		*plain
		Ack       stamp `json:"bank_ack_time"`
		Estimated stamp `json:"est_bank_receipt_time"`
	}{plain: (*plain)(d)}
	err := json.Unmarshal(b, &w)
	d.BankAck, d.Estimated = w.Ack.Time, w.Estimated.Time
	return err
}

// Succeeded reports that the money of this refund went back. Old trades answer
// with an amount and no status, which counts as well.
func (r *RefundState) Succeeded() bool {
	return r.Status == "REFUND_SUCCESS" || r.Status == "" && r.RefundAmount > 0
}

// UnmarshalJSON reads the platform's form of the answer.
func (r *RefundState) UnmarshalJSON(b []byte) error {
	type plain RefundState
	w := struct {
		*plain
		Time    stamp           `json:"gmt_refund_pay"`
		Deposit json.RawMessage `json:"deposit_back_info"`
	}{plain: (*plain)(r)}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	r.Time = w.Time.Time
	// Some gateways answer a list here; it is in Raw for who needs it.
	if len(w.Deposit) > 0 && w.Deposit[0] == '{' {
		r.Deposit = new(DepositBack)
		return json.Unmarshal(w.Deposit, r.Deposit)
	}
	return nil
}

// RefundQuery answers the state of one refund. A refund number that Alipay does
// not know is a nil error and a state that has not Succeeded, if the trade exists;
// an unknown trade is [TradeNotExist].
func (c *Client) RefundQuery(ctx context.Context, q RefundQuery) (*RefundState, error) {
	if err := q.check(methodRefundQuery); err != nil {
		return nil, err
	}
	if q.OutRequestNo == "" {
		return nil, invalid(methodRefundQuery, "OutRequestNo is needed")
	}
	q.QueryOptions = append([]string{"gmt_refund_pay"}, q.QueryOptions...)
	out := new(RefundState)
	if _, err := c.Do(ctx, Request{Method: methodRefundQuery, Content: &q}, out); err != nil {
		return nil, err
	}
	return out, nil
}
