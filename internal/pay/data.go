package pay

import "time"

// What events carry: the public shape of an order and of a payment, as the
// API shows them. Amounts are fen, times RFC 3339 in UTC.

type orderJSON struct {
	ID        string            `json:"id"`
	Number    string            `json:"out_trade_no"`
	Status    OrderStatus       `json:"status"`
	Amount    Amount            `json:"amount"`
	Subject   string            `json:"subject"`
	MemberID  string            `json:"member,omitempty"`
	Metadata  map[string]string `json:"metadata,omitempty"`
	CreatedAt time.Time         `json:"created_at"`
	ExpiresAt time.Time         `json:"expires_at"`
	PaidAt    *time.Time        `json:"paid_at"`
	ClosedAt  *time.Time        `json:"closed_at"`
}

func orderData(o Order) orderJSON {
	return orderJSON{ID: o.ID, Number: o.Number, Status: o.Status, Amount: o.Amount, Subject: o.Subject,
		MemberID: o.MemberID, Metadata: o.Metadata, CreatedAt: o.CreatedAt, ExpiresAt: o.ExpiresAt,
		PaidAt: optional(o.PaidAt), ClosedAt: optional(o.ClosedAt)}
}

type paymentJSON struct {
	ID         string        `json:"id"`
	OrderID    string        `json:"order"`
	Number     string        `json:"out_trade_no"`
	Channel    string        `json:"channel"`
	Status     PaymentStatus `json:"status"`
	TradeNo    string        `json:"trade_no,omitempty"`
	Amount     Amount        `json:"amount"`
	PaidAmount Amount        `json:"paid_amount"`
	Surplus    SurplusKind   `json:"surplus,omitempty"`
	PaidAt     *time.Time    `json:"paid_at"`
}

func paymentData(p Payment) paymentJSON {
	return paymentJSON{ID: p.ID, OrderID: p.OrderID, Number: p.Number, Channel: p.Channel, Status: p.Status,
		TradeNo: p.TradeNo, Amount: p.Amount, PaidAmount: p.PaidAmount, Surplus: p.Surplus, PaidAt: optional(p.PaidAt)}
}

type refundJSON struct {
	ID        string       `json:"id"`
	OrderID   string       `json:"order"`
	Number    string       `json:"out_trade_no"`
	Subject   string       `json:"subject"`
	MemberID  string       `json:"member,omitempty"`
	PaymentID string       `json:"payment"`
	RequestNo string       `json:"out_request_no"`
	Status    RefundStatus `json:"status"`
	Amount    Amount       `json:"amount"`
	Reason    string       `json:"reason"`
	Failure   string       `json:"failure,omitempty"`
	CreatedAt time.Time    `json:"created_at"`
	DoneAt    *time.Time   `json:"done_at"`
}

func refundData(r Refund, o Order) refundJSON {
	return refundJSON{ID: r.ID, OrderID: r.OrderID, Number: o.Number, Subject: o.Subject, MemberID: o.MemberID, PaymentID: r.PaymentID, RequestNo: r.RequestNo, Status: r.Status,
		Amount: r.Amount, Reason: r.Reason, Failure: r.Failure, CreatedAt: r.CreatedAt, DoneAt: optional(r.DoneAt)}
}

type mismatchData struct {
	paymentJSON
	Reason string `json:"reason"`
}

type strangerData struct {
	Account string `json:"account"`
	Number  string `json:"out_trade_no"`
	Amount  Amount `json:"amount"`
	Reason  string `json:"reason"`
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
